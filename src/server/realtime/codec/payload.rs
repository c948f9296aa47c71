//! What is in a frame: masked bytes, text that comes in pieces, and the reason of a close.

use super::Violation;

/// Unmasks in place, eight bytes at a time (RFC 6455, 5.3).
pub fn unmask(payload: &mut [u8], key: [u8; 4]) {
    let [a, b, c, d] = key;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (words, tail) = payload.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    for (byte, key) in tail.iter_mut().zip(key.iter().cycle()) {
        *byte ^= key;
    }
}

/// How many of these bytes are complete UTF-8; the rest is the beginning of a character.
///
/// # Errors
/// [`Violation::NotUtf8`] if no continuation can make them valid.
pub fn valid_prefix(bytes: &[u8]) -> Result<usize, Violation> {
    match std::str::from_utf8(bytes) {
        Ok(_) => Ok(bytes.len()),
        Err(error) if error.error_len().is_none() => Ok(error.valid_up_to()),
        Err(_) => Err(Violation::NotUtf8),
    }
}

/// The code of a close frame, if it has one (RFC 6455, 5.5.1 and 7.4).
///
/// # Errors
/// [`Violation::Protocol`] for a payload of one byte or a code that may not be sent,
/// [`Violation::NotUtf8`] for a reason that is not text.
pub fn close_code(payload: &[u8]) -> Result<Option<u16>, Violation> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return match payload {
            [] => Ok(None),
            _ => Err(Violation::Protocol),
        };
    };
    let code = u16::from_be_bytes(*code);
    if !may_be_sent(code) {
        return Err(Violation::Protocol);
    }
    match std::str::from_utf8(reason) {
        Ok(_) => Ok(Some(code)),
        Err(_) => Err(Violation::NotUtf8),
    }
}

/// 1004 to 1006 and 1015 never stand in a frame; 1012 to 1014 were registered after the RFC.
fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}
