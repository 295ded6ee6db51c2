//! The component as a whole: text in, the tree as text and the problems out.

use super::ast::{ExprKind, Module, StmtKind};
use super::dump::dump;
use super::parse;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceFile};

fn parsed(text: &str) -> (Module, Vec<Diagnostic>) {
    parse(&SourceFile::new(FileId(0), "a.py", "a", text))
}

/// The tree on one line; the text must be without problems.
fn tree(text: &str) -> String {
    let (module, diagnostics) = parsed(text);
    assert_eq!(diagnostics, [], "{text}");
    dump(&module, None).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Line, code and message of each problem.
fn problems(text: &str) -> Vec<String> {
    let file = SourceFile::new(FileId(0), "a.py", "a", text);
    let (_, diagnostics) = parse(&file);
    let line = |diagnostic: &Diagnostic| file.line_column(diagnostic.at.span.start).0;
    diagnostics.iter().map(|d| format!("{} {} {}", line(d), d.code.word(), d.message)).collect()
}

fn help(text: &str) -> Option<String> {
    parsed(text).1.into_iter().next().and_then(|diagnostic| diagnostic.help)
}

#[test]
fn operators_bind_as_in_python() {
    assert_eq!(tree("a & b ^ c"), "Expr Binary BitXor Binary BitAnd Name a Name b Name c");
    assert_eq!(tree("a ^ b & c"), "Expr Binary BitXor Name a Binary BitAnd Name b Name c");
    assert_eq!(tree("-x ** -y ** 2"), "Expr Unary Minus Binary Pow Name x Unary Minus Binary Pow Name y Int 2");
    assert_eq!(tree("a - b - (c - d)"), "Expr Binary Sub Binary Sub Name a Name b Binary Sub Name c Name d");
    let awaits = "FunctionDef f body Expr Binary Pow Await Name x Int 2";
    assert_eq!(tree("async def f():\n    await x ** 2"), format!("async {awaits}"));
}

#[test]
fn chains_are_flat() {
    assert_eq!(tree("a and b and c or d"), "Expr BoolOp Or BoolOp And Name a Name b Name c Name d");
    assert_eq!(tree("a < b is not c not in d"), "Expr Compare Name a Lt Name b IsNot Name c NotIn Name d");
    assert_eq!(tree("x = y = z"), "Assign Name x Name y Name z");
}

#[test]
fn stars_belong_to_the_whole_operand() {
    assert_eq!(tree("x = *f(y), 1"), "Assign Name x Tuple Starred Call Name f Name y Int 1");
    assert_eq!(tree("x = *[1], 2"), "Assign Name x Tuple Starred List Int 1 Int 2");
    assert_eq!(tree("f(*a or b)"), "Expr Call Name f Starred BoolOp Or Name a Name b");
    assert_eq!(tree("a[*b]"), "Expr Subscript Name a Tuple Starred Name b");
}

#[test]
fn strings_are_decoded_and_joined() {
    assert_eq!(tree(r#"'\x41' "\n" r'\n'"#), r#"Expr Str "A\n\\n""#);
    assert_eq!(tree(r"rb'\x00' b'\x00'"), "Expr Bytes 5c78303000");
    assert_eq!(tree("r'\\\\'"), r#"Expr Str "\\\\""#);
    assert_eq!(tree("'a\\\r\nb'"), r#"Expr Str "ab""#);
}

#[test]
fn f_strings_nest() {
    assert_eq!(
        tree("f'{{{x!r:>{w}.2f}}}'"),
        r#"Expr FString literal "{" field!r Name x spec literal ">" field Name w literal ".2f" literal "}""#
    );
    assert_eq!(tree("f'{x = }' 'y'"), r#"Expr FString literal "x = " field!r Name x literal "y""#);
    assert_eq!(tree("f'{x:=5}'"), r#"Expr FString field Name x spec literal "=5""#);
    assert_eq!(
        tree("f\"{d['a']:{f'{w}'}}\""),
        r#"Expr FString field Subscript Name d Str "a" spec field FString field Name w"#
    );
    assert_eq!(tree("t'{x}'"), "Expr TString field Name x");
}

#[test]
fn parameters_of_all_kinds() {
    let expected = "FunctionDef f PositionalOnly a Positional b annotation Name int default Int 1 VarPositional c \
                    KeywordOnly d KeywordOnly e default Int 2 VarKeyword k returns Name r body Pass";
    assert_eq!(tree("def f(a, /, b: int = 1, *c, d, e=2, **k) -> r: pass"), expected);
    assert_eq!(tree("lambda *, a: a"), "Expr Lambda KeywordOnly a Name a");
}

#[test]
fn type_parameters_with_defaults() {
    let expected =
        "ClassDef A type_params TypeVar T bound Name int default Name bool TypeVarTuple U ParamSpec P body Pass";
    assert_eq!(tree("class A[T: int = bool, *U, **P]: pass"), expected);
    assert_eq!(tree("type X[T] = list[T]"), "TypeAlias X type_params TypeVar T Subscript Name list Name T");
    assert_eq!(tree("type(x).y = 1"), "Assign Attribute y Call Name type Name x Int 1");
}

#[test]
fn patterns() {
    let case = |pattern: &str| tree(&format!("match x:\n    case {pattern}: pass")).replace("Match Name x case ", "");
    assert_eq!(case("-1 | 'a' | _"), "Or Value Unary Minus Int 1 Value Str \"a\" Capture _ body Pass");
    assert_eq!(case("a, *_"), "Sequence Capture a Star _ body Pass");
    assert_eq!(case("(a)"), "Capture a body Pass");
    assert_eq!(case("{'k': v, **r}"), "Mapping r Str \"k\" Capture v body Pass");
    assert_eq!(
        case("a.B(1, c=[d]) as e"),
        "As e Class Attribute B Name a Value Int 1 keyword c Sequence Capture d body Pass"
    );
    assert_eq!(case("1 - 2j if y"), "Value Binary Sub Int 1 Imaginary 2.0 guard Name y body Pass");
}

#[test]
fn with_items_in_parentheses() {
    let two = "With item Name a Name b item Name c body Pass";
    assert_eq!(tree("with (a as b, c): pass"), two);
    assert_eq!(tree("with a as b, c: pass"), two);
    assert_eq!(tree("with (a, b) as c: pass"), "With item Tuple Name a Name b Name c body Pass");
}

#[test]
fn lines_between_brackets_may_start_anywhere() {
    assert_eq!(tree("def f():\n    return (a.  # why\nb)\n"), "FunctionDef f body Return Attribute b Name a");
}

#[test]
fn spans_leave_parentheses_out() {
    let file = SourceFile::new(FileId(0), "a.py", "a", "x = (\n  (a) + b)\n");
    let shown = dump(&parse(&file).0, Some(&file));
    let expected =
        "Assign 1:1-2:11\n  Name x 1:1-1:2\n  Binary Add 2:3-2:10\n    Name a 2:4-2:5\n    Name b 2:9-2:10\n";
    assert_eq!(shown, expected);
}

#[test]
fn a_line_dedented_to_nowhere_spoils_the_function_it_was_in() {
    let text = "def f():\n    if x:\n        y = 1\n      z = 2\n    return y\ndef g():\n        a = 1\n    return a\n";
    let (module, _) = parsed(text);
    let wrong = problems(text);
    assert_eq!(wrong[0], "4 E0203 this line is indented by 6 columns, the block by 4");
    assert_eq!(wrong[1], "8 E0203 this line is indented by 4 columns, the block by 0");
    for statement in &module.body[..2] {
        let StmtKind::FunctionDef(function) = &statement.kind else { panic!("{statement:?}") };
        assert!(function.body.iter().any(|inner| matches!(inner.kind, StmtKind::Error)), "{}", function.name.text);
    }
}

#[test]
fn indentation_is_one_of_tabs_or_spaces() {
    assert_eq!(problems("if x:\n\ta\n        b\n"), ["3 E0203 tabs and spaces are mixed in the indentation"]);
    assert_eq!(problems("def f():\nx = 1\n"), ["1 E0203 an indented block is missing here"]);
    assert_eq!(problems("if x:\n\ta\n\tb\n"), [""; 0]);
}

#[test]
fn python_2_is_named_and_ported() {
    let port =
        |text: &str| (problems(text)[0].split(' ').nth(1).unwrap_or("").to_string(), help(text).unwrap_or_default());
    let python2 = |help: &str| ("E0202".to_string(), help.to_string());
    assert_eq!(port("print 'a', b"), python2("write `print('a', b)`"));
    assert_eq!(port("print a,"), python2("write `print(a, end=\" \")`"));
    assert_eq!(port("print >>f, a"), python2("write `print(a, file=f)`"));
    assert_eq!(port("exec 'a' in b"), python2("write `exec('a', b)`"));
    assert_eq!(port("raise E, 'm'"), python2("write `raise E('m')`"));
    assert_eq!(port("try:\n    a\nexcept E, e:\n    b"), python2("write `except E as e:`"));
    assert_eq!(port("a <> b"), python2("write `!=`"));
    assert_eq!(port("`a`"), python2("write `repr(a)`"));
    assert_eq!(port("0777"), python2("write `0o777`"));
    assert_eq!(port("10L"), python2("write `10`"));
    assert_eq!(port("ur'a'").0, "E0202");
    assert_eq!(port("def f((a, b)): pass").0, "E0202");
}

#[test]
fn calls_and_parameters_keep_their_order() {
    assert_eq!(problems("f(a=1, b)"), ["1 E0204 positional argument `b` after `a=`"]);
    assert_eq!(problems("f(a=1, a=2)"), ["1 E0201 keyword argument `a` is repeated"]);
    assert_eq!(problems("def f(a, a): pass"), ["1 E0207 parameter `a` is there twice"]);
    assert_eq!(
        problems("def f(a=1, b): pass"),
        ["1 E0207 parameter `b` without a default comes after one with a default"]
    );
    assert_eq!(problems("def f(*): pass"), ["1 E0207 a parameter must follow the bare `*`"]);
    assert_eq!(problems("f(a=1, *b)\ndef f(a=1, *, b): pass"), [""; 0]);
}

#[test]
fn statements_have_their_places() {
    assert_eq!(problems("return 1"), ["1 E0205 `return` outside a function"]);
    assert_eq!(problems("class A:\n    yield 1"), ["2 E0205 `yield` outside a function"]);
    assert_eq!(problems("for x in y:\n    def f():\n        break"), ["3 E0205 `break` outside a loop"]);
    assert_eq!(problems("while x:\n    if y:\n        continue\n"), [""; 0]);
    assert_eq!(problems("def f():\n    await x"), ["2 E0205 `await` outside an async function"]);
}

#[test]
fn only_places_are_assigned_to() {
    assert_eq!(problems("1 = x"), ["1 E0206 cannot assign to the literal `1`"]);
    assert_eq!(problems("a + b = x"), ["1 E0206 cannot assign to the operation `a + b`"]);
    assert_eq!(problems("f() += 1"), ["1 E0206 cannot assign to the call `f()`"]);
    assert_eq!(problems("del f()"), ["1 E0206 cannot delete the call `f()`"]);
    assert_eq!(problems("[a, *b], c.d, e[0] = x"), [""; 0]);
}

#[test]
fn an_error_leaves_the_rest_standing() {
    let (module, diagnostics) = parsed("def f():\n    x = = 1\n\ndef g():\n    return 2\n");
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
    let names = module.body.iter().filter_map(|statement| match &statement.kind {
        StmtKind::FunctionDef(function) => Some(function.name.text.as_str()),
        _ => None,
    });
    assert_eq!(names.collect::<Vec<_>>(), ["f", "g"]);
}

#[test]
fn a_line_holds_one_statement() {
    assert_eq!(problems("import a import b\n"), ["1 E0201 two statements in one line need `;` between them"]);
    assert_eq!(problems("k:\nkey = 1\n"), ["1 E0201 the line ends in the middle of a statement"]);
    assert_eq!(problems("if a\\\n and b: pass; c\nx = [\n1]\ny = '''\n'''\n"), [""; 0]);
    assert_eq!(problems("x =\u{a0}1\n"), ["1 E0201 the character U+00A0 is no white space in Python"]);
    assert_eq!(problems("x = '\u{a0}'  # \u{a0}\n"), [""; 0]);
}

#[test]
fn a_run_of_broken_lines_is_one_problem() {
    assert_eq!(problems(&") ] } ( [ { def class = :\n".repeat(200)).len(), 1);
}

#[test]
fn any_depth_is_survived_on_a_small_stack() {
    let many = 100_000;
    let nested = |open: &str, middle: &str, close: &str| open.repeat(many) + middle + &close.repeat(many);
    let texts = [
        nested("(", "1", ")"),
        nested("[", "", "]"),
        nested("f(", "", ")"),
        nested("-", "1", ""),
        nested("not ", "1", ""),
        nested("a + ", "b", ""),
        nested("", "a", ".b"),
        nested("", "a", "()"),
        nested("", "a", "[0]"),
        nested("a if b else ", "c", ""),
        nested("lambda: ", "c", ""),
        nested("a ** ", "b", ""),
        "if a: pass\n".to_string() + &"elif b: pass\n".repeat(many),
    ];
    let work = move || {
        texts.iter().for_each(|text| {
            let wrong = problems(text);
            assert!(wrong.len() == 1 && wrong[0].contains("E0102"), "{} {wrong:?}", &text[..20]);
        })
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn long_chains_are_no_depth_problem() {
    let work = || {
        for text in ["a".to_string() + &" + a".repeat(2_500), "a".to_string() + &".b()".repeat(1_200)] {
            let (module, diagnostics) = parsed(&text);
            assert_eq!(diagnostics, []);
            assert!(matches!(&module.body[0].kind, StmtKind::Expr(value) if !matches!(value.kind, ExprKind::Error)));
        }
        let (module, diagnostics) = parsed(&("if a: pass\n".to_string() + &"elif b: pass\n".repeat(2_500)));
        assert_eq!((module.body.len(), diagnostics.len()), (1, 0));
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}
