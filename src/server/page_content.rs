//! The content of a live page, read in one snapshot of the database: what all readers share, and what is one's own.

use crate::context::Context;
use crate::error::ServiceError;
use crate::invalidation::Source;
use crate::rooms::{Held, ReaderEntry, Rights};
use crate::scope::Scope;
use crate::store::{self, Listed};
use crate::{messages, rooms};
use parlour_protocol::{
    Availability, Guests, History, Level, Message, MessageId, Number, OpenRoom, Place, ReadOnly,
    RoomEntry, RoomId, RoomKind, RoomRole, RoomRules, Seq, User, UserId, rules,
};
use std::sync::Arc;

pub use crate::messages::View;

/// The room that is open, and the part of its history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct At {
    /// The room that is open.
    pub room: RoomId,
    /// The part of its history.
    pub view: View,
}

/// What a page shows to all readers who [may see the same rooms](rooms::visibility) and [list the
/// same](PageContent::lists_all_rooms): all but what is in [`ReaderState`].
#[derive(Debug)]
pub struct PageContent {
    /// The page of no reader: without `me`, with nothing unread and nothing to delete.
    place: Place,
    /// Who it was read for: direct rooms are their reader's own.
    reader: Option<UserId>,
    /// How many messages were ever posted in each listed room.
    posts: Vec<i64>,
    /// Whether all open rooms are listed; otherwise the reader decides which are.
    is_whole: bool,
    /// Those of the rooms on it that not everybody may see.
    hidden: Vec<RoomId>,
    /// Who may do what in the open room; that of no room where none is open.
    rules: RoomRules,
}

/// What of a page is the reader's own, besides which messages they wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReaderState {
    /// The reader; `None` for an anonymous visitor.
    pub me: Option<User>,
    /// The guests that they were before they signed in.
    pub was: Vec<UserId>,
    /// What each listed room is to them, in the order of the list.
    pub rooms: Vec<ReaderEntry>,
    /// Whether they may change and delete the open room.
    pub may_delete: bool,
    /// Why they cannot write in it.
    pub read_only: Option<ReadOnly>,
    /// How many ask to be let into it, if they decide about that.
    pub asking: u32,
    /// Whom they block.
    pub blocked: Vec<UserId>,
    /// Up to which seq they have read the open room; `None` for who is no member.
    pub read: Option<Seq>,
    /// Their reactions to the messages that are shown, as `(number, emoji)`.
    pub reacted: Vec<(Number, String)>,
    /// Which messages of the open room they have just deleted, and may have back.
    pub undoable: Vec<Number>,
    /// The idempotency key of the composer's form.
    pub form_key: String,
}

/// All that one reader's page shows: [the shared content](read), and [the reader's own](reader_state).
///
/// # Errors
/// As [`read`].
pub async fn place(ctx: &Context, scope: &Scope, at: Option<At>) -> Result<Place, ServiceError> {
    let content = read(ctx, scope, at).await?;
    let reader = reader_state(ctx, scope, &content).await?;
    let Some(unread) = content.begins_at(at, &reader) else {
        return Ok(content.of(reader));
    };
    let content = read(ctx, scope, Some(unread)).await?;
    let reader = reader_state(ctx, scope, &content).await?;
    Ok(content.of(reader))
}

/// The shared content of a page, read in one snapshot of the database.
///
/// # Errors
/// [`ServiceError::RoomNotFound`]; [`ServiceError::MessageNotFound`] where it is [`View::Around`] a message that
/// does not exist: a permalink that leads nowhere; [`ServiceError::RateLimited`]; or the database failed.
pub async fn read(
    ctx: &Context,
    scope: &Scope,
    at: Option<At>,
) -> Result<PageContent, ServiceError> {
    if let Some(at) = at {
        counts(ctx, scope, at.view)?;
    }
    let house = messages::names_at(ctx, scope);
    let open = at.map(|at| (at.room, at.view));
    let read = ctx.store.rooms_and_history(scope, open, rules::PAGE_SIZE);
    let Listed { listing, opened } = read.await?;
    let opened_rules = opened.as_ref().map(|opened| opened.room.rules);
    let opened = at.zip(opened).map(|(at, opened)| {
        let mut open = self::open(ctx, at, opened)?;
        open.history.house = house;
        for message in &mut open.history.messages {
            message.id = MessageId::default();
            message.be_of_author();
        }
        Ok::<_, ServiceError>(open)
    });
    let posts = listing.rooms.iter().map(|stored| stored.posts).collect();
    // The open one is among those listed.
    let has_account = scope.has_account();
    let is_hidden = |rules: RoomRules| {
        rules.kind != RoomKind::Open || rules.guests == Guests::No && !has_account
    };
    let hidden = (listing.rooms.iter()).filter(|stored| is_hidden(stored.rules));
    let hidden = hidden.map(|stored| stored.room.id).collect();
    let reader = scope.user_id();
    let entry = |stored: store::StoredRoom| RoomEntry {
        availability: availability_in(ctx, reader, stored.room.id),
        room: rooms::line(ctx, stored.room),
        unread: 0,
        mentions: 0,
        is_member: false,
        is_favourite: false,
        level: Level::All,
    };
    let place = Place {
        me: None,
        was: Vec::new(),
        rooms: listing.rooms.into_iter().map(entry).collect(),
        open: opened.transpose()?,
        form_key: String::new(),
        blocked: Vec::new(),
    };
    Ok(PageContent {
        place,
        reader,
        posts,
        is_whole: listing.is_whole,
        hidden,
        rules: opened_rules.unwrap_or_default(),
    })
}

/// The reader's own part of a page. It may be read a moment later than the rest.
///
/// # Errors
/// The database failed.
pub async fn reader_state(
    ctx: &Context,
    scope: &Scope,
    content: &PageContent,
) -> Result<ReaderState, ServiceError> {
    let known = rooms::known(ctx, scope).await?;
    let read = &known.read;
    let entry =
        |(entry, posts): (&RoomEntry, &i64)| ReaderEntry::known(&known, entry.room.id, *posts);
    let place = &content.place;
    let rights = match &place.open {
        Some(open) => {
            let id = open.room.id;
            rights_in(ctx, scope, read.get(&id), content.rules, id).await?
        }
        None => Rights::default(),
    };
    Ok(ReaderState {
        me: scope.person.as_ref().map(|person| person.user.clone()),
        was: (scope.person.as_ref())
            .map(|person| person.was.clone())
            .unwrap_or_default(),
        rooms: place.rooms.iter().zip(&content.posts).map(entry).collect(),
        may_delete: rights.may_delete,
        read_only: rights.read_only,
        asking: rights.asking,
        read: (place.open.as_ref()).and_then(|open| Some(read.get(&open.room.id)?.seq)),
        reacted: reacted(ctx, scope, place.open.as_ref()).await?,
        undoable: messages::undoable(ctx, scope, place.open.as_ref()).await?,
        blocked: known.blocked.clone(),
        form_key: messages::draw_key(ctx),
    })
}

impl PageContent {
    /// The shared content, as the page of no reader.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Where the page of this reader begins instead, when it is of a room's newest messages and not all that they
    /// have not read is among those. Whoever has it there shares the page with all others.
    pub fn begins_at(&self, at: Option<At>, reader: &ReaderState) -> Option<At> {
        let at = at.filter(|at| at.view == View::Newest)?;
        let listed = self.place.rooms.iter().zip(&reader.rooms);
        let listed = listed.filter(|(entry, _)| entry.room.id == at.room);
        let unread = listed.map(|(_, listing)| listing.unread).next()?;
        let history = &self.place.open.as_ref()?.history;
        begins_at(at.room, history, unread, reader.read)
    }

    /// Those of the rooms on it that not everybody may see. When they were read, its reader might.
    pub fn hidden(&self) -> &[RoomId] {
        &self.hidden
    }

    /// What it was read from, besides the memberships of who it was read for. Each room that is listed is among it:
    /// the page has its `seq`, and when something was posted in it last.
    pub fn sources(&self) -> impl Iterator<Item = Source> {
        // The open one is among those listed.
        let listed = self.place.rooms.iter();
        let listed = listed.map(|entry| Source::Room(entry.room.id));
        // Whoever wrote on it is there as they are called now.
        let all = [Source::RoomList, Source::Names];
        all.into_iter().chain(listed)
    }

    /// Whether all open rooms are in the list; otherwise only readers with the same memberships have the same list.
    pub fn lists_all_rooms(&self) -> bool {
        self.is_whole
    }

    /// The messages that are shown, with what is the reader's own marked: their reactions, and what they may have back;
    /// `None` where there is nothing of that.
    pub fn marked_for(&self, reader: &ReaderState) -> Option<History> {
        let is_marked = !reader.reacted.is_empty() || !reader.undoable.is_empty();
        let open = self.place.open.as_ref().filter(|_| is_marked)?;
        let mut history = open.history.clone();
        reader.mark(&mut history);
        Some(history)
    }

    /// The page of this reader.
    pub fn of(&self, reader: ReaderState) -> Place {
        let mut place = self.place.clone();
        if let Some(open) = &mut place.open {
            reader.mark(&mut open.history);
        }
        place.me = reader.me;
        place.was = reader.was;
        place.form_key = reader.form_key;
        place.blocked = reader.blocked;
        for (entry, own) in place.rooms.iter_mut().zip(reader.rooms) {
            entry.unread = own.unread;
            entry.mentions = own.mentions;
            entry.is_member = own.is_member;
            entry.is_favourite = own.is_favourite;
            entry.level = own.level;
        }
        if let Some(open) = &mut place.open {
            open.may_delete = reader.may_delete;
            open.read_only = reader.read_only;
            open.asking = reader.asking;
            open.read = reader.read;
        }
        place
    }

    /// Whether presence is still as it shows, of which the database knows nothing.
    pub fn is_present(&self, ctx: &Context) -> bool {
        let is_there = |entry: &RoomEntry| {
            availability_in(ctx, self.reader, entry.room.id) == entry.availability
        };
        let listed = self.place.rooms.iter().map(|entry| &entry.room);
        let open = self.place.open.iter().map(|open| &open.room);
        let mut shown = listed.chain(open);
        shown.all(|room| ctx.hub.online(room.id) == room.online)
            && self.place.rooms.iter().all(is_there)
            && self
                .place
                .open
                .iter()
                .all(|open| ctx.hub.roster(open.room.id) == open.roster)
    }
}

impl ReaderState {
    /// A message as it is to this reader, but for their reactions.
    pub fn shown(&self, message: &Arc<Message>) -> Arc<Message> {
        let mut shown = Arc::clone(message);
        if self.undoable.contains(&message.number) {
            Arc::make_mut(&mut shown).may_undo = true;
        }
        shown
    }

    /// Marks what in these messages is the reader's own.
    fn mark(&self, history: &mut History) {
        store::mark_own(&mut history.messages, &self.reacted);
        messages::mark_undoable(&mut history.messages, &self.undoable);
    }
}

/// The reader's reactions to what is shown. Where there are none, nothing is read.
async fn reacted(
    ctx: &Context,
    scope: &Scope,
    open: Option<&OpenRoom>,
) -> Result<Vec<(Number, String)>, ServiceError> {
    let reader = open.zip(scope.user_id());
    let shown = reader.and_then(|(open, user)| {
        let range = store::reacted(&open.history.messages)?;
        Some((user, open.room.id, range))
    });
    match shown {
        Some((user, room, range)) => ctx.store.own_reactions(user, room, range).await,
        None => Ok(Vec::new()),
    }
}

/// Whether who the reader talks to alone in a direct room is there.
fn availability_in(ctx: &Context, reader: Option<UserId>, room: RoomId) -> Option<Availability> {
    ctx.hub.availability_in(room, reader?)
}

/// An open room with a page of its history, for a tab that goes there without loading a page.
///
/// # Errors
/// As [`read`].
pub async fn visit(ctx: &Context, scope: &Scope, at: At) -> Result<OpenRoom, ServiceError> {
    counts(ctx, scope, at.view)?;
    let house = messages::names_at(ctx, scope);
    let read = ctx.store.history(scope, at.room, at.view, rules::PAGE_SIZE);
    let opened = read.await?;
    let rules = opened.room.rules;
    let mut opened = open(ctx, at, opened)?;
    opened.history.house = house;
    let read = read_of(ctx, scope, at.room).await?;
    Ok(OpenRoom {
        read: read.map(|read| read.seq),
        ..with_rights(ctx, scope, read.as_ref(), rules, opened).await?
    })
}

/// What the reader may do in the room. Who is no member may have a role all the same, or be kept out.
async fn rights_in(
    ctx: &Context,
    scope: &Scope,
    read: Option<&store::ReadUpTo>,
    rules: RoomRules,
    room: RoomId,
) -> Result<Rights, ServiceError> {
    let (role, is_banned) = match (read, scope.user_id()) {
        (Some(read), _) => (read.role, false),
        (None, Some(user)) => match ctx.store.standing(user, room).await {
            Ok(standing) => (standing.role, standing.is_banned(ctx.clock.now())),
            // It was deleted meanwhile, or they were put out.
            Err(ServiceError::RoomNotFound) => (RoomRole::Visitor, false),
            Err(error) => return Err(error),
        },
        (None, None) => (RoomRole::Visitor, false),
    };
    let held = Held {
        role,
        is_banned,
        rules,
    };
    rooms::rights(ctx, scope, room, held).await
}

/// The room with what the reader may do in it, and with what of it they may have back.
async fn with_rights(
    ctx: &Context,
    scope: &Scope,
    read: Option<&store::ReadUpTo>,
    rules: RoomRules,
    mut open: OpenRoom,
) -> Result<OpenRoom, ServiceError> {
    let undoable = messages::undoable(ctx, scope, Some(&open)).await?;
    messages::mark_undoable(&mut open.history.messages, &undoable);
    let rights = rights_in(ctx, scope, read, rules, open.room.id).await?;
    Ok(OpenRoom {
        may_delete: rights.may_delete,
        read_only: rights.read_only,
        asking: rights.asking,
        ..open
    })
}

/// How far the reader has read this room. It alone is looked up: opening one must not cost more to who belongs to
/// thousands.
async fn read_of(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
) -> Result<Option<store::ReadUpTo>, ServiceError> {
    match scope.user_id() {
        Some(user) => Ok(ctx.store.read_position(user, room).await?.read),
        None => Ok(None),
    }
}

/// The same where the reader begins to read: with the room's newest messages, or, where not all that they have not
/// read is among those, with the messages around the first of it.
///
/// # Errors
/// As [`read`].
pub async fn visit_unread(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
) -> Result<OpenRoom, ServiceError> {
    let newest = At {
        room,
        view: View::Newest,
    };
    let house = messages::names_at(ctx, scope);
    let history = |view| (ctx.store).history(scope, room, view, rules::PAGE_SIZE);
    let opened = history(newest.view).await?;
    let read = read_of(ctx, scope, room).await?;
    let unread = ReaderEntry::of(opened.room.posts, read.as_ref()).unread;
    let seq = read.map(|read| read.seq);
    let opened = match begins_at(room, &opened.history, unread, seq) {
        Some(at) => history(at.view).await?,
        None => opened,
    };
    let rules = opened.room.rules;
    let mut opened = open(ctx, newest, opened)?;
    opened.history.house = house;
    Ok(OpenRoom {
        read: seq,
        ..with_rights(ctx, scope, read.as_ref(), rules, opened).await?
    })
}

/// Where a page begins instead of with these messages, the newest, of which the reader has not read so many. One
/// that they have read stands above the others, so that the page shows where they stopped.
fn begins_at(room: RoomId, newest: &History, unread: i64, read: Option<Seq>) -> Option<At> {
    let is_beyond = newest.has_older && unread >= newest.messages.len() as i64;
    let view = View::Unread(read.filter(|_| is_beyond)?);
    Some(At { room, view })
}

/// Opening a room takes no token of the history limit, since every reader who comes in does it.
fn counts(ctx: &Context, scope: &Scope, view: View) -> Result<(), ServiceError> {
    match view {
        View::Newest | View::Unread(_) => Ok(()),
        View::Before(_) | View::After(_) | View::Around(_) => ctx.limits.history_page(scope),
    }
}

/// The message that a permalink points at.
fn marked(view: View) -> Option<Number> {
    match view {
        View::Around(number) => Some(number),
        _ => None,
    }
}

/// The room as it is to nobody. Refuses a permalink to a message that is not among those shown.
fn open(ctx: &Context, at: At, opened: store::Opened) -> Result<OpenRoom, ServiceError> {
    let (history, marked) = (opened.history, marked(at.view));
    if let Some(number) = marked
        && !history.messages.iter().any(|m| m.number == number)
    {
        return Err(ServiceError::MessageNotFound);
    }
    let room = rooms::present(ctx, opened.room.room);
    Ok(OpenRoom {
        may_delete: false,
        read_only: None,
        asking: 0,
        read: None,
        roster: ctx.hub.roster(at.room),
        room,
        history,
        marked,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::samples;

    #[test]
    fn a_page_begins_at_the_read_mark_where_it_would_not_show_where_one_stopped() {
        let newest = |has_older| History {
            messages: (11..=13).map(samples::message).collect(),
            seq: Seq(13),
            has_older,
            has_newer: false,
            house: None,
        };
        let begins = |has_older, unread, read: Option<i64>| {
            let at = begins_at(RoomId(1), &newest(has_older), unread, read.map(Seq));
            at.map(|at| at.view)
        };
        assert_eq!(begins(true, 9, Some(4)), Some(View::Unread(Seq(4))));
        // All of it is there, but nothing of what was read.
        assert_eq!(begins(true, 3, Some(10)), Some(View::Unread(Seq(10))));
        assert_eq!(begins(true, 2, Some(11)), None);
        assert_eq!(begins(true, 0, Some(13)), None);
        assert_eq!(begins(false, 3, Some(0)), None);
        assert_eq!(begins(true, 0, None), None, "who is no member");
    }
}
