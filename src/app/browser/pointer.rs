//! Where somebody points, with whatever they have.

use super::keyboard::{message_around, on, target};
use super::scroll;
use parlour_protocol::Number;

/// Tells at which message somebody points now; `None` when that is none. A finger points where it touches.
pub fn on_point(tell: impl Fn(Option<Number>) + 'static) {
    on("pointerover", move |event| {
        let message = target(&event).and_then(|target| message_around(&target));
        tell(message.and_then(|message| scroll::number(&message)));
    });
}
