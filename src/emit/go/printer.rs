//! A small document algebra for Go that prints what `gofmt` would print.
//!
//! Expressions and statements are data ([`Ex`], [`St`]); printing them decides blanks around operators (by gofmt's own
//! rule: the deeper an operator, the tighter it sits), columns of struct fields and keyed literals, and line breaks.
//!
//! ```text
//! Binary(+, Binary(*, a, b), c)   ->   a*b + c
//! ```

use std::fmt::Write;

/// A Go expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Ex {
    /// An identifier, a literal or a type: printed as it is, binds tightest.
    Word(String),
    /// `-x`, `!x`, `&x`, `*x`.
    Unary(&'static str, Box<Ex>),
    Binary(&'static str, Box<Ex>, Box<Ex>),
    Call(Box<Ex>, Vec<Ex>),
    /// `f(items...)`
    Spread(Box<Ex>, Vec<Ex>),
    Selector(Box<Ex>, String),
    Index(Box<Ex>, Box<Ex>),
    /// `items[low:high]`
    Slice(Box<Ex>, Option<Box<Ex>>, Option<Box<Ex>>),
    /// `T{a, b}`
    Literal(String, Vec<Ex>),
    /// `T{A: a, B: b}`, or `&T{...}`.
    Keyed {
        pointer: bool,
        ty: String,
        fields: Vec<(String, Ex)>,
    },
    /// `func(a int64) bool { ... }` with its signature as text.
    Func(String, Vec<St>),
    Paren(Box<Ex>),
}

/// A Go statement.
#[derive(Clone, Debug, PartialEq)]
pub enum St {
    Expr(Ex),
    /// `a, b = x, y` with `=`, `:=`, `+=` ...
    Assign(Vec<Ex>, &'static str, Vec<Ex>),
    /// `x++` or `x--`.
    Step(Ex, &'static str),
    /// `var name T` or `var name T = value`.
    Var(String, String, Option<Ex>),
    If {
        init: Option<Box<St>>,
        test: Ex,
        then: Vec<St>,
        orelse: Vec<St>,
    },
    For {
        label: Option<String>,
        head: Head,
        body: Vec<St>,
    },
    /// `label: switch { default: body }`: a block that `break label` leaves.
    Leavable {
        label: String,
        body: Vec<St>,
    },
    Return(Vec<Ex>),
    Break(Option<String>),
    Continue(Option<String>),
    Block(Vec<St>),
}

/// What stands between `for` and its body.
#[derive(Clone, Debug, PartialEq)]
pub enum Head {
    Forever,
    While(Ex),
    Clauses(Box<St>, Ex, Box<St>),
    /// `names := range value`; no names: `range value`.
    Range(Vec<String>, Ex),
}

impl Ex {
    /// An identifier, literal or type.
    pub fn word(text: impl Into<String>) -> Ex {
        Ex::Word(text.into())
    }

    /// `function(arguments)`
    pub fn call(function: impl Into<String>, arguments: Vec<Ex>) -> Ex {
        Ex::Call(Box::new(Ex::word(function)), arguments)
    }

    /// `self.name(arguments)`
    pub fn method(self, name: &str, arguments: Vec<Ex>) -> Ex {
        Ex::Call(Box::new(self.dot(name)), arguments)
    }

    /// `self.name`
    pub fn dot(self, name: impl Into<String>) -> Ex {
        Ex::Selector(Box::new(self), name.into())
    }

    /// `self[index]`
    pub fn at(self, index: Ex) -> Ex {
        Ex::Index(Box::new(self), Box::new(index))
    }

    /// `self op right`
    pub fn binary(self, op: &'static str, right: Ex) -> Ex {
        Ex::Binary(op, Box::new(self), Box::new(right))
    }

    /// `op self`
    pub fn unary(self, op: &'static str) -> Ex {
        Ex::Unary(op, Box::new(self))
    }

    /// `!self`, with comparisons turned round where that is exact.
    pub fn negated(self) -> Ex {
        match self {
            Ex::Unary("!", inner) => *inner,
            Ex::Binary("==", left, right) => Ex::Binary("!=", left, right),
            Ex::Binary("!=", left, right) => Ex::Binary("==", left, right),
            other => other.unary("!"),
        }
    }

    /// `len(self)`
    pub fn len(self) -> Ex {
        Ex::call("len", vec![self])
    }

    /// The expression on one line or several, as it stands in a statement of this indentation.
    pub fn text(&self, indent: usize) -> String {
        let mut printer = Printer { out: String::new(), indent };
        printer.expr(self, 0, 1);
        printer.out
    }

    /// True where a composite literal would be taken for the block of an `if` or `for`.
    fn exposes_literal(&self) -> bool {
        match self {
            // A type that begins with a bracket is no name that a block could follow.
            Ex::Literal(ty, _) | Ex::Keyed { ty, .. } => !ty.starts_with('['),
            Ex::Unary(_, inner) | Ex::Selector(inner, _) | Ex::Index(inner, _) | Ex::Slice(inner, ..) => {
                inner.exposes_literal()
            }
            Ex::Call(callee, _) | Ex::Spread(callee, _) => callee.exposes_literal(),
            Ex::Binary(_, left, right) => left.exposes_literal() || right.exposes_literal(),
            Ex::Word(_) | Ex::Func(..) | Ex::Paren(_) => false,
        }
    }
}

/// Prints statements at an indentation, each on its own line.
pub fn statements(body: &[St], indent: usize) -> String {
    let mut printer = Printer { out: String::new(), indent };
    printer.lines(body);
    printer.out
}

/// Rows of words in columns, as gofmt aligns struct fields: each cell but the last is padded to its column.
pub fn columns(rows: &[(String, String)], indent: usize) -> String {
    let widest = rows.iter().map(|row| row.0.chars().count()).max().unwrap_or(0);
    let tabs = "\t".repeat(indent);
    rows.iter().map(|(left, right)| format!("{tabs}{left:widest$} {right}\n")).collect()
}

fn precedence(op: &str) -> usize {
    match op {
        "||" => 1,
        "&&" => 2,
        "==" | "!=" | "<" | "<=" | ">" | ">=" => 3,
        "+" | "-" | "|" | "^" => 4,
        _ => 5,
    }
}

const TIGHTEST: usize = 7;
const UNARY: usize = 6;
const LONGEST_LINE: usize = 110;

struct Printer {
    out: String,
    indent: usize,
}

impl Printer {
    fn expr(&mut self, ex: &Ex, least: usize, depth: usize) {
        match ex {
            Ex::Word(text) => self.out.push_str(text),
            Ex::Unary(op, inner) => self.unary(op, inner, least, depth),
            Ex::Binary(op, left, right) => self.binary(op, left, right, least, depth),
            Ex::Call(callee, arguments) => self.call(callee, arguments, "", depth),
            Ex::Spread(callee, arguments) => self.call(callee, arguments, "...", depth),
            Ex::Selector(inner, name) => {
                self.expr(inner, TIGHTEST, depth);
                self.out.push('.');
                self.out.push_str(name);
            }
            Ex::Index(inner, index) => {
                self.expr(inner, TIGHTEST, 1);
                self.out.push('[');
                self.expr(index, 0, depth + 1);
                self.out.push(']');
            }
            Ex::Slice(inner, low, high) => self.slice(inner, low.as_deref(), high.as_deref(), depth),
            Ex::Literal(ty, items) => self.literal(ty, items),
            // `&T{}.f` would be read as `&(T{}.f)`.
            Ex::Keyed { pointer: true, .. } if UNARY < least => self.paren(ex, depth),
            Ex::Keyed { pointer, ty, fields } => self.keyed(*pointer, ty, fields),
            Ex::Func(signature, body) => {
                let _ = write!(self.out, "func{signature} ");
                self.block(body);
            }
            Ex::Paren(inner) => self.paren(inner, depth),
        }
    }

    fn paren(&mut self, inner: &Ex, depth: usize) {
        self.out.push('(');
        self.expr(inner, 0, depth.saturating_sub(1).max(1));
        self.out.push(')');
    }

    fn unary(&mut self, op: &str, inner: &Ex, least: usize, depth: usize) {
        if UNARY < least {
            self.out.push('(');
            self.unary(op, inner, 0, 1);
            self.out.push(')');
            return;
        }
        self.out.push_str(op);
        // `- -x` and `& &x` would be read as other tokens.
        match inner {
            Ex::Unary(next, _) if *next == op && matches!(op, "-" | "&") => self.paren(inner, depth),
            _ => self.expr(inner, UNARY, depth),
        }
    }

    fn binary(&mut self, op: &'static str, left: &Ex, right: &Ex, least: usize, depth: usize) {
        let own = precedence(op);
        if own < least {
            self.out.push('(');
            let inner = depth.saturating_sub(1).max(1);
            self.binary_bare(op, left, right, inner);
            self.out.push(')');
            return;
        }
        self.binary_bare(op, left, right, depth);
    }

    fn binary_bare(&mut self, op: &'static str, left: &Ex, right: &Ex, depth: usize) {
        let own = precedence(op);
        let blanks = own < cutoff(op, left, right, depth);
        let same = matches!(left, Ex::Binary(inner, ..) if precedence(inner) == own);
        self.expr(left, own, depth + usize::from(!same));
        self.out.push_str(if blanks { " " } else { "" });
        self.out.push_str(op);
        self.out.push_str(if blanks { " " } else { "" });
        self.expr(right, own + 1, depth + 1);
    }

    fn call(&mut self, callee: &Ex, arguments: &[Ex], tail: &str, depth: usize) {
        let depth = depth + usize::from(arguments.len() > 1);
        self.expr(callee, TIGHTEST, depth);
        if arguments.len() > 1 && tail.is_empty() && self.is_long(arguments) {
            return self.call_lines(arguments);
        }
        self.out.push('(');
        for (index, argument) in arguments.iter().enumerate() {
            self.out.push_str(if index > 0 { ", " } else { "" });
            self.expr(argument, 0, depth);
        }
        self.out.push_str(tail);
        self.out.push(')');
    }

    /// True where arguments without functions of their own would make the line too long.
    fn is_long(&self, arguments: &[Ex]) -> bool {
        let texts: Vec<String> = arguments.iter().map(|argument| self.nested(argument, self.indent)).collect();
        let function = arguments.iter().any(|argument| matches!(argument, Ex::Func(..)));
        !function && !self.fits(&texts.join(", ").replace('\n', " "))
    }

    /// `(`, one argument a line, `)`
    fn call_lines(&mut self, arguments: &[Ex]) {
        self.out.push_str("(\n");
        for argument in arguments {
            let mut inner = Printer { out: String::new(), indent: self.indent + 1 };
            inner.expr(argument, 0, 2);
            let _ = writeln!(self.out, "{}{},", "\t".repeat(self.indent + 1), inner.out);
        }
        let _ = write!(self.out, "{})", "\t".repeat(self.indent));
    }

    fn slice(&mut self, inner: &Ex, low: Option<&Ex>, high: Option<&Ex>, depth: usize) {
        self.expr(inner, TIGHTEST, 1);
        let is_binary = |part: Option<&Ex>| matches!(part, Some(Ex::Binary(..)));
        let blank = match depth <= 1 && low.is_some() && high.is_some() && (is_binary(low) || is_binary(high)) {
            true => " ",
            false => "",
        };
        self.out.push('[');
        if let Some(low) = low {
            self.expr(low, 0, depth + 1);
            self.out.push_str(blank);
        }
        self.out.push(':');
        if let Some(high) = high {
            self.out.push_str(blank);
            self.expr(high, 0, depth + 1);
        }
        self.out.push(']');
    }

    fn literal(&mut self, ty: &str, items: &[Ex]) {
        let items: Vec<Ex> = items.iter().map(|item| elided(ty, item)).collect();
        let texts: Vec<String> = items.iter().map(|item| self.nested(item, self.indent)).collect();
        let line = format!("{ty}{{{}}}", texts.join(", "));
        if self.fits(&line) {
            self.out.push_str(&line);
            return;
        }
        let _ = writeln!(self.out, "{ty}{{");
        for item in &items {
            let text = self.nested(item, self.indent + 1);
            let _ = writeln!(self.out, "{}{text},", "\t".repeat(self.indent + 1));
        }
        let _ = write!(self.out, "{}}}", "\t".repeat(self.indent));
    }

    fn keyed(&mut self, pointer: bool, ty: &str, fields: &[(String, Ex)]) {
        self.out.push_str(if pointer { "&" } else { "" });
        let texts: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}: {}", self.nested(value, self.indent))).collect();
        let line = format!("{ty}{{{}}}", texts.join(", "));
        if self.fits(&line) {
            self.out.push_str(&line);
            return;
        }
        let _ = writeln!(self.out, "{ty}{{");
        self.keyed_lines(fields);
        let _ = write!(self.out, "{}}}", "\t".repeat(self.indent));
    }

    /// Fields one a line; runs of one-line values are aligned, a value of several lines stands alone.
    fn keyed_lines(&mut self, fields: &[(String, Ex)]) {
        let indent = self.indent + 1;
        let values: Vec<String> = fields.iter().map(|(_, value)| self.nested(value, indent)).collect();
        let mut start = 0;
        while start < fields.len() {
            let run = values[start..].iter().take_while(|text| !text.contains('\n')).count().max(1);
            let names = &fields[start..start + run];
            let widest = names.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            for ((name, _), value) in names.iter().zip(&values[start..]) {
                let pad = " ".repeat(if run == 1 { 0 } else { widest - name.len() });
                let _ = writeln!(self.out, "{}{name}:{pad} {value},", "\t".repeat(indent));
            }
            start += run;
        }
    }

    fn nested(&self, ex: &Ex, indent: usize) -> String {
        ex.text(indent)
    }

    fn fits(&self, text: &str) -> bool {
        let start = self.out.rfind('\n').map_or(0, |at| at + 1);
        let used = self.out[start..].len() + self.indent * 3;
        !text.contains('\n') && used + text.len() <= LONGEST_LINE
    }

    fn block(&mut self, body: &[St]) {
        if body.is_empty() {
            self.out.push_str("{\n");
            let _ = write!(self.out, "{}}}", "\t".repeat(self.indent));
            return;
        }
        self.out.push_str("{\n");
        self.indent += 1;
        self.lines(body);
        self.indent -= 1;
        let _ = write!(self.out, "{}}}", "\t".repeat(self.indent));
    }

    fn lines(&mut self, body: &[St]) {
        for st in body {
            match st {
                St::For { label: Some(label), .. } | St::Leavable { label, .. } => {
                    let outer = self.indent.saturating_sub(1);
                    let _ = writeln!(self.out, "{}{label}:", "\t".repeat(outer));
                }
                _ => {}
            }
            self.out.push_str(&"\t".repeat(self.indent));
            self.statement(st);
            self.out.push('\n');
        }
    }

    fn statement(&mut self, st: &St) {
        match st {
            St::Expr(ex) => self.expr(ex, 0, 1),
            St::Assign(left, op, right) => self.assign(left, op, right),
            St::Step(ex, op) => {
                self.expr(ex, 0, 2);
                self.out.push_str(op);
            }
            St::Var(name, ty, value) => {
                let _ = write!(self.out, "var {name} {ty}");
                if let Some(value) = value {
                    self.out.push_str(" = ");
                    self.expr(value, 0, 1);
                }
            }
            St::If { init, test, then, orelse } => self.branch(init.as_deref(), test, then, orelse),
            St::For { head, body, .. } => self.iteration(head, body),
            St::Leavable { body, .. } => {
                let _ = writeln!(self.out, "switch {{\n{}default:", "\t".repeat(self.indent));
                self.indent += 1;
                self.lines(body);
                self.indent -= 1;
                let _ = write!(self.out, "{}}}", "\t".repeat(self.indent));
            }
            St::Return(values) => {
                self.out.push_str("return");
                self.out.push_str(if values.is_empty() { "" } else { " " });
                self.list(values, 1);
            }
            St::Break(label) => self.jump("break", label.as_deref()),
            St::Continue(label) => self.jump("continue", label.as_deref()),
            St::Block(body) => self.block(body),
        }
    }

    fn assign(&mut self, left: &[Ex], op: &str, right: &[Ex]) {
        let depth = if left.len() > 1 && right.len() > 1 { 2 } else { 1 };
        self.list(left, depth);
        let _ = write!(self.out, " {op} ");
        self.list(right, depth);
    }

    fn jump(&mut self, word: &str, label: Option<&str>) {
        self.out.push_str(word);
        if let Some(label) = label {
            let _ = write!(self.out, " {label}");
        }
    }

    fn list(&mut self, values: &[Ex], depth: usize) {
        for (index, value) in values.iter().enumerate() {
            self.out.push_str(if index > 0 { ", " } else { "" });
            self.expr(value, 0, depth);
        }
    }

    /// An expression in the head of a statement, where a bare composite literal would not parse.
    fn control(&mut self, ex: &Ex) {
        match ex.exposes_literal() {
            true => self.paren(ex, 1),
            false => self.expr(ex, 0, 1),
        }
    }

    fn branch(&mut self, init: Option<&St>, test: &Ex, then: &[St], orelse: &[St]) {
        self.out.push_str("if ");
        if let Some(init) = init {
            self.statement(init);
            self.out.push_str("; ");
        }
        self.control(test);
        self.out.push(' ');
        self.block(then);
        match orelse {
            [] => {}
            [next @ St::If { .. }] => {
                self.out.push_str(" else ");
                self.statement(next);
            }
            _ => {
                self.out.push_str(" else ");
                self.block(orelse);
            }
        }
    }

    fn iteration(&mut self, head: &Head, body: &[St]) {
        self.out.push_str("for ");
        match head {
            Head::Forever => {}
            Head::While(test) => self.control(test),
            Head::Clauses(init, test, step) => {
                self.statement(init);
                self.out.push_str("; ");
                self.control(test);
                self.out.push_str("; ");
                self.statement(step);
            }
            Head::Range(names, value) => {
                if !names.is_empty() {
                    let _ = write!(self.out, "{} := ", names.join(", "));
                }
                self.out.push_str("range ");
                self.control(value);
            }
        }
        self.out.push_str(if matches!(head, Head::Forever) { "" } else { " " });
        self.block(body);
    }
}

/// An element of a composite literal without the type that the literal says already.
fn elided(ty: &str, item: &Ex) -> Ex {
    let element = ty.strip_prefix("[]").unwrap_or_default();
    match item {
        Ex::Keyed { pointer: true, ty: own, fields } if element.strip_prefix('*') == Some(own) => {
            Ex::Keyed { pointer: false, ty: String::new(), fields: fields.clone() }
        }
        Ex::Keyed { pointer: false, ty: own, fields } if element == own => {
            Ex::Keyed { pointer: false, ty: String::new(), fields: fields.clone() }
        }
        Ex::Literal(own, items) if element == own => {
            Ex::Literal(String::new(), items.iter().map(|item| elided(own, item)).collect())
        }
        other => other.clone(),
    }
}

/// gofmt's `cutoff`: operators of at least this precedence print without blanks.
fn cutoff(op: &'static str, left: &Ex, right: &Ex, depth: usize) -> usize {
    let mut seen = Operators::default();
    seen.walk(op, left, right);
    if seen.problem > 0 {
        return seen.problem + 1;
    }
    match (seen.sums && seen.products, depth == 1) {
        (true, true) => 5,
        (true, false) => 4,
        (false, true) => 6,
        (false, false) => 4,
    }
}

/// What gofmt's `walkBinary` looks for below an operator, short of parentheses.
#[derive(Default)]
struct Operators {
    sums: bool,
    products: bool,
    problem: usize,
}

impl Operators {
    fn walk(&mut self, op: &'static str, left: &Ex, right: &Ex) {
        let own = precedence(op);
        self.sums |= own == 4;
        self.products |= own == 5;
        if let Ex::Binary(inner, l, r) = left
            && precedence(inner) >= own
        {
            self.walk(inner, l, r);
        }
        match right {
            Ex::Binary(inner, l, r) if precedence(inner) > own => self.walk(inner, l, r),
            Ex::Unary(inner, _) => match (op, *inner) {
                ("/", "*") | ("&", "&") | ("&", "^") => self.problem = 5,
                ("+", "+") | ("-", "-") => self.problem = self.problem.max(4),
                _ => {}
            },
            _ => {}
        }
    }
}

/// Gives a variable another name.
pub(super) fn rename(st: &mut St, from: &str, to: &str) {
    let each = |body: &mut Vec<St>| body.iter_mut().for_each(|st| rename(st, from, to));
    match st {
        St::Expr(ex) | St::Step(ex, _) => rename_ex(ex, from, to),
        St::Assign(left, _, right) => left.iter_mut().chain(right).for_each(|ex| rename_ex(ex, from, to)),
        St::Var(name, _, value) => {
            if name == from {
                *name = to.into();
            }
            value.iter_mut().for_each(|ex| rename_ex(ex, from, to));
        }
        St::If { init, test, then, orelse } => {
            if let Some(init) = init {
                rename(init, from, to);
            }
            rename_ex(test, from, to);
            then.iter_mut().chain(orelse).for_each(|st| rename(st, from, to));
        }
        St::For { head, body, .. } => {
            match head {
                Head::Forever => {}
                Head::While(test) => rename_ex(test, from, to),
                Head::Clauses(init, test, step) => {
                    rename(init, from, to);
                    rename_ex(test, from, to);
                    rename(step, from, to);
                }
                Head::Range(_, value) => rename_ex(value, from, to),
            }
            each(body);
        }
        St::Leavable { body, .. } | St::Block(body) => each(body),
        St::Return(values) => values.iter_mut().for_each(|ex| rename_ex(ex, from, to)),
        St::Break(_) | St::Continue(_) => {}
    }
}

fn rename_ex(ex: &mut Ex, from: &str, to: &str) {
    match ex {
        Ex::Word(word) => {
            if word == from {
                *word = to.into();
            }
        }
        Ex::Unary(_, inner) | Ex::Paren(inner) | Ex::Selector(inner, _) => rename_ex(inner, from, to),
        Ex::Binary(_, left, right) | Ex::Index(left, right) => {
            rename_ex(left, from, to);
            rename_ex(right, from, to);
        }
        Ex::Call(callee, arguments) | Ex::Spread(callee, arguments) => {
            rename_ex(callee, from, to);
            arguments.iter_mut().for_each(|ex| rename_ex(ex, from, to));
        }
        Ex::Slice(inner, low, high) => {
            rename_ex(inner, from, to);
            low.iter_mut().chain(high).for_each(|ex| rename_ex(ex, from, to));
        }
        Ex::Literal(_, items) => items.iter_mut().for_each(|ex| rename_ex(ex, from, to)),
        Ex::Keyed { fields, .. } => fields.iter_mut().for_each(|(_, ex)| rename_ex(ex, from, to)),
        Ex::Func(_, body) => body.iter_mut().for_each(|st| rename(st, from, to)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Ex {
        Ex::word(text)
    }

    #[test]
    fn blanks_follow_gofmt() {
        let product = word("a").binary("*", word("b"));
        assert_eq!(product.clone().text(0), "a * b");
        assert_eq!(product.clone().binary("+", word("c")).text(0), "a*b + c");
        assert_eq!(word("c").binary("-", product.clone()).binary("<", word("d")).text(0), "c-a*b < d");
        assert_eq!(Ex::call("f", vec![product.clone()]).text(0), "f(a * b)");
        assert_eq!(Ex::call("f", vec![product.clone(), word("d")]).text(0), "f(a*b, d)");
        let sum = word("a").binary("+", word("b"));
        assert_eq!(sum.clone().binary("*", word("c")).text(0), "(a + b) * c");
        assert_eq!(word("x").at(sum.clone()).text(0), "x[a+b]");
        assert_eq!(word("a").binary("-", sum).text(0), "a - (a + b)");
        assert_eq!(word("a").binary("-", word("b").unary("-")).text(0), "a - -b");
    }

    #[test]
    fn long_literals_break_into_aligned_lines() {
        let field = |name: &str| (name.to_string(), Ex::word("x".repeat(40)));
        let literal = Ex::Keyed { pointer: true, ty: "T".into(), fields: vec![field("A"), field("Long"), field("B")] };
        let x = "x".repeat(40);
        assert_eq!(literal.text(0), format!("&T{{\n\tA:    {x},\n\tLong: {x},\n\tB:    {x},\n}}"));
    }

    #[test]
    fn labels_stand_one_tab_to_the_left() {
        let body = vec![St::Leavable { label: "try".into(), body: vec![St::Break(Some("try".into()))] }];
        assert_eq!(statements(&body, 1), "try:\n\tswitch {\n\tdefault:\n\t\tbreak try\n\t}\n");
    }
}
