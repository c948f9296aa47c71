//! The edition of the keys: it changes with the version of Unicode and with the code of this module.

use super::{folded, skeleton, sort_key};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// To be raised when a change of the keys does not change those of the sample.
const BY_HAND: u8 = 1;
/// The sample has every 61st character of the first two planes.
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

/// The edition, which is stored beside the keys: with another one they are recomputed.
pub(crate) fn edition() -> &'static str {
    &EDITION
}
