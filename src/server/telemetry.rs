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

/// Logs to stderr from now on. A second call changes nothing.
pub fn start(settings: &Settings) {
    // Fails when a subscriber is set already, which then goes on.
    let _ = tracing::subscriber::set_global_default(subscriber(settings, std::io::stderr));
}

/// The same into another place.
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

/// An error as it is told to whoever asked. What is the server's own fault is logged with its
/// cause, which is told to nobody.
pub fn told(error: &ServiceError) -> AppError {
    let told = error.to_app_error();
    if told.code == ErrorCode::Internal {
        tracing::error!(cause = ?error.to_string(), "a request failed");
    }
    told
}
