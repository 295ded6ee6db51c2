//! What is certain at a place of a body: keys that are there, containers that are long enough, numbers that are not zero.
//!
//! Facts are about local variables and fields of what they name. Whatever could end a fact ends it, by kind rather than
//! by name, because containers may have several names: a removal from any dict ends what is known of every dict's
//! keys, and a call of a function ends everything that is known of containers.

use crate::ir::walk::{self, Part};
use crate::ir::*;
use std::collections::BTreeSet;

/// A variable, or a field of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    pub root: LocalId,
    pub fields: Vec<(ClassId, FieldId)>,
}

/// A key of a dict that means the same wherever it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    Local(LocalId),
    Int(i64),
    Str(String),
    Member(ClassId, u32),
}

/// The kind of a container, as far as removals from one may be removals from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    List,
    Deque,
    Dict,
    Set,
    /// Never changes.
    Fixed,
}

/// Something that is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// The dict has the key.
    Has(Path, Key),
    /// The container has at least so many elements.
    AtLeast(Path, Family, i64),
    /// The number is not zero.
    NonZero(LocalId),
}

/// What is known at one place.
#[derive(Clone, Debug, Default)]
pub struct Certain {
    facts: Vec<Fact>,
}

/// Facts that are kept at most, so that long bodies take linear time.
const MOST: usize = 64;

impl Path {
    /// The path that an expression reads; only fields of values that a variable names.
    pub fn of(e: &Expr) -> Option<Path> {
        match e.as_place()? {
            Place::Local(local) => Some(Path { root: *local, fields: Vec::new() }),
            Place::Field { base, class, field } => {
                let mut path = Path::of(base)?;
                path.fields.push((*class, *field));
                Some(path)
            }
            _ => None,
        }
    }
}

impl Key {
    /// The key that an expression gives, where it is a plain value that equals only itself.
    pub fn of(e: &Expr) -> Option<Key> {
        match &e.kind {
            ExprKind::Int(value) => Some(Key::Int(*value)),
            ExprKind::Str(value) => Some(Key::Str(value.clone())),
            ExprKind::Member { class, index } => Some(Key::Member(*class, *index)),
            ExprKind::Read { place: Place::Local(local), .. }
                if matches!(e.ty, Type::Int | Type::Str | Type::Bool | Type::Bytes | Type::Enum(_)) =>
            {
                Some(Key::Local(*local))
            }
            _ => None,
        }
    }
}

/// The family of a container's type.
pub fn family(ty: &Type) -> Option<Family> {
    match ty {
        Type::List(_) => Some(Family::List),
        Type::Deque(_) => Some(Family::Deque),
        Type::Dict(..) => Some(Family::Dict),
        Type::Set(_) => Some(Family::Set),
        Type::FrozenSet(_) | Type::TupleOf(_) | Type::Str | Type::Bytes => Some(Family::Fixed),
        _ => None,
    }
}

impl Certain {
    /// Adds a fact.
    pub fn learn(&mut self, fact: Fact) {
        if self.facts.len() < MOST && !self.facts.contains(&fact) {
            self.facts.push(fact);
        }
    }

    /// True where the dict surely has the key.
    pub fn has(&self, dict: &Expr, key: &Expr) -> bool {
        let (Some(path), Some(key)) = (Path::of(dict), Key::of(key)) else { return false };
        self.facts.contains(&Fact::Has(path, key))
    }

    /// True where the container surely has that many elements.
    pub fn at_least(&self, container: &Expr, wanted: i64) -> bool {
        let Some(path) = Path::of(container) else { return false };
        self.facts.iter().any(|fact| matches!(fact, Fact::AtLeast(of, _, least) if *of == path && *least >= wanted))
    }

    /// True where a number is surely not zero.
    pub fn never_zero(&self, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Read { place: Place::Local(local), .. } => self.facts.contains(&Fact::NonZero(*local)),
            ExprKind::Convert { to: Conversion::ToFloat | Conversion::Widen, value } => {
                value.ty == Type::Int && self.never_zero(value)
            }
            ExprKind::Negate(value) => self.never_zero(value),
            ExprKind::Builtin { op: Builtin::IntAbs | Builtin::FloatAbs, args } => self.never_zero(&args[0]),
            ExprKind::Builtin { op: Builtin::Len, args } => self.at_least(&args[0], 1),
            _ => false,
        }
    }

    /// What both know.
    pub fn join(a: Option<Certain>, b: Option<Certain>) -> Option<Certain> {
        match (a, b) {
            (Some(a), Some(b)) => {
                Some(Certain { facts: a.facts.into_iter().filter(|f| b.facts.contains(f)).collect() })
            }
            (one, None) | (None, one) => one,
        }
    }

    /// Ends what does not outlive some effects.
    pub fn end(&mut self, ends: &Ends) {
        self.facts.retain(|fact| !ends.fact(fact));
    }
}

/// What some code may end.
#[derive(Clone, Debug, Default)]
pub struct Ends {
    locals: BTreeSet<LocalId>,
    /// Fields are assigned; which object's is not asked.
    fields: bool,
    families: BTreeSet<Family>,
    /// Functions of the program run, or something else may change any container.
    everything: bool,
}

impl Ends {
    /// What running statements may end.
    pub fn of_body(body: &[Stmt]) -> Ends {
        let mut ends = Ends::default();
        walk::each_part(body, &|_, _| Need::Ref, &mut |part| ends.see(part));
        ends
    }

    /// What evaluating an expression may end.
    pub fn of_expr(e: &Expr) -> Ends {
        let mut ends = Ends::default();
        walk::each_part_of(e, Need::Ref, &|_, _| Need::Ref, &mut |part| ends.see(part));
        ends
    }

    /// What assigning to targets may end.
    pub fn of_target(target: &Target) -> Ends {
        let (mut ends, mut parts) = (Ends::default(), Vec::new());
        target.parts(&mut parts);
        parts.iter().for_each(|part| ends.see(part));
        ends
    }

    /// What the operation of an expression itself may end, besides its operands.
    pub fn of_operation(e: &Expr) -> Ends {
        let mut ends = Ends::default();
        ends.operation(e);
        ends
    }

    /// What assigning to a place may end.
    pub fn of_store(place: &Place) -> Ends {
        let mut ends = Ends::default();
        ends.store(place);
        ends
    }

    /// What a new value of a variable ends.
    pub fn of_local(local: LocalId) -> Ends {
        Ends { locals: BTreeSet::from([local]), ..Ends::default() }
    }

    /// True where a key of any dict may be gone afterwards.
    pub fn removes_keys(&self) -> bool {
        self.everything || self.families.contains(&Family::Dict)
    }

    /// True where a path may name another container afterwards.
    pub fn renames(&self, path: &Path) -> bool {
        self.locals.contains(&path.root) || !path.fields.is_empty() && (self.everything || self.fields)
    }

    /// Both.
    pub fn and(mut self, other: Ends) -> Ends {
        self.locals.extend(other.locals);
        self.fields |= other.fields;
        self.families.extend(other.families);
        self.everything |= other.everything;
        self
    }

    fn see(&mut self, part: &Part) {
        match part {
            Part::Value(e, _) => self.operation(e),
            Part::Store(place) | Part::Change(place) => self.store(place),
            Part::Declare(local) => drop(self.locals.insert(*local)),
            Part::Body(body) => body.iter().for_each(|stmt| {
                if let StmtKind::Try { handlers, .. } = &stmt.kind {
                    self.locals.extend(handlers.iter().map(|handler| handler.local));
                }
            }),
        }
    }

    fn store(&mut self, place: &Place) {
        match place {
            Place::Local(local) => drop(self.locals.insert(*local)),
            Place::Field { .. } => self.fields = true,
            // Another element: no key goes, and no length changes.
            Place::Item { .. } | Place::Entry { .. } | Place::Global(_) | Place::Cell(_) => {}
            Place::Some(_) | Place::Present(_) => self.everything = true,
        }
    }

    fn operation(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Call { .. } | ExprKind::CallValue { .. } => self.everything = true,
            // The comparison may be a method of the class.
            ExprKind::Compare { left, .. } if matches!(left.ty, Type::Class(_)) => self.everything = true,
            ExprKind::Builtin { args, .. } if args.iter().any(|arg| matches!(arg.ty, Type::Function(..))) => {
                self.everything = true;
            }
            ExprKind::Builtin { op, args } => {
                let changed = args.iter().enumerate().filter(|(index, _)| op.need(*index) == Need::Mut);
                let changed: Vec<&Expr> = changed.map(|(_, arg)| arg).collect();
                for arg in changed.into_iter().filter(|_| !keeps(*op)) {
                    match family(&arg.ty) {
                        Some(family) => drop(self.families.insert(family)),
                        None => self.everything = true,
                    }
                }
            }
            _ => {}
        }
    }

    fn fact(&self, fact: &Fact) -> bool {
        let path = |path: &Path, family: Family| {
            self.everything && family != Family::Fixed || self.families.contains(&family) || self.renames(path)
        };
        match fact {
            Fact::Has(dict, key) => {
                path(dict, Family::Dict) || matches!(key, Key::Local(local) if self.locals.contains(local))
            }
            Fact::AtLeast(container, family, _) => path(container, *family),
            Fact::NonZero(local) => self.locals.contains(local),
        }
    }
}

/// True for operations that change a container without taking anything out of it.
fn keeps(op: Builtin) -> bool {
    matches!(
        op,
        Builtin::ListAppend
            | Builtin::ListExtend
            | Builtin::ListInsert
            | Builtin::ListReverse
            | Builtin::DictUpdate
            | Builtin::SetAdd
    )
}
