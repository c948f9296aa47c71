//! PROTOCOL.md names every field of every record and frame, and no other.

use super::*;
use std::collections::BTreeSet;

const PROTOCOL: &str = include_str!("../../../../PROTOCOL.md");

/// The record that is written out under this heading of the section *Records*.
#[track_caller]
fn example(heading: &str) -> String {
    let from = PROTOCOL.split(&format!("\n// {heading}\n")).nth(1);
    let lines = from.unwrap().lines();
    let lines = lines.take_while(|line| !line.is_empty() && !line.starts_with("```"));
    // A remark has space before it, an address has none.
    lines
        .map(|line| line.split("  // ").next().unwrap())
        .collect()
}

/// Both sides read the example as the same record, which has nothing but what the example shows.
#[track_caller]
fn is_shown<T: Record + Serialize + DeserializeOwned + PartialEq + Debug>(heading: &str) {
    let text = example(heading);
    let record: T = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let shown: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_value(&record).unwrap(), shown);
    assert_eq!(T::from_text(&text), Some(record));
    let shown: BTreeSet<&str> = shown
        .as_object()
        .unwrap()
        .keys()
        .map(|key| &**key)
        .collect();
    assert_eq!(shown, T::FIELDS.iter().copied().collect());
}

#[test]
fn every_record_is_shown_with_all_its_fields() {
    is_shown::<Room>("room");
    is_shown::<Message>("message");
    is_shown::<User>("user");
}

/// The names in the outermost braces of what a row of a table shows of a frame: `{"type":"left","room_id"}`.
fn names(shown: &str) -> BTreeSet<&str> {
    let (mut depth, mut is_name, mut names) = (0, false, BTreeSet::new());
    let mut rest = shown;
    while let Some(next) = rest.chars().next() {
        rest = &rest[next.len_utf8()..];
        match next {
            '{' | '[' => (depth, is_name) = (depth + 1, true),
            '}' | ']' => depth -= 1,
            ',' => is_name = true,
            ':' => is_name = false,
            '"' => {
                let (text, behind) = rest.split_once('"').unwrap();
                if depth == 1 && is_name {
                    names.insert(text);
                }
                rest = behind;
            }
            _ => {}
        }
    }
    names
}

/// The rows of the tables of a section, each with its frame's type and the names of its fields.
fn rows<'t>(section: &'t str) -> impl Iterator<Item = (&'t str, BTreeSet<&'t str>)> {
    let rows = section.lines();
    let rows = rows.filter_map(|row| row.strip_prefix("| `")?.split('`').next());
    rows.filter_map(|row| {
        let tag = row.strip_prefix("{\"type\":\"")?.split('"').next()?;
        let mut names = names(row);
        names.remove("type");
        for (what, fields) in [("…message", Message::FIELDS), ("…room", Room::FIELDS)] {
            if row.contains(what) {
                names.extend(fields);
            }
        }
        Some((tag, names))
    })
}

/// What a frame says to programs, and the pages' own reader of it does not read.
const FOR_PROGRAMS: [(&str, &str); 3] =
    [("left", "reason"), ("joined", "role"), ("sync_me", "role")];

#[track_caller]
fn are_shown(
    section: &str,
    until: &str,
    types: &[(&str, &[&str])],
    left_out: &str,
    for_programs: &[(&str, &str)],
) {
    let section = PROTOCOL.split(section).nth(1).unwrap();
    let section = section.split(until).next().unwrap();
    let shown: BTreeMap<_, _> = rows(section).collect();
    let declared = types.iter().map(|(tag, fields)| {
        let is_optional = |field: &&str| *field == left_out && !shown[tag].contains(left_out);
        let more = for_programs.iter().filter(|(of, _)| of == tag);
        let fields = fields.iter().copied().filter(|field| !is_optional(field));
        let fields = fields.chain(more.map(|(_, field)| *field));
        (*tag, fields.collect())
    });
    assert_eq!(shown, declared.collect());
}

#[test]
fn every_frame_is_shown_with_all_its_fields() {
    // A client may leave out the room on a one-room socket, which the text says of all its frames.
    let (client, server) = ("### Client to server", "### Server to client");
    are_shown(client, server, ClientFrame::TYPES, "room_id", &[]);
    are_shown(
        server,
        "### Close codes",
        ServerFrame::TYPES,
        "",
        &FOR_PROGRAMS,
    );
}
