//! Databases of a server: one for each test, gone with its handle.

use crate::{Failure, PostgresServer};
use std::env;
use std::sync::atomic::Ordering;

/// What says which database the tests of a run are to use, where they can do with either.
const WHICH: &str = "PARLOUR_TEST_DATABASE";

/// A database for a test that can do with either: of PostgreSQL where `PARLOUR_TEST_DATABASE` is `postgres`, and
/// `None` for SQLite where it is `sqlite` or not there.
///
/// # Panics
/// It is something else, or there is no PostgreSQL, be it that `PARLOUR_WITHOUT` leaves it out; the message says what
/// to do. No test passes on the other database without a word.
pub fn database_of_this_run() -> Option<Database<'static>> {
    match env::var(WHICH).as_deref() {
        Ok("postgres") => {}
        Ok("sqlite") | Err(env::VarError::NotPresent) => return None,
        _ => panic!("{WHICH} must be sqlite or postgres"),
    }
    let server = PostgresServer::of_this_process();
    let server = server.unwrap_or_else(|| panic!("{WHICH}=postgres contradicts PARLOUR_WITHOUT"));
    let database = server.database();
    Some(database.unwrap_or_else(|failure| panic!("{failure}")))
}

impl PostgresServer {
    /// An empty database that no other test has: UTF-8, ordered by bytes. Dropped with its handle.
    ///
    /// # Errors
    /// The server is not running, or refuses.
    pub fn database(&self) -> Result<Database<'_>, Failure> {
        self.new_database("template0")
    }

    /// A new database with all that is in `original`, to which nobody may be connected: quicker than to make it again.
    ///
    /// # Errors
    /// The server is not running, or refuses.
    pub fn copy_of(&self, original: &Database<'_>) -> Result<Database<'_>, Failure> {
        self.new_database(&original.name)
    }

    fn new_database(&self, template: &str) -> Result<Database<'_>, Failure> {
        let name = format!("p_{}", self.databases.fetch_add(1, Ordering::Relaxed) + 1);
        self.sql(
            "postgres",
            &format!(
                "CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
            ),
        )?;
        Ok(Database { server: self, name })
    }
}

/// A database of one test, which is dropped with this handle, whoever is connected to it.
#[derive(Debug)]
pub struct Database<'s> {
    server: &'s PostgresServer,
    name: String,
}

impl Database<'_> {
    /// What `database.url` is for it.
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// What it is called in its server.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs statements in it: [`PostgresServer::sql`].
    ///
    /// # Errors
    /// The server is not running, or refuses; with its own words.
    pub fn sql(&self, statements: &str) -> Result<String, Failure> {
        self.server.sql(&self.name, statements)
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // A server that a test has stopped takes its databases along when it goes.
        let _ = self.server.sql("postgres", &drop);
    }
}
