//! Numbers: arithmetic with Python's meaning, constants, and which checks a local rule makes needless.
//!
//! ```text
//! a // b   ->   if b == 0 { raise }; support.FloorDiv(a, b)     i % 7 with 0 <= i   ->   i % 7
//! ```

use super::places::take_two;
use super::printer::Ex;
use super::statements::Body;
use super::text;
use crate::emit::decide;
use crate::ir::{ArithOp, Builtin, Conversion, Expr, ExprKind, LocalId, Place, Stmt, StmtKind, Target, Type, walk};

impl<'c> Body<'c> {
    /// Integer expressions without a choice are computed here; Go would give them the wrong type.
    pub(super) fn folded(&self, e: &Expr) -> Option<Ex> {
        match &e.kind {
            ExprKind::Negate(_) | ExprKind::Invert(_) | ExprKind::Arith { .. } if e.ty == Type::Int => {
                literal_int(e).map(text::int)
            }
            ExprKind::Negate(_) | ExprKind::Arith { .. } if e.ty == Type::Float => literal_float(e).map(text::float),
            ExprKind::Convert { .. } if e.ty == Type::Float => literal_float(e).map(text::float),
            _ => None,
        }
    }

    pub(super) fn negate(&mut self, inner: &'c Expr, e: &'c Expr) -> Ex {
        let value = self.expr(inner);
        match e.ty {
            Type::Number => Ex::call("support.NegNumber", vec![value]),
            Type::Int if self.range(inner).is_none_or(|(low, _)| low <= i128::from(i64::MIN)) => {
                Ex::call("support.Neg", vec![value])
            }
            Type::Float if self.is_constant(inner) => Ex::call("support.Float", vec![value]).unary("-"),
            _ => value.unary("-"),
        }
    }

    pub(super) fn arith(&mut self, op: ArithOp, left: &'c Expr, right: &'c Expr) -> Ex {
        let [mut a, b] = take_two(self.operands(&[left, right]));
        if left.ty == Type::Float && self.is_constant(left) && self.is_constant(right) {
            a = Ex::call("support.Float", vec![a]);
        }
        self.arithmetic(op, a, b, Some(left), right)
    }

    /// `a op b`, where both have the type of `right`; a division by zero raises.
    pub(super) fn arithmetic(&mut self, op: ArithOp, a: Ex, b: Ex, left: Option<&Expr>, right: &'c Expr) -> Ex {
        if right.ty == Type::Number {
            return self.number_arithmetic(op, a, b);
        }
        let mut b = b;
        if needs_check(op) && !decide::never_zero(self.cx.program, right) {
            b = self.stable("divisor", b, right);
            let message = text::quote(zero_division(op, &right.ty));
            self.raise_if(b.clone().binary("==", Ex::word("0")), "support.ZeroDivisionError", Ex::word(message));
        }
        match &right.ty {
            Type::Float => self.float_arithmetic(op, a, b),
            Type::Str => a.binary("+", b),
            _ => self.int_arithmetic(op, a, b, left, right),
        }
    }

    /// Arithmetic on what is an int or a float.
    fn number_arithmetic(&mut self, op: ArithOp, a: Ex, b: Ex) -> Ex {
        let name = match op {
            ArithOp::Add => "support.AddNumbers",
            ArithOp::Sub => "support.SubNumbers",
            ArithOp::Mul => "support.MulNumbers",
            ArithOp::TrueDiv => return self.raising(Ex::call("support.DivideNumbers", vec![a, b]), "quotient", true),
            ArithOp::FloorDiv => {
                return self.raising(Ex::call("support.FloorDivNumbers", vec![a, b]), "quotient", true);
            }
            ArithOp::Mod => return self.raising(Ex::call("support.ModNumbers", vec![a, b]), "rest", true),
            ArithOp::Pow => return self.raising(Ex::call("support.PowNumbers", vec![a, b]), "power", true),
            ArithOp::LeftShift | ArithOp::RightShift | ArithOp::BitAnd | ArithOp::BitOr | ArithOp::BitXor => {
                self.cx.refuse(Default::default(), "this operator is for ints".into());
                "support.AddNumbers"
            }
        };
        Ex::call(name, vec![a, b])
    }

    fn float_arithmetic(&mut self, op: ArithOp, a: Ex, b: Ex) -> Ex {
        match op {
            // Go may fuse a product with a sum; a conversion forbids it.
            ArithOp::Add => unfused(a).binary("+", unfused(b)),
            ArithOp::Sub => unfused(a).binary("-", unfused(b)),
            ArithOp::Mul => a.binary("*", b),
            ArithOp::TrueDiv => a.binary("/", b),
            ArithOp::FloorDiv => Ex::call("support.FloorDivFloat", vec![a, b]),
            ArithOp::Mod => Ex::call("support.ModFloat", vec![a, b]),
            ArithOp::Pow => self.raising(Ex::call("support.PowFloat", vec![a, b]), "power", true),
            ArithOp::LeftShift | ArithOp::RightShift | ArithOp::BitAnd | ArithOp::BitOr | ArithOp::BitXor => {
                Ex::word("0")
            }
        }
    }

    fn int_arithmetic(&mut self, op: ArithOp, a: Ex, b: Ex, left: Option<&Expr>, right: &Expr) -> Ex {
        let ranges = (left.and_then(|e| self.range(e)), self.range(right));
        let safe = safe_result(op, ranges.0, ranges.1);
        let positive = matches!(ranges.1, Some((low, _)) if low > 0);
        let natural = matches!(ranges.0, Some((low, _)) if low >= 0);
        let checked = |name: &str| Ex::call(format!("support.{name}"), vec![a.clone(), b.clone()]);
        match op {
            ArithOp::Add if safe => a.binary("+", b),
            ArithOp::Sub if safe => a.binary("-", b),
            ArithOp::Mul if safe => a.binary("*", b),
            ArithOp::Add => checked("Add"),
            ArithOp::Sub => checked("Sub"),
            ArithOp::Mul => checked("Mul"),
            ArithOp::TrueDiv if small(ranges.0) && small(ranges.1) => {
                let convert = |value: Ex| match &value {
                    Ex::Word(word) if word.starts_with(|c: char| c.is_ascii_digit()) => Ex::word(format!("{word}.0")),
                    _ => Ex::call("float64", vec![value]),
                };
                let both_constant = left.is_some_and(|e| self.is_constant(e)) && self.is_constant(right);
                match both_constant {
                    true => checked("DivideInt"),
                    false => convert(a).binary("/", convert(b)),
                }
            }
            ArithOp::TrueDiv => checked("DivideInt"),
            ArithOp::FloorDiv if positive && natural => a.binary("/", b),
            ArithOp::FloorDiv => checked("FloorDiv"),
            ArithOp::Mod if positive && natural => a.binary("%", b),
            ArithOp::Mod => checked("Mod"),
            ArithOp::Pow => checked("Pow"),
            ArithOp::LeftShift => self.raising(checked("ShiftLeft"), "shifted", true),
            ArithOp::RightShift if matches!(ranges.1, Some((low, high)) if low >= 0 && high < 64) => a.binary(">>", b),
            ArithOp::RightShift => self.raising(checked("ShiftRight"), "shifted", true),
            ArithOp::BitAnd => a.binary("&", b),
            ArithOp::BitOr => a.binary("|", b),
            ArithOp::BitXor => a.binary("^", b),
        }
    }

    /// True where Go would compute the value while compiling, with more digits than Python has.
    pub(super) fn is_constant(&self, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Int(_) | ExprKind::Float(_) => true,
            ExprKind::Negate(inner) => e.ty == Type::Int && self.is_constant(inner),
            ExprKind::Convert { value, .. } => self.is_constant(value),
            ExprKind::Read { place: Place::Global(id), .. } => {
                let global = self.cx.program.global(*id);
                !global.is_state && global.ty.is_number()
            }
            ExprKind::Arith { left, right, .. } => {
                e.ty == Type::Int && self.is_constant(left) && self.is_constant(right)
            }
            _ => false,
        }
    }

    /// The least and greatest value that an integer can have, where a local rule knows them.
    pub(super) fn range(&self, e: &Expr) -> Option<(i128, i128)> {
        if let Some(value) = decide::constant_int(self.cx.program, e) {
            return Some((value.into(), value.into()));
        }
        match &e.kind {
            ExprKind::Read { place: Place::Local(local), .. } => self.ranges[local.0 as usize],
            ExprKind::Builtin { op: Builtin::Len | Builtin::Count, .. } => Some((0, 1 << 47)),
            ExprKind::Builtin { op: Builtin::Ord, .. } => Some((0, 0x10_FFFF)),
            ExprKind::Convert { value, .. } if value.ty == Type::Bool => Some((0, 1)),
            ExprKind::Convert { to: Conversion::NonZero, value } => self.range(value),
            ExprKind::Negate(inner) => self.range(inner).map(|(low, high)| (-high, -low)),
            ExprKind::If { then, orelse, .. } => {
                let (a, b) = (self.range(then)?, self.range(orelse)?);
                Some((a.0.min(b.0), a.1.max(b.1)))
            }
            ExprKind::Arith { op, left, right } if e.ty == Type::Int => {
                result_range(*op, self.range(left), self.range(right))
            }
            ExprKind::Builtin { op: Builtin::Min | Builtin::Max, args } => {
                let ranges: Option<Vec<_>> = args.iter().map(|arg| self.range(arg)).collect();
                let ranges = ranges?;
                Some((ranges.iter().map(|r| r.0).min()?, ranges.iter().map(|r| r.1).max()?))
            }
            _ => None,
        }
    }

    /// True where a variable is only ever counted up and down by small steps: no loop is long enough to overflow it.
    pub(super) fn is_counted(&self, place: &Place, value: &Expr) -> bool {
        let known = |local: &LocalId| self.ranges[local.0 as usize] == Some(COUNTED);
        matches!(place, Place::Local(local) if known(local)) && is_small(value)
    }
}

/// What a variable can reach that starts small and is counted by small steps.
const COUNTED: (i128, i128) = (-(1 << 53), 1 << 53);

/// Notes the range of variables that start small and are counted by small steps.
pub(super) fn note_counters(body: &[Stmt], ranges: &mut [Option<(i128, i128)>]) {
    let mut counted = vec![false; ranges.len()];
    let mut other = vec![false; ranges.len()];
    walk::each_stmt(body, &mut |stmt| match &stmt.kind {
        StmtKind::Let { local, value } => {
            other[local.0 as usize] |= value.as_ref().is_some_and(|value| !is_small(value));
        }
        StmtKind::Assign { place: Place::Local(local), value } => other[local.0 as usize] |= !is_small(value),
        StmtKind::Update { place: Place::Local(local), op, value } => {
            let step = matches!(op, ArithOp::Add | ArithOp::Sub) && is_small(value);
            counted[local.0 as usize] |= step;
            other[local.0 as usize] |= !step;
        }
        _ => {}
    });
    let mut targets = vec![false; ranges.len()];
    walk::each_stmt(body, &mut |stmt| {
        let assigned = match &stmt.kind {
            StmtKind::For { target, .. } => vec![target],
            StmtKind::Unpack { targets, .. } => targets.iter().collect(),
            _ => vec![],
        };
        assigned.into_iter().for_each(|target| note_target(target, &mut targets));
    });
    for (index, range) in ranges.iter_mut().enumerate() {
        if counted[index] && !other[index] && !targets[index] {
            *range = Some(COUNTED);
        }
    }
}

fn note_target(target: &Target, seen: &mut [bool]) {
    match target {
        Target::Declare(local) | Target::Assign(Place::Local(local)) => seen[local.0 as usize] = true,
        Target::Tuple(items) => items.iter().for_each(|item| note_target(item, seen)),
        Target::Assign(_) | Target::Ignore => {}
    }
}

pub(super) fn is_small(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Int(value) => value.unsigned_abs() <= 1024,
        ExprKind::Negate(inner) => is_small(inner),
        _ => false,
    }
}

fn unfused(ex: Ex) -> Ex {
    match ex {
        Ex::Binary("*", ..) => Ex::call("float64", vec![ex]),
        other => other,
    }
}

fn needs_check(op: ArithOp) -> bool {
    matches!(op, ArithOp::TrueDiv | ArithOp::FloorDiv | ArithOp::Mod)
}

/// CPython 3.11's messages.
pub(super) fn zero_division(op: ArithOp, ty: &Type) -> &'static str {
    match (op, ty) {
        (ArithOp::TrueDiv, Type::Float) => "float division by zero",
        (ArithOp::TrueDiv, _) => "division by zero",
        (ArithOp::FloorDiv, Type::Float) => "float floor division by zero",
        (ArithOp::Mod, Type::Float) => "float modulo",
        (ArithOp::Mod, _) => "integer modulo by zero",
        _ => "integer division or modulo by zero",
    }
}

/// The value of an integer expression of literals alone.
pub(super) fn literal_int(e: &Expr) -> Option<i64> {
    match &e.kind {
        ExprKind::Int(value) => Some(*value),
        ExprKind::Negate(inner) => literal_int(inner)?.checked_neg(),
        ExprKind::Invert(inner) => Some(!literal_int(inner)?),
        ExprKind::Arith { op, left, right } => {
            let (a, b) = (literal_int(left)?, literal_int(right)?);
            match op {
                ArithOp::Add => a.checked_add(b),
                ArithOp::Sub => a.checked_sub(b),
                ArithOp::Mul => a.checked_mul(b),
                ArithOp::BitAnd => Some(a & b),
                ArithOp::BitOr => Some(a | b),
                ArithOp::BitXor => Some(a ^ b),
                ArithOp::Pow => a.checked_pow(u32::try_from(b).ok()?),
                ArithOp::LeftShift => a.checked_mul(1i64.checked_shl(u32::try_from(b).ok().filter(|b| *b < 63)?)?),
                ArithOp::FloorDiv => floor_div(a, b),
                ArithOp::Mod => a.checked_sub(floor_div(a, b)?.checked_mul(b)?),
                ArithOp::RightShift => (0..64).contains(&b).then(|| a >> b),
                ArithOp::TrueDiv => None,
            }
        }
        _ => None,
    }
}

fn floor_div(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    Some(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
}

/// The value of a float expression of literals alone, computed as Python does.
fn literal_float(e: &Expr) -> Option<f64> {
    let exact = |e: &Expr| literal_int(e).filter(|v| v.unsigned_abs() <= 1 << 53).map(|v| v as f64);
    match &e.kind {
        ExprKind::Float(value) => Some(*value),
        ExprKind::Negate(inner) => Some(-literal_float(inner)?),
        ExprKind::Convert { value, .. } if value.ty == Type::Int => exact(value),
        // Both are exact as floats, so one division rounds once, as Python's does.
        ExprKind::Arith { op: ArithOp::TrueDiv, left, right } if left.ty == Type::Int => {
            let (a, b) = (exact(left)?, exact(right)?);
            (b != 0.0).then(|| a / b)
        }
        ExprKind::Arith { op, left, right } => {
            let (a, b) = (literal_float(left)?, literal_float(right)?);
            match op {
                ArithOp::Add => Some(a + b),
                ArithOp::Sub => Some(a - b),
                ArithOp::Mul => Some(a * b),
                ArithOp::TrueDiv if b != 0.0 => Some(a / b),
                _ => None,
            }
        }
        _ => None,
    }
}

type Range = Option<(i128, i128)>;

/// The range of a result that surely fits into 64 bits.
fn result_range(op: ArithOp, left: Range, right: Range) -> Range {
    if op == ArithOp::Mod
        && let Some((low, high)) = right
        && low > 0
    {
        return Some((0, high - 1));
    }
    if op == ArithOp::BitAnd {
        let natural = [left, right].into_iter().flatten().filter(|(low, _)| *low >= 0).map(|(_, high)| high).min();
        return natural.map(|high| (0, high));
    }
    let ((a, b), (c, d)) = (left?, right?);
    let result = match op {
        ArithOp::Add => (a + c, b + d),
        ArithOp::Sub => (a - d, b - c),
        ArithOp::Mul => {
            let products = [a * c, a * d, b * c, b * d];
            (*products.iter().min()?, *products.iter().max()?)
        }
        ArithOp::FloorDiv if c > 0 => (a.div_euclid(c).min(a.div_euclid(d)), b.div_euclid(c).max(b.div_euclid(d))),
        _ => return None,
    };
    (result.0 >= i64::MIN.into() && result.1 <= i64::MAX.into()).then_some(result)
}

fn safe_result(op: ArithOp, left: Range, right: Range) -> bool {
    matches!(op, ArithOp::Add | ArithOp::Sub | ArithOp::Mul) && result_range(op, left, right).is_some()
}

/// True where an integer surely has an exact float.
pub(super) fn small(range: Range) -> bool {
    matches!(range, Some((low, high)) if low >= -(1 << 53) && high <= 1 << 53)
}
