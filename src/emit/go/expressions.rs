//! Expressions: the Go text of a value, after the statements that it needs.
//!
//! Python evaluates operands from the left. Go fixes the order of calls only, and an operand that may raise becomes
//! statements of its own; so an operand whose value a later operand could change is kept in a temporary.
//!
//! ```text
//! total + self.take(n)   ->   before := p.Total; taken, err := p.Take(n); if err != nil {...}; before + taken
//! ```

use super::arithmetic::{literal_int, small};
use super::places::take_two;
use super::printer::{Ex, St};
use super::statements::{Body, Escape, Frame};
use super::text;
use crate::artifact::Access;
use crate::ir::{Builtin, CompareOp, Conversion, Expr, ExprKind, FunctionId, FunctionKind, Need, Place, Type, walk};

/// What evaluating an expression looks at and changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Touch {
    pub(super) reads_heap: bool,
    pub(super) writes_heap: bool,
    pub(super) reads_locals: bool,
    pub(super) writes_locals: bool,
    pub(super) guards: bool,
}

impl Touch {
    /// Both.
    pub(super) fn add(&mut self, other: Touch) {
        self.reads_heap |= other.reads_heap;
        self.writes_heap |= other.writes_heap;
        self.reads_locals |= other.reads_locals;
        self.writes_locals |= other.writes_locals;
        self.guards |= other.guards;
    }

    /// True where doing this first would change what `earlier` gives, or the other way round.
    pub(super) fn disturbs(self, earlier: Touch) -> bool {
        self.writes_heap && (earlier.reads_heap || earlier.writes_heap)
            || self.writes_locals && earlier.reads_locals
            || earlier.writes_heap && self.reads_heap
    }
}

impl<'c> Body<'c> {
    /// The value of an expression.
    pub(super) fn expr(&mut self, e: &'c Expr) -> Ex {
        self.emit(e, true)
    }

    /// Values of operands that Python evaluates in this order.
    pub(super) fn operands(&mut self, operands: &[&'c Expr]) -> Vec<Ex> {
        let touches: Vec<Touch> = operands.iter().map(|e| self.touch(e)).collect();
        let mut values = Vec::new();
        for (index, e) in operands.iter().enumerate() {
            let mut value = self.expr(e);
            let disturbed = touches[index + 1..].iter().any(|later| later.disturbs(touches[index]));
            if disturbed && !self.is_stable(&value) {
                value = self.spill_typed("operand", value, &e.ty);
            }
            values.push(value);
        }
        values
    }

    /// True for what nothing can change: literals and temporaries.
    pub(super) fn is_stable(&self, ex: &Ex) -> bool {
        match ex {
            Ex::Word(word) => !self.names.contains(word) && self.scope.has(word) || is_literal(word),
            Ex::Unary("-", inner) => self.is_stable(inner),
            _ => false,
        }
    }

    /// The value as something that can be written twice.
    pub(super) fn stable(&mut self, hint: &str, value: Ex, e: &'c Expr) -> Ex {
        if matches!(value, Ex::Word(_)) { value } else { self.spill_typed(hint, value, &e.ty) }
    }

    /// The value of an expression; where nobody wants it, only what it does.
    pub(super) fn emit(&mut self, e: &'c Expr, wanted: bool) -> Ex {
        if let Some(value) = self.folded(e) {
            return value;
        }
        match &e.kind {
            ExprKind::None => self.cx.zero(&e.ty),
            ExprKind::Bool(value) => Ex::word(value.to_string()),
            ExprKind::Int(value) => text::int(*value),
            ExprKind::Member { class, index } => Ex::word(self.cx.names.member(*class, *index)),
            ExprKind::Float(value) => text::float(*value),
            ExprKind::Str(value) => Ex::word(text::quote(value)),
            ExprKind::Bytes(bytes) => text::bytes(bytes),
            ExprKind::Read { place, take } => self.read(place, *take, &e.ty, wanted),
            ExprKind::List(items) => {
                let values = self.operands(&items.iter().collect::<Vec<_>>());
                if let Type::Deque(_) = e.ty {
                    return Ex::call(format!("support.NewDeque{}", type_arguments(&self.cx.ty(&e.ty))), values);
                }
                Ex::Literal(self.cx.ty(&e.ty), values)
            }
            ExprKind::Dict(pairs) => self.dict(pairs, &e.ty),
            ExprKind::Set(items) => {
                let values = self.operands(&items.iter().collect::<Vec<_>>());
                Ex::call(format!("support.NewSet{}", type_arguments(&self.cx.ty(&e.ty))), values)
            }
            ExprKind::Tuple(items) => self.tuple(items, &e.ty),
            ExprKind::Negate(inner) => self.negate(inner, e),
            ExprKind::Invert(inner) => self.expr(inner).unary("^"),
            ExprKind::Not(inner) => self.expr(inner).negated(),
            ExprKind::Arith { op, left, right } => self.arith(*op, left, right),
            ExprKind::Compare { op, left, right } => self.compare(*op, left, right),
            ExprKind::And(left, right) => self.shortcut("&&", left, right),
            ExprKind::Or(left, right) => self.shortcut("||", left, right),
            ExprKind::If { test, then, orelse } => self.choose(test, then, orelse, e),
            ExprKind::Block { body, value } => self.inline(body, value, wanted),
            ExprKind::Convert { to, value } => self.convert(*to, value, &e.ty),
            ExprKind::IsNone(inner) => {
                let value = self.expr(inner);
                match &inner.ty {
                    Type::Optional(ty) if !self.cx.is_nilable(ty) => value.dot("Valid").negated(),
                    _ => value.binary("==", Ex::word("nil")),
                }
            }
            ExprKind::Builtin { op, args } => self.builtin(*op, args, e, wanted),
            ExprKind::Call { function, args } => self.call(*function, args, wanted),
            ExprKind::CallValue { callee, args } => self.call_value(callee, args, wanted),
            ExprKind::Construct { class, fields } => {
                let values = self.operands(&fields.iter().collect::<Vec<_>>());
                self.construct(*class, values)
            }
            ExprKind::Comprehension(comprehension) => self.comprehension(comprehension, &e.ty),
            ExprKind::Format(parts) => self.format(parts),
            ExprKind::Closure { function, args } => self.closure(*function, args, &e.ty),
            ExprKind::NewCell(inner) => self.new_cell(inner, &e.ty),
            ExprKind::Sorted { items, key, reverse } => self.sorted(items, key.as_deref(), *reverse),
            ExprKind::Sort { items, key, reverse } => self.sort(items, key.as_deref(), *reverse),
            ExprKind::Message(inner) => self.expr(inner).dot("Message"),
            ExprKind::Attribute { exception, name } => {
                let arguments = vec![self.expr(exception), Ex::word(text::quote(name))];
                Ex::call(format!("support.AttributeOf[{}]", self.cx.ty(&e.ty)), arguments)
            }
        }
    }

    fn dict(&mut self, pairs: &'c [(Expr, Expr)], ty: &Type) -> Ex {
        let operands: Vec<&Expr> = pairs.iter().flat_map(|(key, value)| [key, value]).collect();
        let values = self.operands(&operands);
        let Type::Dict(key_type, value_type, _) = ty else { return Ex::word("nil") };
        let arguments = type_arguments(&self.cx.ty(ty));
        if pairs.is_empty() {
            return Ex::call(format!("support.NewDict{arguments}"), vec![]);
        }
        let pair = |pair: &[Ex]| {
            let key = self.typed(pair[0].clone(), key_type);
            let value = self.typed(pair[1].clone(), value_type);
            let name = if **value_type == Type::Json { "support.Member" } else { "support.KV" };
            Ex::call(name, vec![key, value])
        };
        // Where the values are of an interface type, Go cannot infer them from the pairs.
        Ex::call(format!("support.NewDict{arguments}"), values.chunks(2).map(pair).collect())
    }

    fn tuple(&mut self, items: &'c [Expr], ty: &Type) -> Ex {
        let values = self.operands(&items.iter().collect::<Vec<_>>());
        let fields = values.into_iter().enumerate().map(|(index, value)| (format!("V{index}"), value)).collect();
        Ex::Keyed { pointer: false, ty: self.cx.ty(ty), fields }
    }

    fn compare(&mut self, op: CompareOp, left: &'c Expr, right: &'c Expr) -> Ex {
        let [a, b] = take_two(self.operands(&[left, right]));
        match (&left.ty, &right.ty) {
            (Type::Int, Type::Float) => return mixed(op, a, b, left),
            (Type::Float, Type::Int) => return mixed(turned(op), b, a, right),
            _ => {}
        }
        let word = operator(op);
        match (op, &left.ty) {
            (CompareOp::Is | CompareOp::IsNot, _) => a.binary(word, b),
            (_, Type::Int) => {
                let (a, b) = bare_lengths(a, b);
                a.binary(word, b)
            }
            (_, Type::Float | Type::Str) => a.binary(word, b),
            (CompareOp::Lt, Type::Number) => Ex::call("support.LessNumbers", vec![a, b]),
            (CompareOp::Gt, Type::Number) => Ex::call("support.LessNumbers", vec![b, a]),
            (CompareOp::LtEq, Type::Number) => Ex::call("support.AtMostNumbers", vec![a, b]),
            (CompareOp::GtEq, Type::Number) => Ex::call("support.AtMostNumbers", vec![b, a]),
            (CompareOp::Eq, ty) => self.equality(ty, a, b),
            (CompareOp::NotEq, ty) => self.equality(ty, a, b).negated(),
            (_, ty) => {
                let order = self.ordering(ty, a, b);
                order.binary(word, Ex::word("0"))
            }
        }
    }

    fn equality(&mut self, ty: &Type, a: Ex, b: Ex) -> Ex {
        let (a, b) = self.readable(ty, a, b);
        self.cx.equal(ty, a, b)
    }

    fn ordering(&mut self, ty: &Type, a: Ex, b: Ex) -> Ex {
        let (a, b) = self.readable(ty, a, b);
        self.cx.compare(ty, a, b)
    }

    /// Tuples are compared part by part, so both sides must be readable twice.
    fn readable(&mut self, ty: &Type, a: Ex, b: Ex) -> (Ex, Ex) {
        match ty {
            Type::Tuple(_) => {
                let a = if super::places::is_path(&a) { a } else { self.spill("left", a) };
                let b = if super::places::is_path(&b) { b } else { self.spill("right", b) };
                (a, b)
            }
            _ => (a, b),
        }
    }

    fn shortcut(&mut self, op: &'static str, left: &'c Expr, right: &'c Expr) -> Ex {
        let first = self.expr(left);
        let mut second = Ex::word("false");
        let before = self.block(|this| second = this.expr(right));
        if before.is_empty() {
            return first.binary(op, second);
        }
        let result = self.spill("holds", first);
        let test = if op == "&&" { result.clone() } else { result.clone().negated() };
        let mut then = before;
        then.push(St::Assign(vec![result.clone()], "=", vec![second]));
        self.push(St::If { init: None, test, then, orelse: vec![] });
        result
    }

    fn choose(&mut self, test: &'c Expr, then: &'c Expr, orelse: &'c Expr, e: &'c Expr) -> Ex {
        let test = self.expr(test);
        let name = self.fresh("chosen");
        let chosen = Ex::word(name.clone());
        let branch = |this: &mut Self, value: &'c Expr| {
            let mut ex = Ex::word("nil");
            let mut block = this.block(|this| ex = this.expr(value));
            block.push(St::Assign(vec![Ex::word(name.clone())], "=", vec![ex]));
            block
        };
        let then = branch(self, then);
        let mut orelse = branch(self, orelse);
        match orelse.as_mut_slice() {
            [St::Assign(_, _, values)] if self.is_simple(&values[0]) => {
                let value = self.typed(values.remove(0), &e.ty);
                match matches!(&value, Ex::Word(word) if word == "nil") {
                    true => self.push(St::Var(name, self.cx.ty(&e.ty), None)),
                    false => self.push(St::Assign(vec![chosen.clone()], ":=", vec![value])),
                }
                self.push(St::If { init: None, test, then, orelse: vec![] });
            }
            _ => {
                self.push(St::Var(name, self.cx.ty(&e.ty), None));
                self.push(St::If { init: None, test, then, orelse });
            }
        }
        chosen
    }

    /// Costs nothing and cannot fail, so that it may be evaluated without need; the test has been evaluated before.
    fn is_simple(&self, ex: &Ex) -> bool {
        match ex {
            Ex::Word(word) => is_literal(word) || self.scope.has(word),
            Ex::Unary("-", inner) => self.is_simple(inner),
            _ => false,
        }
    }

    fn inline(&mut self, body: &'c [crate::ir::Stmt], value: &'c Expr, wanted: bool) -> Ex {
        self.statements(body);
        self.emit(value, wanted)
    }

    fn convert(&mut self, to: Conversion, value: &'c Expr, ty: &Type) -> Ex {
        let ex = self.expr(value);
        match to {
            Conversion::ToFloat if value.ty == Type::Bool => {
                Ex::call("float64", vec![Ex::call("support.IntFromBool", vec![ex])])
            }
            Conversion::ToFloat if value.ty == Type::Int => {
                let ex = bare_length(&ex).unwrap_or(ex);
                Ex::call("float64", vec![ex])
            }
            Conversion::Widen if value.ty == Type::Int => match small(self.range(value)) {
                true => Ex::call("float64", vec![ex]),
                false => Ex::call("support.Widen", vec![ex]),
            },
            Conversion::ToInt if value.ty == Type::Bool => Ex::call("support.IntFromBool", vec![ex]),
            Conversion::ToNumber if value.ty == Type::Int => Ex::call("support.NumberFromInt", vec![ex]),
            Conversion::ToNumber => Ex::call("support.NumberFromFloat", vec![ex]),
            Conversion::ToFloat if value.ty == Type::Number => ex.method("Float", vec![]),
            Conversion::Widen if value.ty == Type::Number => ex.method("Widened", vec![]),
            Conversion::ToFloat | Conversion::Widen | Conversion::ToInt | Conversion::NonZero => ex,
            Conversion::Some => match ty {
                Type::Optional(_) if value.ty == Type::None => self.cx.zero(ty),
                Type::Optional(inner) if !self.cx.is_nilable(inner) && value.ty != *ty => {
                    Ex::call("support.Some", vec![self.typed(ex, inner)])
                }
                _ => ex,
            },
            Conversion::ToJson => self.json_data(ex, &value.ty),
        }
    }

    fn call(&mut self, id: FunctionId, args: &'c [Expr], wanted: bool) -> Ex {
        let call = self.call_text(id, args);
        let callee = self.cx.function(id);
        let hint = if callee.name.starts_with("__") { "object" } else { "value" };
        match (callee.effects.raises, &callee.result) {
            (true, Type::None) => {
                self.raising_only(call);
                self.cx.zero(&Type::None)
            }
            (true, _) => self.raising(call, &result_hint(&callee.result, self.cx).unwrap_or(hint.into()), wanted),
            (false, Type::None) => {
                self.push(St::Expr(call));
                self.cx.zero(&Type::None)
            }
            (false, _) => call,
        }
    }

    /// The call itself, with state, depth and arguments.
    pub(super) fn call_text(&mut self, id: FunctionId, args: &'c [Expr]) -> Ex {
        let function = self.cx.function(id);
        let mut values = self.arguments(id, args).into_iter();
        let name = self.cx.names.function(id).to_string();
        let callee = match function.kind {
            FunctionKind::Method(_) | FunctionKind::Property(_) => values.next().unwrap_or(Ex::word("nil")).dot(name),
            FunctionKind::Plain | FunctionKind::Init(_) | FunctionKind::Static(_) => Ex::word(name),
        };
        let mut all = Vec::new();
        if function.effects.state.is_some() {
            all.push(Ex::word("state"));
        }
        if self.cx.recursive[id.0 as usize] {
            let deeper = Ex::word("depth").binary("+", Ex::word("1"));
            all.push(if self.recursive { deeper } else { Ex::word("1") });
        }
        all.extend(values);
        Ex::Call(Box::new(callee), all)
    }

    fn arguments(&mut self, id: FunctionId, args: &'c [Expr]) -> Vec<Ex> {
        let by_pointer: Vec<bool> = (0..args.len()).map(|i| self.cx.pointers.contains(&(id, i))).collect();
        if !by_pointer.contains(&true) {
            return self.operands(&args.iter().collect::<Vec<_>>());
        }
        let one = |(arg, pointer): (&'c Expr, &bool)| if *pointer { self.address(arg) } else { self.expr(arg) };
        args.iter().zip(&by_pointer).map(one).collect()
    }

    /// A new object from its fields in order.
    pub(super) fn construct(&self, class: crate::ir::ClassId, values: Vec<Ex>) -> Ex {
        let name = |index: usize| self.cx.names.field(class, crate::ir::FieldId(index as u32)).to_string();
        let fields = values.into_iter().enumerate().map(|(index, value)| (name(index), value));
        let fields = fields.filter(|(_, value)| !matches!(value, Ex::Word(word) if word == "nil"));
        Ex::Keyed {
            pointer: !self.cx.keys.contains(&class),
            ty: self.cx.names.class(class).into(),
            fields: fields.collect(),
        }
    }

    /// Writes the body of a function literal: jumps and exceptions do not leave it.
    pub(super) fn closed(&mut self, escape: Escape, write: impl FnOnce(&mut Self)) -> Vec<St> {
        let frames: Vec<Frame> = std::mem::take(&mut self.frames);
        let outer = std::mem::replace(&mut self.escape, escape);
        let body = self.block(write);
        self.frames = frames;
        self.escape = outer;
        body
    }

    /// What evaluating an expression looks at and changes.
    pub(super) fn touch(&self, e: &Expr) -> Touch {
        let mut touch = Touch::default();
        walk::each_part_of(e, Need::Ref, &|_, _| Need::Ref, &mut |part| match part {
            walk::Part::Value(inner, _) => touch.add(self.own_touch(inner)),
            walk::Part::Store(Place::Local(_)) | walk::Part::Change(Place::Local(_)) => touch.writes_locals = true,
            walk::Part::Store(_) | walk::Part::Change(_) => touch.writes_heap = true,
            walk::Part::Declare(_) | walk::Part::Body(_) => {}
        });
        touch
    }

    fn own_touch(&self, e: &Expr) -> Touch {
        let heap = Touch { reads_heap: true, ..Touch::default() };
        let writes = Touch { reads_heap: true, writes_heap: true, ..Touch::default() };
        match &e.kind {
            ExprKind::Read { place, .. } => match place {
                Place::Local(local) => {
                    let local = &self.locals[local.0 as usize];
                    Touch { reads_locals: local.mutable, ..Touch::default() }
                }
                Place::Global(id) if !self.cx.program.global(*id).is_state => Touch::default(),
                Place::Entry { .. } => writes,
                Place::Some(_) | Place::Present(_) => Touch::default(),
                Place::Global(_) | Place::Field { .. } | Place::Item { .. } | Place::Cell(_) => heap,
            },
            ExprKind::Call { function, .. } => self.call_touch(*function),
            ExprKind::CallValue { .. } | ExprKind::Sort { .. } => writes,
            ExprKind::Builtin { op, args } => match (op.need(0), op) {
                (Need::Mut, _) | (_, Builtin::ClockNow) => writes,
                _ if args.iter().all(|arg| arg.ty.is_scalar() || arg.ty == Type::Str) => {
                    Touch { guards: op.guards() || op.raises(), ..Touch::default() }
                }
                _ => Touch { guards: op.guards() || op.raises(), ..heap },
            },
            ExprKind::Compare { left, .. } if left.ty.is_scalar() || left.ty == Type::Str => Touch::default(),
            ExprKind::Compare { .. }
            | ExprKind::Comprehension(_)
            | ExprKind::Sorted { .. }
            | ExprKind::Format(_)
            | ExprKind::Attribute { .. }
            | ExprKind::Message(_) => heap,
            ExprKind::Arith { .. } | ExprKind::Negate(_) => Touch { guards: true, ..Touch::default() },
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Bytes(_)
            | ExprKind::Member { .. }
            | ExprKind::List(_)
            | ExprKind::Dict(_)
            | ExprKind::Set(_)
            | ExprKind::Tuple(_)
            | ExprKind::Invert(_)
            | ExprKind::Not(_)
            | ExprKind::And(..)
            | ExprKind::Or(..)
            | ExprKind::If { .. }
            | ExprKind::Block { .. }
            | ExprKind::Convert { .. }
            | ExprKind::IsNone(_)
            | ExprKind::Construct { .. }
            | ExprKind::Closure { .. }
            | ExprKind::NewCell(_) => Touch::default(),
        }
    }

    fn call_touch(&self, id: FunctionId) -> Touch {
        let function = self.cx.function(id);
        let effects = &function.effects;
        let writes = !effects.mutates.is_empty()
            || effects.state == Some(Access::Write)
            || effects.prints
            || effects.reads_clock;
        let plain = |p: &crate::ir::Param| {
            let ty = &function.locals[p.local.0 as usize].ty;
            ty.is_scalar() || *ty == Type::Str
        };
        let reads = effects.state.is_some() || !function.params.iter().all(plain);
        Touch { reads_heap: reads, writes_heap: writes, guards: true, ..Touch::default() }
    }
}

fn result_hint(ty: &Type, cx: &super::Context) -> Option<String> {
    match ty {
        Type::Class(id) => Some(super::names::GoIdent::private(cx.names.class(*id)).to_string()),
        _ => None,
    }
}

/// `*support.Dict[K, V]` gives `[K, V]`.
pub(super) fn type_arguments(ty: &str) -> String {
    ty.find('[').map_or(String::new(), |at| ty[at..].to_string())
}

fn is_literal(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit() || c == '"') || matches!(word, "true" | "false" | "nil")
}

fn operator(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq | CompareOp::Is => "==",
        CompareOp::NotEq | CompareOp::IsNot => "!=",
        CompareOp::Lt => "<",
        CompareOp::LtEq => "<=",
        CompareOp::Gt => ">",
        CompareOp::GtEq => ">=",
    }
}

/// The operator with its operands exchanged.
fn turned(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::LtEq => CompareOp::GtEq,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::GtEq => CompareOp::LtEq,
        CompareOp::Eq | CompareOp::NotEq | CompareOp::Is | CompareOp::IsNot => op,
    }
}

/// An int compared with a float, exactly; a small literal is a float already.
fn mixed(op: CompareOp, int: Ex, float: Ex, e: &Expr) -> Ex {
    if let Some(value) = literal_int(e)
        && value.unsigned_abs() <= 1 << 53
    {
        return text::float(value as f64).binary(operator(op), float);
    }
    let order = Ex::call("support.CompareIntFloat", vec![int, float]);
    match op {
        CompareOp::Lt => order.binary("==", Ex::word("1").unary("-")),
        CompareOp::Gt => order.binary("==", Ex::word("1")),
        CompareOp::GtEq => Ex::call("uint", vec![order]).binary("<", Ex::word("2")),
        CompareOp::Eq | CompareOp::NotEq | CompareOp::LtEq | CompareOp::Is | CompareOp::IsNot => {
            order.binary(operator(op), Ex::word("0"))
        }
    }
}

/// `int64(len(a)) == int64(len(b))` needs no conversions.
fn bare_lengths(a: Ex, b: Ex) -> (Ex, Ex) {
    match (bare_length(&a), bare_length(&b)) {
        (Some(x), Some(y)) => (x, y),
        (Some(x), None) if matches!(&b, Ex::Word(word) if word.starts_with(|c: char| c.is_ascii_digit())) => (x, b),
        (None, Some(y)) if matches!(&a, Ex::Word(word) if word.starts_with(|c: char| c.is_ascii_digit())) => (a, y),
        _ => (a, b),
    }
}

/// The length inside a conversion to int64.
pub(super) fn bare_length(ex: &Ex) -> Option<Ex> {
    let Ex::Call(callee, arguments) = ex else { return None };
    let [inner @ Ex::Call(function, _)] = arguments.as_slice() else { return None };
    let is_length = match &**function {
        Ex::Word(word) => word == "len",
        Ex::Selector(_, name) => name == "Len",
        _ => false,
    };
    (**callee == Ex::word("int64") && is_length).then(|| inner.clone())
}
