//! The site: the server's own doors, and beside them the pages, the forms, the server functions and the
//! files.

mod bodies;
pub mod files;
mod routes;
mod state;

pub use routes::site;
pub use state::Site;
