//! Small programs built by hand, for tests of both back ends.

use crate::ir::{
    ArithOp, Binding, Effects, Expr, ExprKind, Function, FunctionId, FunctionKind, Item, Local, LocalId, Module,
    ModuleId, Param, Passing, Place, Program, Stmt, StmtKind, Take, Type,
};
use crate::span::Location;

/// A place that says nothing.
pub fn nowhere() -> Location {
    Location::default()
}

/// An expression of a type, from nowhere.
pub fn expr(kind: ExprKind, ty: Type) -> Expr {
    Expr::new(kind, ty, nowhere())
}

/// A statement from nowhere.
pub fn stmt(kind: StmtKind) -> Stmt {
    Stmt::new(kind, nowhere())
}

/// An integer literal.
pub fn int(value: i64) -> Expr {
    expr(ExprKind::Int(value), Type::Int)
}

/// A float literal.
pub fn float(value: f64) -> Expr {
    expr(ExprKind::Float(value), Type::Float)
}

/// A text literal.
pub fn text(value: &str) -> Expr {
    expr(ExprKind::Str(value.to_string()), Type::Str)
}

/// Looks at a local.
pub fn look(local: u32, ty: Type) -> Expr {
    Expr::local(LocalId(local), ty, nowhere())
}

/// Reads a place.
pub fn read(place: Place, take: Take, ty: Type) -> Expr {
    expr(ExprKind::Read { place, take }, ty)
}

/// Arithmetic on two operands of one type.
pub fn arith(op: ArithOp, left: Expr, right: Expr) -> Expr {
    let ty = if op == ArithOp::TrueDiv { Type::Float } else { left.ty.clone() };
    expr(ExprKind::Arith { op, left: Box::new(left), right: Box::new(right) }, ty)
}

/// A program under construction: one module, functions added one by one.
pub struct Builder {
    /// The program so far.
    pub program: Program,
}

impl Builder {
    /// A program of one empty module.
    pub fn new(module: &str) -> Builder {
        let module = Module { name: module.into(), path: format!("{module}.py"), doc: None, items: Vec::new() };
        Builder { program: Program { modules: vec![module], ..Program::default() } }
    }

    /// Adds a public plain function that may raise; parameters are passed by value if scalar, else by reference.
    pub fn function(
        &mut self,
        name: &str,
        params: &[(&str, Type)],
        locals: &[(&str, Type)],
        result: Type,
        body: Vec<Stmt>,
    ) -> FunctionId {
        let local = |(name, ty): &(&str, Type)| Local {
            name: name.to_string(),
            ty: ty.clone(),
            mutable: true,
            used: true,
            binding: Binding::Value,
        };
        let mut all: Vec<Local> = params.iter().map(local).collect();
        all.iter_mut().for_each(|param| param.mutable = false);
        all.extend(locals.iter().map(local));
        let passing = |ty: &Type| if ty.is_scalar() { Passing::Value } else { Passing::Ref };
        let params = params.iter().enumerate().map(|(index, (_, ty))| Param {
            local: LocalId(index as u32),
            passing: passing(ty),
            default: None,
            keyword_only: false,
            positional_only: false,
            rest: false,
            fresh: false,
            declared: true,
        });
        let function = Function {
            name: name.to_string(),
            module: ModuleId(0),
            kind: FunctionKind::Plain,
            takes_class: false,
            params: params.collect(),
            result,
            locals: all,
            body,
            effects: Effects { raises: true, guards: true, ..Effects::default() },
            memo: None,
            doc: None,
            public: true,
            at: nowhere(),
            lines: (1, 2),
        };
        self.add(function)
    }

    /// Adds a function and lists it in the module.
    pub fn add(&mut self, function: Function) -> FunctionId {
        let id = FunctionId(self.program.functions.len() as u32);
        if function.kind == FunctionKind::Plain {
            self.program.modules[0].items.push(Item::Function(id));
        }
        self.program.functions.push(function);
        id
    }
}
