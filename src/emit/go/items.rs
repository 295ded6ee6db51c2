//! Items: structs with their methods, exception classes, constants, state and functions, in Python's order.
//!
//! Every item carries its docstring and says which Python lines it came from.

use super::printer::{Ex, St, columns, statements};
use super::statements::Body;
use super::{Context, Request, names, text};
use crate::artifact::Origin;
use crate::emit::decide;
use crate::ir::{
    Class, ClassId, ExprKind, Field, Function, FunctionId, FunctionKind, GlobalId, Item, Memo, ModuleId, Type,
};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The declarations of a module, and where each came from.
pub(super) struct Items {
    pub(super) text: String,
    pub(super) map: Vec<Origin>,
}

/// Everything a module declares.
pub(super) fn module(cx: &Context, id: ModuleId) -> Items {
    let mut items = Items { text: String::new(), map: Vec::new() };
    let module = &cx.program.modules[id.0 as usize];
    let mut constants = false;
    for item in &module.items {
        let is_constant = matches!(item, Item::Global(id) if is_const(cx, *id));
        let together = is_constant && constants;
        if !together && !items.text.is_empty() {
            items.text.push('\n');
        }
        constants = is_constant;
        let before = items.text.len();
        match item {
            Item::Class(class) => write_class(cx, *class, &mut items),
            Item::Exception(index) => exception(cx, *index, &mut items),
            Item::Function(function) => write_function(cx, *function, &mut items),
            Item::Global(global) => constant(cx, *global, &mut items),
        }
        if items.text.len() == before && items.text.ends_with("\n\n") {
            items.text.pop();
        }
    }
    items
}

fn origin(cx: &Context, module: ModuleId, item: &str, lines: (usize, usize), items: &mut Items) -> String {
    let source = cx.program.modules[module.0 as usize].path.clone();
    items.map.push(Origin { item: item.into(), source: source.clone(), first_line: lines.0, last_line: lines.1 });
    format!("{source}:{}-{}", lines.0, lines.1)
}

fn exception(cx: &Context, index: u32, items: &mut Items) {
    let exception = &cx.program.exceptions[index as usize];
    let name = cx.names.exception(index).to_string();
    let place = origin(cx, exception.module, &name, exception.lines, items);
    let base = Body::new(cx, None, &[]).class_word(exception.base);
    items.text.push_str(&comment(&name, exception.doc.as_deref(), &place));
    let _ = writeln!(items.text, "var {name} = support.NewClass({}, {base})", text::quote(&exception.name));
}

/// A struct, then its constructor and methods.
fn write_class(cx: &Context, id: ClassId, items: &mut Items) {
    let class = cx.class(id);
    let name = cx.names.class(id).to_string();
    let place = origin(cx, class.module, &name, class.lines, items);
    items.text.push_str(&comment(&name, class.doc.as_deref(), &place));
    if !class.members.is_empty() {
        write_members(cx, id, items);
        return write_methods(cx, class, items);
    }
    let field = |(index, field): (usize, &Field)| {
        (cx.names.field(id, crate::ir::FieldId(index as u32)).to_string(), cx.ty(&field.ty))
    };
    let rows: Vec<(String, String)> = class.fields.iter().enumerate().map(field).collect();
    if rows.is_empty() {
        let _ = writeln!(items.text, "type {name} struct{{}}");
    } else {
        let _ = writeln!(items.text, "type {name} struct {{\n{}}}", columns(&rows, 1));
    }
    write_methods(cx, class, items);
}

/// The type of an enumeration with its members.
fn write_members(cx: &Context, id: ClassId, items: &mut Items) {
    let name = cx.names.class(id);
    let words: Vec<String> = (0..cx.class(id).members.len()).map(|i| cx.names.member(id, i as u32).into()).collect();
    let (first, rest) = words.split_at(1);
    let _ = writeln!(items.text, "type {name} int\n\n// The members of {name}.\nconst (");
    let _ = writeln!(items.text, "\t{} {name} = iota", first.concat());
    rest.iter().for_each(|word| _ = writeln!(items.text, "\t{word}"));
    let _ = writeln!(
        items.text,
        ")\n\n// Hash tells the member from the others.\nfunc (m {name}) Hash() int64 {{\n\treturn int64(m)\n}}"
    );
}

fn write_methods(cx: &Context, class: &Class, items: &mut Items) {
    let methods = class.methods.iter().filter(|method| Some(**method) != class.init);
    for function in class.init.iter().chain(methods) {
        items.text.push('\n');
        write_function(cx, *function, items);
    }
}

/// A function or method.
fn write_function(cx: &Context, id: FunctionId, items: &mut Items) {
    let function = cx.function(id);
    let name = cx.names.function(id).to_string();
    let place = origin(cx, function.module, &item_name(cx, function, &name), function.lines, items);
    let mut body = Body::new(cx, Some(id), &function.locals);
    let receiver = receiver(cx, function, &mut body);
    let signature = signature(cx, id, &body);
    let memo = function.memo.map(|memo| memo_key(cx, function, &body, memo));
    let mut statements_of = body.whole(function);
    let table = memo.map(|(table, key)| {
        let known = cx.names.memo(id);
        let body = std::mem::take(&mut statements_of);
        statements_of = recalled(cx, function, known, key, body);
        format!("\n// {known} is what {name} gave, by its arguments.\nvar {known} = {table}\n")
    });
    items.text.push_str(&comment(&name, function.doc.as_deref(), &place));
    let _ = writeln!(items.text, "func {receiver}{name}{signature} {{\n{}}}", statements(&statements_of, 1));
    items.text.push_str(&table.unwrap_or_default());
}

/// The table of what a function gave, and the key that its arguments make.
fn memo_key(cx: &Context, function: &Function, body: &Body, memo: Memo) -> (String, Ex) {
    let types: Vec<Type> = function.params.iter().map(|p| function.locals[p.local.0 as usize].ty.clone()).collect();
    let mut values: Vec<Ex> =
        function.params.iter().map(|p| Ex::word(body.names[p.local.0 as usize].clone())).collect();
    let (ty, key) = match types.as_slice() {
        [only] => (cx.ty(only), values.remove(0)),
        [] => ("struct{}".to_string(), Ex::Literal("struct{}".into(), Vec::new())),
        _ => {
            let ty = cx.ty(&Type::Tuple(types));
            let fields = values.into_iter().enumerate().map(|(at, value)| (format!("V{at}"), value)).collect();
            (ty.clone(), Ex::Keyed { pointer: false, ty, fields })
        }
    };
    (format!("support.NewMemo[{ty}, {}]({})", cx.ty(&function.result), memo.most.unwrap_or(0)), key)
}

/// The statements of a function that looks first whether it gave the answer before. Python counts the cache as a level.
fn recalled(cx: &Context, function: &Function, known: &str, key: Ex, body: Vec<St>) -> Vec<St> {
    let compute = Ex::Func(format!("(){}", results(cx, function)), body);
    let recall = if function.effects.raises { "TryRecall" } else { "Recall" };
    vec![St::Return(vec![Ex::word(known).method(recall, vec![key, compute])])]
}

fn item_name(cx: &Context, function: &Function, name: &str) -> String {
    match function.kind {
        FunctionKind::Method(class) | FunctionKind::Property(class) => format!("{}.{name}", cx.names.class(class)),
        FunctionKind::Plain | FunctionKind::Init(_) | FunctionKind::Static(_) => name.to_string(),
    }
}

/// `(p *Product) `: the receiver is called by the first letter of its type.
fn receiver(cx: &Context, function: &Function, body: &mut Body) -> String {
    let (FunctionKind::Method(class) | FunctionKind::Property(class)) = function.kind else { return String::new() };
    let Some(param) = function.params.first() else { return String::new() };
    let initial: String = cx.names.class(class).chars().take(1).flat_map(char::to_lowercase).collect();
    let name = body.scope.take(&names::GoIdent::private(&initial), "1");
    body.names[param.local.0 as usize] = name.clone();
    body.pointers[param.local.0 as usize] = false;
    format!("({name} {}) ", cx.ty(&cx.class(class).object(class)))
}

/// Parameters and results.
fn signature(cx: &Context, id: FunctionId, body: &Body) -> String {
    let function = cx.function(id);
    let mut params: Vec<(String, String)> = Vec::new();
    if function.effects.state.is_some() {
        params.push(("state".into(), "*State".into()));
    }
    if cx.recursive[id.0 as usize] {
        params.push(("depth".into(), "int".into()));
    }
    let skipped = usize::from(decide::has_self(function));
    for (position, param) in function.params.iter().enumerate().skip(skipped) {
        let ty = cx.ty(&function.locals[param.local.0 as usize].ty);
        let pointer = if cx.pointers.contains(&(id, position)) { "*" } else { "" };
        params.push((body.names[param.local.0 as usize].clone(), format!("{pointer}{ty}")));
    }
    format!("({}){}", joined(&params), results(cx, function))
}

/// `a, b int64, c string`: equal neighbours share their type.
fn joined(params: &[(String, String)]) -> String {
    let mut out = String::new();
    for (index, (name, ty)) in params.iter().enumerate() {
        out.push_str(if index > 0 { ", " } else { "" });
        out.push_str(name);
        if params.get(index + 1).is_none_or(|(_, next)| next != ty) {
            let _ = write!(out, " {ty}");
        }
    }
    out
}

fn results(cx: &Context, function: &Function) -> String {
    match (&function.result, function.effects.raises) {
        (Type::None, true) => " error".into(),
        (Type::None, false) => String::new(),
        (ty, true) => format!(" ({}, error)", cx.ty(ty)),
        (ty, false) => format!(" {}", cx.ty(ty)),
    }
}

/// True for a global that Go can hold in a constant.
fn is_const(cx: &Context, id: GlobalId) -> bool {
    let global = cx.program.global(id);
    !global.is_state && const_text(cx, id).is_some()
}

fn const_text(cx: &Context, id: GlobalId) -> Option<(String, &'static str)> {
    let global = cx.program.global(id);
    match (&global.ty, &global.value.kind) {
        (Type::Int, _) => decide::constant_int(cx.program, &global.value).map(|v| (text::int(v).text(0), " int64")),
        (Type::Float, _) => decide::constant_float(cx.program, &global.value)
            .filter(|v| v.is_finite() && (*v != 0.0 || v.is_sign_positive()))
            .map(|v| (text::float(v).text(0), " float64")),
        (Type::Str, ExprKind::Str(value)) => Some((text::quote(value), "")),
        (Type::Bool, ExprKind::Bool(value)) => Some((value.to_string(), "")),
        _ => None,
    }
}

fn constant(cx: &Context, id: GlobalId, items: &mut Items) {
    let global = cx.program.global(id);
    if global.is_state {
        return;
    }
    let name = cx.names.global(id).to_string();
    if let Some((value, ty)) = const_text(cx, id) {
        let _ = writeln!(items.text, "const {name}{ty} = {value}");
        return;
    }
    let mut body = Body::new(cx, None, &global.locals);
    let value = body.expr(&global.value);
    let value = if body.out.is_empty() {
        body.typed(value, &global.ty)
    } else {
        let mut all = body.out;
        all.push(St::Return(vec![value]));
        Ex::Call(Box::new(Ex::Func(format!("() {}", cx.ty(&global.ty)), all)), vec![])
    };
    let _ = writeln!(items.text, "var {name} = {}", value.text(0));
}

/// The state of the package and how it begins.
pub(super) fn state(cx: &Context) -> String {
    let globals: Vec<usize> = (0..cx.program.globals.len()).filter(|i| cx.program.globals[*i].is_state).collect();
    let row = |index: &usize| {
        let id = GlobalId(*index as u32);
        (cx.names.global(id).to_string(), cx.ty(&cx.program.global(id).ty))
    };
    let rows: Vec<(String, String)> = globals.iter().map(row).collect();
    let fields = if rows.is_empty() { "struct{}".into() } else { format!("struct {{\n{}}}", columns(&rows, 1)) };
    let mut body = Vec::new();
    for index in globals {
        let global = &cx.program.globals[index];
        let mut value = Body::new(cx, None, &global.locals);
        let ex = value.expr(&global.value);
        body.append(&mut value.out);
        let field = Ex::word("state").dot(cx.names.global(GlobalId(index as u32)));
        body.push(St::Assign(vec![field], "=", vec![ex]));
    }
    let body = statements(&body, 1);
    format!(
        "// State is what the module's functions change: its globals.\ntype State {fields}\n\n\
         // NewState returns the state as it is after importing the module.\nfunc NewState() *State {{\n\
         \tstate := &State{{}}\n{body}\treturn state\n}}\n"
    )
}

/// Methods that other items asked for, until none asks for more.
pub(super) fn requested(cx: &Context) -> Vec<String> {
    let mut done: BTreeSet<Request> = BTreeSet::new();
    let mut texts = Vec::new();
    loop {
        let next = cx.requests.borrow().iter().find(|request| !done.contains(request)).copied();
        let Some(request) = next else { return texts };
        done.insert(request);
        texts.push(match request {
            Request::Equal(class) => equal(cx, class),
            Request::Compare(class) => compare(cx, class),
            Request::Repr(class) => repr(cx, class),
            Request::Hash(class) => hash(cx, class),
        });
    }
}

fn fields(cx: &Context, id: ClassId, of: &str) -> Vec<Ex> {
    let class: &Class = cx.class(id);
    (0..class.fields.len()).map(|i| Ex::word(of).dot(cx.names.field(id, crate::ir::FieldId(i as u32)))).collect()
}

fn equal(cx: &Context, id: ClassId) -> String {
    let class = cx.class(id);
    if class.own_eq {
        let ty = cx.ty(&Type::Class(id));
        return format!(
            "// Equal declines: Python asks the object.\nfunc (a {ty}) Equal(b {ty}) bool {{\n\tsupport.Decline(\"own_eq\")\n\treturn false\n}}\n"
        );
    }
    let pairs = fields(cx, id, "a").into_iter().zip(fields(cx, id, "b")).zip(&class.fields);
    let tests = pairs.map(|((a, b), field)| match field.ty {
        Type::Float => Ex::call("support.EqualFloats", vec![a, b]),
        _ => cx.equal(&field.ty, a, b),
    });
    let all = tests.reduce(|all, one| all.binary("&&", one)).unwrap_or(Ex::word("true"));
    let ty = cx.ty(&Type::Class(id));
    let none = if ty.starts_with('*') { "\tif a == nil || b == nil || a == b {\n\t\treturn a == b\n\t}\n" } else { "" };
    format!(
        "// Equal compares field by field, as Python's == does.\nfunc (a {ty}) Equal(b {ty}) bool {{\n{none}\treturn {}\n}}\n",
        all.text(1)
    )
}

fn compare(cx: &Context, id: ClassId) -> String {
    let class = cx.class(id);
    let pairs = fields(cx, id, "a").into_iter().zip(fields(cx, id, "b")).zip(&class.fields);
    let mut parts: Vec<Ex> = pairs.map(|((a, b), field)| cx.compare(&field.ty, a, b)).collect();
    let value = if parts.len() == 1 { parts.remove(0) } else { Ex::call("cmp.Or", parts) };
    let ty = cx.ty(&Type::Class(id));
    format!(
        "// Compare orders by the fields, one after the other.\nfunc (a {ty}) Compare(b {ty}) int {{\n\treturn {}\n}}\n",
        value.text(1)
    )
}

fn repr(cx: &Context, id: ClassId) -> String {
    let class = cx.class(id);
    if !class.members.is_empty() {
        return member_repr(class, cx.names.class(id));
    }
    if class.dataclass.is_none() || class.own_repr {
        let ty = cx.ty(&Type::Class(id));
        return format!(
            "// Repr declines: Python shows where the object lies, or asks the object.\nfunc (a {ty}) Repr() string {{\n\tsupport.Decline(\"repr\")\n\treturn \"\"\n}}\n"
        );
    }
    let mut text = Ex::word(text::quote(&format!("{}(", class.name)));
    for (index, (value, field)) in fields(cx, id, "a").into_iter().zip(&class.fields).enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        let name = Ex::word(text::quote(&format!("{comma}{}=", field.name)));
        text = text.binary("+", name).binary("+", cx.repr(&field.ty, value));
    }
    let text = text.binary("+", Ex::word("\")\""));
    let ty = cx.ty(&Type::Class(id));
    let none = if ty.starts_with('*') { "\tif a == nil {\n\t\treturn \"None\"\n\t}\n" } else { "" };
    format!(
        "// Repr returns what Python's repr gives.\nfunc (a {ty}) Repr() string {{\n{none}\treturn {}\n}}\n",
        text.text(1)
    )
}

fn member_repr(class: &Class, name: &str) -> String {
    let texts: Option<Vec<String>> =
        class.members.iter().map(|member| member.repr.as_ref().map(|text| text::quote(text))).collect();
    let body = match texts {
        Some(texts) => format!("\treturn [...]string{{{}}}[m]\n", texts.join(", ")),
        None => "\tsupport.Decline(\"repr\")\n\treturn \"\"\n".to_string(),
    };
    format!("// Repr returns what Python's repr gives.\nfunc (m {name}) Repr() string {{\n{body}}}\n")
}

fn hash(cx: &Context, id: ClassId) -> String {
    let class = cx.class(id);
    if decide::is_by_identity(class) {
        let ty = cx.ty(&Type::Class(id));
        return format!(
            "// Hash tells the object from all others.\nfunc (a {ty}) Hash() int64 {{\n\treturn support.Identity(a)\n}}\n"
        );
    }
    let parts = fields(cx, id, "a").into_iter().zip(&class.fields).map(|(value, field)| cx.hash(&field.ty, value));
    let value = Ex::call("support.HashTuple", parts.collect());
    let ty = cx.ty(&Type::Class(id));
    format!(
        "// Hash returns what Python's hash gives.\nfunc (a {ty}) Hash() int64 {{\n\treturn {}\n}}\n",
        value.text(1)
    )
}

/// A doc comment as gofmt leaves it: the docstring, then where the item came from.
pub(super) fn comment(name: &str, doc: Option<&str>, place: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    match doc.map(str::trim).filter(|doc| !doc.is_empty()) {
        Some(doc) => {
            let mut text = doc_lines(doc);
            if let Some(first) = text.first_mut() {
                *first = format!("{name}: {first}");
            }
            lines.append(&mut text);
            lines.push(String::new());
            lines.push(format!("Python: {place}"));
        }
        None => lines.push(format!("{name} is {place}.")),
    }
    commented(&lines)
}

/// Lines as a comment.
pub(super) fn commented(lines: &[String]) -> String {
    let line = |line: &String| match line.as_str() {
        "" => "//\n".to_string(),
        code if code.starts_with('\t') => format!("//{code}\n"),
        text => format!("// {text}\n"),
    };
    lines.iter().map(line).collect()
}

/// True where gofmt would set the line as an item of a list.
fn is_list_item(line: &str) -> bool {
    let Some((marker, _)) = line.trim_start().split_once(' ') else { return false };
    let number =
        marker.strip_suffix(['.', ')']).is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()));
    matches!(marker, "-" | "*" | "+" | "•") || number
}

/// The lines of a docstring: paragraphs as they are, everything else as a block that gofmt leaves alone.
pub(super) fn doc_lines(doc: &str) -> Vec<String> {
    let plain = |line: &str| {
        let first = line.chars().next();
        first.is_some_and(|c| c.is_alphabetic() || matches!(c, '`' | '"' | '(')) && !line.starts_with("Deprecated")
    };
    let mut lines: Vec<String> = Vec::new();
    let mut in_block = false;
    let margin = |line: &&str| line.len() - line.trim_start().len();
    let blocks = doc.lines().filter(|line| line.starts_with(' '));
    let margin = blocks.map(|line| margin(&line)).min().unwrap_or(0);
    for line in doc.lines().map(str::trim_end) {
        let line = line.replace("``", "`").replace("''", "\"");
        if line.is_empty() {
            if lines.last().is_some_and(|last| !last.is_empty()) {
                lines.push(String::new());
            }
            continue;
        }
        let block = !plain(&line);
        let blank = lines.last().is_none_or(String::is_empty);
        if block != in_block && !blank {
            lines.push(String::new());
        }
        in_block = block;
        // A dot keeps list markers from being set as lists.
        let line = if block { line.get(margin..).filter(|_| line.starts_with(' ')).unwrap_or(&line) } else { &line };
        lines.push(match (block, is_list_item(line)) {
            (false, _) => line.to_string(),
            (true, true) => format!("\t. {}", line.trim_start()),
            (true, false) => format!("\t{line}"),
        });
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}
