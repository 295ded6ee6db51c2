//! Operations of Python's library that one support function carries out in each language.
//!
//! A row is a signature as Python's documentation writes it, what the operation may do besides giving a value, and
//! the name of the support function. `lower` finds and binds operations by the signature; the back ends call
//! `text::center` in Rust and `support.TextCenter` in Go, so that a new operation takes one row and one function in
//! each language:
//!
//! ```text
//! str.center(width: int, fill: str = ' ', /) -> str raises guards = text::center
//! list[T].index(value: T, start: int) -> int raises eq=T repr=T = list::index_from
//! heapq.heappush(heap: mut list[T], item: own T, /) -> None guards ord=T = heapq::push
//! ```
//!
//! Capital letters are type variables. `iter[T]` takes anything that can be iterated, as a list; `anyorder[T]` the same
//! where the order of a set cannot be seen in the result. `mut` changes the operand in place, `own` keeps it. A `float`
//! takes ints too. `*xs: T` collects what is left into a list. Rows of one name are tried in order.

mod pattern;
mod rows;

pub use pattern::{Bindings, Pattern};

use super::{Need, Type};
use std::collections::HashMap;
use std::sync::LazyLock;

/// An operation of the table.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operation(u16);

/// What the table says of an operation.
#[derive(Debug)]
pub struct Row {
    /// Full Python name: `math.comb`; for methods with the type's name: `str.center`; builtins start with `builtins.`.
    pub path: String,
    /// Operands in order; the object of a method is the first.
    pub params: Vec<Param>,
    /// True where the first operand is the object of a method.
    pub is_method: bool,
    pub result: Pattern,
    /// It can end in a Python exception.
    pub raises: bool,
    /// It can decline.
    pub guards: bool,
    /// It does something outside of the program, or depends on it.
    pub outside: bool,
    /// It puts its operands into text.
    pub shows: bool,
    /// What has to be known of type variables.
    pub asks: Vec<(Ask, char)>,
    /// Module of the support function: `text`.
    pub module: String,
    /// Its name in that module: `center`.
    pub function: String,
}

/// An operand.
#[derive(Debug)]
pub struct Param {
    pub name: String,
    pub pattern: Pattern,
    pub need: Need,
    pub default: Option<Default>,
    pub kind: ParamKind,
}

/// How an operand is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// By position only.
    Positional,
    /// By position or by name.
    Either,
    /// By name only.
    Named,
    /// All positional arguments that are left, as a list.
    Rest,
}

/// The value of an operand that is not given.
#[derive(Clone, Debug, PartialEq)]
pub enum Default {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
}

/// What an operation asks of a type variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Values can be compared for equality.
    Eq,
    /// Values can be ordered.
    Ord,
    /// Values have a `repr`.
    Repr,
    /// Values can be keys.
    Key,
}

struct Table {
    rows: Vec<Row>,
    by_path: HashMap<String, Vec<Operation>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let rows: Vec<Row> = rows::ALL.iter().flat_map(|topic| topic.iter()).map(|line| pattern::row(line)).collect();
    let mut by_path: HashMap<String, Vec<Operation>> = HashMap::new();
    for (index, row) in rows.iter().enumerate() {
        by_path.entry(row.path.clone()).or_default().push(Operation(index as u16));
    }
    Table { rows, by_path }
});

impl Operation {
    /// Every operation.
    pub fn all() -> impl Iterator<Item = Operation> {
        (0..TABLE.rows.len()).map(|index| Operation(index as u16))
    }

    /// The operations of a Python name, in the order in which they are tried.
    pub fn named(path: &str) -> &'static [Operation] {
        TABLE.by_path.get(path).map_or(&[], Vec::as_slice)
    }

    /// The first operation of a Python name that takes operands of exactly these types.
    pub fn fitting(path: &str, operands: &[Type]) -> Option<Operation> {
        let fits = |op: &&Operation| {
            let (params, mut bindings) = (&op.row().params, Bindings::default());
            params.len() == operands.len() && params.iter().zip(operands).all(|(p, ty)| bindings.fit(&p.pattern, ty))
        };
        Operation::named(path).iter().find(fits).copied()
    }

    /// What the table says of it.
    pub fn row(self) -> &'static Row {
        &TABLE.rows[self.0 as usize]
    }

    /// What it does with the operand of an index.
    pub fn need(self, operand: usize) -> Need {
        self.row().params.get(operand).map_or(Need::Ref, |param| param.need)
    }

    /// The types of the type variables, given those of the operands.
    pub fn bindings(self, operands: &[Type]) -> Bindings {
        let mut bindings = Bindings::default();
        for (param, ty) in self.row().params.iter().zip(operands) {
            bindings.fit(&param.pattern, ty);
        }
        bindings
    }
}

impl Row {
    /// True where the result may hold parts of the operands.
    pub fn hands_on(&self) -> bool {
        self.result.has_variable()
    }

    /// True where the result may be a part of an operand.
    pub fn gives_part(&self) -> bool {
        matches!(self.result, Pattern::Variable(_) | Pattern::Optional(_))
    }

    /// The name of the support function in Go: `TextCenter`.
    pub fn go_name(&self) -> String {
        let words = [self.module.as_str(), self.function.as_str()];
        words.iter().flat_map(|part| part.split('_')).map(capitalised).collect()
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.row().path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read() {
        let row = pattern::row("str.center(width: int, fill: str = ' ', /) -> str raises guards = text::center");
        assert_eq!((row.path.as_str(), row.params.len(), row.is_method), ("str.center", 3, true));
        assert_eq!(row.params[2].default, Some(Default::Str(" ".into())));
        assert!(row.raises && row.guards && !row.outside);
        assert_eq!(row.go_name(), "TextCenter");
        let row = pattern::row("heapq.heappush(heap: mut list[T], item: own T, /) -> None guards ord=T = heapq::push");
        assert_eq!((row.params[0].need, row.params[1].need, row.asks[0]), (Need::Mut, Need::Own, (Ask::Ord, 'T')));
        let row = pattern::row("math.gcd(*integers: int) -> int = int::gcd");
        assert_eq!(row.params[0].kind, ParamKind::Rest);
    }

    #[test]
    fn variables_are_bound_by_operands() {
        let row = Operation::named("list.index")[0];
        let bindings = row.bindings(&[Type::list(Type::Str), Type::Str]);
        assert_eq!(bindings.get('T'), Some(&Type::Str));
    }

    #[test]
    fn every_row_is_read() {
        assert!(Operation::all().count() > 20);
        assert!(Operation::all().all(|op| !op.row().function.is_empty()));
    }
}
