//! `apply(page at s, sync s..t) == page at t`, for random changes and random cut points.

use super::*;
use parlour_protocol::{
    History, Number, Person, Posting, Quote, Replies, Room, RoomKind, RoomRules, Seq,
};
use parlour_server::messages::{View, delete, edit, history, pin, react, sync, undo_delete};
use parlour_server::rooms::{self, Changes};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
enum Change {
    Post(String),
    Reply(usize, String),
    /// Names somebody who is there, or was called so, and everybody.
    Mention(&'static str),
    /// The last of the three is called this.
    Rename(&'static str),
    Edit(usize, String),
    Delete(usize),
    Undo(usize),
    Pin(usize, bool),
    /// Who of the first two reacts to which message, with what, or takes it back.
    React(usize, usize, bool, bool),
    Describe(String),
    /// Who posts there, of the first so many roles.
    Posting(usize),
    /// Only its members see it, or everybody.
    Kind(bool),
    /// Into the archive, or back.
    Archive(bool),
    /// Somebody is put out of it and let in again.
    PutOut,
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let text = "[a-c]{1,3}";
    let change = prop_oneof![
        3 => text.prop_map(Change::Post),
        2 => (any::<usize>(), text).prop_map(|(which, text)| Change::Reply(which, text)),
        2 => (any::<usize>(), text).prop_map(|(which, text)| Change::Edit(which, text)),
        2 => prop_oneof![Just("@Carol b"), Just("*a* @Carla"), Just("@Bob, @room")].prop_map(Change::Mention),
        1 => prop_oneof![Just("Carol"), Just("Carla")].prop_map(Change::Rename),
        1 => any::<usize>().prop_map(Change::Delete),
        1 => any::<usize>().prop_map(Change::Undo),
        2 => (any::<usize>(), any::<bool>()).prop_map(|(which, on)| Change::Pin(which, on)),
        3 => (0..2_usize, any::<usize>(), any::<bool>(), any::<bool>())
            .prop_map(|(who, which, kind, on)| Change::React(who, which, kind, on)),
        1 => text.prop_map(Change::Describe),
        1 => (0..3_usize).prop_map(Change::Posting),
        1 => any::<bool>().prop_map(Change::Kind),
        2 => any::<bool>().prop_map(Change::Archive),
        1 => Just(Change::PutOut),
    ];
    proptest::collection::vec(change, 0..40)
}

/// Small, so that it slides within a few changes.
const PAGE: u32 = 10;

/// What a client holds: the newest page when it came, and everything since. What only a call says of a room, its rules,
/// it asks for again whenever it hears that the room has changed.
struct Client {
    room: Room,
    rules: RoomRules,
    messages: BTreeMap<Number, Message>,
    seq: Seq,
    has_older: bool,
}

impl Client {
    fn at((room, rules, page): (Room, RoomRules, History)) -> Self {
        Self {
            room,
            rules,
            messages: page.messages.into_iter().map(|m| (m.number, m)).collect(),
            seq: page.seq,
            has_older: page.has_older,
        }
    }

    fn apply(&mut self, message: Message) {
        assert!(message.seq > self.seq);
        let oldest = self.messages.keys().next().copied();
        // A change before the page's beginning is seen when one pages back.
        let before = self.has_older && oldest.is_some_and(|oldest| message.number < oldest);
        // What is quoted is as the quoted message is.
        let quotes = |reply: &&mut Message| reply.reply_to == Some(message.number);
        for reply in self.messages.values_mut().filter(quotes) {
            reply.quote = (!reply.deleted).then(|| Quote::of(&message));
        }
        // So many answer it as have come.
        let thread = message.thread.and_then(|root| self.messages.get_mut(&root));
        if let Some(root) = thread {
            root.replies = Replies::later(root.replies, message.replies);
        }
        if !before {
            self.messages.insert(message.number, message);
        }
    }

    async fn catch_up(&mut self, bench: &Bench, reader: &Scope) {
        loop {
            let page = sync(&bench.ctx, reader, LOBBY, self.seq).await.unwrap();
            assert!(!page.reset);
            page.messages.into_iter().for_each(|m| self.apply(m));
            if let Some(room) = page.room {
                let ruled = rooms::get_ruled(&bench.ctx, reader, LOBBY).await.unwrap();
                (self.room, self.rules) = (room, ruled.rules);
            }
            self.seq = page.to;
            if page.complete {
                break;
            }
        }
    }

    /// Its newest page, as a fresh one would be, and what the room is.
    fn newest(&self) -> (Vec<Message>, Seq, String, RoomRules) {
        let newest = self.messages.values().rev().take(PAGE as usize);
        let mut messages: Vec<_> = newest.cloned().collect();
        messages.reverse();
        show_replies(&mut messages);
        let description = self.room.description.clone();
        (messages, self.seq, description, self.rules)
    }
}

/// How many answer one stands at the first of a thread, and is not kept with the others.
fn show_replies(messages: &mut [Message]) {
    for reply in messages
        .iter_mut()
        .filter(|message| message.thread.is_some())
    {
        reply.replies = None;
    }
}

async fn page(bench: &Bench, reader: &Scope) -> (Room, RoomRules, History) {
    let rooms::Ruled { room, rules } = rooms::get_ruled(&bench.ctx, reader, LOBBY).await.unwrap();
    let history = history(&bench.ctx, reader, LOBBY, View::Newest, PAGE).await;
    (room, rules, history.unwrap())
}

/// Nobody made the lobby.
async fn rule(bench: &Bench, author: &Scope, changes: Changes) {
    made(rooms::change(&bench.ctx, &admin(author), LOBBY, changes).await);
}

/// What came of it. In an archived room nothing is done, of a message that is deleted nothing is said, and nobody is put
/// out who is not let in again.
fn made<T>(done: Result<T, ServiceError>) -> Option<T> {
    match done {
        Ok(done) => Some(done),
        Err(
            ServiceError::ReadOnly(_)
            | ServiceError::Forbidden
            | ServiceError::MessageNotFound
            | ServiceError::TooLate
            | ServiceError::PersonNotFound,
        ) => None,
        Err(error) => panic!("{error}"),
    }
}

/// Of the three who are in the room, the author writes, one reads, and the last one comes and goes.
async fn make(bench: &Bench, people: &[Scope; 3], change: Change, posted: &mut Vec<Number>) {
    let [author, _, guest] = people;
    let pick = |which: usize| (!posted.is_empty()).then(|| posted[which % posted.len()]);
    match change {
        Change::Post(text) => {
            let sent = made(bench.send(author, LOBBY, &text, None).await);
            posted.extend(sent.map(|sent| sent.message.number));
        }
        Change::Reply(which, text) => {
            if let Some(number) = pick(which) {
                let reply = NewMessage {
                    content: text,
                    reply_to: Some(number),
                    ..NewMessage::default()
                };
                let sent = made(messages::post(&bench.ctx, author, LOBBY, reply).await);
                posted.extend(sent.map(|sent| sent.message.number));
            }
        }
        Change::Mention(text) => {
            let sent = made(bench.send(author, LOBBY, text, None).await);
            posted.extend(sent.map(|sent| sent.message.number));
        }
        Change::Rename(name) => {
            accounts::rename(&bench.ctx, guest, name).await.unwrap();
        }
        Change::Edit(which, text) => {
            if let Some(number) = pick(which) {
                made(edit(&bench.ctx, author, LOBBY, number, text).await);
            }
        }
        Change::Delete(which) => {
            if let Some(number) = pick(which) {
                made(delete(&bench.ctx, author, LOBBY, number).await);
            }
        }
        Change::Undo(which) => {
            if let Some(number) = pick(which) {
                made(undo_delete(&bench.ctx, author, LOBBY, number).await);
            }
        }
        Change::Pin(which, on) => {
            if let Some(number) = pick(which) {
                made(pin(&bench.ctx, author, LOBBY, number, on).await);
            }
        }
        Change::React(who, which, kind, on) => {
            if let Some(number) = pick(which) {
                let emoji = if kind { "👍" } else { "tada" };
                made(react(&bench.ctx, &people[who], LOBBY, number, emoji, on).await);
            }
        }
        Change::Describe(text) => {
            let description = Some(text);
            let changes = Changes {
                description,
                ..Changes::default()
            };
            rule(bench, author, changes).await;
        }
        Change::Posting(which) => {
            // Its moderators write whatever it says, and the author is one.
            let posting = Some([Posting::All, Posting::Members, Posting::Moderators][which]);
            let changes = Changes {
                posting,
                ..Changes::default()
            };
            rule(bench, author, changes).await;
        }
        Change::Kind(is_open) => {
            let kind = Some(match is_open {
                true => RoomKind::Open,
                false => RoomKind::Closed,
            });
            let changes = Changes {
                kind,
                ..Changes::default()
            };
            rule(bench, author, changes).await;
        }
        Change::Archive(is_archived) => {
            let changes = Changes {
                archived: Some(is_archived),
                ..Changes::default()
            };
            rule(bench, author, changes).await;
        }
        Change::PutOut => {
            let who = user(guest).id;
            let ctx = &bench.ctx;
            made(rooms::put_out(ctx, &admin(author), LOBBY, who).await);
            made(rooms::let_in(ctx, &admin(author), LOBBY, who).await);
        }
    }
}

async fn holds(changes: Vec<Change>, s: usize, t: usize) -> Result<(), TestCaseError> {
    let bench = Bench::new().await;
    let people = [
        bench.guest("Alice").await,
        bench.guest("Bob").await,
        bench.guest("Carol").await,
    ];
    let [author, reader, _] = &people;
    for person in &people {
        rooms::enter(&bench.ctx, person, LOBBY).await.unwrap();
    }
    let (ctx, who) = (&bench.ctx, user(author).id);
    rooms::give_role(ctx, &admin(reader), LOBBY, who, "moderator")
        .await
        .unwrap();
    let mut posted = Vec::new();
    let mut until_t = changes.into_iter().take(t);
    for change in until_t.by_ref().take(s) {
        make(&bench, &people, change, &mut posted).await;
    }
    let mut client = Client::at(page(&bench, reader).await);
    for change in until_t {
        make(&bench, &people, change, &mut posted).await;
    }
    client.catch_up(&bench, reader).await;
    // What people are called is told by another stream.
    let house = accounts::house_since(&bench.ctx, reader, Seq::ZERO);
    for person in house.await.unwrap().people {
        let now = Person {
            id: person.id,
            name: person.name,
        };
        for message in client.messages.values_mut() {
            message.mention_as(now.id, &now);
        }
    }
    let (room, rules, mut fresh) = page(&bench, reader).await;
    show_replies(&mut fresh.messages);
    let fresh = (fresh.messages, fresh.seq, room.description, rules);
    prop_assert_eq!(client.newest(), fresh);
    bench.ctx.drain().await;
    Ok(())
}

#[test]
fn a_client_that_was_away_holds_what_a_fresh_page_shows() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let cuts = changes().prop_flat_map(|changes| {
        let end = changes.len();
        (Just(changes), 0..=end, 0..=end)
    });
    let config = Config {
        cases: 128,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&cuts, |(changes, a, b)| {
            runtime.block_on(holds(changes, a.min(b), a.max(b)))
        })
        .unwrap();
}
