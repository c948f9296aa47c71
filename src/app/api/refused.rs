//! Why a call did nothing.

use parlour_protocol::json::{Fields, FromJson, Json};
use parlour_protocol::{AppError, ErrorCode};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a call did nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refused {
    /// The server said no, and why.
    Said(AppError),
    /// The server was not reached, or did not answer in its own words.
    Unreachable,
}

impl Refused {
    /// A sentence for a person.
    pub fn sentence(&self) -> &str {
        match self {
            Self::Said(error) => &error.message,
            Self::Unreachable => "The server cannot be reached. Please try again in a moment.",
        }
    }

    /// The code, when the server gave one.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Said(error) => Some(error.code),
            Self::Unreachable => None,
        }
    }

    /// The sentence, when it is about this field.
    pub fn at(&self, field: &str) -> Option<String> {
        match self {
            Self::Said(error) if error.field.as_deref() == Some(field) => {
                Some(error.message.clone())
            }
            _ => None,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl std::error::Error for Refused {}

impl FromJson for Refused {
    fn from_json(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        fields.maybe("Said").map(Self::Said)
    }
}
