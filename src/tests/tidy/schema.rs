//! Rules about the steps of the schema.

use super::Complaints;

/// What a fixture consists of: a database, and what its server answered.
const PARTS: [&str; 2] = ["sql", "json"];

/// The schema before the newest step was somebody's: a database of it is kept, and opened by the tests.
/// `files` are those of `migration/`.
pub fn step_without_a_fixture(files: &[String]) -> Complaints {
    let is_numbered = |name: &&str| {
        let digits = name.strip_prefix('m').map(|rest| rest.chars());
        digits.is_some_and(|mut rest| rest.by_ref().take(4).all(|digit| digit.is_ascii_digit()))
    };
    let steps = files.iter().filter_map(|file| file.strip_suffix(".rs"));
    let mut steps: Vec<&str> = steps.filter(is_numbered).collect();
    steps.sort_unstable();
    steps.pop();
    let parts = steps.into_iter().flat_map(|step| {
        let part = move |ending| format!("fixtures/{step}.{ending}");
        PARTS.map(part)
    });
    parts
        .filter(|part| !files.contains(part))
        .map(|part| {
            format!(
                "migration/{part}: is missing; record.mjs beside it makes it of the build before"
            )
        })
        .collect()
}

mod refuses {
    use super::*;

    #[test]
    fn a_step_after_a_schema_that_nobody_recorded() {
        let with = |more: &[&str]| {
            let files = ["lib.rs", "m0001_rooms.rs", "m0002_more.rs"];
            let files = files.iter().chain(more).map(|file| file.to_string());
            step_without_a_fixture(&files.collect::<Vec<_>>())
        };
        let missing = |part| {
            format!(
                "migration/{part}: is missing; record.mjs beside it makes it of the build before"
            )
        };
        let both = ["fixtures/m0001_rooms.sql", "fixtures/m0001_rooms.json"];
        assert_eq!(with(&[]), both.map(missing));
        assert_eq!(with(&both[..1]), [missing(both[1])]);
        assert_eq!(with(&both), Complaints::new());
    }
}
