//! Progress on a terminal: a line that is written over.
//!
//! *Invariant:* nothing is written where nobody watches: in a file it would be noise.

use std::io::{IsTerminal, Write, stderr};

/// Writes it over what was written last.
pub fn write_over(text: impl FnOnce() -> String) {
    let mut stderr = stderr();
    if stderr.is_terminal() {
        // A terminal that is gone is no reason to stop.
        let _ = write!(stderr, "\r\x1b[K{}", text()).and_then(|()| stderr.flush());
    }
}

/// Removes what was written last.
pub fn clear() {
    if stderr().is_terminal() {
        let _ = write!(stderr(), "\r\x1b[K");
    }
}
