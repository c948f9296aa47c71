//! Judges what somebody was told who may not see some rooms: for tests and simulations, which write down what came out
//! of every door.
//!
//! Two worlds are compared in which the same happens, but for all that has to do with the hidden rooms: in one of them
//! there never were any. Who may not see them is told the same in both, byte for byte: not a count, an id or a status
//! differs. And in no answer, however it came about, stands anything that only the hidden rooms have in them.
//!
//! *Invariant:* it knows nothing of how the record came about, and one that could not show a leak is itself one.

/// What one door answered an outsider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Who asked what, the same text in both worlds.
    pub door: String,
    /// All of the answer, without what differs between any two answers (tokens, nonces, times of the machine).
    pub answer: String,
}

/// A way in which somebody heard of what they may not see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leak {
    /// Nothing was asked, or nothing was secret: the record shows nothing.
    Unproved,
    /// An answer has something in it that only hidden rooms have.
    Says {
        /// Who asked what.
        door: String,
        /// What stands in the answer.
        secret: String,
    },
    /// An answer is another one than where there are no hidden rooms.
    Differs {
        /// Who asked what.
        door: String,
        /// The answer beside hidden rooms; "" for none.
        told: String,
        /// The answer without them; "" for none.
        without: String,
    },
    /// A frame of a room came after the end of it was told.
    After {
        /// The frame that came.
        frame: String,
    },
}

/// Every leak in what outsiders were told, beside what they are told `without` hidden rooms; empty when there is none.
pub fn leaks(told: &[Told], without: &[Told], secrets: &[String]) -> Vec<Leak> {
    if told.is_empty() || secrets.is_empty() {
        return vec![Leak::Unproved];
    }
    let mut leaks = says(told, secrets);
    for at in 0..told.len().max(without.len()) {
        let (with, without) = (told.get(at), without.get(at));
        if with == without {
            continue;
        }
        let door = with.or(without).map(|told| told.door.clone());
        let answer = |told: Option<&Told>| told.map(|told| told.answer.clone()).unwrap_or_default();
        leaks.push(Leak::Differs {
            door: door.unwrap_or_default(),
            told: answer(with),
            without: answer(without),
        });
    }
    leaks
}

/// Every answer in which a secret stands.
pub fn says(told: &[Told], secrets: &[String]) -> Vec<Leak> {
    let said = told.iter().flat_map(|told| {
        let secrets = secrets
            .iter()
            .filter(|secret| told.answer.contains(*secret));
        secrets.map(|secret| Leak::Says {
            door: told.door.clone(),
            secret: secret.clone(),
        })
    });
    said.collect()
}

/// Every frame about a room, known by this text, behind the last one that says that it is gone. Who was put out is told
/// that, and nothing more.
pub fn after_the_end(frames: &[String], room: &str) -> Vec<Leak> {
    let is_about = |frame: &&String| frame.contains(room);
    let is_end = |frame: &String| frame.contains(room) && frame.contains("room_deleted");
    let Some(end) = frames.iter().rposition(is_end) else {
        return vec![Leak::Unproved];
    };
    let late = frames[end + 1..].iter().filter(is_about);
    late.map(|frame| Leak::After {
        frame: frame.clone(),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(door: &str, answer: &str) -> Told {
        Told {
            door: door.to_owned(),
            answer: answer.to_owned(),
        }
    }

    fn secrets() -> Vec<String> {
        vec!["canary".to_owned(), "4503599627370497".to_owned()]
    }

    /// What an outsider is told of one room that is open and one that is not.
    fn quiet() -> Vec<Told> {
        vec![
            told("GET /rooms", r#"200 [{"id":1}]"#),
            told("GET /rooms/x", "404 room_not_found"),
            told("socket", r#"{"type":"error"}"#),
        ]
    }

    #[test]
    fn who_is_told_the_same_as_without_hidden_rooms_is_told_nothing_of_them() {
        assert_eq!(leaks(&quiet(), &quiet(), &secrets()), []);
    }

    #[test]
    fn a_record_that_could_show_nothing_proves_nothing() {
        assert_eq!(leaks(&[], &[], &secrets()), [Leak::Unproved]);
        assert_eq!(leaks(&quiet(), &quiet(), &[]), [Leak::Unproved]);
        assert_eq!(after_the_end(&[], "7"), [Leak::Unproved]);
    }

    #[test]
    fn a_publication_with_too_wide_an_audience_is_found() {
        let mut with = quiet();
        with[2].answer += r#"{"type":"room_activity","room_id":4503599627370497,"seq":2}"#;
        let found = leaks(&with, &quiet(), &secrets());
        let said = Leak::Says {
            door: "socket".to_owned(),
            secret: "4503599627370497".to_owned(),
        };
        assert_eq!(found[0], said);
        assert!(matches!(&found[1], Leak::Differs { door, .. } if door == "socket"));
    }

    #[test]
    fn a_check_that_comes_after_the_subscription_is_found() {
        // What was sent in between lay in the mailbox, behind the refusal.
        let mut with = quiet();
        with[2].answer += r#"{"type":"message","content":"canary"}"#;
        assert_eq!(leaks(&with, &quiet(), &secrets()).len(), 2);
        let frames = [
            r#"{"type":"left","room_id":7}"#,
            r#"{"type":"room_deleted","room_id":7}"#,
            r#"{"type":"users_list","room_id":7,"users":["Alice"]}"#,
        ];
        let frames = frames.map(str::to_owned);
        let late = Leak::After {
            frame: frames[2].clone(),
        };
        assert_eq!(after_the_end(&frames, r#""room_id":7"#), [late]);
        assert_eq!(after_the_end(&frames[..2], r#""room_id":7"#), []);
    }

    #[test]
    fn a_count_is_found() {
        let mut with = quiet();
        with[0].answer = r#"200 [{"id":1}] link: next"#.to_owned();
        let found = leaks(&with, &quiet(), &secrets());
        assert!(matches!(&found[..], [Leak::Differs { door, .. }] if door == "GET /rooms"));
    }

    #[test]
    fn a_status_other_than_of_no_room_is_found() {
        let mut with = quiet();
        with[1].answer = "403 forbidden".to_owned();
        assert_eq!(leaks(&with, &quiet(), &secrets()).len(), 1);
    }

    #[test]
    fn a_page_that_was_kept_for_a_member_is_found() {
        let mut with = quiet();
        with[0].answer = r#"200 [{"id":1},{"id":4503599627370497}]"#.to_owned();
        assert_eq!(leaks(&with, &quiet(), &secrets()).len(), 2);
        // Or an answer that is there in one world alone.
        with = quiet();
        with.push(told("GET /rooms/all", "200"));
        assert_eq!(leaks(&with, &quiet(), &secrets()).len(), 1);
    }
}
