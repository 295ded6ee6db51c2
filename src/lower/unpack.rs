//! Taking apart what has no fixed number of items: `a, b = xs`, `first, *rest = xs`, `for u, v in edges`.
//!
//! ```text
//! a, b = line.split()      ->   whole = line.split(); unpack.exactly(whole, 2); a, b = (whole[0], whole[1])
//! ```
//!
//! The value becomes a tuple of the shape of the targets; from there on it is an ordinary unpacking.

use super::body::Body;
use super::join::join;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::{Location, Span};

impl Body<'_, '_> {
    /// `targets = value`
    pub fn unpack(&mut self, target: &ast::Expr, items: &[ast::Expr], value: &ast::Expr, span: Span) -> Lowered<()> {
        let value = match self.stage(value) {
            Some(stage) => self.unpacked_stage(stage, items, span)?,
            None => match self.transposed(value) {
                Some(columns) => columns?,
                None => self.expr(value, None)?,
            },
        };
        let value = self.shaped(target, value)?;
        let value = self.as_variables(items, value)?;
        let targets = self.targets(items, &value.ty, span)?;
        self.push(StmtKind::Unpack { targets, value }, span);
        Ok(())
    }

    /// The parts of a tuple that is written out, as the variables that they go to have them: `xs, n = [], 0`.
    fn as_variables(&mut self, targets: &[ast::Expr], mut value: Expr) -> Lowered<Expr> {
        if let (ExprKind::Tuple(parts), Type::Tuple(types)) = (&mut value.kind, &mut value.ty) {
            for ((target, part), ty) in targets.iter().zip(parts).zip(types) {
                let ast::ExprKind::Name(name) = &target.kind else { continue };
                let local = self.names.get(name).map(|local| self.locals[local.0 as usize].ty.clone());
                let Some(have) = local.or_else(|| self.variables().get(name).cloned()) else { continue };
                if have != *ty && join(&have, ty).as_ref() == Some(&have) && !matches!(have, Type::Cell(_)) {
                    let old = std::mem::replace(part, Expr::new(ExprKind::None, Type::None, part.at));
                    *part = self.coerce(old, &have, "the variable")?;
                    *ty = have;
                }
            }
        }
        Ok(value)
    }

    /// Targets of an unpacking or a loop; names are variables that exist or are new.
    pub fn targets(&mut self, items: &[ast::Expr], ty: &Type, span: Span) -> Lowered<Vec<Target>> {
        let types = match ty {
            Type::Tuple(types) if types.len() == items.len() => types.clone(),
            Type::Unknown => vec![Type::Unknown; items.len()],
            _ => {
                let message = format!("cannot unpack {} into {} targets", self.world.describe(ty), items.len());
                return self.refuse(Code::TypeMismatch, span, message, "unpack tuples of known length only");
            }
        };
        items.iter().zip(&types).map(|(item, ty)| self.target(item, ty)).collect()
    }

    /// One target of an unpacking or a loop.
    pub fn target(&mut self, target: &ast::Expr, ty: &Type) -> Lowered<Target> {
        let at = self.at(target.span);
        match &target.kind {
            ast::ExprKind::Tuple(items) | ast::ExprKind::List(items) => {
                Ok(Target::Tuple(self.targets(items, ty, target.span)?))
            }
            ast::ExprKind::Name(name) => {
                let value = Expr::new(ExprKind::None, ty.clone(), at);
                let place = self.name_place(name, &value, target.span)?;
                if let Place::Cell(cell) = &place {
                    self.assigned_cell(cell, true);
                }
                if let Place::Local(local) = &place {
                    let have = self.locals[local.0 as usize].ty.clone();
                    if self.world.last && have != *ty {
                        let message = format!(
                            "`{name}` is {} and becomes {}",
                            self.world.describe(&have),
                            self.world.describe(ty)
                        );
                        return self.refuse(Code::MixedTypes, target.span, message, "use another name");
                    }
                    self.flow.assigned.insert(*local);
                    self.flow.narrowed.remove(local);
                    self.flow.forget_paths_from(*local);
                }
                Ok(Target::Assign(place))
            }
            ast::ExprKind::Starred(inner) => self.target(inner, ty),
            _ => {
                let (place, have) = self.place(target)?;
                if let Place::Field { class, field, .. } = &place {
                    self.flow.forget_field(*class, *field);
                }
                self.learn_place(&place, ty);
                if self.world.last && have != *ty {
                    return self.refuse(Code::MixedTypes, target.span, "the value does not fit this target", "");
                }
                Ok(Target::Assign(place))
            }
        }
    }

    /// `xs[start:stop:step] = value`
    pub fn store_slice(&mut self, base: &ast::Expr, index: &ast::Expr, value: Expr, span: Span) -> Lowered<()> {
        let at = value.at;
        let values = match value.ty.item() {
            Some(_) if value.ty == Type::Unknown => return Ok(()),
            Some(_) if matches!(value.ty, Type::Set(_) | Type::FrozenSet(_)) => {
                let (iter, item) = self.set_items(value, span)?;
                self.list_of(iter, item, at)
            }
            Some(item) => self.list_of(Iter::Value(value), item, at),
            None if value.ty == Type::Unknown => return Ok(()),
            None => return self.refuse(Code::TypeMismatch, span, "a slice takes what can be iterated", ""),
        };
        let fixed = matches!(values.kind, ExprKind::List(ref items) if items.iter().all(Self::is_simple));
        let values = if fixed { values } else { self.spill(values, span) };
        let base = self.expr(base, None)?;
        let base = self.present(base);
        match &base.ty {
            Type::List(_) => {}
            Type::Unknown => return Ok(()),
            other => {
                let message = format!("slices of {} cannot be assigned", self.world.describe(other));
                return self.refuse(Code::TypeMismatch, span, message, "");
            }
        }
        if let Some(place) = base.as_place().cloned() {
            self.learn_place(&place, &values.ty);
        }
        let values = self.coerce(values, &base.ty.clone(), "the slice")?;
        let mut args = vec![base];
        args.extend(self.slice_bounds(index)?);
        args.push(values);
        self.perform("~slice.assign", args, span);
        Ok(())
    }

    /// The bounds of a slice as Optionals.
    pub fn slice_bounds(&mut self, index: &ast::Expr) -> Lowered<Vec<Expr>> {
        let ast::ExprKind::Slice { lower, upper, step } = &index.kind else { return Ok(Vec::new()) };
        let ty = Type::optional(Type::Int);
        let mut bounds = Vec::new();
        for bound in [lower, upper, step] {
            bounds.push(match bound {
                None => Expr::new(ExprKind::None, ty.clone(), self.at(index.span)),
                Some(bound) => {
                    let value = self.expr(bound, Some(&Type::Int))?;
                    let value = self.to_int(value);
                    self.coerce(value, &ty, "the bound")?
                }
            });
        }
        Ok(bounds)
    }

    /// True where a value of a type can be unpacked into a target as it is.
    pub fn has_shape(target: &ast::Expr, ty: &Type) -> bool {
        match (&target.kind, ty) {
            (ast::ExprKind::Tuple(items) | ast::ExprKind::List(items), Type::Tuple(types)) => {
                items.len() == types.len() && items.iter().zip(types).all(|(item, ty)| Self::has_shape(item, ty))
            }
            (ast::ExprKind::Tuple(_) | ast::ExprKind::List(_), ty) => *ty == Type::Unknown,
            (ast::ExprKind::Starred(_), _) => false,
            _ => true,
        }
    }

    /// A value in the shape of a target: tuples where the target has several parts. What it takes is put before.
    pub fn shaped(&mut self, target: &ast::Expr, value: Expr) -> Lowered<Expr> {
        let (ast::ExprKind::Tuple(items) | ast::ExprKind::List(items)) = &target.kind else { return Ok(value) };
        if Self::has_shape(target, &value.ty) {
            return Ok(value);
        }
        let at = value.at;
        let parts = self.parts(items, value, target.span)?;
        let parts = items.iter().zip(parts).map(|(item, part)| self.shaped(item, part)).collect::<Lowered<Vec<_>>>()?;
        let ty = Type::Tuple(parts.iter().map(|part| part.ty.clone()).collect());
        Ok(Expr::new(ExprKind::Tuple(parts), ty, at))
    }

    /// The values of the targets of an unpacking, one each.
    pub fn parts(&mut self, items: &[ast::Expr], value: Expr, span: Span) -> Lowered<Vec<Expr>> {
        let at = value.at;
        let stars: Vec<usize> =
            (0..items.len()).filter(|index| matches!(items[*index].kind, ast::ExprKind::Starred(_))).collect();
        if stars.len() > 1 {
            return self.refuse(Code::Syntax, span, "two starred targets", "");
        }
        let value = self.operand_base(value, "cannot unpack non-iterable NoneType object");
        let value = self.untupled(value)?;
        if let Type::Tuple(types) = value.ty.clone() {
            let whole = if Self::is_simple(&value) { value } else { self.spill(value, span) };
            let parts: Vec<Expr> =
                types.iter().enumerate().map(|(index, ty)| item(&whole, index, ty.clone(), at)).collect();
            return self.tuple_parts(items, parts, stars.first().copied(), span);
        }
        let Some(ty) = value.ty.item().filter(|_| !matches!(value.ty, Type::Set(_) | Type::FrozenSet(_))) else {
            let message = format!("cannot unpack {} into {} targets", self.world.describe(&value.ty), items.len());
            return self.refuse(Code::TypeMismatch, span, message, "unpack lists and tuples");
        };
        let whole = match value.ty {
            Type::List(_) => value,
            _ => self.list_of(Iter::Value(value), ty.clone(), at),
        };
        let whole = if Self::is_simple(&whole) { whole } else { self.spill(whole, span) };
        self.list_parts(items.len(), whole, ty, stars.first().copied(), span)
    }

    /// The parts of a tuple, those of a starred target in a list.
    fn tuple_parts(
        &mut self,
        items: &[ast::Expr],
        mut parts: Vec<Expr>,
        star: Option<usize>,
        span: Span,
    ) -> Lowered<Vec<Expr>> {
        let fits = if star.is_some() { parts.len() + 1 >= items.len() } else { parts.len() == items.len() };
        if !fits {
            let message = format!("cannot unpack a tuple of {} into {} targets", parts.len(), items.len());
            return self.refuse(Code::TypeMismatch, span, message, "");
        }
        let Some(star) = star else { return Ok(parts) };
        let taken = parts.len() + 1 - items.len();
        let rest: Vec<Expr> = parts.splice(star..star + taken, []).collect();
        let ty = rest.first().map_or(Type::Unknown, |first| first.ty.clone());
        if rest.iter().any(|part| part.ty != ty) {
            return self.refuse(Code::MixedTypes, span, "a starred target takes values of several types", "");
        }
        parts.insert(star, Expr::new(ExprKind::List(rest), Type::list(ty), self.at(span)));
        Ok(parts)
    }

    /// The items of a list, after a test of how many there are.
    fn list_parts(
        &mut self,
        count: usize,
        whole: Expr,
        ty: Type,
        star: Option<usize>,
        span: Span,
    ) -> Lowered<Vec<Expr>> {
        let at = self.at(span);
        let int = |n: usize| Expr::new(ExprKind::Int(n as i64), Type::Int, at);
        let fixed = if star.is_some() { count - 1 } else { count };
        let name = if star.is_some() { "~unpack.at_least" } else { "~unpack.exactly" };
        let length = Expr::new(ExprKind::Builtin { op: Builtin::Len, args: vec![whole.clone()] }, Type::Int, at);
        self.perform(name, vec![length, int(fixed)], span);
        let before = star.unwrap_or(count);
        let mut parts: Vec<Expr> = (0..before).map(|index| item(&whole, index, ty.clone(), at)).collect();
        if star.is_some() {
            let after = count - 1 - before;
            let negative = |n: usize| Expr::new(ExprKind::Int(-(n as i64)), Type::Int, at);
            let none = || Expr::new(ExprKind::None, Type::None, at);
            let end = if after > 0 { negative(after) } else { none() };
            let args = vec![whole.clone(), int(before), end, none()];
            parts.push(Expr::new(ExprKind::Builtin { op: Builtin::Slice, args }, Type::list(ty.clone()), at));
            for index in (1..=after).rev() {
                let place =
                    Place::Item { base: Box::new(whole.clone()), index: Box::new(negative(index)), check: Check::Wrap };
                parts.push(Expr::new(ExprKind::Read { place, take: Take::Look }, ty.clone(), at));
            }
        }
        Ok(parts)
    }
}

/// An item of a list or tuple that is known to be there.
pub fn item(whole: &Expr, index: usize, ty: Type, at: Location) -> Expr {
    let index = Expr::new(ExprKind::Int(index as i64), Type::Int, at);
    let place = Place::Item { base: Box::new(whole.clone()), index: Box::new(index), check: Check::Proven };
    Expr::new(ExprKind::Read { place, take: Take::Look }, ty, at)
}
