//! Statements of the IR.

use super::{ArithOp, Expr, Iter, LocalId, Place, Target};
use crate::span::Location;

/// A statement and the Python it came from.
#[derive(Clone, Debug)]
pub struct Stmt {
    pub kind: StmtKind,
    pub at: Location,
}

/// The kinds of statement.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// Declares a variable; without a value where it is first assigned in an inner block (and surely before it is read).
    Let {
        local: LocalId,
        value: Option<Expr>,
    },
    /// `place = value`; value is evaluated first.
    Assign {
        place: Place,
        value: Expr,
    },
    /// `place op= value` on numbers and text; the place is evaluated once, before the value. For text only `Add`.
    Update {
        place: Place,
        op: ArithOp,
        value: Expr,
    },
    /// `a, b = value`: value is a tuple expression; all of it is evaluated before the first target is assigned.
    Unpack {
        targets: Vec<Target>,
        value: Expr,
    },
    Expr(Expr),
    If {
        test: Expr,
        then: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    /// `orelse` runs when the loop ends without `break`; mostly empty.
    While {
        test: Expr,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    For {
        target: Target,
        iter: Iter,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    /// `return`; in a function whose result is None the value is absent.
    Return(Option<Expr>),
    Raise(Raise),
    /// Raises again the exception that the enclosing handler caught.
    Reraise(LocalId),
    Try {
        body: Vec<Stmt>,
        handlers: Vec<Handler>,
        orelse: Vec<Stmt>,
        finally: Vec<Stmt>,
    },
    Break,
    Continue,
}

/// `raise Class(message)`.
#[derive(Clone, Debug)]
pub struct Raise {
    pub class: ExceptionId,
    /// `str(exception)`, as text; computed as the class's own `__str__` does (KeyError: repr of its argument).
    pub message: Expr,
    /// Fields that the class sets, by name: values that never change, read by [`super::ExprKind::Attribute`].
    pub attributes: Vec<(String, Expr)>,
}

/// `except (A, B) as name:`; an empty list catches everything that derives from `Exception`.
#[derive(Clone, Debug)]
pub struct Handler {
    pub classes: Vec<ExceptionId>,
    /// The variable that holds the exception; always present, so that `Reraise` can name it; see `Local::used`.
    pub local: LocalId,
    pub body: Vec<Stmt>,
}

/// An exception class: one of Python's, or one that the program defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExceptionId {
    Builtin(ExceptionKind),
    /// Index into [`super::Program::exceptions`].
    Custom(u32),
}

impl Stmt {
    /// A statement from its parts.
    pub fn new(kind: StmtKind, at: Location) -> Stmt {
        Stmt { kind, at }
    }
}

/// A built-in exception class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExceptionKind {
    BaseException,
    Exception,
    ArithmeticError,
    OverflowError,
    ZeroDivisionError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    ImportError,
    LookupError,
    IndexError,
    KeyError,
    MemoryError,
    NameError,
    UnboundLocalError,
    OSError,
    ConnectionError,
    FileExistsError,
    FileNotFoundError,
    PermissionError,
    TimeoutError,
    RuntimeError,
    NotImplementedError,
    RecursionError,
    StopIteration,
    SyntaxError,
    SystemError,
    TypeError,
    ValueError,
    UnicodeError,
    UnicodeDecodeError,
    UnicodeEncodeError,
}

impl ExceptionKind {
    /// Every built-in class with its Python name and its base (itself for the root).
    pub const TABLE: &'static [(ExceptionKind, &'static str, ExceptionKind)] = {
        use ExceptionKind::*;
        &[
            (BaseException, "BaseException", BaseException),
            (Exception, "Exception", BaseException),
            (ArithmeticError, "ArithmeticError", Exception),
            (OverflowError, "OverflowError", ArithmeticError),
            (ZeroDivisionError, "ZeroDivisionError", ArithmeticError),
            (AssertionError, "AssertionError", Exception),
            (AttributeError, "AttributeError", Exception),
            (BufferError, "BufferError", Exception),
            (EOFError, "EOFError", Exception),
            (ImportError, "ImportError", Exception),
            (LookupError, "LookupError", Exception),
            (IndexError, "IndexError", LookupError),
            (KeyError, "KeyError", LookupError),
            (MemoryError, "MemoryError", Exception),
            (NameError, "NameError", Exception),
            (UnboundLocalError, "UnboundLocalError", NameError),
            (OSError, "OSError", Exception),
            (ConnectionError, "ConnectionError", OSError),
            (FileExistsError, "FileExistsError", OSError),
            (FileNotFoundError, "FileNotFoundError", OSError),
            (PermissionError, "PermissionError", OSError),
            (TimeoutError, "TimeoutError", OSError),
            (RuntimeError, "RuntimeError", Exception),
            (NotImplementedError, "NotImplementedError", RuntimeError),
            (RecursionError, "RecursionError", RuntimeError),
            (StopIteration, "StopIteration", Exception),
            (SyntaxError, "SyntaxError", Exception),
            (SystemError, "SystemError", Exception),
            (TypeError, "TypeError", Exception),
            (ValueError, "ValueError", Exception),
            (UnicodeError, "UnicodeError", ValueError),
            (UnicodeDecodeError, "UnicodeDecodeError", UnicodeError),
            (UnicodeEncodeError, "UnicodeEncodeError", UnicodeError),
        ]
    };

    /// The Python name.
    pub fn name(self) -> &'static str {
        Self::TABLE[self as usize].1
    }

    /// The class it derives from; `None` for the root.
    pub fn base(self) -> Option<ExceptionKind> {
        let base = Self::TABLE[self as usize].2;
        (base != self).then_some(base)
    }

    /// The class of a Python name (`IOError` and `EnvironmentError` are `OSError`).
    pub fn from_name(name: &str) -> Option<ExceptionKind> {
        let name = if matches!(name, "IOError" | "EnvironmentError") { "OSError" } else { name };
        Self::TABLE.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exception_table_is_in_order_of_the_enum() {
        for (index, (kind, name, base)) in ExceptionKind::TABLE.iter().enumerate() {
            assert_eq!(*kind as usize, index, "{name}");
            assert!((*base as usize) < index || index == 0, "{name}");
            assert_eq!(ExceptionKind::from_name(name), Some(*kind));
        }
    }
}
