//! What one says of oneself.

use super::rename;
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use parlour_protocol::Me;
use parlour_protocol::rules;

/// Changes of what one says of oneself; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ProfileChanges {
    /// The name from now on.
    pub username: Option<String>,
    /// A sentence about oneself.
    pub bio: Option<String>,
}

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
/// As [`rename`]; the bio breaks its rule.
pub async fn change_me(
    ctx: &Context,
    scope: &Scope,
    changes: ProfileChanges,
) -> Result<Me, ServiceError> {
    let person = scope.require_person()?;
    let bio = changes.bio.as_deref().map(rules::bio).transpose()?;
    // Before the name is changed: what is refused changes nothing.
    if bio.is_some() {
        ctx.limits.message(person.user.id, scope.address)?;
    }
    if let Some(username) = changes.username
        && username != person.user.name
    {
        let renamed = rename(ctx, scope, &username).await;
        renamed.inspect_err(|_| {
            if bio.is_some() {
                ctx.limits.give_back_message(person.user.id, scope.address);
            }
        })?;
    }
    if let Some(bio) = bio {
        ctx.store.set_bio(person.user.id, bio).await?;
    }
    me(ctx, scope).await
}
