//! Earlier versions of messages: what they said before they were edited.

use crate::{Seq, Timestamp};
use serde::{Deserialize, Serialize};

/// Earlier versions of one message that are kept; an edit beyond them lets the oldest go.
pub const REVISIONS_MAX: i64 = 100;

/// An earlier version of a message, as an element of `GET …/messages/{number}/revisions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The seq of the message while it said this.
    pub seq: Seq,
    /// What it said.
    pub content: String,
    /// Since when it had said so: when it was posted, or edited to this.
    pub timestamp: Timestamp,
}
