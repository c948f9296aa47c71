//! Reacting to messages. *Invariant:* a reaction that is there already, or is gone already, changes nothing and costs no
//! token.

use crate::context::Context;
use crate::emoji;
use crate::error::ServiceError;
use crate::rooms::{self, PeoplePage};
use crate::scope::{Person, Scope};
use crate::store::{ReactionDraft, Standing};
use parlour_protocol::permissions::may_in;
use parlour_protocol::reactions::has_place;
use parlour_protocol::read_only::why_not_react;
use parlour_protocol::{
    Action, Message, Number, Reaction, Room, RoomId, Timestamp, User, UserId, rules,
};

/// Lets the person's reaction to a message be there, or be there no more. `emoji` may be a short name of one.
///
/// # Errors
/// [`ServiceError::Unfit`] for what is no emoji; [`ServiceError::RoomNotFound`]; [`ServiceError::MessageNotFound`], also
/// for one that was deleted; [`ServiceError::ReadOnly`] where the person does not react, and
/// [`ServiceError::AccountRequired`] where guests do not; [`ServiceError::Banned`] for who is kept out;
/// [`ServiceError::TooManyReactions`]; or [`ServiceError::RateLimited`].
pub async fn react(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
    emoji: &str,
    on: bool,
) -> Result<Message, ServiceError> {
    let person = scope.require_person()?.clone();
    let emoji = known(emoji)?;
    rooms::require_to_write(ctx, scope, room).await?;
    let (user, address, at) = (person.user.id, scope.address, ctx.clock.now());
    let draft = ReactionDraft {
        user,
        was: person.was.clone(),
        room,
        number,
        emoji: emoji.to_owned(),
        on,
        at,
    };
    let decide = move |standing: &Standing, message: &Message, is_there| {
        decide(
            &person,
            standing,
            message,
            Wanted {
                emoji,
                on,
                is_there,
            },
            at,
        )
    };
    if let Err(refusal) = ctx.limits.message(user, address) {
        // A flood is refused before it reaches the writer, except for what changes nothing.
        let message = ctx.store.message(scope, room, number).await?;
        let standing = ctx.store.standing(user, room).await?;
        let own = ctx
            .store
            .own_reactions(user, room, (number, number))
            .await?;
        let is_there = own.iter().any(|(_, with)| with == emoji);
        return match decide(&standing, &message, is_there)? {
            false => Ok(message),
            true => Err(refusal),
        };
    }
    let changed = ctx.store.react(draft, decide).await;
    if !matches!(&changed, Ok(changed) if changed.is_new) {
        ctx.limits.give_back_message(user, address);
    }
    Ok(changed?.message)
}

/// Whether the person may react to a message, before they have said with what.
///
/// # Errors
/// As [`react`].
pub async fn reactable(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<(), ServiceError> {
    let person = scope.require_person()?;
    rooms::require_to_write(ctx, scope, room).await?;
    let message = ctx.store.message(scope, room, number).await?;
    let standing = ctx.store.standing(person.user.id, room).await?;
    // One that is there already is of a kind that has a place.
    let wanted = Wanted {
        emoji: "",
        on: true,
        is_there: true,
    };
    decide(person, &standing, &message, wanted, ctx.clock.now()).map(drop)
}

/// Who reacted to a message, with one emoji at a time.
#[derive(Clone, Debug)]
pub struct ReactionsPage {
    /// The room of the message.
    pub room: Room,
    /// The number of the message in its room.
    pub number: Number,
    /// All kinds of reactions to it.
    pub reactions: Vec<Reaction>,
    /// The one that is shown; none if there are none.
    pub emoji: String,
    /// A part of those who reacted with it.
    pub people: PeoplePage<User>,
}

/// Who reacted to a message with this emoji, or with its first one if there is no reaction with this.
///
/// # Errors
/// [`ServiceError::RoomNotFound`]; [`ServiceError::MessageNotFound`]; or [`ServiceError::RateLimited`].
pub async fn reactions_page(
    ctx: &Context,
    scope: &Scope,
    (room, number): (RoomId, Number),
    emoji: &str,
    after: UserId,
) -> Result<ReactionsPage, ServiceError> {
    let room = rooms::get(ctx, scope, room).await?;
    let message = ctx.store.message(scope, room.id, number).await?;
    let reactions = message.reactions;
    let wanted = emoji::found(emoji).unwrap_or_default();
    let is_there = reactions.iter().any(|reaction| reaction.emoji == wanted);
    let first = || reactions.first().map(|first| first.emoji.clone());
    let (emoji, after) = match is_there {
        true => (Some(wanted.to_owned()), after),
        false => (first(), UserId(0)),
    };
    let people = match &emoji {
        Some(emoji) => {
            let at = (room.id, number);
            who_reacted(ctx, scope, at, emoji, after, rules::LIST_MAX).await?
        }
        None => PeoplePage {
            people: Vec::new(),
            next: None,
        },
    };
    Ok(ReactionsPage {
        room,
        number,
        reactions,
        emoji: emoji.unwrap_or_default(),
        people,
    })
}

/// Who reacted to a message with an emoji, 100 at most, behind one of them.
///
/// # Errors
/// [`ServiceError::Unfit`] for what is no emoji; [`ServiceError::RoomNotFound`]; [`ServiceError::MessageNotFound`]; or
/// [`ServiceError::RateLimited`].
pub async fn who_reacted(
    ctx: &Context,
    scope: &Scope,
    (room, number): (RoomId, Number),
    emoji: &str,
    after: UserId,
    limit: u32,
) -> Result<PeoplePage<User>, ServiceError> {
    let emoji = known(emoji)?.to_owned();
    ctx.limits.history_page(scope)?;
    let limit = limit.clamp(1, rules::LIST_MAX);
    let who = ctx
        .store
        .who_reacted(scope, (room, number), emoji, after, limit + 1);
    let mut who = who.await?;
    let has_more = who.len() > limit as usize;
    who.truncate(limit as usize);
    let last = who.last().map(|(id, _)| *id);
    Ok(PeoplePage {
        people: who.into_iter().map(|(_, user)| user).collect(),
        next: last.filter(|_| has_more),
    })
}

fn known(emoji: &str) -> Result<&'static str, ServiceError> {
    emoji::found(emoji).ok_or(ServiceError::Unfit {
        field: "emoji",
        sentence: "This is no emoji, and no short name of one.",
    })
}

/// A reaction that somebody wants to come or to go.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    emoji: &'static str,
    on: bool,
    is_there: bool,
}

/// Whether it comes or goes.
fn decide(
    person: &Person,
    standing: &Standing,
    message: &Message,
    wanted: Wanted,
    now: Timestamp,
) -> Result<bool, ServiceError> {
    if message.deleted {
        return Err(ServiceError::MessageNotFound);
    }
    if standing.is_banned(now) {
        return Err(ServiceError::Banned);
    }
    let rules = standing.room.rules;
    if !may_in(Action::React, person.roles(standing.role), rules) {
        return Err(ServiceError::ReadOnly(why_not_react(rules)));
    }
    let changes = wanted.on != wanted.is_there;
    if changes && wanted.on && !has_place(&message.reactions, wanted.emoji) {
        return Err(ServiceError::TooManyReactions);
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::SessionId;
    use crate::store::StoredRoom;
    use parlour_protocol::reactions::{KINDS_MAX, turn};
    use parlour_protocol::{
        Posting, ReadOnly, RoomRole, RoomRules, ServerRole, User, UserKind, samples,
    };

    const NOW: Timestamp = Timestamp(7);

    fn person() -> Person {
        Person {
            user: User {
                id: UserId(1),
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

    fn standing(role: RoomRole, posting: Posting) -> Standing {
        let rules = RoomRules {
            posting,
            ..RoomRules::default()
        };
        Standing {
            room: StoredRoom {
                room: samples::room(RoomId(1), "Lobby"),
                posts: 1,
                rules,
            },
            is_member: role > RoomRole::Visitor,
            role,
            kept_out: None,
        }
    }

    fn decided(
        standing: &Standing,
        message: &Message,
        on: bool,
        is_there: bool,
    ) -> Result<bool, ServiceError> {
        let wanted = Wanted {
            emoji: "👍",
            on,
            is_there,
        };
        decide(&person(), standing, message, wanted, NOW)
    }

    #[test]
    fn what_is_so_already_is_no_change() {
        let (member, message) = (
            standing(RoomRole::Member, Posting::All),
            samples::message(1),
        );
        for (on, is_there, changes) in [
            (true, false, true),
            (true, true, false),
            (false, true, true),
            (false, false, false),
        ] {
            assert_eq!(decided(&member, &message, on, is_there).unwrap(), changes);
        }
    }

    #[test]
    fn nobody_reacts_to_what_is_deleted_or_where_they_are_kept_out() {
        let mut member = standing(RoomRole::Member, Posting::All);
        let deleted = Message {
            deleted: true,
            ..samples::message(1)
        };
        let gone = decided(&member, &deleted, true, false);
        assert!(matches!(gone, Err(ServiceError::MessageNotFound)));
        member.kept_out = Some(Timestamp(i64::MAX));
        for (on, is_there) in [(true, false), (false, true)] {
            let refused = decided(&member, &samples::message(1), on, is_there);
            assert!(matches!(refused, Err(ServiceError::Banned)));
        }
    }

    #[test]
    fn where_not_all_post_members_react_and_nobody_else() {
        let message = samples::message(1);
        for posting in [Posting::Members, Posting::Moderators] {
            assert!(decided(&standing(RoomRole::Member, posting), &message, true, false).unwrap());
            let visitor = standing(RoomRole::Visitor, posting);
            let refused = decided(&visitor, &message, true, false);
            assert!(matches!(
                refused,
                Err(ServiceError::ReadOnly(ReadOnly::Members))
            ));
        }
        let visitor = standing(RoomRole::Visitor, Posting::All);
        assert!(decided(&visitor, &message, true, false).unwrap());
        let mut archived = visitor;
        archived.room.rules.is_archived = true;
        let refused = decided(&archived, &message, true, false);
        assert!(matches!(
            refused,
            Err(ServiceError::ReadOnly(ReadOnly::Archived))
        ));
    }

    #[test]
    fn a_kind_too_many_is_refused_and_can_be_taken_back() {
        let member = standing(RoomRole::Member, Posting::All);
        let mut message = samples::message(1);
        for kind in 0..KINDS_MAX {
            turn(&mut message.reactions, &kind.to_string(), UserId(2), true);
        }
        let refused = decided(&member, &message, true, false);
        assert!(matches!(refused, Err(ServiceError::TooManyReactions)));
        assert!(!decided(&member, &message, false, false).unwrap());
        message.reactions[0].emoji = "👍".to_owned();
        assert!(decided(&member, &message, true, false).unwrap());
    }
}
