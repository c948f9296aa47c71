//! Argon2id in memory that a thread keeps.
//!
//! Memory that is asked for anew for each hash leaves holes of almost its size, which the next one does not fit into: two
//! hundred people who sign in at once made five of them.
//!
//! *Invariant:* a thread keeps the memory of one hash as they are made now, and no more.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::cell::RefCell;

/// KiB that one hash takes.
pub(super) const MEMORY: u32 = 19 * 1_024;
pub(super) const PASSES: u32 = 2;
pub(super) const LANES: u32 = 1;
/// What a stored hash may ask for at most, in KiB.
const MEMORY_MAX: u32 = 64 * 1_024;
const ALGORITHM: Algorithm = Algorithm::Argon2id;
const VERSION: Version = Version::V0x13;

thread_local! {
    static KEPT: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// The hash of a password, as it is stored; `None` for a salt that can be none.
pub(super) fn hash(password: &str, salt: &[u8]) -> Option<String> {
    let params = Params::new(MEMORY, PASSES, LANES, None).ok()?;
    let hash = PasswordHash {
        algorithm: ALGORITHM.ident(),
        version: Some(VERSION.into()),
        params: ParamsString::try_from(&params).ok()?,
        salt: Some(Salt::new(salt).ok()?),
        hash: Some(output(password, salt, params)?),
    };
    Some(hash.to_string())
}

/// Whether a hash is this password's. One that would cost too much, or is none, is nobody's.
pub(super) fn is_of(hash: &str, password: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else {
        return false;
    };
    let is_ours = hash.algorithm == ALGORITHM.ident() && hash.version == Some(VERSION.into());
    let (Some(salt), Some(expected), Ok(params)) =
        (&hash.salt, &hash.hash, Params::try_from(&hash))
    else {
        return false;
    };
    // Outputs are compared in a time that says nothing of them.
    is_ours
        && params.m_cost() <= MEMORY_MAX
        && output(password, salt, params).is_some_and(|output| output == *expected)
}

fn output(password: &str, salt: &[u8], params: Params) -> Option<Output> {
    let blocks = params.block_count();
    let mut out = [0; Output::MAX_LENGTH];
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let out = out.get_mut(..length)?;
    let hasher = Argon2::new(ALGORITHM, VERSION, params);
    KEPT.with_borrow_mut(|kept| {
        kept.resize(blocks, Block::new());
        let made =
            hasher.hash_password_into_with_memory(password.as_bytes(), salt, out, &mut **kept);
        kept.truncate(MEMORY as usize);
        kept.shrink_to(MEMORY as usize);
        made.ok()
    })?;
    Output::new(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_keeps_the_memory_of_one_hash() {
        let salt = [7; 16];
        let ours = hash("jam to-morrow", &salt).unwrap();
        let place = || KEPT.with_borrow(|kept| (kept.as_ptr(), kept.capacity()));
        let (first, kept) = place();
        assert_eq!(kept, MEMORY as usize);
        assert!(is_of(&ours, "jam to-morrow") && !is_of(&ours, "jam yesterday"));
        assert_eq!(place(), (first, kept));
        let larger = Params::new(MEMORY + 1_024, 1, 1, Some(32)).unwrap();
        assert!(output("jam to-morrow", &salt, larger).is_some());
        assert_eq!(place().1, kept);
        assert!(is_of(&ours, "jam to-morrow"));
    }

    #[test]
    fn a_hash_of_another_kind_is_nobodys() {
        let ours = hash("jam to-morrow", &[7; 16]).unwrap();
        for other in [
            ours.replace("argon2id", "argon2i"),
            ours.replace("v=19", "v=16"),
            ours.replace("m=19456", "m=4194304"),
            ours[..ours.len() - 44].to_owned(),
            String::new(),
        ] {
            assert!(!is_of(&other, "jam to-morrow"), "{other}");
        }
    }
}
