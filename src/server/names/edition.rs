//! Which edition of the keys this is: they change with Unicode, and with what is written here.

use super::{folded, skeleton, sort_key};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// Raised by hand when a change to the keys does not show in the sample.
const BY_HAND: u8 = 1;
/// Every so many-th character is in the sample, in two planes.
const STEP: usize = 61;

static EDITION: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    digest.update([BY_HAND]);
    let ascii: String = (' '..='~').collect();
    let sample: String = ('\u{a0}'..='\u{1ffff}').step_by(STEP).collect();
    for name in [ascii.as_str(), sample.as_str()] {
        for key in [folded, skeleton, sort_key] {
            digest.update(key(name));
            digest.update([0]);
        }
    }
    URL_SAFE_NO_PAD.encode(&digest.finalize()[..12])
});

/// Stored beside the keys: with another one they are computed anew.
pub(crate) fn edition() -> &'static str {
    &EDITION
}
