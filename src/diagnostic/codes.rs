//! Every diagnostic code in one table: its word, its weight, and what `pivot explain` says about it.
//!
//! Codes are stable: a code keeps its meaning for ever, a retired one is not given again. `E01xx` is about reading
//! files, `E02xx` about Python's own rules, `E1xxx` are refusals to translate.

use super::Severity;

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The stable code.
    pub code: Code,
    /// `E0101`
    pub word: &'static str,
    /// Its weight when it stands alone.
    pub severity: Severity,
    /// A few words that name the problem.
    pub title: &'static str,
    /// What it means, why it is so and what to do, in plain sentences.
    pub explanation: &'static str,
}

macro_rules! codes {
    ($($name:ident $word:literal $severity:ident $title:literal $explanation:literal;)*) => {
        /// What kind of problem a diagnostic reports.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum Code { $($name,)* }

        /// All codes, in the order of their words.
        pub const TABLE: &[Entry] = &[$(Entry {
            code: Code::$name, word: $word, severity: Severity::$severity, title: $title, explanation: $explanation,
        },)*];
    };
}

codes! {
    NotUtf8 "E0101" Error "file is not UTF-8"
        "Python reads source as UTF-8 unless a coding comment says otherwise; pivot reads UTF-8 only. Convert the file.";
    TooDeep "E0102" Error "nested too deep"
        "The code is nested deeper than CPython's own parser allows. Split the expression or the block.";
    FileTooLarge "E0103" Error "file is too large"
        "Files over 64 MiB are not read: such a file is data, not code.";
    Unreadable "E0104" Error "file cannot be read"
        "The system did not let pivot read the file. It was left out; the rest of the program still counts.";
    Syntax "E0201" Error "syntax error"
        "The parser could not make sense of this place. The rest of the file still counts.";
    Python2 "E0202" Error "Python 2 syntax"
        "Print statements, backticks, `<>`, `0777`, `10L` and `except E, e` are Python 2. Port the file first (2to3, futurize).";
    Indentation "E0203" Error "inconsistent indentation"
        "A line is dedented to a column where no block began, or tabs and spaces are mixed.";
    ArgumentOrder "E0204" Error "positional argument after keyword argument"
        "Python allows positional arguments only before keyword arguments.";
    Misplaced "E0205" Error "statement in the wrong place"
        "`return` and `yield` belong in a function, `break` and `continue` in a loop, `async with` in an async function.";
    BadTarget "E0206" Error "cannot be assigned"
        "Only names, attributes, subscripts, and tuples or lists of them can be assigned to, deleted or looped over.";
    BadParameters "E0207" Error "parameters out of order"
        "Parameter names differ, those without a default come before those with one, and `/`, `*` and `**` keep their order.";
    UnsupportedStatement "E1001" Warning "statement is outside the subset"
        "This kind of statement is not translated. `docs/subset.md` lists what is.";
    UnsupportedExpression "E1002" Warning "expression is outside the subset"
        "This kind of expression is not translated. `docs/subset.md` lists what is.";
    AsyncFunction "E1003" Warning "async function"
        "Coroutines need an event loop around them and are not translated. Move the computing part into a plain function.";
    Generator "E1004" Warning "generator function"
        "A generator is translated as a function that returns a list, where nobody can tell: it is iterated where it is called, inside the module, and neither what it does nor what is done with its items shows in between. It is not called from outside. Iterate over `list(...)` of it, or return a list.";
    UnknownName "E1005" Warning "name cannot be resolved"
        "The name is not a local, a parameter, a module global, an import that pivot can follow or a builtin it knows.";
    UnknownType "E1006" Warning "type cannot be inferred"
        "No annotation, literal, operator or call site says what this value is. An annotation would.";
    MixedTypes "E1007" Warning "values of several types meet"
        "One variable, element or result holds values of types that have no common representation.";
    TypeMismatch "E1008" Warning "operand types do not fit"
        "Python would raise a TypeError here, or pivot's inference disagrees with the annotation.";
    UnsupportedCall "E1009" Warning "call of an unknown function or method"
        "The called builtin, library function or method has no translation. `docs/subset.md` lists those that have one.";
    UnsupportedAnnotation "E1010" Warning "annotation is outside the subset"
        "This annotation has no representation in the target languages.";
    UnsupportedClass "E1011" Warning "class feature is outside the subset"
        "Metaclasses, multiple inheritance, `__slots__` tricks, dynamic attributes and most special methods are not translated.";
    Aliasing "E1012" Warning "shared mutable value"
        "Two names would have to see each other's changes to this value, and the translation cannot show that here.";
    Import "E1013" Warning "import cannot be followed"
        "The imported module is not part of the project and has no translation table.";
    FormatSpec "E1014" Warning "format specification is outside the subset"
        "This format specification has no exact translation yet.";
    Decorator "E1015" Warning "unknown decorator"
        "A decorator may replace the function; only those pivot knows keep its meaning.";
    GlobalState "E1016" Warning "global state cannot be moved"
        "Code outside the translated functions changes the global or binds the name again, or its type has no representation.";
    CallRefused "E1017" Warning "calls a function that is refused"
        "A function is translated only if everything that it calls is.";
    DeleteTarget "E1018" Warning "deletion is outside the subset"
        "Only elements of lists and dicts can be deleted.";
    ClosureCapture "E1019" Warning "function value is outside the subset"
        "The function does something that a caller who holds it as a value could not be shown. Call it by its name.";
    MutatedWhileIterated "E1020" Warning "container changes while it is iterated"
        "What Python does then depends on the container's inner state. Iterate over a copy: `for x in list(xs)`.";
    InexactLibrary "E1021" Warning "no exact counterpart"
        "The target has no function that gives CPython's result to the last bit.";
    UnboundLocal "E1022" Warning "variable may be unbound"
        "On some path the variable is read before it is assigned; Python would raise UnboundLocalError there.";
    NotFound "E1023" Error "no such function"
        "The name given is no function or class of the module.";
    WrongArity "E1024" Warning "arguments do not bind"
        "Python would raise a TypeError when binding these arguments.";
    BigInteger "E1025" Warning "integer beyond 64 bits"
        "The code needs integers of arbitrary size, which are not translated yet.";
    SetOrder "E1026" Warning "order of a set can be seen"
        "The order of a set depends on hashes (for text it changes from process to process). Sort it first.";
    NotBuilt "E2001" Warning "translation does not compile"
        "The target's compiler rejected what pivot wrote for this function, which is a bug of pivot. The others stay usable.";
}

impl Code {
    /// Its row in the table.
    pub fn entry(self) -> &'static Entry {
        &TABLE[self as usize]
    }

    /// `E0101`
    pub fn word(self) -> &'static str {
        self.entry().word
    }

    /// The weight of the code when it stands alone.
    pub fn severity(self) -> Severity {
        self.entry().severity
    }

    /// The code of a word as users type it (`E1003`, `e1003`).
    pub fn from_word(word: &str) -> Option<Code> {
        TABLE.iter().find(|entry| entry.word.eq_ignore_ascii_case(word)).map(|entry| entry.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sorted_complete_and_explained() {
        for (index, entry) in TABLE.iter().enumerate() {
            assert_eq!(entry.code as usize, index, "{}", entry.word);
            assert!(entry.explanation.len() > 40 && entry.explanation.ends_with('.'), "{}", entry.word);
            assert_eq!(Code::from_word(entry.word), Some(entry.code));
        }
        assert!(TABLE.windows(2).all(|pair| pair[0].word < pair[1].word));
    }
}
