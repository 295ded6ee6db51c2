//! Classes as they are defined: bases, decorators, fields, class variables, methods, exception classes.
//!
//! ```text
//! class Temp:                       class Temp { celsius: float, method warm, .. }
//!     FREEZING = 32.0        ->     global Temp.FREEZING = 32.0
//!     def warm(self): ...
//! ```

use super::annotations::{annotation, dotted, library_name, resolve};
use super::collect::*;
use super::enums::{full_names, mixin, read_members, texts_of_members};
use super::world::*;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{ClassId, ExceptionId, ExceptionKind, FunctionKind, GlobalId, Item, ModuleId, Type};
use crate::python::ast::{self, Expr, ExprKind, Stmt, StmtKind};
use crate::span::Span;

/// Defines a class with its members, or an exception class.
pub fn define_class<'a>(world: &mut World<'a>, module: ModuleId, def: &'a ast::ClassDef, stmt: &'a Stmt) {
    let (generic, written): (Vec<&Expr>, Vec<&Expr>) =
        def.bases.iter().partition(|base| super::type_names::is_generic_base(world, module, base));
    let bases: Vec<String> = written.iter().copied().filter_map(dotted).collect();
    if let [base] = bases.as_slice()
        && let Some(base) = exception_base(world, module, base)
    {
        define_exception(world, module, def, stmt, base);
        return;
    }
    let mut refused = None;
    let kind = full_names(world, module, def).and_then(|bases| mixin(&bases));
    let members = match kind.map(|kind| read_members(world, module, def, kind)) {
        Some(Ok(members)) => members,
        Some(Err(problem)) => {
            refused = Some(problem);
            Vec::new()
        }
        None => Vec::new(),
    };
    let base_ok = |base: &String| {
        matches!(library_name(world, module, base).as_str(), "object" | "abc.ABC" | super::named_tuples::BASE)
    };
    let above: Vec<ClassId> = bases.iter().filter_map(|base| base_class(world, module, base)).collect();
    let others = bases.iter().filter(|base| base_class(world, module, base).is_none());
    let is_meta = |keyword: &ast::Keyword| {
        keyword.name.as_ref().is_some_and(|name| name.text == "metaclass")
            && library_name(world, module, &dotted(&keyword.value).unwrap_or_default()) == "abc.ABCMeta"
    };
    let known = bases.len() + generic.len() == def.bases.len() && others.clone().all(base_ok) && above.len() < 2;
    let is_checked =
        def.keywords.iter().any(is_meta) || others.clone().any(|base| library_name(world, module, base) == "abc.ABC");
    if kind.is_none() && !(known && def.keywords.iter().all(is_meta)) {
        refused = Some(
            Diagnostic::new(
                Code::UnsupportedClass,
                world.at(module, def.name.span),
                format!("class `{}` has base classes that are not single classes of the program", def.name.text),
            )
            .help("hold the other object in a field instead of inheriting"),
        );
    }
    let id = ClassId(world.classes.len() as u32);
    let mut class = ClassInfo::new(def.name.text.clone(), module, def, stmt.span, id);
    class.refused = refused;
    (class.family.base, class.family.is_checked) = (above.first().copied(), is_checked);
    (class.mixin, class.members) = (kind, members);
    class.member_texts = if kind.is_some() { texts_of_members(def) } else { Vec::new() };
    let unique = |e: &&Expr| library_name(world, module, &dotted(e).unwrap_or_default()) != "enum.unique";
    for decorator in def.decorators.iter().filter(unique) {
        let known = class_decorator(world, module, &mut class, decorator);
        let at = world.at(module, decorator.span);
        let known = match class.mixin {
            Some(_) => Err(Diagnostic::new(Code::Decorator, at, "this decorator of an enumeration is not translated")),
            None => known,
        };
        if let Err(problem) = known {
            class.refused.get_or_insert(problem);
        }
    }
    if full_names(world, module, def).is_some_and(|bases| bases == [super::named_tuples::BASE]) {
        class.make_tuple();
    }
    let of_tuple = above.first().is_some_and(|above| world.class(*above).is_tuple);
    let mixed =
        bases.len() > 1 && bases.iter().any(|base| library_name(world, module, base) == super::named_tuples::BASE);
    if of_tuple || mixed || class.is_tuple && !def.decorators.is_empty() {
        let at = world.at(module, def.name.span);
        let message = format!("class `{}` derives from a named tuple, or is one with decorators", def.name.text);
        let problem = Diagnostic::new(Code::UnsupportedClass, at, message).help("give it its own fields");
        class.refused.get_or_insert(problem);
    }
    world.classes.push(class);
    bind(world, module, &def.name.text, Binding::Class(id));
    world.modules[module.0 as usize].items.push(Item::Class(id));
    for inner in &def.body {
        define_member(world, module, id, inner);
    }
    define_constructor(world, id);
}

/// The constructor of a dataclass that does more than to take its fields in order.
fn define_constructor(world: &mut World, id: ClassId) {
    let info = world.class(id);
    let after = info.methods.get("__post_init__").copied();
    let plain = info.fields.iter().all(|field| field.in_init && !field.keyword_only);
    if !info.is_dataclass || info.init.is_some() || after.is_none() && plain {
        return;
    }
    let written = after.map_or(Written::Fields, |after| world.function(after).written);
    let span = after.map_or(info.span, |after| world.function(after).span);
    let mut init = FunctionInfo::new("__init__".into(), info.module, FunctionKind::Init(id), written, span);
    init.sets_fields = true;
    let new = crate::ir::FunctionId(world.functions.len() as u32);
    world.functions.push(init);
    let info = &mut world.classes[id.0 as usize];
    info.init = Some(new);
    info.methods.shift_remove("__post_init__");
    if let Some(after) = after {
        let at = world.at(world.function(after).module, span);
        let message = "`__post_init__` is called by the constructor only";
        world.functions[after.0 as usize].refused = Some(Diagnostic::new(Code::UnsupportedClass, at, message));
    }
}

/// The parameters of the constructor of a dataclass.
pub fn field_parameters<'a>(world: &World<'a>, class: ClassId, span: Span) -> Vec<ParamInfo<'a>> {
    let fields = world.class(class).fields.iter().filter(|field| field.in_init);
    let (named, positional): (Vec<_>, Vec<_>) = fields.partition(|field| field.keyword_only);
    let param = |field: &FieldInfo<'a>| ParamInfo {
        name: field.name.clone(),
        ty: field.ty.clone(),
        declared: field.declared,
        default: match field.default {
            Some(FieldDefault::Value(e) | FieldDefault::Factory(e)) => Some(e),
            None => None,
        },
        is_factory: matches!(field.default, Some(FieldDefault::Factory(_))),
        is_fresh: false,
        keyword_only: field.keyword_only,
        positional_only: false,
        rest: false,
        span,
    };
    positional.into_iter().chain(named).map(param).collect()
}

/// The class of the program that a base class is; enumerations are none.
fn base_class(world: &World, module: ModuleId, base: &str) -> Option<ClassId> {
    match resolve(world, module, base)? {
        Binding::Class(id) => world.class(id).mixin.is_none().then_some(id),
        _ => None,
    }
}

fn exception_base(world: &World, module: ModuleId, base: &str) -> Option<ExceptionId> {
    match resolve(world, module, base) {
        Some(Binding::Exception(id)) => Some(id),
        None => ExceptionKind::from_name(base).map(ExceptionId::Builtin),
        _ => None,
    }
}

fn define_exception<'a>(
    world: &mut World<'a>,
    module: ModuleId,
    def: &'a ast::ClassDef,
    stmt: &Stmt,
    base: ExceptionId,
) {
    let init = super::raising::constructor(def);
    let (Ok(init), true) = (init, def.decorators.is_empty()) else {
        let at = world.at(module, def.name.span);
        let problem = Diagnostic::new(
            Code::UnsupportedClass,
            at,
            format!("exception class `{}` has more than an `__init__` that sets fields", def.name.text),
        )
        .help("put the data into fields or into the message");
        opaque(world, module, &def.name.text, problem);
        return;
    };
    let index = world.exceptions.len() as u32;
    world.exceptions.push(ExceptionInfo {
        name: def.name.text.clone(),
        module,
        base,
        init,
        fields: Default::default(),
        doc: docstring(&def.body),
        span: stmt.span,
    });
    bind(world, module, &def.name.text, Binding::Exception(ExceptionId::Custom(index)));
    world.modules[module.0 as usize].items.push(Item::Exception(index));
}

fn class_decorator(world: &World, module: ModuleId, class: &mut ClassInfo, decorator: &Expr) -> Result<(), Diagnostic> {
    let (name, keywords) = match &decorator.kind {
        ExprKind::Call { func, keywords, args } if args.is_empty() => (dotted(func), keywords.as_slice()),
        _ => (dotted(decorator), &[][..]),
    };
    let name = library_name(world, module, &name.unwrap_or_default());
    let refuse = |what: String| Diagnostic::new(Code::Decorator, world.at(module, decorator.span), what);
    if name != "dataclasses.dataclass" {
        return Err(refuse(format!("class decorator `{name}` is not known")));
    }
    class.is_dataclass = true;
    class.eq = true;
    for keyword in keywords {
        let key = keyword.name.as_ref().map(|n| n.text.as_str()).unwrap_or("**");
        let ExprKind::Bool(value) = keyword.value.kind else {
            return Err(refuse(format!("`{key}` of the dataclass is not a constant")));
        };
        match key {
            "frozen" => class.frozen = value,
            "eq" => class.eq = value,
            "order" => class.order = value,
            "kw_only" => class.keyword_only = value,
            "slots" => {}
            "repr" | "init" | "match_args" if value => {}
            "unsafe_hash" if !value => {}
            _ => return Err(refuse(format!("dataclass option `{key}={value}` is outside the subset"))),
        }
    }
    Ok(())
}

/// The name of a member as Python keeps it: `__x` in a class `C` is `_C__x`.
pub fn mangled(class: &str, name: &str) -> String {
    let class = class.trim_start_matches('_');
    match name.starts_with("__") && !name.ends_with("__") && !name.contains('.') && !class.is_empty() {
        true => format!("_{class}{name}"),
        false => name.to_string(),
    }
}

fn refuse_class(world: &mut World, class: ClassId, code: Code, span: Span, message: &str, help: &str) {
    let module = world.class(class).module;
    let mut problem = Diagnostic::new(code, world.at(module, span), message);
    if !help.is_empty() {
        problem = problem.help(help);
    }
    world.classes[class.0 as usize].refused.get_or_insert(problem);
}

fn define_member<'a>(world: &mut World<'a>, module: ModuleId, class: ClassId, stmt: &'a Stmt) {
    match &stmt.kind {
        StmtKind::FunctionDef(def) => define_method(world, module, class, def, stmt),
        StmtKind::Assign { targets, .. }
            if world.class(class).mixin.is_some()
                && matches!(targets.as_slice(), [Expr { kind: ExprKind::Name(name), .. }] if !name.starts_with('_')) => {
        }
        StmtKind::Assign { targets, value } => {
            for target in targets {
                match &target.kind {
                    ExprKind::Name(name) if name == "__slots__" => {}
                    ExprKind::Name(name) if name == "__match_args__" => {
                        world.classes[class.0 as usize].match_args = texts(value);
                    }
                    ExprKind::Name(name) => define_attribute(world, class, name, None, value, stmt.span),
                    _ => {
                        let message = "class variables are assigned by unpacking";
                        let help = "assign each in a statement of its own";
                        refuse_class(world, class, Code::UnsupportedClass, stmt.span, message, help);
                    }
                }
            }
        }
        StmtKind::AnnAssign { target, annotation: hint, value } => {
            let ExprKind::Name(name) = &target.kind else { return };
            match (value, is_variable(world, class, hint)) {
                (Some(value), true) => define_attribute(world, class, name, Some(hint), value, stmt.span),
                (None, true) => {
                    let name = mangled(&world.class(class).name, name);
                    world.classes[class.0 as usize].hints.insert(name, hint);
                }
                (value, false) => define_field(world, class, name, hint, value.as_ref()),
            }
        }
        StmtKind::Pass => {}
        StmtKind::Expr(e) if matches!(e.kind, ExprKind::Str(_) | ExprKind::Ellipsis) => {}
        _ => {
            let message = "this statement in a class body is not translated";
            refuse_class(world, class, Code::UnsupportedClass, stmt.span, message, "assign plain class variables");
        }
    }
}

/// True where an annotated name in a class body with a value is a class variable, not a field.
fn is_variable(world: &World, class: ClassId, hint: &Expr) -> bool {
    let info = world.class(class);
    let head = match &hint.kind {
        ExprKind::Subscript { value, .. } => dotted(value),
        _ => dotted(hint),
    };
    let name = library_name(world, info.module, &head.unwrap_or_default());
    !info.is_dataclass || name == "typing.ClassVar"
}

fn define_attribute<'a>(
    world: &mut World<'a>,
    class: ClassId,
    name: &str,
    hint: Option<&'a Expr>,
    value: &'a Expr,
    span: Span,
) {
    let info = world.class(class);
    let (module, name) = (info.module, mangled(&info.name, name));
    if name.starts_with("__") && name.ends_with("__") || info.attributes.contains_key(&name) {
        let message = format!("class variable `{name}` is assigned twice, or is special");
        return refuse_class(world, class, Code::UnsupportedClass, span, &message, "");
    }
    let id = GlobalId(world.globals.len() as u32);
    world.globals.push(GlobalInfo {
        name: name.clone(),
        module,
        class: Some(class),
        value,
        declared: false,
        hint,
        ty: Type::Unknown,
        rebound: false,
        touched: Vec::new(),
        span,
        refused: None,
        variables: Default::default(),
    });
    world.classes[class.0 as usize].attributes.insert(name, id);
    world.modules[module.0 as usize].items.push(Item::Global(id));
}

/// The texts of a display of constant texts.
fn texts(value: &Expr) -> Option<Vec<String>> {
    let (ExprKind::Tuple(items) | ExprKind::List(items)) = &value.kind else { return None };
    let text = |item: &Expr| match &item.kind {
        ExprKind::Str(text) => Some(text.clone()),
        _ => None,
    };
    items.iter().map(text).collect()
}

fn define_field<'a>(world: &mut World<'a>, class: ClassId, name: &str, hint: &'a Expr, value: Option<&'a Expr>) {
    let info = world.class(class);
    let name = mangled(&info.name, name);
    let mut field = FieldInfo {
        name,
        ty: Type::Unknown,
        declared: false,
        hint: Some(hint),
        default: None,
        keyword_only: info.keyword_only,
        in_init: true,
        is_asked: false,
    };
    let read = value.map_or(Ok(()), |value| field_default(world, info.module, value, &mut field));
    let fields = &mut world.classes[class.0 as usize].fields;
    // A field of a base class that is declared again keeps its place.
    match fields.iter_mut().find(|known| known.name == field.name) {
        Some(known) => *known = field,
        None => fields.push(field),
    }
    if let Err(problem) = read {
        world.classes[class.0 as usize].refused.get_or_insert(problem);
    }
}

/// Reads the annotations of fields and class variables, once every class is known.
pub fn annotate(world: &mut World) {
    for index in 0..world.classes.len() {
        annotate_fields(world, ClassId(index as u32));
    }
    super::families::share_fields(world);
    for index in 0..world.globals.len() {
        let info = &world.globals[index];
        let Some(hint) = info.hint else { continue };
        match annotation(world, info.module, hint) {
            Ok(ty) => {
                world.globals[index].declared = !ty.has_unknown();
                world.globals[index].ty = ty;
            }
            Err(problem) => world.globals[index].refused = Some(*problem),
        }
    }
}

fn annotate_fields(world: &mut World, class: ClassId) {
    let module = world.class(class).module;
    for position in 0..world.class(class).fields.len() {
        let field = &world.class(class).fields[position];
        let Some(hint) = field.hint else { continue };
        let none = matches!(&field.default, Some(FieldDefault::Value(e)) if matches!(e.kind, ExprKind::None));
        match annotation(world, module, hint) {
            Ok(ty) => {
                // A default of None says what the annotation forgets.
                let ty = if none && ty != Type::Unknown { Type::optional(ty) } else { ty };
                let field = &mut world.classes[class.0 as usize].fields[position];
                field.declared = !ty.has_unknown();
                field.ty = ty;
            }
            Err(problem) => {
                world.classes[class.0 as usize].refused.get_or_insert(*problem);
            }
        }
    }
    let info = &mut world.classes[class.0 as usize];
    let (locks, fields) = std::mem::take(&mut info.fields).into_iter().partition(|f| f.ty == Type::Lock);
    info.fields = fields;
    info.locks.extend(Vec::into_iter(locks).map(|field: FieldInfo| field.name));
}

/// Reads what is assigned to a field in the class body: a default, or `field(...)`.
fn field_default<'a>(
    world: &World,
    module: ModuleId,
    value: &'a Expr,
    field: &mut FieldInfo<'a>,
) -> Result<(), Diagnostic> {
    let ExprKind::Call { func, args, keywords } = &value.kind else {
        field.default = Some(FieldDefault::Value(value));
        return Ok(());
    };
    let name = library_name(world, module, &dotted(func).unwrap_or_default());
    if name != "dataclasses.field" || !args.is_empty() {
        field.default = Some(FieldDefault::Value(value));
        return Ok(());
    }
    for keyword in keywords {
        let constant = match keyword.value.kind {
            ExprKind::Bool(value) => Some(value),
            _ => None,
        };
        match (keyword.name.as_ref().map(|n| n.text.as_str()), constant) {
            (Some("default"), _) => field.default = Some(FieldDefault::Value(&keyword.value)),
            (Some("default_factory"), _) => field.default = Some(FieldDefault::Factory(&keyword.value)),
            (Some("init"), Some(given)) => field.in_init = given,
            (Some("kw_only"), Some(given)) => field.keyword_only = given,
            (Some("repr" | "compare"), Some(true)) => {}
            (option, _) => {
                let message = format!("option `{}` of `field` is not translated", option.unwrap_or("**"));
                return Err(Diagnostic::new(Code::UnsupportedClass, world.at(module, value.span), message));
            }
        }
    }
    Ok(())
}

fn define_method<'a>(
    world: &mut World<'a>,
    module: ModuleId,
    class: ClassId,
    def: &'a ast::FunctionDef,
    stmt: &'a Stmt,
) {
    let name = def.name.text.clone();
    let mut kind = if name == "__init__" { FunctionKind::Init(class) } else { FunctionKind::Method(class) };
    let mut unknown = None;
    let (mut sets, mut takes_class, mut is_abstract) = (false, false, false);
    for decorator in &def.decorators {
        if library_name(world, module, &dotted(decorator).unwrap_or_default()) == "abc.abstractmethod" {
            is_abstract = true;
            continue;
        }
        match dotted(decorator).as_deref() {
            Some("property") => kind = FunctionKind::Property(class),
            Some("staticmethod") => kind = FunctionKind::Static(class),
            Some("classmethod") => (kind, takes_class) = (FunctionKind::Static(class), true),
            Some(setter) if setter == format!("{name}.setter") => sets = true,
            other => unknown = Some((decorator, format!("decorator `{}` is not known", other.unwrap_or("?")))),
        }
    }
    let id = add_function(world, module, def, stmt, kind);
    (world.functions[id.0 as usize].takes_class, world.functions[id.0 as usize].is_abstract) =
        (takes_class, is_abstract);
    if let Some((decorator, message)) = unknown {
        refuse_function(world, id, Code::Decorator, decorator, message);
    }
    let special = name.starts_with("__") && name.ends_with("__") && name != "__init__";
    let plain = matches!(kind, FunctionKind::Method(_));
    let other_tuple = world.class(class).is_tuple && super::named_tuples::changes_tuple(&name);
    if special && (other_tuple || !(plain && super::special::is_known(&name))) {
        let message = format!("special method `{name}` is not translated yet");
        return refuse_class(world, class, Code::UnsupportedClass, def.name.span, &message, "give it an ordinary name");
    }
    let info = &mut world.classes[class.0 as usize];
    let key = mangled(&info.name, &name);
    if sets {
        info.setters.insert(key, id);
        world.functions[id.0 as usize].name = format!("_set_{name}");
        return;
    }
    if name == "__init__" {
        info.init = Some(id);
    }
    info.methods.insert(key, id);
}
