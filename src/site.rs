//! The site: the server's own doors, and beside them the pages, the forms and the files.

mod bodies;
pub mod files;
mod outdated;
mod routes;
mod state;

pub use routes::site;
pub use state::Site;
