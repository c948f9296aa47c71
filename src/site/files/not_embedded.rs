//! No site inside of the program: it serves that of a folder.

/// Each file's path below the site's root, and what is in it.
pub const FILES: &[(&str, &[u8])] = &[];
