//! Rule 10: data gravity. Writes inside a transaction whose tables stay behind -> never a service. More than 1 MB a
//! call -> move the code to the data.

use super::super::case::Case;
use super::super::opinion::{Effect, Form, Opinion};

pub fn judge(case: &Case<'_>) -> Vec<Opinion> {
    let Some(facts) = case.facts else { return Vec::new() };
    let mut opinions = Vec::new();
    if facts.effects.transaction {
        let text = "it runs a transaction whose tables stay behind: a service would split what must succeed together";
        opinions.push(
            Opinion::new(10, Effect::Reject(Form::Service), text)
                .flip("the tables move with it and nobody else writes them"),
        );
    }
    if facts.effects.database {
        let text = "its work is statements in a database: they cost the same from any language";
        opinions.push(
            Opinion::new(10, Effect::Stay, text).flip("the computing between the statements in a function of its own"),
        );
    }
    opinions
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::*;

    #[test]
    fn transactions_are_never_a_service() {
        let opinions = judge(&World::new(|f| f.effects.transaction = true).case());
        assert!(rejects(&opinions, Form::Service) && !stays(&opinions));
    }

    #[test]
    fn statements_stay() {
        assert!(stays(&judge(&World::new(|f| f.effects.database = true).case())));
        assert!(judge(&World::new(|_| {}).case()).is_empty());
    }
}
