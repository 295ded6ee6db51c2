//! The typed syntax tree of Python 3.8 to 3.14, with a span on every node.
//!
//! It says what was written, not what it means: no names are resolved and nothing is desugared, but literals are
//! decoded (`'\x41'` is the text `A`, adjacent strings are one, `1_000` is the digits `1000`). Parentheses are gone.

use crate::span::Span;

/// A parsed file.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Top-level statements; the docstring is still the first of them.
    pub body: Vec<Stmt>,
}

/// A name as written, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The identifier, NFKC as Python compares it.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// From its first to its last byte, decorators included.
    pub span: Span,
}

/// The kinds of statement.
#[derive(Clone, Debug)]
pub enum StmtKind {
    FunctionDef(Box<FunctionDef>),
    ClassDef(Box<ClassDef>),
    Return(Option<Expr>),
    Delete(Vec<Expr>),
    /// `a = b = value`: targets from left to right.
    Assign {
        targets: Vec<Expr>,
        value: Expr,
    },
    AugAssign {
        target: Expr,
        op: BinaryOp,
        value: Expr,
    },
    AnnAssign {
        target: Expr,
        annotation: Expr,
        value: Option<Expr>,
    },
    /// `type Name[T] = value` (3.12).
    TypeAlias {
        name: Name,
        type_params: Vec<TypeParam>,
        value: Expr,
    },
    For {
        target: Expr,
        iter: Expr,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
        is_async: bool,
    },
    While {
        test: Expr,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    /// `elif` is an `If` alone in `orelse`.
    If {
        test: Expr,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    With {
        items: Vec<WithItem>,
        body: Vec<Stmt>,
        is_async: bool,
    },
    Match {
        subject: Expr,
        cases: Vec<MatchCase>,
    },
    Raise {
        exc: Option<Expr>,
        cause: Option<Expr>,
    },
    Try {
        body: Vec<Stmt>,
        handlers: Vec<ExceptHandler>,
        orelse: Vec<Stmt>,
        finalbody: Vec<Stmt>,
        is_star: bool,
    },
    Assert {
        test: Expr,
        msg: Option<Expr>,
    },
    Import(Vec<Alias>),
    /// `from ..module import names`; `level` counts the dots; `names` is `*` alone for a star import.
    ImportFrom {
        module: Option<Name>,
        names: Vec<Alias>,
        level: u32,
    },
    Global(Vec<Name>),
    Nonlocal(Vec<Name>),
    Expr(Expr),
    Pass,
    Break,
    Continue,
    /// What could not be parsed; a diagnostic says why.
    Error,
}

/// `def` or `async def`.
#[derive(Clone, Debug)]
pub struct FunctionDef {
    pub name: Name,
    pub decorators: Vec<Expr>,
    pub type_params: Vec<TypeParam>,
    pub params: Parameters,
    pub returns: Option<Expr>,
    pub body: Vec<Stmt>,
    pub is_async: bool,
}

/// `class`.
#[derive(Clone, Debug)]
pub struct ClassDef {
    pub name: Name,
    pub decorators: Vec<Expr>,
    pub type_params: Vec<TypeParam>,
    pub bases: Vec<Expr>,
    pub keywords: Vec<Keyword>,
    pub body: Vec<Stmt>,
}

/// Parameters in source order.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    pub items: Vec<Parameter>,
}

/// One parameter of a `def` or a `lambda`.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: Name,
    pub kind: ParameterKind,
    pub annotation: Option<Expr>,
    pub default: Option<Expr>,
}

/// How a parameter may be passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    PositionalOnly,
    Positional,
    /// `*args`
    VarPositional,
    KeywordOnly,
    /// `**kwargs`
    VarKeyword,
}

/// `T: bound = default`, `*Ts` or `**P` in square brackets of a definition.
#[derive(Clone, Debug)]
pub struct TypeParam {
    pub name: Name,
    pub kind: TypeParamKind,
    pub bound: Option<Expr>,
    pub default: Option<Expr>,
}

/// The three kinds of type parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeParamKind {
    TypeVar,
    TypeVarTuple,
    ParamSpec,
}

/// `name as asname` of an import; `name` may be dotted.
#[derive(Clone, Debug)]
pub struct Alias {
    pub name: Name,
    pub asname: Option<Name>,
}

/// `context as target`.
#[derive(Clone, Debug)]
pub struct WithItem {
    pub context: Expr,
    pub target: Option<Expr>,
}

/// `except kind as name:`.
#[derive(Clone, Debug)]
pub struct ExceptHandler {
    pub kind: Option<Expr>,
    pub name: Option<Name>,
    pub body: Vec<Stmt>,
    pub span: Span,
}

/// `case pattern if guard:`.
#[derive(Clone, Debug)]
pub struct MatchCase {
    pub pattern: Pattern,
    pub guard: Option<Expr>,
    pub body: Vec<Stmt>,
    pub span: Span,
}

/// A pattern of `match`.
#[derive(Clone, Debug)]
pub struct Pattern {
    pub kind: PatternKind,
    pub span: Span,
}

/// The kinds of pattern.
#[derive(Clone, Debug)]
pub enum PatternKind {
    /// Literal, signed number or dotted name, compared with `==` (`None`, `True`, `False` with `is`).
    Value(Expr),
    /// `_` (name `None`) or a capture.
    Capture(Option<Name>),
    Sequence(Vec<Pattern>),
    /// `*rest` inside a sequence.
    Star(Option<Name>),
    Mapping {
        items: Vec<(Expr, Pattern)>,
        rest: Option<Name>,
    },
    Class {
        class: Expr,
        positional: Vec<Pattern>,
        keywords: Vec<(Name, Pattern)>,
    },
    Or(Vec<Pattern>),
    As {
        pattern: Box<Pattern>,
        name: Name,
    },
    Error,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its bytes, without surrounding parentheses.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    Name(String),
    None,
    Bool(bool),
    Ellipsis,
    Int(IntLiteral),
    Float(f64),
    /// `2j`
    Imaginary(f64),
    Str(String),
    Bytes(Vec<u8>),
    /// An f-string, with adjacent plain strings folded in.
    FString(Vec<FStringPart>),
    /// A t-string (3.14).
    TString(Vec<FStringPart>),
    Tuple(Vec<Expr>),
    List(Vec<Expr>),
    Set(Vec<Expr>),
    Dict(Vec<DictItem>),
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `a and b and c`, flattened.
    BoolOp {
        op: BoolOp,
        values: Vec<Expr>,
    },
    /// `left op0 comparators[0] op1 comparators[1] ...`
    Compare {
        left: Box<Expr>,
        ops: Vec<CompareOp>,
        comparators: Vec<Expr>,
    },
    /// `body if test else orelse`
    Conditional {
        test: Box<Expr>,
        body: Box<Expr>,
        orelse: Box<Expr>,
    },
    Call {
        func: Box<Expr>,
        args: Vec<Expr>,
        keywords: Vec<Keyword>,
    },
    Attribute {
        value: Box<Expr>,
        attr: Name,
    },
    Subscript {
        value: Box<Expr>,
        index: Box<Expr>,
    },
    /// Only as the index of a subscript, or in a tuple there.
    Slice {
        lower: Option<Box<Expr>>,
        upper: Option<Box<Expr>>,
        step: Option<Box<Expr>>,
    },
    /// `*value`
    Starred(Box<Expr>),
    Named {
        target: Name,
        value: Box<Expr>,
    },
    Lambda {
        params: Box<Parameters>,
        body: Box<Expr>,
    },
    ListComp {
        element: Box<Expr>,
        clauses: Vec<Comprehension>,
    },
    SetComp {
        element: Box<Expr>,
        clauses: Vec<Comprehension>,
    },
    DictComp {
        key: Box<Expr>,
        value: Box<Expr>,
        clauses: Vec<Comprehension>,
    },
    Generator {
        element: Box<Expr>,
        clauses: Vec<Comprehension>,
    },
    Await(Box<Expr>),
    Yield(Option<Box<Expr>>),
    YieldFrom(Box<Expr>),
    /// What could not be parsed; a diagnostic says why.
    Error,
}

/// An integer literal: its value where it fits, else its digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntLiteral {
    /// Fits in 64 bits.
    Small(i64),
    /// Decimal digits of a larger one.
    Big(String),
}

/// `key: value`, or `**mapping` where `key` is `None`.
#[derive(Clone, Debug)]
pub struct DictItem {
    pub key: Option<Expr>,
    pub value: Expr,
}

/// A piece of an f-string.
#[derive(Clone, Debug)]
pub enum FStringPart {
    Literal(String),
    /// `{value!conversion:spec}`; `debug` holds the text before the value of `{x=}`.
    Field {
        value: Expr,
        conversion: Option<char>,
        spec: Vec<FStringPart>,
        debug: Option<String>,
    },
}

/// `for target in iter if condition if condition`.
#[derive(Clone, Debug)]
pub struct Comprehension {
    pub target: Expr,
    pub iter: Expr,
    pub conditions: Vec<Expr>,
    pub is_async: bool,
}

/// `name=value`, or `**value` where `name` is `None`.
#[derive(Clone, Debug)]
pub struct Keyword {
    pub name: Option<Name>,
    pub value: Expr,
}

/// Prefix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Not,
    Minus,
    Plus,
    Invert,
}

/// Infix operators that compute; also those of augmented assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    MatMul,
    Div,
    FloorDiv,
    Mod,
    Pow,
    LeftShift,
    RightShift,
    BitOr,
    BitXor,
    BitAnd,
}

/// `and`, `or`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoolOp {
    And,
    Or,
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    Eq,
    NotEq,
    Lt,
    LtEq,
    Gt,
    GtEq,
    Is,
    IsNot,
    In,
    NotIn,
}

/// The statement lists directly inside a statement.
pub fn bodies(stmt: &Stmt) -> Vec<&[Stmt]> {
    match &stmt.kind {
        StmtKind::FunctionDef(def) => vec![&def.body],
        StmtKind::ClassDef(def) => vec![&def.body],
        StmtKind::For { body, orelse, .. }
        | StmtKind::While { body, orelse, .. }
        | StmtKind::If { body, orelse, .. } => {
            vec![body, orelse]
        }
        StmtKind::With { body, .. } => vec![body],
        StmtKind::Match { cases, .. } => cases.iter().map(|case| case.body.as_slice()).collect(),
        StmtKind::Try { body, handlers, orelse, finalbody, .. } => {
            let mut all: Vec<&[Stmt]> = vec![body];
            all.extend(handlers.iter().map(|h| h.body.as_slice()));
            all.extend([orelse.as_slice(), finalbody.as_slice()]);
            all
        }
        _ => Vec::new(),
    }
}

/// The same lists, to be changed.
pub fn bodies_mut(stmt: &mut Stmt) -> Vec<&mut Vec<Stmt>> {
    match &mut stmt.kind {
        StmtKind::FunctionDef(def) => vec![&mut def.body],
        StmtKind::ClassDef(def) => vec![&mut def.body],
        StmtKind::For { body, orelse, .. }
        | StmtKind::While { body, orelse, .. }
        | StmtKind::If { body, orelse, .. } => vec![body, orelse],
        StmtKind::With { body, .. } => vec![body],
        StmtKind::Match { cases, .. } => cases.iter_mut().map(|case| &mut case.body).collect(),
        StmtKind::Try { body, handlers, orelse, finalbody, .. } => {
            let handlers = handlers.iter_mut().map(|handler| &mut handler.body);
            std::iter::once(body).chain(handlers).chain([orelse, finalbody]).collect()
        }
        _ => Vec::new(),
    }
}

/// Calls `see` with every function of some statements that is not inside another one, methods included.
pub fn each_function_mut(body: &mut [Stmt], see: &mut dyn FnMut(&mut FunctionDef)) {
    for stmt in body {
        match &mut stmt.kind {
            StmtKind::FunctionDef(def) => see(def),
            _ => bodies_mut(stmt).into_iter().for_each(|inner| each_function_mut(inner, see)),
        }
    }
}
