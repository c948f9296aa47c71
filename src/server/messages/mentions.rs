//! What mentions oneself, as it is listed: over REST, and on its page.
//!
//! *Invariant:* it is one's own list: nobody is told what mentions somebody else.

use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store;
use parlour_protocol::{Message, Number, RoomId, Timestamp};
use std::str::FromStr;

/// Where a page of the list begins: `<time>.<room>.<number>`, as it stands in a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before(pub(super) store::MentionedBefore);

impl std::fmt::Display for Before {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let store::MentionedBefore { at, room, number } = self.0;
        write!(f, "{}.{room}.{number}", at.0)
    }
}

impl FromStr for Before {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('.').map(|part| part.parse().map_err(|_| ()));
        let mut next = || parts.next().ok_or(())?;
        let before = store::MentionedBefore {
            at: Timestamp(next()?),
            room: RoomId(next()?),
            number: Number(next()?),
        };
        match parts.next() {
            None => Ok(Self(before)),
            Some(_) => Err(()),
        }
    }
}

/// A page of what mentions the person.
#[derive(Clone, Debug)]
pub struct Mentioning {
    /// The messages, the newest first.
    pub messages: Vec<Message>,
    /// Where the next page begins, if there is one.
    pub next: Option<Before>,
}

/// Up to `limit` messages (1–100) that mention the person and that they see, the newest first.
///
/// # Errors
/// [`ServiceError::SignInRequired`] for who is nobody, [`ServiceError::RateLimited`], or the database failed.
pub async fn mentioning(
    ctx: &Context,
    scope: &Scope,
    before: Option<Before>,
    limit: u32,
) -> Result<Mentioning, ServiceError> {
    let user = scope.require_person()?.user.id;
    ctx.limits.history_page(scope)?;
    let before = before.map(|Before(before)| before);
    let (messages, has_more) = ctx.store.mentioning(user, before, limit).await?;
    let last = messages.last().filter(|_| has_more);
    let next = last.map(|last| Before(store::MentionedBefore::message(last)));
    Ok(Mentioning { messages, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_page_begins_is_read_as_it_is_written() {
        let text = "1767322800000.6755399441055744.42";
        assert_eq!(text.parse::<Before>().unwrap().to_string(), text);
        for text in ["", "1", "1.2", "1.2.x", "1.2.3.4", "a.1.2", "1..2"] {
            assert_eq!(text.parse::<Before>(), Err(()), "{text}");
        }
    }
}
