//! Classes that derive from each other: which belong together, and what a name means on an object of one of them.
//!
//! ```text
//! class Shape: ...                  class Shape { kind: ShapeKind, name: str, radius: float, side: float }
//! class Circle(Shape): ...    ->    enum ShapeKind { Circle, Square }
//! class Square(Shape): ...          Shape.area: by the kind, Shape.circle_area or Shape.square_area
//! ```
//!
//! All classes below one root are a family, and all objects of a family have one type, that of the root: a variable of
//! the base may hold any of them, as in Python, where nobody reads the annotation. An object remembers its class in a
//! field. A field that only some classes have is read where it is known that the object is of one of them
//! ([`Body::possible`](super::body::Body)); where it is not known, the object is asked, and the call declines if it is
//! of another one.
//!
//! A method is found as Python finds it, from the class of the object up. Where several are possible, a method of the
//! root chooses among them ([`dispatch`](super::dispatch)).

use super::enums::Mixin;
use super::world::{ClassInfo, FieldInfo, FunctionInfo, World, Written};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{ClassId, FunctionId, FunctionKind, GlobalId, Item, Type};
use crate::python::ast;
use crate::python::walk;
use indexmap::IndexMap;
use std::collections::HashSet;

/// Where a class stands among those that derive from each other.
#[derive(Clone, Debug)]
pub struct Family {
    /// The class of the program that it derives from.
    pub base: Option<ClassId>,
    /// The class at the top; itself, where there is none above.
    pub root: ClassId,
    /// Of a root that others derive from: all classes, itself first.
    pub members: Vec<ClassId>,
    /// Of a root with several classes that have objects: the enumeration of them.
    pub kind: Option<ClassId>,
    /// Derives from `abc.ABC`: abstract methods keep it from having objects.
    pub is_checked: bool,
    /// Has no objects: an abstract method is not defined.
    pub is_abstract: bool,
    /// Fields that its constructor sets, in order.
    pub sets: Vec<String>,
    /// Of a root: methods that choose by the class of the object, by name.
    pub dispatch: IndexMap<String, FunctionId>,
}

impl Family {
    /// That of a class on its own.
    pub fn alone(id: ClassId) -> Family {
        Family {
            base: None,
            root: id,
            members: Vec::new(),
            kind: None,
            is_checked: false,
            is_abstract: false,
            sets: Vec::new(),
            dispatch: IndexMap::new(),
        }
    }
}

/// What a name means on an object of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Field,
    Method(FunctionId),
    Variable(GlobalId),
    Missing,
}

impl<'a> World<'a> {
    /// The class that stands for all of the family.
    pub fn root(&self, class: ClassId) -> ClassId {
        self.class(class).family.root
    }

    /// True for a class that others derive from, or that derives from another one.
    pub fn is_related(&self, class: ClassId) -> bool {
        !self.class(self.root(class)).family.members.is_empty()
    }

    /// A class and those above it, from it up.
    pub fn line(&self, class: ClassId) -> impl Iterator<Item = ClassId> + '_ {
        std::iter::successors(Some(class), |class| self.class(*class).family.base)
    }

    /// True where a class is another one, or derives from it.
    pub fn derives(&self, class: ClassId, from: ClassId) -> bool {
        self.line(class).any(|above| above == from)
    }

    /// The classes of objects that are of a class or derive from it.
    pub fn objects_of(&self, class: ClassId) -> Vec<ClassId> {
        let members = &self.class(self.root(class)).family.members;
        let alone = [class];
        let members = if members.is_empty() { &alone[..] } else { members };
        members.iter().copied().filter(|m| self.derives(*m, class) && !self.class(*m).family.is_abstract).collect()
    }

    /// A method by name, from a class up.
    pub fn find_method(&self, class: ClassId, name: &str) -> Option<FunctionId> {
        self.line(class).find_map(|class| self.class(class).methods.get(name).copied())
    }

    /// A setter of a property by name, from a class up.
    pub fn find_setter(&self, class: ClassId, name: &str) -> Option<FunctionId> {
        self.line(class).find_map(|class| self.class(class).setters.get(name).copied())
    }

    /// A class variable by name, from a class up.
    pub fn find_variable(&self, class: ClassId, name: &str) -> Option<GlobalId> {
        self.line(class).find_map(|class| self.class(class).attributes.get(name).copied())
    }

    /// What a name means on an object of exactly this class.
    pub fn meaning(&self, class: ClassId, name: &str) -> Meaning {
        if self.class(class).family.sets.iter().any(|field| field == name) {
            return Meaning::Field;
        }
        for above in self.line(class) {
            if let Some(id) = self.class(above).methods.get(name) {
                return Meaning::Method(*id);
            }
            if let Some(id) = self.class(above).attributes.get(name) {
                return Meaning::Variable(*id);
            }
        }
        Meaning::Missing
    }

    /// True where a class of the family defines a method of this name.
    pub fn family_defines(&self, class: ClassId, name: &str) -> bool {
        let root = self.class(self.root(class));
        root.methods.contains_key(name) || root.family.members.iter().any(|m| self.class(*m).methods.contains_key(name))
    }

    /// The number of a class among those of its family that have objects.
    pub fn number(&self, class: ClassId) -> u32 {
        let all = self.objects_of(self.root(class));
        all.iter().position(|other| *other == class).unwrap_or_default() as u32
    }

    /// True where `==` of all objects of a class compares their fields: they are of one class, or each class of the
    /// family is a dataclass that does.
    pub fn compares_fields(&self, class: ClassId) -> bool {
        self.objects_of(class).iter().all(|class| self.class(*class).eq)
    }

    /// True where `==` of some objects of a family compares fields, and of others not.
    pub fn compares_oddly(&self, class: ClassId) -> bool {
        let root = self.root(class);
        self.class(root).family.members.iter().any(|class| self.class(*class).eq) && !self.compares_fields(root)
    }

    /// True where some class of the family has objects without this field.
    pub fn is_partial(&self, class: ClassId, field: &str) -> bool {
        let is_kind = self.class(self.root(class)).family.kind.is_some()
            && self.class(self.root(class)).fields.first().is_some_and(|first| first.name == field);
        self.is_related(class)
            && !is_kind
            && !self.objects_of(self.root(class)).iter().all(|class| self.meaning(*class, field) == Meaning::Field)
    }

    /// What a field is in the object: a field that some objects do not have may be nothing.
    pub fn slot(&self, class: ClassId, index: usize) -> Type {
        let field = &self.class(class).fields[index];
        match self.is_optional(class, field) {
            true => Type::optional(field.ty.clone()),
            false => field.ty.clone(),
        }
    }

    /// True for a field that holds nothing where the object's class does not have it.
    pub fn is_optional(&self, class: ClassId, field: &FieldInfo) -> bool {
        let has_blank = has_blank(&field.ty) && !field.is_asked;
        !matches!(field.ty, Type::Optional(_) | Type::Unknown) && !has_blank && self.is_partial(class, &field.name)
    }
}

/// True for types with a value that stands where a class does not have the field; nobody reads it.
pub fn has_blank(ty: &Type) -> bool {
    ty.is_number()
        || matches!(ty, Type::None | Type::Str | Type::Optional(_) | Type::List(_) | Type::Dict(..) | Type::Set(_))
}

/// Joins the classes into families, once all are defined. Classes that go together without a base get one, which has
/// no objects.
pub fn link(world: &mut World, together: &[(ClassId, ClassId)]) {
    let mut groups: Vec<Vec<ClassId>> = Vec::new();
    let is_tuple = |id: ClassId| world.class(id).is_tuple;
    for &(a, b) in together.iter().filter(|(a, b)| !is_tuple(*a) && !is_tuple(*b)) {
        let (with, rest): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|group| group.contains(&a) || group.contains(&b));
        let mut group: Vec<ClassId> = with.into_iter().flatten().chain([a, b]).collect();
        group.sort();
        group.dedup();
        groups = rest;
        groups.push(group);
    }
    groups.iter().for_each(|group| add_root(world, group));
    for index in 0..world.classes.len() {
        let id = ClassId(index as u32);
        if let Some(base) = world.class(id).family.base {
            let root = world.root(base);
            let is_checked = world.class(base).family.is_checked || world.class(id).family.is_checked;
            let family = &mut world.classes[index].family;
            (family.root, family.is_checked) = (root, is_checked);
            let above = &mut world.classes[root.0 as usize].family;
            if above.members.is_empty() {
                above.members.push(root);
            }
            above.members.push(id);
        }
    }
    for index in 0..world.classes.len() {
        find_abstract(world, ClassId(index as u32));
    }
    for index in 0..world.classes.len() {
        let id = ClassId(index as u32);
        if world.is_related(id) && world.root(id) == id {
            join(world, id);
        }
    }
    spread_refusals(world);
}

/// Refuses all of a family where one class is refused.
pub fn spread_refusals(world: &mut World) {
    for index in 0..world.classes.len() {
        let info = &world.classes[index];
        let members = info.family.members.clone();
        let Some(found) = members.iter().find_map(|m| world.class(*m).refused.clone()) else { continue };
        for member in members {
            world.classes[member.0 as usize].refused.get_or_insert(found.clone());
        }
    }
}

fn refuse(world: &mut World, class: ClassId, message: String, help: &str) {
    let info = world.class(class);
    let at = world.at(info.module, info.def.name.span);
    let problem = Diagnostic::new(Code::UnsupportedClass, at, message).help(help);
    world.classes[class.0 as usize].refused.get_or_insert(problem);
}

/// A base for classes that have none.
fn add_root(world: &mut World, group: &[ClassId]) {
    let words: Vec<&str> = group.iter().take(3).map(|class| world.class(*class).name.as_str()).collect();
    let first = world.class(group[0]);
    let id = ClassId(world.classes.len() as u32);
    let mut root = ClassInfo::new(words.join("Or"), first.module, first.def, first.span, id);
    root.family.is_abstract = true;
    let module = first.module;
    world.classes.push(root);
    let items = &mut world.modules[module.0 as usize].items;
    let at = items.iter().position(|item| *item == Item::Class(group[0])).unwrap_or(0);
    items.insert(at, Item::Class(id));
    for class in group {
        world.classes[class.0 as usize].family.base = Some(id);
    }
}

fn find_abstract(world: &mut World, id: ClassId) {
    if world.class(id).is_made() {
        return;
    }
    let names: HashSet<String> = world.line(id).flat_map(|c| world.class(c).methods.keys().cloned()).collect();
    let open = names.iter().any(|name| world.find_method(id, name).is_some_and(|m| world.function(m).is_abstract));
    let is_checked = world.class(id).family.is_checked;
    if open && !is_checked {
        refuse(world, id, "abstract methods of a class that does not derive from `ABC`".into(), "derive it from `ABC`");
    }
    world.classes[id.0 as usize].family.is_abstract = open && is_checked;
    if open && is_checked {
        let methods: Vec<FunctionId> = world.class(id).methods.values().copied().collect();
        for method in methods {
            let info = &mut world.functions[method.0 as usize];
            // An abstract class has no objects: its own constructor is run by those of other classes.
            info.is_unused |= info.is_abstract || matches!(info.kind, FunctionKind::Init(_));
        }
    }
}

fn join(world: &mut World, root: ClassId) {
    let members = world.class(root).family.members.clone();
    for &class in &members {
        if world.class(class).is_dataclass {
            inherit_fields(world, class);
        }
        inherit(world, class);
    }
    for &class in &members {
        let sets = fields_set(world, class);
        world.classes[class.0 as usize].family.sets = sets;
    }
    let objects = world.objects_of(root);
    check_special(world, root, &objects);
    if objects.len() > 1 {
        add_kind(world, root, &objects);
        add_dispatch(world, root, &objects);
    }
    name_methods(world, &members);
}

/// The fields that the constructor of a class sets, those of its bases where it calls theirs.
fn fields_set(world: &World, class: ClassId) -> Vec<String> {
    let mut found = Vec::new();
    let Some(init) = world.class(class).init else { return found };
    let info = world.function(init);
    let home = info.home.unwrap_or(class);
    if info.sets_fields {
        found.extend(world.class(home).fields.iter().map(|field| field.name.clone()));
    }
    let Some(own) = info.written.params().items.first() else { return found };
    let mut scan = FieldScan { world, home, own: &own.name.text, found: &mut found };
    scan.body(info.written.stmts());
    found
}

struct FieldScan<'w, 'a> {
    world: &'w World<'a>,
    home: ClassId,
    own: &'w str,
    found: &'w mut Vec<String>,
}

impl FieldScan<'_, '_> {
    fn body(&mut self, body: &[ast::Stmt]) {
        use ast::StmtKind as S;
        for stmt in body {
            match &stmt.kind {
                S::Assign { targets, .. } => targets.iter().for_each(|target| self.target(target)),
                S::AnnAssign { target, value: Some(_), .. } => self.target(target),
                S::For { target, .. } => self.target(target),
                S::With { items, .. } => {
                    items.iter().filter_map(|item| item.target.as_ref()).for_each(|t| self.target(t))
                }
                S::Expr(e) => self.call(e),
                _ => {}
            }
            ast::bodies(stmt).into_iter().for_each(|inner| self.body(inner));
        }
    }

    fn target(&mut self, target: &ast::Expr) {
        match &target.kind {
            ast::ExprKind::Attribute { value, attr } if matches!(&value.kind, ast::ExprKind::Name(name) if name == self.own) =>
            {
                let name = super::members::mangled(&self.world.class(self.home).name, &attr.text);
                if !self.found.contains(&name) && self.world.find_setter(self.home, &name).is_none() {
                    self.found.push(name);
                }
            }
            ast::ExprKind::Tuple(items) | ast::ExprKind::List(items) => items.iter().for_each(|t| self.target(t)),
            ast::ExprKind::Starred(inner) => self.target(inner),
            _ => {}
        }
    }

    /// A call of the constructor of a base.
    fn call(&mut self, e: &ast::Expr) {
        let Some((base, _)) = base_constructor(self.world, self.home, e) else { return };
        let Some(init) = self.world.line(base).find_map(|class| self.world.own_init(class)) else { return };
        let info = self.world.function(init);
        let (Some(home), Some(own)) = (info.kind.class(), info.written.params().items.first()) else { return };
        let mut inner = FieldScan { world: self.world, home, own: &own.name.text, found: self.found };
        inner.body(info.written.stmts());
    }
}

impl World<'_> {
    /// The constructor that is written in a class itself.
    pub fn own_init(&self, class: ClassId) -> Option<FunctionId> {
        self.class(class).init.filter(|init| self.function(*init).home.is_none())
    }
}

/// `super().__init__(...)`, `Base.__init__(self, ...)`: the class from which on the constructor is looked for, and
/// whether the object is the first argument.
pub fn base_constructor(world: &World, class: ClassId, e: &ast::Expr) -> Option<(ClassId, bool)> {
    let ast::ExprKind::Call { func, args, .. } = &e.kind else { return None };
    let ast::ExprKind::Attribute { value, attr } = &func.kind else { return None };
    if attr.text != "__init__" {
        return None;
    }
    if is_super(value) {
        return Some((world.class(class).family.base?, false));
    }
    let name = super::annotations::dotted(value)?;
    let module = world.class(class).module;
    match super::annotations::resolve(world, module, &name) {
        Some(super::world::Binding::Class(base)) if !args.is_empty() && world.derives(class, base) => {
            Some((base, true))
        }
        _ => None,
    }
}

/// `super()`, `super(Class, self)`.
pub fn is_super(e: &ast::Expr) -> bool {
    let ast::ExprKind::Call { func, .. } = &e.kind else { return false };
    matches!(&func.kind, ast::ExprKind::Name(name) if name == "super")
}

/// The fields of a dataclass: those of its base, of which it may say some anew, then its own.
fn inherit_fields(world: &mut World, class: ClassId) {
    let info = world.class(class);
    let base = info.family.base.filter(|base| world.class(*base).is_dataclass);
    let mut fields = base.map(|base| world.class(base).fields.clone()).unwrap_or_default();
    for own in info.fields.clone() {
        match fields.iter_mut().find(|field| field.name == own.name) {
            Some(field) => *field = own,
            None => fields.push(own),
        }
    }
    let after = base
        .and_then(|base| world.class(base).init)
        .is_some_and(|init| !matches!(world.function(init).written, Written::Fields));
    let written = info.init.is_some_and(|init| !world.function(init).sets_fields);
    if info.order || after || written {
        let message = format!("`{}` has `order=True`, its own `__init__` or a base with `__post_init__`", info.name);
        return refuse(world, class, message, "write the classes without `@dataclass`");
    }
    let (module, span) = (info.module, info.span);
    if info.init.is_none() {
        let kind = FunctionKind::Init(class);
        let mut init = FunctionInfo::new("__init__".into(), module, kind, Written::Fields, span);
        (init.sets_fields, init.is_unused) = (true, info.family.is_abstract);
        let id = FunctionId(world.functions.len() as u32);
        world.functions.push(init);
        world.classes[class.0 as usize].init = Some(id);
    }
    world.classes[class.0 as usize].fields = fields;
}

/// Gives the root a place for each field that the dataclasses of its family declare, once their types are read.
pub fn share_fields(world: &mut World) {
    for index in 0..world.classes.len() {
        let root = world.root(ClassId(index as u32));
        if root.0 as usize == index || !world.is_related(root) {
            continue;
        }
        for field in world.class(ClassId(index as u32)).fields.clone() {
            let FieldInfo { name, ty, declared, .. } = field;
            let known = world.class(root).fields.iter().position(|known| known.name == name);
            match known {
                Some(at) if world.class(root).fields[at].ty == ty => {}
                Some(_) => {
                    let message = format!("field `{name}` has several types below `{}`", world.class(root).name);
                    refuse(world, root, message, "give it one type");
                }
                None => {
                    let shared = FieldInfo {
                        name,
                        ty,
                        declared,
                        hint: None,
                        default: None,
                        keyword_only: false,
                        in_init: false,
                        is_asked: false,
                    };
                    world.classes[root.0 as usize].fields.push(shared);
                }
            }
        }
    }
    spread_refusals(world);
}

/// Gives a class the constructor and the class methods of its bases, which make objects of it.
fn inherit(world: &mut World, class: ClassId) {
    let info = world.class(class);
    if info.family.is_abstract {
        if let Some(own) = info.init {
            world.functions[own.0 as usize].is_unused = true;
        }
        world.classes[class.0 as usize].init = inherited_init(world, class);
        return;
    }
    let mut copies: Vec<(String, FunctionId)> = Vec::new();
    if info.init.is_none() {
        match inherited_init(world, class) {
            Some(init) => copies.push(("__init__".into(), init)),
            None => {
                let (module, span) = (info.module, info.span);
                let kind = FunctionKind::Init(class);
                let init = FunctionInfo::new("__init__".into(), module, kind, Written::Fields, span);
                let id = FunctionId(world.functions.len() as u32);
                world.functions.push(init);
                world.classes[class.0 as usize].init = Some(id);
            }
        }
    }
    for above in world.line(class).skip(1) {
        for (name, id) in &world.class(above).methods {
            let known = world.find_method(class, name) != Some(*id) || copies.iter().any(|(copied, _)| copied == name);
            if world.function(*id).takes_class && !known {
                copies.push((name.clone(), *id));
            }
        }
    }
    for (name, original) in copies {
        copy(world, class, name, original);
    }
}

fn inherited_init(world: &World, class: ClassId) -> Option<FunctionId> {
    world.line(class).find_map(|class| world.own_init(class))
}

/// A function of a base as one of a derived class.
fn copy(world: &mut World, class: ClassId, name: String, original: FunctionId) {
    let info = world.function(original);
    if has_inner(info.written.stmts()) {
        let message = format!("`{name}` is inherited and has functions inside");
        return refuse(world, class, message, "define the inner functions at module level");
    }
    let kind = match info.kind {
        FunctionKind::Init(_) => FunctionKind::Init(class),
        _ => FunctionKind::Static(class),
    };
    let home = info.home.or(info.kind.class());
    let mut made = FunctionInfo::new(info.name.clone(), info.module, kind, info.written, info.span);
    made.sets_fields = info.sets_fields;
    (made.home, made.takes_class, made.refused) = (home, info.takes_class, info.refused.clone());
    let id = FunctionId(world.functions.len() as u32);
    world.functions.push(made);
    let own = &mut world.classes[class.0 as usize];
    if matches!(kind, FunctionKind::Init(_)) {
        own.init = Some(id);
    }
    own.methods.insert(name, id);
}

/// True for a body with functions or lambdas inside.
pub fn has_inner(body: &[ast::Stmt]) -> bool {
    fn in_expr(e: &ast::Expr) -> bool {
        matches!(e.kind, ast::ExprKind::Lambda { .. }) || walk::parts(e).into_iter().any(in_expr)
    }
    body.iter().any(|stmt| {
        matches!(stmt.kind, ast::StmtKind::FunctionDef(_) | ast::StmtKind::ClassDef(_))
            || walk::heads(stmt).into_iter().any(in_expr)
            || ast::bodies(stmt).into_iter().any(has_inner)
    })
}

/// Operators ask the class: a special method is one of all objects of a family or of none.
fn check_special(world: &mut World, root: ClassId, objects: &[ClassId]) {
    let names: HashSet<String> =
        objects.iter().flat_map(|c| world.line(*c)).flat_map(|c| world.class(c).methods.keys().cloned()).collect();
    let special = |name: &&String| name.starts_with("__") && name.ends_with("__") && *name != "__init__";
    let lacking =
        names.iter().filter(special).find(|name| objects.iter().any(|c| world.find_method(*c, name).is_none()));
    if let Some(name) = lacking {
        let message = format!("`{name}` is defined for some classes below `{}` only", world.class(root).name);
        refuse(world, root, message, "define it in the base");
    }
}

/// Adds the field that says of which class an object is.
fn add_kind(world: &mut World, root: ClassId, objects: &[ClassId]) {
    let names: Vec<String> = objects.iter().map(|class| world.class(*class).name.clone()).collect();
    let taken: HashSet<&String> = objects.iter().flat_map(|class| &world.class(*class).family.sets).collect();
    let field = ["kind", "object_kind", "class_kind", "family_kind"]
        .into_iter()
        .find(|name| !taken.contains(&name.to_string()));
    let info = world.class(root);
    let id = ClassId(world.classes.len() as u32);
    let mut kind = ClassInfo::new(format!("{}Kind", info.name), info.module, info.def, info.span, id);
    kind.mixin = Some(Mixin::Plain);
    kind.member_texts = vec![None; names.len()];
    kind.members = names.into_iter().zip(0..).collect();
    let module = info.module;
    world.classes.push(kind);
    let items = &mut world.modules[module.0 as usize].items;
    let at = items.iter().position(|item| *item == Item::Class(root)).unwrap_or(0);
    items.insert(at, Item::Class(id));
    let info = &mut world.classes[root.0 as usize];
    info.family.kind = Some(id);
    info.fields.insert(
        0,
        FieldInfo {
            name: field.unwrap_or("kind_of_object").to_string(),
            ty: Type::Enum(id),
            declared: true,
            hint: None,
            default: None,
            keyword_only: false,
            in_init: false,
            is_asked: false,
        },
    );
}

/// Adds a method for each name that means several methods.
fn add_dispatch(world: &mut World, root: ClassId, objects: &[ClassId]) {
    let mut names: Vec<String> = Vec::new();
    for member in world.class(root).family.members.clone() {
        for name in world.class(member).methods.keys() {
            if name != "__init__" && !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    for name in names {
        let found: Vec<Option<FunctionId>> = objects.iter().map(|class| world.find_method(*class, &name)).collect();
        let Some(first) = found.iter().flatten().next().copied() else { continue };
        if found.iter().all(|id| *id == Some(first)) {
            continue;
        }
        let info = world.function(first);
        if info.written.params().items.is_empty() {
            continue;
        }
        let kind = match info.kind {
            FunctionKind::Method(_) => FunctionKind::Method(root),
            FunctionKind::Property(_) => FunctionKind::Property(root),
            _ => continue,
        };
        let alike = found.iter().flatten().all(|id| same_signature(world, first, *id));
        if !alike {
            continue;
        }
        let mut made =
            FunctionInfo::new(info.name.clone(), world.class(root).module, kind, Written::Dispatch(first), info.span);
        made.home = Some(root);
        let id = FunctionId(world.functions.len() as u32);
        world.functions.push(made);
        world.classes[root.0 as usize].family.dispatch.insert(name, id);
    }
}

/// True where two methods take their arguments in the same way.
fn same_signature(world: &World, a: FunctionId, b: FunctionId) -> bool {
    let (a, b) = (world.function(a), world.function(b));
    let same_kind = matches!(
        (a.kind, b.kind),
        (FunctionKind::Method(_), FunctionKind::Method(_)) | (FunctionKind::Property(_), FunctionKind::Property(_))
    );
    let (left, right) = (&a.written.params().items, &b.written.params().items);
    same_kind
        && left.len() == right.len()
        && left.iter().zip(right).enumerate().all(|(index, (p, q))| {
            let same = match (&p.default, &q.default) {
                (None, None) => true,
                (Some(a), Some(b)) => same_constant(a, b),
                _ => false,
            };
            p.kind == q.kind && same && (index == 0 || p.name.text == q.name.text)
        })
}

fn same_constant(a: &ast::Expr, b: &ast::Expr) -> bool {
    use ast::ExprKind as E;
    match (&a.kind, &b.kind) {
        (E::None, E::None) => true,
        (E::Bool(a), E::Bool(b)) => a == b,
        (E::Int(ast::IntLiteral::Small(a)), E::Int(ast::IntLiteral::Small(b))) => a == b,
        (E::Float(a), E::Float(b)) => a.to_bits() == b.to_bits(),
        (E::Str(a), E::Str(b)) => a == b,
        _ => false,
    }
}

/// Names for the methods that share a name: with their class in front.
fn name_methods(world: &mut World, members: &[ClassId]) {
    let mut count: IndexMap<String, usize> = IndexMap::new();
    let methods = |world: &World, class: ClassId| -> Vec<(String, FunctionId)> {
        let info = world.class(class);
        let setters = info.setters.iter().map(|(name, id)| (format!("set {name}"), *id));
        info.methods.iter().map(|(name, id)| (name.clone(), *id)).chain(setters).collect()
    };
    for &class in members {
        methods(world, class).into_iter().for_each(|(name, _)| *count.entry(name).or_default() += 1);
    }
    for &class in members {
        let word = world.class(class).name.clone();
        if let Some(init) = world.class(class).init.filter(|_| world.root(class) != class) {
            world.functions[init.0 as usize].word = Some(word.clone());
        }
        for (name, id) in methods(world, class) {
            if matches!(world.function(id).kind, FunctionKind::Init(_)) {
                continue;
            }
            if count[&name] > 1 {
                let own = world.function(id).name.trim_matches('_').to_string();
                world.functions[id.0 as usize].word = Some(format!("{word}_{own}"));
            }
        }
    }
}
