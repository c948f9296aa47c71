//! Why a frame could not be read, and what its sender is told.

use crate::{AppError, ErrorCode};

/// Why a frame could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// Well-formed, but of a type this server does not know.
    UnknownType,
    /// Not JSON, or not of the form its type has.
    Malformed,
}

impl FrameError {
    /// The error as it is sent to the client.
    pub fn to_app_error(&self) -> AppError {
        match self {
            Self::UnknownType => AppError::new(
                ErrorCode::UnknownType,
                "The server does not know this type of frame.",
            ),
            Self::Malformed => AppError::new(
                ErrorCode::BadRequest,
                "The frame must be a JSON object with the fields of its type.",
            ),
        }
    }
}
