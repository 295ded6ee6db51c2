//! The one file that knows the parser library: text in, a concrete tree out.
//!
//! The rest of the component sees [`Node`]s with a [`Kind`], a [`Field`], a span and children, comments left out. The
//! concrete tree is tolerant: what it could not make sense of is a node of kind [`Kind::Error`] or a *missing* token.

use crate::span::Span;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use tree_sitter::{Language, Parser, TreeCursor};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $word:literal),* $(,)? } $($extra:ident)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($variant,)* $($extra,)* }

        impl $name {
            fn of_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some($name::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

words! {
    /// Grammar rules that the tree builder asks for; `Token` is a keyword or a sign, `Other` a rule nobody asks for.
    Kind {
        AliasedImport "aliased_import", ArgumentList "argument_list", AsPattern "as_pattern",
        AsPatternTarget "as_pattern_target", Assert "assert_statement", Assignment "assignment",
        Attribute "attribute", AugAssignment "augmented_assignment", Await "await", Binary "binary_operator",
        Block "block", Boolean "boolean_operator", Break "break_statement", Call "call", CaseClause "case_clause",
        CasePattern "case_pattern", Chevron "chevron", ClassDef "class_definition", ClassPattern "class_pattern",
        Comparison "comparison_operator", ComplexPattern "complex_pattern", Concatenated "concatenated_string",
        Conditional "conditional_expression", ConstrainedType "constrained_type", Continue "continue_statement",
        Decorated "decorated_definition", Decorator "decorator", DefaultParameter "default_parameter",
        Delete "delete_statement", DictPattern "dict_pattern", Dict "dictionary", DictComp "dictionary_comprehension",
        DictSplat "dictionary_splat", DictSplatPattern "dictionary_splat_pattern", DottedName "dotted_name",
        Elif "elif_clause", Else "else_clause", Except "except_clause", Exec "exec_statement",
        ExpressionList "expression_list", ExpressionStatement "expression_statement", Finally "finally_clause",
        ForInClause "for_in_clause", For "for_statement", FormatExpression "format_expression",
        FormatSpecifier "format_specifier", FunctionDef "function_definition", FutureImport "future_import_statement",
        Generator "generator_expression", GenericType "generic_type", Global "global_statement", IfClause "if_clause",
        If "if_statement", ImportFrom "import_from_statement", ImportPrefix "import_prefix",
        Import "import_statement", Interpolation "interpolation", KeywordArgument "keyword_argument",
        KeywordPattern "keyword_pattern", KeywordSeparator "keyword_separator", Lambda "lambda",
        LambdaParameters "lambda_parameters", List "list", ListComp "list_comprehension", ListPattern "list_pattern",
        ListSplat "list_splat", ListSplatPattern "list_splat_pattern", Match "match_statement",
        MemberType "member_type", Module "module", Named "named_expression", Nonlocal "nonlocal_statement",
        Not "not_operator", Pair "pair", Parameters "parameters", Parenthesized "parenthesized_expression",
        ParenthesizedSplat "parenthesized_list_splat", Pass "pass_statement", PatternList "pattern_list",
        PositionalSeparator "positional_separator", Print "print_statement", Raise "raise_statement",
        RelativeImport "relative_import", Return "return_statement", Set "set", SetComp "set_comprehension",
        Slice "slice", SplatPattern "splat_pattern", SplatType "splat_type", String "string",
        StringContent "string_content", Subscript "subscript", Try "try_statement", Tuple "tuple",
        TuplePattern "tuple_pattern", Type "type", TypeAlias "type_alias_statement", TypeParameter "type_parameter",
        TypedDefaultParameter "typed_default_parameter", TypedParameter "typed_parameter", Unary "unary_operator",
        UnionPattern "union_pattern", UnionType "union_type", While "while_statement",
        WildcardImport "wildcard_import", WithClause "with_clause", WithItem "with_item", With "with_statement",
        Yield "yield", Ellipsis "ellipsis", False "false", Float "float", Identifier "identifier", Integer "integer",
        None "none", StringEnd "string_end", StringStart "string_start", True "true",
        TypeConversion "type_conversion",
    }
    Token NotIn IsNot Error Other
}

words! {
    /// Names that the grammar gives to some children.
    Field {
        Alias "alias", Alternative "alternative", Argument "argument", Arguments "arguments", Attribute "attribute",
        Body "body", Cause "cause", Code "code", Condition "condition", Consequence "consequence",
        Definition "definition", Expression "expression", FormatSpecifier "format_specifier", Function "function",
        Guard "guard", Key "key", Left "left", ModuleName "module_name", Name "name", Object "object",
        Operator "operator", Operators "operators", Parameters "parameters", ReturnType "return_type", Right "right",
        Subject "subject", Subscript "subscript", Superclasses "superclasses", Type "type",
        TypeConversion "type_conversion", TypeParameters "type_parameters", Value "value",
    }
}

/// A concrete tree that owns its nodes.
pub struct Tree(tree_sitter::Tree);

/// A node of a [`Tree`], with the field under which its parent holds it.
#[derive(Clone, Copy, PartialEq)]
pub struct Node<'t> {
    inner: tree_sitter::Node<'t>,
    field: Option<Field>,
}

/// How often the parser may ask "go on?" for each byte of text, before it is stopped.
const CHECKS_PER_BYTE: usize = 4;

/// Asks that any text may cost, however short.
const CHECKS_AT_LEAST: usize = 100_000;

/// Parses the bytes of `text` inside `span`, with offsets of the whole text; `None` where the parser gave up, which it
/// does after an amount of work in proportion to the length.
pub fn parse(text: &str, span: Span) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&grammar().language).ok()?;
    if span != Span::new(0, text.len()) {
        parser.set_included_ranges(&[range_of(text, span)]).ok()?;
    }
    let mut left = CHECKS_AT_LEAST + text.len().saturating_mul(CHECKS_PER_BYTE) / 100;
    let mut go_on = |_: &tree_sitter::ParseState| {
        left = left.saturating_sub(1);
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = tree_sitter::ParseOptions::new().progress_callback(&mut go_on);
    let bytes = text.as_bytes();
    let tree = parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or(&[]), None, Some(options))?;
    Some(Tree(tree))
}

impl Tree {
    /// The node of the whole file.
    pub fn root(&self) -> Node<'_> {
        Node { inner: self.0.root_node(), field: None }
    }
}

impl<'t> Node<'t> {
    /// Which rule it is.
    pub fn kind(self) -> Kind {
        if self.inner.is_error() {
            return Kind::Error;
        }
        grammar().kinds.get(self.inner.kind_id() as usize).copied().unwrap_or(Kind::Other)
    }

    /// The field under which its parent holds it.
    pub fn field(self) -> Option<Field> {
        self.field
    }

    /// Its bytes.
    pub fn span(self) -> Span {
        Span::new(self.inner.start_byte(), self.inner.end_byte())
    }

    /// Whether it, or something in it, could not be parsed.
    pub fn has_error(self) -> bool {
        self.inner.has_error()
    }

    /// Whether the parser invented it to be able to go on.
    pub fn is_missing(self) -> bool {
        self.inner.is_missing()
    }

    /// Whether it is text that could not be parsed.
    pub fn is_error(self) -> bool {
        self.inner.is_error()
    }

    /// The rule's name as the grammar writes it, for messages.
    pub fn word(self) -> &'t str {
        self.inner.kind()
    }

    /// All children but comments, in order.
    pub fn children(self) -> Vec<Node<'t>> {
        let mut children = Vec::with_capacity(self.inner.child_count() as usize);
        let mut cursor = self.inner.walk();
        let mut more = cursor.goto_first_child();
        while more {
            children.extend(Node::at(&cursor));
            more = cursor.goto_next_sibling();
        }
        children
    }

    /// Children that are rules, not keywords or signs.
    pub fn parts(self) -> Vec<Node<'t>> {
        let mut children = self.children();
        children.retain(|child| !child.is_token());
        children
    }

    /// The first child of a field.
    pub fn child(self, field: Field) -> Option<Node<'t>> {
        let id = grammar().field_ids.iter().find(|(known, _)| *known == field)?.1;
        self.inner.child_by_field_id(id).map(|inner| Node { inner, field: Some(field) })
    }

    /// The first child that is not a comment.
    pub fn first_child(self) -> Option<Node<'t>> {
        let mut cursor = self.inner.walk();
        let mut more = cursor.goto_first_child();
        while more {
            match Node::at(&cursor) {
                None => more = cursor.goto_next_sibling(),
                child => return child,
            }
        }
        None
    }

    /// Whether it is a keyword or a sign.
    pub fn is_token(self) -> bool {
        !self.inner.is_named()
    }

    fn at(cursor: &TreeCursor<'t>) -> Option<Self> {
        let inner = cursor.node();
        if inner.is_extra() && !inner.is_error() {
            return None;
        }
        let field = cursor.field_id().and_then(|id| grammar().fields.get(id.get() as usize).copied().flatten());
        Some(Node { inner, field })
    }
}

/// The grammar's numbers, translated once.
struct Grammar {
    language: Language,
    kinds: Vec<Kind>,
    fields: Vec<Option<Field>>,
    field_ids: Vec<(Field, u16)>,
}

fn grammar() -> &'static Grammar {
    static GRAMMAR: OnceLock<Grammar> = OnceLock::new();
    GRAMMAR.get_or_init(|| {
        let language = Language::new(tree_sitter_python::LANGUAGE);
        let kinds = (0..language.node_kind_count() as u16).map(|id| kind_of(&language, id)).collect();
        let field = |id| language.field_name_for_id(id).and_then(Field::of_word);
        let fields: Vec<_> = (0..=language.field_count() as u16).map(field).collect();
        let field_ids = (0u16..).zip(&fields).filter_map(|(id, field)| Some(((*field)?, id))).collect();
        Grammar { language, kinds, fields, field_ids }
    })
}

fn kind_of(language: &Language, id: u16) -> Kind {
    let word = language.node_kind_for_id(id).unwrap_or("");
    match (language.node_kind_is_named(id), word) {
        (true, word) => Kind::of_word(word).unwrap_or(Kind::Other),
        (false, "not in") => Kind::NotIn,
        (false, "is not") => Kind::IsNot,
        (false, _) => Kind::Token,
    }
}

fn range_of(text: &str, span: Span) -> tree_sitter::Range {
    let point = |offset: u32| {
        let before = text.get(..offset as usize).unwrap_or("");
        let row = before.bytes().filter(|byte| *byte == b'\n').count();
        tree_sitter::Point::new(row, before.len() - before.rfind('\n').map_or(0, |at| at + 1))
    };
    tree_sitter::Range {
        start_byte: span.start as usize,
        end_byte: span.end as usize,
        start_point: point(span.start),
        end_point: point(span.end),
    }
}
