//! Who is measured: Parlour and its peers, what they keep, and how they are spoken to.

use crate::dialect::{self, Dialect};

/// What a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speech {
    /// The protocol of Parlour.
    Parlour,
    /// The plain chat protocol.
    Plain,
    /// Socket.IO over Engine.IO.
    SocketIo,
    /// Pages only, without sockets.
    Pages,
}

/// When a message is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persists {
    /// Before anybody hears it, many in one commit.
    GroupCommit,
    /// Before anybody hears it, each with a commit of its own.
    CommitPerMessage,
    /// Messages are handed on and never stored.
    Nothing,
}

impl Persists {
    /// For the column.
    pub fn words(self) -> &'static str {
        match self {
            Self::GroupCommit => "fsync before delivery, commits shared",
            Self::CommitPerMessage => "commit per message",
            Self::Nothing => "nothing",
        }
    }
}

/// A server in one configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contender {
    /// The folder in `benches/peers`; `parlour` is none of them.
    pub folder: &'static str,
    /// Which way it is run.
    pub variant: &'static str,
    /// The name in the report.
    pub title: &'static str,
    /// What it speaks.
    pub speech: Speech,
    /// What it keeps.
    pub persists: Persists,
}

/// Parlour itself, which the others are held against.
pub const PARLOUR: Contender = Contender {
    folder: "parlour",
    variant: "release",
    title: "Parlour",
    speech: Speech::Parlour,
    persists: Persists::GroupCommit,
};

/// An earlier release of Parlour, which takes part in every row when its executable is given.
pub const EARLIER: Contender = Contender {
    variant: "earlier",
    title: "Parlour, earlier",
    ..PARLOUR
};

/// Parlour with its database in PostgreSQL, on the same processor.
pub const PARLOUR_POSTGRES: Contender = Contender {
    variant: "postgres",
    title: "Parlour on PostgreSQL",
    ..PARLOUR
};

/// Bun's publish/subscribe, storing nothing.
pub const BUN_MEMORY: Contender = plain("bun", "memory", "Bun, storing nothing", Persists::Nothing);
/// Bun with a commit per message.
pub const BUN_SQLITE: Contender = plain(
    "bun",
    "sqlite",
    "Bun with SQLite",
    Persists::CommitPerMessage,
);
/// The FastAPI twin as everybody writes it.
pub const TWIN: Contender = plain(
    "fastapi",
    "written",
    "FastAPI twin",
    Persists::CommitPerMessage,
);
/// The FastAPI twin with what a careful person would change.
pub const TWIN_TUNED: Contender = plain(
    "fastapi",
    "tuned",
    "FastAPI twin, tuned",
    Persists::CommitPerMessage,
);
/// axum's chat example.
pub const TEXTBOOK: Contender = plain("textbook", "memory", "axum textbook", Persists::Nothing);
/// Socket.IO on Node.
pub const SOCKETIO: Contender = Contender {
    folder: "socketio",
    variant: "sqlite",
    title: "Socket.IO with SQLite",
    speech: Speech::SocketIo,
    persists: Persists::CommitPerMessage,
};
/// The same room page by SvelteKit.
pub const SVELTEKIT: Contender = Contender {
    folder: "sveltekit",
    variant: "page",
    title: "SvelteKit",
    speech: Speech::Pages,
    persists: Persists::CommitPerMessage,
};

const fn plain(
    folder: &'static str,
    variant: &'static str,
    title: &'static str,
    persists: Persists,
) -> Contender {
    Contender {
        folder,
        variant,
        title,
        speech: Speech::Plain,
        persists,
    }
}

/// Everybody, ourselves first.
pub const ALL: [Contender; 10] = [
    PARLOUR,
    EARLIER,
    PARLOUR_POSTGRES,
    BUN_MEMORY,
    BUN_SQLITE,
    TWIN,
    TWIN_TUNED,
    SOCKETIO,
    TEXTBOOK,
    SVELTEKIT,
];

impl Contender {
    /// The name in the results, such as `bun:sqlite`.
    pub fn name(&self) -> String {
        if *self == PARLOUR {
            self.folder.to_owned()
        } else {
            format!("{}:{}", self.folder, self.variant)
        }
    }

    /// Whether it is Parlour, in whichever release and on whichever database: it has Parlour's tables and is held
    /// against floors.
    pub fn is_parlour(&self) -> bool {
        self.folder == PARLOUR.folder
    }

    /// Whose name this is.
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|contender| contender.name() == name)
    }

    /// How it is spoken to.
    pub fn dialect(&self) -> Box<dyn Dialect> {
        match self.speech {
            Speech::Parlour => Box::new(dialect::Parlour),
            Speech::Plain | Speech::Pages => Box::new(dialect::Plain),
            Speech::SocketIo => Box::new(dialect::SocketIo),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_somebodys() {
        for contender in ALL {
            assert_eq!(Contender::named(&contender.name()), Some(contender));
        }
        assert_eq!(Contender::named("nobody"), None);
    }
}
