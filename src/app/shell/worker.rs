//! The site's service worker as it goes out: without comments, and without the spaces between what is no word.

/// What it does; `src/app/shell/offline.js` says why.
const SOURCE: &str = include_str!("offline.js");

/// Its script, the same for every build.
pub fn worker() -> String {
    let lines = SOURCE.lines().map(str::trim);
    let code = lines.filter(|line| !line.starts_with("//"));
    let mut script = String::new();
    for line in code {
        for word in line.split(' ').filter(|word| !word.is_empty()) {
            if script.ends_with(is_in_words) && word.starts_with(is_in_words) {
                script.push(' ');
            }
            script.push_str(word);
        }
    }
    script
}

fn is_in_words(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_small() {
        let script = worker();
        assert!(script.len() <= 2048, "{} bytes", script.len());
        assert!(script.is_ascii(), "{script}");
    }

    #[test]
    fn no_text_in_it_has_a_space_to_lose() {
        for line in SOURCE.lines().filter(|line| !line.trim().starts_with("//")) {
            let mut texts = line.split('"').skip(1).step_by(2);
            assert!(texts.all(|text| !text.contains(' ')), "{line}");
        }
    }
}
