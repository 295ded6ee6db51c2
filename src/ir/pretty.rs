//! Writes the IR as text, for `pivot dump --stage ir` and for snapshots.
//!
//! ```text
//! fn total(&prices: list[float]) -> float [raises]
//!     let mut result: float = 0.0
//!     for price in prices
//!         result +float= price
//!     return result
//! ```

use super::*;
use std::fmt::Write;

/// The whole program.
pub fn program(program: &Program) -> String {
    let mut out = Printer { program, locals: &[], text: String::new(), depth: 0 };
    for module in &program.modules {
        out.line(&format!("module {}", module.name));
        for item in &module.items {
            out.item(*item);
        }
    }
    for route in &program.routes {
        let handler = &program.function(route.handler).name;
        out.line(&format!("route {} {} -> {handler}", route.method, route.path));
    }
    out.text
}

struct Printer<'p> {
    program: &'p Program,
    locals: &'p [Local],
    text: String,
    depth: usize,
}

impl<'p> Printer<'p> {
    fn line(&mut self, text: &str) {
        for line in text.split('\n') {
            let _ = writeln!(self.text, "{}{line}", "    ".repeat(self.depth));
        }
    }

    fn item(&mut self, item: Item) {
        match item {
            Item::Class(id) => self.class(id),
            Item::Exception(index) => {
                let exception = &self.program.exceptions[index as usize];
                let base = self.exception(exception.base);
                self.line(&format!("exception {}({base})", exception.name));
            }
            Item::Function(id) => self.function(self.program.function(id)),
            Item::Global(id) => {
                let global = self.program.global(id);
                self.locals = &global.locals;
                let value = self.expr(&global.value);
                let word = if global.is_state { "state" } else { "const" };
                let ty = self.ty(&global.ty);
                self.line(&format!("{word} {}: {ty} = {value}", global.name));
            }
        }
    }

    fn class(&mut self, id: ClassId) {
        let class = self.program.class(id);
        let repr = format!("{:?}", class.repr).to_lowercase();
        self.line(&format!("class {} [{repr}]", class.name));
        self.depth += 1;
        for field in &class.fields {
            let ty = self.ty(&field.ty);
            self.line(&format!("{}: {ty}", field.name));
        }
        for function in class.init.iter().chain(&class.methods) {
            self.function(self.program.function(*function));
        }
        self.depth -= 1;
    }

    fn function(&mut self, function: &'p Function) {
        self.locals = &function.locals;
        let params: Vec<String> = function
            .params
            .iter()
            .map(|p| {
                let sign = match p.passing {
                    Passing::Value => "",
                    Passing::Ref => "&",
                    Passing::RefMut => "&mut ",
                };
                let local = &function.locals[p.local.0 as usize];
                let default = p.default.as_ref().map(|d| format!(" = {}", self.expr(d))).unwrap_or_default();
                format!("{sign}{}: {}{default}", local.name, self.ty(&local.ty))
            })
            .collect();
        let mut effects = effects(&function.effects);
        match function.memo {
            Some(Memo { most: Some(most) }) => effects.push_str(&format!(" remembers {most}")),
            Some(Memo { most: None }) => effects.push_str(" remembers"),
            None => {}
        }
        let result = self.ty(&function.result);
        self.line(&format!("fn {}({}) -> {result}{effects}", function.name, params.join(", ")));
        self.block(&function.body);
    }

    fn block(&mut self, body: &'p [Stmt]) {
        self.depth += 1;
        body.iter().for_each(|stmt| self.stmt(stmt));
        self.depth -= 1;
    }

    fn stmt(&mut self, stmt: &'p Stmt) {
        match &stmt.kind {
            StmtKind::Let { local, value } => {
                let info = &self.locals[local.0 as usize];
                let word = match (info.binding, info.mutable) {
                    (Binding::Value, false) => "let ",
                    (Binding::Value, true) => "let mut ",
                    (Binding::Ref, _) => "let &",
                    (Binding::RefMut, _) => "let &mut ",
                };
                let value = value.as_ref().map(|v| format!(" = {}", self.expr(v))).unwrap_or_default();
                let ty = self.ty(&info.ty);
                self.line(&format!("{word}{}: {ty}{value}", info.name));
            }
            StmtKind::Assign { place, value } => {
                let (place, value) = (self.place(place), self.expr(value));
                self.line(&format!("{place} = {value}"));
            }
            StmtKind::Update { place, op, value } => {
                let (place, value) = (self.place(place), self.expr(value));
                self.line(&format!("{place} {}= {value}", arith(*op)));
            }
            StmtKind::Unpack { targets, value } => {
                let targets: Vec<String> = targets.iter().map(|t| self.target(t)).collect();
                let value = self.expr(value);
                self.line(&format!("{} = {value}", targets.join(", ")));
            }
            StmtKind::Expr(e) => {
                let e = self.expr(e);
                self.line(&e);
            }
            StmtKind::If { test, then, orelse } => {
                let test = self.expr(test);
                self.line(&format!("if {test}"));
                self.block(then);
                self.otherwise(orelse);
            }
            StmtKind::While { test, body, orelse } => {
                let test = self.expr(test);
                self.line(&format!("while {test}"));
                self.block(body);
                self.otherwise(orelse);
            }
            StmtKind::For { target, iter, body, orelse } => {
                let (target, iter) = (self.target(target), self.iter(iter));
                self.line(&format!("for {target} in {iter}"));
                self.block(body);
                self.otherwise(orelse);
            }
            StmtKind::Return(value) => {
                let value = value.as_ref().map(|v| format!(" {}", self.expr(v))).unwrap_or_default();
                self.line(&format!("return{value}"));
            }
            StmtKind::Raise(raise) => {
                let (class, message) = (self.exception(raise.class), self.expr(&raise.message));
                let attributes = raise.attributes.iter().map(|(name, value)| format!(" {name}={}", self.expr(value)));
                let attributes: String = attributes.collect();
                self.line(&format!("raise {class}({message}){attributes}"));
            }
            StmtKind::Reraise(local) => {
                let name = self.local(*local);
                self.line(&format!("raise {name}"));
            }
            StmtKind::Try { body, handlers, orelse, finally } => self.attempt(body, handlers, orelse, finally),
            StmtKind::Break => self.line("break"),
            StmtKind::Continue => self.line("continue"),
        }
    }

    fn otherwise(&mut self, orelse: &'p [Stmt]) {
        if !orelse.is_empty() {
            self.line("else");
            self.block(orelse);
        }
    }

    fn attempt(&mut self, body: &'p [Stmt], handlers: &'p [Handler], orelse: &'p [Stmt], finally: &'p [Stmt]) {
        self.line("try");
        self.block(body);
        for handler in handlers {
            let classes: Vec<String> = handler.classes.iter().map(|c| self.exception(*c)).collect();
            let classes = if classes.is_empty() { "Exception".to_string() } else { classes.join(", ") };
            let name = self.local(handler.local);
            self.line(&format!("except {classes} as {name}"));
            self.block(&handler.body);
        }
        self.otherwise(orelse);
        if !finally.is_empty() {
            self.line("finally");
            self.block(finally);
        }
    }

    fn local(&self, local: LocalId) -> String {
        self.locals.get(local.0 as usize).map_or_else(|| format!("?{}", local.0), |l| l.name.clone())
    }

    fn exception(&self, id: ExceptionId) -> String {
        match id {
            ExceptionId::Builtin(kind) => kind.name().to_string(),
            ExceptionId::Custom(index) => self.program.exceptions[index as usize].name.clone(),
        }
    }

    fn target(&self, target: &Target) -> String {
        match target {
            Target::Declare(local) => format!("let {}", self.local(*local)),
            Target::Assign(place) => self.place(place),
            Target::Tuple(items) => {
                format!("({})", items.iter().map(|t| self.target(t)).collect::<Vec<_>>().join(", "))
            }
            Target::Ignore => "_".into(),
        }
    }

    fn iter(&self, iter: &Iter) -> String {
        match iter {
            Iter::Range { start, stop, step } => {
                format!("range({}, {}, {})", self.expr(start), self.expr(stop), self.expr(step))
            }
            Iter::Value(e) => self.expr(e),
            Iter::Items(e) => format!("items({})", self.expr(e)),
            Iter::Values(e) => format!("values({})", self.expr(e)),
            Iter::Enumerate(inner, start) => format!("enumerate({}, {})", self.iter(inner), self.expr(start)),
            Iter::Zip(items) => format!("zip({})", items.iter().map(|i| self.iter(i)).collect::<Vec<_>>().join(", ")),
            Iter::Reversed(inner) => format!("reversed({})", self.iter(inner)),
        }
    }

    fn place(&self, place: &Place) -> String {
        match place {
            Place::Local(local) => self.local(*local),
            Place::Global(id) => self.program.global(*id).name.clone(),
            Place::Field { base, class, field } => {
                format!("{}.{}", self.expr(base), self.program.class(*class).fields[field.0 as usize].name)
            }
            Place::Item { base, index, check } => {
                let mark = match check {
                    Check::Wrap => "?",
                    Check::Upper => "<",
                    Check::Proven => "",
                };
                format!("{}[{}]{mark}", self.expr(base), self.expr(index))
            }
            Place::Entry { base, key, default } => {
                format!("{}[{} or {}]", self.expr(base), self.expr(key), self.expr(default))
            }
            Place::Some(inner) => format!("{}!", self.expr(inner)),
            Place::Present(inner) => format!("{}?", self.expr(inner)),
            Place::Cell(inner) => format!("*{}", self.expr(inner)),
        }
    }

    fn list(&self, items: &[Expr]) -> String {
        items.iter().map(|e| self.expr(e)).collect::<Vec<_>>().join(", ")
    }

    fn expr(&self, e: &Expr) -> String {
        match &e.kind {
            ExprKind::None => "None".into(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Member { class, index } => {
                let class = self.program.class(*class);
                format!("{}.{}", class.name, class.members[*index as usize].name)
            }
            ExprKind::Float(value) => format!("{value:?}"),
            ExprKind::Str(text) => format!("{text:?}"),
            ExprKind::Bytes(bytes) => format!("b{:?}", String::from_utf8_lossy(bytes)),
            ExprKind::Read { place, take } => {
                let place = self.place(place);
                match take {
                    Take::Look => place,
                    Take::Move => format!("move {place}"),
                    Take::Clone => format!("copy {place}"),
                }
            }
            ExprKind::List(items) => format!("[{}]", self.list(items)),
            ExprKind::Set(items) => format!("set({})", self.list(items)),
            ExprKind::Tuple(items) => format!("({})", self.list(items)),
            ExprKind::Dict(pairs) => {
                let pairs: Vec<String> =
                    pairs.iter().map(|(k, v)| format!("{}: {}", self.expr(k), self.expr(v))).collect();
                format!("{{{}}}", pairs.join(", "))
            }
            ExprKind::Negate(inner) => format!("-{}", self.expr(inner)),
            ExprKind::Invert(inner) => format!("~{}", self.expr(inner)),
            ExprKind::Not(inner) => format!("not {}", self.expr(inner)),
            ExprKind::Arith { op, left, right } => {
                format!("({} {}{} {})", self.expr(left), arith(*op), self.suffix(&left.ty), self.expr(right))
            }
            ExprKind::Compare { op, left, right } => {
                format!("({} {} {})", self.expr(left), compare(*op), self.expr(right))
            }
            ExprKind::And(left, right) => format!("({} and {})", self.expr(left), self.expr(right)),
            ExprKind::Or(left, right) => format!("({} or {})", self.expr(left), self.expr(right)),
            ExprKind::If { test, then, orelse } => {
                format!("({} if {} else {})", self.expr(then), self.expr(test), self.expr(orelse))
            }
            ExprKind::Block { body, value } => {
                let mut inner = Printer { program: self.program, locals: self.locals, text: String::new(), depth: 0 };
                body.iter().for_each(|stmt| inner.stmt(stmt));
                format!("{{ {}; {} }}", inner.text.trim_end().replace('\n', "; "), self.expr(value))
            }
            ExprKind::Convert { to, value } => {
                let word = match to {
                    Conversion::ToNumber => "number",
                    Conversion::ToFloat => "float",
                    Conversion::Widen => "widen",
                    Conversion::ToInt => "int",
                    Conversion::Some => "some",
                    Conversion::NonZero => "nonzero",
                    Conversion::ToJson => "json",
                };
                format!("{word}({})", self.expr(value))
            }
            ExprKind::IsNone(inner) => format!("({} is None)", self.expr(inner)),
            ExprKind::Builtin { op, args } => format!("{}({})", op.name(), self.list(args)),
            ExprKind::Call { function, args } => {
                format!("{}({})", self.program.function(*function).name, self.list(args))
            }
            ExprKind::CallValue { callee, args } => format!("{}({})", self.expr(callee), self.list(args)),
            ExprKind::Construct { class, fields } => {
                format!("{}{{{}}}", self.program.class(*class).name, self.list(fields))
            }
            ExprKind::Comprehension(c) => self.comprehension(c),
            ExprKind::Format(parts) => self.format(parts),
            ExprKind::Closure { function, args } => {
                let args: Vec<String> =
                    args.iter().map(|arg| arg.as_ref().map_or("_".to_string(), |arg| self.expr(arg))).collect();
                format!("closure {}({})", self.program.function(*function).name, args.join(", "))
            }
            ExprKind::NewCell(inner) => format!("cell({})", self.expr(inner)),
            ExprKind::Sorted { items, key, reverse } => {
                let key = key.as_ref().map(|k| format!(", key={}", self.lambda(k))).unwrap_or_default();
                format!("sorted({}{key}{})", self.expr(items), if *reverse { ", reverse" } else { "" })
            }
            ExprKind::Sort { items, key, reverse } => {
                let key = key.as_ref().map(|k| format!(", key={}", self.lambda(k))).unwrap_or_default();
                format!("sort({}{key}{})", self.expr(items), if *reverse { ", reverse" } else { "" })
            }
            ExprKind::Message(inner) => format!("message({})", self.expr(inner)),
            ExprKind::Attribute { exception, name } => format!("attribute({}, {name})", self.expr(exception)),
        }
    }

    fn suffix(&self, ty: &Type) -> &'static str {
        if *ty == Type::Float { "." } else { "" }
    }

    fn comprehension(&self, c: &Comprehension) -> String {
        let loops: Vec<String> = c
            .loops
            .iter()
            .map(|one| {
                let conditions: String = one.conditions.iter().map(|c| format!(" if {}", self.expr(c))).collect();
                format!("for {} in {}{conditions}", self.target(&one.target), self.iter(&one.iter))
            })
            .collect();
        let head = match &c.kind {
            ComprehensionKind::List(e) => format!("list {}", self.expr(e)),
            ComprehensionKind::Set(e) => format!("set {}", self.expr(e)),
            ComprehensionKind::Dict { key, value } => format!("dict {}: {}", self.expr(key), self.expr(value)),
            ComprehensionKind::Sum { element, start } => {
                format!("sum {} from {}", self.expr(element), self.expr(start))
            }
            ComprehensionKind::Any(e) => format!("any {}", self.expr(e)),
            ComprehensionKind::All(e) => format!("all {}", self.expr(e)),
            ComprehensionKind::Extreme { element, largest, key, default } => {
                let key = key.as_ref().map(|k| format!(" by {}", self.lambda(k))).unwrap_or_default();
                let default = default.as_ref().map(|d| format!(" or {}", self.expr(d))).unwrap_or_default();
                format!("{} {}{key}{default}", if *largest { "max" } else { "min" }, self.expr(element))
            }
        };
        format!("<{head} {}>", loops.join(" "))
    }

    fn format(&self, parts: &[FormatPart]) -> String {
        let parts: Vec<String> = parts
            .iter()
            .map(|part| match part {
                FormatPart::Literal(text) => format!("{text:?}"),
                FormatPart::Value { value, repr, spec } => {
                    let repr = if *repr { "!r" } else { "" };
                    let spec = if spec.is_empty() { String::new() } else { format!(":{spec:?}") };
                    format!("{}{repr}{spec}", self.expr(value))
                }
            })
            .collect();
        format!("format({})", parts.join(", "))
    }

    fn lambda(&self, lambda: &Lambda) -> String {
        let params: Vec<String> = lambda.params.iter().map(|p| self.local(*p)).collect();
        format!("|{}| {}", params.join(", "), self.expr(&lambda.body))
    }

    fn ty(&self, ty: &Type) -> String {
        let list = |items: &[Type]| items.iter().map(|t| self.ty(t)).collect::<Vec<_>>().join(", ");
        match ty {
            Type::Unknown => "?".into(),
            Type::Never => "never".into(),
            Type::None => "None".into(),
            Type::Bool => "bool".into(),
            Type::Int => "int".into(),
            Type::Float => "float".into(),
            Type::Number => "number".into(),
            Type::Str => "str".into(),
            Type::Bytes => "bytes".into(),
            Type::List(t) => format!("list[{}]", self.ty(t)),
            Type::Deque(t) => format!("deque[{}]", self.ty(t)),
            Type::Dict(k, v, _) => format!("dict[{}, {}]", self.ty(k), self.ty(v)),
            Type::Set(t) => format!("set[{}]", self.ty(t)),
            Type::FrozenSet(t) => format!("frozenset[{}]", self.ty(t)),
            Type::TupleOf(t) => format!("({}, ...)", self.ty(t)),
            Type::Tuple(items) => format!("({})", list(items)),
            Type::Optional(t) => format!("{} | None", self.ty(t)),
            Type::Class(id) | Type::Enum(id) => self.program.class(*id).name.clone(),
            Type::Exception => "exception".into(),
            Type::Function(params, result) => format!("fn({}) -> {}", list(params), self.ty(result)),
            Type::Cell(inner) => format!("cell[{}]", self.ty(inner)),
            Type::Json => "json".into(),
            Type::Response => "response".into(),
            Type::Lock => "lock".into(),
        }
    }
}

fn effects(effects: &Effects) -> String {
    let mut words = Vec::new();
    if effects.raises {
        words.push("raises".to_string());
    }
    if effects.guards {
        words.push("guards".to_string());
    }
    if let Some(access) = effects.state {
        words.push(format!("state:{}", format!("{access:?}").to_lowercase()));
    }
    if effects.reads_clock {
        words.push("clock".to_string());
    }
    if effects.prints {
        words.push("prints".to_string());
    }
    if !effects.mutates.is_empty() {
        words.push(format!("mutates:{:?}", effects.mutates));
    }
    if words.is_empty() { String::new() } else { format!(" [{}]", words.join(" ")) }
}

fn arith(op: ArithOp) -> &'static str {
    match op {
        ArithOp::Add => "+",
        ArithOp::Sub => "-",
        ArithOp::Mul => "*",
        ArithOp::TrueDiv => "/",
        ArithOp::FloorDiv => "//",
        ArithOp::Mod => "%",
        ArithOp::Pow => "**",
        ArithOp::LeftShift => "<<",
        ArithOp::RightShift => ">>",
        ArithOp::BitAnd => "&",
        ArithOp::BitOr => "|",
        ArithOp::BitXor => "^",
    }
}

fn compare(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "==",
        CompareOp::NotEq => "!=",
        CompareOp::Lt => "<",
        CompareOp::LtEq => "<=",
        CompareOp::Gt => ">",
        CompareOp::GtEq => ">=",
        CompareOp::Is => "is",
        CompareOp::IsNot => "is not",
    }
}
