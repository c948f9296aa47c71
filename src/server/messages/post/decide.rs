//! The rule that decides about a send, as a pure function of its facts.

use crate::error::ServiceError;
use crate::rooms::read_only;
use crate::store::{Author, Draft, NewPost, PostDecision, PostFacts, PostPlace};
use parlour_protocol::permissions::{Roles, may_in};
use parlour_protocol::{Action, Number, RoomRole, Timestamp};

/// A repeat is answered with the message it made; a new send takes the room's next number. Its author becomes a member
/// of the room by it, if they are none: a room that they see without being one is open.
///
/// # Errors
/// [`ServiceError::RoomNotFound`]; [`ServiceError::Banned`] or [`ServiceError::ReadOnly`] for who may not post there;
/// [`ServiceError::MessageNotFound`] for a reply to nothing; [`ServiceError::Unfit`] for a key that made a message in a
/// room that they do not see any more; or [`ServiceError::SignInRequired`] for an author who is no more.
pub(super) fn decide(
    draft: &Draft,
    facts: PostFacts,
    now: Timestamp,
) -> Result<PostDecision, ServiceError> {
    let (place, author, answered, mentioned) = match facts {
        PostFacts::Repeat(message) => return Ok(PostDecision::Repeated(message)),
        PostFacts::Used => return Err(KEY_USED),
        PostFacts::New {
            place,
            author,
            answered,
            mentioned,
        } => (place, author, answered, mentioned),
    };
    // First: who has become somebody else meanwhile is in none of their rooms any more, and says it again as who they are.
    let author = author.ok_or(ServiceError::SignInRequired)?;
    let place = place.ok_or(ServiceError::RoomNotFound)?;
    may_post(&place, &author)?;
    if draft.reply_to.is_some() && answered.is_none() {
        return Err(ServiceError::MessageNotFound);
    }
    Ok(PostDecision::Stored(NewPost {
        number: Number::posted_at(place.state.seq.next()),
        ordinal: place.state.posts + 1,
        author_name: author.name,
        created_at: now,
        joins_as: (!place.is_member).then(|| place.role.max(RoomRole::Member)),
        answered,
        mentioned,
    }))
}

/// It says of the room of the first send nothing but that its author has sent something somewhere.
const KEY_USED: ServiceError = ServiceError::Unfit {
    field: "client_id",
    sentence: "This key was used for another message. Use another one.",
};

/// Refuses an author who may not post there.
///
/// # Errors
/// [`ServiceError::Banned`] or [`ServiceError::ReadOnly`].
pub(super) fn may_post(place: &PostPlace, author: &Author) -> Result<(), ServiceError> {
    let roles = Roles {
        server: author.role,
        room: place.role,
    };
    if place.is_banned {
        return Err(ServiceError::Banned);
    }
    match may_in(Action::Post, roles, place.rules) {
        true => Ok(()),
        false => Err(read_only(place.rules)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Answered, RoomState};
    use parlour_protocol::ReadOnly;
    use parlour_protocol::{
        Guests, Message, Posting, Quote, RoomId, RoomRules, Seq, ServerRole, UserId, samples,
    };

    fn draft() -> Draft {
        Draft {
            author: UserId(3),
            was: Vec::new(),
            room: RoomId(1),
            client_id: "k".to_owned(),
            body: "hello".to_owned(),
            doc: None,
            reply_to: Some(Number(2)),
            mentions: Vec::new(),
            mentions_all: false,
        }
    }

    fn decided(facts: PostFacts) -> Result<PostDecision, ServiceError> {
        decide(&draft(), facts, Timestamp(7))
    }

    /// A room with one change more than messages.
    fn place(is_member: bool) -> PostPlace {
        PostPlace {
            state: RoomState {
                seq: Seq(6),
                posts: 5,
            },
            rules: RoomRules::default(),
            is_member,
            role: match is_member {
                true => RoomRole::Member,
                false => RoomRole::Visitor,
            },
            is_banned: false,
        }
    }

    fn author(name: &str) -> Author {
        Author {
            name: name.to_owned(),
            role: ServerRole::Guest,
            is_confined: false,
        }
    }

    fn answered() -> Answered {
        Answered {
            quote: Quote::of(&samples::message(2)),
            thread: Number(2),
            replies: None,
        }
    }

    fn new(is_visible: bool, name: Option<&str>, is_answered: bool) -> PostFacts {
        PostFacts::New {
            place: is_visible.then(|| place(true)),
            author: name.map(author),
            answered: is_answered.then(answered),
            mentioned: Vec::new(),
        }
    }

    fn at(place: PostPlace) -> PostFacts {
        PostFacts::New {
            place: Some(place),
            author: Some(author("Alice")),
            answered: Some(answered()),
            mentioned: Vec::new(),
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
            answered: Some(answered()),
            mentioned: Vec::new(),
        };
        let stored = decided(new(true, Some("Alice"), true)).unwrap();
        assert_eq!(stored, PostDecision::Stored(expected));
    }

    #[test]
    fn who_writes_in_an_open_room_for_the_first_time_joins_it_by_that() {
        let joins = |is_member| match decided(at(place(is_member))).unwrap() {
            PostDecision::Stored(new) => new.joins_as,
            PostDecision::Repeated(_) => panic!("the key is new"),
        };
        assert_eq!([joins(false), joins(true)], [Some(RoomRole::Member), None]);
    }

    #[test]
    fn a_key_that_was_used_where_its_author_sees_nothing_any_more_makes_no_message() {
        let used = decided(PostFacts::Used).unwrap_err();
        let is_about_it =
            |error| matches!(error, ServiceError::Unfit { field, .. } if field == "client_id");
        assert!(is_about_it(used));
    }

    #[test]
    fn a_repeat_is_the_message_it_made_whatever_else_was_sent() {
        let message = Message {
            room_id: RoomId(9),
            user_id: UserId(3),
            content: "first".to_owned(),
            ..samples::message(1)
        };
        let repeated = decided(PostFacts::Repeat(message.clone().into())).unwrap();
        assert_eq!(repeated, PostDecision::Repeated(message.into()));
    }

    #[test]
    fn who_may_not_post_in_a_room_is_told_why() {
        let ruled = |is_member, rules| {
            let place = place(is_member);
            decided(at(PostPlace { rules, ..place }))
        };
        let with = |posting, guests, is_archived| RoomRules {
            posting,
            guests,
            is_archived,
            ..RoomRules::default()
        };
        for (is_member, rules, expected) in [
            (
                true,
                with(Posting::All, Guests::Write, true),
                Some(ReadOnly::Archived),
            ),
            (
                true,
                with(Posting::Moderators, Guests::Write, false),
                Some(ReadOnly::Announcements),
            ),
            (
                false,
                with(Posting::Members, Guests::Write, false),
                Some(ReadOnly::Members),
            ),
            (true, with(Posting::Members, Guests::Write, false), None),
            (
                false,
                with(Posting::All, Guests::Read, false),
                Some(ReadOnly::Guests),
            ),
            (true, with(Posting::All, Guests::Read, false), None),
        ] {
            let refused = match ruled(is_member, rules) {
                Err(ServiceError::ReadOnly(why)) => Some(why),
                decided => decided.map(|_| None).unwrap(),
            };
            assert_eq!(refused, expected, "{rules:?}");
        }
        let announced = decided(at(PostPlace {
            rules: with(Posting::Moderators, Guests::Write, false),
            role: RoomRole::Moderator,
            ..place(true)
        }));
        assert!(announced.is_ok());
        let banned = decided(at(PostPlace {
            is_banned: true,
            ..place(false)
        }));
        assert!(matches!(banned, Err(ServiceError::Banned)));
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
