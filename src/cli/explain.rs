//! `pivot explain`: a diagnostic code, all codes, or a whole profile.

use super::args::ExplainArgs;
use super::console::Console;
use super::exit::{Exit, cannot};
use crate::diagnostic::codes::{Code, TABLE};
use crate::policy;

/// Prints what a word means.
pub fn run(args: &ExplainArgs, console: &mut Console) -> anyhow::Result<Exit> {
    let text = explain(&args.word).ok_or_else(|| {
        let profiles = policy::profile_names().join(", ");
        cannot(
            format!("`{}` is no code and no profile", args.word),
            format!("`pivot explain codes` lists the codes; profiles are {profiles}"),
        )
    })?;
    console.print(&text)?;
    Ok(Exit::Done)
}

fn explain(word: &str) -> Option<String> {
    if word == "codes" {
        let row = |entry: &crate::diagnostic::codes::Entry| {
            format!("{}  {:<7}  {}\n", entry.word, entry.severity.word(), entry.title)
        };
        return Some(TABLE.iter().map(row).collect());
    }
    if let Some((_, text)) = policy::PROFILES.iter().find(|(name, _)| *name == word) {
        return Some(text.to_string());
    }
    let entry = Code::from_word(word)?.entry();
    Some(format!("{} ({}): {}\n\n{}\n", entry.word, entry.severity.word(), entry.title, entry.explanation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explains_codes_tables_and_profiles() {
        assert!(explain("e1003").is_some_and(|text| text.starts_with("E1003 (warning): async function\n\n")));
        assert_eq!(explain("codes").map(|text| text.lines().count()), Some(TABLE.len()));
        assert!(explain("balanced").is_some_and(|text| text.contains("minimum_calls: 1000")));
        assert_eq!(explain("E9999"), None);
    }
}
