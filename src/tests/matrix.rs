//! Who is answered what: every route and every frame × who asks × what kind of room it is about, beside what was
//! recorded (`matrix/expected.txt`). The routes are read from the routers and the frames from their declaration, so
//! that a new one without a row fails.
//!
//! *Invariant:* to who may not see a room each row is, status and bytes, that of a room that never was.

mod asked;
pub mod routes;
mod sockets;
mod world;

use asked::{Ask, Route};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use world::{KINDS, Kind, WHO, World};

/// How the file begins.
const HEAD: &str = "# Who is answered what, by route or frame and kind of room; each status with who is given it.\n\
    # Written anew by `PARLOUR_RECORD=matrix cargo test --test site matrix`: look at what changed, every line of it.\n\
    # guest: of the server · elsewhere: a guest of an invitation to another room · former: was put out · moderator,\n\
    # owner: of the room · admin: of the server, and not in the room. A direct room has neither former members nor roles.\n";

/// Answers, and who is given each of them.
type Row = BTreeMap<String, Vec<&'static str>>;

fn line(route: &str, kind: &str, row: &Row) -> String {
    let given = row
        .iter()
        .map(|(answer, who)| format!("{answer} {}", who.join(" ")));
    let given = given.collect::<Vec<_>>().join(" | ");
    format!("{route:56} {kind:8} {given}\n")
}

/// Whoever may not see rooms of this kind.
fn is_outside(kind: Kind, who: &str) -> bool {
    let is_hidden = matches!(kind, Kind::Closed | Kind::Direct);
    is_hidden && !matches!(who, "member" | "moderator" | "owner")
}

/// All rows, and what outsiders were told otherwise than of a room that never was.
async fn played(asks: &[Ask]) -> (String, Vec<String>) {
    let mut world = World::new().await;
    let (mut text, mut leaks) = (HEAD.to_owned(), Vec::new());
    for ask in asks {
        let kinds: &[Kind] = if ask.is_about_a_room() {
            &KINDS
        } else {
            &[Kind::None]
        };
        for kind in kinds {
            let mut row = Row::new();
            for who in WHO {
                let answer = world.ask(ask, *kind, who).await;
                if is_outside(*kind, who) && !(ask.needs_a_code() && who != "banned") {
                    let nothing = world.ask_of_nothing(ask, *kind, who).await;
                    if nothing != answer {
                        let differs = format!(
                            "{} {} {who}:\n{answer:?}\n{nothing:?}",
                            ask.name(),
                            kind.name()
                        );
                        leaks.push(differs);
                    }
                }
                row.entry(answer.status).or_default().push(who);
            }
            text.push_str(&line(&ask.name(), kind.name(), &row));
        }
    }
    (text, leaks)
}

/// The lines that are not in both.
fn difference(expected: &str, found: &str) -> String {
    let (mut text, lines) = (String::new(), |text: &'_ str| -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    });
    let (expected, found) = (lines(expected), lines(found));
    for line in expected.iter().filter(|line| !found.contains(line)) {
        writeln!(text, "- {line}").unwrap();
    }
    for line in found.iter().filter(|line| !expected.contains(line)) {
        writeln!(text, "+ {line}").unwrap();
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn x12_everybody_is_answered_on_every_route_and_frame_as_was_recorded() {
    let routes = routes::all();
    assert!(routes.len() > 80, "{routes:?}");
    let mut asks: Vec<Ask> = routes.into_iter().flat_map(Route::asks).collect();
    asks.extend(routes::frames().into_iter().map(Ask::Frame));
    let (found, leaks) = played(&asks).await;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/matrix/expected.txt");
    if std::env::var("PARLOUR_RECORD").is_ok_and(|what| what == "matrix") {
        std::fs::write(&file, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = difference(&expected, &found);
    assert!(
        differs.is_empty(),
        "who is answered what has changed:\n{differs}"
    );
    assert!(
        leaks.is_empty(),
        "somebody is told of a room:\n{}",
        leaks.join("\n")
    );
}

#[test]
fn a_route_that_nobody_has_seen_has_no_row() {
    let known = "GET /rooms closed 200 member\n";
    let found = "GET /rooms closed 200 member\nGET /new closed 200 nobody\n";
    assert_eq!(difference(known, found), "+ GET /new closed 200 nobody\n");
    assert_eq!(difference(found, known), "- GET /new closed 200 nobody\n");
}
