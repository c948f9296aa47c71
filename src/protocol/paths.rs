//! Every URL of the product, made and read in one place.

use crate::{Number, Room, RoomId};

/// The welcome screen.
pub const HOME: &str = "/";
/// The page with all rooms.
pub const ROOMS: &str = "/rooms";
/// The page that makes a room without script.
pub const NEW_ROOM: &str = "/rooms/new";
/// Where a visitor gives a name.
pub const JOIN: &str = "/join";
/// Where the name is changed.
pub const ME: &str = "/me";
/// The socket of a signed-in browser.
pub const SOCKET: &str = "/ws";
/// Says whether a socket would be taken from here, which a browser's script cannot see by itself.
pub const CONNECTION: &str = "/api/chat/connection";

/// All rooms behind a place in their list.
pub fn rooms_after(place: &str) -> String {
    format!("{ROOMS}?after={}", encode(place))
}

/// `/rooms/12-general`. Only the number counts when it is read.
pub fn room(room: &Room) -> String {
    format!("/rooms/{}", slug(room.id, &room.name))
}

/// `/rooms/12-general/m/345`, with the fragment that scrolls there without script.
pub fn message(room: &Room, number: Number) -> String {
    format!("{}/m/{number}#m{number}", self::room(room))
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

/// Where the form that takes a message back goes.
pub fn delete_message(room: &Room, number: Number) -> String {
    format!("{}/m/{number}/delete", self::room(room))
}

/// Where the form that leaves goes.
pub fn leave(room: &Room) -> String {
    format!("{}/leave", self::room(room))
}

/// The page that asks before a room is deleted, and its form's target.
pub fn delete_room(room: &Room) -> String {
    format!("{}/delete", self::room(room))
}

/// The join page that comes back to `next`.
pub fn join(next: &str) -> String {
    format!("{JOIN}?next={}", encode(next))
}

/// What a room page's path says: which room, and which message is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomPath {
    /// The room.
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
        (Some("m"), Some(number), None) => Some(parse_id(number)?),
        _ => return None,
    };
    Some(RoomPath { room, message })
}

/// Reads the number in front of a room's slug.
pub fn parse_slug(slug: &str) -> Option<RoomId> {
    let digits = slug.split('-').next()?;
    parse_id(digits).map(RoomId)
}

/// Reads a message's number in a path.
pub fn parse_number(digits: &str) -> Option<Number> {
    parse_id(digits)
}

/// A local path to come back to; anything that could leave the site becomes the welcome screen.
pub fn safe_next(next: &str) -> &str {
    let local = next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if local { next } else { HOME }
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
    for c in name.chars().filter(|c| c.is_ascii()) {
        if c.is_ascii_alphanumeric() {
            if pending {
                slug.push('-');
                pending = false;
            }
            slug.push(c.to_ascii_lowercase());
        } else {
            pending = true;
        }
    }
    slug
}

fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(byte as char);
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_plain_ascii() {
        for (name, expected) in [
            ("General", "12-general"),
            ("  R&D / Lab 2 ", "12-r-d-lab-2"),
            ("日本", "12"),
            ("</script>", "12-script"),
        ] {
            assert_eq!(slug(RoomId(12), name), expected);
        }
    }

    #[test]
    fn only_the_number_of_a_room_path_counts() {
        let at = |room, message| {
            Some(RoomPath {
                room: RoomId(room),
                message,
            })
        };
        assert_eq!(parse_room("/rooms/12-general"), at(12, None));
        assert_eq!(parse_room("/rooms/12"), at(12, None));
        assert_eq!(parse_room("/rooms/12-x-y/m/345"), at(12, Some(345)));
        for path in [
            "/rooms/",
            "/rooms/x",
            "/rooms/-1",
            "/rooms/0",
            "/rooms/12/m",
            "/rooms/12/m/x",
            "/rooms/99999999999999999999",
            "/rooms/9007199254740992",
            "/room/1",
        ] {
            assert_eq!(parse_room(path), None, "{path}");
        }
    }

    #[test]
    fn coming_back_stays_on_the_site() {
        assert_eq!(safe_next("/rooms/12-general"), "/rooms/12-general");
        for next in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "",
            "/a\r\nSet-Cookie: x",
            "javascript:alert(1)",
        ] {
            assert_eq!(safe_next(next), "/", "{next}");
        }
    }
}
