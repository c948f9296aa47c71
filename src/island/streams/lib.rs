//! As much of wasm-streams as server_fn names, and nothing that works: the island streams no bodies.

use futures::stream::{Empty, Stream, empty};
use wasm_bindgen::JsValue;

/// A stream that ends at once.
#[derive(Debug)]
pub struct ReadableStream(web_sys::ReadableStream);

impl ReadableStream {
    /// Forgets the stream it is given.
    ///
    /// # Panics
    /// In a browser without streams.
    pub fn from_stream<S>(_: S) -> Self
    where
        S: Stream<Item = Result<JsValue, JsValue>> + 'static,
    {
        Self(web_sys::ReadableStream::new().expect("every browser that runs WASM has streams"))
    }

    /// One of the browser's.
    pub fn from_raw(raw: web_sys::ReadableStream) -> Self {
        Self(raw)
    }

    /// The stream of the browser.
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.0
    }

    /// Nothing of it.
    pub fn into_stream(self) -> Empty<Result<JsValue, JsValue>> {
        empty()
    }
}
