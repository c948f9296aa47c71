//! Reactions to a message: which emoji, by how many, and the first of those who did.
//!
//! *Invariant:* [`turn`] is the only thing that makes one list of reactions of another, in the database as in a browser:
//! who holds a message and takes the steps that follow has what its row says.

use crate::json::record;
use crate::{Number, RoomId, Seq, UserId};

/// What most react with.
pub const THUMB: &str = "👍";

/// What the button for it is called.
pub const REACT: &str = "React with 👍";

/// What a client says in `knows` that takes the frame [`Reaction`](crate::ServerFrame::Reaction); others are sent the whole message.
pub const KNOWS_REACTIONS: &str = "reaction";
/// Kinds of reactions to one message.
pub const KINDS_MAX: usize = 20;
/// People who are named beside each.
pub const NAMED_MAX: usize = 10;

record! {
    /// All reactions to a message with one emoji.
    pub struct Reaction {
        /// The emoji, as it is recommended for interchange.
        pub emoji: String,
        /// How many people reacted with it.
        pub count: u32,
        /// The first of them, ten at most, in their order.
        pub user_ids: Vec<UserId>,
        /// Whether the reader is one of them. No frame says it that several are sent, nor what is shared by readers.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub mine: bool,
    }
}

record! {
    /// Somebody has reacted to a message, or does so no more.
    pub struct Reacted {
        /// The room of the message.
        pub room_id: RoomId,
        /// The number of the message in its room.
        pub number: Number,
        /// The room's seq of this, which is the message's from now on.
        pub seq: Seq,
        /// The emoji it is.
        pub emoji: String,
        /// Whose reaction it is.
        pub user_id: UserId,
        /// Whether it is there from now on.
        pub on: bool,
    }
}

/// Whether a message with these reactions can have one with this emoji.
pub fn has_place(reactions: &[Reaction], emoji: &str) -> bool {
    reactions.len() < KINDS_MAX || reactions.iter().any(|reaction| reaction.emoji == emoji)
}

/// Adds somebody's reaction, or takes it away. It must not be there before, or be there, respectively.
pub fn turn(reactions: &mut Vec<Reaction>, emoji: &str, user: UserId, on: bool) {
    let at = reactions
        .iter()
        .position(|reaction| reaction.emoji == emoji);
    let at = match at {
        Some(at) => at,
        None if on => {
            reactions.push(Reaction {
                emoji: emoji.to_owned(),
                count: 0,
                user_ids: Vec::new(),
                mine: false,
            });
            reactions.len() - 1
        }
        None => return,
    };
    let reaction = &mut reactions[at];
    if on {
        reaction.count += 1;
        if reaction.user_ids.len() < NAMED_MAX {
            reaction.user_ids.push(user);
        }
    } else if reaction.count > 1 {
        reaction.count -= 1;
        reaction.user_ids.retain(|named| *named != user);
    } else {
        reactions.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Message, ServerFrame, samples};

    fn counted(reactions: &[Reaction]) -> Vec<(&str, u32, usize)> {
        let counted = reactions.iter();
        counted
            .map(|reaction| {
                let Reaction {
                    emoji,
                    count,
                    user_ids,
                    ..
                } = reaction;
                (emoji.as_str(), *count, user_ids.len())
            })
            .collect()
    }

    #[test]
    fn the_first_ten_are_named_and_everybody_counts() {
        let mut reactions = Vec::new();
        for user in 1..=12 {
            turn(&mut reactions, "👍", UserId(user), true);
        }
        turn(&mut reactions, "🎉", UserId(1), true);
        assert_eq!(counted(&reactions), [("👍", 12, 10), ("🎉", 1, 1)]);
        // One of the named goes, then one who is not.
        turn(&mut reactions, "👍", UserId(3), false);
        turn(&mut reactions, "👍", UserId(12), false);
        assert_eq!(counted(&reactions), [("👍", 10, 9), ("🎉", 1, 1)]);
        turn(&mut reactions, "🎉", UserId(1), false);
        assert_eq!(counted(&reactions), [("👍", 10, 9)]);
        turn(&mut reactions, "🎉", UserId(1), false);
        assert_eq!(counted(&reactions), [("👍", 10, 9)], "none is left");
    }

    #[test]
    fn a_message_has_twenty_kinds_at_most() {
        let mut reactions = Vec::new();
        for kind in 0..KINDS_MAX {
            assert!(has_place(&reactions, "👍"));
            turn(&mut reactions, &kind.to_string(), UserId(1), true);
        }
        assert!(!has_place(&reactions, "👍"));
        assert!(has_place(&reactions, "7"), "of a kind that is there");
    }

    #[test]
    fn a_step_is_small_whatever_it_is_about() {
        let reacted = Reacted {
            room_id: RoomId((1 << 53) - 1),
            number: Number((1 << 53) - 1),
            seq: Seq((1 << 53) - 1),
            // No emoji has more bytes.
            emoji: "👩🏻‍❤️‍💋‍👩🏻".to_owned(),
            user_id: UserId((1 << 53) - 1),
            on: false,
        };
        assert!(ServerFrame::Reaction(reacted).encode().len() <= 200);
    }

    #[test]
    fn who_does_not_read_them_is_told_of_none() {
        let json = serde_json::to_string(&samples::message(1)).unwrap();
        assert!(!json.contains("reactions"), "{json}");
        let mut message = samples::message(1);
        turn(&mut message.reactions, "👍", UserId(1), true);
        let json = serde_json::to_string(&message).unwrap();
        let shown = r#""reactions":[{"emoji":"👍","count":1,"user_ids":[1]}]"#;
        assert!(json.contains(shown), "{json}");
        assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), message);
    }
}
