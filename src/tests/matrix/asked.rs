//! What is asked on each route and by each frame: the names that its address takes, and what is sent along.

use serde_json::{Value, json};

/// A method of an address.
#[derive(Clone, Debug)]
pub struct Route {
    pub method: &'static str,
    pub path: String,
}

/// What one row asks.
#[derive(Clone, Debug)]
pub enum Ask {
    /// With what stands for `{deed}`, where there is one.
    Http(Route, Option<&'static str>),
    /// A frame on `/ws`.
    Frame(String),
}

/// Of what a request is about.
#[derive(Clone, Debug)]
pub struct Names {
    pub room: i64,
    pub number: i64,
    /// Somebody who is a member, and nobody else.
    pub target: i64,
    pub code: String,
    pub invite: i64,
}

/// What is sent along.
pub enum Body {
    Nothing,
    Json(Value),
    Form(Vec<(&'static str, String)>),
}

/// What the pages of members and of the administration do by one address.
const DEEDS: [(&str, &[&str]); 2] = [
    (
        "/rooms/{slug}/members/{person}/{deed}",
        &["role", "out", "let-in", "allow", "ban"],
    ),
    (
        "/admin/people/{id}/{deed}",
        &["disable", "enable", "sign-out"],
    ),
];

impl Route {
    /// The rows that it has.
    pub fn asks(self) -> Vec<Ask> {
        if !self.path.contains("{deed}") {
            return vec![Ask::Http(self, None)];
        }
        let known = DEEDS.iter().find(|(path, _)| *path == self.path);
        let (_, deeds) = known.unwrap_or_else(|| panic!("what is done by {}", self.path));
        let deeds = deeds
            .iter()
            .map(|deed| Ask::Http(self.clone(), Some(*deed)));
        deeds.collect()
    }
}

impl Ask {
    pub fn name(&self) -> String {
        match self {
            Self::Http(route, deed) => {
                let path = route.path.replace("{deed}", deed.unwrap_or_default());
                format!("{} {path}", route.method)
            }
            Self::Frame(frame) => format!("frame {frame}"),
        }
    }

    /// Whether the answer may depend on a room.
    pub fn is_about_a_room(&self) -> bool {
        match self {
            Self::Http(route, _) => {
                let parts = ["{room}", "{slug}", "/invites/{", "/i/{code}"];
                parts.iter().any(|part| route.path.contains(part))
            }
            Self::Frame(frame) => !matches!(frame.as_str(), "rooms" | "sync_house" | "sync_me"),
        }
    }

    /// Whether who asks holds a code that leads to the room, and is told of it by that.
    pub fn needs_a_code(&self) -> bool {
        let of_invite = ["/invites/{code}", "/i/{code}"];
        match self {
            Self::Http(route, _) => {
                let has_code = of_invite.iter().any(|part| route.path.contains(part));
                has_code && route.method != "DELETE"
            }
            Self::Frame(_) => false,
        }
    }

    /// The address of a request.
    pub fn path(&self, names: &Names) -> String {
        let Self::Http(route, deed) = self else {
            return "/ws".to_owned();
        };
        let id = match route.path.contains("/invites/") {
            true => names.invite,
            false => names.target,
        };
        let filled = [
            ("{room}", names.room.to_string()),
            ("{slug}", format!("{}-den", names.room)),
            ("{number}", names.number.to_string()),
            ("{emoji}", "+1".to_owned()),
            ("{seq}", names.number.to_string()),
            ("{person}", names.target.to_string()),
            ("{code}", names.code.clone()),
            ("{id}", id.to_string()),
            ("{session}", "4711".to_owned()),
            ("{deed}", deed.unwrap_or_default().to_owned()),
            ("{answer}", "let-in".to_owned()),
            ("{look}", "none".to_owned()),
            ("{decision}", "confirm".to_owned()),
            ("{call}", "open_room".to_owned()),
            ("{*rest}", "nothing".to_owned()),
        ];
        let path = filled
            .iter()
            .fold(route.path.clone(), |path, (part, text)| {
                path.replace(part, text)
            });
        assert!(!path.contains('{'), "what stands for a part of {path}");
        path
    }

    /// What goes along with a request.
    pub fn body(&self, names: &Names, key: &str) -> Body {
        let Self::Http(route, deed) = self else {
            return Body::Nothing;
        };
        match (route.method, route.path.as_str()) {
            ("DELETE", "/api/chat/me") => {
                return Body::Json(json!({"password": "short", "messages": "keep"}));
            }
            ("GET" | "DELETE", _) => return Body::Nothing,
            _ => {}
        }
        match route.path.strip_prefix("/api/chat") {
            Some(path) => Body::Json(json_of(route.method, path, names, key)),
            None => Body::Form(form_of(&route.path, *deed, key)),
        }
    }
}

fn json_of(method: &str, path: &str, names: &Names, key: &str) -> Value {
    match (method, path) {
        ("POST", "/rooms") => json!({"name": format!("Room {key}")}),
        ("PATCH", "/rooms/{room}") => json!({"description": format!("About {key}.")}),
        ("POST", "/rooms/{room}/messages") => json!({"content": "hi", "client_id": key}),
        ("PATCH", "/rooms/{room}/messages/{number}") => json!({"content": key}),
        ("POST", "/rooms/{room}/members") | ("POST", "/rooms/{room}/bans") => {
            json!({"user_id": names.target})
        }
        ("PATCH", "/rooms/{room}/members/{person}") => json!({"role": "moderator"}),
        ("POST", "/direct") => json!({"user_ids": [names.target]}),
        ("POST", "/invites") => json!({}),
        ("POST", "/guests") | ("POST", "/me") => json!({"username": format!("Guest {key}")}),
        ("POST", "/invites/{code}/accept") => json!({"username": format!("Guest {key}")}),
        ("POST", "/accounts") | ("POST", "/sessions") | ("POST", "/me/claim") => {
            // Nobody waits for a password to be hashed.
            json!({"username": format!("Account {key}"), "password": "short"})
        }
        ("PATCH", "/rooms/{room}/level") => json!({"level": "all"}),
        ("PATCH", "/me") => json!({"bio": key}),
        (
            "POST",
            "/rooms/{room}/membership"
            | "/rooms/{room}/messages/{number}/undo"
            | "/people/{person}/reset",
        )
        | (
            "PUT",
            "/me/blocks/{person}"
            | "/me/favourites/{room}"
            | "/me/read"
            | "/rooms/{room}/read"
            | "/rooms/{room}/requests/{person}"
            | "/rooms/{room}/messages/{number}/pin"
            | "/rooms/{room}/messages/{number}/reactions/{emoji}"
            | "/rooms/{room}/messages/{number}/saved",
        ) => json!({}),
        _ => panic!("what is sent to {method} {path}: say it here"),
    }
}

fn form_of(path: &str, deed: Option<&str>, key: &str) -> Vec<(&'static str, String)> {
    let text = |name, text: &str| vec![(name, text.to_owned())];
    match (path, deed) {
        ("/rooms/new", _) => text("name", &format!("Room {key}")),
        ("/rooms/{slug}/level", _) => text("level", "all"),
        ("/rooms/{slug}/edit", _) => {
            let name = ("name", "Den".to_owned());
            vec![name, ("description", format!("About {key}."))]
        }
        ("/rooms/{slug}/messages", _) => {
            vec![("content", "hi".to_owned()), ("client_id", key.to_owned())]
        }
        ("/rooms/{slug}/m/{number}/edit", _) => text("content", key),
        ("/emoji" | "/rooms/{slug}/m/{number}/react", _) => text("emoji", "tada"),
        ("/rooms/{slug}/read", _) => text("seq", "1"),
        ("/rooms/{slug}/members", _) => text("name", "Target"),
        ("/rooms/{slug}/members/{person}/{deed}", Some("role")) => text("role", "moderator"),
        ("/admin/people/{id}/role", _) => text("role", "moderator"),
        ("/join" | "/me", _) => text("username", &format!("Guest {key}")),
        ("/i/{code}", _) => text("username", &format!("Guest {key}")),
        ("/signin", _) => {
            let name = ("username", format!("Account {key}"));
            vec![name, ("password", "short".to_owned())]
        }
        ("/setup", _) => {
            let code = ("code", "2345678923456789".to_owned());
            let name = ("username", format!("Account {key}"));
            vec![code, name, ("password", "short".to_owned())]
        }
        ("/settings/leave", _) => {
            vec![
                ("password", "short".to_owned()),
                ("messages", "keep".to_owned()),
            ]
        }
        ("/reset/{code}", _) => text("password", "short"),
        ("/settings/look", _) => {
            vec![
                ("theme", "light".to_owned()),
                ("density", "roomy".to_owned()),
            ]
        }
        ("/rooms/{slug}/m/{number}/thread", _) => text("content", key),
        ("/rooms/{slug}/m/{number}/forward", _) => {
            vec![("to", "1".to_owned()), ("client_id", key.to_owned())]
        }
        ("/settings/about", _) => text("bio", key),
        ("/settings/clock", _) => text("utc_offset", "60"),
        ("/settings/mail", _) => text("mail", "somebody@example.org"),
        ("/settings/password", _) => {
            vec![
                ("current", "short".to_owned()),
                ("password", "short".to_owned()),
            ]
        }
        // What takes nothing but a button, and what leaves everything as it is.
        (
            "/signout"
            | "/settings/sessions/{session}/end"
            | "/settings/device"
            | "/settings/device/{code}/{decision}"
            | "/device/{code}"
            | "/admin/people/{id}/reset"
            | "/admin/settings"
            | "/admin/people/{id}/{deed}"
            | "/rooms/{slug}/join"
            | "/rooms/{slug}/leave"
            | "/rooms/{slug}/favourite"
            | "/rooms/{slug}/unfavourite"
            | "/rooms/read"
            | "/rooms/{slug}/delete"
            | "/rooms/{slug}/invites"
            | "/rooms/{slug}/requests/{person}/{answer}"
            | "/rooms/{slug}/members/{person}/{deed}"
            | "/rooms/{slug}/m/{number}/delete"
            | "/rooms/{slug}/m/{number}/pin"
            | "/rooms/{slug}/m/{number}/unpin"
            | "/rooms/{slug}/m/{number}/save"
            | "/rooms/{slug}/m/{number}/unsave"
            | "/rooms/{slug}/m/{number}/undo"
            | "/rooms/{slug}/m/{number}/unread"
            | "/rooms/{slug}/m/{number}/revisions/{seq}/drop"
            | "/invites"
            | "/invites/{id}/revoke"
            | "/people/{person}/talk"
            | "/people/{person}/block"
            | "/people/{person}/unblock"
            | "/rpc/{call}",
            _,
        ) => Vec::new(),
        _ => panic!("what is sent to {path}: say it here"),
    }
}

/// A frame of this type about the room.
pub fn frame(kind: &str, names: &Names, key: &str) -> Value {
    let room = names.room;
    let mut frame = match kind {
        "join" | "leave" => json!({}),
        "message" => json!({"content": "hi", "client_id": key}),
        "edit" => json!({"number": names.number, "content": key}),
        "delete" | "unread" => json!({"number": names.number}),
        "react" => json!({"number": names.number, "emoji": "tada", "on": true}),
        "typing" => json!({"is_typing": true}),
        "sync" => json!({"after": 0}),
        "read" => json!({"seq": 1}),
        "rooms" => json!({}),
        "sync_house" | "sync_me" => json!({"after": 0}),
        _ => panic!("what the frame {kind} says: say it here"),
    };
    frame["type"] = json!(kind);
    frame["room_id"] = json!(room);
    frame
}
