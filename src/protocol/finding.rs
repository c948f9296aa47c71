//! Whether something is what somebody looks for by a part of its name: one rule for the server's pages and for what a
//! browser knows by itself. How case and accents are taken away is each one's own.

/// Whether every word of what is looked for stands somewhere in the name. Of both, case and accents are gone.
pub fn is_found(name: &str, wanted: &str) -> bool {
    wanted.split_whitespace().all(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::is_found;

    #[test]
    fn any_part_of_a_name_finds_it_and_every_word_has_to_be_there() {
        let name = "release planning 2026";
        for wanted in [
            "",
            " ",
            "rel",
            "plan",
            "26",
            "planning rel",
            "ing  2",
            "e p",
        ] {
            assert!(is_found(name, wanted), "{wanted}");
        }
        for wanted in ["planing", "release x", "2027", "releaseplanning"] {
            assert!(!is_found(name, wanted), "{wanted}");
        }
    }
}
