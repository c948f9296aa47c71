//! What one says of oneself.

use super::rename;
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store::Profile;
use parlour_protocol::Me;
use parlour_protocol::rules;
use std::ops::RangeInclusive;

/// Changes of what one says of oneself; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ProfileChanges {
    /// The name from now on.
    pub username: Option<String>,
    /// A sentence about oneself.
    pub bio: Option<String>,
    /// Minutes that one's clock is before UTC, or that others are not shown what time it is.
    pub utc_offset: Option<Option<i64>>,
    /// A mail address; empty for none.
    pub mail: Option<String>,
}

/// Characters of a mail address: as many as the bytes that others take (RFC 5321).
const MAIL_MAX: usize = 254;

/// The furthest that a clock on earth is from UTC, in minutes, behind it and before it.
const OFFSETS: RangeInclusive<i64> = -12 * 60..=14 * 60;

/// Who the person of the scope is.
///
/// # Errors
/// [`ServiceError::SignInRequired`], or the database failed.
pub async fn me(ctx: &Context, scope: &Scope) -> Result<Me, ServiceError> {
    let id = scope.require_person()?.user.id;
    let me = ctx.store.me(id).await?;
    me.ok_or(ServiceError::SignInRequired)
}

/// Changes what the person says of themselves; who they are then.
///
/// # Errors
/// As [`rename`]; the bio breaks its rule; or [`ServiceError::Unfit`] for what is no time and no mail address.
pub async fn change_me(
    ctx: &Context,
    scope: &Scope,
    changes: ProfileChanges,
) -> Result<Me, ServiceError> {
    let person = scope.require_person()?;
    let profile = Profile {
        bio: changes.bio.as_deref().map(rules::bio).transpose()?,
        utc_offset: changes.utc_offset.map(offset).transpose()?,
        mail: changes.mail.as_deref().map(mail_address).transpose()?,
    };
    let is_any = profile != Profile::default();
    // Before the name is changed: what is refused changes nothing.
    if is_any {
        ctx.limits.message(person.user.id, scope.address)?;
    }
    if let Some(username) = changes.username
        && username != person.user.name
    {
        let renamed = rename(ctx, scope, &username).await;
        renamed.inspect_err(|_| {
            if is_any {
                ctx.limits.give_back_message(person.user.id, scope.address);
            }
        })?;
    }
    if is_any {
        ctx.store.set_profile(person.user.id, profile).await?;
    }
    me(ctx, scope).await
}

fn offset(minutes: Option<i64>) -> Result<Option<i64>, ServiceError> {
    match minutes {
        Some(minutes) if !OFFSETS.contains(&minutes) => Err(ServiceError::Unfit {
            field: "utc_offset",
            sentence: "No clock is that far from UTC.",
        }),
        minutes => Ok(minutes),
    }
}

/// An address is somebody at some place. Whether it is anybody's, only a letter to it would show.
pub(super) fn mail_address(text: &str) -> Result<String, ServiceError> {
    let text = text.trim();
    // What would make it a list of several, or a name beside an address, or something that does not show.
    let is_plain = |c| !"@<>,;".contains(c) && rules::is_seen(c);
    let is_part = |part: &str| !part.is_empty() && part.chars().all(is_plain);
    let is_one = match text.split_once('@') {
        Some((who, place)) => is_part(who) && is_part(place),
        None => text.is_empty(),
    };
    let sentence = match text.chars().count() {
        ..=MAIL_MAX if is_one => return Ok(text.to_owned()),
        ..=MAIL_MAX => "That is no mail address.",
        _ => "A mail address has at most 254 characters.",
    };
    Err(ServiceError::Unfit {
        field: "mail",
        sentence,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_somebody_at_some_place_or_nothing() {
        for (text, kept) in [
            ("", ""),
            (" alice@example.org\n", "alice@example.org"),
            ("\"a b\"@x", ""),
            ("zo\u{eb}@caf\u{e9}.example", "zo\u{eb}@caf\u{e9}.example"),
            ("alice", ""),
            ("@example.org", ""),
            ("a@@b", ""),
            ("<a@b>", ""),
            ("a@b,c@d", ""),
            ("a\u{202e}@b", ""),
            ("a@b\u{200b}", ""),
            ("alice@", ""),
            ("a@b\r\nBcc: c@d", ""),
        ] {
            assert_eq!(
                mail_address(text).is_ok(),
                text.is_empty() || !kept.is_empty(),
                "{text}"
            );
            assert_eq!(mail_address(text).unwrap_or_default(), kept, "{text}");
        }
        let long = |length: usize| format!("{}@x", "a".repeat(length - 2));
        assert!(mail_address(&long(254)).is_ok() && mail_address(&long(255)).is_err());
        let wide = format!("{}@b", "\u{e9}".repeat(252));
        assert_eq!(
            mail_address(&wide).unwrap(),
            wide,
            "it is counted in characters"
        );
    }

    #[test]
    fn a_clock_is_no_further_than_one_on_earth() {
        for (minutes, is_one) in [(-720, true), (0, true), (345, true), (840, true)] {
            assert_eq!(offset(Some(minutes)).is_ok(), is_one, "{minutes}");
        }
        assert!(offset(Some(-721)).is_err() && offset(Some(841)).is_err());
        assert!(offset(None).is_ok());
    }
}
