//! Sessions: thirty days from the last visit, renewed at most once a day.

use super::token::Token;
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::{Person, SessionId};
use crate::store::Written;
use crate::store::entity::{session, user};
use parlour_protocol::{Timestamp, User};
use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect,
};

const DAY: i64 = 24 * 60 * 60 * 1_000;
/// How long a session lives after it was last renewed.
const LIFE: i64 = 30 * DAY;
/// Expired sessions removed with each new one.
const FORGET: u64 = 100;

/// Whose session a token proves; `None` for no token, an unknown one, or an expired one. A session
/// in use is renewed.
pub async fn authenticate(ctx: &Context, token: &str) -> Result<Option<Person>, ServiceError> {
    let Some(token) = Token::read(token) else {
        return Ok(None);
    };
    let now = ctx.clock.now();
    let version = ctx.store.version();
    let hash = token.hash();
    let known = ctx.sessions.at(version, &hash);
    let found = match &known {
        Some(proved) => Some(proved.clone()),
        None => proved(ctx, &hash).await?,
    };
    let Some((session, user)) = found.filter(|(session, _)| session.expires_at > now.0) else {
        return Ok(None);
    };
    if known.is_none() {
        let proved = (session.clone(), user.clone());
        ctx.sessions.keep(version, hash, proved, 1);
    }
    if session.expires_at < now.0 + LIFE - DAY {
        renew(ctx, session.id, now).await;
    }
    Ok(Some(Person {
        session: SessionId(session.id),
        is_admin: user.is_admin,
        user: User::from(user),
    }))
}

/// Who the token with this hash stands for, and how long.
async fn proved(ctx: &Context, hash: &[u8]) -> Result<Option<session::Proved>, DbErr> {
    let found = session::Entity::find()
        .find_also_related(user::Entity)
        .filter(session::Column::TokenHash.eq(hash))
        .one(ctx.store.reader())
        .await?;
    Ok(found.and_then(|(session, user)| Some((session, user?))))
}

/// A renewal that fails is tried again at the next request; nobody is turned away over it.
async fn renew(ctx: &Context, id: i64, now: Timestamp) {
    let renewed = ctx.store.write(move |txn| {
        Box::pin(async move {
            session::Entity::update_many()
                .col_expr(session::Column::ExpiresAt, (now.0 + LIFE).into())
                .filter(session::Column::Id.eq(id))
                .exec(txn)
                .await?;
            Ok(Written::quietly(()))
        })
    });
    match renewed.await {
        // While nothing can be written, the writer says so once for all.
        Err(error) if !error.is_about_writing() => {
            tracing::warn!(session = id, %error, "a session was not renewed");
        }
        _ => {}
    }
}

pub(super) async fn begin(
    db: &impl ConnectionTrait,
    user_id: i64,
    token_hash: Vec<u8>,
    now: Timestamp,
) -> Result<(), DbErr> {
    session::Entity::insert(session::ActiveModel {
        user_id: Set(user_id),
        token_hash: Set(token_hash),
        created_at: Set(now.0),
        expires_at: Set(now.0 + LIFE),
        ..Default::default()
    })
    .exec_without_returning(db)
    .await
    .map(drop)
}

/// Removes some of the sessions that have ended: new ones pay for old ones, a few at a time.
pub(super) async fn forget_expired(db: &impl ConnectionTrait, now: Timestamp) -> Result<(), DbErr> {
    let expired = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(session::Column::ExpiresAt.lte(now.0))
        .limit(FORGET);
    let expired = sea_orm::QueryTrait::into_query(expired);
    let delete = Query::delete()
        .from_table(session::Entity)
        .and_where(session::Column::Id.in_subquery(expired))
        .to_owned();
    db.execute(&delete).await.map(drop)
}
