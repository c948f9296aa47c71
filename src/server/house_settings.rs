//! The settings of the house: who may see and change them, and how a change comes into force.
//!
//! *Invariant:* what is in force is what the database keeps, with the file and the environment over it: a change is
//! in force when it is committed, and before it is answered.

use crate::config::{KeyValue, StoredSettings};
use crate::context::Context;
use crate::error::ServiceError;
use crate::invalidation::Source;
use crate::scope::Scope;
use parlour_protocol::permissions::{Action, Guests, may};
use std::collections::BTreeMap;

/// A setting, as it is shown to who may change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseSetting {
    /// The key with its table: `house.guests`.
    pub key: String,
    /// The value that is in force.
    pub value: String,
    /// What it is where nobody has changed it.
    pub given: String,
    /// The file or the environment names it, so that it cannot be changed here.
    pub is_fixed: bool,
}

/// All settings of the house, in the order of the file.
///
/// # Errors
/// [`ServiceError::SignInRequired`], [`ServiceError::Forbidden`], or the database failed.
pub async fn house_settings(
    ctx: &Context,
    scope: &Scope,
) -> Result<Vec<HouseSetting>, ServiceError> {
    require(scope)?;
    let _one = ctx.settings_change.lock().await;
    put_in_force(ctx, &ctx.store.house_settings().await?).await?;
    Ok(shown(ctx))
}

/// Changes the settings to these values, each by its key. What is as it was, or cannot be changed, stays so.
///
/// # Errors
/// [`ServiceError::SignInRequired`], [`ServiceError::Forbidden`]; [`ServiceError::Setting`] for a value that cannot
/// be; or what stands in the way of writing. Nothing is changed then.
pub async fn change_house_settings(
    ctx: &Context,
    scope: &Scope,
    wanted: StoredSettings,
) -> Result<(), ServiceError> {
    let person = require(scope)?;
    let _one = ctx.settings_change.lock().await;
    let before = shown(ctx);
    let changes = changes(&before, &wanted);
    if changes.is_empty() {
        return Ok(());
    }
    let values = changes.iter().map(|setting| {
        let value = wanted[&setting.key].trim().to_owned();
        (setting.key.clone(), value)
    });
    let values: StoredSettings = values.collect();
    ctx.in_force.now().with(&values)?;
    let kept: BTreeMap<_, _> = changes
        .iter()
        .map(|setting| {
            let value = &values[&setting.key];
            let is_given = *value == setting.given;
            (setting.key.clone(), (!is_given).then(|| value.clone()))
        })
        .collect();
    let written = ctx.store.keep_house_settings(kept).await;
    match written {
        Ok(stored) => put_in_force(ctx, &stored).await?,
        Err(error) => {
            // Whether a COMMIT without an answer was one is known when the database is back.
            if let Ok(stored) = ctx.store.house_settings().await {
                put_in_force(ctx, &stored).await?;
            }
            return Err(error);
        }
    }
    let keys: Vec<_> = values.keys().collect();
    tracing::info!(by = person.0, ?keys, "settings of the house were changed");
    Ok(())
}

fn require(scope: &Scope) -> Result<parlour_protocol::UserId, ServiceError> {
    let person = scope.require_person()?;
    match may(Action::ChangeSettings, person.role) {
        true => Ok(person.user.id),
        false => Err(ServiceError::Forbidden),
    }
}

async fn put_in_force(ctx: &Context, stored: &StoredSettings) -> Result<(), ServiceError> {
    let (now, refused) = ctx.settings.in_force(stored);
    for error in refused {
        tracing::warn!(%error, "a setting that was changed is not in force");
    }
    let before = ctx.in_force.now();
    if *before != now {
        let guests = now.house.guests;
        ctx.store.close_to_guests(guests == Guests::No).await?;
        ctx.hub.close_to_guests(guests == Guests::No);
        ctx.limits.set(&now.limits);
        ctx.in_force.set(now);
        // Pages that are kept have its name on them.
        ctx.store.invalidations().ended([Source::Everything]);
        if guests != before.house.guests {
            // What they hear, and that they may write, was decided when they came.
            ctx.hub.guests_come_back();
        }
    }
    Ok(())
}

fn shown(ctx: &Context) -> Vec<HouseSetting> {
    let given = ctx.settings.changeable().entries();
    let now = ctx.in_force.now().entries();
    let pairs = now.into_iter().zip(given);
    let shown = pairs.map(|(KeyValue { key, value }, given)| HouseSetting {
        is_fixed: ctx.settings.names(&key),
        given: given.value,
        key,
        value,
    });
    shown.collect()
}

/// Which settings become others.
fn changes(before: &[HouseSetting], wanted: &StoredSettings) -> Vec<HouseSetting> {
    let is_changed = |setting: &&HouseSetting| {
        let wanted = wanted.get(&setting.key).map(|wanted| wanted.trim());
        !setting.is_fixed && wanted.is_some_and(|wanted| wanted != setting.value)
    };
    before.iter().filter(is_changed).cloned().collect()
}
