//! Forwarding a message: what it says, as a quotation in another room, under who said it and with the way to where it stands.
//!
//! *Invariant:* it is a message like any other of who forwards it, who sees what is quoted. Names in what is quoted are
//! somebody else's words: they mention nobody.

use super::post::{NewMessage, post};
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store::Posted;
use parlour_protocol::rules::MESSAGE_MAX;
use parlour_protocol::{Message, Number, RoomId};

/// What is forwarded, and where to.
#[derive(Clone, Debug)]
pub struct Forward {
    /// The message that is quoted.
    pub from: (RoomId, Number),
    /// Where that stands, as a whole address; "" for none.
    pub address: String,
    /// The room that it is forwarded to.
    pub to: RoomId,
    /// The send's idempotency key.
    pub client_id: Option<String>,
}

/// Posts a quotation of a message in another room.
///
/// # Errors
/// [`ServiceError::SignInRequired`]; [`ServiceError::RoomNotFound`] and [`ServiceError::MessageNotFound`], also for a message
/// that was deleted; [`ServiceError::Unfit`] for a text that is too long with what is around it; and as [`post`] for the
/// room that it is forwarded to.
pub async fn forward(
    ctx: &Context,
    scope: &Scope,
    forward: Forward,
) -> Result<Posted, ServiceError> {
    scope.require_person()?;
    let (room, number) = forward.from;
    let message = forwardable(ctx, scope, room, number).await?;
    let content = quoted(&message, &forward.address);
    if content.chars().count() > MESSAGE_MAX {
        return Err(ServiceError::Unfit {
            field: "content",
            sentence: "This message is too long to be forwarded. Copy its link instead.",
        });
    }
    let new = NewMessage {
        content,
        client_id: forward.client_id,
        is_quoting: true,
        ..NewMessage::default()
    };
    post(ctx, scope, forward.to, new).await
}

/// A message that can be forwarded: one that is there.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`], or the database failed.
pub async fn forwardable(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<Message, ServiceError> {
    let message = ctx.store.message(scope, room, number).await?;
    match message.deleted {
        true => Err(ServiceError::MessageNotFound),
        false => Ok(message),
    }
}

/// The text that quotes a message: its author as they are called now, the way there, and what it says.
fn quoted(message: &Message, address: &str) -> String {
    let author = message.author.as_ref();
    let author = author.map_or(&message.username, |author| &author.name);
    let mut text = format!("**{}** wrote", literally(author));
    if !address.is_empty() {
        text.push_str(" [here](");
        text.push_str(address);
        text.push(')');
    }
    text.push_str(":\n");
    for line in message.content.lines() {
        text.push_str("\n> ");
        text.push_str(line);
    }
    text
}

/// A text of which nothing is markup.
fn literally(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            literal.push('\\');
        }
        literal.push(c);
    }
    literal
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::{Person, UserId, samples};

    #[test]
    fn a_quotation_says_who_where_and_what() {
        let message = Message {
            content: "one\n\n- *two*".to_owned(),
            author: Some(Person {
                id: UserId(7),
                name: "A*l".to_owned(),
            }),
            ..samples::message(1)
        };
        assert_eq!(
            quoted(&message, "https://example.org/rooms/1/m/1"),
            "**A\\*l** wrote [here](https://example.org/rooms/1/m/1):\n\n> one\n> \n> - *two*"
        );
        let message = samples::message(1);
        assert_eq!(quoted(&message, ""), "**Alice** wrote:\n\n> hello");
    }
}
