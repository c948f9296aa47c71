//! What the parser would leave out, or show otherwise, stays the text that it is.

use super::{stay_text, tree};
use serde_json::Value;

#[test]
fn cells_that_have_no_column_are_not_lost() {
    stay_text(&[
        "|a|b|\n|-|-|\n|1|2|3|4\u{1f600}|",
        "Item|Price\n-|-\nTea|2\nSum | of all | 4711",
    ]);
    for whole in [
        "|a|b|\n|-|-|\n|1|2|",
        "a|b\n-|-\n1|2",
        "|a|b|\n|-|-|\n|1 \\| 2|3|",
        "|a|b|\n|-|-|\n|1|",
    ] {
        assert_ne!(tree(whole), Value::Null, "{whole}");
    }
}

#[test]
fn an_item_is_shown_with_the_number_that_it_was_written_with() {
    stay_text(&["2. yes\n4. no\n7. maybe", "1. a\n3. b"]);
    for counted in [
        "2. yes\n3. no",
        "1. a\n1. b\n1. c",
        "1) a\n2) b\n   1. c\n   2. d",
        "- a\n- b",
        "> 3. a\n> 4. b",
    ] {
        assert_ne!(tree(counted), Value::Null, "{counted}");
    }
}
