//! Who is who: guests, their names, and the sessions that prove them.

mod sessions;
mod token;

pub use sessions::authenticate;
pub use token::Token;

use crate::context::Context;
use crate::error::ServiceError;
use crate::events::Publication;
use crate::names::{self, Name};
use crate::scope::Scope;
use crate::store::Written;
use crate::store::entity::user;
use parlour_protocol::{User, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
};

const GUEST: &str = "guest";

/// Makes a guest of this name, and the token that proves it from now on.
pub async fn create_guest(
    ctx: &Context,
    scope: &Scope,
    username: &str,
) -> Result<(User, Token), ServiceError> {
    let name = names::username(username)?;
    refuse_reserved(&name, None)?;
    if let Some(holder) = ctx.hub.holder(&name.skeleton, None) {
        return Err(ServiceError::UsernameTaken(holder.to_string()));
    }
    ctx.limits.could_guest(scope.address)?;
    let token = Token::draw(&*ctx.random);
    let hash = token.hash();
    let now = ctx.clock.now();
    let limits = ctx.limits.clone();
    let address = scope.address;
    let user = ctx
        .store
        .write(move |txn| {
            Box::pin(async move {
                refuse_accounts_name(txn, &name.skeleton, None).await?;
                // Only a guest that is made costs one of the address's guests.
                limits.guest(address)?;
                let user = user::Entity::insert(user::ActiveModel {
                    name: Set(name.shown),
                    folded: Set(name.folded),
                    skeleton: Set(name.skeleton),
                    kind: Set(GUEST.to_owned()),
                    created_at: Set(now.0),
                    ..Default::default()
                })
                .exec_with_returning(txn)
                .await?;
                sessions::begin(txn, user.id, hash, now).await?;
                sessions::forget_expired(txn, now).await?;
                Ok(Written::quietly(User::from(user)))
            })
        })
        .await?;
    Ok((user, token))
}

/// Gives whoever asks this name: a new guest with its token, or a new name for whose session it is.
///
/// # Errors
/// The name breaks a rule or is taken; too many new guests from this address, or too many changes.
pub async fn give_name(
    ctx: &Context,
    scope: &Scope,
    username: &str,
) -> Result<(User, Option<Token>), ServiceError> {
    if scope.person.is_some() {
        return Ok((rename(ctx, scope, username).await?, None));
    }
    let (user, token) = create_guest(ctx, scope, username).await?;
    Ok((user, Some(token)))
}

/// Gives the person another name. Messages keep the name they were written under.
pub async fn rename(ctx: &Context, scope: &Scope, username: &str) -> Result<User, ServiceError> {
    let person = scope.require_person()?;
    let name = names::username(username)?;
    let id = person.user.id;
    refuse_reserved(&name, Some(&person.user.name))?;
    if let Some(holder) = ctx.hub.holder(&name.skeleton, Some(id)) {
        return Err(ServiceError::UsernameTaken(holder.to_string()));
    }
    ctx.limits.could_message(id, scope.address)?;
    let (hub, limits, address) = (ctx.hub.clone(), ctx.limits.clone(), scope.address);
    ctx.store
        .write(move |txn| {
            Box::pin(async move {
                refuse_accounts_name(txn, &name.skeleton, Some(id)).await?;
                refuse_held_name(txn, |user| hub.is_online(user), &name.skeleton, id).await?;
                // Everybody around hears of a new name, so it costs what a message costs.
                limits.message(id, address)?;
                let user = user::Entity::update(user::ActiveModel {
                    id: Set(id.0),
                    name: Set(name.shown),
                    folded: Set(name.folded),
                    skeleton: Set(name.skeleton.clone()),
                    ..Default::default()
                })
                .exec(txn)
                .await?;
                let user = User::from(user);
                Ok(Written {
                    publish: vec![Publication::Renamed {
                        user: user.clone(),
                        skeleton: name.skeleton,
                    }],
                    value: user,
                })
            })
        })
        .await
}

/// Names of the house are nobody's; who has had one since before it was reserved may keep it.
fn refuse_reserved(name: &Name, own: Option<&str>) -> Result<(), ServiceError> {
    let is_kept = own.is_some_and(|own| names::skeleton(own) == name.skeleton);
    if names::is_reserved(&name.shown) && !is_kept {
        return Err(ServiceError::UsernameReserved);
    }
    Ok(())
}

/// A name that belongs to an account is nobody else's, whether its owner is here or not.
async fn refuse_accounts_name(
    db: &impl ConnectionTrait,
    skeleton: &str,
    except: Option<UserId>,
) -> Result<(), ServiceError> {
    let mut owners = user::Entity::find()
        .filter(user::Column::Skeleton.eq(skeleton))
        .filter(user::Column::Kind.ne(GUEST));
    if let Some(UserId(id)) = except {
        owners = owners.filter(user::Column::Id.ne(id));
    }
    match owners.one(db).await? {
        None => Ok(()),
        Some(owner) => Err(ServiceError::UsernameTaken(owner.name)),
    }
}

/// A guest's name is held while they are connected. The database knows a name from the moment it is
/// taken, the hub hears of it a commit later: of two who want one name at once, one gets it.
async fn refuse_held_name(
    db: &impl ConnectionTrait,
    is_online: impl Fn(UserId) -> bool,
    skeleton: &str,
    UserId(except): UserId,
) -> Result<(), ServiceError> {
    let holders: Vec<(i64, String)> = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .column(user::Column::Name)
        .filter(user::Column::Skeleton.eq(skeleton))
        .filter(user::Column::Id.ne(except))
        .into_tuple()
        .all(db)
        .await?;
    let is_here = |(id, _): &(i64, String)| is_online(UserId(*id));
    match holders.into_iter().find(is_here) {
        None => Ok(()),
        Some((_, name)) => Err(ServiceError::UsernameTaken(name)),
    }
}
