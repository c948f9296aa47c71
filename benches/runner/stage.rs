//! What is there before the first round: Parlour's executable, a founded database, and one with very
//! many messages, which is kept from run to run.

use crate::contender::{PARLOUR, PARLOUR_POSTGRES};
use crate::failure::{Failure, Outcome};
use crate::options::Options;
use crate::postgres::Postgres;
use crate::rows::{self, Pace, Stage};
use crate::seed;
use crate::server::{Places, Server};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// Sessions in a kept database live for thirty days, and are renewed, by writing, after one.
const KEPT_FOR: Duration = Duration::from_secs(20 * 60 * 60);

/// Finds the executable and makes the databases.
pub fn prepare(root: &Path, options: &Options, temporary: &Path) -> Outcome<Stage> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let absolute = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let or = |given: &Option<PathBuf>, usual: PathBuf| absolute(given.as_ref().unwrap_or(&usual));
    let mut places = Places {
        root: root.to_owned(),
        binary: or(&options.binary, target.join("release/parlour")),
        earlier: options.earlier.as_deref().map(absolute),
        kept: target.join("bench/databases"),
        without_postgres: None,
        target,
    };
    let founded = temporary.join("founded.db");
    found(&places, &founded, temporary)?;
    seed::guests_and_rooms(&founded)?;
    let filled_with = match options.pace() {
        Pace::Full => 1_000_000,
        Pace::Quick => 200_000,
    };
    let filled = if options.wants_row("history") {
        filled(&places, &founded, filled_with)?
    } else {
        PathBuf::new()
    };
    let is_on_postgres = (rows::ALL.iter())
        .any(|row| options.wants_row(row.key) && row.contenders.contains(&PARLOUR_POSTGRES));
    let messages = options.wants_row("history").then_some(filled_with);
    let postgres = match is_on_postgres {
        true => match postgres(&places, messages) {
            Ok(postgres) => Some(postgres),
            Err(failure) => {
                eprintln!("nothing is measured on PostgreSQL: {failure}");
                places.without_postgres = Some(failure.to_string());
                None
            }
        },
        false => None,
    };
    Ok(Stage {
        places,
        postgres,
        pace: options.pace(),
        founded,
        filled,
        filled_with,
    })
}

/// PostgreSQL with the same; what is in the way of it is in the way of its rows alone.
fn postgres(places: &Places, messages: Option<u64>) -> Outcome<Postgres> {
    let without = std::env::var("PARLOUR_WITHOUT").unwrap_or_default();
    if without.split(',').any(|name| name == "postgres") {
        return Err(Failure::new("PARLOUR_WITHOUT leaves it out"));
    }
    Postgres::prepare(places, messages)
}

/// Lets Parlour make its schema and its first room.
fn found(places: &Places, file: &Path, temporary: &Path) -> Outcome<()> {
    let own = temporary.join("founding.db");
    let server = Server::start_on(places, &PARLOUR, &own)?;
    if let Some(why) = places.missing(&PARLOUR) {
        return Err(Failure::new(why));
    }
    server.stop()?;
    // Stopped in order it has left nothing in the log beside it; this makes sure.
    let connection = Connection::open(&own)?;
    connection.execute("VACUUM INTO ?1", [file.display().to_string()])?;
    Ok(())
}

/// The database with a room of very many messages, made anew when the schema is another one.
fn filled(places: &Places, founded: &Path, messages: u64) -> Outcome<PathBuf> {
    fs::create_dir_all(&places.kept)?;
    let file = places
        .kept
        .join(format!("{messages}-{}.db", schema(founded)?));
    let age = fs::metadata(&file)
        .and_then(|file| file.modified())
        .ok()
        .and_then(|modified| SystemTime::now().duration_since(modified).ok());
    if age.is_some_and(|age| age < KEPT_FOR) {
        return Ok(file);
    }
    eprintln!("filling a room with {messages} messages");
    let began = Instant::now();
    // Others of this size are of another schema or too old, and large.
    for other in fs::read_dir(&places.kept)?.flatten() {
        let name = other.file_name().to_string_lossy().into_owned();
        if name.starts_with(&format!("{messages}-")) || name.starts_with("unfinished") {
            // Beside a database lie the files that its server kept.
            match other.file_type()?.is_dir() {
                true => fs::remove_dir_all(other.path())?,
                false => fs::remove_file(other.path())?,
            }
        }
    }
    let unfinished = places.kept.join("unfinished.db");
    fs::copy(founded, &unfinished)?;
    seed::messages(&unfinished, 2, messages)?;
    seed::keep_two_rooms(&unfinished)?;
    fs::rename(&unfinished, &file)?;
    eprintln!("filled in {:.0} s", began.elapsed().as_secs_f64());
    Ok(file)
}

/// A name for the schema.
fn schema(file: &Path) -> Outcome<String> {
    let connection = Connection::open(file)?;
    let mut statement = connection.prepare("SELECT sql FROM sqlite_schema ORDER BY name")?;
    let texts = statement.query_map([], |row| row.get::<_, Option<String>>(0))?;
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text?.unwrap_or_default().as_bytes());
    }
    let digest = hash.finalize();
    Ok(digest
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect())
}
