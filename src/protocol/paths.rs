//! Every URL of the product, made and read in one place.

mod beside;

pub use beside::{
    date, drop_revision, forward, pin, pins, revisions, save, undo_delete, unpin, unsave,
};

use crate::{Number, Room, RoomId, UserId};

/// The front door: it leads on to where somebody was last.
pub const HOME: &str = "/";
/// The live page without an open room: the list of rooms, and the welcome screen beside it.
pub const LIST: &str = "/rooms";
/// The page with all rooms.
pub const ROOMS: &str = "/rooms/all";
/// The page that makes a room without script.
pub const NEW_ROOM: &str = "/rooms/new";
/// Where a visitor gives a name.
pub const JOIN: &str = "/join";
/// Where somebody with an account signs in.
pub const SIGN_IN: &str = "/signin";
/// Where the session of a browser is ended.
pub const SIGN_OUT: &str = "/signout";
/// Where the house gets its first owner.
pub const SET_UP: &str = "/setup";
/// Where one changes what is one's own.
pub const SETTINGS: &str = "/settings";
/// What mentions one, in all rooms.
pub const MENTIONS: &str = "/mentions";
/// What one has saved for oneself, in all rooms.
pub const SAVED: &str = "/saved";
/// Where the form goes of what one says of oneself.
pub const SET_BIO: &str = "/settings/about";
/// Where the form goes of what time others are shown that it is for one.
pub const SET_CLOCK: &str = "/settings/clock";
/// Where the form goes of one's mail address.
pub const SET_MAIL: &str = "/settings/mail";
/// Where the form goes of how pages look in this browser.
pub const SET_LOOK: &str = "/settings/look";
/// Where the form of another password goes.
pub const SET_PASSWORD: &str = "/settings/password";
/// What stands before the code with which a password is set anew.
pub const RESET: &str = "/reset/";
/// What stands before the code with which another device becomes one's own, on that device.
pub const DEVICE: &str = "/device/";
/// Where one makes such a code, and decides about who opened it.
pub const OWN_DEVICE: &str = "/settings/device";
/// The page that asks before an account is deleted, and its form's target.
pub const LEAVE_HOUSE: &str = "/settings/leave";
/// What somebody takes along of what is theirs, as one file.
pub const OWN_DATA: &str = "/api/chat/me/data";
/// Where the name is changed.
pub const ME: &str = "/me";
/// Where a room is found by a part of its name.
pub const GO: &str = "/go";
/// Which emoji there are, and what they are called; where one goes that was put into a text.
pub const EMOJI: &str = "/emoji";
/// Which keys there are.
pub const KEYS: &str = "/keys";
/// Where people are found by name.
pub const PEOPLE: &str = "/people";
/// Where invitations to the server are made, and one's own are listed.
pub const INVITES: &str = "/invites";
/// What stands before the code of an invitation.
pub const INVITATION: &str = "/i/";
/// What there is to run the house with.
pub const ADMIN: &str = "/admin";
/// The settings that can be changed while the server serves, and their form's target.
pub const HOUSE_SETTINGS: &str = "/admin/settings";
/// The people of the house, as who runs it sees them.
pub const PEOPLE_ADMIN: &str = "/admin/people";
/// The rooms of the house with their rules, as who runs it sees them.
pub const ROOMS_ADMIN: &str = "/admin/rooms";
/// Who may do what.
pub const PERMISSIONS: &str = "/admin/permissions";
/// The header of a request that asks for what a panel shows of a page, and not for all of it.
pub const PANEL: &str = "x-panel";
/// What a room's page shows only who has just left it, by the fragment of its address.
pub const LEFT: &str = "left";
/// The site's service worker.
pub const WORKER: &str = "/sw.js";
/// The socket of a signed-in browser.
pub const SOCKET: &str = "/ws";

/// Bytes of a room's part of an address, after which no letter is begun: more would fill it for nothing.
const SLUG_MAX: usize = 120;

/// All rooms, or those that are found by this, from the beginning or behind a place in their list.
pub fn browse(search: &str, after: Option<&str>) -> String {
    part_of(ROOMS, search, after)
}

/// The same of all rooms with their rules.
pub fn rooms_admin(search: &str, after: Option<&str>) -> String {
    part_of(ROOMS_ADMIN, search, after)
}

fn part_of(list: &str, search: &str, after: Option<&str>) -> String {
    let search = search.trim();
    let found = (!search.is_empty()).then(|| format!("q={}", encode(search)));
    let after = after.map(|place| format!("after={}", encode(place)));
    let query: Vec<String> = found.into_iter().chain(after).collect();
    match query.is_empty() {
        true => list.to_owned(),
        false => format!("{list}?{}", query.join("&")),
    }
}

/// The people who are found by this, from the beginning or behind one of them.
pub fn people_admin(search: &str, with_guests: bool, after: Option<UserId>) -> String {
    let guests = if with_guests { "&guests=on" } else { "" };
    let after = after.map_or_else(String::new, |after| format!("&after={after}"));
    format!("{PEOPLE_ADMIN}?q={}{guests}{after}", encode(search.trim()))
}

/// `/admin/people/7`: one of them, and what may be done to them.
pub fn person_admin(person: UserId) -> String {
    format!("{PEOPLE_ADMIN}/{person}")
}

/// Where the form that gives a person a role goes.
pub fn person_role(person: UserId) -> String {
    person_deed(person, "role")
}

/// Where the form goes that does this to a person.
pub fn person_deed(person: UserId, deed: &str) -> String {
    format!("{}/{deed}", person_admin(person))
}

/// The rooms with all that is `wanted` in their names.
pub fn go(wanted: &str) -> String {
    format!("{GO}?q={}", encode(wanted))
}

/// `/rooms/12-general`. Only the number counts when it is read.
pub fn room(room: &Room) -> String {
    format!("/rooms/{}", slug(room.id, &room.name))
}

/// `/rooms/12`: a room by its number alone, under which its page is kept whatever it is called.
pub fn kept(room: RoomId) -> String {
    format!("/rooms/{room}")
}

/// `/rooms/12-general/m/345`, as it is given away.
pub fn permalink(room: &Room, number: Number) -> String {
    format!("{}/m/{number}", self::room(room))
}

/// The same with the fragment that scrolls there without script.
pub fn message(room: &Room, number: Number) -> String {
    format!("{}#m{number}", permalink(room, number))
}

/// `/rooms/12-general#latest`: the newest message, at the bottom.
pub fn latest(room: &Room) -> String {
    format!("{}#latest", self::room(room))
}

/// `/rooms/12-general?sent=345#latest`: as [`latest`], after one was sent by a form. Each send leads
/// to an address of its own: a browser keeps one page per address, so that "back" finds the form as it
/// was sent, with its key. The number is not read.
pub fn sent(room: &Room, number: Number) -> String {
    format!("{}?sent={number}#latest", self::room(room))
}

/// Older messages than `number`.
pub fn before(room: &Room, number: Number) -> String {
    format!("{}?before={number}", self::room(room))
}

/// Newer messages than `number`.
pub fn after(room: &Room, number: Number) -> String {
    format!("{}?after={number}", self::room(room))
}

/// Where the composer's form goes.
pub fn send(room: &Room) -> String {
    format!("{}/messages", self::room(room))
}

/// The page, and the form's target, that edits a message.
pub fn edit(room: &Room, number: Number) -> String {
    format!("{}/m/{number}/edit", self::room(room))
}

/// The page that asks before a message is taken back, and its form's target.
pub fn delete_message(room: &Room, number: Number) -> String {
    format!("{}/m/{number}/delete", self::room(room))
}

/// `/rooms/12-general/m/345/actions`: what somebody may do with a message.
pub fn actions(room: &Room, number: Number) -> String {
    format!("{}/m/{number}/actions", self::room(room))
}

/// `/rooms/12-general/m/345/thread`: a message and what answers it, with a form for one more answer.
pub fn thread(room: &Room, number: Number) -> String {
    format!("{}/m/{number}/thread", self::room(room))
}

/// The same after an answer was sent by its form, as [`sent`].
pub fn answered(room: &Room, number: Number, answer: Number) -> String {
    format!("{}?sent={answer}#latest", thread(room, number))
}

/// Where the form that marks a room as read goes.
pub fn mark_read(room: &Room) -> String {
    format!("{}/read", self::room(room))
}

/// What one can react to a message with, and where the form that does goes.
pub fn react(room: &Room, number: Number) -> String {
    format!("{}/m/{number}/react", self::room(room))
}

/// `/rooms/12-general/m/345/reactions`: who reacted to a message.
pub fn reactions(room: &Room, number: Number) -> String {
    format!("{}/m/{number}/reactions", self::room(room))
}

/// Where the form that marks a message and all behind it as unread goes.
pub fn mark_unread(room: &Room, number: Number) -> String {
    format!("{}/m/{number}/unread", self::room(room))
}

/// `/rooms/12-general#new`: the first message that was not read.
pub fn new(room: &Room) -> String {
    format!("{}#new", self::room(room))
}

/// Where the form that makes a member goes.
pub fn enter(room: &Room) -> String {
    format!("{}/join", self::room(room))
}

/// Where the form that leaves goes.
pub fn leave(room: &Room) -> String {
    format!("{}/leave", self::room(room))
}

/// Where the form goes that puts a room among one's favourites.
pub fn favourite(room: &Room) -> String {
    format!("{}/favourite", self::room(room))
}

/// Where one says of what in a room one wants to be told.
pub fn level(room: &Room) -> String {
    format!("{}/level", self::room(room))
}

/// Where the form goes that marks all of one's rooms as read.
pub const READ_ALL: &str = "/rooms/read";

/// Where the form goes that takes it out.
pub fn unfavourite(room: &Room) -> String {
    format!("{}/unfavourite", self::room(room))
}

/// `/rooms/12-general#left`: the room that was left by a form just now, which says so.
pub fn left(room: &Room) -> String {
    format!("{}#{LEFT}", self::room(room))
}

/// The page that changes a room's name and description, and its form's target.
pub fn change_room(room: &Room) -> String {
    format!("{}/edit", self::room(room))
}

/// The page that asks before a room is deleted, and its form's target.
pub fn delete_room(room: &Room) -> String {
    format!("{}/delete", self::room(room))
}

/// The people with all that is `wanted` in their names.
pub fn find_people(wanted: &str) -> String {
    match wanted.trim() {
        "" => PEOPLE.to_owned(),
        wanted => format!("{PEOPLE}?q={}", encode(wanted)),
    }
}

/// The page of a person.
pub fn person(id: UserId) -> String {
    format!("{PEOPLE}/{id}")
}

/// `/people/7?room=12`: the same, with what may be done about them in a room.
pub fn person_in(id: UserId, room: RoomId) -> String {
    format!("{}?room={room}", person(id))
}

/// Where the form that leads to the room with a person alone goes.
pub fn talk(id: UserId) -> String {
    format!("{}/talk", person(id))
}

/// Where the form that blocks a person goes.
pub fn block(id: UserId) -> String {
    format!("{}/block", person(id))
}

/// Where the form that blocks a person no more goes.
pub fn unblock(id: UserId) -> String {
    format!("{}/unblock", person(id))
}

/// The page that makes and lists invitations to a room, and its form's target.
pub fn invites(room: &Room) -> String {
    format!("{}/invites", self::room(room))
}

/// Where the form goes that answers who asks to be let into a room: `let-in`, or `refuse`.
pub fn answer_request(room: &Room, person: UserId, answer: &str) -> String {
    format!("{}/requests/{person}/{answer}", self::room(room))
}

/// The page of a room's members, and the target of the form that lets somebody in by name.
pub fn members(room: &Room) -> String {
    format!("{}/members", self::room(room))
}

/// The page of somebody in a room, and what may be done about them there.
pub fn member(room: &Room, person: UserId) -> String {
    format!("{}/{person}", members(room))
}

/// Where the form goes that does this about somebody in a room.
pub fn member_deed(room: &Room, person: UserId, deed: &str) -> String {
    format!("{}/{deed}", member(room, person))
}

/// Where the form that takes an invitation back goes.
pub fn revoke_invite(id: i64) -> String {
    format!("{INVITES}/{id}/revoke")
}

/// `/i/<code>`: what an invitation leads to, as it is given away.
pub fn invitation(code: &str) -> String {
    format!("{INVITATION}{}", encode(code))
}

/// The join page that comes back to `next`.
pub fn join(next: &str) -> String {
    format!("{JOIN}?next={}", encode(next))
}

/// The page that signs in, and leads back to `next`.
pub fn sign_in(next: &str) -> String {
    format!("{SIGN_IN}?next={}", encode(next))
}

/// The page that sets up the house, for who has this code.
pub fn set_up(code: &str) -> String {
    format!("{SET_UP}?code={}", encode(code))
}

/// `/reset/<code>`: where a password is set anew, as it is given away.
pub fn reset(code: &str) -> String {
    format!("{RESET}{code}")
}

/// `/device/<code>`: where another device becomes one's own, and its forms' target.
pub fn device(code: &str) -> String {
    format!("{DEVICE}{code}")
}

/// `/settings/device/<code>`: the same as the first device sees it.
pub fn own_device(code: &str) -> String {
    format!("{OWN_DEVICE}/{code}")
}

/// Where the form goes that decides about who opened it: `confirm`, or `refuse`.
pub fn decide_device(code: &str, decision: &str) -> String {
    format!("{}/{decision}", own_device(code))
}

/// Where the form goes that ends a session of one's own.
pub fn end_session(session: i64) -> String {
    format!("{SETTINGS}/sessions/{session}/end")
}

/// What a room page's path says: which room, and which message is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomPath {
    /// The room that the page shows.
    pub room: RoomId,
    /// The message a permalink points at.
    pub message: Option<Number>,
}

/// Reads `/rooms/12-general` and `/rooms/12-general/m/345`.
pub fn parse_room(path: &str) -> Option<RoomPath> {
    let mut parts = path
        .strip_prefix("/rooms/")?
        .trim_end_matches('/')
        .split('/');
    let room = parse_slug(parts.next()?)?;
    let message = match (parts.next(), parts.next(), parts.next()) {
        (None, None, None) => None,
        (Some("m"), Some(number), None) => Some(parse_number(number)?),
        _ => return None,
    };
    Some(RoomPath { room, message })
}

/// Reads the number in front of a room's slug.
pub fn parse_slug(slug: &str) -> Option<RoomId> {
    parse_room_id(slug.split('-').next()?)
}

/// Reads a room's id in a path.
pub fn parse_room_id(digits: &str) -> Option<RoomId> {
    parse_id(digits).map(RoomId)
}

/// Reads a person's id in a path.
pub fn parse_person(digits: &str) -> Option<UserId> {
    parse_id(digits).map(UserId)
}

/// Reads a message's number in a path.
pub fn parse_number(digits: &str) -> Option<Number> {
    parse_id(digits).map(Number)
}

/// A local path to come back to; anything that could leave the site becomes the list of rooms.
pub fn safe_next(next: &str) -> &str {
    let local = next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if local { next } else { LIST }
}

fn parse_id(digits: &str) -> Option<i64> {
    let plain =
        !digits.is_empty() && digits.len() <= 16 && digits.bytes().all(|b| b.is_ascii_digit());
    let id: i64 = if plain {
        digits.parse().ok()?
    } else {
        return None;
    };
    (0 < id && id < 1 << 53).then_some(id)
}

fn slug(id: RoomId, name: &str) -> String {
    let mut slug = id.to_string();
    let mut pending = true;
    for c in name.chars() {
        if !is_in_words(c) {
            pending = true;
            continue;
        }
        if slug.len() > SLUG_MAX {
            break;
        }
        if pending {
            slug.push('-');
            pending = false;
        }
        let c = c.to_ascii_lowercase();
        push_encoded(c.encode_utf8(&mut [0; 4]), &mut slug);
    }
    slug
}

/// Whether a character is a part of a word, as far as an address needs to know: of those outside ASCII
/// all are but punctuation, joiners and symbols.
fn is_in_words(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    !matches!(c,
        '\u{80}'..='\u{bf}' | '\u{d7}' | '\u{f7}' | '\u{2000}'..='\u{2bff}' | '\u{3000}'..='\u{303f}'
        | '\u{fe00}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff0f}' | '\u{1f000}'..)
}

/// A text as a part of an address.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    push_encoded(text, &mut encoded);
    encoded
}

fn push_encoded(text: &str, encoded: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(byte as char);
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests;
