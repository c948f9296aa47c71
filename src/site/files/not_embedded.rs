//! No site inside of the program: it serves that of a folder.

/// Each file's path below the site's root, and what is in it.
pub const FILES: &[(&str, &[u8])] = &[];

/// Where `make dev` has left one that was built beside the program: the `site-root` of Cargo.toml.
pub const BUILT_BESIDE: Option<&str> = Some("target/site");
