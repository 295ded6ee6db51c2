//! Special methods: what operators, subscripts, `len`, `str`, calls and conditions mean on objects.
//!
//! ```text
//! a + b         a.__add__(b); 2 * a is a.__rmul__(2)
//! a != b        not a.__eq__(b), unless there is a `__ne__`
//! a > b         b.__lt__(a), where there is no `__gt__`
//! if a:         a.__bool__(), else len(a) != 0, else true
//! ```
//!
//! `return NotImplemented` declines the call: what Python tries next is not followed.

use super::body::Body;
use super::world::{Lowered, World, Written};
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

/// The special methods that mean something in the translation, besides `__init__`.
const KNOWN: &[&str] = &[
    "__abs__",
    "__add__",
    "__and__",
    "__bool__",
    "__call__",
    "__contains__",
    "__delitem__",
    "__enter__",
    "__eq__",
    "__exit__",
    "__floordiv__",
    "__ge__",
    "__getitem__",
    "__gt__",
    "__hash__",
    "__iadd__",
    "__iand__",
    "__ifloordiv__",
    "__ilshift__",
    "__imod__",
    "__imul__",
    "__invert__",
    "__ior__",
    "__ipow__",
    "__irshift__",
    "__isub__",
    "__itruediv__",
    "__ixor__",
    "__le__",
    "__len__",
    "__lshift__",
    "__lt__",
    "__matmul__",
    "__mod__",
    "__mul__",
    "__ne__",
    "__neg__",
    "__or__",
    "__pos__",
    "__post_init__",
    "__pow__",
    "__radd__",
    "__rand__",
    "__repr__",
    "__rfloordiv__",
    "__rlshift__",
    "__rmod__",
    "__rmul__",
    "__ror__",
    "__rpow__",
    "__rrshift__",
    "__rshift__",
    "__rsub__",
    "__rtruediv__",
    "__rxor__",
    "__setitem__",
    "__str__",
    "__sub__",
    "__truediv__",
    "__xor__",
];

/// True for a special method that is translated as a method, and called where its operation is used.
pub fn is_known(name: &str) -> bool {
    KNOWN.contains(&name)
}

/// True for the special methods that compare with another object, which is one of the same class as a rule.
pub fn compares(name: &str) -> bool {
    matches!(name, "__eq__" | "__ne__" | "__lt__" | "__le__" | "__gt__" | "__ge__")
}

/// The stem of an operator's methods: `add` of `__add__`, `__radd__` and `__iadd__`.
fn stem(op: ast::BinaryOp) -> &'static str {
    use ast::BinaryOp as B;
    match op {
        B::Add => "add",
        B::Sub => "sub",
        B::Mul => "mul",
        B::Div => "truediv",
        B::FloorDiv => "floordiv",
        B::Mod => "mod",
        B::Pow => "pow",
        B::LeftShift => "lshift",
        B::RightShift => "rshift",
        B::BitAnd => "and",
        B::BitOr => "or",
        B::BitXor => "xor",
        B::MatMul => "matmul",
    }
}

impl<'a> Body<'_, 'a> {
    /// The special method of an object's class.
    pub fn special(&self, ty: &Type, name: &str) -> Option<FunctionId> {
        let (Type::Class(class) | Type::Enum(class)) = ty else { return None };
        let id = match self.world.is_related(*class) {
            true => self.family_special(*class, name)?,
            false => *self.world.class(*class).methods.get(name)?,
        };
        matches!(self.world.function(id).kind, FunctionKind::Method(_)).then_some(id)
    }

    /// Calls a special method with its object and operands, which are evaluated in this order.
    pub fn call_special(&mut self, id: FunctionId, args: Vec<Expr>, span: Span) -> Lowered<Expr> {
        let count = self.world.function(id).params.len();
        if count != args.len() {
            let name = self.world.function(id).name.clone();
            let message = format!("`{name}` takes {count} arguments, its operation has {}", args.len());
            return self.refuse(Code::WrongArity, span, message, "");
        }
        let mut values = Vec::new();
        for (index, value) in args.into_iter().enumerate() {
            let param = &mut self.world.functions[id.0 as usize].params[index];
            if !param.declared {
                World::learn(&mut self.world.changed, &mut param.ty, &value.ty);
            }
            let ty = param.ty.clone();
            values.push(self.coerce(value, &ty, "the operand")?);
        }
        self.call_function(id, values, span)
    }

    /// `second.method(first)`, where the source has the first operand first.
    fn call_reflected(&mut self, id: FunctionId, first: Expr, second: Expr, span: Span) -> Lowered<Expr> {
        if Self::is_simple(&first) || Self::is_simple(&second) {
            return self.call_special(id, vec![second, first], span);
        }
        let at = self.at(span);
        let (body, (first, second)) = self.block(|b| Ok((b.spill(first, span), b.spill(second, span))))?;
        let value = self.call_special(id, vec![second, first], span)?;
        let ty = value.ty.clone();
        Ok(Expr::new(ExprKind::Block { body, value: Box::new(value) }, ty, at))
    }

    /// `left op right` between objects; the operands come back where no method of theirs means it.
    pub fn special_binary(
        &mut self,
        op: ast::BinaryOp,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Lowered<Result<Expr, (Expr, Expr)>> {
        self.check_order(&left, &right, &format!("__r{}__", stem(op)))?;
        if let Some(id) = self.special(&left.ty, &format!("__{}__", stem(op))) {
            return self.call_special(id, vec![left, right], span).map(Ok);
        }
        if let Some(id) = self.special(&right.ty, &format!("__r{}__", stem(op)))
            && left.ty != right.ty
        {
            return self.call_reflected(id, left, right, span).map(Ok);
        }
        Ok(Err((left, right)))
    }

    /// `object op= value` by the method for it.
    pub fn special_update(&mut self, op: ast::BinaryOp, ty: &Type) -> Option<FunctionId> {
        self.special(ty, &format!("__i{}__", stem(op)))
    }

    /// A comparison between objects; the operands come back where no method of theirs means it.
    pub fn special_compare(
        &mut self,
        op: CompareOp,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Lowered<Result<Expr, (Expr, Expr)>> {
        let (name, reflected) = match op {
            CompareOp::Eq => ("__eq__", "__eq__"),
            CompareOp::NotEq => ("__ne__", "__ne__"),
            CompareOp::Lt => ("__lt__", "__gt__"),
            CompareOp::LtEq => ("__le__", "__ge__"),
            CompareOp::Gt => ("__gt__", "__lt__"),
            CompareOp::GtEq => ("__ge__", "__le__"),
            CompareOp::Is | CompareOp::IsNot => return Ok(Err((left, right))),
        };
        if let Type::Class(class) = left.ty.some()
            && self.world.compares_oddly(*class)
        {
            let message = "some classes of the family compare their fields, and some do not";
            return self.refuse(Code::UnsupportedClass, span, message, "make all of them dataclasses, or none");
        }
        self.check_order(&left, &right, name)?;
        self.check_order(&left, &right, reflected)?;
        let value = if let Some(id) = self.special(&left.ty, name) {
            self.call_special(id, vec![left, right], span)?
        } else if let (CompareOp::NotEq, Some(id)) = (op, self.special(&left.ty, "__eq__")) {
            let equal = self.call_special(id, vec![left, right], span)?;
            let equal = self.as_test(equal, span)?;
            let at = equal.at;
            Expr::new(ExprKind::Not(Box::new(equal)), Type::Bool, at)
        } else if let Some(id) = self.special(&right.ty, reflected) {
            self.call_reflected(id, left, right, span)?
        } else {
            return Ok(Err((left, right)));
        };
        self.as_test(value, span).map(Ok)
    }

    /// What a comparison gives: a bool, in everything that is translated.
    fn as_test(&mut self, value: Expr, span: Span) -> Lowered<Expr> {
        match value.ty {
            Type::Bool => Ok(value),
            Type::Unknown if !self.world.last => Ok(Expr::new(value.kind, Type::Bool, value.at)),
            _ => {
                let message = format!("this comparison gives {}", self.world.describe(&value.ty));
                self.refuse(Code::TypeMismatch, span, message, "give True or False")
            }
        }
    }

    /// `item in object`.
    pub fn special_contains(
        &mut self,
        id: FunctionId,
        item: Expr,
        container: Expr,
        negated: bool,
        span: Span,
    ) -> Lowered<Expr> {
        let found = self.call_reflected(id, item, container, span)?;
        let test = self.truth(found)?;
        let at = test.at;
        Ok(if negated { Expr::new(ExprKind::Not(Box::new(test)), Type::Bool, at) } else { test })
    }

    /// `len(object)`, which Python lets be no less than zero.
    pub fn special_len(&mut self, id: FunctionId, object: Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let length = self.call_special(id, vec![object], span)?;
        match length.ty {
            Type::Unknown if !self.world.last => return Ok(Expr::new(length.kind, Type::Int, at)),
            Type::Int => {}
            _ => {
                let message = format!("`__len__` gives {}", self.world.describe(&length.ty));
                return self.refuse(Code::TypeMismatch, span, message, "give an int");
            }
        }
        if matches!(&length.kind, ExprKind::Builtin { op: Builtin::Len, .. }) || self.gives_a_length(id) {
            return Ok(length);
        }
        let (body, length) = self.block(|b| {
            let length = b.spill(length, span);
            let zero = Expr::new(ExprKind::Int(0), Type::Int, at);
            let kind = ExprKind::Compare { op: CompareOp::Lt, left: Box::new(length.clone()), right: Box::new(zero) };
            let test = Expr::new(kind, Type::Bool, at);
            let message = Expr::new(ExprKind::Str("__len__() should return >= 0".into()), Type::Str, at);
            let class = ExceptionId::Builtin(ExceptionKind::ValueError);
            let raise = Stmt::new(StmtKind::Raise(Raise { class, message, attributes: Vec::new() }), at);
            b.push(StmtKind::If { test, then: vec![raise], orelse: Vec::new() }, span);
            Ok(length)
        })?;
        Ok(Expr::new(ExprKind::Block { body, value: Box::new(length) }, Type::Int, at))
    }

    /// True for a method that does nothing but give the length of something: no less than zero.
    fn gives_a_length(&self, id: FunctionId) -> bool {
        let info = self.world.function(id);
        let Written::Def(def) = info.written else { return false };
        let value = match def.body.as_slice() {
            [ast::Stmt { kind: ast::StmtKind::Return(Some(value)), .. }] => value,
            [doc, ast::Stmt { kind: ast::StmtKind::Return(Some(value)), .. }] if matches!(&doc.kind, ast::StmtKind::Expr(text) if matches!(text.kind, ast::ExprKind::Str(_))) => {
                value
            }
            _ => return false,
        };
        info.module == self.module
            && self.is_builtin("len")
            && matches!(&value.kind, ast::ExprKind::Call { func, .. }
                if matches!(&func.kind, ast::ExprKind::Name(name) if name == "len"))
    }

    /// The method that decides the truth of an object; without one it is true.
    pub fn truth_method(&self, ty: &Type) -> Option<FunctionId> {
        self.special(ty, "__bool__").or_else(|| self.special(ty, "__len__"))
    }

    /// The truth of an object by its method.
    pub fn special_truth(&mut self, value: Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        if let Some(id) = self.special(&value.ty, "__bool__") {
            let test = self.call_special(id, vec![value], span)?;
            return self.as_test(test, span);
        }
        let Some(id) = self.special(&value.ty, "__len__") else { return Ok(value) };
        let length = self.special_len(id, value, span)?;
        let zero = Expr::new(ExprKind::Int(0), Type::Int, at);
        let kind = ExprKind::Compare { op: CompareOp::NotEq, left: Box::new(length), right: Box::new(zero) };
        Ok(Expr::new(kind, Type::Bool, at))
    }

    /// The text of an object by its own method: `__repr__`, before it `__str__` unless `repr` is asked for.
    pub fn special_text(&mut self, value: Expr, repr: bool, span: Span) -> Lowered<Result<Expr, Expr>> {
        if let Type::Optional(inner) = &value.ty
            && (**inner == Type::Str && !repr || self.has_text(inner, repr))
        {
            let inner = (**inner).clone();
            return self.text_or_none(value, inner, repr, span).map(Ok);
        }
        let own = if repr { None } else { self.special(&value.ty, "__str__") };
        let Some(id) = own.or_else(|| self.special(&value.ty, "__repr__")) else {
            return match value.ty {
                Type::Enum(_) => self.member_text(value, repr, span).map(Ok),
                _ => Ok(Err(value)),
            };
        };
        let text = self.call_special(id, vec![value], span)?;
        match text.ty {
            Type::Str => Ok(Ok(text)),
            Type::Unknown if !self.world.last => Ok(Ok(Expr::new(text.kind, Type::Str, text.at))),
            _ => {
                let message = format!("the text of this object is {}", self.world.describe(&text.ty));
                self.refuse(Code::TypeMismatch, span, message, "give a str")
            }
        }
    }

    /// True for types whose text is made by the program.
    fn has_text(&self, ty: &Type, repr: bool) -> bool {
        matches!(ty, Type::Enum(_))
            || !repr && self.special(ty, "__str__").is_some()
            || self.special(ty, "__repr__").is_some()
    }

    /// The text of a value that may be None.
    fn text_or_none(&mut self, value: Expr, inner: Type, repr: bool, span: Span) -> Lowered<Expr> {
        let (before, text) = self.block(|b| {
            let value = if Self::is_simple(&value) { value } else { b.spill(value, span) };
            let at = value.at;
            let test = Box::new(Expr::new(ExprKind::IsNone(Box::new(value.clone())), Type::Bool, at));
            let place = Place::Some(Box::new(value));
            let inside = Expr::new(ExprKind::Read { place, take: Take::Look }, inner, at);
            let (first, text) = b.block(|b| match b.special_text(inside, repr, span)? {
                Ok(text) | Err(text) => Ok(text),
            })?;
            let orelse = Box::new(super::loops::after(first, text));
            let then = Box::new(Expr::new(ExprKind::Str("None".to_string()), Type::Str, at));
            Ok(Expr::new(ExprKind::If { test, then, orelse }, Type::Str, at))
        })?;
        Ok(super::loops::after(before, text))
    }

    /// True where elements of an object are stored by its own method.
    pub(super) fn has_setitem(&mut self, object: &ast::Expr) -> bool {
        let ty = self.quiet(|b| b.expr(object, None)).map(|base| base.ty);
        let ty = ty.map(|ty| if let Type::Optional(inner) = ty { *inner } else { ty });
        ty.is_some_and(|ty| self.special(&ty, "__setitem__").is_some())
    }

    /// `object[index] = value` by the method of the object; the value was evaluated first.
    pub(super) fn store_item(&mut self, object: &ast::Expr, index: &ast::Expr, value: Expr, span: Span) -> Lowered<()> {
        let value = if Self::is_simple(&value) { value } else { self.spill(value, span) };
        let base = self.expr(object, None)?;
        let base = self.present(base);
        let Some(id) = self.special(&base.ty, "__setitem__") else { return Ok(()) };
        let index = self.expr(index, None)?;
        let call = self.call_special(id, vec![base, index, value], span)?;
        self.push(StmtKind::Expr(call), span);
        Ok(())
    }

    /// `object[index] op= value` by the methods of the object.
    pub(super) fn update_item(
        &mut self,
        (object, index): (&ast::Expr, &ast::Expr),
        op: ast::BinaryOp,
        value: &ast::Expr,
        span: Span,
    ) -> Lowered<()> {
        let base = self.expr(object, None)?;
        let base = self.present(base);
        let (Some(get), Some(set)) = (self.special(&base.ty, "__getitem__"), self.special(&base.ty, "__setitem__"))
        else {
            return self.refuse(Code::TypeMismatch, span, "the object has no `__getitem__`", "");
        };
        let base = if Self::is_simple(&base) { base } else { self.spill(base, span) };
        let index = self.expr(index, None)?;
        let index = if Self::is_simple(&index) { index } else { self.spill(index, span) };
        let current = self.call_special(get, vec![base.clone(), index.clone()], span)?;
        let current = self.spill(current, span);
        let right = self.expr(value, Some(&current.ty.clone()))?;
        let combined = self.binary(op, current, right, span)?;
        let combined = self.spill(combined, span);
        let call = self.call_special(set, vec![base, index, combined], span)?;
        self.push(StmtKind::Expr(call), span);
        Ok(())
    }

    /// `return NotImplemented`: the call declines.
    pub fn return_not_implemented(&mut self, span: Span) -> Lowered<()> {
        let at = self.at(span);
        let result = match self.owner {
            super::body::Owner::Function(id) => self.world.function(id).result.clone(),
            super::body::Owner::Global(_) => Type::Unknown,
        };
        let result = if result == Type::Unknown { Type::Bool } else { result };
        let none = Expr::new(ExprKind::None, Type::optional(result.clone()), at);
        let value = Expr::new(ExprKind::Read { place: Place::Present(Box::new(none)), take: Take::Look }, result, at);
        self.leave(StmtKind::Return(Some(value)), span)
    }

    /// True for the constant `NotImplemented`.
    pub fn is_not_implemented(&self, e: &ast::Expr) -> bool {
        matches!(&e.kind, ast::ExprKind::Name(name) if name == "NotImplemented" && self.is_builtin(name))
    }
}

impl World<'_> {
    /// The class inside a type, as a key of a dict or an element of a set, whose `==` is its own method.
    pub fn own_key(&self, ty: &Type) -> Option<ClassId> {
        match ty {
            Type::Dict(key, value, _) => self.own_equality(key).or_else(|| self.own_key(value)),
            Type::Set(item) | Type::FrozenSet(item) => self.own_equality(item),
            Type::List(item) | Type::Deque(item) | Type::Optional(item) | Type::Cell(item) => self.own_key(item),
            Type::Tuple(items) => items.iter().find_map(|item| self.own_key(item)),
            _ => None,
        }
    }

    /// The class inside a value whose `==` is its own method.
    pub fn own_equality(&self, ty: &Type) -> Option<ClassId> {
        match ty {
            Type::Class(id) => self.family_defines(*id, "__eq__").then_some(*id),
            Type::Optional(item) | Type::FrozenSet(item) | Type::List(item) | Type::Deque(item) | Type::Set(item) => {
                self.own_equality(item)
            }
            Type::Dict(key, value, _) => self.own_equality(key).or_else(|| self.own_equality(value)),
            Type::Tuple(items) => items.iter().find_map(|item| self.own_equality(item)),
            _ => None,
        }
    }
}
