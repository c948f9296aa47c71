//! The tables: their columns, each named once, and how a row of them is read.
//!
//! *Invariant:* `…_columns!()` and the `read` of its row are made of one list, so the two cannot disagree. Times are
//! milliseconds since 1970 in UTC. Nothing here is serialised: what leaves the server is a record of the protocol.

use super::db::{Result, Row, Value};
use super::message_ids::MessageIds;
use crate::links::links;
use crate::markdown::Formatted;
use parlour_protocol::{
    Guests, Level, Message, Number, Posting, Reaction, Revisions, Room, RoomId, RoomKind, RoomRole,
    RoomRules, Seq, ServerRole, Timestamp, User, UserId, UserKind,
};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};

/// A row's type, the macro that names its columns for a `SELECT`, and its reader. Positions and not names
/// are what a row is read by, because a name is looked for among all of them each time.
macro_rules! table {
    ($(#[$about:meta])* $row:ident, $table:literal as $columns:ident;
        $first:ident: $first_type:ty, $($column:ident: $type:ty,)*) => {
        $(#[$about])*
        #[derive(Clone, Debug)]
        pub(super) struct $row {
            pub(super) $first: $first_type,
            $(pub(super) $column: $type,)*
        }

        impl $row {
            /// How many columns there are: what stands behind them begins here.
            #[allow(dead_code, reason = "few rows have more behind them")]
            pub(super) const COUNT: usize = [stringify!($first) $(, stringify!($column))*].len();

            /// Reads a row that begins with all the columns.
            pub(super) fn read(row: &Row<'_>) -> Result<Self> {
                let mut at = 0;
                Ok(Self {
                    $first: row.get(at)?,
                    $($column: {
                        at += 1;
                        row.get(at)?
                    },)*
                })
            }
        }

        macro_rules! $columns {
            () => {
                concat!($table, ".", stringify!($first) $(, ", ", $table, ".", stringify!($column))*)
            };
        }
        pub(super) use $columns;
    };
}

table! {
    /// A room, and how far its order of changes has come.
    RoomRow, "rooms" as room_columns;
    id: i64,
    name: String,
    description: String,
    created_at: i64,
    created_by: Option<i64>,
    seq: i64,
    posts: i64,
    last_message_at: Option<i64>,
    sort_key: String,
    changed_seq: i64,
    kind: Seen,
    posting: Posts,
    guests: ForGuests,
    revisions: KeptFor,
    archived_at: Option<i64>,
}

table! {
    /// A message in its present state.
    #[derive(Default)]
    MessageRow, "messages" as message_columns;
    id: i64,
    room_id: i64,
    number: i64,
    seq: i64,
    author_id: i64,
    author_name: String,
    client_id: String,
    body: String,
    doc: Stored,
    reactions: Counted,
    reply_to: Option<i64>,
    root: Option<i64>,
    mentions_all: bool,
    pinned_at: Option<i64>,
    created_at: i64,
    edited_at: Option<i64>,
    deleted_at: Option<i64>,
}

table! {
    /// A user: a guest, a member or a bot.
    UserRow, "users" as user_columns;
    id: i64,
    name: String,
    kind: Kind,
    role: OnServer,
    is_confined: bool,
}

impl RoomRow {
    /// Where the id and the name stand among the columns.
    pub(super) const ID: usize = 0;
    pub(super) const NAME: usize = 1;

    /// What decides about who may do what in it.
    pub(super) fn rules(&self) -> RoomRules {
        RoomRules {
            kind: self.kind.0,
            posting: self.posting.0,
            guests: self.guests.0,
            revisions: self.revisions.0,
            is_archived: self.archived_at.is_some(),
        }
    }

    /// The room of the protocol; `online` is 0, since presence is not stored.
    pub(super) fn into_room(self) -> Room {
        Room {
            id: RoomId(self.id),
            name: self.name,
            description: self.description,
            created_at: Timestamp(self.created_at),
            created_by: self.created_by.map(UserId),
            seq: Seq(self.seq),
            online: 0,
            last_message_at: self.last_message_at.map(Timestamp),
            sort: self.sort_key,
        }
    }
}

impl MessageRow {
    /// Bytes of its text, of the text's tree and of the reactions to it.
    pub(super) fn bytes(&self) -> usize {
        let doc = self.doc.0.as_ref();
        self.body.len() + doc.map_or(0, |doc| doc.json.len()) + self.reactions.bytes
    }

    /// The message of the protocol. Links are not stored but found in the text each time, which takes no time to
    /// speak of.
    pub(super) fn into_message(self, ids: MessageIds) -> Message {
        Message {
            links: links(&self.body),
            id: ids.id(self.id),
            room_id: RoomId(self.room_id),
            number: Number(self.number),
            seq: Seq(self.seq),
            user_id: UserId(self.author_id),
            username: self.author_name,
            author: None,
            content: self.body,
            doc: self.doc.0.map(|doc| doc.document),
            reactions: self.reactions.reactions,
            client_id: self.client_id,
            timestamp: Timestamp(self.created_at),
            edited_at: self.edited_at.map(Timestamp),
            deleted: self.deleted_at.is_some(),
            reply_to: self.reply_to.map(Number),
            quote: None,
            thread: self.root.map(Number),
            replies: None,
            mentions: Vec::new(),
            mentions_all: self.mentions_all,
            pinned: self.pinned_at.is_some(),
            may_undo: false,
        }
    }
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: UserId(row.id),
            name: row.name,
            kind: row.kind.0,
            account: None,
        }
    }
}

/// A text's tree, if it has one. What is none, of a later version perhaps, is left: the text is there, too.
#[derive(Clone, Debug, Default)]
pub(super) struct Stored(pub(super) Option<Formatted>);

impl FromSql for Stored {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let json = value.as_str_or_null()?;
        Ok(Self(json.and_then(Formatted::stored)))
    }
}

impl<'a> postgres_types::FromSql<'a> for Stored {
    fn from_sql(
        of: &postgres_types::Type,
        raw: &'a [u8],
    ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        let json = <&str as postgres_types::FromSql>::from_sql(of, raw)?;
        Ok(Self(Formatted::stored(json)))
    }

    fn from_sql_null(
        _: &postgres_types::Type,
    ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(None))
    }

    fn accepts(of: &postgres_types::Type) -> bool {
        <&str as postgres_types::FromSql>::accepts(of)
    }
}

/// The reactions to a message, as they are counted on its row; nothing there is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    pub(super) reactions: Vec<Reaction>,
    /// How many bytes they take as JSON.
    bytes: usize,
}

impl Counted {
    pub(super) fn of(reactions: Vec<Reaction>) -> Self {
        let mut counted = Self {
            reactions,
            bytes: 0,
        };
        counted.bytes = counted.json().map_or(0, |json| json.len());
        counted
    }

    /// As it is stored.
    pub(super) fn json(&self) -> Option<String> {
        let json = || serde_json::to_string(&self.reactions);
        let json = (!self.reactions.is_empty()).then(json);
        json.map(|json| json.expect("a list of texts and numbers is JSON"))
    }

    fn stored(json: &str) -> Self {
        Self {
            reactions: serde_json::from_str(json).unwrap_or_default(),
            bytes: json.len(),
        }
    }
}

impl FromSql for Counted {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let json = value.as_str_or_null()?;
        Ok(json.map(Self::stored).unwrap_or_default())
    }
}

impl<'a> postgres_types::FromSql<'a> for Counted {
    fn from_sql(
        of: &postgres_types::Type,
        raw: &'a [u8],
    ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        let json = <&str as postgres_types::FromSql>::from_sql(of, raw)?;
        Ok(Self::stored(json))
    }

    fn from_sql_null(
        _: &postgres_types::Type,
    ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self::default())
    }

    fn accepts(of: &postgres_types::Type) -> bool {
        <&str as postgres_types::FromSql>::accepts(of)
    }
}

/// Declares a column that holds one of the protocol's names.
macro_rules! stored_name {
    ($(#[$about:meta])* $stored:ident($names:ty)) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug)]
        pub(super) struct $stored(pub(super) $names);

        impl $stored {
            fn of(name: &str) -> Option<Self> {
                let mut known = <$names>::ALL.into_iter();
                known.find(|known| known.name() == name).map(Self)
            }
        }

        impl FromSql for $stored {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                Self::of(value.as_str()?).ok_or(FromSqlError::InvalidType)
            }
        }

        impl<'a> postgres_types::FromSql<'a> for $stored {
            fn from_sql(
                of: &postgres_types::Type,
                raw: &'a [u8],
            ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
                let name = <&str as postgres_types::FromSql>::from_sql(of, raw)?;
                Ok(Self::of(name).ok_or("no name of this column")?)
            }

            fn accepts(of: &postgres_types::Type) -> bool {
                <&str as postgres_types::FromSql>::accepts(of)
            }
        }

        impl From<$stored> for Value<'_> {
            fn from(stored: $stored) -> Self {
                Self::Text(stored.0.name())
            }
        }
    };
}

stored_name! {
    /// A kind of user.
    Kind(UserKind)
}

stored_name! {
    /// Who may see a room.
    Seen(RoomKind)
}

stored_name! {
    /// Who posts in a room.
    Posts(Posting)
}

stored_name! {
    /// What guests may do in a room.
    ForGuests(Guests)
}

stored_name! {
    /// Who reads earlier versions of a room's messages.
    KeptFor(Revisions)
}

stored_name! {
    /// Of what in a room a member wants to be told.
    ToldOf(Level)
}

stored_name! {
    /// A role in a room.
    InRoom(RoomRole)
}

stored_name! {
    /// A role on the server.
    OnServer(ServerRole)
}

impl UserRow {
    /// Where the name stands among the columns.
    pub(super) const NAME: usize = 1;

    /// The role on the server.
    pub(super) fn server_role(&self) -> ServerRole {
        server_role(self.kind, self.role)
    }

    /// Whether they see the rooms that they are in, and no other: a guest who came by an invitation to a room. The
    /// queries have the same as `is_confined!`.
    pub(super) fn is_confined(&self) -> bool {
        self.is_confined && self.kind.0 == UserKind::Guest
    }
}

/// The role on the server: of an account what is stored, of a guest none but that.
pub(super) fn server_role(Kind(kind): Kind, OnServer(role): OnServer) -> ServerRole {
    match kind {
        UserKind::Guest => ServerRole::Guest,
        UserKind::Member | UserKind::Bot => role,
    }
}
