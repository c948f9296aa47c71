//! The rule that decides about a send, as a pure function of its facts.

use crate::error::ServiceError;
use crate::store::{Draft, NewPost, PostDecision, PostFacts, Role};
use parlour_protocol::{Number, Timestamp};

/// A repeat is answered with the message it made; a new send takes the room's next number. Its author becomes a member
/// of the room by it, if they are none: a room that they see without being one is open.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`] for a reply to nothing, or
/// [`ServiceError::SignInRequired`] for an author who was deleted.
pub(super) fn decide(
    draft: &Draft,
    facts: PostFacts,
    now: Timestamp,
) -> Result<PostDecision, ServiceError> {
    let (room, is_member, author_name, has_replied_to) = match facts {
        PostFacts::Repeat(message) => return Ok(PostDecision::Repeated(message)),
        PostFacts::New {
            room,
            is_member,
            author_name,
            has_replied_to,
        } => (room, is_member, author_name, has_replied_to),
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
        joins_as: (!is_member).then_some(Role::Member),
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
            is_member: true,
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
            joins_as: None,
        };
        let stored = decided(new(true, Some("Alice"), true)).unwrap();
        assert_eq!(stored, PostDecision::Stored(expected));
    }

    #[test]
    fn who_writes_in_an_open_room_for_the_first_time_joins_it_by_that() {
        let facts = |is_member| PostFacts::New {
            room: Some(RoomState {
                seq: Seq(6),
                posts: 5,
            }),
            is_member,
            author_name: Some("Alice".to_owned()),
            has_replied_to: true,
        };
        let joins = |is_member| match decided(facts(is_member)).unwrap() {
            PostDecision::Stored(new) => new.joins_as,
            PostDecision::Repeated(_) => panic!("the key is new"),
        };
        assert_eq!([joins(false), joins(true)], [Some(Role::Member), None]);
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
