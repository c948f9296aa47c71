//! The streams beside the rooms: `apply(state at s, sync s..t) == state at t`, for random changes and random cut
//! points; what takes a place in them, and what does not.

use super::*;
use parlour_protocol::{Level, Number, RoomKind, RoomRole, Seq, ServerRole, UserId};
use parlour_server::accounts::{house_since, rename};
use parlour_server::administration::{Actor, Deed, administer};
use parlour_server::messages::sync;
use parlour_server::people::{block, unblock};
use parlour_server::rooms::{
    Changes, NewBan, NewRoom, ban, change, create, enter, give_role, leave, let_in, lift_ban, list,
    mark_unread, mine_since, person_state, put_out, read_up_to, set_level,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;

/// How many rooms there are, from [`LOBBY`] on.
const ROOMS: i64 = 3;

#[derive(Clone, Debug)]
enum Change {
    Rename(usize, u32),
    Enter(i64),
    Leave(i64),
    /// What Bob does about Alice, in rooms that are his.
    LetIn(i64),
    PutOut(i64),
    Ban(i64),
    Lift(i64),
    /// Whether she keeps order there.
    Role(i64, bool),
    /// Whether everybody sees it.
    Kind(i64, bool),
    /// Whether it can only be read.
    Archive(i64, bool),
    Read(i64, i64),
    MarkUnread(i64, i64),
    Post(usize, i64),
    Level(i64, Level),
    /// One of the others mentions her, and perhaps everybody.
    Mention(usize, i64, bool),
    /// What was said there is deleted.
    Delete(i64, i64),
    /// Whether she blocks one of the others.
    Block(usize, bool),
    /// What is done to her by who runs the house.
    Administer(Deed),
}

const DEEDS: [Deed; 4] = [
    Deed::Role(ServerRole::Member),
    Deed::Role(ServerRole::Moderator),
    Deed::Disable,
    Deed::Enable,
];

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let room = || 1..=ROOMS;
    let change = prop_oneof![
        1 => (0..3_usize, any::<u32>()).prop_map(|(who, name)| Change::Rename(who, name)),
        1 => room().prop_map(Change::Enter),
        1 => room().prop_map(Change::Leave),
        1 => room().prop_map(Change::LetIn),
        1 => room().prop_map(Change::PutOut),
        1 => room().prop_map(Change::Ban),
        1 => room().prop_map(Change::Lift),
        1 => (room(), any::<bool>()).prop_map(|(room, keeps)| Change::Role(room, keeps)),
        1 => (room(), any::<bool>()).prop_map(|(room, is)| Change::Kind(room, is)),
        1 => (room(), any::<bool>()).prop_map(|(room, is)| Change::Archive(room, is)),
        2 => (room(), 0..20_i64).prop_map(|(room, seq)| Change::Read(room, seq)),
        1 => (room(), 1..20_i64).prop_map(|(room, number)| Change::MarkUnread(room, number)),
        3 => (0..2_usize, room()).prop_map(|(who, room)| Change::Post(who, room)),
        3 => (1..3_usize, room(), any::<bool>()).prop_map(|(who, room, all)| Change::Mention(who, room, all)),
        1 => (room(), 1..20_i64).prop_map(|(room, number)| Change::Delete(room, number)),
        2 => (1..3_usize, any::<bool>()).prop_map(|(who, is)| Change::Block(who, is)),
        2 => (room(), 0..3_usize).prop_map(|(room, which)| Change::Level(room, Level::ALL[which])),
        2 => (0..DEEDS.len()).prop_map(|which| Change::Administer(DEEDS[which])),
    ];
    proptest::collection::vec(change, 0..40)
}

/// Of Alice, and two others who are called something.
struct World {
    bench: Bench,
    people: Vec<Scope>,
}

impl World {
    async fn new() -> Self {
        let bench = Bench::new().await;
        let mut people = Vec::new();
        for name in ["Alice", "Bob", "Carol"] {
            people.push(bench.guest(name).await);
        }
        // Guests have no other role.
        let account = format!(
            "UPDATE users SET kind = 'member' WHERE id = {}",
            user(&people[0]).id
        );
        bench.change(account).await;
        for room in 2..=ROOMS {
            let draft = NewRoom {
                name: format!("Room {room}"),
                ..NewRoom::default()
            };
            create(&bench.ctx, &people[1], draft).await.unwrap();
        }
        Self { bench, people }
    }

    fn alice(&self) -> &Scope {
        &self.people[0]
    }

    async fn make(&self, happens: Change) {
        let (ctx, alice, bob) = (&self.bench.ctx, self.alice(), &self.people[1]);
        let who = user(alice).id;
        let made = match happens {
            Change::LetIn(room) => let_in(ctx, bob, RoomId(room), who).await.map(drop),
            Change::PutOut(room) => put_out(ctx, bob, RoomId(room), who).await,
            Change::Ban(room) => {
                let banned = ban(ctx, bob, RoomId(room), who, NewBan::default());
                banned.await.map(drop)
            }
            Change::Lift(room) => lift_ban(ctx, bob, RoomId(room), who).await,
            Change::Role(room, keeps) => {
                let role = if keeps { "moderator" } else { "member" };
                give_role(ctx, bob, RoomId(room), who, role).await
            }
            Change::Kind(room, is_open) => {
                let kind = if is_open {
                    RoomKind::Open
                } else {
                    RoomKind::Closed
                };
                let changes = Changes {
                    kind: Some(kind),
                    ..Changes::default()
                };
                change(ctx, bob, RoomId(room), changes).await.map(drop)
            }
            Change::Archive(room, is_archived) => {
                let changes = Changes {
                    archived: Some(is_archived),
                    ..Changes::default()
                };
                change(ctx, bob, RoomId(room), changes).await.map(drop)
            }
            Change::Administer(deed) => administer(ctx, Actor::Machine, who, deed).await.map(drop),
            Change::Block(who, is_blocked) => {
                let who = user(&self.people[who]).id;
                match is_blocked {
                    true => block(ctx, alice, who).await,
                    false => unblock(ctx, alice, who).await,
                }
            }
            Change::Rename(who, name) => {
                let name = format!("Somebody {name}");
                rename(ctx, &self.people[who], &name).await.map(drop)
            }
            Change::Enter(room) => enter(ctx, alice, RoomId(room)).await.map(drop),
            Change::Leave(room) => leave(ctx, alice, RoomId(room)).await,
            Change::Read(room, seq) => read_up_to(ctx, alice, RoomId(room), Seq(seq)).await,
            Change::MarkUnread(room, number) => {
                mark_unread(ctx, alice, RoomId(room), Number(number)).await
            }
            Change::Mention(who, room, is_for_all) => {
                let name = "SELECT name FROM users WHERE id = 1";
                let name = match is_for_all {
                    true => "room".to_owned(),
                    false => self.bench.value::<String>(name).await,
                };
                let new = NewMessage {
                    content: format!("@{name}"),
                    mentions: Some(vec![user(alice).id]),
                    ..NewMessage::default()
                };
                let sent = messages::post(ctx, &self.people[who], RoomId(room), new);
                sent.await.map(drop)
            }
            Change::Delete(room, number) => {
                let number = Number(number);
                let bob = admin(bob);
                let deleted = messages::delete(ctx, &bob, RoomId(room), number).await;
                deleted.map(drop)
            }
            Change::Level(room, level) => set_level(ctx, alice, RoomId(room), level.name()).await,
            Change::Post(who, room) => {
                let sent = self.bench.send(&self.people[who], RoomId(room), "x", None);
                sent.await.map(drop)
            }
        };
        match made {
            // Who is kept out does nothing there, and what is nobody's to do changes nothing.
            Ok(())
            | Err(
                ServiceError::Banned
                | ServiceError::KeptOut
                | ServiceError::Forbidden
                | ServiceError::SignInRequired
                | ServiceError::ReadOnly(_)
                | ServiceError::RoomNotFound
                | ServiceError::MessageNotFound
                | ServiceError::PersonNotFound,
            ) => {}
            Err(error) => panic!("{error}"),
        }
    }

    async fn fresh(&self) -> Client {
        let ctx = &self.bench.ctx;
        let state = person_state(ctx, self.alice()).await.unwrap();
        let names = "SELECT name FROM users ORDER BY id";
        let archived = "SELECT id FROM rooms WHERE archived_at IS NOT NULL";
        let archived: Vec<i64> = ctx.store.query_sql(archived).await;
        let mut rooms = BTreeMap::new();
        for room in 1..=ROOMS {
            let room = RoomId(room);
            match parlour_server::rooms::get(ctx, self.alice(), room).await {
                Ok(seen) => drop(rooms.insert(room, seen.seq)),
                Err(ServiceError::RoomNotFound) => {}
                Err(error) => panic!("{error}"),
            }
        }
        Client {
            names: ctx.store.query_sql(names).await,
            house: Seq(self.bench.value("SELECT seq FROM house").await),
            read: state
                .read
                .iter()
                .map(|(id, read)| (*id, (read.seq, read.role, read.level)))
                .collect(),
            // Of those that stand in lists.
            mentions: (state.mentions.iter())
                .filter(|(room, _)| !archived.contains(&room.0))
                .map(|(room, numbers)| (*room, numbers.len() as i64))
                .collect(),
            me: state.me,
            blocked: state.blocked,
            role: state.role,
            rooms,
        }
    }
}

/// What a client holds.
#[derive(Clone, Debug, PartialEq)]
struct Client {
    /// In the order of the ids, which begin at 1.
    names: Vec<String>,
    house: Seq,
    /// Up to where Alice has read the rooms that she is a member of, her role there, and of what she is told.
    read: BTreeMap<RoomId, (Seq, RoomRole, Level)>,
    /// How much there mentions her that she has not read.
    mentions: BTreeMap<RoomId, i64>,
    me: Seq,
    blocked: Vec<UserId>,
    /// On the server; none while she is disabled.
    role: Option<ServerRole>,
    /// How far the client has each room.
    rooms: BTreeMap<RoomId, Seq>,
}

impl Client {
    async fn catch_up(&mut self, world: &World) {
        let (ctx, alice) = (&world.bench.ctx, world.alice());
        let house = house_since(ctx, &visitor(), self.house).await.unwrap();
        assert!(house.complete && !house.reset);
        for user in house.people {
            self.names[user.id.0 as usize - 1] = user.name;
        }
        self.house = house.to;
        for room in (1..=ROOMS).map(RoomId) {
            let seq = self.rooms.get(&room).copied().unwrap_or_default();
            let page = match sync(ctx, alice, room, seq).await {
                Ok(page) => page,
                // She sees it no more.
                Err(ServiceError::RoomNotFound) => {
                    self.rooms.remove(&room);
                    continue;
                }
                Err(error) => panic!("{error}"),
            };
            let own = page.messages.iter();
            let mut own = own.filter(|message| message.user_id == user(alice).id);
            // Posting is reading, and the room's message is what tells it.
            if let (Some((read, ..)), Some(own)) = (self.read.get_mut(&room), own.next_back()) {
                *read = (*read).max(own.number.seq());
            }
            self.rooms.insert(room, page.to);
        }
        let mine = mine_since(ctx, alice, self.me).await.unwrap();
        assert!(mine.complete && !mine.reset);
        // Who comes back has the list of rooms, and what changed in the stream says the same.
        let listed = list(ctx, alice).await.unwrap();
        let mentioning = listed.iter().filter(|entry| entry.mentions > 0);
        self.mentions = mentioning
            .map(|entry| (entry.room.id, entry.mentions))
            .collect();
        for (room, role) in mine.rooms.into_iter().zip(mine.roles) {
            let counted = self.mentions.get(&room.room_id).copied();
            if listed.iter().any(|entry| entry.room.id == room.room_id) {
                assert_eq!(room.mentions, counted.unwrap_or(0), "{room:?}");
            }
            match role {
                Some(role) => self
                    .read
                    .insert(room.room_id, (room.read, role, room.level)),
                None => self.read.remove(&room.room_id),
            };
        }
        // Where nothing of it changed since, the client does not ask, and what it holds is what is told.
        let told = (mine.blocked, mine.role);
        assert!(self.me < mine.to || (&self.blocked, self.role) == (&told.0, told.1));
        (self.blocked, self.role) = told;
        self.me = mine.to;
    }
}

async fn holds(changes: Vec<Change>, s: usize, t: usize) -> Result<(), TestCaseError> {
    let world = World::new().await;
    let mut until_t = changes.into_iter().take(t);
    for change in until_t.by_ref().take(s) {
        world.make(change).await;
    }
    let mut client = world.fresh().await;
    for change in until_t {
        world.make(change).await;
    }
    client.catch_up(&world).await;
    prop_assert_eq!(client, world.fresh().await);
    world.bench.ctx.drain().await;
    Ok(())
}

#[test]
fn a_client_that_was_away_has_the_names_and_rooms_that_a_fresh_one_has() {
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

#[tokio::test]
async fn a_sync_says_what_is_unread_and_nothing_of_a_room_that_was_left() {
    let world = World::new().await;
    let (ctx, alice) = (&world.bench.ctx, world.alice());
    for room in [1, 2] {
        enter(ctx, alice, RoomId(room)).await.unwrap();
    }
    for room in [1, 1, 2] {
        world.make(Change::Post(1, room)).await;
    }
    leave(ctx, alice, RoomId(2)).await.unwrap();
    read_up_to(ctx, alice, LOBBY, Seq(1)).await.unwrap();
    let mine = mine_since(ctx, alice, Seq(0)).await.unwrap();
    assert_eq!((mine.from, mine.to), (Seq(0), Seq(4)));
    let told = mine.rooms.iter();
    let told = told.map(|room| {
        (
            room.room_id.0,
            room.is_member,
            room.read.0,
            room.unread,
            room.seq.0,
        )
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [(2, false, 0, 0, 0), (1, true, 1, 1, 2)]
    );
}

#[tokio::test]
async fn posting_takes_no_place_and_joining_by_it_takes_one() {
    let world = World::new().await;
    let me = async || {
        person_state(&world.bench.ctx, world.alice())
            .await
            .unwrap()
            .me
    };
    assert_eq!(me().await, Seq(0));
    world.make(Change::Post(0, 1)).await;
    assert_eq!(me().await, Seq(1));
    world.make(Change::Post(0, 1)).await;
    assert_eq!(me().await, Seq(1));
    // Who leaves and posts again is a member again, in the place of what was left.
    world.make(Change::Leave(1)).await;
    world.make(Change::Post(0, 1)).await;
    assert_eq!(me().await, Seq(3));
    let rows = "SELECT count(*) FROM memberships WHERE user_id = 1";
    assert_eq!(world.bench.value::<i64>(rows).await, 1);
    let state = person_state(&world.bench.ctx, world.alice()).await.unwrap();
    assert_eq!(state.read[&LOBBY].seq, Seq(3));
}

#[tokio::test]
async fn a_receipt_that_waits_is_not_taken_back_by_a_sync() {
    let world = World::new().await;
    let (ctx, alice) = (&world.bench.ctx, world.alice());
    enter(ctx, alice, LOBBY).await.unwrap();
    for _ in 0..3 {
        world.make(Change::Post(1, 1)).await;
    }
    let held = ctx.store.hold_the_writer().await;
    parlour_server::rooms::mark_read(ctx, alice, LOBBY, Seq(3))
        .await
        .unwrap();
    let mine = mine_since(ctx, alice, Seq(0)).await.unwrap();
    assert_eq!((mine.to, mine.rooms[0].read), (Seq(1), Seq(3)));
    drop(held);
    world
        .bench
        .until(async || {
            let mine = mine_since(ctx, alice, Seq(1)).await.unwrap();
            mine.to == Seq(2) && mine.rooms[0].read == Seq(3)
        })
        .await;
}

#[tokio::test]
async fn a_long_sync_comes_in_pages_and_one_that_is_too_long_or_foreign_is_a_reset() {
    let world = World::new().await;
    let (ctx, alice) = (&world.bench.ctx, world.alice());
    let people = |upto: i64| {
        format!(
            "INSERT INTO users (name, folded, skeleton, kind, created_at, seq) \
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {upto}) \
            SELECT 'N' || i, 'n' || i, 'n' || i, 'guest', 0, (SELECT seq FROM house) + i FROM n; \
            UPDATE house SET seq = seq + {upto}"
        )
    };
    ctx.store.execute_sql(people(1_100)).await;
    let (mut at, mut pages) = (Seq(0), Vec::new());
    loop {
        let page = house_since(ctx, &visitor(), at).await.unwrap();
        assert_eq!((page.from, page.reset), (at, false));
        pages.push(page.people.len());
        at = page.to;
        if page.complete {
            break;
        }
    }
    assert_eq!((pages, at), (vec![500, 500, 100], Seq(1_100)));
    ctx.store.execute_sql(people(901)).await;
    for (after, is_reset) in [
        (0, true),
        (1, false),
        (2_001, false),
        (2_002, true),
        (-1, true),
    ] {
        let page = house_since(ctx, &visitor(), Seq(after)).await.unwrap();
        assert_eq!(page.reset, is_reset, "{after}");
        assert!(!is_reset || (page.people.is_empty() && page.complete));
        assert!(page.to == Seq(2_001) || !page.complete);
    }
    for after in [-1, 1] {
        assert!(mine_since(ctx, alice, Seq(after)).await.unwrap().reset);
    }
    let nobody = mine_since(ctx, &visitor(), Seq(0)).await;
    assert!(matches!(nobody, Err(ServiceError::SignInRequired)));
}
