//! What is known without asking the database: who a session is of, and how far they have read. It is dropped by what
//! changes it, at once, and by nothing else.

use super::statements::traced_sql;
use super::*;
use parlour_protocol::{Number, RoomKind, Seq, UserId};
use parlour_server::accounts::{Token, authenticate, create_guest, rename};
use parlour_server::rooms::{
    self, Changes, NewRoom, belongs_to, enter, leave, list, mark_unread, read_up_to,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

struct Somebody {
    scope: Scope,
    token: Token,
}

async fn somebody(bench: &Bench, name: &str) -> Somebody {
    let made = create_guest(&bench.ctx, &visitor(), name).await;
    let (_, token) = made.unwrap();
    let person = authenticate(&bench.ctx, token.as_str()).await.unwrap();
    let scope = Scope {
        person,
        address: HOME.into(),
    };
    Somebody { scope, token }
}

impl Somebody {
    fn id(&self) -> UserId {
        user(&self.scope).id
    }

    /// What the database is asked to know who this is.
    async fn asked_who(&self, bench: &Bench) -> String {
        traced_sql(authenticate(&bench.ctx, self.token.as_str())).await
    }

    /// What it is asked to know how far they have read.
    async fn asked_where(&self, bench: &Bench) -> String {
        traced_sql(belongs_to(&bench.ctx, &self.scope)).await
    }

    /// Whether it is asked nothing of theirs, whatever the sweeper asks that time wakes.
    async fn is_known_beside_the_sweeper(&self, bench: &Bench) -> bool {
        for _ in 0..50 {
            if self.asked_who(bench).await.is_empty() {
                return true;
            }
        }
        false
    }

    async fn is_known(&self, bench: &Bench) -> (bool, bool) {
        let who = self.asked_who(bench).await.is_empty();
        (who, self.asked_where(bench).await.is_empty())
    }

    async fn gets_known(&self, bench: &Bench) {
        authenticate(&bench.ctx, self.token.as_str()).await.unwrap();
        belongs_to(&bench.ctx, &self.scope).await.unwrap();
        assert_eq!(self.is_known(bench).await, (true, true));
    }
}

async fn room(bench: &Bench, maker: &Somebody, name: &str) -> RoomId {
    let new = NewRoom {
        name: name.to_owned(),
        ..NewRoom::default()
    };
    rooms::create(&bench.ctx, &maker.scope, new)
        .await
        .unwrap()
        .id
}

#[tokio::test]
async fn what_others_do_leaves_a_session_and_read_positions_known() {
    let bench = Bench::new().await;
    let (alice, bob) = (
        somebody(&bench, "Alice").await,
        somebody(&bench, "Bob").await,
    );
    let elsewhere = room(&bench, &bob, "Elsewhere").await;
    enter(&bench.ctx, &alice.scope, LOBBY).await.unwrap();
    bench.post(&bob.scope, "before").await;
    alice.gets_known(&bench).await;
    // In a room of hers, too.
    for place in [LOBBY, elsewhere] {
        let said = bench.send(&bob.scope, place, "x", None).await.unwrap();
        let seq = said.message.seq;
        read_up_to(&bench.ctx, &bob.scope, place, seq)
            .await
            .unwrap();
    }
    rename(&bench.ctx, &bob.scope, "Robert").await.unwrap();
    leave(&bench.ctx, &bob.scope, LOBBY).await.unwrap();
    somebody(&bench, "Carol").await;
    assert_eq!(alice.is_known(&bench).await, (true, true));
    // Which rooms there are leaves at least who she is.
    let delete = rooms::delete(&bench.ctx, &bob.scope, elsewhere);
    delete.await.unwrap();
    assert_eq!(alice.is_known(&bench).await, (true, false));
}

#[tokio::test]
async fn another_name_is_known_at_once() {
    let bench = Bench::new().await;
    let (alice, bob) = (
        somebody(&bench, "Alice").await,
        somebody(&bench, "Bob").await,
    );
    bob.gets_known(&bench).await;
    for name in ["Zoe", "Alice", "Zo\u{eb}"] {
        alice.gets_known(&bench).await;
        rename(&bench.ctx, &alice.scope, name).await.unwrap();
        let person = authenticate(&bench.ctx, alice.token.as_str()).await;
        assert_eq!(person.unwrap().unwrap().user.name, name);
    }
    assert_eq!(bob.is_known(&bench).await, (true, true));
}

#[tokio::test]
async fn a_session_in_use_is_renewed_once_a_day_and_known_all_the_time() {
    let bench = Bench::new().await;
    let alice = somebody(&bench, "Alice").await;
    for _ in 0..40 {
        bench.clock.advance(DAY + Duration::from_millis(1));
        let renewed = alice.asked_who(&bench).await;
        assert!(renewed.contains("execute"), "{renewed}");
        assert!(alice.is_known_beside_the_sweeper(&bench).await);
    }
    let expires: i64 = bench.value("SELECT expires_at FROM sessions").await;
    let life = 30 * i64::try_from(DAY.as_millis()).unwrap();
    assert_eq!(expires, bench.clock.now().0 + life);
    // Known or not, it ends when its time is over.
    bench.clock.advance(30 * DAY);
    let ended = authenticate(&bench.ctx, alice.token.as_str()).await;
    assert!(ended.unwrap().is_none());
}

#[tokio::test]
async fn a_session_that_is_not_renewed_is_known_and_tried_again() {
    let bench = Bench::on_a_file().await;
    let alice = somebody(&bench, "Alice").await;
    bench.clock.advance(2 * DAY);
    bench
        .change(
            "CREATE TRIGGER refusing BEFORE UPDATE ON sessions \
            BEGIN SELECT RAISE(ABORT, 'not now'); END",
        )
        .await;
    for _ in 0..2 {
        let person = authenticate(&bench.ctx, alice.token.as_str()).await;
        assert_eq!(person.unwrap().unwrap().user.id, alice.id());
    }
    bench.change("DROP TRIGGER refusing").await;
    let before: i64 = bench.value("SELECT expires_at FROM sessions").await;
    alice.asked_who(&bench).await;
    let after: i64 = bench.value("SELECT expires_at FROM sessions").await;
    assert!(after > before);
    assert!(alice.is_known_beside_the_sweeper(&bench).await);
}

#[tokio::test]
async fn who_is_put_out_of_a_closed_room_is_known_to_be_at_once() {
    let bench = Bench::new().await;
    let (alice, bob) = (
        somebody(&bench, "Alice").await,
        somebody(&bench, "Bob").await,
    );
    let store = &bench.ctx.store;
    let den = store
        .make_room(RoomKind::Closed, alice.id(), "Den")
        .await
        .id;
    let seen = async |who: &Somebody| {
        let seen = rooms::visibility(&bench.ctx, &who.scope).await.unwrap();
        seen.has(&[den])
    };
    for _ in 0..3 {
        assert!(!seen(&bob).await);
        let now = bench.clock.now();
        store.let_in(bob.id(), den, now).await.unwrap();
        assert!(seen(&bob).await);
        alice.gets_known(&bench).await;
        assert!(store.put_out(bob.id(), den).await.unwrap());
        assert!(!seen(&bob).await);
        assert_eq!(alice.is_known(&bench).await, (true, true));
    }
    rooms::delete(&bench.ctx, &alice.scope, den).await.unwrap();
    assert!(!seen(&alice).await);
}

/// A sequence that looks drawn, and is the same each time.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// Of each room they list: its id, how much is unread, and whether it is theirs. Once as it is known, once as it is.
async fn known_and_read(bench: &Bench, who: &Somebody) -> [Vec<(RoomId, i64, bool)>; 2] {
    let entries = list(&bench.ctx, &who.scope).await.unwrap();
    let positions = read_positions(&bench.ctx, &who.scope).await.unwrap();
    let mut own: Vec<RoomId> = positions.keys().copied().collect();
    own.sort_unstable();
    let known = belongs_to(&bench.ctx, &who.scope).await.unwrap();
    assert_eq!(*known, own[..]);
    let mut read = Vec::new();
    for entry in &entries {
        let RoomId(id) = entry.room.id;
        let posts = format!("SELECT posts FROM rooms WHERE id = {id}");
        let posts: i64 = bench.value(&posts).await;
        let position = positions.get(&entry.room.id);
        let unread = position.map_or(0, |read| posts - read.posts);
        read.push((entry.room.id, unread, position.is_some()));
    }
    let known = entries.into_iter();
    let known = known.map(|entry| (entry.room.id, entry.unread, entry.is_member));
    [known.collect(), read]
}

#[tokio::test]
async fn whatever_happens_what_is_known_is_what_reading_again_gives() {
    let bench = Bench::new().await;
    let ctx = &bench.ctx;
    let people = [
        somebody(&bench, "Alice").await,
        somebody(&bench, "Bob").await,
        somebody(&bench, "Carol").await,
    ];
    let mut drawn = Drawn(7);
    let mut places = vec![LOBBY];
    for step in 0..250 {
        let who = &people[drawn.below(people.len())];
        let place = places[drawn.below(places.len())];
        let number = 1 + drawn.below(9) as i64;
        // What is refused changes nothing.
        match drawn.below(11) {
            0 | 1 => drop(bench.send(&who.scope, place, "x", None).await),
            2 => drop(enter(ctx, &who.scope, place).await),
            3 => drop(leave(ctx, &who.scope, place).await),
            4 => drop(read_up_to(ctx, &who.scope, place, Seq(number)).await),
            5 => drop(mark_unread(ctx, &who.scope, place, Number(number)).await),
            6 => drop(ctx.store.let_in(who.id(), place, bench.clock.now()).await),
            7 => drop(ctx.store.put_out(who.id(), place).await),
            8 if place != LOBBY => drop(rooms::delete(ctx, &who.scope, place).await),
            9 => {
                let kind = [RoomKind::Open, RoomKind::Closed, RoomKind::Direct][drawn.below(3)];
                let name = format!("Room {step}");
                places.push(ctx.store.make_room(kind, who.id(), &name).await.id);
            }
            _ => {
                let changes = Changes {
                    name: Some(format!("Renamed {step}")),
                    ..Changes::default()
                };
                drop(rooms::change(ctx, &who.scope, place, changes).await);
            }
        }
        for who in &people {
            let [known, read] = known_and_read(&bench, who).await;
            assert_eq!(known, read, "step {step}");
        }
    }
}
