//! The files of the package: one for each Python module, the boundary, the support sources, and the command `call`.

use super::{Context, boundary, items, support};
use crate::artifact::{GeneratedFile, Interface};
use crate::ir::ModuleId;

/// Standard packages that generated code may use, by the name before the dot.
const STANDARD: &[(&str, &str)] = &[
    ("cmp", "cmp"),
    ("json", "encoding/json"),
    ("fmt", "fmt"),
    ("math", "math"),
    ("url", "net/url"),
    ("slices", "slices"),
    ("strings", "strings"),
    ("sync", "sync"),
];

/// File names that mean something to the Go tools when they end a name.
const MEANINGFUL: &[&str] = &[
    "test",
    "linux",
    "windows",
    "darwin",
    "unix",
    "js",
    "wasm",
    "amd64",
    "arm64",
    "386",
    "arm",
    "android",
    "ios",
    "plan9",
    "freebsd",
    "netbsd",
    "openbsd",
    "solaris",
    "aix",
    "illumos",
    "dragonfly",
    "wasip1",
    "s390x",
    "riscv64",
    "loong64",
    "ppc64",
    "ppc64le",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
];

/// All files below `logic/`, sorted by path.
pub(super) fn files(cx: &Context, interface: &Interface) -> Vec<GeneratedFile> {
    let mut files: Vec<GeneratedFile> = Vec::new();
    for (index, module) in cx.program.modules.iter().enumerate() {
        let items = items::module(cx, ModuleId(index as u32));
        if items.text.is_empty() {
            continue;
        }
        let entry = index + 1 == cx.program.modules.len();
        let head = if entry { package_comment(&module.name, module.doc.as_deref()) } else { String::new() };
        let text = source(cx, &head, &items.text);
        files.push(GeneratedFile { path: file_name(&module.name), text, map: items.map });
    }
    let generated = |path: &str, text: String| GeneratedFile { path: path.into(), text, map: Vec::new() };
    files.push(generated("boundary.go", source(cx, "", &boundary::text(cx, interface))));
    let more = items::requested(cx);
    if !more.is_empty() {
        files.push(generated("methods.go", source(cx, "", &more.join("\n"))));
    }
    files.push(generated("cmd/call/main.go", command(cx)));
    let texts: Vec<&str> = files.iter().map(|file| file.text.as_str()).collect();
    let sources = support::needed(&texts);
    files.extend(sources.into_iter().map(|(name, text)| generated(&format!("support/{name}"), text.to_string())));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn file_name(module: &str) -> String {
    let name = module.replace('.', "_").trim_start_matches('_').to_string();
    let last = name.rsplit('_').next().unwrap_or_default();
    let taken = matches!(name.as_str(), "boundary" | "methods" | "");
    let special = name.contains('_') && MEANINGFUL.contains(&last) || name == "test";
    if taken || special { format!("{name}_py.go") } else { format!("{name}.go") }
}

fn package_comment(module: &str, doc: Option<&str>) -> String {
    let mut lines = vec![format!("Package logic is the Python module {module}.")];
    if let Some(doc) = doc {
        lines.push(String::new());
        lines.extend(items::doc_lines(doc.trim()));
    }
    items::commented(&lines)
}

/// A file of the package: clause, imports of what the text uses, declarations.
fn source(cx: &Context, head: &str, text: &str) -> String {
    let code = bare(text);
    let uses = |name: &str| {
        code.match_indices(&format!("{name}."))
            .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.'))
    };
    let standard: Vec<String> =
        STANDARD.iter().filter(|(name, _)| uses(name)).map(|(_, path)| format!("\t\"{path}\"\n")).collect();
    let own = if uses("support") { format!("\t\"{}/logic/support\"\n", cx.options.module) } else { String::new() };
    let gap = if standard.is_empty() || own.is_empty() { "" } else { "\n" };
    let imports = match (standard.len(), own.is_empty()) {
        (0, true) => String::new(),
        (1, true) => format!("import {}\n", standard[0].trim_start()),
        (0, false) => format!("import {}\n", own.trim_start()),
        _ => format!("import (\n{}{gap}{own})\n\n", standard.concat()),
    };
    format!("{head}package logic\n\n{imports}{text}")
}

/// The text without the contents of string literals and comments.
fn bare(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '`' | '\'' => {
                while let Some(inner) = chars.next() {
                    if inner == '\\' && c != '`' {
                        chars.next();
                    } else if inner == c {
                        break;
                    }
                }
                out.push(' ');
            }
            '/' if chars.peek() == Some(&'/') => {
                for inner in chars.by_ref() {
                    if inner == '\n' {
                        break;
                    }
                }
                out.push('\n');
            }
            other => out.push(other),
        }
    }
    out
}

fn command(cx: &Context) -> String {
    format!(
        "// Command call answers calls: one JSON object a line on stdin, one on stdout, in order.\npackage main\n\n\
         import (\n\t\"os\"\n\n\t\"{module}/logic\"\n\t\"{module}/logic/support\"\n)\n\n\
         func main() {{\n\tsession := logic.NewSession()\n\
         \tsupport.Serve(os.Stdin, os.Stdout, os.Args[1:], session.CallLine)\n}}\n",
        module = cx.options.module
    )
}
