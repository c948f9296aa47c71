//! The rule that decides about a send, as a pure function of its facts.

use crate::error::ServiceError;
use crate::store::{Draft, NewPost, PostDecision, PostFacts, Role};
use parlour_protocol::{Number, Timestamp};

/// A repeat is answered with the message it made; a new send takes the room's next number, and its author becomes a
/// member.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`] for a reply to nothing, or
/// [`ServiceError::SignInRequired`] for an author who was deleted.
pub(super) fn decide(
    draft: &Draft,
    facts: PostFacts,
    now: Timestamp,
) -> Result<PostDecision, ServiceError> {
    let (room, author_name, has_replied_to) = match facts {
        PostFacts::Repeat(message) => return Ok(PostDecision::Repeated(message)),
        PostFacts::New {
            room,
            author_name,
            has_replied_to,
        } => (room, author_name, has_replied_to),
    };
    let room = room.ok_or(ServiceError::RoomNotFound)?;
    if draft.reply_to.is_some() && !has_replied_to {
        return Err(ServiceError::MessageNotFound);
    }
    Ok(PostDecision::Stored(NewPost {
        number: Number::posted_at(room.seq.next()),
        ordinal: room.posts + 1,
        author_name: author_name.ok_or(ServiceError::SignInRequired)?,
        created_at: now,
        role: Role::Member,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::RoomState;
    use parlour_protocol::{Message, RoomId, Seq, UserId, samples};

    fn draft() -> Draft {
        Draft {
            author: UserId(3),
            room: RoomId(1),
            client_id: "k".to_owned(),
            body: "hello".to_owned(),
            reply_to: Some(Number(2)),
        }
    }

    fn decided(facts: PostFacts) -> Result<PostDecision, ServiceError> {
        decide(&draft(), facts, Timestamp(7))
    }

    /// Facts of a room with one change more than messages.
    fn new(is_visible: bool, name: Option<&str>, has_replied_to: bool) -> PostFacts {
        PostFacts::New {
            room: is_visible.then_some(RoomState {
                seq: Seq(6),
                posts: 5,
            }),
            author_name: name.map(str::to_owned),
            has_replied_to,
        }
    }

    #[test]
    fn a_new_send_takes_the_rooms_next_number_and_the_authors_present_name() {
        let expected = NewPost {
            number: Number(7),
            ordinal: 6,
            author_name: "Alice".to_owned(),
            created_at: Timestamp(7),
            role: Role::Member,
        };
        let stored = decided(new(true, Some("Alice"), true)).unwrap();
        assert_eq!(stored, PostDecision::Stored(expected));
    }

    #[test]
    fn a_repeat_is_the_message_it_made_whatever_else_was_sent() {
        let message = Message {
            room_id: RoomId(9),
            user_id: UserId(3),
            content: "first".to_owned(),
            ..samples::message(1)
        };
        let repeated = decided(PostFacts::Repeat(message.clone())).unwrap();
        assert_eq!(repeated, PostDecision::Repeated(message));
    }

    #[test]
    fn a_hidden_room_a_missing_reply_and_a_deleted_author_are_refused() {
        let nowhere = decided(new(false, Some("Alice"), true));
        assert!(matches!(nowhere, Err(ServiceError::RoomNotFound)));
        let to_nothing = decided(new(true, Some("Alice"), false));
        assert!(matches!(to_nothing, Err(ServiceError::MessageNotFound)));
        let gone = decided(new(true, None, true));
        assert!(matches!(gone, Err(ServiceError::SignInRequired)));
    }
}
