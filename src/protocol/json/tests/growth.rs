//! What a later server adds, which a reader of today leaves alone.

use super::*;
use serde_json::{Value, json};

/// Adds to every object what no reader knows, before and behind what it has. A heartbeat's `rooms` are no
/// fields: their keys are rooms.
fn grow(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let is_heartbeat = fields.get("type") == Some(&json!("heartbeat"));
            for (key, field) in fields.iter_mut() {
                if !(is_heartbeat && key == "rooms") {
                    grow(field);
                }
            }
            let more = json!({"id": -1.5e300, "name": [null, {"type": "message"}], "": "\u{0}"});
            for key in ["", "a_field", "zz_field"] {
                fields.insert(key.to_owned(), more.clone());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(grow),
        _ => {}
    }
}

#[track_caller]
fn is_read_grown<T: FromJson + Serialize + PartialEq + Debug>(record: T) {
    let mut grown = serde_json::to_value(&record).unwrap();
    grow(&mut grown);
    let grown = grown.to_string();
    assert_eq!(T::from_text(&grown), Some(record), "{grown}");
}

#[test]
fn every_record_and_frame_is_read_also_with_fields_that_nobody_knows() {
    let mut dice = Dice(5);
    for _ in 0..1_000 {
        is_read_grown(dice.place());
        is_read_grown(dice.entry());
        is_read_grown(dice.error());
        is_read_grown(dice.frame());
    }
}

#[test]
fn a_frame_of_a_kind_that_nobody_knows_is_none() {
    for frame in [
        r#"{"type":"reaction","room_id":1,"seq":7}"#,
        r#"{"type":7}"#,
        "{}",
        "[]",
    ] {
        assert_eq!(ServerFrame::parse(frame), None, "{frame}");
    }
}

#[test]
fn what_a_later_browser_adds_is_left_alone_by_the_server() {
    let mut dice = Dice(6);
    for _ in 0..1_000 {
        let frame = dice.said();
        let mut grown = serde_json::to_value(&frame).unwrap();
        grow(&mut grown);
        assert_eq!(ClientFrame::parse(&grown.to_string()), Ok(frame), "{grown}");
    }
}
