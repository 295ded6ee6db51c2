//! From opinions to one verdict: the rungs that some rule allows and none rules out, weighed.
//!
//! A declared need comes first: it is the user's own reason besides speed, and a small share of the CPU says nothing
//! against it. Then a repair, because it removes work. Otherwise the strongest rung that the rules allow is taken, and
//! the reasons against the cheaper ones are said.

use super::opinion::{Effect, Form, Language, Opinion};
use serde::Serialize;

/// A rung with what decided it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rung {
    /// The form.
    pub form: Form,
    /// True for the one chosen.
    pub is_chosen: bool,
    /// The rule that decided; `None` for a rung that no rule spoke of.
    pub rule: Option<u8>,
    /// Its sentence.
    pub reason: String,
}

/// What the ladder says.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The form chosen.
    pub form: Form,
    /// The language that goes with it.
    pub language: Language,
    /// The rule behind it, and its sentence.
    pub because: (u8, String),
    /// Every rung from the cheapest up.
    pub ladder: Vec<Rung>,
}

/// Rungs in the order in which they are preferred where the rules allow them.
const PREFERRED: [Form; 7] =
    [Form::Service, Form::Fix, Form::Vectorise, Form::Extension, Form::Mypyc, Form::Processes, Form::NewerPython];

/// Weighs the opinions. `is_slow_to_wait` tells that the function has a share of the wall time worth repairing even
/// where it has none of the CPU.
pub fn decide(opinions: &[Opinion], is_slow_to_wait: bool) -> Decision {
    let form = PREFERRED.into_iter().find(|form| is_open(*form, opinions, is_slow_to_wait)).unwrap_or(Form::Stay);
    let because = because(form, opinions);
    let ladder = Form::LADDER.into_iter().map(|rung| explain(rung, form, opinions, &because)).collect();
    Decision { form, language: language(form, opinions), because, ladder }
}

fn is_open(form: Form, opinions: &[Opinion], is_slow_to_wait: bool) -> bool {
    let is_allowed = opinions.iter().any(|opinion| opinion.effect == Effect::Allow(form));
    let is_rejected = against(form, opinions).is_some_and(|opinion| opinion.rule != 15);
    is_allowed && !is_rejected && staying(form, opinions, is_slow_to_wait).is_none()
}

/// The rule that lets nothing of this form happen. Repairs of waiting survive a small share of the CPU; whole arrays
/// survive being native already.
fn staying(form: Form, opinions: &[Opinion], is_slow_to_wait: bool) -> Option<&Opinion> {
    let survives = |opinion: &Opinion| match form {
        Form::Fix => opinion.rule != 1 || is_slow_to_wait,
        Form::Vectorise => opinion.rule == 8,
        Form::Service => opinion.rule == 1, // only a declared need allows a service at all
        _ => false,
    };
    opinions.iter().find(|opinion| opinion.effect == Effect::Stay && !survives(opinion))
}

/// The reason against a rung: a rule of its own before the general one of the ladder.
fn against(form: Form, opinions: &[Opinion]) -> Option<&Opinion> {
    let rejecting = || opinions.iter().filter(move |opinion| opinion.effect == Effect::Reject(form));
    rejecting().find(|opinion| opinion.rule != 15).or_else(|| rejecting().next())
}

fn because(form: Form, opinions: &[Opinion]) -> (u8, String) {
    let found = if form == Form::Stay {
        let staying = || opinions.iter().filter(|opinion| opinion.effect == Effect::Stay);
        let stay = staying().find(|opinion| opinion.rule != 3).or_else(|| staying().next()); // being small says least
        stay.or_else(|| against(Form::Extension, opinions)).or_else(|| against(Form::Service, opinions))
    } else {
        opinions.iter().find(|opinion| opinion.effect == Effect::Allow(form))
    };
    found.map_or((15, "nothing cheaper or faster was found for it".to_string()), |o| (o.rule, o.text.clone()))
}

fn explain(rung: Form, chosen: Form, opinions: &[Opinion], because: &(u8, String)) -> Rung {
    if rung == chosen {
        return Rung { form: rung, is_chosen: true, rule: Some(because.0), reason: because.1.clone() };
    }
    if (rung, chosen) == (Form::Extension, Form::Service) && against(rung, opinions).is_none() {
        let reason = "faster for a single caller, but in the same process it does not meet the declared need".into();
        return Rung { form: rung, is_chosen: false, rule: Some(11), reason };
    }
    let stay = staying(rung, opinions, true).filter(|_| rung != Form::Stay);
    let found = stay.or_else(|| against(rung, opinions));
    let reason = match found {
        Some(opinion) => opinion.text.clone(),
        None if rung == Form::Stay => format!("{} is worth it", chosen.words()),
        None => format!("{} comes first", chosen.words()),
    };
    Rung { form: rung, is_chosen: false, rule: found.map(|opinion| opinion.rule), reason }
}

fn language(form: Form, opinions: &[Opinion]) -> Language {
    match form {
        Form::Extension => Language::Rust,
        Form::Service => opinions
            .iter()
            .find_map(|opinion| match (&opinion.effect, opinion.rule) {
                (Effect::Prefer(language), 13) => Some(language.clone()),
                _ => None,
            })
            .unwrap_or(Language::Rust),
        _ => Language::Python,
    }
}

impl Decision {
    /// The rung rejected just below the one chosen; above it where nothing is below.
    pub fn rejected(&self) -> Option<&Rung> {
        let chosen = self.ladder.iter().position(|rung| rung.is_chosen)?;
        match chosen {
            0 => self.ladder.iter().find(|rung| rung.form == Form::Extension),
            place => self.ladder[..place].iter().rev().find(|rung| rung.rule.is_some()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opinion(rule: u8, effect: Effect) -> Opinion {
        Opinion::new(rule, effect, format!("rule {rule}"))
    }

    #[test]
    fn allowed_and_not_ruled_out_is_taken() {
        let opinions = [opinion(3, Effect::Allow(Form::Extension)), opinion(11, Effect::Reject(Form::Service))];
        let decision = decide(&opinions, false);
        assert_eq!((decision.form, decision.language), (Form::Extension, Language::Rust));
    }

    #[test]
    fn a_declared_need_comes_before_a_repair_and_a_repair_before_speed() {
        let mut opinions = vec![
            opinion(3, Effect::Allow(Form::Extension)),
            opinion(11, Effect::Allow(Form::Service)),
            opinion(13, Effect::Prefer(Language::Go)),
        ];
        let decision = decide(&opinions, false);
        assert_eq!((decision.form, decision.language), (Form::Service, Language::Go));
        opinions.extend([opinion(7, Effect::Allow(Form::Fix)), opinion(1, Effect::Stay)]);
        assert_eq!(decide(&opinions, true).form, Form::Service);
        opinions.retain(|opinion| opinion.rule != 11 && opinion.rule != 1);
        assert_eq!(decide(&opinions, false).form, Form::Fix);
    }

    #[test]
    fn staying_wins_over_what_is_allowed_below_it() {
        let opinions = [opinion(3, Effect::Allow(Form::Extension)), opinion(1, Effect::Stay)];
        assert_eq!(decide(&opinions, false).form, Form::Stay);
        let native = [opinion(8, Effect::Stay), opinion(8, Effect::Allow(Form::Vectorise))];
        assert_eq!(decide(&native, false).form, Form::Vectorise);
        let waiting = [opinion(1, Effect::Stay), opinion(7, Effect::Allow(Form::Fix))];
        assert_eq!((decide(&waiting, false).form, decide(&waiting, true).form), (Form::Stay, Form::Fix));
    }

    #[test]
    fn the_rung_below_is_named() {
        let opinions = [
            opinion(3, Effect::Allow(Form::Extension)),
            opinion(15, Effect::Reject(Form::Processes)),
            opinion(15, Effect::Reject(Form::Mypyc)),
        ];
        assert_eq!(decide(&opinions, false).rejected().unwrap().form, Form::Processes);
    }
}
