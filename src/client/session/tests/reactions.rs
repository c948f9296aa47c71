//! Reactions as they come, one by one, and out of order.

use super::*;
use parlour_protocol::{Reacted, Reaction};

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
