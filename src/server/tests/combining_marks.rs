//! The short table of combining marks, against Unicode's own.

use parlour_protocol::display::laid_out;
use unicode_normalization::char::is_combining_mark;

#[test]
fn the_table_of_marks_agrees_with_unicode() {
    let mut few = String::new();
    for c in '\u{80}'..=char::MAX {
        few.clear();
        (0..9).for_each(|_| few.push(c));
        let is_cut = laid_out(&few).chars().count() == 8;
        let has_no_shape = matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' |
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}'
        );
        if is_combining_mark(c) || has_no_shape {
            assert!(is_cut, "{c:?} is a mark");
        } else if c.is_alphanumeric() {
            assert!(!is_cut, "{c:?} is none");
        }
    }
}
