//! Editing and deleting one's own messages. *Invariant:* a deleted message leaves a tombstone: its row, with its
//! `number` and without its text.

use super::formatting::{Reading, formatted};
use crate::context::Context;
use crate::error::ServiceError;
use crate::markdown::Formatted;
use crate::rooms::{self, read_only};
use crate::scope::{Person, Scope};
use crate::store::{Change, Standing, UNDO_MS, Undoable};
use parlour_protocol::permissions::may_in;
use parlour_protocol::{
    Action, Format, Message, Number, Revisions, RoomId, Timestamp, UserId, rules,
};

/// What a message is replaced with.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The new text, not cleaned yet.
    pub content: String,
    /// How it is to be read.
    pub format: Option<Format>,
    /// Whom names in it mean, and nobody else; without, it is whoever is called so.
    pub mentions: Option<Vec<UserId>>,
}

impl From<String> for Edit {
    fn from(content: String) -> Self {
        Self {
            content,
            format: None,
            mentions: None,
        }
    }
}

/// Replaces the text of the person's own message. The text it already has changes nothing, unless it is to be read
/// otherwise, and costs no token then.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`] when it was removed,
/// [`ServiceError::Forbidden`] when it is another person's, [`ServiceError::ReadOnly`] where nothing is changed any
/// more, [`ServiceError::Banned`] for who is kept out, or [`ServiceError::RateLimited`].
pub async fn edit(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
    edit: impl Into<Edit>,
) -> Result<Message, ServiceError> {
    let edit = edit.into();
    let person = scope.require_person()?.clone();
    let body = rules::message(&edit.content)?;
    rooms::require_to_write(ctx, scope, room).await?;
    let refused = ctx.limits.could_message(person.user.id, scope.address);
    let reading = Reading {
        format: edit.format,
        mentions: edit.mentions,
        is_quoting: false,
    };
    let text = NewText {
        // No text is read of who is over their limit.
        doc: match &refused {
            Ok(()) => formatted(ctx, scope, room, &body, reading).await?,
            Err(_) => None,
        },
        body,
        is_chosen: edit.format.is_some(),
    };
    let now = ctx.clock.now();
    let decide = move |standing: &Standing, message: &Message| {
        decide_edit(&person, standing, message, &text, now)
    };
    match refused {
        Ok(()) => change(ctx, scope, room, number, decide).await,
        Err(refusal) => unchanged(ctx, scope, (room, number), decide, refusal).await,
    }
}

/// Deletes a message, which leaves a tombstone: its row without its text. Its author may, who can have it back for a
/// moment, and who keeps order there.
/// One that is deleted already changes nothing, and costs no token.
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
    let decide = move |standing: &Standing, message: &Message| {
        decide_delete(&person, standing, message, now)
    };
    let deleted = change(ctx, scope, room, number, decide).await?;
    ctx.undo_timer.wake();
    Ok(deleted)
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

/// A message that the person may delete: their own, and anybody's where they keep order.
///
/// # Errors
/// As [`delete`]; [`ServiceError::MessageNotFound`] also for one that was deleted.
pub async fn deletable(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<Message, ServiceError> {
    let person = scope.require_person()?;
    let message = ctx.store.message(scope, room, number).await?;
    let standing = ctx.store.standing(person.user.id, room).await?;
    match decide_delete(person, &standing, &message, ctx.clock.now())? {
        Some(_) => Ok(message),
        None => Err(ServiceError::MessageNotFound),
    }
}

/// A flood is refused before it reaches the writer, except for what changes nothing.
async fn change(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
    decide: impl Fn(&Standing, &Message) -> Result<Option<Change>, ServiceError> + Send + 'static,
) -> Result<Message, ServiceError> {
    let (user, address) = (scope.require_person()?.user.id, scope.address);
    if let Err(refusal) = ctx.limits.message(user, address) {
        return unchanged(ctx, scope, (room, number), decide, refusal).await;
    }
    let changed = ctx.store.change_message(user, room, number, decide).await;
    if !matches!(&changed, Ok(changed) if changed.is_new) {
        ctx.limits.give_back_message(user, address);
    }
    let changed = changed?;
    ctx.store.took_back();
    Ok(changed.message)
}

/// The message, if it is left as it is; else what refuses the change.
async fn unchanged(
    ctx: &Context,
    scope: &Scope,
    (room, number): (RoomId, Number),
    decide: impl Fn(&Standing, &Message) -> Result<Option<Change>, ServiceError>,
    refusal: ServiceError,
) -> Result<Message, ServiceError> {
    let user = scope.require_person()?.user.id;
    let message = ctx.store.message(scope, room, number).await?;
    let standing = ctx.store.standing(user, room).await?;
    match decide(&standing, &message)? {
        None => Ok(message),
        Some(_) => Err(refusal),
    }
}

/// A text that passed the rules.
struct NewText {
    body: String,
    doc: Option<Formatted>,
    /// Whether somebody said how it is to be read.
    is_chosen: bool,
}

fn decide_edit(
    person: &Person,
    standing: &Standing,
    message: &Message,
    text: &NewText,
    at: Timestamp,
) -> Result<Option<Change>, ServiceError> {
    refuse_others(person, message)?;
    let rules = standing.room.rules;
    if standing.is_banned(at) {
        return Err(ServiceError::Banned);
    }
    if !may_in(Action::EditOwn, person.roles(standing.role), rules) {
        return Err(read_only(rules));
    }
    let change = || Change::Edit {
        body: text.body.clone(),
        doc: text.doc.clone(),
        at,
        keeps: rules.revisions == Revisions::Everybody,
    };
    let is_read_so = || message.doc.as_ref() == text.doc.as_ref().map(|doc| &doc.document);
    let is_so = rules::is_said(&message.content, &text.body) && (!text.is_chosen || is_read_so());
    Ok((!is_so).then(change))
}

pub(super) fn decide_delete(
    person: &Person,
    standing: &Standing,
    message: &Message,
    at: Timestamp,
) -> Result<Option<Change>, ServiceError> {
    let action = match person.is(message.user_id) {
        true => Action::DeleteOwn,
        false => Action::DeleteAny,
    };
    if !may_in(action, person.roles(standing.role), standing.room.rules) {
        return Err(ServiceError::Forbidden);
    }
    // A repeat changes nothing.
    let undoable = (action == Action::DeleteOwn).then_some(Undoable {
        by: person.user.id,
        until: Timestamp(at.0 + UNDO_MS),
    });
    Ok((!message.deleted).then_some(Change::Delete { at, undoable }))
}

/// Refuses a message that the person may not edit.
fn refuse_others(person: &Person, message: &Message) -> Result<(), ServiceError> {
    if message.deleted {
        return Err(ServiceError::MessageNotFound);
    }
    if !person.is(message.user_id) {
        return Err(ServiceError::Forbidden);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::SessionId;
    use crate::store::StoredRoom;
    use parlour_protocol::{RoomRole, RoomRules, ServerRole, User, UserId, UserKind, samples};

    const NOW: Timestamp = Timestamp(7);

    fn person(id: i64) -> Person {
        Person {
            user: User {
                id: UserId(id),
                name: "Alice".to_owned(),
                kind: UserKind::Guest,
                account: None,
            },
            session: SessionId(1),
            role: ServerRole::Guest,
            is_confined: false,
            was: Vec::new(),
        }
    }

    fn standing(role: RoomRole) -> Standing {
        let room = samples::room(RoomId(1), "Lobby");
        Standing {
            room: StoredRoom {
                room,
                posts: 1,
                rules: RoomRules::default(),
            },
            is_member: role > RoomRole::Visitor,
            role,
            kept_out: None,
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

    fn text(body: &str) -> NewText {
        NewText {
            body: body.to_owned(),
            doc: None,
            is_chosen: false,
        }
    }

    #[test]
    fn an_author_edits_what_is_there_and_the_same_text_is_no_change() {
        let edited = decide_edit(
            &person(1),
            &standing(RoomRole::Member),
            &message(false),
            &text("two"),
            NOW,
        )
        .unwrap();
        let expected = Change::Edit {
            body: "two".to_owned(),
            doc: None,
            at: NOW,
            keeps: true,
        };
        assert_eq!(edited, Some(expected));
        let same = decide_edit(
            &person(1),
            &standing(RoomRole::Member),
            &message(false),
            &text("one"),
            NOW,
        );
        assert_eq!(same.unwrap(), None);
        let gone = decide_edit(
            &person(1),
            &standing(RoomRole::Member),
            &message(true),
            &text("two"),
            NOW,
        );
        assert!(matches!(gone, Err(ServiceError::MessageNotFound)));
        let others = decide_edit(
            &person(2),
            &standing(RoomRole::Member),
            &message(false),
            &text("two"),
            NOW,
        );
        assert!(matches!(others, Err(ServiceError::Forbidden)));
    }

    #[test]
    fn an_author_and_who_keeps_order_delete_once() {
        let delete = |person: &Person, role, deleted| {
            decide_delete(person, &standing(role), &message(deleted), NOW)
        };
        let admin = Person {
            role: ServerRole::Admin,
            ..person(2)
        };
        for (may, role) in [
            (&person(1), RoomRole::Visitor),
            (&admin, RoomRole::Visitor),
            (&person(2), RoomRole::Moderator),
        ] {
            let deleted = delete(may, role, false).unwrap();
            // Only who deletes their own has it back.
            let undoable = may.is(UserId(1)).then_some(Undoable {
                by: UserId(1),
                until: Timestamp(NOW.0 + UNDO_MS),
            });
            let expected = Change::Delete { at: NOW, undoable };
            assert_eq!(deleted, Some(expected));
            assert_eq!(delete(may, role, true).unwrap(), None);
        }
        for deleted in [false, true] {
            let refused = delete(&person(2), RoomRole::Member, deleted);
            assert!(matches!(refused, Err(ServiceError::Forbidden)));
        }
    }

    #[test]
    fn in_an_archived_room_nothing_is_edited_and_much_is_deleted() {
        let mut archived = standing(RoomRole::Member);
        archived.room.rules.is_archived = true;
        let edited = decide_edit(&person(1), &archived, &message(false), &text("two"), NOW);
        assert!(matches!(edited, Err(ServiceError::ReadOnly(_))));
        let deleted = decide_delete(&person(1), &archived, &message(false), NOW);
        assert!(deleted.unwrap().is_some());
    }
}
