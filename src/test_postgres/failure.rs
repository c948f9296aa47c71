//! Why there is no PostgreSQL to test with, in a sentence for who runs the tests.

use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};

/// What went wrong and, where anybody can do something about it, what to do.
pub struct Failure(String);

impl Failure {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// Makes the failure of a step out of its cause: "could not `step`: …".
    pub fn to<E: Display>(step: &str) -> impl FnOnce(E) -> Self {
        move |cause| Self(format!("could not {step}: {cause}"))
    }
}

impl Display for Failure {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Tests unwrap it: the sentence, as it is.
impl Debug for Failure {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, out)
    }
}

impl Error for Failure {}
