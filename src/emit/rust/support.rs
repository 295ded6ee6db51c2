//! Support sources: ordinary Rust files, included in a project only where something uses them.
//!
//! A file is used where generated code names it (`float::div`) or where a file that is used names it
//! (`super::float`).

use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;

macro_rules! sources {
    ($($name:ident)*) => {
        $(#[cfg(test)] #[allow(dead_code)] pub mod $name;)*

        /// Every support source by its module's name.
        pub const SOURCES: &[(&str, &str)] =
            &[$((stringify!($name), include_str!(concat!("support/", stringify!($name), ".rs"))),)*];
    };
}

sources! { attempt clock console counter deque dict exception float floatmath format function given guard hash heapq int intmath iterate json key
letters libm list memo nan number option order ordered pad radix range recursion repr search set setlist shared slices spec text tuple unicode unpack web }

/// Types that generated code names without a path, and the support module that has them.
const TYPES: &[(&str, &str)] = &[
    ("Attempt", "attempt"),
    ("Deque", "deque"),
    ("Exit", "attempt"),
    ("Dict", "dict"),
    ("Exception", "exception"),
    ("FrozenSet", "set"),
    ("ExceptionClass", "exception"),
    ("Function0", "function"),
    ("Function1", "function"),
    ("Function2", "function"),
    ("Function3", "function"),
    ("Function4", "function"),
    ("Function5", "function"),
    ("Function6", "function"),
    ("Json", "json"),
    ("ToJson", "json"),
    ("Key", "key"),
    ("Memo", "memo"),
    ("Number", "number"),
    ("Repr", "repr"),
    ("Response", "web"),
    ("Set", "set"),
    ("Shared", "shared"),
    ("TupleOf", "tuple"),
];

/// The names of all support modules.
pub fn names() -> Vec<&'static str> {
    SOURCES.iter().map(|source| source.0).collect()
}

/// The words of some code: identifiers, and whether `::` follows.
fn words(tokens: &TokenStream, found: &mut BTreeSet<(String, bool)>) {
    let mut trees = tokens.clone().into_iter().peekable();
    let mut after_path = false;
    let mut after_colon = false;
    while let Some(tree) = trees.next() {
        match &tree {
            TokenTree::Ident(ident) => {
                let path = matches!(trees.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':' && punct.spacing() == proc_macro2::Spacing::Joint);
                if !after_path {
                    found.insert((ident.to_string(), path));
                }
            }
            TokenTree::Group(group) => words(&group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        // One colon stands before a type, which may be one of ours; after two, or a point, a name is somebody else's.
        let colon = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == ':');
        after_path = colon && after_colon || matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '.');
        after_colon = colon && !after_path;
    }
}

/// What some code needs: `use` lines for it, and the support modules that they name.
pub fn needs(tokens: &TokenStream) -> (Vec<String>, BTreeSet<&'static str>) {
    let mut found = BTreeSet::new();
    words(tokens, &mut found);
    let mut uses = Vec::new();
    let mut modules = BTreeSet::new();
    for (name, _) in SOURCES {
        if found.contains(&(name.to_string(), true)) {
            uses.push(name.to_string());
            modules.insert(*name);
        }
    }
    for (ty, module) in TYPES {
        if found.contains(&(ty.to_string(), true)) || found.contains(&(ty.to_string(), false)) {
            uses.push(format!("{module}::{ty}"));
            modules.insert(*module);
        }
    }
    if tokens.to_string().contains(". repr ()") && !uses.contains(&"repr::Repr".to_string()) {
        uses.push("repr::Repr".to_string());
        modules.insert("repr");
    }
    (uses, modules)
}

/// Some modules and all that they name.
pub fn closure(mut modules: BTreeSet<&'static str>) -> BTreeSet<&'static str> {
    loop {
        let named = |source: &str| {
            let names = SOURCES.iter().map(|source| source.0);
            let mentions = |name: &&str| [':', ';'].iter().any(|end| source.contains(&format!("super::{name}{end}")));
            names.filter(mentions).collect::<Vec<_>>()
        };
        let before = modules.len();
        let more: Vec<&str> = modules.iter().flat_map(|module| text(module).map(named).unwrap_or_default()).collect();
        modules.extend(more);
        if modules.len() == before {
            return modules;
        }
    }
}

/// The text of a support module.
pub fn text(name: &str) -> Option<&'static str> {
    SOURCES.iter().find(|source| source.0 == name).map(|source| source.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn message<T: std::fmt::Debug>(result: Result<T, exception::Exception>) -> String {
        result.map_or_else(|error| format!("{error:?}"), |value| format!("{value:?}"))
    }

    // Every expected value below is what CPython 3.11 prints.

    #[test]
    fn integers_divide_as_in_python() {
        assert_eq!((int::floor_div_by(-7, 2), int::modulo_by(-7, 3), int::modulo_by(7, -3)), (-4, 2, -2));
        assert_eq!(int::modulo_by(i64::MIN, -1), 0);
        assert_eq!(message(int::floor_div(1, 0)), "ZeroDivisionError: integer division or modulo by zero");
        assert_eq!(message(int::modulo(1, 0)), "ZeroDivisionError: integer modulo by zero");
        assert_eq!(message(int::true_div(1, 0)), "ZeroDivisionError: division by zero");
        assert_eq!(int::ratio((1 << 60) + 1, 3), 3.843_071_682_022_823e17);
        assert_eq!(int::ratio(i64::MAX, 10), 9.223_372_036_854_776e17);
        assert!(int::ratio(0, i64::MIN).is_sign_negative());
    }

    #[test]
    fn integers_are_read_as_in_python() {
        assert_eq!(message(int::parse(" 1_000 ")), "1000");
        assert_eq!(message(int::parse("1_")), "ValueError: invalid literal for int() with base 10: '1_'");
        let long = format!("ValueError: invalid literal for int() with base 10: '{}", "é".repeat(199));
        assert_eq!(message(int::parse(&"é".repeat(300))), long);
        assert_eq!(message(int::pow_mod(2, -1, 5)), "3");
        assert_eq!(message(int::pow_mod(3, 4, -5)), "-4");
        assert_eq!(message(int::shift_left(1, -1)), "ValueError: negative shift count");
    }

    #[test]
    fn floats_divide_and_round_as_in_python() {
        assert_eq!(message(float::div_mod(-7.5, 2.0)), "(-4.0, 0.5)");
        assert_eq!(message(float::modulo(1.0, 0.0)), "ZeroDivisionError: float modulo");
        assert_eq!(message(float::floor_div(-0.0, 1.0)), "-0.0");
        assert_eq!(
            (float::round_to(2.675, 2), float::round_to(0.125, 2), float::round_to(15.0, -1)),
            (2.67, 0.12, 20.0)
        );
        assert_eq!(
            (float::round_to(25.0, -1), float::round_to(-996.0, -1), float::round_to(4.0, -1)),
            (20.0, -1000.0, 0.0)
        );
        assert_eq!(message(float::round(2.5)), "2");
        assert_eq!(message(float::to_int(f64::NAN)), "ValueError: cannot convert float NaN to integer");
        assert_eq!(message(float::pow(10.0, 400.0)), "OverflowError: (34, 'Numerical result out of range')");
    }

    #[test]
    fn floats_are_shown_as_in_python() {
        let shown = [1e16, 1e15, 1e-5, 0.0001, 1.0, -0.0, 1e300, 123_456_789.125, f64::NAN, f64::NEG_INFINITY];
        let text = shown.map(float::repr).join(" ");
        assert_eq!(text, "1e+16 1000000000000000.0 1e-05 0.0001 1.0 -0.0 1e+300 123456789.125 nan -inf");
    }

    #[test]
    fn texts_are_shown_as_in_python() {
        let shown = ["it's", "\"q\"", "'\"", "a\n\x7f\u{a0}", "é日\u{301}", "\u{ad}\u{e000}"].map(repr::text_repr);
        assert_eq!(shown, [r#""it's""#, r#"'"q"'"#, r#"'\'"'"#, r"'a\n\x7f\xa0'", "'é日\u{301}'", r"'\xad\ue000'"]);
        assert_eq!(repr::bytes_repr(b"a'\x00"), r#"b"a'\x00""#);
    }

    #[test]
    fn texts_count_code_points() {
        assert_eq!((text::len("héé"), text::find("日本語", "語"), text::find("a", "b")), (3, 2, -1));
        assert_eq!(message(text::item("abé", -1)), "\"é\"");
        assert_eq!(message(text::slice("abcé", None, None, Some(-1))), "\"écba\"");
        assert_eq!(message(text::item("a", 5)), "IndexError: string index out of range");
        assert_eq!(text::split_lines("a\r\nb\n\nc"), ["a", "b", "", "c"]);
        assert_eq!(text::zfill("-5", 4), "-005");
    }

    #[test]
    fn lists_wrap_and_clamp() {
        let xs = [1, 2, 3, 4, 5];
        assert_eq!(message(list::item(&xs, -1)), "5");
        assert_eq!(message(list::item(&xs, -6)), "IndexError: list index out of range");
        assert_eq!(message(list::slice(&xs, Some(-3), Some(99), None)), "[3, 4, 5]");
        assert_eq!(message(list::slice(&xs, Some(3), Some(0), Some(-2))), "[4, 2]");
        assert_eq!(message(list::slice(&xs, None, None, Some(0))), "ValueError: slice step cannot be zero");
        assert_eq!(message(list::pop_at(&mut vec![1], 3)), "IndexError: pop index out of range");
        assert_eq!(message(list::pop(&mut Vec::<i64>::new())), "IndexError: pop from empty list");
    }

    #[test]
    fn ranges_end_where_python_ends() {
        assert_eq!(range::steps(10, 0, -3).collect::<Vec<_>>(), [10, 7, 4, 1]);
        assert_eq!(range::steps(0, 10, 4).rev().collect::<Vec<_>>(), [8, 4, 0]);
        assert_eq!(range::steps(i64::MAX - 1, i64::MAX, 5).collect::<Vec<_>>(), [i64::MAX - 1]);
        assert_eq!(message(range::range(0, 1, 0).map(|_| ())), "ValueError: range() arg 3 must not be zero");
    }

    #[test]
    fn numbers_are_laid_out_as_in_python() {
        let layout = |fill, align, width, grouping| format::layout(fill, align, '-', width, grouping);
        assert_eq!(format::float(1_234_567.891, layout(' ', '>', 0, ','), Some(2), false, 'f'), "1,234,567.89");
        assert_eq!(format::int(-1234, layout('0', '=', 9, ','), false, 'd'), "-0,001,234");
        assert_eq!(format::int(255, layout(' ', '>', 6, ' '), true, 'x'), "  0xff");
        assert_eq!(format::float(0.000_012_3, layout(' ', '>', 0, ' '), None, false, 'g'), "1.23e-05");
        assert_eq!(format::float(0.5, layout(' ', '>', 0, ' '), Some(1), false, '%'), "50.0%");
        assert_eq!(format::text("é", layout('*', '^', 4, ' '), None), "*é**");
    }

    #[test]
    fn times_are_written_in_utc() {
        assert_eq!(clock::utc_format(1_700_000_000.999_999_9, "%Y-%m-%dT%H:%M:%SZ"), "2023-11-14T22:13:21Z");
        assert_eq!(clock::utc_format(-1.5, "%d.%m.%Y %S"), "31.12.1969 58");
    }

    #[test]
    fn json_is_what_flask_sends() {
        let data = json::parse("{\"b\": [1, 2.0, 1e16], \"a\": \"é\\n\", \"c\": null}".as_bytes());
        assert_eq!(json::to_body(&data), b"{\"a\":\"\\u00e9\\n\",\"b\":[1,2.0,1e+16],\"c\":null}\n");
        assert_eq!(message(json::item(&json::Json::Null, "a")), "TypeError: 'NoneType' object is not subscriptable");
        assert_eq!(
            message(json::to_int(&json::parse(b"\"x\""))),
            "ValueError: invalid literal for int() with base 10: 'x'"
        );
    }

    #[test]
    fn a_change_that_declines_is_undone() {
        let (object, other) = (shared::Shared::new(vec![1]), shared::Shared::new(5));
        shared::begin();
        object.update(|it| it.push(2));
        object.update(|it| it.push(3));
        other.update(|it| *it += 1);
        shared::end(true);
        assert_eq!((object.with(Vec::len), other.with(|it| *it)), (1, 5));
        shared::begin();
        object.update(|it| it.push(2));
        shared::end(false);
        assert_eq!(object.with(Vec::len), 2);
    }

    #[test]
    fn sorting_is_stable_both_ways() {
        let pairs = [(1, "a"), (0, "b"), (1, "c")];
        assert_eq!(order::sorted_by(pairs, true), ["a", "c", "b"]);
        assert_eq!(order::sorted_by(pairs, false), ["b", "a", "c"]);
        assert_eq!((order::max(1.0, f64::NAN), order::min(0.0f64, -0.0).is_sign_positive()), (1.0, true));
    }

    #[test]
    fn only_what_is_named_is_included() {
        let (uses, modules) = needs(&quote!(
            fn f(x: Dict<i64, f64>) -> f64 {
                other::list::pop();
                x.range;
                float::div(1.0, 2.0)
            }
        ));
        assert_eq!(uses, ["float", "dict::Dict"]);
        assert_eq!(modules, BTreeSet::from(["dict", "float"]));
        assert!(closure(modules).contains("exception"));
        let (uses, _) = needs(&quote!(
            fn f() {
                crate::support::exception::EXCEPTION;
                a.repr()
            }
        ));
        assert_eq!(uses, ["repr::Repr"]);
    }

    #[test]
    fn floats_are_written_as_python_does() {
        for (x, text) in [
            (4_000_000_010_984_477.0 / 4.0, "1000000002746119.2"),
            (4_000_000_010_984_479.0 / 4.0, "1000000002746119.8"),
            (9_007_199_254_740_993.0, "9007199254740992.0"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (5e-324, "5e-324"),
            (1e-4, "0.0001"),
            (-0.0, "-0.0"),
        ] {
            assert_eq!(float::repr(x), text);
        }
    }

    #[test]
    fn a_number_remembers_which_it_is() {
        use super::number::{Number, div, floor_div, modulo};
        use super::repr::Repr;
        assert_eq!((Number::Int(1) + Number::Int(2)).repr(), "3");
        assert_eq!((Number::Int(1) + Number::Float(2.0)).repr(), "3.0");
        assert_eq!(floor_div(Number::Int(-7), Number::Int(2)).unwrap().repr(), "-4");
        assert_eq!(modulo(Number::Float(-7.0), Number::Int(2)).unwrap().repr(), "1.0");
        assert_eq!(div(Number::Int(1), Number::Int(0)).unwrap_err().message(), "division by zero");
        assert_eq!(div(Number::Float(1.0), Number::Int(0)).unwrap_err().message(), "float division by zero");
        assert!(Number::Int((1 << 53) + 1) > Number::Float((1u64 << 53) as f64));
        assert_ne!(Number::Float(f64::NAN), Number::Float(f64::NAN));
        assert!(Number::Float(2.5) < Number::Int(3));
    }
}
