//! How a refusal leaves a server function.

use super::Refused;
use super::json::JsonText;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use parlour_protocol::{AppError, ErrorCode};

impl FromServerFnError for Refused {
    type Encoder = JsonText;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::Said(
                AppError::new(ErrorCode::BadRequest, "The call was not understood."),
            ),
            _ => Self::Unreachable,
        }
    }
}
