//! The outsider property: whatever happens in rooms that somebody may not see, every door answers them as if those rooms
//! had never been, and no frame of theirs comes to them.
//!
//! The same changes are played in two worlds; in the second one nothing that has to do with hidden rooms happens. The
//! ids of the hidden rooms are asked for in both, so "there is no such room" is compared with itself.

mod doors;
mod happening;

use crate::harness::{Guest, LOBBY, Server, Socket};
use doors::Outsider;
use parlour_protocol::{RoomId, RoomKind, UserId};
use parlour_server::outsider::{Leak, Told, leaks, says};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeSet;

/// What is said in hidden rooms, and nowhere else.
const CANARY: &str = "canary";

/// One thing that happens. Which hidden room it is about is the number, of those that there are.
#[derive(Clone, Debug)]
enum Change {
    Make(RoomKind),
    Say(usize),
    Edit(usize),
    TakeBack(usize),
    React(usize),
    Describe(usize),
    LetIn(usize),
    PutOut(usize),
    Ban(usize),
    Lift(usize),
    /// Bob keeps order there from now on, or does not any more.
    Role(usize),
    Leave(usize),
    Delete(usize),
    /// Who posts there, and what guests do.
    Rules(usize),
    /// Into the archive, and back.
    Archive(usize),
    /// Carol asks to be let in, by a link that asks first, and is refused or let in.
    Ask(usize),
    /// Who is in there, and blocks somebody outside.
    Block(usize),
    /// Members look at all there is to see, so that it is kept.
    Warm(usize),
    /// Something that everybody sees.
    SayOpenly,
    /// An open room of the same name as a hidden one.
    TakeName(usize),
    /// Who may not see the rooms knocks at every door.
    Look,
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let which = || any::<usize>();
    let change = prop_oneof![
        2 => prop_oneof![Just(RoomKind::Closed), Just(RoomKind::Direct)].prop_map(Change::Make),
        3 => which().prop_map(Change::Say),
        1 => which().prop_map(Change::Edit),
        1 => which().prop_map(Change::TakeBack),
        2 => which().prop_map(Change::React),
        1 => which().prop_map(Change::Describe),
        3 => which().prop_map(Change::LetIn),
        3 => which().prop_map(Change::PutOut),
        2 => which().prop_map(Change::Ban),
        1 => which().prop_map(Change::Lift),
        1 => which().prop_map(Change::Role),
        1 => which().prop_map(Change::Leave),
        1 => which().prop_map(Change::Delete),
        1 => which().prop_map(Change::Rules),
        1 => which().prop_map(Change::Archive),
        1 => which().prop_map(Change::Ask),
        1 => which().prop_map(Change::Block),
        2 => which().prop_map(Change::Warm),
        1 => Just(Change::SayOpenly),
        1 => which().prop_map(Change::TakeName),
        3 => Just(Change::Look),
    ];
    let begin = [
        Change::Make(RoomKind::Closed),
        Change::LetIn(0),
        Change::Say(0),
    ];
    let end = [Change::PutOut(0), Change::Warm(0), Change::Look];
    proptest::collection::vec(change, 0..16).prop_map(move |between| {
        let begin = begin.iter().cloned();
        begin.chain(between).chain(end.iter().cloned()).collect()
    })
}

/// One of the two worlds.
struct World {
    server: Server,
    /// Whether there are hidden rooms.
    has_hidden: bool,
    /// The ids of the hidden rooms that were made, and those that will be where there are none.
    hidden: Vec<i64>,
    made: usize,
    gone: BTreeSet<usize>,
    /// Those that are their people: nobody decides about them, nor leaves them.
    direct: BTreeSet<usize>,
    alice: Guest,
    bob: Guest,
    /// In which hidden rooms Bob is.
    bobs: BTreeSet<usize>,
    /// Bob's, in the hidden rooms he is in.
    page: Socket,
    /// Two who listen and are in no room.
    watching: Vec<Socket>,
    mallory: Guest,
    carol: Guest,
    told: Vec<Told>,
    found: Vec<Leak>,
    /// How often something was said in hidden rooms.
    keys: usize,
    /// The same where all see it.
    opens: usize,
}

impl World {
    async fn new(hidden: Option<Vec<i64>>) -> Self {
        // Who only listens is read at the end.
        let server = Server::start(|settings| settings.realtime.pong_ms = 600_000).await;
        let alice = server.guest("Alice").await;
        let bob = server.guest("Bob").await;
        let mallory = server.guest("Mallory").await;
        let carol = server.guest("Carol").await;
        let watching = vec![
            server.browser(&mallory).await,
            server.socket("/ws", &[]).await,
        ];
        Self {
            page: server.browser(&bob).await,
            server,
            has_hidden: hidden.is_none(),
            hidden: hidden.unwrap_or_default(),
            made: 0,
            gone: BTreeSet::new(),
            direct: BTreeSet::new(),
            alice,
            bob,
            bobs: BTreeSet::new(),
            watching,
            mallory,
            carol,
            told: Vec::new(),
            found: Vec::new(),
            keys: 0,
            opens: 0,
        }
    }

    /// A hidden room that is there.
    fn pick(&self, which: usize) -> Option<usize> {
        let there: Vec<usize> = (0..self.made)
            .filter(|room| !self.gone.contains(room))
            .collect();
        (!there.is_empty()).then(|| there[which % there.len()])
    }

    /// A call of a member's, which is granted.
    async fn call(&self, method: Method, by: &Guest, path: &str, body: serde_json::Value) {
        let path = format!("/api/chat/rooms/{path}");
        let answer = self.server.call(method, &path, Some(by), Some(body)).await;
        assert!(answer.status < 300, "{path}: {answer:?}");
    }

    async fn make(&mut self, change: Change) {
        match change {
            Change::Make(kind) => return self.make_room(kind).await,
            Change::SayOpenly => {
                self.opens += 1;
                // Rooms that somebody does not see are not named, either.
                let said = json!({"content": "hello, see #Twin 0, #Twin 1 and #Lobby", "client_id": format!("open-{}", self.opens)});
                let path = format!("{LOBBY}/messages");
                return self.call(Method::POST, &self.alice, &path, said).await;
            }
            Change::Look => return self.look().await,
            _ => {}
        }
        let (Change::Say(which)
        | Change::Edit(which)
        | Change::TakeBack(which)
        | Change::React(which)
        | Change::Describe(which)
        | Change::LetIn(which)
        | Change::PutOut(which)
        | Change::Ban(which)
        | Change::Lift(which)
        | Change::Role(which)
        | Change::Leave(which)
        | Change::Delete(which)
        | Change::Rules(which)
        | Change::Archive(which)
        | Change::Ask(which)
        | Change::Block(which)
        | Change::Warm(which)
        | Change::TakeName(which)) = change
        else {
            return;
        };
        let Some(at) = self.pick(which) else { return };
        if let Change::TakeName(_) = change {
            let path = "/api/chat/rooms";
            let name = json!({"name": format!("Twin {at}")});
            let answer = self.server.post(path, Some(&self.mallory), name).await;
            let door = format!("Mallory takes a name: {path}");
            self.told.push(doors::told(door, &answer));
            return;
        }
        let is_decided = matches!(
            change,
            Change::Describe(_)
                | Change::Leave(_)
                | Change::Delete(_)
                | Change::Ban(_)
                | Change::Lift(_)
                | Change::Role(_)
                | Change::Rules(_)
                | Change::Archive(_)
                | Change::Ask(_)
        );
        if is_decided && self.direct.contains(&at) {
            return;
        }
        let is_in = self.bobs.contains(&at);
        match change {
            Change::LetIn(_) => self.bobs.insert(at),
            Change::PutOut(_) | Change::Ban(_) | Change::Leave(_) => self.bobs.remove(&at),
            Change::Delete(_) => {
                self.bobs.remove(&at);
                self.gone.insert(at)
            }
            _ => false,
        };
        if self.has_hidden {
            self.happen(change, self.hidden[at], is_in).await;
        }
    }

    async fn make_room(&mut self, kind: RoomKind) {
        if kind == RoomKind::Direct {
            self.direct.insert(self.made);
        }
        if self.has_hidden {
            let name = format!("Twin {}", self.made);
            let store = &self.server.ctx.store;
            let room = store.make_room(kind, UserId(self.alice.id), &name).await;
            self.hidden.push(room.id.0);
        }
        self.made += 1;
    }

    /// Everybody who may not see the rooms knocks at every door.
    async fn look(&mut self) {
        // The last one is none in either world.
        let rooms: Vec<i64> = self.hidden[..self.made]
            .iter()
            .copied()
            .chain([(1 << 53) - 7])
            .collect();
        let mut outsiders = vec![
            Outsider {
                name: "Nobody",
                guest: None,
                was_inside: false,
            },
            Outsider {
                name: "Mallory",
                guest: Some(self.mallory.clone()),
                was_inside: false,
            },
        ];
        if self.bobs.is_empty() {
            outsiders.push(Outsider {
                name: "Bob",
                guest: Some(self.bob.clone()),
                was_inside: true,
            });
        }
        for outsider in outsiders {
            outsider.knock(&self.server, &rooms, &mut self.told).await;
        }
    }

    /// What came to who only listened, once all has come.
    async fn listened(&mut self) -> Vec<Told> {
        let last = self.server.room(&self.alice, "The last").await;
        self.server.say(&self.alice, last, "over").await;
        let mut told = Vec::new();
        for socket in &mut self.watching {
            loop {
                let frame = socket.next().await;
                told.push(Told {
                    door: "listening".to_owned(),
                    answer: frame.to_string(),
                });
                if frame["type"] == "room_activity" && frame["room_id"] == last {
                    break;
                }
            }
        }
        told
    }
}

async fn played(changes: &[Change], hidden: Option<Vec<i64>>) -> World {
    let mut world = World::new(hidden).await;
    for change in changes {
        world.make(change.clone()).await;
    }
    world
}

async fn holds(changes: Vec<Change>) -> Result<(), TestCaseError> {
    let mut with = played(&changes, None).await;
    let without = played(&changes, Some(with.hidden.clone())).await;
    let ids = with.hidden.iter().map(ToString::to_string);
    let secrets: Vec<String> = ids.chain([CANARY.to_owned()]).collect();
    // What was asked for is repeated in no answer but this one's own.
    let mut found = leaks(&with.told, &without.told, &secrets[secrets.len() - 1..]);
    found.extend(says(&with.listened().await, &secrets));
    found.append(&mut with.found);
    prop_assert_eq!(found, []);
    Ok(())
}

#[test]
fn nobody_is_told_anything_of_a_room_they_may_not_see_at_any_door() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: 8,
        max_shrink_iters: 40,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&changes(), |changes| runtime.block_on(holds(changes)))
        .unwrap();
}

/// A socket that says nothing is closed after ten seconds, which are all that a test waits: nobody could tell then what a
/// member is told.
#[tokio::test(flavor = "multi_thread")]
async fn who_knocks_at_a_room_says_who_is_coming_and_a_member_is_welcomed() {
    let server = Server::plain().await;
    let (alice, mallory) = (server.guest("Alice").await, server.guest("Mallory").await);
    let store = &server.ctx.store;
    let den = store.make_room(RoomKind::Closed, UserId(alice.id), "Den");
    let den = den.await.id.0;
    for (guest, is_told) in [(alice, true), (mallory, false)] {
        let outsider = Outsider {
            name: "Somebody",
            guest: Some(guest),
            was_inside: false,
        };
        let answer = outsider.enter(&server, den).await.answer;
        assert_eq!(answer.contains("welcome"), is_told, "{answer}");
        assert_eq!(answer.contains("4404"), !is_told, "{answer}");
    }
}

/// The property sees through a door that is left open: somebody who was let in and is taken for an outsider.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_is_taken_for_an_outsider_is_found() {
    let changes = [Change::Make(RoomKind::Closed), Change::Say(0), Change::Look];
    let mut with = World::new(None).await;
    let mallory = UserId(with.mallory.id);
    with.make(changes[0].clone()).await;
    let now = parlour_protocol::Timestamp(0);
    let id = RoomId(with.hidden[0]);
    with.server
        .ctx
        .store
        .let_in(mallory, id, now)
        .await
        .unwrap();
    for change in &changes[1..] {
        with.make(change.clone()).await;
    }
    let without = played(&changes, Some(with.hidden.clone())).await;
    let found = leaks(&with.told, &without.told, &[CANARY.to_owned()]);
    let is_found = |door: &str| {
        let is_it =
            |leak: &Leak| matches!(leak, Leak::Differs { door: found, .. } if found.contains(door));
        found.iter().any(is_it)
    };
    let doors = [
        "me/rooms",
        "find",
        "browse",
        "a page",
        "one-room",
        "/messages",
        "/history",
        "/open",
    ];
    for door in doors {
        assert!(is_found(door), "{door}: {found:#?}");
    }
    assert!(found.iter().any(|leak| matches!(leak, Leak::Says { .. })));
    let heard = says(&with.listened().await, &[with.hidden[0].to_string()]);
    assert!(!heard.is_empty());
}
