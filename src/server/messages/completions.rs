//! How a word that was begun in a room may go on: whom and what it can name.
//!
//! *Invariant:* what is offered means to a message in that room what it is offered as, and what somebody may not see is not
//! offered to them.

use super::formatting::{FEW, may_mention};
use crate::context::Context;
use crate::emoji;
use crate::error::ServiceError;
use crate::markdown::mentions::{Namesake, one_of};
use crate::names::{findable, skeleton};
use crate::rooms;
use crate::scope::Scope;
use crate::store::Called;
use parlour_protocol::mentions::{HERE, ROOM};
use parlour_protocol::rules::ROOM_NAME_MAX;
use parlour_protocol::{Action, RoomId};

/// How many there are at most.
const FOUND_MAX: usize = 8;

/// A way to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// What is written for it.
    pub text: String,
    /// What it is called.
    pub name: String,
    /// The id of the person or the room.
    pub id: Option<i64>,
    /// Whether the person is in the room.
    pub is_member: Option<bool>,
    /// The emoji that the short name is of.
    pub emoji: Option<&'static str>,
}

/// Up to [`FOUND_MAX`] ways in which a text in the room that ends with `begun` may go on: people behind `@`, open rooms
/// behind `#`, short names of emoji behind `:`. Behind anything else there are none.
///
/// # Errors
/// [`ServiceError::SignInRequired`] for who is nobody, [`ServiceError::RoomNotFound`], or [`ServiceError::RateLimited`].
pub async fn completions(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    begun: &str,
) -> Result<Vec<Completion>, ServiceError> {
    let me = scope.require_person()?.user.id;
    ctx.limits.history_page(scope)?;
    rooms::require(ctx, scope, room, Action::SeeMembers).await?;
    let mut rest = begun.chars();
    let mark = rest.next();
    let part = rest.as_str();
    if part.chars().count() > ROOM_NAME_MAX {
        return Ok(Vec::new());
    }
    match mark {
        Some('@') => people(ctx, scope, room, part).await,
        Some('#') => {
            let (limit, fits) = (FOUND_MAX, fits(part));
            let found = ctx.store.rooms_callable(me, room, limit, fits).await?;
            let rooms = found.into_iter().map(|called| {
                let text = format!("#{}", called.name);
                of(called, text)
            });
            Ok(rooms.collect())
        }
        Some(':') => {
            let found = emoji::named_like(part, FOUND_MAX).into_iter();
            let named = found.map(|(name, emoji)| Completion {
                text: format!(":{name}:"),
                name: name.to_owned(),
                emoji: Some(emoji),
                ..Completion::default()
            });
            Ok(named.collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// Everybody comes last, for who may mention them.
async fn people(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    part: &str,
) -> Result<Vec<Completion>, ServiceError> {
    let me = scope.require_person()?.user.id;
    let wanted = findable(part);
    let mut all = vec![HERE, ROOM];
    all.retain(|name| name.starts_with(&wanted));
    let many = (!all.is_empty()).then_some(FEW);
    let found = ctx.store.callable(me, room, FOUND_MAX, many, fits(part));
    let found = found.await?;
    if !found.everybody.is_some_and(may_mention) {
        all.clear();
    }
    let people = found.people.into_iter();
    let people = people.filter_map(|(called, namesakes)| {
        let behind = number_behind(&called, &namesakes)?;
        let text = format!("@{}{behind}", called.name);
        Some(Completion {
            is_member: Some(called.is_member),
            ..of(called, text)
        })
    });
    let people = people.take(FOUND_MAX - all.len());
    let all = all.iter().map(|name| Completion {
        text: format!("@{name}"),
        name: (*name).to_owned(),
        ..Completion::default()
    });
    Ok(people.chain(all).collect())
}

/// What stands behind a name so that it is this one's among its namesakes: nothing, or the number. Whom it does not mean
/// either way a text cannot name.
fn number_behind(called: &Called, namesakes: &[Namesake]) -> Option<String> {
    let number = format!(" #{}", called.id);
    [String::new(), number].into_iter().find(|behind| {
        let one = one_of(namesakes, &called.name, behind);
        one.is_some_and(|(id, _)| id == called.id)
    })
}

fn of(called: Called, text: String) -> Completion {
    Completion {
        text,
        name: called.name,
        id: Some(called.id),
        ..Completion::default()
    }
}

/// How well what was begun fits a name, of which it is given the skeleton, too: 0 where the name begins so, 1 where one of
/// its words does, 2 where it stands anywhere in it, and 3 where it only looks like that.
fn fits(part: &str) -> impl Fn(&str, &str) -> Option<usize> + Send + 'static {
    let wanted = findable(part);
    let looks = skeleton(part);
    let within = format!(" {wanted}");
    move |name, its_skeleton| {
        let name_found = findable(name);
        if name_found.starts_with(&wanted) {
            return Some(0);
        }
        if name_found.contains(&within) {
            return Some(1);
        }
        if name_found.contains(&wanted) {
            return Some(2);
        }
        // Of letters that are all plain, two that look alike are not taken for each other.
        let is_plain = name.is_ascii() && wanted.is_ascii();
        (!is_plain && its_skeleton.contains(&looks)).then_some(3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_begin_so_come_first_and_those_that_only_look_so_last() {
        let how_well = |part: &str, name: &str| fits(part)(name, &skeleton(name));
        assert_eq!(how_well("al", "Alice"), Some(0));
        assert_eq!(how_well("ZOE", "Zoë Müller"), Some(0));
        assert_eq!(how_well("mul", "Zoë Müller"), Some(1));
        assert_eq!(how_well("ull", "Zoë Müller"), Some(2));
        // The first letter is Cyrillic.
        assert_eq!(how_well("ali", "Аlice"), Some(3));
        assert_eq!(how_well("", "Alice"), Some(0));
        assert_eq!(how_well("bob ", "Bob"), None);
        assert_eq!(how_well("bob ", "Bob Roe"), Some(0));
        // An i is not taken for an l.
        assert_eq!(how_well("bil", "Bella"), None);
        assert_eq!(how_well("x", "Alice"), None);
    }
}
