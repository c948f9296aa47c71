//! Time, waiting and randomness.
//!
//! *Invariant:* whatever waits or times out does so by [`now_ms`]. The browser's idea of the date is
//! asked for two things only: to write times down as people read them, and to suspect
//! ([`wall_ms`]) that the machine slept.

use futures::channel::oneshot;
use futures::future::select;
use gloo_timers::future::TimeoutFuture;
use parlour_protocol::Timestamp;
use wasm_bindgen::JsValue;

/// Milliseconds since the page began, by a clock that nobody sets and that never goes back. It may
/// stand still while the machine sleeps.
pub fn now_ms() -> f64 {
    leptos::prelude::window()
        .performance()
        .map_or(0.0, |performance| performance.now())
}

/// Milliseconds since 1970, as far as this machine knows: it may be years off, and jump. Runs on
/// while the machine sleeps.
pub fn wall_ms() -> f64 {
    js_sys::Date::now()
}

/// Minutes that local time was ahead of UTC then: summer and winter differ.
pub fn offset_minutes(at: Timestamp) -> i32 {
    let date = js_sys::Date::new(&JsValue::from_f64(at.0 as f64));
    -(date.get_timezone_offset() as i32)
}

/// The day it is here, in days since 1970.
pub fn today() -> i64 {
    let now = Timestamp(wall_ms() as i64);
    now.civil(offset_minutes(now)).day_number
}

/// A number in 0..1 for jitter; not for secrets.
pub fn random() -> f64 {
    js_sys::Math::random()
}

/// 128 random bits as hex: a send's key for ever.
pub fn random_key() -> String {
    let mut bytes = [0u8; 16];
    let filled = leptos::prelude::window()
        .crypto()
        .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes));
    if filled.is_err() {
        bytes
            .iter_mut()
            .for_each(|byte| *byte = (js_sys::Math::random() * 256.0) as u8);
    }
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(hex_digit)
        .collect()
}

/// Resolves after `ms` milliseconds.
pub async fn sleep(ms: u32) {
    TimeoutFuture::new(ms).await;
}

/// In a tab that is not drawn there are no frames; this long is waited for one.
const NO_FRAME_MS: u32 = 100;

/// Resolves when the page is about to be drawn: what is changed then is seen at once, and together.
pub async fn frame() {
    let (begins, frame) = oneshot::channel();
    leptos::prelude::request_animation_frame(move || {
        // Nobody waits any more.
        let _ = begins.send(());
    });
    select(frame, TimeoutFuture::new(NO_FRAME_MS)).await;
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).expect("a nibble is below 16")
}
