//! Why a run could not go on, as a sentence: a failure of the runner itself, never of the server.

use std::fmt;

/// One sentence that says what the runner could not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(String);

impl Failure {
    /// A failure with this sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// For `map_err`: what could not be done, and its cause.
    pub fn to<E: fmt::Display>(what: &str) -> impl FnOnce(E) -> Self {
        move |cause| Self(format!("Cannot {what}: {cause}."))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}
