//! Any bytes as a client's stream: the same however it is cut, and what another codec reads.
#![no_main]

// The source and not the crate: a database need not be built to read frames.
#[allow(dead_code, reason = "the half that writes is not asked here")]
#[path = "../realtime"]
mod realtime {
    pub mod codec;
}
#[allow(dead_code, reason = "the other target asks the rest")]
#[path = "../tests/codec/oracles.rs"]
mod oracles;

use realtime::codec;

libfuzzer_sys::fuzz_target!(|input: &[u8]| oracles::stream(input));
