//! Objects of a family of classes: of which class one can be, and what its fields and methods are then.
//!
//! ```text
//! shape.area()                 Shape.area(shape), which asks for the kind of the shape
//! self.area() in Circle        Shape.circle_area(self), where nothing below `Circle` has another one
//! isinstance(shape, Circle)    shape.kind == ShapeKind.Circle; then it is known
//! ```

use super::body::{Body, Owner};
use super::families::{self, Meaning};
use super::narrowing::{Fact, Facts, Known};
use super::objects::AttributeTarget;
use super::world::{Binding, Lowered, ParamInfo, World, Written};
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl<'a> Body<'_, 'a> {
    /// The classes that an object can be of, as far as is known here.
    pub fn possible(&self, object: &Expr) -> Vec<ClassId> {
        let Type::Class(class) = object.ty.some() else { return Vec::new() };
        self.exact(object).unwrap_or_else(|| self.world.objects_of(*class))
    }

    /// What is known of the class of an object beyond its type.
    fn exact(&self, object: &Expr) -> Option<Vec<ClassId>> {
        match &object.kind {
            ExprKind::Read { place, .. } => {
                if let Some(found) = Known::of(object).and_then(|known| self.flow.kinds.get(&known)) {
                    return Some(found.clone());
                }
                match place {
                    Place::Some(inner) | Place::Present(inner) => self.exact(inner),
                    Place::Local(local) => self.own_classes(*local),
                    _ => None,
                }
            }
            ExprKind::Call { function, .. } => match self.world.function(*function).kind {
                FunctionKind::Init(class) => Some(vec![class]),
                _ => None,
            },
            ExprKind::Convert { to: Conversion::Some, value } | ExprKind::Block { value, .. } => self.exact(value),
            ExprKind::Builtin { op: Builtin::AttributeBase | Builtin::OperandBase, args } => self.exact(args.first()?),
            _ => None,
        }
    }

    /// The classes of `self`.
    fn own_classes(&self, local: LocalId) -> Option<Vec<ClassId>> {
        let Owner::Function(id) = self.owner else { return None };
        let info = self.world.function(id);
        if self.built == Some(local) {
            return info.kind.class().map(|class| vec![class]);
        }
        let own = self.self_name.as_ref()?;
        if self.names.get(own) != Some(&local) || self.own_names.contains(own) {
            return None;
        }
        match info.kind {
            FunctionKind::Method(class) | FunctionKind::Property(class) if local.0 == 0 => {
                Some(self.world.objects_of(class))
            }
            _ => None,
        }
    }

    /// The arguments of the `range` that a module constant is.
    pub fn range_constant(&self, e: &ast::Expr) -> Option<&'a [ast::Expr]> {
        let ast::ExprKind::Name(name) = &e.kind else { return None };
        let Some(Binding::Global(id)) = self.world.module(self.module).names.get(name) else { return None };
        let info = self.world.global(*id);
        let ast::ExprKind::Call { func, args, keywords } = &info.value.kind else { return None };
        let is_range = matches!(&func.kind, ast::ExprKind::Name(name) if name == "range" && self.is_builtin(name));
        let is_constant = |arg: &ast::Expr| match &arg.kind {
            ast::ExprKind::Int(_) => true,
            ast::ExprKind::Name(name) => {
                let constant = |id: &GlobalId| !self.world.global(*id).rebound;
                let bound = self.world.module(self.module).names.get(name);
                !self.is_own_name(name) && matches!(bound, Some(Binding::Global(id)) if constant(id))
            }
            _ => false,
        };
        let fixed = info.module == self.module && !info.rebound && !self.is_own_name(name);
        let takes = keywords.is_empty() && (1..=3).contains(&args.len()) && args.iter().all(is_constant);
        (is_range && fixed && takes).then_some(args)
    }

    /// Notes of which classes a variable is from here on.
    pub fn learn_kinds(&mut self, known: Known, kinds: Option<Vec<ClassId>>) {
        match kinds {
            Some(kinds) => self.flow.kinds.insert(known, kinds),
            None => self.flow.kinds.remove(&known),
        };
    }

    /// What is known of the class of a value that is stored.
    pub fn stored_kinds(&self, value: &Expr) -> Option<Vec<ClassId>> {
        match value.ty.some() {
            Type::Class(class) if self.world.is_related(*class) => self.exact(value),
            _ => None,
        }
    }

    /// True where an object is of one of some classes of its family. The object is a simple expression.
    fn is_one_of(&self, object: &Expr, classes: &[ClassId], span: Span) -> Expr {
        let at = self.at(span);
        let truth = |value| Expr::new(ExprKind::Bool(value), Type::Bool, at);
        let possible = self.possible(object);
        let asked: Vec<ClassId> = possible.iter().copied().filter(|class| classes.contains(class)).collect();
        let Type::Class(root) = object.ty else { return truth(false) };
        let (Some(kind), false, false) =
            (self.world.class(root).family.kind, asked.is_empty(), asked.len() == possible.len())
        else {
            return truth(!asked.is_empty());
        };
        let ty = Type::Enum(kind);
        let test = |class: &ClassId| {
            let place = Place::Field { base: Box::new(object.clone()), class: root, field: FieldId(0) };
            let read = Expr::new(ExprKind::Read { place, take: Take::Look }, ty.clone(), at);
            let member = ExprKind::Member { class: kind, index: self.world.number(*class) };
            let member = Expr::new(member, ty.clone(), at);
            let kind = ExprKind::Compare { op: CompareOp::Eq, left: Box::new(read), right: Box::new(member) };
            Expr::new(kind, Type::Bool, at)
        };
        let or = |a, b| Expr::new(ExprKind::Or(Box::new(a), Box::new(b)), Type::Bool, at);
        asked.iter().map(test).reduce(or).unwrap_or_else(|| truth(false))
    }

    /// `isinstance(object, Class)` of an object of a family.
    pub fn class_test(&mut self, e: &ast::Expr) -> Lowered<Option<(Expr, Facts)>> {
        let ast::ExprKind::Call { func, args, keywords } = &e.kind else { return Ok(None) };
        match (args.as_slice(), keywords.is_empty(), &func.kind) {
            ([object, classes], true, ast::ExprKind::Name(name)) if name == "isinstance" && self.is_builtin(name) => {
                self.family_test(object, classes, e.span)
            }
            _ => Ok(None),
        }
    }

    /// The test of an object for classes, and what it tells; nothing for other values.
    pub fn family_test(
        &mut self,
        object: &ast::Expr,
        classes: &ast::Expr,
        span: Span,
    ) -> Lowered<Option<(Expr, Facts)>> {
        let ty = self.quiet(|b| b.expr(object, None)).map(|value| value.ty);
        let Some(Type::Class(root)) = ty.as_ref().map(Type::some) else { return Ok(None) };
        if !self.world.is_related(*root) {
            return Ok(None);
        }
        let root = *root;
        let asked: Vec<&ast::Expr> = match &classes.kind {
            ast::ExprKind::Tuple(items) => items.iter().collect(),
            _ => vec![classes],
        };
        let mut wanted: Vec<ClassId> = Vec::new();
        for class in asked {
            match self.class_named(class) {
                Some(id) if self.world.root(id) == root => wanted.extend(self.world.objects_of(id)),
                Some(_) => {}
                None if matches!(&class.kind, ast::ExprKind::Name(n) if n == "object" && self.is_builtin(n)) => {
                    wanted.extend(self.world.objects_of(root));
                }
                None if matches!(&class.kind, ast::ExprKind::Name(n) if self.is_builtin(n)) => {}
                None => {
                    let message = "this class in `isinstance` is not known";
                    return self.refuse(Code::UnknownName, class.span, message, "name it");
                }
            }
        }
        let value = self.expr(object, None)?;
        if !Self::is_simple(&value) {
            let message = "`isinstance` asks a variable or a field";
            return self.refuse(Code::UnsupportedCall, object.span, message, "assign the object to a variable first");
        }
        Ok(Some(self.class_facts(value, &wanted, span)))
    }

    fn class_facts(&mut self, value: Expr, wanted: &[ClassId], span: Span) -> (Expr, Facts) {
        let at = self.at(span);
        let possible = self.possible(&value);
        let known = Known::of(&value);
        let (yes, no): (Vec<_>, Vec<_>) = possible.into_iter().partition(|class| wanted.contains(class));
        let mut facts = Facts::default();
        let optional = matches!(value.ty, Type::Optional(_));
        if let Some(known) = known {
            if optional {
                facts.when_true.push(Fact::Present(known.clone()));
            }
            facts.when_true.push(Fact::Kinds(known.clone(), yes));
            facts.when_false.push(Fact::Kinds(known, no));
        }
        let Type::Optional(inner) = &value.ty else { return (self.is_one_of(&value, wanted, span), facts) };
        let inner = (**inner).clone();
        let is_none = Expr::new(ExprKind::IsNone(Box::new(value.clone())), Type::Bool, at);
        let some = Expr::new(ExprKind::Not(Box::new(is_none)), Type::Bool, at);
        let held = ExprKind::Read { place: Place::Some(Box::new(value)), take: Take::Look };
        let test = self.is_one_of(&Expr::new(held, inner, at), wanted, span);
        let both = match test.kind {
            ExprKind::Bool(true) => some,
            ExprKind::Bool(false) => test,
            _ => Expr::new(ExprKind::And(Box::new(some), Box::new(test)), Type::Bool, at),
        };
        (both, facts)
    }

    /// What a name means on each class that an object can be of.
    fn meanings(&self, object: &Expr, name: &str) -> Vec<(ClassId, Meaning)> {
        self.possible(object).into_iter().map(|class| (class, self.world.meaning(class, name))).collect()
    }

    fn several<T>(&self, root: ClassId, name: &str, span: Span) -> Lowered<T> {
        let message = format!(
            "`{name}` means different things on the classes below `{}`, or is not on all of them",
            self.world.class(root).name
        );
        let help = "give all of them one of the same kind and the same parameters, or test with `isinstance` first";
        self.refuse(Code::UnsupportedClass, span, message, help)
    }

    /// `object.name` on an object of a family.
    pub fn family_member(&mut self, base: Expr, root: ClassId, name: &str, span: Span) -> Lowered<Expr> {
        let found = self.meanings(&base, name);
        let first = found.first().map(|(_, meaning)| *meaning);
        let alike = found.iter().all(|(_, meaning)| Some(*meaning) == first);
        let fields = found.iter().filter(|(_, meaning)| *meaning == Meaning::Field).count();
        let others = found.iter().filter(|(_, meaning)| *meaning == Meaning::Missing).count();
        match first {
            Some(_) if fields > 0 && fields + others == found.len() => {
                self.family_field(base, root, name, others == 0, span)
            }
            Some(Meaning::Method(id)) if alike => match self.world.function(id).kind {
                FunctionKind::Property(_) => self.call_function(id, vec![base], span),
                _ => self.several(root, name, span),
            },
            Some(Meaning::Variable(id)) if alike => self.after_object(base, span, |b| b.global(id, span)),
            Some(_) if found.iter().all(|(_, m)| matches!(m, Meaning::Variable(_))) => {
                self.family_variable(base, &found, span)
            }
            Some(Meaning::Method(_)) if self.world.class(root).family.dispatch.contains_key(name) => {
                let id = self.world.class(root).family.dispatch[name];
                match self.world.function(id).kind {
                    FunctionKind::Property(_) => self.call_function(id, vec![base], span),
                    _ => self.several(root, name, span),
                }
            }
            _ if !self.world.last => self.unknown(span, name),
            _ if others == found.len() => {
                let class = self.world.class(root).name.clone();
                let message = format!("`{class}` has no attribute `{name}` that is known");
                self.refuse(Code::UnknownName, span, message, "")
            }
            _ => self.several(root, name, span),
        }
    }

    /// A value that is the same for all objects, after the object was evaluated.
    fn after_object(
        &mut self,
        base: Expr,
        span: Span,
        value: impl FnOnce(&mut Self) -> Lowered<Expr>,
    ) -> Lowered<Expr> {
        let value = value(self)?;
        if Self::is_simple(&base) {
            return Ok(value);
        }
        let (ty, at) = (value.ty.clone(), self.at(span));
        let body = vec![Stmt::new(StmtKind::Expr(base), at)];
        Ok(Expr::new(ExprKind::Block { body, value: Box::new(value) }, ty, at))
    }

    /// A class variable that the classes set in their own ways.
    fn family_variable(&mut self, base: Expr, found: &[(ClassId, Meaning)], span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let mut groups: Vec<(GlobalId, Vec<ClassId>)> = Vec::new();
        for (class, meaning) in found {
            let Meaning::Variable(id) = meaning else { continue };
            match groups.iter_mut().find(|(known, _)| known == id) {
                Some((_, classes)) => classes.push(*class),
                None => groups.push((*id, vec![*class])),
            }
        }
        let (body, value) = self.block(|b| {
            let object = if Self::is_simple(&base) { base } else { b.spill(base, span) };
            let Some((last, _)) = groups.pop() else { return b.unknown(span, "the class variable") };
            let mut value = b.global(last, span)?;
            for (id, classes) in groups.into_iter().rev() {
                let then = b.global(id, span)?;
                let (then, orelse) = b.unify(then, value, None, span)?;
                let test = Box::new(b.is_one_of(&object, &classes, span));
                let ty = then.ty.clone();
                value = Expr::new(ExprKind::If { test, then: Box::new(then), orelse: Box::new(orelse) }, ty, at);
            }
            Ok(value)
        })?;
        if body.is_empty() {
            return Ok(value);
        }
        let ty = value.ty.clone();
        Ok(Expr::new(ExprKind::Block { body, value: Box::new(value) }, ty, at))
    }

    /// A field of an object of a family; `known` where its class surely has it.
    fn family_field(&mut self, base: Expr, root: ClassId, name: &str, known: bool, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let Some((index, _)) = self.world.class(root).field(name) else {
            return match self.world.last {
                false => self.unknown(span, name),
                true => self.refuse(Code::UnknownType, span, format!("the type of `{name}` is not known"), ""),
            };
        };
        let ty = self.world.class(root).fields[index].ty.clone();
        if !known && is_plain(&ty) {
            return self.asked_field(base, root, index, name, span);
        }
        if !known && !self.world.class(root).fields[index].is_asked {
            self.world.classes[root.0 as usize].fields[index].is_asked = true;
            self.world.changed = true;
        }
        let slot = self.world.slot(root, index);
        if !known && matches!(ty, Type::Optional(_)) && self.world.last {
            let message =
                format!("`{name}` may be None, and not every class below `{}` has it", self.world.class(root).name);
            return self.refuse(Code::UnsupportedClass, span, message, "test the object with `isinstance` first");
        }
        let place = Place::Field { base: Box::new(base), class: root, field: FieldId(index as u32) };
        let read = Expr::new(ExprKind::Read { place, take: Take::Look }, slot.clone(), at);
        if slot == ty {
            return Ok(read);
        }
        let inner = Box::new(read);
        let place = if known { Place::Some(inner) } else { Place::Present(inner) };
        Ok(Expr::new(ExprKind::Read { place, take: Take::Look }, ty, at))
    }

    /// A field that the object's class may not have: Python's exception where it has not.
    fn asked_field(&mut self, base: Expr, root: ClassId, index: usize, name: &str, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let (body, value) = self.block(|b| {
            let object = if Self::is_simple(&base) { base } else { b.spill(base, span) };
            let possible = b.possible(&object);
            let with: Vec<ClassId> =
                possible.iter().copied().filter(|class| b.world.meaning(*class, name) == Meaning::Field).collect();
            for class in possible.iter().filter(|class| !with.contains(class)) {
                let test = b.is_one_of(&object, &[*class], span);
                let (then, ()) = b.block(|b| b.missing_attribute(*class, name, span))?;
                b.flow.dead = false;
                b.push(StmtKind::If { test, then, orelse: Vec::new() }, span);
            }
            if let Some(known) = Known::of(&object) {
                b.learn_kinds(known, Some(with));
            }
            b.family_field(object, root, name, true, span)
        })?;
        let ty = self.world.class(root).fields[index].ty.clone();
        Ok(Expr::new(ExprKind::Block { body, value: Box::new(value) }, ty, at))
    }

    /// `object.name = value` on an object of a family.
    pub fn family_target(
        &mut self,
        base: Expr,
        root: ClassId,
        attr: &ast::Name,
        name: String,
    ) -> Lowered<AttributeTarget> {
        let members = self.world.class(root).family.members.clone();
        if members.iter().any(|class| self.world.class(*class).locks.contains(&name)) {
            return Ok(AttributeTarget::Lock);
        }
        let possible = self.possible(&base);
        let setters: Vec<_> = possible.iter().map(|class| self.world.find_setter(*class, &name)).collect();
        if let Some(Some(setter)) = setters.first().copied() {
            return match setters.iter().all(|other| *other == Some(setter)) {
                true => Ok(AttributeTarget::Setter { object: base, setter, name }),
                false => self.several(root, &name, attr.span),
            };
        }
        let with: Vec<ClassId> =
            possible.iter().copied().filter(|class| self.world.meaning(*class, &name) == Meaning::Field).collect();
        let all = with.len() == possible.len();
        match self.world.class(root).field(&name) {
            Some((index, _)) if all || !with.is_empty() && Self::is_simple(&base) => {
                if !all {
                    self.decline_unless(&base, &with, attr.span);
                }
                let slot = self.world.slot(root, index);
                let place = Place::Field { base: Box::new(base), class: root, field: FieldId(index as u32) };
                Ok(AttributeTarget::Place(place, slot))
            }
            _ if !self.world.last => Ok(AttributeTarget::Unknown),
            _ => {
                let message = format!("`{}` is not set in `__init__` of every class that this can be", attr.text);
                self.refuse(Code::UnsupportedClass, attr.span, message, "set it there, or test with `isinstance` first")
            }
        }
    }

    /// Python would give the object a new attribute: the call declines unless its class has it.
    fn decline_unless(&mut self, object: &Expr, classes: &[ClassId], span: Span) {
        let at = self.at(span);
        let test = self.is_one_of(object, classes, span);
        let none = Expr::new(ExprKind::None, Type::optional(Type::Bool), at);
        let place = Place::Present(Box::new(none));
        let decline = Expr::new(ExprKind::Read { place, take: Take::Look }, Type::Bool, at);
        let then = vec![Stmt::new(StmtKind::Expr(decline), at)];
        let test = Expr::new(ExprKind::Not(Box::new(test)), Type::Bool, at);
        self.push(StmtKind::If { test, then, orelse: Vec::new() }, span);
        if let Some(known) = Known::of(object) {
            self.learn_kinds(known, Some(classes.to_vec()));
        }
    }

    /// The method that a call on an object means: the only one, or one that chooses.
    pub fn family_method(&mut self, base: &Expr, root: ClassId, name: &str, span: Span) -> Lowered<FunctionId> {
        let found = self.meanings(base, name);
        let first = found.first().map(|(_, meaning)| *meaning);
        if let Some(Meaning::Method(id)) = first
            && found.iter().all(|(_, meaning)| *meaning == Meaning::Method(id))
        {
            return Ok(id);
        }
        let mixed = found.iter().any(|(_, m)| !matches!(m, Meaning::Method(_) | Meaning::Missing));
        match self.world.class(root).family.dispatch.get(name) {
            Some(id) if !mixed => Ok(*id),
            _ if found.iter().all(|(_, m)| *m == Meaning::Missing) => {
                let message = format!("`{}` has no method `{name}` that is known", self.world.class(root).name);
                self.refuse(Code::UnknownName, span, message, "")
            }
            _ => self.several(root, name, span),
        }
    }

    /// `super().name(...)`
    pub fn super_call(
        &mut self,
        attr: &ast::Name,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Lowered<Expr> {
        let name = self.member_name(&attr.text);
        let base = self.class.and_then(|class| self.world.class(class).family.base);
        let method = base.and_then(|base| self.world.find_method(base, &name));
        let (Some(method), Some(base)) = (method, base) else {
            let message = format!("`super().{}` is not a method of a base class of the program", attr.text);
            return self.refuse(Code::UnsupportedClass, span, message, "");
        };
        match (self.world.function(method).kind, self.self_name.clone()) {
            (FunctionKind::Method(_), Some(own)) if !self.own_names.contains(&own) && self.names.contains_key(&own) => {
                let local = self.names[&own];
                let object = self.read_local(local, span)?;
                self.call_bound(method, Some(object), args, keywords, span)
            }
            (FunctionKind::Static(_), _) if !self.world.function(method).takes_class => {
                self.call_bound(method, None, args, keywords, span)
            }
            _ => {
                let message =
                    format!("`super().{}` of `{}` cannot be called here", attr.text, self.world.class(base).name);
                self.refuse(Code::UnsupportedClass, span, message, "call it once all fields are set")
            }
        }
    }

    /// `type(x).__name__`, `x.__class__.__name__` of an object of a family.
    pub fn family_name(&mut self, object: &ast::Expr, span: Span) -> Lowered<Option<Expr>> {
        let at = self.at(span);
        let ty = self.quiet(|b| b.expr(object, None)).map(|value| value.ty);
        let Some(Type::Class(root)) = ty else { return Ok(None) };
        if !self.world.is_related(root) {
            return Ok(None);
        }
        let base = self.expr(object, None)?;
        if !Self::is_simple(&base) {
            return Ok(None);
        }
        let text =
            |class: &ClassId, world: &World| Expr::new(ExprKind::Str(world.class(*class).name.clone()), Type::Str, at);
        let mut possible = self.possible(&base);
        let Some(last) = possible.pop() else { return Ok(None) };
        let mut value = text(&last, self.world);
        for class in possible.into_iter().rev() {
            let then = Box::new(text(&class, self.world));
            let test = Box::new(self.is_one_of(&base, &[class], span));
            value = Expr::new(ExprKind::If { test, then, orelse: Box::new(value) }, Type::Str, at);
        }
        Ok(Some(value))
    }

    /// Refuses an operation that Python would ask of the right operand first, whose class derives from the left one's.
    pub fn check_order(&self, left: &Expr, right: &Expr, name: &str) -> Lowered<()> {
        let (Type::Class(a), Type::Class(b)) = (left.ty.some(), right.ty.some()) else { return Ok(()) };
        if a != b || !self.world.is_related(*a) || !self.world.family_defines(*a, name) {
            return Ok(());
        }
        let below = |l: &ClassId, r: &ClassId| l != r && self.world.derives(*r, *l);
        let right = self.possible(right);
        if self.possible(left).iter().any(|l| right.iter().any(|r| below(l, r))) {
            let message =
                format!("Python may ask the right side first for `{name}`, if its class derives from the left one's");
            return self.refuse(Code::UnsupportedClass, left.at.span, message, "call a method of an ordinary name");
        }
        Ok(())
    }

    /// The special method of all objects of a family.
    pub fn family_special(&self, class: ClassId, name: &str) -> Option<FunctionId> {
        let root = self.world.root(class);
        let objects = self.world.objects_of(root);
        let first = self.world.find_method(*objects.first()?, name)?;
        let alike = objects.iter().all(|class| self.world.find_method(*class, name) == Some(first));
        if alike { Some(first) } else { self.world.class(root).family.dispatch.get(name).copied() }
    }

    /// The object whose class `type(x)` or `x.__class__` is.
    pub fn object_of_type<'e>(&self, e: &'e ast::Expr) -> Option<&'e ast::Expr> {
        match &e.kind {
            ast::ExprKind::Attribute { value, attr } if attr.text == "__class__" => Some(value),
            ast::ExprKind::Call { func, args, keywords } if keywords.is_empty() => {
                match (&func.kind, args.as_slice()) {
                    (ast::ExprKind::Name(name), [object]) if name == "type" && self.is_builtin(name) => Some(object),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The body of a method that chooses by the class of its object.
    pub fn dispatch(&mut self, id: FunctionId, span: Span) -> Lowered<()> {
        let Some(root) = self.world.function(id).kind.class() else { return Ok(()) };
        let found = self.world.class(root).family.dispatch.iter().find(|(_, made)| **made == id);
        let Some(name) = found.map(|(name, _)| name.clone()) else { return Ok(()) };
        let mut arms: Vec<(Option<FunctionId>, Vec<ClassId>)> = Vec::new();
        for class in self.world.objects_of(root) {
            let method = self.world.find_method(class, &name);
            match arms.iter_mut().find(|(known, _)| known.is_some() && *known == method) {
                Some((_, classes)) => classes.push(class),
                None => arms.push((method, vec![class])),
            }
        }
        let last = arms.len().saturating_sub(1);
        let object = self.read_local(LocalId(0), span)?;
        for (index, (method, classes)) in arms.into_iter().enumerate() {
            let before = self.flow.clone();
            let work = |b: &mut Self| match method {
                Some(method) => b.dispatch_to(method, span),
                None => b.missing_attribute(classes[0], &name, span),
            };
            if index == last {
                return work(self);
            }
            let test = self.is_one_of(&object, &classes, span);
            let (then, ()) = self.block(work)?;
            self.flow = before;
            self.push(StmtKind::If { test, then, orelse: Vec::new() }, span);
        }
        Ok(())
    }

    fn missing_attribute(&mut self, class: ClassId, name: &str, span: Span) -> Lowered<()> {
        let text = format!("'{}' object has no attribute '{name}'", self.world.class(class).name);
        let message = Expr::new(ExprKind::Str(text), Type::Str, self.at(span));
        let class = ExceptionId::Builtin(ExceptionKind::AttributeError);
        self.leave(StmtKind::Raise(Raise { class, message, attributes: Vec::new() }), span)
    }

    /// What the arguments tell of the parameters of a method.
    fn teach_method(&mut self, method: FunctionId) {
        let Owner::Function(own) = self.owner else { return };
        let types: Vec<Type> = self.world.function(own).params.iter().map(|param| param.ty.clone()).collect();
        for (param, ty) in self.world.functions[method.0 as usize].params.iter_mut().zip(types) {
            if !param.declared {
                World::learn(&mut self.world.changed, &mut param.ty, &ty);
            }
        }
    }

    fn dispatch_to(&mut self, method: FunctionId, span: Span) -> Lowered<()> {
        self.teach_method(method);
        let written = self.world.function(method).written;
        if let Some(raise) = only_raises(written) {
            let here = (self.module, self.class);
            (self.module, self.class) = (self.world.function(method).module, self.world.function(method).kind.class());
            let done = self.statements(std::slice::from_ref(raise));
            (self.module, self.class) = here;
            return done;
        }
        let Owner::Function(own) = self.owner else { return Ok(()) };
        let count = self.world.function(own).params.len();
        let mut args = Vec::new();
        for index in 0..count {
            let value = self.read_local(LocalId(index as u32), span)?;
            let ty = self.world.function(method).params[index].ty.clone();
            args.push(self.coerce(value, &ty, "the parameter")?);
        }
        let never = self.world.last && self.world.function(method).result == Type::Unknown;
        let call = self.call_function(method, args, span)?;
        if never {
            // It always raises.
            self.push(StmtKind::Expr(call), span);
            let message = Expr::new(ExprKind::Str(String::new()), Type::Str, self.at(span));
            let class = ExceptionId::Builtin(ExceptionKind::NotImplementedError);
            return self.leave(StmtKind::Raise(Raise { class, message, attributes: Vec::new() }), span);
        }
        self.give(call, span)
    }

    /// A value for a field that the class does not have.
    pub fn blank(&self, class: ClassId, index: usize, span: Span) -> Option<Expr> {
        let at = self.at(span);
        let ty = self.world.slot(class, index);
        if ty != Type::Unknown && !matches!(ty, Type::Optional(_)) && !families::has_blank(&ty) {
            return None;
        }
        let kind = match &ty {
            Type::Bool => ExprKind::Bool(false),
            Type::Int => ExprKind::Int(0),
            Type::Float => ExprKind::Float(0.0),
            Type::Number => {
                let zero = Expr::new(ExprKind::Int(0), Type::Int, at);
                ExprKind::Convert { to: Conversion::ToNumber, value: Box::new(zero) }
            }
            Type::Str => ExprKind::Str(String::new()),
            Type::List(_) => ExprKind::List(Vec::new()),
            Type::Dict(..) => ExprKind::Dict(Vec::new()),
            Type::Set(_) => ExprKind::Set(Vec::new()),
            _ => ExprKind::None,
        };
        Some(Expr::new(kind, ty, at))
    }
}

/// True for values that nobody changes in place, or that are handles: reading one is as good as its place.
fn is_plain(ty: &Type) -> bool {
    match ty {
        Type::Optional(inner) => is_plain(inner),
        Type::Str | Type::Class(_) | Type::Bytes | Type::Enum(_) => true,
        other => other.is_scalar(),
    }
}

/// The signature of a method that chooses: what the methods agree on is declared.
pub fn signature<'a>(world: &World<'a>, id: FunctionId, first: FunctionId) -> (Vec<ParamInfo<'a>>, Option<Type>) {
    let info = world.function(id);
    let mut params = world.function(first).params.clone();
    let Some(root) = info.kind.class() else { return (params, None) };
    let found = world.class(root).family.dispatch.iter().find(|(_, made)| **made == id);
    let name = found.map(|(name, _)| name.clone()).unwrap_or_default();
    let objects = world.objects_of(root);
    let methods: Vec<FunctionId> = objects.iter().filter_map(|class| world.find_method(*class, &name)).collect();
    for (index, param) in params.iter_mut().enumerate().skip(1) {
        let alike = methods.iter().all(|id| {
            world.function(*id).params.get(index).is_some_and(|other| other.declared && other.ty == param.ty)
        });
        if !alike {
            (param.ty, param.declared) = (Type::Unknown, false);
        }
    }
    let results = |id: &FunctionId| Some(world.function(*id)).filter(|f| f.declared_result).map(|f| f.result.clone());
    let result = results(&first);
    let alike = methods.iter().all(|id| results(id) == result);
    (params, result.filter(|_| alike))
}

/// The `raise` that is all that a method does, where it does not look at its arguments.
fn only_raises(written: Written<'_>) -> Option<&ast::Stmt> {
    let text =
        |stmt: &ast::Stmt| matches!(&stmt.kind, ast::StmtKind::Expr(e) if matches!(e.kind, ast::ExprKind::Str(_)));
    let body = written.stmts();
    let body = if body.first().is_some_and(text) { &body[1..] } else { body };
    let [stmt] = body else { return None };
    let ast::StmtKind::Raise { exc: Some(exc), .. } = &stmt.kind else { return None };
    fn plain(e: &ast::Expr) -> bool {
        match &e.kind {
            ast::ExprKind::Name(_) | ast::ExprKind::Str(_) => true,
            ast::ExprKind::Call { func, args, keywords } => {
                keywords.is_empty()
                    && matches!(func.kind, ast::ExprKind::Name(_))
                    && args.iter().all(|arg| matches!(arg.kind, ast::ExprKind::Str(_)))
            }
            _ => false,
        }
    }
    plain(exc).then_some(stmt)
}
