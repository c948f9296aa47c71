//! Rooms by a part of their name.

use super::line;
use crate::context::Context;
use crate::error::ServiceError;
use crate::names::findable;
use crate::scope::Scope;
use parlour_protocol::Room;
use parlour_protocol::finding::is_found;

/// How many rooms are found at most.
pub const FOUND_MAX: usize = 20;

/// Characters that somebody looks for at most; no name is longer.
const WANTED_MAX: usize = 200;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Rooms with all that is wanted in their names: those that the person belongs to, then others, each in
    /// alphabetical order, and without their descriptions.
    pub rooms: Vec<Room>,
    /// The one of them that is called just that, but for case and accents.
    pub exact: Option<Room>,
}

/// Up to [`FOUND_MAX`] rooms with every word of `wanted` in their names.
///
/// # Errors
/// The database failed.
pub async fn find(ctx: &Context, scope: &Scope, wanted: &str) -> Result<Found, ServiceError> {
    if wanted.chars().count() > WANTED_MAX {
        return Ok(Found::default());
    }
    let wanted = findable(wanted.trim());
    let is_wanted = {
        let wanted = wanted.clone();
        move |name: &str| is_found(&findable(name), &wanted)
    };
    let stored = ctx.store.rooms_named(scope, FOUND_MAX, is_wanted).await?;
    let rooms: Vec<Room> = stored.into_iter().map(|room| line(ctx, room)).collect();
    let mut exact = rooms.iter().filter(|room| findable(&room.name) == wanted);
    let exact = match (exact.next(), exact.next()) {
        (Some(room), None) => Some(room.clone()),
        _ => None,
    };
    Ok(Found { rooms, exact })
}
