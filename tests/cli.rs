//! What a user types and sees: the sessions of `tests/cli/*.md`.

#[test]
fn sessions() {
    trycmd::TestCases::new().case("tests/cli/*.md");
}
