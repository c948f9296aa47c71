//! Editing and deleting one's own messages. *Invariant:* a deleted message leaves a tombstone: its row, with its
//! `number` and without its text.

use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::{Person, Scope};
use crate::store::Change;
use parlour_protocol::{Message, Number, RoomId, ServerRole, Timestamp, rules};

/// Replaces the text of the person's own message. The text it already has changes nothing, and costs no token.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`] when it was removed,
/// [`ServiceError::Forbidden`] when it is another person's, or [`ServiceError::RateLimited`].
pub async fn edit(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
    content: String,
) -> Result<Message, ServiceError> {
    let person = scope.require_person()?.clone();
    let body = rules::message(&content)?;
    let now = ctx.clock.now();
    let decide = move |message: &Message| decide_edit(&person, message, &body, now);
    change(ctx, scope, room, number, decide).await
}

/// Deletes a message, which leaves a tombstone: its row without its text. Its author may, and an admin. One that is
/// deleted already changes nothing, and costs no token.
///
/// # Errors
/// As [`edit`].
pub async fn delete(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<Message, ServiceError> {
    let person = scope.require_person()?.clone();
    let now = ctx.clock.now();
    let decide = move |message: &Message| decide_delete(&person, message, now);
    change(ctx, scope, room, number, decide).await
}

/// The person's own message, to be changed.
///
/// # Errors
/// As [`edit`].
pub async fn own(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<Message, ServiceError> {
    let person = scope.require_person()?;
    let message = ctx.store.message(scope, room, number).await?;
    refuse_others(person, &message)?;
    Ok(message)
}

/// A flood is refused before it reaches the writer, except for what changes nothing.
async fn change(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
    decide: impl Fn(&Message) -> Result<Option<Change>, ServiceError> + Send + 'static,
) -> Result<Message, ServiceError> {
    let (user, address) = (scope.require_person()?.user.id, scope.address);
    if let Err(refusal) = ctx.limits.message(user, address) {
        let message = ctx.store.message(scope, room, number).await?;
        return match decide(&message)? {
            None => Ok(message),
            Some(_) => Err(refusal),
        };
    }
    let changed = ctx.store.change_message(scope, room, number, decide).await;
    if !matches!(&changed, Ok(changed) if changed.is_new) {
        ctx.limits.give_back_message(user, address);
    }
    let changed = changed?;
    ctx.store.took_back();
    Ok(changed.message)
}

fn decide_edit(
    person: &Person,
    message: &Message,
    body: &str,
    at: Timestamp,
) -> Result<Option<Change>, ServiceError> {
    refuse_others(person, message)?;
    let change = || Change::Edit {
        body: body.to_owned(),
        at,
    };
    Ok((!rules::is_said(&message.content, body)).then(change))
}

fn decide_delete(
    person: &Person,
    message: &Message,
    at: Timestamp,
) -> Result<Option<Change>, ServiceError> {
    if message.user_id != person.user.id && person.role < ServerRole::Moderator {
        return Err(ServiceError::Forbidden);
    }
    // A repeat changes nothing.
    Ok((!message.deleted).then_some(Change::Delete { at }))
}

/// Refuses a message that the person may not edit.
fn refuse_others(person: &Person, message: &Message) -> Result<(), ServiceError> {
    if message.deleted {
        return Err(ServiceError::MessageNotFound);
    }
    if message.user_id != person.user.id {
        return Err(ServiceError::Forbidden);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::SessionId;
    use parlour_protocol::{User, UserId, UserKind, samples};

    const NOW: Timestamp = Timestamp(7);

    fn person(id: i64) -> Person {
        Person {
            user: User {
                id: UserId(id),
                name: "Alice".to_owned(),
                kind: UserKind::Guest,
            },
            session: SessionId(1),
            role: ServerRole::Guest,
            is_confined: false,
        }
    }

    /// One of person 1.
    fn message(deleted: bool) -> Message {
        Message {
            content: if deleted { "" } else { "one" }.to_owned(),
            deleted,
            ..samples::message(1)
        }
    }

    #[test]
    fn an_author_edits_what_is_there_and_the_same_text_is_no_change() {
        let edited = decide_edit(&person(1), &message(false), "two", NOW).unwrap();
        let expected = Change::Edit {
            body: "two".to_owned(),
            at: NOW,
        };
        assert_eq!(edited, Some(expected));
        let same = decide_edit(&person(1), &message(false), "one", NOW);
        assert_eq!(same.unwrap(), None);
        let gone = decide_edit(&person(1), &message(true), "two", NOW);
        assert!(matches!(gone, Err(ServiceError::MessageNotFound)));
        let others = decide_edit(&person(2), &message(false), "two", NOW);
        assert!(matches!(others, Err(ServiceError::Forbidden)));
    }

    #[test]
    fn an_author_and_an_admin_delete_once() {
        let delete = |person: &Person, deleted| decide_delete(person, &message(deleted), NOW);
        let admin = Person {
            role: ServerRole::Admin,
            ..person(2)
        };
        for may in [&person(1), &admin] {
            let deleted = delete(may, false).unwrap();
            assert_eq!(deleted, Some(Change::Delete { at: NOW }));
            assert_eq!(delete(may, true).unwrap(), None);
        }
        for deleted in [false, true] {
            let refused = delete(&person(2), deleted);
            assert!(matches!(refused, Err(ServiceError::Forbidden)));
        }
    }
}
