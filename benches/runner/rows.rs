//! The rows of the table: each is measured by one function that starts a server, asks it for
//! something, and answers with figures.

mod browsers;
mod formatted;
mod history;
mod idle;
mod ingest;
mod latency;
mod members;
mod page;
mod pipelined;
mod reactions;
mod reading;
mod room;
mod sidebar;
mod sign_in;
mod start;
mod storm;

use crate::contender::{
    BUN_MEMORY, BUN_SQLITE, Contender, PARLOUR, PARLOUR_POSTGRES, SOCKETIO, SVELTEKIT, TEXTBOOK,
    TWIN, TWIN_TUNED,
};
use crate::failure::{Failure, Outcome};
use crate::postgres::{self, Postgres, Running};
use crate::seed;
use crate::server::{Places, Server};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

/// Figures by name; the name ends with the unit.
pub type Figures = BTreeMap<String, f64>;

/// How much time there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// All of it.
    Full,
    /// Five minutes for everything.
    Quick,
}

/// What every row needs.
pub struct Stage {
    /// Where things are.
    pub places: Places,
    /// How much time there is.
    pub pace: Pace,
    /// A database with guests and rooms, and no message.
    pub founded: PathBuf,
    /// A database whose second room has very many messages.
    pub filled: PathBuf,
    /// How many those are.
    pub filled_with: u64,
    /// The same two databases there, where a row is measured on it.
    pub postgres: Option<Postgres>,
}

impl Stage {
    /// How long a block counts.
    pub fn block(&self) -> Duration {
        match self.pace {
            Pace::Full => Duration::from_secs(5),
            Pace::Quick => Duration::from_millis(2_500),
        }
    }

    /// How long a block warms up.
    pub fn warm(&self) -> Duration {
        match self.pace {
            Pace::Full => Duration::from_millis(1_500),
            Pace::Quick => Duration::from_secs(1),
        }
    }

    /// Before pages are measured: what was written earlier is on the disk by now.
    pub fn settle(&self) {
        rustix::fs::sync();
    }

    /// A contender with the guests and rooms it needs.
    pub fn start(&self, contender: &Contender) -> Outcome<Server> {
        if *contender == PARLOUR_POSTGRES {
            let running = self.start_postgres()?;
            running.copy()?;
            return Server::start_beside(&self.places, contender, running, postgres::COPY);
        }
        let database = contender.is_parlour().then_some(self.founded.as_path());
        Server::start(&self.places, contender, database)
    }

    /// The same, and what the statements that `people` makes of the time put into it.
    pub fn start_with(
        &self,
        contender: &Contender,
        people: impl FnOnce(i64) -> String,
    ) -> Outcome<Server> {
        let statements = people(seed::now());
        if *contender == PARLOUR_POSTGRES {
            let running = self.start_postgres()?;
            running.copy()?;
            let tables = seed::postgres::finish("users, credentials, rooms, memberships");
            running.sql(postgres::COPY, &format!("{statements} {tables}"))?;
            return Server::start_beside(&self.places, contender, running, postgres::COPY);
        }
        let folder = tempfile::TempDir::with_prefix("parlour-bench-")?;
        let file = folder.path().join("parlour.db");
        std::fs::copy(&self.founded, &file)?;
        seed::add(&file, &statements)?;
        Server::start(&self.places, contender, Some(&file))
    }

    /// A contender with the room of very many messages, all of which are in the system's memory, from where it may
    /// take them when nobody asks.
    pub fn start_filled(&self, contender: &Contender) -> Outcome<Server> {
        if *contender == PARLOUR_POSTGRES {
            let running = self.start_postgres()?;
            running.read_all(postgres::FILLED)?;
            return Server::start_beside(&self.places, contender, running, postgres::FILLED);
        }
        std::io::copy(&mut File::open(&self.filled)?, &mut std::io::sink())?;
        Server::start_on(&self.places, contender, &self.filled)
    }

    /// PostgreSQL by itself.
    pub fn start_postgres(&self) -> Outcome<Running> {
        let postgres = self.postgres.as_ref();
        let there = postgres.ok_or_else(|| Failure::new("there is no PostgreSQL here"))?;
        there.start()
    }
}

/// A row of the benchmark.
pub struct Row {
    /// Its name on the command line.
    pub key: &'static str,
    /// What is done, for people.
    pub title: &'static str,
    /// Who takes part.
    pub contenders: &'static [Contender],
    /// Who takes part when there is little time.
    pub quick: &'static [Contender],
    /// Who takes so long that the first round must do: the twin tells everybody of everybody who comes, and a thousand
    /// need minutes for that.
    pub once: &'static [Contender],
    /// Measures one contender.
    pub measure: fn(&Stage, &Contender) -> Outcome<Figures>,
}

/// All rows, in the table's order.
pub const ALL: [Row; 16] = [
    Row {
        key: "room",
        title: "One room of 1,000: 20 messages/s of 256 B, then as many as it takes",
        contenders: &[
            PARLOUR, BUN_MEMORY, BUN_SQLITE, TWIN, TWIN_TUNED, SOCKETIO, TEXTBOOK,
        ],
        quick: &[PARLOUR, BUN_MEMORY, BUN_SQLITE, TWIN_TUNED, SOCKETIO],
        once: &[TWIN],
        measure: room::measure,
    },
    Row {
        key: "pipelined",
        title: "One room of 1,000: 16 senders with 8 messages each on their way, then 128 with one",
        contenders: &[PARLOUR, BUN_MEMORY, BUN_SQLITE],
        quick: &[PARLOUR, BUN_MEMORY, BUN_SQLITE],
        once: &[],
        measure: pipelined::measure,
    },
    Row {
        key: "browsers",
        title: "The room, and 50 rooms, with pages in them: they tell what was read and hear of other rooms",
        contenders: &[PARLOUR],
        quick: &[PARLOUR],
        once: &[],
        measure: browsers::measure,
    },
    Row {
        key: "latency",
        title: "5,000 sockets in 50 rooms, 100 messages/s, open loop",
        contenders: &[PARLOUR, PARLOUR_POSTGRES, BUN_SQLITE, TWIN, TWIN_TUNED],
        quick: &[PARLOUR, PARLOUR_POSTGRES, BUN_SQLITE],
        once: &[TWIN],
        measure: latency::measure,
    },
    Row {
        key: "idle",
        title: "Connections that say nothing: memory and processor",
        contenders: &[PARLOUR, BUN_MEMORY],
        quick: &[PARLOUR, BUN_MEMORY],
        // A minute's rest twice for each, and nothing in it that chance could change.
        once: &[PARLOUR, BUN_MEMORY],
        measure: idle::measure,
    },
    Row {
        key: "storm",
        title: "Everybody joins one room, is cut off, and comes back",
        contenders: &[PARLOUR, TWIN, TWIN_TUNED],
        quick: &[PARLOUR, TWIN_TUNED],
        once: &[TWIN],
        measure: storm::measure,
    },
    Row {
        key: "ingest",
        title: "200 senders in rooms of their own, each message acknowledged",
        contenders: &[PARLOUR, PARLOUR_POSTGRES, BUN_SQLITE, TWIN_TUNED],
        quick: &[PARLOUR, PARLOUR_POSTGRES, BUN_SQLITE],
        once: &[],
        measure: ingest::measure,
    },
    Row {
        key: "history",
        title: "Pages of 50 from a room of a million messages, over REST",
        contenders: &[PARLOUR, PARLOUR_POSTGRES],
        quick: &[PARLOUR, PARLOUR_POSTGRES],
        once: &[],
        measure: history::measure,
    },
    Row {
        key: "reading-while-writing",
        title: "10 senders, 100 messages/s: alone, then beside 16 clients that fetch a long history, compressed",
        contenders: &[PARLOUR],
        quick: &[PARLOUR],
        once: &[],
        measure: reading::measure,
    },
    Row {
        key: "page",
        title: "The room page with 50 messages: at rest, then while 20 messages/s are posted in the room",
        contenders: &[PARLOUR, SVELTEKIT],
        quick: &[PARLOUR, SVELTEKIT],
        once: &[],
        measure: page::measure,
    },
    Row {
        key: "sign-in",
        title: "10 senders, 100 messages/s: alone, then while 200 people sign in at once",
        contenders: &[PARLOUR],
        quick: &[PARLOUR],
        once: &[],
        measure: sign_in::measure,
    },
    Row {
        key: "members",
        title: "A closed room of 10,000, of whom 1,000 are there: letting in, putting out, who is in it",
        contenders: &[PARLOUR, PARLOUR_POSTGRES],
        quick: &[PARLOUR, PARLOUR_POSTGRES],
        once: &[],
        measure: members::measure,
    },
    Row {
        key: "sidebar",
        title: "The list of rooms, with 10,000 accounts and 1,000 rooms",
        contenders: &[PARLOUR, PARLOUR_POSTGRES],
        quick: &[PARLOUR, PARLOUR_POSTGRES],
        once: &[],
        measure: sidebar::measure,
    },
    Row {
        key: "formatted",
        title: "One room of 1,000: 20 plain messages/s, then one in five with markup and one in ten reacted to",
        contenders: &[PARLOUR],
        quick: &[PARLOUR],
        once: &[],
        measure: formatted::measure,
    },
    Row {
        key: "reactions",
        title: "One room of 1,000, each of whom reacts to one message within 10 s",
        contenders: &[PARLOUR],
        quick: &[PARLOUR],
        once: &[],
        measure: reactions::measure,
    },
    Row {
        key: "start",
        title: "From an empty folder to the first page",
        contenders: &[PARLOUR],
        quick: &[PARLOUR],
        once: &[],
        measure: start::measure,
    },
];

/// Whether `asked` on the command line means the row `key`.
pub fn is_called(key: &str, asked: &str) -> bool {
    let plain = match asked {
        "cpu" | "saturated" => "room",
        "memory" => "idle",
        other => other,
    };
    key == plain
}

fn figures<const N: usize>(pairs: [(&str, f64); N]) -> Figures {
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value));
    Figures::from(pairs)
}
