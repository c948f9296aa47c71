//! Reactions as they come, one by one, and out of order.

use super::*;
use crate::timeline::{Row, utc};
use parlour_protocol::json::FromJson;
use parlour_protocol::{Reacted, Reaction, Refusal};

fn reacted(number: i64, seq: i64, user_id: UserId, on: bool) -> ServerFrame {
    ServerFrame::Reaction(Reacted {
        room_id: LOBBY,
        number: Number(number),
        seq: Seq(seq),
        emoji: "👍".to_owned(),
        user_id,
        on,
    })
}

fn reaction(count: u32, user_ids: &[UserId], mine: bool) -> Reaction {
    Reaction {
        emoji: "👍".to_owned(),
        count,
        user_ids: user_ids.to_vec(),
        mine,
    }
}

fn shown(tab: &Tab, number: i64) -> (i64, Vec<Reaction>) {
    let message = tab.session.timeline().get(Number(number)).unwrap();
    (message.seq.0, message.reactions.clone())
}

/// Message 2 as a sync has it.
fn synced(from: i64, to: i64, seq: i64, reactions: Vec<Reaction>) -> ServerFrame {
    ServerFrame::Sync(Sync {
        messages: vec![Message {
            seq: Seq(seq),
            reactions,
            ..message(LOBBY, 2, BOB, "b2")
        }],
        ..sync(LOBBY, from, to)
    })
}

#[test]
fn a_reaction_is_shown_and_is_no_news() {
    let mut tab = Tab::live();
    let unread = |tab: &Tab| tab.session.rooms()[0].unread;
    let before = unread(&tab);
    let effects = tab.hear(reacted(2, 3, BOB, true));
    assert_eq!(shown(&tab, 2), (3, vec![reaction(1, &[BOB], false)]));
    assert_eq!((unread(&tab), tab.session.missed()), (before, 0));
    assert!(
        effects
            .iter()
            .all(|effect| !matches!(effect, Effect::Announce(_)))
    );
    // From another device of one's own.
    tab.hear(reacted(2, 4, ALICE, true));
    assert_eq!(shown(&tab, 2).1, [reaction(2, &[BOB, ALICE], true)]);
    tab.hear(reacted(2, 5, BOB, false));
    tab.hear(reacted(2, 6, ALICE, false));
    assert_eq!(shown(&tab, 2), (6, Vec::new()));
}

#[test]
fn a_step_behind_a_gap_waits_for_the_message_as_it_is() {
    let mut tab = Tab::live();
    let asked = tab.hear(reacted(2, 4, ALICE, true));
    assert_eq!(said(&asked), [&asks_sync(LOBBY, 2)]);
    assert_eq!(shown(&tab, 2), (2, Vec::new()));
    tab.hear(synced(2, 4, 4, vec![reaction(2, &[BOB, ALICE], true)]));
    // What had overtaken it is in it already.
    for late in [3, 4] {
        tab.hear(reacted(2, late, BOB, true));
        assert_eq!(shown(&tab, 2), (4, vec![reaction(2, &[BOB, ALICE], true)]));
    }
    tab.hear(reacted(2, 5, BOB, false));
    assert_eq!(shown(&tab, 2), (5, vec![reaction(1, &[ALICE], true)]));
}

#[test]
fn what_all_are_sent_does_not_take_away_what_is_one_s_own() {
    let mut tab = Tab::live();
    tab.hear(reacted(2, 3, ALICE, true));
    let edited = Message {
        seq: Seq(4),
        content: "Another text.".to_owned(),
        reactions: vec![reaction(1, &[ALICE], false)],
        ..message(LOBBY, 2, BOB, "b2")
    };
    tab.hear(ServerFrame::MessageChanged(edited));
    assert_eq!(shown(&tab, 2), (4, vec![reaction(1, &[ALICE], true)]));
}

#[test]
fn one_to_a_message_that_is_not_held_only_moves_the_room() {
    let mut tab = Tab::live();
    tab.hear(reacted(9, 3, BOB, true));
    assert_eq!(tab.session.timeline().seq(), Seq(3));
    tab.hear(posted(LOBBY, 4));
    assert_eq!(tab.shown(), [1, 2, 4]);
}

/// What is drawn of message 2: its reactions, and the place that its row has among all states.
fn drawn(tab: &Tab) -> (Vec<Reaction>, i64) {
    let mut rows = tab.session.timeline().rows(&[ALICE], None, utc);
    tab.session.presume(&mut rows);
    let drawn = rows.into_iter().find_map(|row| match row {
        Row::Message(row) if row.message.number == Number(2) => Some(row.message),
        _ => None,
    });
    let drawn = drawn.unwrap();
    (drawn.reactions.clone(), drawn.seq.0)
}

fn refusal(code: ErrorCode) -> ServerFrame {
    ServerFrame::Error(Refusal {
        code,
        message: "Not so fast.".to_owned(),
        room_id: Some(LOBBY),
        client_id: None,
        at: None,
        retry_after_ms: Some(1_000),
    })
}

fn notices(effects: &[Effect]) -> Vec<&str> {
    let notices = effects.iter().filter_map(|effect| match effect {
        Effect::Notice(sentence) => Some(sentence.as_str()),
        _ => None,
    });
    notices.collect()
}

#[test]
fn one_s_own_is_drawn_at_once_and_counted_once() {
    let mut tab = Tab::live();
    tab.hear(reacted(2, 3, BOB, true));
    let (_, before) = drawn(&tab);
    tab.does(|session| session.react(LOBBY, Number(2), "👍", true));
    let (reactions, at) = drawn(&tab);
    assert_eq!(reactions, [reaction(2, &[BOB, ALICE], true)]);
    assert_ne!(at, before, "the row is drawn anew");
    assert_eq!(shown(&tab, 2).1, [reaction(1, &[BOB], false)]);
    // Somebody else's comes first.
    tab.hear(reacted(2, 4, UserId(9), true));
    let all = [reaction(3, &[BOB, UserId(9), ALICE], true)];
    assert_eq!(drawn(&tab).0, all);
    tab.hear(reacted(2, 5, ALICE, true));
    assert_eq!((drawn(&tab).0.as_slice(), drawn(&tab).1), (&all[..], 5));
    // Taken back, and told of by a sync.
    tab.does(|session| session.react(LOBBY, Number(2), "👍", false));
    let rest = vec![reaction(2, &[BOB, UserId(9)], false)];
    assert_eq!(drawn(&tab).0, rest);
    tab.hear(synced(5, 6, 6, rest.clone()));
    assert_eq!(drawn(&tab), (rest, 6));
}

#[test]
fn what_is_refused_is_taken_back_and_said_also_when_it_was_too_fast() {
    for code in [ErrorCode::TooManyReactions, ErrorCode::RateLimited] {
        let mut tab = Tab::live();
        tab.does(|session| session.react(LOBBY, Number(2), "👍", true));
        assert_eq!(drawn(&tab).0.len(), 1);
        let effects = tab.hear(refusal(code));
        assert_eq!(notices(&effects), ["Not so fast."], "{code:?}");
        assert_eq!(drawn(&tab), (Vec::new(), 2));
    }
}

#[test]
fn what_went_with_the_socket_is_drawn_no_more() {
    let mut tab = Tab::live();
    tab.does(|session| session.react(LOBBY, Number(2), "👍", true));
    tab.does(|session| session.closed(1006, ""));
    assert_eq!(drawn(&tab).0, []);
    let effects = tab.does(|session| session.react(LOBBY, Number(2), "👍", true));
    assert_eq!(notices(&effects).len(), 1);
    assert_eq!(drawn(&tab).0, []);
}

#[test]
fn a_thousand_steps_are_what_the_message_has_then() {
    let mut tab = Tab::live();
    let kinds = ["👍", "🎉", "❤️", "😂"];
    let mut expected: Vec<Reaction> = Vec::new();
    for at in 0..1_000_usize {
        // Everybody reacts, and every seventh takes it back later on.
        let user = UserId(100 + at as i64);
        let (user, on, emoji) = match at % 7 {
            6 => (UserId(100 + at as i64 - 3), false, kinds[(at - 3) % 4]),
            _ => (user, true, kinds[at % 4]),
        };
        let step = Reacted {
            room_id: LOBBY,
            number: Number(2),
            seq: Seq(3 + at as i64),
            emoji: emoji.to_owned(),
            user_id: user,
            on,
        };
        let frame = ServerFrame::Reaction(step);
        assert!(frame.encode().len() <= 200);
        parlour_protocol::reactions::turn(&mut expected, emoji, user, on);
        // As it comes over the wire.
        tab.hear(ServerFrame::from_text(&frame.encode()).unwrap());
    }
    let (seq, reactions) = shown(&tab, 2);
    assert_eq!((seq, &reactions), (1_002, &expected));
    let all: u32 = reactions.iter().map(|reaction| reaction.count).sum();
    assert_eq!(all, 1_000 - 2 * (1_000 / 7));
}

#[test]
fn who_wrote_is_told_aloud_now_and_then_and_nobody_else() {
    let mut tab = Tab::live();
    let lines = |effects: &[Effect]| -> Vec<String> {
        let line = |effect: &Effect| match effect {
            Effect::Announce(crate::announcer::Aloud::Say(_, text)) => Some(text.clone()),
            _ => None,
        };
        effects.iter().filter_map(line).collect()
    };
    let mine = message(LOBBY, 3, ALICE, "mine");
    tab.hear(ServerFrame::Message(mine));
    assert_eq!(lines(&tab.hear(reacted(2, 4, BOB, true))), [""; 0]);
    assert_eq!(lines(&tab.hear(reacted(3, 5, ALICE, true))), [""; 0]);
    let first = tab.hear(reacted(3, 6, BOB, true));
    assert_eq!(lines(&first), ["1 reaction to your message"]);
    for (seq, user) in [(7, 21), (8, 22)] {
        assert_eq!(
            lines(&tab.hear(reacted(3, seq, UserId(user), true))),
            [""; 0]
        );
    }
    tab.hear(reacted(3, 9, UserId(22), false));
    let later = tab.pass(5_000.0);
    assert_eq!(lines(&later), ["2 reactions to your message"]);
}
