//! Logs: text for people or JSON for programs, on stderr.
//!
//! *Invariant:* no message, token, cookie or query string is ever logged, and whatever a person
//! chose (a name, a path, an origin) is logged escaped, so that it cannot forge a line.

use crate::config::{LogFormat, Settings};
use crate::error::ServiceError;
use parlour_protocol::{AppError, ErrorCode};
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Sets the global subscriber, which logs to stderr. A second call changes nothing.
pub fn start(settings: &Settings) {
    // Fails when a subscriber is set already, which then goes on.
    let _ = tracing::subscriber::set_global_default(subscriber(settings, std::io::stderr));
}

/// The subscriber for these settings, which logs to `writer`.
pub fn subscriber<W>(settings: &Settings, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&settings.server.log_level);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|_| EnvFilter::new("info")))
        .with_writer(writer);
    match settings.server.log_format {
        LogFormat::Json => Box::new(builder.json().finish()),
        LogFormat::Text => Box::new(builder.with_ansi(false).finish()),
    }
}

/// The error that a client is sent, without its cause. An internal error is logged with its cause.
pub fn to_client_error(error: &ServiceError) -> AppError {
    let client_error = error.to_app_error();
    if client_error.code == ErrorCode::Internal {
        tracing::error!(cause = ?error.to_string(), "a request failed");
    }
    client_error
}
