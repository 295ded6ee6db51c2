//! `docs/mutation.md`: what share of the faults verification finds, by kind and language.

use crate::excused::Excused;
use crate::fault::{Fault, KINDS, Kind};
use crate::run::Outcome;
use pivot::target::Target;
use std::collections::BTreeMap;

/// A fault with what verification said.
pub struct Judged<'p> {
    pub fault: &'p Fault,
    pub outcome: Outcome,
}

/// Faults of one kind in one language.
#[derive(Clone, Copy, Debug, Default)]
pub struct Score {
    pub made: usize,
    pub excused: usize,
    pub found: usize,
    pub unproven: usize,
}

impl Score {
    /// Faults that somebody could see.
    pub fn visible(self) -> usize {
        self.made - self.excused
    }

    /// Share of the visible faults that is found, in percent.
    pub fn percent(self) -> f64 {
        if self.visible() == 0 { 100.0 } else { self.found as f64 * 100.0 / self.visible() as f64 }
    }

    fn add(self, other: Score) -> Score {
        Score {
            made: self.made + other.made,
            excused: self.excused + other.excused,
            found: self.found + other.found,
            unproven: self.unproven + other.unproven,
        }
    }
}

/// Scores by kind and language.
pub fn scores(judged: &[Judged], excused: &Excused) -> BTreeMap<(Kind, &'static str), Score> {
    let mut scores: BTreeMap<(Kind, &'static str), Score> = BTreeMap::new();
    for one in judged {
        let score = scores.entry((one.fault.kind, one.fault.target.word())).or_default();
        score.made += 1;
        match &one.outcome {
            _ if excused.why(one.fault).is_some() => score.excused += 1,
            Outcome::Found(..) => score.found += 1,
            Outcome::Unproven(_) => score.unproven += 1,
            Outcome::Missed => {}
        }
    }
    scores
}

/// All of them together.
pub fn total(scores: &BTreeMap<(Kind, &'static str), Score>) -> Score {
    scores.values().fold(Score::default(), |sum, score| sum.add(*score))
}

/// Faults that were neither found nor excused.
pub fn missed<'j>(judged: &'j [Judged], excused: &Excused) -> Vec<&'j Judged<'j>> {
    let is_missed = |one: &&Judged| !matches!(one.outcome, Outcome::Found(..)) && excused.why(one.fault).is_none();
    judged.iter().filter(is_missed).collect()
}

/// The page.
pub fn page(judged: &[Judged], excused: &Excused, date: &str, left: usize) -> String {
    let scores = scores(judged, excused);
    let total = total(&scores);
    let mut text = format!(
        "# Does verification catch wrong translations?\n\n\
         Measured {date} with `make mutation`: every translated function of `fixtures/translate/` and of \
         `tests/verify/`\nis made wrong in one place at a time, built, and verified as `pivot evolve` would (policy balanced, \
         no recorded calls).\nA fault counts as found where a function is reported as *not equal*.\n\n\
         **{} faults, {} of them invisible from outside; of the other {}, {} found: {:.1} %.** \
         {} more are not found but leave a\nfunction *unproven*, so that it would not be shipped.\n\n\
         | kind | Rust | Go |\n|---|---:|---:|\n",
        total.made,
        total.excused,
        total.visible(),
        total.found,
        total.percent(),
        total.unproven,
    );
    for (kind, title) in KINDS {
        let cell = |target: Target| match scores.get(&(kind, target.word())) {
            Some(score) if score.excused > 0 => {
                format!("{} of {} (and {} invisible)", score.found, score.visible(), score.excused)
            }
            Some(score) => format!("{} of {}", score.found, score.visible()),
            None => "-".to_string(),
        };
        text += &format!("| {title} | {} | {} |\n", cell(Target::Rust), cell(Target::Go));
    }
    let sum = |target: Target| {
        let of_target = scores.iter().filter(|((_, word), _)| *word == target.word());
        let score = of_target.fold(Score::default(), |sum, (_, score)| sum.add(*score));
        format!("{} of {}: {:.1} % (and {} invisible)", score.found, score.visible(), score.percent(), score.excused)
    };
    text += &format!("| **all** | {} | {} |\n", sum(Target::Rust), sum(Target::Go));
    if left > 0 {
        text += &format!(
            "\nThe run was limited in time: {left} more faults were built and not tried. The order is mixed.\n"
        );
    }
    text += "\n## Not found\n\n";
    let missed = missed(judged, excused);
    if missed.is_empty() {
        text += "None.\n";
    }
    for one in missed {
        let how = if let Outcome::Unproven(_) = one.outcome { " (unproven)" } else { "" };
        text += &format!("- `{}`{how}\n", one.fault.key().replace('`', "'"));
    }
    text += "\n## Invisible from outside\n\n`tests/mutation/excused.yaml` has the argument for each.\n";
    text
}
