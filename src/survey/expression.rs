//! The pass over expressions: what each costs, what it is, and whose it is.

use super::function::{Walk, item_work};
use super::index::Binding;
use super::roots::{Root, Value};
use super::tables;
use super::types::Type;
use super::walk;
use crate::facts::{State, UseKind, Work};
use crate::python::ast::*;

/// Steps of an operator between arrays: it goes through all of their elements.
const ARRAY_OPERATOR: f64 = 400.0;

impl<'a> Walk<'_, 'a> {
    /// Walks an expression and says what it gives.
    pub fn expr(&mut self, expr: &'a Expr) -> Value {
        match &expr.kind {
            ExprKind::Name(name) => self.name(name),
            ExprKind::None | ExprKind::Bool(_) | ExprKind::Ellipsis | ExprKind::Error => Value::fresh(Type::Scalar),
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Imaginary(_) => {
                self.spend(Work::Compute, 0.2);
                Value::fresh(Type::Scalar)
            }
            ExprKind::Str(_) => Value::fresh(Type::Text),
            ExprKind::Bytes(_) => Value::fresh(Type::Bytes),
            ExprKind::FString(parts) | ExprKind::TString(parts) => self.format(parts),
            ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => self.display(items),
            ExprKind::Dict(items) => self.dict(items),
            ExprKind::Unary { operand, .. } => {
                let value = self.expr(operand);
                self.spend(Work::Compute, 1.0);
                if matches!(value.ty, Type::Outside(_)) { value } else { Value::fresh(Type::Scalar) }
            }
            ExprKind::Binary { op, left, right } => {
                let (left, right) = (self.expr(left), self.expr(right));
                self.operator(*op, &left, &right)
            }
            ExprKind::BoolOp { values, .. } => self.either(values),
            ExprKind::Compare { left, comparators, .. } => self.compare(left, comparators),
            ExprKind::Conditional { test, body, orelse } => {
                self.expr(test);
                let mut chosen = Value::default();
                self.sometimes(0.5, |walk| chosen = walk.expr(body));
                self.sometimes(0.5, |walk| {
                    let other = walk.expr(orelse);
                    if chosen.ty == Type::Unknown || chosen.ty == Type::Scalar {
                        chosen = other;
                    }
                });
                chosen
            }
            ExprKind::Call { func, args, keywords } => self.call(expr, func, args, keywords),
            ExprKind::Attribute { value, attr } => self.attribute(expr, value, &attr.text),
            ExprKind::Subscript { value, index } => self.subscript(value, index),
            ExprKind::Slice { lower, upper, step } => {
                for part in [lower, upper, step].into_iter().flatten() {
                    self.expr(part);
                }
                Value::fresh(Type::Scalar)
            }
            ExprKind::Starred(inner) => self.expr(inner),
            ExprKind::Named { target, value } => {
                let value = self.expr(value);
                self.locals.insert(&target.text, value.clone());
                value
            }
            ExprKind::Lambda { .. } => Value::default(), // its body is walked where it is called
            ExprKind::ListComp { element, clauses }
            | ExprKind::SetComp { element, clauses }
            | ExprKind::Generator { element, clauses } => {
                let element = self.comprehension(clauses, |walk| walk.expr(element));
                Value::container(Type::items(element.ty), element.root)
            }
            ExprKind::DictComp { key, value, clauses } => {
                let value = self.comprehension(clauses, |walk| {
                    walk.expr(key);
                    walk.spend(Work::Text, 1.5);
                    walk.expr(value)
                });
                Value::container(Type::dict(value.ty), value.root)
            }
            ExprKind::Await(inner) => {
                let name = match &inner.kind {
                    ExprKind::Call { func, .. } => walk::dotted(func),
                    _ => walk::dotted(inner),
                };
                self.note(UseKind::Await, name.unwrap_or_else(|| "await".into()), expr.span);
                self.expr(inner)
            }
            ExprKind::Yield(value) => {
                self.raw.yields = true;
                self.spend(Work::Compute, 2.0);
                value.as_ref().map(|value| self.expr(value)).unwrap_or_default()
            }
            ExprKind::YieldFrom(value) => {
                self.raw.yields = true;
                self.expr(value)
            }
        }
    }

    fn name(&mut self, name: &'a str) -> Value {
        if let Some(value) = self.locals.get(name) {
            return value.clone();
        }
        if self.local_names.contains(name) {
            return Value::default();
        }
        let Some((file, binding)) = self.index.lookup(self.function.file, name) else {
            return Value::fresh(Type::Builtin(name.to_string()));
        };
        let ty = self.index.type_of_binding(file, &binding);
        match binding {
            Binding::Value { .. } => {
                let owner = self.index.module_name(file);
                let global = format!("{owner}.{name}");
                self.raw.reads.insert(State::Global(global.clone()));
                Value::of(ty, Root::Global(global))
            }
            _ => Value::fresh(ty),
        }
    }

    fn format(&mut self, parts: &'a [FStringPart]) -> Value {
        for part in parts {
            self.spend(Work::Text, 1.0);
            if let FStringPart::Field { value, spec, .. } = part {
                self.expr(value);
                self.spend(Work::Text, 3.0);
                self.format(spec);
            }
        }
        Value::fresh(Type::Text)
    }

    fn display(&mut self, items: &'a [Expr]) -> Value {
        self.spend(Work::Compute, 1.0 + 0.3 * items.len() as f64);
        let mut element = Value::default();
        for item in items {
            let value = self.expr(item);
            element = Value { ty: element.ty.or(value.ty), root: first(element.root, value.root), inner: Root::Fresh };
        }
        Value::container(Type::items(element.ty), element.root)
    }

    fn dict(&mut self, items: &'a [DictItem]) -> Value {
        self.spend(Work::Text, 1.0 + items.len() as f64);
        let mut element = Value::default();
        for item in items {
            if let Some(key) = &item.key {
                self.expr(key);
            }
            let value = self.expr(&item.value);
            element = Value { ty: element.ty.or(value.ty), root: first(element.root, value.root), inner: Root::Fresh };
        }
        Value::container(Type::dict(element.ty), element.root)
    }

    /// `left op right`, both walked already.
    pub fn operator(&mut self, op: BinaryOp, left: &Value, right: &Value) -> Value {
        for side in [left, right] {
            if let Type::Outside(dotted) = &side.ty {
                let is_array = tables::is_array_library(dotted);
                self.spend(
                    if is_array { Work::Native } else { Work::Compute },
                    if is_array { ARRAY_OPERATOR } else { 3.0 },
                );
                return Value::fresh(side.ty.clone());
            }
        }
        let is_text = left.ty == Type::Text || right.ty == Type::Text;
        let steps =
            if matches!(op, BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Mod | BinaryOp::Pow) { 1.5 } else { 1.0 };
        self.spend(if is_text { Work::Text } else { Work::Compute }, steps);
        match (&left.ty, &right.ty) {
            (Type::Items(_) | Type::Bytes | Type::Dict(_), _) => Value::container(left.ty.clone(), left.inner.clone()),
            (_, Type::Items(_) | Type::Bytes) => Value::container(right.ty.clone(), right.inner.clone()),
            _ if is_text => Value::fresh(Type::Text),
            (Type::Unknown | Type::Instance(_), Type::Unknown | Type::Instance(_)) => Value::default(),
            _ => Value::fresh(Type::Scalar),
        }
    }

    fn either(&mut self, values: &'a [Expr]) -> Value {
        let mut result = Value::default();
        for value in values {
            let value = self.expr(value);
            if matches!(result.ty, Type::Unknown | Type::Scalar) {
                result = value;
            }
        }
        self.spend(Work::Compute, 0.5);
        result
    }

    fn compare(&mut self, left: &'a Expr, comparators: &'a [Expr]) -> Value {
        let mut sides = vec![self.expr(left)];
        sides.extend(comparators.iter().map(|side| self.expr(side)));
        for pair in sides.windows(2) {
            let is_text = pair.iter().any(|side| matches!(side.ty, Type::Text | Type::Dict(_)));
            self.spend(if is_text { Work::Text } else { Work::Compute }, 1.0);
        }
        let array = sides.into_iter().find(|side| matches!(side.ty, Type::Outside(_)));
        array.map_or_else(|| Value::fresh(Type::Scalar), |side| Value::fresh(side.ty))
    }

    /// `value.name`: reading an attribute of `self` reads state, a property is a call.
    fn attribute(&mut self, expr: &'a Expr, value: &'a Expr, name: &str) -> Value {
        let object = self.expr(value);
        self.spend(Work::Compute, 0.8);
        let ty = self.index.select(&object.ty, name);
        if object.root == Root::Object && !matches!(ty, Type::Function(_)) {
            self.raw.reads.insert(State::Attribute(name.to_string()));
        }
        if let Type::Instance(class) = object.ty
            && let Some(id) = self.index.method(class, name)
            && self.index.function(id).is_property
        {
            self.edge(id, expr.span, 1.0, object.root.clone(), Vec::new());
        }
        match &ty {
            Type::Module(_) | Type::Class(_) | Type::Function(_) => Value::fresh(ty),
            _ if matches!(object.ty, Type::Module(_)) => self.module_value(&object.ty, name, ty),
            _ => {
                let root = object.root.attribute(name);
                Value { inner: object.inner.attribute(name), ..Value::of(ty, root) }
            }
        }
    }

    /// `pricing.DEFAULT_BOOK`: another module's global.
    fn module_value(&mut self, module: &Type, name: &str, ty: Type) -> Value {
        let Type::Module(path) = module else { return Value::fresh(ty) };
        let found = self.index.file_of(path).and_then(|file| self.index.lookup(file, name));
        let Some((file, Binding::Value { .. })) = found else { return Value::fresh(ty) };
        let global = format!("{}.{name}", self.index.module_name(file));
        self.raw.reads.insert(State::Global(global.clone()));
        Value::of(ty, Root::Global(global))
    }

    fn subscript(&mut self, value: &'a Expr, index: &'a Expr) -> Value {
        let object = self.expr(value);
        self.expr(index);
        if let Type::Outside(dotted) = &object.ty
            && tables::is_array_library(dotted)
        {
            self.spend(Work::Native, 8.0);
            return object;
        }
        self.spend(item_work(&object.ty), 1.5);
        if matches!(index.kind, ExprKind::Slice { .. }) {
            return Value::container(object.ty.clone(), object.inner.clone());
        }
        object.item()
    }

    fn comprehension(&mut self, clauses: &'a [Comprehension], inside: impl FnOnce(&mut Self) -> Value) -> Value {
        let Some((clause, rest)) = clauses.split_first() else {
            self.spend(Work::Compute, 1.0);
            return inside(self);
        };
        if clause.is_async {
            self.note(UseKind::Await, "async for", clause.iter.span);
        }
        let trips = self.trips(&clause.iter);
        let items = self.expr(&clause.iter);
        let mut result = Value::default();
        self.repeated(trips, |walk| {
            walk.assign_element(&clause.target, &clause.iter, &items);
            for condition in &clause.conditions {
                walk.expr(condition);
            }
            let share = if clause.conditions.is_empty() { 1.0 } else { 0.5 };
            walk.sometimes(share, |walk| result = walk.comprehension(rest, inside));
        });
        result
    }
}

fn first(known: Root, other: Root) -> Root {
    if known == Root::Fresh { other } else { known }
}
