//! Who is who: guests, their names, and the sessions that prove them.

mod sessions;
mod token;

pub(crate) use sessions::Proved;
pub use sessions::authenticate;
pub use token::Token;

use crate::context::Context;
use crate::db::Written;
use crate::db::entity::user;
use crate::error::ServiceError;
use crate::names;
use crate::realtime::{Hub, Publication};
use crate::scope::Scope;
use parlour_protocol::{User, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QuerySelect,
};

const GUEST: &str = "guest";

/// Makes a guest of this name, and the token that proves it from now on.
pub async fn create_guest(
    ctx: &Context,
    scope: &Scope,
    username: &str,
) -> Result<(User, Token), ServiceError> {
    let name = names::username(username)?;
    if ctx.hub.guest_is_online(&name.folded, None) {
        return Err(ServiceError::UsernameTaken);
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
                refuse_accounts_name(txn, &name.folded, None).await?;
                // Only a guest that is made costs one of the address's guests.
                limits.guest(address)?;
                let user = user::Entity::insert(user::ActiveModel {
                    name: Set(name.shown),
                    folded: Set(name.folded),
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

/// Gives the person another name. Messages keep the name they were written under.
pub async fn rename(ctx: &Context, scope: &Scope, username: &str) -> Result<User, ServiceError> {
    let person = scope.require_person()?;
    let name = names::username(username)?;
    let id = person.user.id;
    if ctx.hub.guest_is_online(&name.folded, Some(id)) {
        return Err(ServiceError::UsernameTaken);
    }
    ctx.limits.could_message(id, scope.address)?;
    let (hub, limits, address) = (ctx.hub.clone(), ctx.limits.clone(), scope.address);
    ctx.store
        .write(move |txn| {
            Box::pin(async move {
                refuse_accounts_name(txn, &name.folded, Some(id)).await?;
                refuse_held_name(txn, &hub, &name.folded, id).await?;
                // Everybody around hears of a new name, so it costs what a message costs.
                limits.message(id, address)?;
                let user = user::Entity::update(user::ActiveModel {
                    id: Set(id.0),
                    name: Set(name.shown),
                    folded: Set(name.folded.clone()),
                    ..Default::default()
                })
                .exec(txn)
                .await?;
                let user = User::from(user);
                Ok(Written {
                    publish: vec![Publication::Renamed {
                        user: user.clone(),
                        folded: name.folded,
                    }],
                    value: user,
                })
            })
        })
        .await
}

/// A name that belongs to an account is nobody else's, whether its owner is here or not.
async fn refuse_accounts_name(
    db: &impl ConnectionTrait,
    folded: &str,
    except: Option<UserId>,
) -> Result<(), ServiceError> {
    let mut owners = user::Entity::find()
        .filter(user::Column::Folded.eq(folded))
        .filter(user::Column::Kind.ne(GUEST));
    if let Some(UserId(id)) = except {
        owners = owners.filter(user::Column::Id.ne(id));
    }
    match owners.count(db).await? {
        0 => Ok(()),
        _ => Err(ServiceError::UsernameTaken),
    }
}

/// A guest's name is held while they are connected. The database knows a name from the moment it is
/// taken, the hub hears of it a commit later: of two who want one name at once, one gets it.
async fn refuse_held_name(
    db: &impl ConnectionTrait,
    hub: &Hub,
    folded: &str,
    UserId(except): UserId,
) -> Result<(), ServiceError> {
    let holders: Vec<i64> = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .filter(user::Column::Folded.eq(folded))
        .filter(user::Column::Id.ne(except))
        .into_tuple()
        .all(db)
        .await?;
    if holders.into_iter().any(|id| hub.is_online(UserId(id))) {
        return Err(ServiceError::UsernameTaken);
    }
    Ok(())
}
