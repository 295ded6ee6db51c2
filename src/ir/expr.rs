//! Expressions and places of the IR.

use super::{Builtin, ClassId, FieldId, FunctionId, GlobalId, LocalId, Stmt, Type};
use crate::span::Location;

/// An expression with its type and the Python it came from.
#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: Type,
    pub at: Location,
}

/// The kinds of expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Bytes(Vec<u8>),
    /// Reads a place; how the value leaves it is in `take`.
    Read {
        place: Place,
        take: Take,
    },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{k: v}`; later keys win, the first position stays.
    Dict(Vec<(Expr, Expr)>),
    /// `{a, b}`
    Set(Vec<Expr>),
    Tuple(Vec<Expr>),
    /// `-x`, `~x` on int; `-x` on float.
    Negate(Box<Expr>),
    Invert(Box<Expr>),
    Not(Box<Expr>),
    /// Arithmetic; both operands have the same type (`Int` or `Float`), widening is explicit.
    Arith {
        op: ArithOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// Comparison of two values of one type, or of `Int` with `Float` (exact, as Python does).
    Compare {
        op: CompareOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `left and right`, `left or right` on booleans; right is evaluated only if needed.
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// `then if test else orelse`; all of one type.
    If {
        test: Box<Expr>,
        then: Box<Expr>,
        orelse: Box<Expr>,
    },
    /// Statements, then a value: for what Python writes in one expression and others in several statements.
    Block {
        body: Vec<Stmt>,
        value: Box<Expr>,
    },
    /// Change of representation that loses nothing, or guards.
    Convert {
        to: Conversion,
        value: Box<Expr>,
    },
    /// `value is None` on an Optional.
    IsNone(Box<Expr>),
    /// A builtin operation; operand needs and raising are in its table.
    Builtin {
        op: Builtin,
        args: Vec<Expr>,
    },
    /// Call of a function of the program; arguments are bound, one per parameter; for methods the first is `self`.
    Call {
        function: FunctionId,
        args: Vec<Expr>,
    },
    /// Call of a function value.
    CallValue {
        callee: Box<Expr>,
        args: Vec<Expr>,
    },
    /// A new object of a class, one value per field, in field order.
    Construct {
        class: ClassId,
        fields: Vec<Expr>,
    },
    /// A member of an enumeration.
    Member {
        class: ClassId,
        index: u32,
    },
    /// A list, set or dict built by loops, or a fold over loops (`sum`, `any`, `max` ...).
    Comprehension(Box<Comprehension>),
    /// Text from pieces (f-string).
    Format(Vec<FormatPart>),
    /// A function as a value: one entry a parameter, the value that it surely has or nothing where the caller gives it.
    Closure {
        function: FunctionId,
        args: Vec<Option<Expr>>,
    },
    /// A new cell that holds a value.
    NewCell(Box<Expr>),
    /// `sorted(items, key=key, reverse=reverse)`: a new list, stable; guards where a float key is NaN.
    Sorted {
        items: Box<Expr>,
        key: Option<Box<Lambda>>,
        reverse: bool,
    },
    /// `items.sort(key=key, reverse=reverse)`: changes the list in place.
    Sort {
        items: Box<Expr>,
        key: Option<Box<Lambda>>,
        reverse: bool,
    },
    /// `str(exception)`: its message.
    Message(Box<Expr>),
    /// A field of an exception whose class surely sets it.
    Attribute {
        exception: Box<Expr>,
        name: String,
    },
}

/// How a value leaves the place where it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// Only looked at: the context borrows it, or it is a scalar and copied.
    Look,
    /// Taken out: the place is not read again.
    Move,
    /// Duplicated, because the place is read again and nobody can see the difference (or it is a shared handle).
    Clone,
}

/// Something that can be read, assigned or changed.
#[derive(Clone, Debug)]
pub enum Place {
    Local(LocalId),
    Global(GlobalId),
    /// A field of an object; `base` is of the class's type (after narrowing, of an Optional's inner type).
    Field {
        base: Box<Expr>,
        class: ClassId,
        field: FieldId,
    },
    /// An element; `base` is a list, dict, tuple, str or bytes. Reading raises IndexError or KeyError unless proven.
    Item {
        base: Box<Expr>,
        index: Box<Expr>,
        check: Check,
    },
    /// The element of a dict at a key, put there with the default where it is absent (`setdefault`).
    Entry {
        base: Box<Expr>,
        key: Box<Expr>,
        default: Box<Expr>,
    },
    /// The value inside an Optional that is known not to be None here.
    Some(Box<Expr>),
    /// The value inside an Optional that may be None where the code does not expect it: then the call declines.
    Present(Box<Expr>),
    /// What a cell holds.
    Cell(Box<Expr>),
}

/// What is known of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// May be negative or out of range: wrap, then check.
    Wrap,
    /// Known to be at least zero: check the upper bound only.
    Upper,
    /// Proven in range.
    Proven,
}

/// Arithmetic operators with Python's meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArithOp {
    Add,
    Sub,
    Mul,
    /// `/`: operands `Int` or `Float`, result `Float`; ZeroDivisionError.
    TrueDiv,
    /// `//`: rounds toward minus infinity; ZeroDivisionError.
    FloorDiv,
    /// `%`: sign of the divisor; ZeroDivisionError.
    Mod,
    /// `**`: ints with a non-negative exponent (guard otherwise unless proven), or floats.
    Pow,
    /// Ints only, from here on. Shifts raise ValueError on a negative count.
    LeftShift,
    RightShift,
    BitAnd,
    BitOr,
    BitXor,
}

/// Comparisons that give a bool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    Eq,
    NotEq,
    Lt,
    LtEq,
    Gt,
    GtEq,
    /// Identity of two objects of a class.
    Is,
    IsNot,
}

impl CompareOp {
    /// The comparison of the operands the other way round: `a < b` is `b > a`.
    pub fn mirrored(self) -> CompareOp {
        match self {
            CompareOp::Lt => CompareOp::Gt,
            CompareOp::LtEq => CompareOp::GtEq,
            CompareOp::Gt => CompareOp::Lt,
            CompareOp::GtEq => CompareOp::LtEq,
            CompareOp::Eq | CompareOp::NotEq | CompareOp::Is | CompareOp::IsNot => self,
        }
    }
}

/// A change of representation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Conversion {
    /// int or float to a number that remembers which it is.
    ToNumber,
    /// int or bool to float as Python's `int.__float__`: rounds to nearest even.
    ToFloat,
    /// int to float where a float is declared or expected: the program goes on with `3.0` for Python's `3`, which
    /// nobody can tell (checked by `lower`). Guards beyond 2^53.
    Widen,
    /// bool to int.
    ToInt,
    /// `T` to `Optional(T)`.
    Some,
    /// The same number, proven not to be zero.
    NonZero,
    /// Any value to `Json`.
    ToJson,
}

/// Loops that build or fold.
#[derive(Clone, Debug)]
pub struct Comprehension {
    pub kind: ComprehensionKind,
    /// Loops from the outermost in; conditions belong to their loop.
    pub loops: Vec<Loop>,
}

/// What the loops feed.
#[derive(Clone, Debug)]
pub enum ComprehensionKind {
    List(Expr),
    Set(Expr),
    Dict {
        key: Expr,
        value: Expr,
    },
    /// `sum(element for ...)` from a start value.
    Sum {
        element: Expr,
        start: Expr,
    },
    /// `any(...)`, stops early.
    Any(Expr),
    /// `all(...)`, stops early.
    All(Expr),
    /// `min`/`max`, with `default` (else ValueError on none) and `key` as a lambda.
    Extreme {
        element: Expr,
        largest: bool,
        key: Option<Lambda>,
        default: Option<Expr>,
    },
}

/// `for target in iter if conditions`.
#[derive(Clone, Debug)]
pub struct Loop {
    pub target: Target,
    pub iter: Iter,
    pub conditions: Vec<Expr>,
}

/// What is assigned by a loop or an unpacking.
#[derive(Clone, Debug)]
pub enum Target {
    /// Declares a new variable.
    Declare(LocalId),
    /// Assigns to something that exists.
    Assign(Place),
    /// Takes a tuple apart.
    Tuple(Vec<Target>),
    /// Value is not wanted (`_` that nobody reads).
    Ignore,
}

/// What is iterated.
#[derive(Clone, Debug)]
pub enum Iter {
    /// `range(start, stop, step)`; a step of zero raises ValueError unless it is a constant.
    Range {
        start: Expr,
        stop: Expr,
        step: Expr,
    },
    /// Elements of a list, set, tuple of one type, keys of a dict, characters of a str, bytes as ints. The container does not change
    /// while it is iterated.
    Value(Expr),
    /// `d.items()` as tuples, `d.values()`; (`d.keys()` is `Value`).
    Items(Expr),
    Values(Expr),
    /// `enumerate(inner, start)` as tuples.
    Enumerate(Box<Iter>, Expr),
    /// `zip(...)` as tuples; stops with the shortest.
    Zip(Vec<Iter>),
    /// `reversed(list)`, `reversed(range)`.
    Reversed(Box<Iter>),
}

/// A piece of formatted text.
#[derive(Clone, Debug)]
pub enum FormatPart {
    Literal(String),
    /// A value with an optional conversion and a parsed specification.
    Value {
        value: Expr,
        repr: bool,
        spec: FormatSpec,
    },
}

/// `[[fill]align][sign][#][0][width][,][.precision][type]`, as far as it is translated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormatSpec {
    pub fill: Option<char>,
    /// One of `<`, `>`, `^`, `=`.
    pub align: Option<char>,
    /// `+`, `-` or space.
    pub sign: Option<char>,
    pub alternate: bool,
    pub zero: bool,
    pub width: Option<u32>,
    /// `,` or `_`.
    pub grouping: Option<char>,
    pub precision: Option<u32>,
    /// Presentation type: `d`, `f`, `x`, `s` ...
    pub kind: Option<char>,
}

impl FormatSpec {
    /// True for `format(x, "")`, which is `str(x)`.
    pub fn is_empty(&self) -> bool {
        *self == FormatSpec::default()
    }
}

/// A `key` whose variables live in the enclosing function's table; it captures by reading only.
#[derive(Clone, Debug)]
pub struct Lambda {
    pub params: Vec<LocalId>,
    pub body: Expr,
}

impl Expr {
    /// An expression from its parts.
    pub fn new(kind: ExprKind, ty: Type, at: Location) -> Expr {
        Expr { kind, ty, at }
    }

    /// Reads a local without deciding how.
    pub fn local(local: LocalId, ty: Type, at: Location) -> Expr {
        Expr::new(ExprKind::Read { place: Place::Local(local), take: Take::Look }, ty, at)
    }

    /// The place that is read, where it is nothing but a read.
    pub fn as_place(&self) -> Option<&Place> {
        match &self.kind {
            ExprKind::Read { place, .. } => Some(place),
            _ => None,
        }
    }
}

impl Place {
    /// The variable or global at the root of the path, where the path starts at one.
    pub fn root(&self) -> Option<Root> {
        match self {
            Place::Local(local) => Some(Root::Local(*local)),
            Place::Global(global) => Some(Root::Global(*global)),
            Place::Field { base, .. }
            | Place::Item { base, .. }
            | Place::Entry { base, .. }
            | Place::Some(base)
            | Place::Present(base)
            | Place::Cell(base) => base.as_place()?.root(),
        }
    }
}

/// Where a path of fields and elements starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Root {
    Local(LocalId),
    Global(GlobalId),
}
