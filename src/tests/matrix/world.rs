//! The people and the rooms that the rows are about. What a request has changed is made anew before the next one.

use super::asked::{Ask, Body, Names, frame};
use crate::harness::Site;
use parlour_protocol::{Guests, Posting, RoomId, RoomKind, RoomRules, UserId};
use parlour_server::invites::{self, NewInvite};
use parlour_server::messages::{self, NewMessage};
use parlour_server::rooms::{self, Changes, NewBan, NewRoom};
use parlour_server::{Scope, accounts};
use reqwest::redirect::Policy;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

/// All who ask.
pub const WHO: [&str; 9] = [
    "nobody",
    "guest",
    "elsewhere",
    "member",
    "former",
    "banned",
    "moderator",
    "admin",
    "owner",
];

/// The kinds of rooms.
pub const KINDS: [Kind; 4] = [Kind::Open, Kind::Closed, Kind::Direct, Kind::Archived];

/// What a room is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It is about none.
    None,
    Open,
    Closed,
    Direct,
    /// An open one.
    Archived,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "-",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Direct => "direct",
            Self::Archived => "archived",
        }
    }
}

/// An answer: its status, a close code or the type of a frame; and all of it, without what is drawn anew and without what
/// was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: String,
    pub bytes: String,
}

pub(super) struct Person {
    scope: Scope,
    pub(super) token: String,
}

/// A site with everybody, and a room of each kind.
pub struct World {
    pub(super) site: Site,
    http: reqwest::Client,
    pub(super) people: BTreeMap<&'static str, Person>,
    /// In the room, as a member and no more than that.
    target: Person,
    rooms: BTreeMap<Kind, Names>,
    made: usize,
}

fn visitor() -> Scope {
    Scope::visitor(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

impl World {
    pub async fn new() -> Self {
        let site = Site::plain().await;
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .build();
        let target = somebody(&site, "Target", true).await;
        let mut world = Self {
            site,
            http: http.unwrap(),
            people: BTreeMap::new(),
            target,
            rooms: BTreeMap::new(),
            made: 0,
        };
        for who in &WHO[1..] {
            world.come(who).await;
        }
        world
    }

    fn next(&mut self) -> usize {
        self.made += 1;
        self.made
    }

    /// Somebody of this kind who is new. In a room they are when it is made.
    async fn come(&mut self, who: &'static str) {
        let name = format!("{who} {}", self.next());
        let has_account = !matches!(who, "guest" | "elsewhere");
        let person = match who {
            "elsewhere" => self.invited(&name).await,
            _ => somebody(&self.site, &name, has_account).await,
        };
        if who == "admin" {
            let id = id(&person.scope);
            let admin = format!("UPDATE users SET role = 'admin' WHERE id = {id}");
            self.site.ctx.store.execute_sql(admin).await;
        }
        let scope = scope_of(&self.site, &person.token).await;
        self.people.insert(who, Person { scope, ..person });
        self.rooms.clear();
    }

    /// A guest who came by an invitation to another room.
    async fn invited(&mut self, name: &str) -> Person {
        let ctx = &self.site.ctx;
        let host = somebody(&self.site, &format!("Host of {name}"), true).await;
        let new = NewRoom {
            name: "Elsewhere".to_owned(),
            rules: RoomRules::of(RoomKind::Closed),
            ..NewRoom::default()
        };
        let room = rooms::create(ctx, &host.scope, new).await.unwrap();
        let to = NewInvite {
            room: Some(room.id),
            role: None,
            uses: None,
            expires_at: None,
            ask: false,
        };
        let code = invites::create(ctx, &host.scope, to).await.unwrap().code;
        let accepted = invites::accept(ctx, &visitor(), code.as_str(), Some(name)).await;
        let token = accepted.unwrap().token.unwrap().as_str().to_owned();
        let scope = scope_of(&self.site, &token).await;
        Person { scope, token }
    }

    fn scope(&self, who: &str) -> &Scope {
        &self.people[who].scope
    }

    /// A new room of this kind, with everybody as they are to it.
    async fn room(&mut self, kind: Kind) -> Names {
        let ctx = &self.site.ctx;
        let owner = self.scope("owner");
        let target = id(&self.target.scope);
        let inside = ["member", "moderator"].map(|who| id(self.scope(who)));
        let room = match kind {
            Kind::Direct => {
                let people: Vec<_> = inside.into_iter().chain([target]).collect();
                rooms::direct(ctx, owner, &people).await.unwrap().0.id
            }
            _ => {
                let new = NewRoom {
                    name: "Den".to_owned(),
                    rules: RoomRules {
                        posting: Posting::All,
                        guests: Guests::Write,
                        ..RoomRules::of(match kind {
                            Kind::Closed => RoomKind::Closed,
                            _ => RoomKind::Open,
                        })
                    },
                    ..NewRoom::default()
                };
                rooms::create(ctx, owner, new).await.unwrap().id
            }
        };
        if kind != Kind::Direct {
            let outside = ["former", "banned"].map(|who| id(self.scope(who)));
            for who in inside.into_iter().chain(outside).chain([target]) {
                rooms::let_in(ctx, owner, room, who).await.unwrap();
            }
            let [former, banned] = outside;
            rooms::put_out(ctx, owner, room, former).await.unwrap();
            rooms::ban(ctx, owner, room, banned, NewBan::default())
                .await
                .unwrap();
            rooms::give_role(ctx, owner, room, inside[1], "moderator")
                .await
                .unwrap();
        }
        let mut names = self.names(room).await;
        if kind != Kind::Direct {
            let to = NewInvite {
                room: Some(room),
                role: None,
                uses: None,
                expires_at: None,
                ask: false,
            };
            let made = invites::create(&self.site.ctx, self.scope("owner"), to);
            let made = made.await.unwrap();
            (names.invite, names.code) = (made.id, made.code.as_str().to_owned());
        }
        if kind == Kind::Archived {
            let archive = Changes {
                archived: Some(true),
                ..Changes::default()
            };
            let changed = rooms::change(&self.site.ctx, self.scope("owner"), room, archive);
            changed.await.unwrap();
        }
        names
    }

    /// What is asked about this room, with a new message of its member's.
    async fn names(&self, room: RoomId) -> Names {
        let new = NewMessage {
            content: "canary".to_owned(),
            ..NewMessage::default()
        };
        let said = messages::post(&self.site.ctx, self.scope("member"), room, new).await;
        Names {
            room: room.0,
            number: said.unwrap().message.number.0,
            target: id(&self.target.scope).0,
            code: NO_CODE.to_owned(),
            invite: NOTHING,
        }
    }

    /// The room of this kind, and everybody as they are to it, whatever was asked before.
    async fn ready(&mut self, kind: Kind) -> Names {
        if let Some(names) = self.rooms.get(&kind) {
            return names.clone();
        }
        let names = match kind {
            Kind::None => nothing(kind, id(&self.target.scope)),
            _ => {
                // The name of an open room is free again when it is gone.
                let open = [Kind::Open, Kind::Archived];
                if open.contains(&kind) {
                    let gone = "UPDATE rooms SET folded = 'gone ' || id, skeleton = 'gone ' || id \
                        WHERE name = 'Den' AND kind = 'open'";
                    self.site.ctx.store.execute_sql(gone).await;
                }
                // Nobody has more than so many invitations.
                let rooms = self.rooms.values().map(|names| names.room.to_string());
                let rooms = rooms.chain(["0".to_owned()]).collect::<Vec<_>>().join(",");
                let gone = format!("DELETE FROM invites WHERE room_id NOT IN ({rooms})");
                self.site.ctx.store.execute_sql(gone).await;
                self.room(kind).await
            }
        };
        self.rooms.insert(kind, names.clone());
        names
    }

    /// What this one is answered.
    pub async fn ask(&mut self, ask: &Ask, kind: Kind, who: &'static str) -> Answer {
        let names = self.ready(kind).await;
        let answer = self.answer(ask, who, &names).await;
        // What nothing was done by is asked again of the same.
        let is_read = matches!(ask, Ask::Http(route, _) if route.method == "GET");
        let is_done = match answer.status.parse::<u16>() {
            Ok(status) => status < 400,
            Err(_) => answer.status != "room_not_found",
        };
        if is_done && !is_read {
            self.rooms.remove(&kind);
            if kind == Kind::None && who != "nobody" {
                self.come(who).await;
                self.target = somebody(&self.site, "Target", true).await;
            }
        }
        answer
    }

    /// What they are answered about a room, and a message, that never were.
    pub async fn ask_of_nothing(&mut self, ask: &Ask, kind: Kind, who: &'static str) -> Answer {
        let names = nothing(kind, id(&self.target.scope));
        self.answer(ask, who, &names).await
    }

    async fn answer(&mut self, ask: &Ask, who: &str, names: &Names) -> Answer {
        let key = format!("k{}", self.next());
        let answer = match ask {
            Ask::Http(route, _) if route.path.starts_with("/ws") => {
                self.enter(&ask.path(names), who).await
            }
            Ask::Http(route, _) => self.request(route.method, ask, who, names, &key).await,
            Ask::Frame(kind) => self.say(frame(kind, names, &key), who).await,
        };
        Answer {
            bytes: masked(&answer.bytes, names, &key),
            ..answer
        }
    }

    async fn request(
        &self,
        method: &str,
        ask: &Ask,
        who: &str,
        names: &Names,
        key: &str,
    ) -> Answer {
        let origin = format!("http://{}", self.site.address);
        let url = format!("{origin}{}", ask.path(names));
        let mut request = self.http.request(method.parse().unwrap(), url);
        request = request.header("sec-fetch-site", "same-origin");
        if method != "GET" {
            request = request.header("origin", origin);
        }
        if let Some(person) = self.people.get(who) {
            let cookie = format!("parlour_session={}", person.token);
            request = request.header("cookie", cookie);
        }
        request = match ask.body(names, key) {
            Body::Nothing => request,
            Body::Json(body) => request.json(&body),
            Body::Form(fields) => request.form(&fields),
        };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16().to_string();
        let location = response.headers().get("location").cloned();
        let body = response.text().await.unwrap();
        Answer {
            bytes: format!("{status} {location:?} {body}"),
            status,
        }
    }
}

/// A code that leads nowhere, and an invitation that is none.
const NO_CODE: &str = "2345678923456789";
const NOTHING: i64 = 4_711_000;

/// What is asked about a room that never was.
fn nothing(kind: Kind, target: UserId) -> Names {
    let room = match kind {
        Kind::Direct => 6_755_399_441_055_745,
        Kind::Closed => 4_503_599_627_370_499,
        Kind::None | Kind::Open | Kind::Archived => NOTHING,
    };
    Names {
        room,
        number: 3,
        target: target.0,
        code: NO_CODE.to_owned(),
        invite: NOTHING,
    }
}

async fn somebody(site: &Site, name: &str, has_account: bool) -> Person {
    let store = &site.ctx.store;
    if has_account {
        // Another one of this name is called otherwise from now on.
        let former = format!(
            "UPDATE users SET name = 'X' || id, folded = 'x' || id, skeleton = 'x' || id \
            WHERE kind = 'member' AND name = '{name}'"
        );
        store.execute_sql(former).await;
    }
    let made = accounts::create_guest(&site.ctx, &visitor(), name).await;
    let (user, token) = made.unwrap();
    if has_account {
        // Nobody waits for a password to be hashed.
        let member = format!("UPDATE users SET kind = 'member' WHERE id = {}", user.id);
        store.execute_sql(member).await;
    }
    let token = token.as_str().to_owned();
    let scope = scope_of(site, &token).await;
    Person { scope, token }
}

async fn scope_of(site: &Site, token: &str) -> Scope {
    let person = accounts::authenticate(&site.ctx, token).await.unwrap();
    Scope {
        person,
        ..visitor()
    }
}

fn id(scope: &Scope) -> UserId {
    scope.user_id().expect("somebody")
}

/// Without what is drawn for each answer, and without what was asked for.
fn masked(text: &str, names: &Names, key: &str) -> String {
    let asked = [
        (names.room.to_string(), "ROOM"),
        (names.code.clone(), "CODE"),
        (key.to_owned(), "KEY"),
        (format!("/m/{}", names.number), "/m/NUMBER"),
        (format!("/invites/{}", names.invite), "/invites/INVITE"),
    ];
    let mut text = asked.iter().fold(text.to_owned(), |text, (from, to)| {
        text.replace(from.as_str(), to)
    });
    for drawn in [
        "nonce=\"",
        "nonce-",
        "\"form_key\":\"",
        "name=\"client_id\" value=\"",
    ] {
        let parts = text.split(drawn).enumerate();
        let rest = parts.map(|(at, part)| match at {
            0 => part,
            _ => part.trim_start_matches(|c: char| c != '"' && c != '\''),
        });
        text = rest.collect::<Vec<_>>().join(drawn);
    }
    text
}
