//! Messages: posting, changing, and reading them back.
//!
//! *Invariant:* a change takes the room's next `seq` in its own transaction and leaves it on the
//! message, so "what changed since" is one index range; a message's `number` never changes, and no
//! row goes away while its room is there.

mod changes;
mod history;
mod post;
mod sync;

pub use changes::{delete, edit};
pub(crate) use history::read as read_history;
pub use history::{View, history, own};
pub use post::{NewMessage, Posted, draw_key, post};
pub use sync::{SyncPage, sync};

use crate::error::ServiceError;
use crate::store::entity::{message, room};
use parlour_protocol::{Number, RoomId, Seq};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter};

/// The message with this number, in its present state.
async fn by_number(
    db: &impl ConnectionTrait,
    room: RoomId,
    number: Number,
) -> Result<message::Model, ServiceError> {
    message::Entity::find()
        .filter(message::Column::RoomId.eq(room.0))
        .filter(message::Column::Number.eq(number))
        .one(db)
        .await?
        .ok_or(ServiceError::MessageNotFound)
}

/// Takes the room's next seq.
async fn next_seq(db: &impl ConnectionTrait, room: RoomId) -> Result<Seq, ServiceError> {
    let update = room::Entity::update_many()
        .col_expr(room::Column::Seq, Expr::col(room::Column::Seq).add(1))
        .filter(room::Column::Id.eq(room.0));
    let rows = update.exec_with_returning(db).await?;
    let room = rows.into_iter().next().ok_or(ServiceError::RoomNotFound)?;
    Ok(room.seq)
}
