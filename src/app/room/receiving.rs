//! What the server says, applied to the desk.

use super::desk::Desk;
use super::marks::laid_out;
use super::{editing, listing, reading, sending, visiting};
use crate::app::browser::{clock, document, navigation};
use parlour_client::announcer::{Aloud, Announcer};
use parlour_client::by_room::{ByRoom, Rooms};
use parlour_client::connection::Connection;
use parlour_client::namesakes::Namesakes;
use parlour_client::outbox::Outbox;
use parlour_client::presence::{Presence, TypingSignal};
use parlour_client::read_marks::ReadMarks;
use parlour_client::shelf::{Shelf, Shelved};
use parlour_client::timeline::{Applied, Synced, Timeline};
use parlour_protocol::{
    AppError, ClientFrame, ErrorCode, Heartbeat, History, Message, Refusal, RoomActivity,
    RoomEntry, RoomGone, RoomId, Roster, Seq, ServerFrame, Sync, System, Typists, UserId,
    UsersList, Welcome,
};

/// The first frames on a new socket: every room this tab shows or has something to send to.
pub fn opening_frames(desk: Desk) -> Vec<ClientFrame> {
    desk.linked_as.set_value(desk.my_id_now());
    let mut rooms: Vec<(RoomId, Option<Seq>)> = Vec::new();
    if let Some(id) = desk.open_id_now() {
        rooms.push((id, Some(desk.timeline.with_untracked(Timeline::seq))));
    }
    desk.shelf.with_value(|shelf| {
        let held = |s: &Shelved| (s.open.room.id, Some(s.timeline.seq()));
        rooms.extend(shelf.iter().map(held));
    });
    for id in desk.outbox.with_untracked(Outbox::rooms) {
        if rooms.iter().all(|(known, _)| *known != id) {
            rooms.push((id, None));
        }
    }
    desk.joined.update_value(|joined| {
        for (id, _) in &rooms {
            joined.insert(*id, ());
        }
    });
    rooms
        .into_iter()
        .map(|(room_id, after)| ClientFrame::Join { room_id, after })
        .collect()
}

/// Be in a room that is shown from now on, and hear what happened since `seq`.
pub fn be_in(desk: Desk, room_id: RoomId, seq: Seq) {
    if !desk.connection.with_untracked(Connection::is_live) {
        // The next socket begins with it.
        return;
    }
    let is_new = desk
        .joined
        .update_value(|joined| joined.insert(room_id, ()));
    desk.say(if is_new {
        ClientFrame::Join {
            room_id,
            after: Some(seq),
        }
    } else {
        ClientFrame::Sync {
            room_id: Some(room_id),
            after: seq,
        }
    });
}

/// The socket is gone, and with it everything that was only said to it.
pub fn link_lost(desk: Desk) {
    desk.known_as.set_value(None);
    desk.joined.update_value(Rooms::clear);
    desk.syncing.update_value(ByRoom::clear);
    desk.read.set_value(ReadMarks::default());
    desk.typing.update_value(TypingSignal::on_left);
    // Nobody will say when somebody stops to type.
    desk.presence.update(Presence::connection_lost);
    desk.shelf.update_value(|shelf| {
        shelf
            .iter_mut()
            .for_each(|shelved| shelved.presence.connection_lost());
    });
}

/// Applies one frame.
pub fn receive(desk: Desk, frame: ServerFrame) {
    match frame {
        ServerFrame::Welcome(frame) => welcome(desk, frame),
        ServerFrame::Message(message) => changed(desk, message, true),
        ServerFrame::MessageChanged(message) => changed(desk, message, false),
        ServerFrame::Sync(frame) => synced(desk, frame),
        ServerFrame::UsersList(UsersList {
            room_id,
            people,
            count,
            ..
        }) => {
            listing::entry(desk, room_id, |entry| entry.room.online = count);
            on_presence(desk, room_id, |p| p.set_roster(Roster { people, count }));
        }
        ServerFrame::Typing(Typists {
            room_id, people, ..
        }) => {
            on_presence(desk, room_id, |p| p.set_typing(people));
        }
        ServerFrame::System(frame) => came_or_went(desk, frame),
        ServerFrame::RoomChanged(room) => listing::changed(desk, room),
        ServerFrame::RoomDeleted(RoomGone { room_id }) => listing::deleted(desk, room_id),
        ServerFrame::Left(RoomGone { room_id }) => visiting::forget(desk, room_id),
        // Never asked for.
        ServerFrame::Rooms(_) => {}
        ServerFrame::RoomActivity(RoomActivity {
            room_id,
            seq,
            unread,
            online,
        }) => {
            let unread = unread + unread_since(desk, room_id, seq);
            listing::entry(desk, room_id, |entry| {
                entry.room.seq = entry.room.seq.max(seq);
                entry.room.online = online;
                entry.unread = unread;
            });
            // In the room that is open one has read it oneself.
            mark_read(desk);
        }
        ServerFrame::Heartbeat(Heartbeat { rooms }) => {
            for (room_id, reached) in rooms {
                let after = on_timeline_ref(desk, room_id, |t| t.heard(reached)).flatten();
                if let Some(after) = after {
                    // A question that is as old as a heartbeat was not heard.
                    desk.syncing.update_value(|syncing| {
                        syncing.remove(room_id);
                    });
                    ask(desk, room_id, after);
                }
            }
            sending::send_again(desk);
        }
        ServerFrame::Error(frame) => refused(desk, frame),
    }
}

/// Something this tab said did nothing. A join or a sync that came at a bad time is said again.
fn refused(desk: Desk, frame: Refusal) {
    let Refusal {
        code,
        message,
        room_id,
        client_id,
        at,
        retry_after_ms,
    } = frame;
    let error = AppError {
        at,
        retry_after_ms,
        ..AppError::new(code, message)
    };
    if let Some(client_id) = client_id {
        return sending::refused(desk, error, &client_id);
    }
    let is_nameless = desk.me.with_untracked(Option::is_none);
    if room_id.is_some_and(|room| !desk.is_in(room))
        || (is_nameless && code == ErrorCode::SignInRequired)
    {
        // It was on its way when the room or the session ended, and that has been told.
        return;
    }
    if let (ErrorCode::RoomNotFound, Some(room_id)) = (code, room_id) {
        return listing::deleted(desk, room_id);
    }
    if !code.is_passing() || desk.editing.get_untracked().is_some() {
        desk.tell(error.message.clone());
    }
    if let Some(room_id) = room_id.filter(|_| code.is_passing()) {
        desk.syncing.update_value(|syncing| {
            syncing.remove(room_id);
        });
        // It may have been a mark of what was read.
        desk.read.update_value(|read| read.forget(room_id));
        leptos::task::spawn_local(async move {
            clock::sleep(sending::wait_ms(&error)).await;
            if desk.is_in(room_id) {
                let after = on_timeline_ref(desk, room_id, Timeline::seq);
                desk.say(ClientFrame::Join { room_id, after });
            }
        });
    }
}

fn synced(desk: Desk, frame: Sync) {
    let Sync {
        room_id,
        messages,
        from,
        to,
        complete,
        reset,
    } = frame;
    desk.syncing.update_value(|syncing| {
        syncing.remove(room_id);
    });
    for message in &messages {
        settle(desk, message);
    }
    if desk.open_id_now() == Some(room_id) {
        // In the order in which they were written, and not in that of their latest changes.
        // (Nearly in it already; and the library's sort is a hundredth of the WASM.)
        let mut said: Vec<&Message> = Vec::with_capacity(messages.len());
        for message in &messages {
            let after = said.iter().rposition(|other| other.number < message.number);
            said.insert(after.map_or(0, |at| at + 1), message);
        }
        announce(desk, &said);
    }
    let held = on_timeline_ref(desk, room_id, Timeline::seq);
    let is_unseen = |message: &Message| {
        Some(message.number) > held && !message.deleted && !is_by_me(desk, message)
    };
    let unseen = messages.iter().filter(|message| is_unseen(message)).count();
    let follows = reading::follows(desk);
    let is_seen = follows && navigation::is_visible();
    if unseen > 0 && desk.open_id_now() == Some(room_id) && !is_seen {
        desk.missed.update(|missed| *missed += unseen);
    }
    let applied = on_timeline(desk, room_id, |t| {
        t.apply_sync(messages, from, to, complete, reset)
    });
    match applied {
        // The rest follows by itself.
        Some(Synced::More { .. }) => {}
        Some(Synced::Reset) => {
            visiting::take_anew(desk, room_id, reading::number(desk));
        }
        // Otherwise it is looked at once it is drawn.
        Some(Synced::CaughtUp | Synced::Ignored) | None if follows => mark_read(desk),
        Some(Synced::CaughtUp | Synced::Ignored) | None => {}
    }
}

fn came_or_went(desk: Desk, frame: System) {
    // One knows that one has come oneself.
    if desk.my_id_now() == Some(frame.user_id) {
        return;
    }
    let (user, name) = (frame.user_id, frame.username.as_str());
    let name = namesakes(desk, &[(user, name)]).full(user, name);
    on_timeline(desk, frame.room_id, |t| t.note(name, frame.event));
}

/// Who has to be told from somebody else, of those who are shown and of these.
fn namesakes(desk: Desk, others: &[(UserId, &str)]) -> Namesakes {
    desk.timeline.with_untracked(|timeline| {
        let shown = timeline.authors().chain(others.iter().copied());
        desk.presence.with_untracked(|p| p.namesakes(shown))
    })
}

/// The open room has been read as far as it goes, when somebody sees its end. The server is told soon.
pub fn mark_read(desk: Desk) {
    let Some(room_id) = desk.open_id_now() else {
        return;
    };
    let is_seen = navigation::is_visible() && reading::is_at_end(desk);
    if !is_seen || desk.timeline.with_untracked(Timeline::has_newer) {
        return;
    }
    if desk.missed.get_untracked() > 0 {
        desk.missed.set(0);
    }
    listing::entry(desk, room_id, |entry| entry.unread = 0);
    let seq = desk.timeline.with_untracked(Timeline::seq);
    // Before the server has said who this socket is, or in a room it has left, it would be refused.
    if desk.known_now().is_none() || !desk.is_in(room_id) {
        return;
    }
    let people = desk.presence.with_untracked(|p| p.roster.count);
    let see = |read: &mut ReadMarks| read.see(room_id, seq, people, clock::random());
    if let Some(wait) = desk.read.update_value(see) {
        leptos::task::spawn_local(async move {
            clock::sleep(wait).await;
            tell_read(desk);
        });
    }
}

/// Tells the server now what has been read.
pub fn tell_read(desk: Desk) {
    for (room_id, seq) in desk.read.update_value(ReadMarks::take) {
        desk.say(ClientFrame::Read {
            room_id: Some(room_id),
            seq,
        });
    }
}

fn is_by_me(desk: Desk, message: &Message) -> bool {
    desk.me
        .with_untracked(|me| me.as_ref().is_some_and(|me| me.id == message.user_id))
}

fn welcome(desk: Desk, frame: Welcome) {
    let Welcome {
        room_id,
        seq,
        epoch,
        room,
        user,
        ..
    } = frame;
    desk.known_as.set_value(user.as_ref().map(|user| user.id));
    // A socket that was opened before there was a name knows of none.
    let is_about_now = user.is_some() || desk.linked_as.get_value().is_some();
    if is_about_now && desk.me.with_untracked(|me| *me != user) {
        // Named, renamed or forgotten elsewhere: another tab, or a session that ended.
        if user.is_none() {
            desk.tell("Your session has ended. Give yourself a name to write again.");
        }
        desk.me.set(user);
    }
    let before = desk.epoch.with_value(Clone::clone);
    if before.is_some_and(|before| before != epoch) {
        // Another database: what this tab holds, or has heard, means nothing there. An empty room that does not
        // get its page now asks with the next heartbeat.
        desk.shelf.set_value(Shelf::default());
        desk.timeline.set(Timeline::new(History::default()));
        aloud(desk, |announcer| announcer.enter(Seq::MAX));
        if let Some(open) = desk.open_id_now() {
            visiting::take_anew(desk, open, None);
        }
        listing::distrust(desk);
    }
    desk.epoch.set_value(Some(epoch));
    listing::changed(desk, room);
    // A tab that holds more than the server has is of another time, too.
    if on_timeline_ref(desk, room_id, Timeline::seq).is_some_and(|held| held > seq) {
        visiting::take_anew(desk, room_id, None);
    }
    mark_read(desk);
    sending::pump(desk);
}

fn changed(desk: Desk, message: Message, is_new: bool) {
    let room_id = message.room_id;
    let is_next = |timeline: &Timeline| message.seq <= timeline.seq() + 1;
    if on_timeline_ref(desk, room_id, is_next) != Some(false) {
        // One that cannot be shown yet comes once more, with what is missing before it.
        settle(desk, &message);
    }
    let is_mine = is_by_me(desk, &message);
    let is_open = desk.open_id_now() == Some(room_id);
    let follows = reading::follows(desk);
    let was_seen = follows && navigation::is_visible();
    let (seq, timestamp) = (message.seq, message.timestamp);
    let spoken = is_open.then(|| message.clone());
    match on_timeline(desk, room_id, |timeline| timeline.apply(message)) {
        Some(Applied::Gap { after }) => return ask(desk, room_id, after),
        Some(Applied::Stale) => return,
        Some(Applied::Live { .. }) | None => {}
    }
    listing::entry(desk, room_id, |entry| {
        if seq > entry.room.seq {
            entry.room.seq = seq;
            if is_new {
                entry.room.last_message_at = Some(timestamp);
                entry.unread += i64::from(!is_mine);
            }
        }
    });
    if let Some(spoken) = &spoken {
        announce(desk, &[spoken]);
    }
    if is_open && is_new && !is_mine && !was_seen {
        desk.missed.update(|missed| *missed += 1);
    }
    if is_open && follows {
        mark_read(desk);
    }
}

/// Tells who does not see the screen of messages in the open room.
fn announce<'m>(desk: Desk, messages: &[&'m Message]) {
    let me = desk.my_id_now();
    let author = |message: &&'m Message| (message.user_id, message.username.as_str());
    let authors: Vec<_> = messages.iter().map(author).collect();
    let namesakes = namesakes(desk, &authors);
    for message in messages {
        aloud(desk, |announcer| announcer.take(message, me, &namesakes));
    }
}

/// Tells them of the open room when it was taken anew.
pub fn announce_anew(desk: Desk) {
    let me = desk.my_id_now();
    let namesakes = namesakes(desk, &[]);
    desk.timeline.with_untracked(|page| {
        aloud(desk, |announcer| announcer.enter_anew(page, me, &namesakes));
    });
}

/// Changes what is told, and tells it.
pub fn aloud(desk: Desk, change: impl FnOnce(&mut Announcer) -> Vec<Aloud>) {
    for aloud in desk.announcer.update_value(change) {
        match aloud {
            Aloud::Say(number, text) => document::say(number, &laid_out(&text)),
            Aloud::Unsay(number) => document::unsay(number),
        }
    }
}

/// What this tab waited for has happened: a send of its own is stored, an edit is made.
fn settle(desk: Desk, message: &Message) {
    sending::acknowledged(desk, message);
    if message.seq != message.number && is_by_me(desk, message) {
        editing::settle(desk, message);
    }
}

/// Asks something that the server answers, about whatever room: is the socket alive?
pub fn ask_for_a_sign(desk: Desk) {
    let open = desk.open_id_now();
    let open = open.map(|id| (id, desk.timeline.with_untracked(Timeline::seq)));
    let about = open.or_else(|| {
        let of = |entry: &RoomEntry| (entry.room.id, entry.room.seq);
        desk.rooms.with_untracked(|rooms| rooms.first().map(of))
    });
    let ask = |connection: &mut Connection| connection.ask(clock::now_ms());
    if let Some((room_id, after)) = about
        && desk.connection.update_untracked(ask)
    {
        desk.say(ClientFrame::Sync {
            room_id: Some(room_id),
            after,
        });
    }
}

/// Asks for what changed since, unless that question is already under way.
pub fn ask(desk: Desk, room_id: RoomId, after: Seq) {
    let is_asked = desk
        .syncing
        .with_value(|syncing| syncing.get(room_id) == Some(&after));
    if !is_asked {
        desk.syncing.update_value(|syncing| {
            syncing.insert(room_id, after);
        });
        desk.say(ClientFrame::Sync {
            room_id: Some(room_id),
            after,
        });
    }
}

/// Changes the timeline of a room this tab holds, keeping in view what was in view.
fn on_timeline<T>(
    desk: Desk,
    room_id: RoomId,
    change: impl FnOnce(&mut Timeline) -> T,
) -> Option<T> {
    if desk.open_id_now() == Some(room_id) {
        let kept = reading::take(desk);
        let changed = Some(desk.timeline.update(change));
        reading::hold(desk, kept);
        return changed;
    }
    desk.shelf
        .update_value(|shelf| shelf.get_mut(room_id).map(|s| change(&mut s.timeline)))
}

fn on_timeline_ref<T>(desk: Desk, room_id: RoomId, look: impl FnOnce(&Timeline) -> T) -> Option<T> {
    if desk.open_id_now() == Some(room_id) {
        return Some(desk.timeline.with_untracked(look));
    }
    desk.shelf
        .with_value(|shelf| shelf.get(room_id).map(|s| look(&s.timeline)))
}

/// Messages of others that came while the server counted up to `seq`.
pub fn unread_since(desk: Desk, room_id: RoomId, seq: Seq) -> i64 {
    let me = desk.my_id_now();
    on_timeline_ref(desk, room_id, |t| t.posts_after(seq, me)).unwrap_or(0)
}

fn on_presence(desk: Desk, room_id: RoomId, change: impl FnOnce(&mut Presence)) {
    if desk.open_id_now() == Some(room_id) {
        desk.presence.update(change);
    } else {
        desk.shelf.update_value(|shelf| {
            if let Some(shelved) = shelf.get_mut(room_id) {
                change(&mut shelved.presence);
            }
        });
    }
}
