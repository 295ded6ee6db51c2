//! Rule 14: what the translator refuses cannot be recommended as a translation; say what would unlock it.

use super::super::case::Case;
use super::super::opinion::{Effect, Form, Opinion};
use crate::facts::{Translation, UseKind};

pub fn judge(case: &Case<'_>) -> Vec<Opinion> {
    let Some(facts) = case.facts else {
        let text = "its source was not among the files surveyed, so nothing can be said of a translation";
        return vec![
            Opinion::new(14, Effect::Reject(Form::Extension), text),
            Opinion::new(14, Effect::Reject(Form::Service), text),
        ];
    };
    match &facts.translation {
        Some(Translation::Accepted) => vec![Opinion::new(14, Effect::Say, "`pivot evolve` can translate it")],
        Some(Translation::Refused(refusal)) => {
            let text = format!("`pivot evolve` refuses it ({}: {})", refusal.code.word(), refusal.message);
            let flip = refusal
                .help
                .clone()
                .unwrap_or_else(|| format!("that place without it (`pivot explain {}`)", refusal.code.word()));
            let mut opinions: Vec<Opinion> = [Form::Extension, Form::Service]
                .map(|form| Opinion::new(14, Effect::Reject(form), text.clone()).flip(flip.clone()))
                .into();
            if !facts.effects.dynamic && !facts.is_async {
                let text = "mypyc compiles it as it is, where a translation is refused";
                opinions.push(Opinion::new(14, Effect::Allow(Form::Mypyc), text));
            }
            opinions
        }
        None => dynamic(case),
    }
}

/// Without the translator's answer, features that no translation can see through are all there is to say.
fn dynamic(case: &Case<'_>) -> Vec<Opinion> {
    let found = case.facts.and_then(|facts| facts.uses_of(UseKind::Dynamic).next());
    found.map_or_else(Vec::new, |found| {
        let text = format!("`{}` decides at run time what is meant: a translation is doubtful", found.name);
        vec![Opinion::new(14, Effect::Say, text).flip("names and types that stand in the code")]
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::*;
    use crate::diagnostic::Code;
    use crate::facts::FirstRefusal;
    use crate::span::Location;

    #[test]
    fn refused_code_is_not_recommended_as_a_translation() {
        let refusal = FirstRefusal {
            code: Code::Generator,
            message: "generator function".into(),
            at: Location::default(),
            help: Some("return a list".into()),
        };
        let opinions = judge(&World::new(|f| f.translation = Some(Translation::Refused(refusal))).case());
        assert!(
            rejects(&opinions, Form::Extension) && rejects(&opinions, Form::Service) && allows(&opinions, Form::Mypyc)
        );
        assert!(says(&opinions, "E1004") && says(&opinions, "return a list"));
    }

    #[test]
    fn accepted_code_may_move() {
        let opinions = judge(&World::new(|f| f.translation = Some(Translation::Accepted)).case());
        assert!(!rejects(&opinions, Form::Extension) && says(&opinions, "can translate it"));
    }
}
