//! What stops a block: one sentence that says what was tried and what went wrong.

use std::fmt;

/// Why a block, or the whole run, could not go on.
#[derive(Debug)]
pub struct Failure(String);

/// What most of this program answers.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// A failure with this sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// For `map_err`: what was tried, then the cause.
    pub fn to<E: fmt::Display>(tried: &str) -> impl Fn(E) -> Self {
        move |cause| Self(format!("could not {tried}: {cause}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<std::io::Error> for Failure {
    fn from(cause: std::io::Error) -> Self {
        Self(format!("the system said: {cause}"))
    }
}

impl From<rustix::io::Errno> for Failure {
    fn from(cause: rustix::io::Errno) -> Self {
        Self(format!("the system said: {cause}"))
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(cause: rusqlite::Error) -> Self {
        Self(format!("SQLite said: {cause}"))
    }
}

impl From<parlour_test_postgres::Failure> for Failure {
    fn from(cause: parlour_test_postgres::Failure) -> Self {
        Self(cause.to_string())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(cause: serde_json::Error) -> Self {
        Self(format!("not the JSON that was expected: {cause}"))
    }
}
