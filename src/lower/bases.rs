//! Constructors of base classes: run where `super().__init__(...)` stands, with the fields still variables.
//!
//! ```text
//! class Circle(Shape):                  Init Circle(name, radius):
//!     def __init__(self, name, radius):     name = name          what `Shape.__init__` does
//!         super().__init__(name)    ->      radius = radius
//!         self.radius = radius              return Shape(ShapeKind.Circle, name, radius)
//! ```

use super::body::{Body, Owner, assigned_names};
use super::calls::{Slot, slot};
use super::classes::is_super_init;
use super::families;
use super::world::{Lowered, World};
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;
use std::collections::{HashMap, HashSet};

impl<'a> Body<'_, 'a> {
    /// The base whose constructor an expression calls, and whether the object is the first argument.
    pub fn names_base_constructor(&self, e: &ast::Expr) -> Option<(ClassId, bool)> {
        let class = self.class.filter(|_| self.is_constructor())?;
        let found = families::base_constructor(self.world, class, e)?;
        let ast::ExprKind::Call { args, .. } = &e.kind else { return None };
        (!found.1 || args.first().is_some_and(|arg| self.is_init_self(arg))).then_some(found)
    }

    /// Runs `super().__init__(...)` or `Base.__init__(self, ...)`; false where the expression is none of them.
    pub fn run_base_constructor(&mut self, e: &ast::Expr) -> Lowered<bool> {
        let ast::ExprKind::Call { func, args, keywords } = &e.kind else { return Ok(false) };
        let nothing = args.is_empty() && keywords.is_empty();
        let above = self.class.and_then(|class| self.world.class(class).family.base);
        if self.is_constructor() && is_super_init(func) && above.is_none() && nothing {
            return Ok(true);
        }
        let Some((base, given)) = self.names_base_constructor(e) else { return Ok(false) };
        let args = &args[usize::from(given)..];
        let Some(init) = self.world.line(base).find_map(|class| self.world.own_init(class)) else {
            return match args.is_empty() && keywords.is_empty() {
                true => Ok(true),
                false => self.refuse(Code::WrongArity, e.span, "`object.__init__` takes no arguments", ""),
            };
        };
        if self.depth > 0 || self.built.is_some() {
            let message = "the constructor of the base is called under a condition, or after `self` is used as a whole";
            return self.refuse(Code::UnsupportedClass, e.span, message, "call it first");
        }
        if let Some(problem) = &self.world.function(init).refused {
            return Err(Box::new(problem.clone()));
        }
        let own = match self.owner {
            Owner::Function(id) => self.world.function(id).written.stmts(),
            Owner::Global(_) => &[],
        };
        if families::has_inner(self.world.function(init).written.stmts()) || families::has_inner(own) {
            let message = "a constructor with functions inside and that of its base are not translated together";
            return self.refuse(Code::UnsupportedClass, e.span, message, "define them at module level");
        }
        let inner = self.base_arguments(init, args, keywords, e.span)?;
        self.run_inside(init, inner, e.span)?;
        Ok(true)
    }

    /// The arguments as variables under the names of the parameters.
    fn base_arguments(
        &mut self,
        init: FunctionId,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Lowered<HashMap<String, LocalId>> {
        let info = self.world.function(init);
        let slots: Vec<Slot<'a>> = info.params.iter().map(slot).collect();
        let (home, written) = ((info.module, info.kind.class()), info.written);
        let (values, order) = self.bind("__init__", home, slots, args, keywords, span)?;
        let mut assigned = HashSet::new();
        assigned_names(written.stmts(), &mut assigned);
        let mut inner: HashMap<String, LocalId> = HashMap::new();
        let mut values: Vec<Option<Expr>> = values.into_iter().map(Some).collect();
        for index in order {
            let Some(value) = values[index].take() else { continue };
            let param = &mut self.world.functions[init.0 as usize].params[index];
            if !param.declared {
                World::learn(&mut self.world.changed, &mut param.ty, &value.ty);
            }
            let (name, ty) = (param.name.clone(), param.ty.clone());
            let value = self.coerce(value, &ty, "the parameter")?;
            let local = match value.as_place() {
                Some(Place::Local(local)) if self.is_only(*local) && !assigned.contains(&name) => *local,
                _ => {
                    let local = self.new_local(&name, &ty);
                    self.push(StmtKind::Assign { place: Place::Local(local), value }, span);
                    self.flow.assigned.insert(local);
                    local
                }
            };
            inner.insert(name, local);
        }
        Ok(inner)
    }

    /// True for a variable that nobody assigns again here.
    fn is_only(&self, local: LocalId) -> bool {
        let info = &self.locals[local.0 as usize];
        !self.own_names.contains(&info.name) && !matches!(info.ty, Type::Cell(_))
    }

    /// Lowers the constructor of a base where it is called.
    fn run_inside(&mut self, init: FunctionId, mut inner: HashMap<String, LocalId>, span: Span) -> Lowered<()> {
        let info = self.world.function(init);
        let (module, class, written) = (info.module, info.kind.class(), info.written);
        let Some(own) = written.params().items.first().map(|param| param.name.text.clone()) else {
            return self.refuse(Code::WrongArity, span, "`__init__` takes no `self`", "");
        };
        let is_field = |name: &String| name.starts_with("self.");
        inner.extend(self.names.iter().filter(|(name, _)| is_field(name)).map(|(name, local)| (name.clone(), *local)));
        let mut assigned = HashSet::new();
        assigned_names(written.stmts(), &mut assigned);
        let here = (
            std::mem::replace(&mut self.module, module),
            std::mem::replace(&mut self.class, class),
            self.self_name.replace(own),
            std::mem::replace(&mut self.own_names, assigned),
            std::mem::take(&mut self.global_names),
            std::mem::replace(&mut self.names, inner),
        );
        super::collect_globals(written.stmts(), self);
        self.inlined += 1;
        let done = self.statements(written.stmts());
        self.inlined -= 1;
        let after = std::mem::take(&mut self.names);
        (self.module, self.class, self.self_name, self.own_names, self.global_names, self.names) = here;
        self.names.extend(after.into_iter().filter(|(name, _)| is_field(name)));
        if let (Some(built), Some(own)) = (self.built, self.self_name.clone()) {
            self.names.insert(own, built);
        }
        done
    }
}
