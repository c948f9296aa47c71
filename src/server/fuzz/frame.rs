//! Any bytes as what a client says: read or refused, and what was read is read again from its JSON.
#![no_main]

// The source and not the crate: a database need not be built to read frames.
#[allow(dead_code, reason = "the other target asks the rest")]
#[path = "../realtime"]
mod realtime {
    pub mod codec;
}
#[allow(dead_code, reason = "the other target asks the rest")]
#[path = "../tests/codec/oracles.rs"]
mod oracles;

use realtime::codec;

libfuzzer_sys::fuzz_target!(|text: &[u8]| oracles::frame(text));
