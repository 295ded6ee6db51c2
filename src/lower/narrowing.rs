//! What is known of values that may be None: variables and fields that surely hold something here.
//!
//! ```text
//! if self.head is None: return 0      from here on `self.head` is a node, until something may assign a `head`
//! while node.next: node = node.next   `node.next` is a node in the body
//! ```
//!
//! Fields are forgotten as soon as one of that name is assigned on any object, or a function of the program is called,
//! which might do so. Where nothing is known the value is tested at run time, as Python does when it looks up an
//! attribute of None; that it passed the test is known from then on.

use super::body::{Body, Flow};
use crate::ir::*;

/// A field of an object, from a variable or global through fields: `self.head.next`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldPath {
    root: Root,
    fields: Vec<(ClassId, FieldId)>,
}

/// Something that may be known not to be None.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Known {
    Local(LocalId),
    Field(FieldPath),
}

/// What a condition tells about Optionals when it is true, and when it is false.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// What holds where the condition is true.
    pub when_true: Vec<Fact>,
    /// What holds where the condition is false.
    pub when_false: Vec<Fact>,
}

/// Something that is known.
#[derive(Clone, Debug)]
pub enum Fact {
    /// Not None.
    Present(Known),
    /// An object of one of these classes of its family.
    Kinds(Known, Vec<ClassId>),
    /// `:=` has assigned the variable.
    Assigned(LocalId),
}

impl Fact {
    /// The value that it is about.
    pub fn of(&self) -> Option<&Known> {
        match self {
            Fact::Present(known) | Fact::Kinds(known, _) => Some(known),
            Fact::Assigned(_) => None,
        }
    }
}

impl Facts {
    /// Adds what is known under an outcome.
    pub fn assume(&self, flow: &mut Flow, outcome: bool) {
        for fact in if outcome { &self.when_true } else { &self.when_false } {
            match fact {
                Fact::Present(known) => flow.know(known),
                Fact::Kinds(known, classes) => _ = flow.kinds.insert(known.clone(), classes.clone()),
                Fact::Assigned(local) => _ = flow.assigned.insert(*local),
            }
        }
    }

    /// The facts of the opposite condition.
    pub fn swapped(self) -> Facts {
        Facts { when_true: self.when_false, when_false: self.when_true }
    }
}

impl Known {
    /// What an expression is a read of, where it can be known; through an Optional that is known already.
    pub fn of(e: &Expr) -> Option<Known> {
        match e.as_place()? {
            Place::Local(local) => Some(Known::Local(*local)),
            Place::Field { .. } => path(e).map(Known::Field),
            Place::Some(inner) | Place::Present(inner) => Known::of(inner),
            Place::Cell(cell) => Known::of(cell),
            Place::Global(_) | Place::Item { .. } | Place::Entry { .. } => None,
        }
    }
}

fn path(e: &Expr) -> Option<FieldPath> {
    match e.as_place()? {
        Place::Local(local) => Some(FieldPath { root: Root::Local(*local), fields: Vec::new() }),
        Place::Global(global) => Some(FieldPath { root: Root::Global(*global), fields: Vec::new() }),
        Place::Field { base, class, field } => {
            let mut found = path(base)?;
            found.fields.push((*class, *field));
            Some(found)
        }
        Place::Some(inner) | Place::Present(inner) => path(inner),
        Place::Item { .. } | Place::Entry { .. } | Place::Cell(_) => None,
    }
}

impl Flow {
    /// Notes that something is not None.
    pub fn know(&mut self, known: &Known) {
        match known {
            Known::Local(local) => {
                self.narrowed.insert(*local);
            }
            Known::Field(path) => {
                self.narrowed_fields.insert(path.clone());
            }
        }
    }

    /// True where something is known not to be None.
    pub fn knows(&self, known: &Known) -> bool {
        match known {
            Known::Local(local) => self.narrowed.contains(local),
            Known::Field(path) => self.narrowed_fields.contains(path),
        }
    }

    /// A variable holds something else: paths that begin there are other fields now.
    pub fn forget_paths_from(&mut self, local: LocalId) {
        self.narrowed_fields.retain(|path| path.root != Root::Local(local));
        self.kinds.retain(|known, _| match known {
            Known::Local(own) => *own != local,
            Known::Field(path) => path.root != Root::Local(local),
        });
    }

    /// Forgets all that is known of fields.
    pub fn forget_fields(&mut self) {
        self.narrowed_fields.clear();
        self.kinds.retain(|known, _| matches!(known, Known::Local(_)));
    }

    /// A field was assigned, on whatever object.
    pub fn forget_field(&mut self, class: ClassId, field: FieldId) {
        self.narrowed_fields.retain(|path| !path.fields.contains(&(class, field)));
        self.kinds.retain(|known, _| !matches!(known, Known::Field(path) if path.fields.contains(&(class, field))));
    }
}

impl Body<'_, '_> {
    /// Forgets what is known of fields and of shared variables: a call, or another round of a loop, may change them.
    pub fn forget_shared(&mut self) {
        self.calls += 1;
        let locals = &self.locals;
        self.flow.narrowed.retain(|local| !is_cell(locals, *local));
        self.flow.kinds.retain(|known, _| !matches!(known, Known::Local(local) if is_cell(locals, *local)));
        self.flow.forget_fields();
    }

    /// Goes back to what was known before a part that may not have run; `calls` is how many there had been.
    pub fn restore(&mut self, before: Flow, calls: u32) {
        self.flow = before;
        for &local in &self.named {
            self.flow.narrowed.remove(&local);
            self.flow.forget_paths_from(local);
        }
        if self.calls != calls {
            self.forget_shared();
        }
    }

    /// Forgets of a condition what a call after it may have changed.
    pub fn forget_in(&self, facts: &mut Facts) {
        let stays = |fact: &Fact| match fact.of() {
            Some(Known::Local(local)) => !is_cell(&self.locals, *local),
            Some(Known::Field(_)) => false,
            None => true,
        };
        facts.when_true.retain(stays);
        facts.when_false.retain(stays);
    }

    /// The value inside an Optional where that is known; else the Optional itself.
    pub fn inside_known(&self, value: Expr) -> Expr {
        let Type::Optional(inner) = &value.ty else { return value };
        if !Known::of(&value).is_some_and(|known| self.flow.knows(&known)) {
            return value;
        }
        let (ty, at) = ((**inner).clone(), value.at);
        Expr::new(ExprKind::Read { place: Place::Some(Box::new(value)), take: Take::Look }, ty, at)
    }

    /// The value inside an Optional where the code takes it for granted: the call declines where it is None. Other values
    /// are given back.
    pub fn present(&mut self, value: Expr) -> Expr {
        let value = self.inside_known(value);
        let Type::Optional(inner) = &value.ty else { return value };
        let (ty, at) = ((**inner).clone(), value.at);
        self.note_present(&value);
        Expr::new(ExprKind::Read { place: Place::Present(Box::new(value)), take: Take::Look }, ty, at)
    }

    /// The value inside an Optional, tested at run time where it is not known: Python's exception with this message.
    fn not_none(&mut self, value: Expr, op: Builtin, message: String) -> Expr {
        let value = self.inside_known(value);
        let Type::Optional(inner) = &value.ty else { return value };
        let (ty, at) = ((**inner).clone(), value.at);
        if matches!(ty, Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_)) && self.holds_changeable(&ty) {
            // What is inside may be changed through the result: it has to stay a place.
            return self.present(value);
        }
        self.note_present(&value);
        let text = Expr::new(ExprKind::Str(message), Type::Str, at);
        Expr::new(ExprKind::Builtin { op, args: vec![value, text] }, ty, at)
    }

    /// What passed the test is known from here on.
    fn note_present(&mut self, value: &Expr) {
        if let Some(known) = Known::of(value) {
            self.flow.know(&known);
        }
    }

    /// True where something inside a container can be changed in place.
    fn holds_changeable(&self, ty: &Type) -> bool {
        let inner = match ty {
            Type::Dict(_, value, _) => Some((**value).clone()),
            other => other.item(),
        };
        !inner.is_some_and(|inner| inner.is_scalar() || matches!(inner, Type::Str | Type::Bytes))
    }

    /// The object that an attribute is looked up on: None has no such attribute. A container stays a place, which its
    /// methods can change.
    pub fn attribute_base(&mut self, base: Expr, name: &str) -> Expr {
        if matches!(&base.ty, Type::Optional(inner) if matches!(**inner, Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_)))
        {
            return self.present(base);
        }
        self.not_none(base, Builtin::AttributeBase, format!("'NoneType' object has no attribute '{name}'"))
    }

    /// The value of an Optional in an operation that None does not have.
    pub fn operand_base(&mut self, base: Expr, message: &str) -> Expr {
        self.not_none(base, Builtin::OperandBase, message.to_string())
    }
}

/// True for a variable that lives in a cell.
fn is_cell(locals: &[Local], local: LocalId) -> bool {
    matches!(locals.get(local.0 as usize), Some(Local { ty: Type::Cell(_), .. }))
}
