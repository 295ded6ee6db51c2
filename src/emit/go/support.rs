//! Support sources: ordinary Go files, included where something uses what they declare.
//!
//! What a file declares and mentions is read from the files themselves, so there is no table to keep: a file is needed
//! when needed text mentions a name that it declares. A file of nothing but methods (the hash of a tuple) is needed
//! when all that it builds on is.

use std::collections::BTreeSet;

macro_rules! sources {
    ($($name:literal),* $(,)?) => {
        /// Every support source: its file name and its text.
        pub(super) const SOURCES: &[(&str, &str)] = &[$(($name, include_str!(concat!("support/", $name)))),*];
    };
}

sources![
    "bind.go",
    "call.go",
    "callsame.go",
    "cell.go",
    "clock.go",
    "codec.go",
    "codecbytes.go",
    "codecdict.go",
    "codecmember.go",
    "codecnumber.go",
    "codecoption.go",
    "codecset.go",
    "codectuple.go",
    "codectupleof.go",
    "console.go",
    "counter.go",
    "deque.go",
    "dequecopy.go",
    "dequerepr.go",
    "dict.go",
    "dictpop.go",
    "either.go",
    "equal.go",
    "exception.go",
    "float.go",
    "floatmath.go",
    "format.go",
    "guard.go",
    "hash.go",
    "hashoption.go",
    "hashtuple.go",
    "hashtupleof.go",
    "heapq.go",
    "int.go",
    "intmath.go",
    "iterate.go",
    "journal.go",
    "json.go",
    "jsondata.go",
    "jsonequal.go",
    "letters.go",
    "list.go",
    "memo.go",
    "number.go",
    "option.go",
    "order.go",
    "ordered.go",
    "pad.go",
    "power.go",
    "radix.go",
    "recursion.go",
    "repr.go",
    "reprdict.go",
    "reprset.go",
    "reprtuple.go",
    "search.go",
    "set.go",
    "setlist.go",
    "slices.go",
    "spec.go",
    "text.go",
    "tuple.go",
    "tupleof.go",
    "unicode.go",
    "unpack.go",
    "utc.go",
    "wire.go",
];

/// The support sources that texts need, directly or through each other, in order of their names.
pub(super) fn needed(texts: &[&str]) -> Vec<(&'static str, &'static str)> {
    let mut words: BTreeSet<&str> = texts.iter().flat_map(|text| mentioned(text)).collect();
    let mut chosen = vec![false; SOURCES.len()];
    loop {
        let mut grown = false;
        for (index, (_, text)) in SOURCES.iter().enumerate() {
            let wanted = match declared(text).next() {
                None => completes(text, &chosen),
                Some(_) => declared(text).any(|name| words.contains(name)),
            };
            if !chosen[index] && wanted {
                chosen[index] = true;
                grown = true;
                words.extend(code_words(text));
            }
        }
        if !grown {
            return SOURCES.iter().zip(&chosen).filter(|(_, chosen)| **chosen).map(|(source, _)| *source).collect();
        }
    }
}

/// True for a source of nothing but methods where all sources that it builds on are chosen.
fn completes(text: &'static str, chosen: &[bool]) -> bool {
    let words: BTreeSet<&str> = code_words(text).into_iter().collect();
    let built_on =
        SOURCES.iter().zip(chosen).filter(|((_, other), _)| declared(other).any(|name| words.contains(name)));
    built_on.clone().count() > 0 && built_on.into_iter().all(|(_, chosen)| *chosen)
}

/// Names that a text takes from the support package.
fn mentioned(text: &str) -> Vec<&str> {
    let starts = text.match_indices("support.").map(|(at, word)| at + word.len());
    starts.map(|at| word_at(&text[at..])).collect()
}

fn word_at(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// The words of a source that can mean something declared elsewhere: no comments, no selectors, no names of methods.
fn code_words(text: &'static str) -> Vec<&'static str> {
    let mut words = Vec::new();
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or_default();
        let code = match (code.strip_prefix("func ("), code.find(") ")) {
            // `func (d *Dict[K, V]) Set(key K)`: the receiver and what follows the name.
            (Some(_), Some(at)) => code[at + 2..].trim_start_matches(|c: char| c.is_alphanumeric()),
            _ => code,
        };
        let mut at = 0;
        while let Some(start) = code[at..].find(|c: char| c.is_alphanumeric() || c == '_').map(|start| start + at) {
            let word = word_at(&code[start..]);
            if !code[..start].ends_with('.') {
                words.push(word);
            }
            at = start + word.len().max(1);
        }
    }
    words
}

/// Names that a source declares at the top level; methods belong to their types.
fn declared(text: &'static str) -> impl Iterator<Item = &'static str> {
    let mut grouped = false;
    text.lines().filter_map(move |line| {
        let opened = matches!(line, "var (" | "const (");
        grouped = opened || grouped && line != ")";
        let single = ["func ", "type ", "var ", "const "].iter().find_map(|word| line.strip_prefix(word));
        match (single, grouped && !opened) {
            (Some(rest), _) => Some(word_at(rest)),
            (None, true) => line.strip_prefix('\t').map(word_at),
            (None, false) => None,
        }
        .filter(|name| !name.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_used_is_included() {
        let files = |text: &str| needed(&[text]).iter().map(|(name, _)| *name).collect::<Vec<_>>();
        assert_eq!(
            files("return support.Add(a, b)"),
            ["guard.go", "int.go"][..]
                .to_vec()
                .into_iter()
                .chain(exceptions())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<_>>()
        );
        assert!(files("return a + b").is_empty());
        assert!(files("support.SortedBy(a, b)").contains(&"order.go"));
    }

    fn exceptions() -> Vec<&'static str> {
        vec!["exception.go"]
    }

    #[test]
    fn every_source_of_the_folder_is_listed_and_documented() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/emit/go/support");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| !name.ends_with("_test.go"))
            .collect();
        names.sort();
        assert_eq!(names, SOURCES.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>());
    }
}
