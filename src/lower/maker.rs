//! Syntax that stands for what is written: for what is easier said in Python than in the IR.

use crate::python::ast::{self, Expr, ExprKind, Stmt, StmtKind};
use crate::span::Span;

/// Makes syntax of one place.
pub struct Maker {
    /// Where it stands for what is written.
    pub span: Span,
}

impl Maker {
    /// An expression.
    pub fn expr(&self, kind: ExprKind) -> Expr {
        Expr { kind, span: self.span }
    }

    /// A statement.
    pub fn stmt(&self, kind: StmtKind) -> Stmt {
        Stmt { kind, span: self.span }
    }

    /// A name.
    pub fn name(&self, text: &str) -> Expr {
        self.expr(ExprKind::Name(text.to_string()))
    }

    /// A number.
    pub fn int(&self, value: i64) -> Expr {
        self.expr(ExprKind::Int(ast::IntLiteral::Small(value)))
    }

    /// A call of a name.
    pub fn call(&self, name: &str, args: Vec<Expr>) -> Expr {
        self.expr(ExprKind::Call { func: Box::new(self.name(name)), args, keywords: Vec::new() })
    }

    /// A call of a method of a name.
    pub fn method(&self, of: &str, name: &str, args: Vec<Expr>) -> Expr {
        let attr = ast::Name { text: name.to_string(), span: self.span };
        let func = self.expr(ExprKind::Attribute { value: Box::new(self.name(of)), attr });
        self.expr(ExprKind::Call { func: Box::new(func), args, keywords: Vec::new() })
    }

    /// `left op right`
    pub fn compare(&self, left: Expr, op: ast::CompareOp, right: Expr) -> Expr {
        self.expr(ExprKind::Compare { left: Box::new(left), ops: vec![op], comparators: vec![right] })
    }

    /// `left op right`
    pub fn binary(&self, left: Expr, op: ast::BinaryOp, right: Expr) -> Expr {
        self.expr(ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) })
    }

    /// `not value`
    pub fn not(&self, value: Expr) -> Expr {
        self.expr(ExprKind::Unary { op: ast::UnaryOp::Not, operand: Box::new(value) })
    }

    /// `value[index]`
    pub fn item(&self, value: Expr, index: Expr) -> Expr {
        self.expr(ExprKind::Subscript { value: Box::new(value), index: Box::new(index) })
    }

    /// `[]`
    pub fn empty_list(&self) -> Expr {
        self.expr(ExprKind::List(Vec::new()))
    }

    /// `list.append(value)`
    pub fn append(&self, list: &Expr, value: Expr) -> Stmt {
        let attr = ast::Name { text: "append".into(), span: self.span };
        let func = self.expr(ExprKind::Attribute { value: Box::new(list.clone()), attr });
        let call = ExprKind::Call { func: Box::new(func), args: vec![value], keywords: Vec::new() };
        self.stmt(StmtKind::Expr(self.expr(call)))
    }

    /// `yield value`
    pub fn give(&self, value: Expr) -> Stmt {
        self.stmt(StmtKind::Expr(self.expr(ExprKind::Yield(Some(Box::new(value))))))
    }

    /// `for target in iter:`
    pub fn each(&self, target: Expr, iter: Expr, body: Vec<Stmt>) -> Stmt {
        self.stmt(StmtKind::For { target, iter, body, orelse: Vec::new(), is_async: false })
    }

    /// `def name(params):` without annotations.
    pub fn function(&self, name: &str, params: &[String], body: Vec<Stmt>) -> Stmt {
        let param = |text: &String| ast::Parameter {
            name: ast::Name { text: text.clone(), span: self.span },
            kind: ast::ParameterKind::Positional,
            annotation: None,
            default: None,
        };
        self.stmt(StmtKind::FunctionDef(Box::new(ast::FunctionDef {
            name: ast::Name { text: name.to_string(), span: self.span },
            decorators: Vec::new(),
            type_params: Vec::new(),
            params: ast::Parameters { items: params.iter().map(param).collect() },
            returns: None,
            body,
            is_async: false,
        })))
    }

    /// An assignment.
    pub fn assign(&self, target: Expr, value: Expr) -> Stmt {
        self.stmt(StmtKind::Assign { targets: vec![target], value })
    }

    /// `if test:` without `else`.
    pub fn branch(&self, test: Expr, body: Vec<Stmt>) -> Stmt {
        self.stmt(StmtKind::If { test, body, orelse: Vec::new() })
    }
}
