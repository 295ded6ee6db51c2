//! Operators that bind by precedence.
//!
//! The concrete grammar has three bindings wrong (`a & b ^ c`, `a ^ b & c`, `await x ** 2`), so a run of operators is
//! flattened into operands and signs and put together again with Python's own table. That also makes a sum of a
//! thousand terms a loop instead of a thousand calls.

use super::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use super::builder::Builder;
use super::tree::{Kind, Node};
use crate::diagnostic::Code;
use crate::span::Span;

/// A sign between operands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sign {
    Infix(BinaryOp),
    Prefix(UnaryOp, u32),
    Await(u32),
}

enum Item<'t> {
    Node(Node<'t>),
    Sign(Sign),
}

/// An operand with the place it takes, parentheses included.
struct Operand {
    expr: Expr,
    outer: Span,
}

impl Builder<'_> {
    /// A run of infix and prefix operators.
    pub fn operators(&mut self, node: Node) -> Expr {
        let Some(items) = self.flatten(node) else { return self.not_an_expression(node) };
        let signs = items.iter().filter(|item| matches!(item, Item::Sign(_))).count();
        let result = self.deeper_by(signs, node.span(), |builder| builder.combine(items));
        match result {
            Some(Some(expr)) => expr,
            Some(None) => self.not_an_expression(node),
            None => Expr { kind: ExprKind::Error, span: node.span() },
        }
    }

    /// Operands and signs in the order in which they are written.
    fn flatten<'t>(&self, node: Node<'t>) -> Option<Vec<Item<'t>>> {
        let mut items = Vec::new();
        let mut todo = vec![Item::Node(node)];
        while let Some(item) = todo.pop() {
            let Item::Node(node) = item else {
                items.push(item);
                continue;
            };
            let children = node.children();
            match (node.kind(), children.as_slice()) {
                (Kind::Binary | Kind::UnionType, [left, sign, right]) => {
                    let sign = Sign::Infix(binary_operator(self.text(*sign))?);
                    todo.extend([Item::Node(*right), Item::Sign(sign), Item::Node(*left)]);
                }
                (Kind::Unary, [sign, operand]) => {
                    let sign = Sign::Prefix(unary_operator(self.text(*sign))?, sign.span().start);
                    todo.extend([Item::Node(*operand), Item::Sign(sign)]);
                }
                (Kind::Await, [word, operand]) => {
                    todo.extend([Item::Node(*operand), Item::Sign(Sign::Await(word.span().start))]);
                }
                (Kind::Type, [inner]) => todo.push(Item::Node(*inner)),
                (Kind::Binary | Kind::UnionType | Kind::Unary | Kind::Await | Kind::Type, _) => return None,
                _ => items.push(item),
            }
        }
        Some(items)
    }

    /// Puts operands and signs together by precedence.
    fn combine(&mut self, items: Vec<Item>) -> Option<Expr> {
        let mut operands: Vec<Operand> = Vec::new();
        let mut signs: Vec<Sign> = Vec::new();
        for item in items {
            match item {
                Item::Node(node) => operands.push(Operand { expr: self.expr(node), outer: node.span() }),
                Item::Sign(sign) => {
                    while let Some(top) = signs.pop_if(|top| binds_first(*top, sign)) {
                        apply(&mut operands, top)?;
                    }
                    self.check_await(&signs, sign);
                    signs.push(sign);
                }
            }
        }
        while let Some(top) = signs.pop() {
            apply(&mut operands, top)?;
        }
        operands.pop().map(|operand| operand.expr)
    }

    fn check_await(&mut self, signs: &[Sign], next: Sign) {
        match (signs.last(), next) {
            (Some(Sign::Await(at)), Sign::Prefix(..) | Sign::Await(_)) => {
                let word = Span { start: *at, end: *at + 5 };
                self.report(Code::Syntax, word, "`await` takes a call or a name, not an operator");
            }
            (_, Sign::Await(at)) if !self.scope.coroutine => {
                let word = Span { start: at, end: at + 5 };
                self.report(Code::Misplaced, word, "`await` outside an async function");
            }
            _ => {}
        }
    }
}

/// Whether a sign on the stack takes its operands before the next one is read.
fn binds_first(top: Sign, next: Sign) -> bool {
    let Sign::Infix(next) = next else { return false };
    let (top, next) = (precedence(top), precedence(Sign::Infix(next)));
    if next == POWER { top > next } else { top >= next }
}

const POWER: u8 = 7;

fn precedence(sign: Sign) -> u8 {
    match sign {
        Sign::Infix(BinaryOp::BitOr) => 0,
        Sign::Infix(BinaryOp::BitXor) => 1,
        Sign::Infix(BinaryOp::BitAnd) => 2,
        Sign::Infix(BinaryOp::LeftShift | BinaryOp::RightShift) => 3,
        Sign::Infix(BinaryOp::Add | BinaryOp::Sub) => 4,
        Sign::Infix(BinaryOp::Mul | BinaryOp::MatMul | BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Mod) => 5,
        Sign::Prefix(..) => 6,
        Sign::Infix(BinaryOp::Pow) => POWER,
        Sign::Await(_) => 8,
    }
}

fn apply(operands: &mut Vec<Operand>, sign: Sign) -> Option<()> {
    let right = operands.pop()?;
    let result = match sign {
        Sign::Infix(op) => {
            let left = operands.pop()?;
            let span = left.outer.to(right.outer);
            let kind = ExprKind::Binary { op, left: Box::new(left.expr), right: Box::new(right.expr) };
            Expr { kind, span }
        }
        Sign::Prefix(op, start) => {
            let span = Span { start, end: right.outer.end };
            Expr { kind: ExprKind::Unary { op, operand: Box::new(right.expr) }, span }
        }
        Sign::Await(start) => {
            let span = Span { start, end: right.outer.end };
            Expr { kind: ExprKind::Await(Box::new(right.expr)), span }
        }
    };
    let outer = result.span;
    operands.push(Operand { expr: result, outer });
    Some(())
}

/// The operator that a sign stands for.
pub fn binary_operator(sign: &str) -> Option<BinaryOp> {
    Some(match sign {
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Sub,
        "*" => BinaryOp::Mul,
        "@" => BinaryOp::MatMul,
        "/" => BinaryOp::Div,
        "//" => BinaryOp::FloorDiv,
        "%" => BinaryOp::Mod,
        "**" => BinaryOp::Pow,
        "<<" => BinaryOp::LeftShift,
        ">>" => BinaryOp::RightShift,
        "|" => BinaryOp::BitOr,
        "^" => BinaryOp::BitXor,
        "&" => BinaryOp::BitAnd,
        _ => return None,
    })
}

fn unary_operator(sign: &str) -> Option<UnaryOp> {
    Some(match sign {
        "-" => UnaryOp::Minus,
        "+" => UnaryOp::Plus,
        "~" => UnaryOp::Invert,
        _ => return None,
    })
}
