//! The HTTP doors: REST, the two sockets, health, and the layers every answer passes through.
//!
//! Doors translate and nothing else. The site puts its pages next to [`api_router`] and wraps both
//! in [`layered`], so that forms and REST are guarded by the same code.

mod answer;
mod attend;
pub mod body;
pub mod browser_cookie;
mod compressed;
pub mod device;
pub mod device_cookie;
pub mod emoji_cookie;
pub mod forwarded;
mod host;
pub mod last_room;
pub(crate) mod line;
pub mod look_cookie;
mod origin;
mod paths;
pub mod problem;
mod query;
mod refusal;
mod rest;
mod router;
mod same_origin;
pub mod scope;
pub mod security_headers;
mod serve;
pub mod session_cookie;
mod site_url;
mod slash;
pub mod socket;
mod timer;
mod trace;

pub use last_room::LastRoom;
pub use paths::{AtMember, AtMessage, AtPerson, AtRevision, AtRoom, AtSession};
pub use problem::Problem;
pub use router::{IsWhole, api_router, layered};
pub use serve::{serve, serve_within};
pub use site_url::SiteUrl;
