//! What is verified: every function, method and constructor of an interface by number.

use crate::artifact::{Access, Callable, ClassInterface, Interface, Shape};

/// Number of a subject: its place in the evidence.
pub(super) type SubjectId = usize;

/// One thing that can be called.
#[derive(Clone, Debug)]
pub(super) struct Subject<'a> {
    pub(super) callable: &'a Callable,
    pub(super) class: Option<&'a ClassInterface>,
}

impl Subject<'_> {
    /// `price`, `Inventory.reserve`
    pub(super) fn name(&self) -> String {
        match self.class {
            Some(class) => format!("{}.{}", class.name, self.callable.name),
            None => self.callable.name.clone(),
        }
    }
}

/// All subjects of an interface.
#[derive(Debug)]
pub(super) struct Subjects<'a> {
    pub(super) interface: &'a Interface,
    pub(super) all: Vec<Subject<'a>>,
    names: Vec<(Option<&'a str>, &'a str)>,
}

impl<'a> Subjects<'a> {
    /// Numbers what an interface offers: functions, then each class with its constructor first.
    pub(super) fn of(interface: &'a Interface) -> Subjects<'a> {
        let functions = interface.functions.iter().map(|callable| Subject { callable, class: None });
        let methods = interface.classes.iter().flat_map(|class| {
            let callables = class.constructor.iter().chain(&class.methods);
            callables.map(move |callable| Subject { callable, class: Some(class) })
        });
        let all: Vec<Subject> = functions.chain(methods).collect();
        let key = |subject: &Subject<'a>| {
            let is_constructor = subject
                .class
                .and_then(|class| class.constructor.as_ref())
                .is_some_and(|constructor| std::ptr::eq(constructor, subject.callable));
            let name = if is_constructor { "__init__" } else { subject.callable.name.as_str() };
            (subject.class.map(|class| class.name.as_str()), name)
        };
        let names = all.iter().map(key).collect();
        Subjects { interface, all, names }
    }

    pub(super) fn find(&self, class: Option<&str>, name: &str) -> Option<SubjectId> {
        self.names.iter().position(|(known_class, known)| *known_class == class && *known == name)
    }

    /// The name by which Python knows its function: `price`, `Inventory.reserve`, `Inventory.__init__`.
    pub(super) fn qualified(&self, id: SubjectId) -> String {
        let (class, function) = self.names[id];
        class.map_or_else(|| function.to_owned(), |class| format!("{class}.{function}"))
    }

    pub(super) fn callable(&self, id: SubjectId) -> &'a Callable {
        self.all[id].callable
    }

    /// Whether a subject makes objects of its class.
    pub(super) fn is_constructor(&self, id: SubjectId) -> bool {
        let subject = &self.all[id];
        let constructor = subject.class.and_then(|class| class.constructor.as_ref());
        constructor.is_some_and(|constructor| std::ptr::eq(constructor, subject.callable))
    }

    /// Names of the fields of what a subject returns.
    pub(super) fn result_fields(&self, id: SubjectId) -> Vec<&'a str> {
        let mut shape = &self.callable(id).result;
        while let Shape::Optional(inner) | Shape::List(inner) | Shape::TupleOf(inner) = shape {
            shape = inner;
        }
        let class = match shape {
            Shape::Class(name) => self.interface.classes.iter().find(|class| class.name == *name),
            _ => None,
        };
        class.map_or(Vec::new(), |class| class.fields.iter().map(|(name, _)| name.as_str()).collect())
    }

    /// Ids of the constructor and the methods of a class.
    pub(super) fn of_class(&self, class: &str) -> Vec<SubjectId> {
        let is_it = |subject: &Subject| subject.class.is_some_and(|known| known.name == class);
        (0..self.all.len()).filter(|id| is_it(&self.all[*id])).collect()
    }

    /// Ids of the module's functions that need this access at least.
    pub(super) fn functions(&self, wanted: impl Fn(Access) -> bool) -> Vec<SubjectId> {
        let is_it = |subject: &Subject| subject.class.is_none() && wanted(subject.callable.access);
        (0..self.all.len()).filter(|id| is_it(&self.all[*id])).collect()
    }

    /// The classes, by name, that a shape needs as kept objects, because they are no values.
    pub(super) fn needs_object(&self, shape: &Shape) -> Option<&'a ClassInterface> {
        match shape {
            Shape::Class(name) => self.interface.classes.iter().find(|class| class.name == *name && !class.is_value),
            Shape::Optional(inner) => self.needs_object(inner),
            _ => None,
        }
    }
}
