//! Rule 12: what a service costs while it runs: two replicas, 0.20 vCPU and 60 MB of sidecar for 1,000 requests a
//! second, traffic across zones. No money without the user's prices.

use super::super::case::Case;
use super::super::opinion::{Effect, Opinion};

pub fn judge(case: &Case<'_>) -> Vec<Opinion> {
    if case.needs.is_empty() {
        return Vec::new();
    }
    let text = "a service runs as two replicas at least; in a mesh each 1,000 requests a second cost another 0.20 vCPU \
                and 60 MB (published by Istio)";
    vec![Opinion::new(12, Effect::Say, text)]
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::judge;
    use crate::policy::Need;

    #[test]
    fn said_where_a_service_is_in_question_and_without_money() {
        let opinions = judge(&World::new(|_| {}).needs(Need::Team).case());
        assert!(says(&opinions, "two replicas") && !says(&opinions, "$"));
        assert!(judge(&World::new(|_| {}).case()).is_empty());
    }
}
