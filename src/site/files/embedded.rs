//! The site as it is inside of the program: a release has all of it.

/// Each file's path below the site's root, and what is in it.
pub const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/embedded_files.rs"));

/// Nothing else is needed.
pub const BUILT_BESIDE: Option<&str> = None;
