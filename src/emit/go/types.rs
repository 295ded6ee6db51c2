//! Types in Go, and what depends on a type alone: zero values, equality, order, text.
//!
//! ```text
//! list[int] -> []int64     dict[str, float] -> *support.Dict[string, float64]     Product | None -> *Product
//! int | None -> support.Option[int64]     tuple[int, str] -> support.Tuple2[int64, string]
//! ```

use super::printer::{Ex, St};
use super::{Context, Request};
use crate::emit::decide;
use crate::ir::{ClassId, Type};
use std::collections::BTreeSet;

/// The longest tuple that the support package has.
const LONGEST_TUPLE: usize = 8;

/// True where copies of a value are the same object.
pub(super) fn is_reference(keys: &BTreeSet<ClassId>, ty: &Type) -> bool {
    match ty {
        Type::Class(id) => !keys.contains(id),
        Type::Deque(_)
        | Type::Dict(..)
        | Type::Set(_)
        | Type::FrozenSet(_)
        | Type::Exception
        | Type::Function(..)
        | Type::Cell(_) => true,
        Type::Optional(inner) => is_nilable(keys, inner),
        _ => false,
    }
}

/// True where Go's nil can stand for None.
fn is_nilable(keys: &BTreeSet<ClassId>, ty: &Type) -> bool {
    match ty {
        Type::Class(id) => !keys.contains(id),
        Type::Deque(_) | Type::Dict(..) | Type::Set(_) | Type::FrozenSet(_) | Type::Exception | Type::Function(..) => {
            true
        }
        _ => false,
    }
}

impl Context<'_> {
    /// The type as Go writes it.
    pub(super) fn ty(&self, ty: &Type) -> String {
        match ty {
            Type::Unknown | Type::Never | Type::None | Type::Lock => "struct{}".into(),
            Type::Bool => "bool".into(),
            Type::Int => "int64".into(),
            Type::Float => "float64".into(),
            Type::Number => "support.Number".into(),
            Type::Str => "string".into(),
            Type::Bytes => "[]byte".into(),
            Type::List(item) => format!("[]{}", self.ty(item)),
            Type::Deque(item) => format!("*support.Deque[{}]", self.ty(item)),
            Type::Dict(key, value, _) => format!("*support.Dict[{}, {}]", self.ty(key), self.ty(value)),
            Type::Set(item) | Type::FrozenSet(item) => {
                self.hashed(item);
                format!("*support.Set[{}]", self.ty(item))
            }
            Type::TupleOf(item) => format!("support.TupleOf[{}]", self.ty(item)),
            Type::Tuple(items) => self.tuple(items),
            Type::Optional(inner) if self.is_nilable(inner) => self.ty(inner),
            Type::Optional(inner) => format!("support.Option[{}]", self.ty(inner)),
            Type::Class(id) if self.keys.contains(id) => self.names.class(*id).into(),
            Type::Class(id) => format!("*{}", self.names.class(*id)),
            Type::Enum(id) => self.names.class(*id).into(),
            Type::Exception => "*support.Exception".into(),
            Type::Function(params, result) => {
                let depth = self.deep_values.contains(ty).then(|| "int".to_string());
                let params: Vec<String> = depth.into_iter().chain(params.iter().map(|param| self.ty(param))).collect();
                format!("func({}) ({}, error)", params.join(", "), self.ty(result))
            }
            Type::Cell(inner) => format!("*support.Cell[{}]", self.ty(inner)),
            Type::Json => "any".into(),
            Type::Response => "*support.Response".into(),
        }
    }

    /// Asks for the hashes of classes whose values are elements of sets.
    fn hashed(&self, ty: &Type) {
        match ty {
            Type::Class(id) if self.keys.contains(id) || decide::is_by_identity(self.class(*id)) => {
                self.request(Request::Hash(*id));
            }
            Type::Optional(inner) | Type::TupleOf(inner) => self.hashed(inner),
            Type::Tuple(items) => items.iter().for_each(|item| self.hashed(item)),
            Type::Bytes | Type::Set(_) | Type::FrozenSet(_) => {
                self.refuse(Default::default(), "Go cannot compare such elements of a set".into());
            }
            _ => {}
        }
    }

    /// `hash(value)`
    pub(super) fn hash(&self, ty: &Type, value: Ex) -> Ex {
        match ty {
            Type::Int => Ex::call("support.HashInt", vec![value]),
            Type::Float => Ex::call("support.HashFloat", vec![value]),
            Type::Str => Ex::call("support.HashText", vec![value]),
            Type::Bool => Ex::call("support.IntFromBool", vec![value]),
            Type::Class(id) => {
                self.request(Request::Hash(*id));
                value.method("Hash", vec![])
            }
            Type::Tuple(items) => {
                let part = |(index, item): (usize, &Type)| self.hash(item, value.clone().dot(format!("V{index}")));
                Ex::call("support.HashTuple", items.iter().enumerate().map(part).collect())
            }
            _ => Ex::Call(Box::new(Ex::call(format!("support.HasherOf[{}]", self.ty(ty)), vec![])), vec![value]),
        }
    }

    fn tuple(&self, items: &[Type]) -> String {
        if items.is_empty() {
            return "struct{}".into();
        }
        if items.len() > LONGEST_TUPLE {
            self.refuse(Default::default(), format!("a tuple of {} has no Go type", items.len()));
        }
        let parts: Vec<String> = items.iter().map(|item| self.ty(item)).collect();
        format!("support.Tuple{}[{}]", items.len(), parts.join(", "))
    }

    /// True where Go's nil stands for None.
    pub(super) fn is_nilable(&self, ty: &Type) -> bool {
        is_nilable(&self.keys, ty)
    }

    /// The value that Go gives to a variable that is only declared.
    pub(super) fn zero(&self, ty: &Type) -> Ex {
        Ex::word(match ty {
            Type::Bool => "false".into(),
            Type::Int | Type::Float | Type::Enum(_) => "0".into(),
            Type::Str => "\"\"".into(),
            Type::Unknown
            | Type::Never
            | Type::None
            | Type::Number
            | Type::Lock
            | Type::Tuple(_)
            | Type::TupleOf(_) => {
                format!("{}{{}}", self.ty(ty))
            }
            Type::Optional(inner) if !self.is_nilable(inner) => format!("{}{{}}", self.ty(ty)),
            Type::Class(id) if self.keys.contains(id) => format!("{}{{}}", self.ty(ty)),
            Type::Bytes
            | Type::List(_)
            | Type::Deque(_)
            | Type::Dict(..)
            | Type::Set(_)
            | Type::FrozenSet(_)
            | Type::Optional(_)
            | Type::Class(_)
            | Type::Exception
            | Type::Function(..)
            | Type::Cell(_)
            | Type::Json
            | Type::Response => "nil".into(),
        })
    }

    /// True where Go's `==` on elements is Python's.
    fn is_plain(&self, ty: &Type) -> bool {
        match ty {
            Type::Bool | Type::Int | Type::Str | Type::Enum(_) | Type::None => true,
            Type::Class(id) => !self.class(*id).has_eq,
            Type::Tuple(items) => items.iter().all(|item| self.is_plain(item)),
            _ => false,
        }
    }

    /// `a == b`; both are read more than once where a tuple is compared part by part.
    pub(super) fn equal(&self, ty: &Type, a: Ex, b: Ex) -> Ex {
        match ty {
            Type::Bool
            | Type::Int
            | Type::Str
            | Type::Float
            | Type::Enum(_)
            | Type::None
            | Type::Never
            | Type::Unknown => a.binary("==", b),
            Type::Number => Ex::call("support.EqualNumbers", vec![a, b]),
            Type::Bytes => Ex::call("slices.Equal", vec![a, b]),
            Type::List(item) if self.is_plain(item) => Ex::call("slices.Equal", vec![a, b]),
            Type::List(item) => Ex::call("slices.EqualFunc", vec![a, b, self.equal_function(item)]),
            Type::Deque(item) => {
                let items = [a, b].map(|deque| deque.method("Items", vec![]));
                let [a, b] = items;
                Ex::call("slices.EqualFunc", vec![a, b, self.equal_function(item)])
            }
            Type::Dict(_, value, _) => Ex::call("support.EqualDicts", vec![a, b, self.equal_function(value)]),
            Type::Set(_) | Type::FrozenSet(_) => a.method("Equal", vec![b]),
            Type::Tuple(items) if items.iter().all(|item| self.is_plain(item)) => a.binary("==", b),
            Type::TupleOf(item) => {
                let [a, b] = [a, b].map(|tuple| tuple.method("Items", vec![]));
                self.equal(&Type::List(item.clone()), a, b)
            }
            Type::Tuple(items) => {
                let part = |(index, item): (usize, &Type)| {
                    let name = format!("V{index}");
                    match item {
                        Type::Float => {
                            Ex::call("support.EqualFloats", vec![a.clone().dot(&name), b.clone().dot(&name)])
                        }
                        _ => self.equal(item, a.clone().dot(&name), b.clone().dot(&name)),
                    }
                };
                let parts = items.iter().enumerate().map(part);
                parts.reduce(|all, one| all.binary("&&", one)).unwrap_or(Ex::word("true"))
            }
            Type::Optional(inner) if self.is_nilable(inner) => self.equal(inner, a, b),
            Type::Optional(inner) => Ex::call("support.EqualOptions", vec![a, b, self.equal_function(inner)]),
            Type::Class(id) if self.class(*id).has_eq => {
                self.request(Request::Equal(*id));
                a.method("Equal", vec![b])
            }
            Type::Class(_) | Type::Exception | Type::Lock => a.binary("==", b),
            Type::Json => Ex::call("support.EqualJSON", vec![a, b]),
            Type::Function(..) | Type::Cell(_) | Type::Response => {
                self.refuse(Default::default(), "these values cannot be compared in Go".into());
                Ex::word("false")
            }
        }
    }

    /// A function that compares two elements of a container.
    pub(super) fn equal_function(&self, ty: &Type) -> Ex {
        match ty {
            Type::Float => Ex::word("support.EqualFloats"),
            Type::Number => Ex::word("support.EqualNumbers"),
            Type::Class(id) if self.class(*id).has_eq => {
                self.request(Request::Equal(*id));
                Ex::word(format!("({}).Equal", self.ty(ty)))
            }
            _ => self.two(ty, "bool", self.equal(ty, Ex::word("a"), Ex::word("b"))),
        }
    }

    /// `func(a, b T) result { return value }`
    fn two(&self, ty: &Type, result: &str, value: Ex) -> Ex {
        Ex::Func(format!("(a, b {}) {result}", self.ty(ty)), vec![St::Return(vec![value])])
    }

    /// `a` compared with `b`, negative where it comes first.
    pub(super) fn compare(&self, ty: &Type, a: Ex, b: Ex) -> Ex {
        match ty {
            Type::Int | Type::Str => Ex::call("cmp.Compare", vec![a, b]),
            Type::Float => Ex::call("support.CompareFloats", vec![a, b]),
            Type::Number => Ex::call("support.CompareNumbers", vec![a, b]),
            Type::Bool => Ex::call("support.CompareBools", vec![a, b]),
            Type::Bytes => Ex::call("slices.Compare", vec![a, b]),
            Type::List(item) => Ex::call("support.CompareLists", vec![a, b, self.compare_function(item)]),
            Type::TupleOf(item) => {
                let [a, b] = [a, b].map(|tuple| tuple.method("Items", vec![]));
                Ex::call("support.CompareLists", vec![a, b, self.compare_function(item)])
            }
            Type::Tuple(items) => {
                let part = |(index, item): (usize, &Type)| {
                    let name = format!("V{index}");
                    self.compare(item, a.clone().dot(&name), b.clone().dot(&name))
                };
                let mut parts: Vec<Ex> = items.iter().enumerate().map(part).collect();
                match parts.len() {
                    0 => Ex::word("0"),
                    1 => parts.remove(0),
                    _ => Ex::call("cmp.Or", parts),
                }
            }
            Type::Class(id) => {
                self.request(Request::Compare(*id));
                a.method("Compare", vec![b])
            }
            Type::Unknown
            | Type::Never
            | Type::None
            | Type::Deque(_)
            | Type::Dict(..)
            | Type::Set(_)
            | Type::FrozenSet(_)
            | Type::Optional(_)
            | Type::Enum(_)
            | Type::Exception
            | Type::Function(..)
            | Type::Cell(_)
            | Type::Json
            | Type::Response
            | Type::Lock => {
                self.refuse(Default::default(), "these values have no order in Go".into());
                Ex::word("0")
            }
        }
    }

    /// A function that orders two elements.
    pub(super) fn compare_function(&self, ty: &Type) -> Ex {
        match ty {
            Type::Int | Type::Str => Ex::word(format!("cmp.Compare[{}]", self.ty(ty))),
            Type::Float => Ex::word("support.CompareFloats"),
            Type::Number => Ex::word("support.CompareNumbers"),
            Type::Bool => Ex::word("support.CompareBools"),
            _ => self.two(ty, "int", self.compare(ty, Ex::word("a"), Ex::word("b"))),
        }
    }

    /// `str(value)`
    pub(super) fn text_of(&self, ty: &Type, value: Ex) -> Ex {
        match ty {
            Type::Str => value,
            Type::Exception => value.dot("Message"),
            _ => self.repr(ty, value),
        }
    }

    /// `repr(value)`
    pub(super) fn repr(&self, ty: &Type, value: Ex) -> Ex {
        match ty {
            Type::None => Ex::word("\"None\""),
            Type::Bool => Ex::call("support.BoolText", vec![value]),
            Type::Int => Ex::call("support.IntText", vec![value]),
            Type::Float => Ex::call("support.FloatText", vec![value]),
            Type::Number => Ex::call("support.NumberText", vec![value]),
            Type::Str => Ex::call("support.ReprText", vec![value]),
            Type::Bytes => Ex::call("support.ReprBytes", vec![value]),
            Type::List(item) => Ex::call("support.ReprList", vec![value, self.repr_function(item)]),
            Type::Deque(item) => Ex::call("support.ReprDeque", vec![value, self.repr_function(item)]),
            Type::Dict(key, item, _) => {
                Ex::call("support.ReprDict", vec![value, self.repr_function(key), self.repr_function(item)])
            }
            Type::Set(item) => Ex::call("support.ReprSet", vec![value, self.repr_function(item)]),
            Type::FrozenSet(item) => Ex::call("support.ReprFrozenSet", vec![value, self.repr_function(item)]),
            Type::TupleOf(item) => Ex::call("support.ReprTupleOf", vec![value, self.repr_function(item)]),
            Type::Tuple(items) => self.repr_tuple(items, value),
            Type::Optional(inner) if !self.is_nilable(inner) => {
                Ex::call("support.ReprOption", vec![value, self.repr_function(inner)])
            }
            Type::Class(id) | Type::Enum(id) => {
                self.request(Request::Repr(*id));
                value.method("Repr", vec![])
            }
            Type::Optional(inner) if matches!(**inner, Type::Class(_)) => self.repr(inner, value),
            Type::Unknown
            | Type::Never
            | Type::Optional(_)
            | Type::Exception
            | Type::Function(..)
            | Type::Cell(_)
            | Type::Json
            | Type::Response
            | Type::Lock => {
                self.refuse(Default::default(), "these values have no text in Go".into());
                Ex::word("\"\"")
            }
        }
    }

    fn repr_tuple(&self, items: &[Type], value: Ex) -> Ex {
        let part = |(index, item): (usize, &Type)| self.repr(item, value.clone().dot(format!("V{index}")));
        let joined =
            items.iter().enumerate().map(part).reduce(|all, one| all.binary("+", Ex::word("\", \"")).binary("+", one));
        let Some(joined) = joined else { return Ex::word("\"()\"") };
        let end = if items.len() == 1 { "\",)\"" } else { "\")\"" };
        Ex::word("\"(\"").binary("+", joined).binary("+", Ex::word(end))
    }

    /// A function that gives the representation of an element.
    pub(super) fn repr_function(&self, ty: &Type) -> Ex {
        match ty {
            Type::Bool => Ex::word("support.BoolText"),
            Type::Int => Ex::word("support.IntText"),
            Type::Float => Ex::word("support.FloatText"),
            Type::Number => Ex::word("support.NumberText"),
            Type::Str => Ex::word("support.ReprText"),
            Type::Class(id) => {
                self.request(Request::Repr(*id));
                Ex::word(format!("({}).Repr", self.ty(ty)))
            }
            _ => {
                let value = self.repr(ty, Ex::word("value"));
                Ex::Func(format!("(value {}) string", self.ty(ty)), vec![St::Return(vec![value])])
            }
        }
    }
}
