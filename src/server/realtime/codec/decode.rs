//! The incoming half: a client's bytes become messages, wherever reads have cut them.

use super::Violation;
use super::head::{HEAD_MAX, Head, Opcode};
use super::payload::{close_code, valid_prefix};
use std::borrow::Cow;
use std::mem::{replace, take};

/// What [`Decoder::decode`] found in its input.
#[derive(Debug, PartialEq, Eq)]
pub enum Decoded<'a> {
    /// The input is used up; an unfinished frame or message is kept.
    More,
    /// A frame of a message that goes on in another one.
    Fragment,
    /// A text message.
    Text(Cow<'a, str>),
    /// A binary message. Its bytes are dropped: the chat protocol has none.
    Binary,
    /// A ping, to be answered with a pong that carries the same.
    Ping(Cow<'a, [u8]>),
    /// A pong, asked for or not.
    Pong,
    /// A close frame, with its code if it has one. Everything after it is ignored.
    Close(Option<u16>),
    /// The bytes break RFC 6455. Everything after them is ignored.
    Violation(Violation),
}

/// The decoder of one connection.
#[derive(Debug, Default)]
pub struct Decoder {
    state: State,
}

#[derive(Debug, Default)]
enum State {
    /// Everything that began has ended.
    #[default]
    Between,
    Within(Box<Unfinished>),
    /// Closed, or broken.
    Over,
}

/// What has arrived of a frame or message that is not complete.
#[derive(Debug, Default)]
struct Unfinished {
    head: UnfinishedHead,
    /// The frame whose payload is under way, and how much of that came.
    frame: Option<(Head, usize)>,
    /// The payload of that frame if it is a control frame.
    control: Vec<u8>,
    message: Option<Message>,
}

#[derive(Debug, Default)]
struct UnfinishedHead {
    bytes: [u8; HEAD_MAX],
    length: usize,
}

#[derive(Debug)]
struct Message {
    is_text: bool,
    /// What its frames have announced up to now.
    length: usize,
    text: Vec<u8>,
    /// How many bytes of the text were checked to be UTF-8.
    checked: usize,
}

impl Decoder {
    /// Reads from the front of `input` up to the end of the next message, and answers how many bytes that
    /// took. To be called again with the rest of the input until all of it is taken; the last call may answer
    /// [`Decoded::More`]. Payloads are unmasked in place; a message that lies in the input as a whole is
    /// borrowed from it. A message of more than `limit` bytes is a violation.
    pub fn decode<'a>(&mut self, input: &'a mut [u8], limit: usize) -> (Decoded<'a>, usize) {
        let length = input.len();
        let mut unfinished = match replace(&mut self.state, State::Over) {
            State::Between => None,
            State::Within(unfinished) => Some(unfinished),
            State::Over => return (Decoded::More, length),
        };
        let mut rest = input;
        let decoded = loop {
            match step(&mut unfinished, &mut rest, limit) {
                Ok(Some(decoded)) => break decoded,
                Ok(None) if rest.is_empty() => break Decoded::More,
                Ok(None) => {}
                Err(violation) => break Decoded::Violation(violation),
            }
        };
        if matches!(decoded, Decoded::Close(_) | Decoded::Violation(_)) {
            return (decoded, length);
        }
        self.state = match unfinished {
            Some(unfinished) if !unfinished.is_empty() => State::Within(unfinished),
            _ => State::Between,
        };
        (decoded, length - rest.len())
    }
}

/// Reads one frame, or what there is of it. `None`: the frame is not complete.
fn step<'a>(
    unfinished: &mut Option<Box<Unfinished>>,
    rest: &mut &'a mut [u8],
    limit: usize,
) -> Result<Option<Decoded<'a>>, Violation> {
    let under_way = unfinished.as_mut().and_then(|kept| kept.frame.take());
    let (head, before) = match under_way {
        Some(frame) => frame,
        None => {
            let Some(head) = take_head(unfinished, rest)? else {
                return Ok(None);
            };
            let message = unfinished.as_ref().and_then(|kept| kept.message.as_ref());
            admit(&head, message, limit)?;
            (head, 0)
        }
    };
    let here = rest.len().min(head.length - before);
    let (piece, behind) = take(rest).split_at_mut(here);
    *rest = behind;
    head.unmask(piece, before);
    let is_complete = before + here == head.length;
    let is_alone =
        head.opcode.is_control() || (head.is_final && head.opcode != Opcode::Continuation);
    if is_complete && before == 0 && is_alone {
        return whole(head.opcode, Cow::Borrowed(piece)).map(Some);
    }
    let kept = unfinished.get_or_insert_default();
    if is_complete {
        kept.keep(&head, before, piece);
        return kept.complete(&head);
    }
    // Nothing came yet: the whole payload may still lie in the next input.
    if here > 0 {
        kept.keep(&head, before, piece);
    }
    kept.frame = Some((head, before + here));
    Ok(None)
}

/// The next head, if all of it is there; else what there is of it is kept.
fn take_head(
    unfinished: &mut Option<Box<Unfinished>>,
    rest: &mut &mut [u8],
) -> Result<Option<Head>, Violation> {
    let kept = unfinished.as_ref().map_or(0, |kept| kept.head.length);
    if kept == 0 {
        // The usual case: the whole head is in the input.
        if let Some((head, length)) = Head::parse(rest)? {
            *rest = &mut take(rest)[length..];
            return Ok(Some(head));
        }
        if rest.is_empty() {
            return Ok(None);
        }
    }
    let begun = &mut unfinished.get_or_insert_default().head;
    let fresh = rest.len().min(HEAD_MAX - kept);
    begun.bytes[kept..kept + fresh].copy_from_slice(&rest[..fresh]);
    begun.length = kept + fresh;
    let Some((head, length)) = Head::parse(&begun.bytes[..begun.length])? else {
        *rest = &mut [];
        return Ok(None);
    };
    begun.length = 0;
    *rest = &mut take(rest)[length - kept..];
    Ok(Some(head))
}

/// Checks that such a frame may come now, and that its message stays within `limit`.
fn admit(head: &Head, message: Option<&Message>, limit: usize) -> Result<(), Violation> {
    let before = match (head.opcode, message) {
        (Opcode::Close | Opcode::Ping | Opcode::Pong, _) => return Ok(()),
        (Opcode::Continuation, Some(message)) => message.length,
        (Opcode::Text | Opcode::Binary, None) => 0,
        (Opcode::Continuation, None) | (Opcode::Text | Opcode::Binary, Some(_)) => {
            return Err(Violation::Protocol);
        }
    };
    match before.checked_add(head.length) {
        Some(length) if length <= limit => Ok(()),
        _ => Err(Violation::TooBig),
    }
}

/// Decodes a complete message or control frame.
fn whole(opcode: Opcode, payload: Cow<'_, [u8]>) -> Result<Decoded<'_>, Violation> {
    Ok(match opcode {
        Opcode::Text | Opcode::Continuation => Decoded::Text(
            match payload {
                Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed),
                Cow::Owned(bytes) => String::from_utf8(bytes)
                    .map(Cow::Owned)
                    .map_err(|error| error.utf8_error()),
            }
            .map_err(|_| Violation::NotUtf8)?,
        ),
        Opcode::Binary => Decoded::Binary,
        Opcode::Close => Decoded::Close(close_code(&payload)?),
        Opcode::Ping => Decoded::Ping(payload),
        Opcode::Pong => Decoded::Pong,
    })
}

impl Unfinished {
    fn is_empty(&self) -> bool {
        self.head.length == 0 && self.frame.is_none() && self.message.is_none()
    }

    /// Keeps a piece of a frame's payload; `before` bytes of that came before.
    fn keep(&mut self, head: &Head, before: usize, piece: &[u8]) {
        if head.opcode.is_control() {
            return append(&mut self.control, piece, head.length);
        }
        let message = self.message.get_or_insert_with(|| Message {
            is_text: head.opcode == Opcode::Text,
            length: 0,
            text: Vec::new(),
            checked: 0,
        });
        if before == 0 {
            message.length += head.length;
        }
        if message.is_text {
            append(&mut message.text, piece, message.length);
        }
    }

    /// Ends this frame; answers the message if it was its last one.
    fn complete(&mut self, head: &Head) -> Result<Option<Decoded<'static>>, Violation> {
        if head.opcode.is_control() {
            return whole(head.opcode, Cow::Owned(take(&mut self.control))).map(Some);
        }
        let Some(mut message) = self.message.take() else {
            return Ok(None);
        };
        if !head.is_final {
            // Invalid text is refused before the message is complete.
            message.checked += valid_prefix(&message.text[message.checked..])?;
            self.message = Some(message);
            return Ok(Some(Decoded::Fragment));
        }
        let opcode = if message.is_text {
            Opcode::Text
        } else {
            Opcode::Binary
        };
        whole(opcode, Cow::Owned(message.text)).map(Some)
    }
}

/// Grows with what came, by doubling, but never beyond what was announced.
fn append(bytes: &mut Vec<u8>, piece: &[u8], announced: usize) {
    let length = bytes.len() + piece.len();
    if length > bytes.capacity() {
        let capacity = (2 * bytes.capacity()).min(announced).max(length);
        bytes.reserve_exact(capacity - bytes.len());
    }
    bytes.extend_from_slice(piece);
}

#[cfg(test)]
impl Decoder {
    /// Whether it owns nothing.
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.state, State::Between)
    }

    /// How many bytes of payload it has taken memory for.
    pub(super) fn kept(&self) -> usize {
        let State::Within(unfinished) = &self.state else {
            return 0;
        };
        let message = unfinished.message.as_ref();
        unfinished.control.capacity() + message.map_or(0, |message| message.text.capacity())
    }
}
