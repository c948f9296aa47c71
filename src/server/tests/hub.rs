//! The hub without a network: fan-out, subscriptions and throttles under concurrency.

use crate::harness::eventually;
use parlour_protocol::{
    LeftReason, Message, Room, RoomId, RoomKind, RoomRules, Seq, Timestamp, UserId, samples,
};
use parlour_server::clock::{Clock, ManualClock, SystemClock};
use parlour_server::events::Publication;
use parlour_server::realtime::{
    Admitted, Attendee, Closing, Frame, Hub, Mailbox, Run, Socket, SocketKind, Subscriber, Ticker,
};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

const ROOM: RoomId = RoomId(1);
/// From one tick to the next.
const TICK: Duration = Duration::from_millis(250);

/// A hub with nobody in it, whose clock stands still.
fn quiet() -> (Hub, ManualClock) {
    let clock = ManualClock::stopped(Timestamp(0));
    let hub = Hub::start(Arc::new(clock.clone()), Duration::ZERO, Duration::ZERO);
    (hub, clock)
}

/// Lets the hub tick until something is so.
#[track_caller]
fn ticked_until(
    clock: &ManualClock,
    what: &str,
    is_so: impl Fn() -> bool,
) -> impl Future<Output = ()> {
    eventually(what, move || {
        clock.advance(TICK);
        std::future::ready(is_so())
    })
}

/// A socket of nobody, and what came to it.
struct Ear {
    socket: Socket,
    mailbox: Arc<Mailbox>,
}

impl Ear {
    fn new(hub: &Hub, kind: SocketKind) -> Self {
        let mailbox = Arc::new(Mailbox::default());
        let socket = hub.open(kind, Arc::clone(&mailbox) as _);
        Self { socket, mailbox }
    }

    fn in_room(hub: &Hub, room: RoomId) -> Self {
        let ear = Self::new(hub, SocketKind::One(room));
        ear.socket.subscribe(room, RoomRules::of(RoomKind::Open));
        ear
    }

    /// A socket of a person.
    fn of(hub: &Hub, kind: SocketKind, user: i64) -> Self {
        let ear = Self::new(hub, kind);
        let who = Attendee {
            id: UserId(user),
            name: format!("Guest {user}").into(),
            skeleton: format!("guest {user}").into(),
        };
        assert_eq!(
            ear.socket.identify(
                &who,
                Admitted::default(),
                HashMap::new(),
                Seq(0),
                false,
                || true
            ),
            Ok(())
        );
        ear
    }

    /// Everything of this type since it was last asked.
    fn heard(&self, kind: &str) -> Vec<Frame> {
        let kind = format!(r#""type":"{kind}""#);
        let (frames, _) = self.mailbox.take();
        frames.into_iter().filter(|f| f.contains(&kind)).collect()
    }
}

fn message(room: RoomId) -> Publication {
    let message = Message {
        room_id: room,
        ..samples::message(1)
    };
    Publication::Message {
        message: message.into(),
        posts: 1,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_that_are_subscribed_after_churn_get_the_frames() {
    let hub = Hub::start(Arc::new(SystemClock), Duration::ZERO, Duration::ZERO);
    for round in 1..=1_000 {
        let room = RoomId(round);
        let leaving = [(); 2].map(|()| Ear::in_room(&hub, room));
        let joining = [(); 2].map(|()| Ear::new(&hub, SocketKind::One(room)));
        let at_once = Barrier::new(4 + usize::from(round % 3 == 0));
        thread::scope(|threads| {
            for (leaving, joining) in leaving.iter().zip(&joining) {
                threads.spawn(|| {
                    at_once.wait();
                    leaving.socket.unsubscribe(room);
                });
                threads.spawn(|| {
                    at_once.wait();
                    joining
                        .socket
                        .subscribe(room, RoomRules::of(RoomKind::Open));
                });
            }
            if round % 3 == 0 {
                threads.spawn(|| {
                    at_once.wait();
                    hub.publish(Publication::RoomDeleted(room));
                });
            }
        });
        hub.publish(message(room));
        for ear in leaving.iter().chain(&joining) {
            let is_in = ear.socket.has_joined(room);
            assert_eq!(ear.heard("message").len(), usize::from(is_in), "{round}");
        }
        let everybody_stays = round % 3 != 0;
        if everybody_stays {
            assert!(joining.iter().all(|ear| ear.socket.has_joined(room)));
        }
    }
}

#[tokio::test]
async fn a_room_that_changed_is_told_once_to_everybody_who_may_see_it() {
    let (hub, _) = quiet();
    let inside = Ear::new(&hub, SocketKind::Many);
    inside.socket.subscribe(ROOM, RoomRules::of(RoomKind::Open));
    let one = Ear::in_room(&hub, ROOM);
    let outside = Ear::new(&hub, SocketKind::Many);
    let elsewhere = Ear::in_room(&hub, RoomId(2));
    let not_yet = Ear::new(&hub, SocketKind::One(ROOM));
    hub.publish(message(ROOM));
    let room = Room {
        seq: Seq(2),
        ..samples::room(ROOM, "Attic")
    };
    hub.publish(Publication::RoomChanged {
        room,
        rules: RoomRules::of(RoomKind::Open),
    });
    let heard = [&inside, &one, &outside, &elsewhere, &not_yet];
    let heard = heard.map(|ear| ear.heard("room_changed").len());
    assert_eq!(heard, [1, 1, 1, 0, 0]);
    assert_eq!(inside.socket.seq(ROOM), Seq(2));
    inside.socket.heard();
    inside.socket.heartbeat();
    let [heartbeat] = &inside.heard("heartbeat")[..] else {
        panic!("one heartbeat");
    };
    assert!(heartbeat.contains(r#""1":2"#), "{heartbeat:?}");
}

/// The hub does not know these rooms: the last one out takes the channel away.
#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_joins_as_the_last_one_leaves_is_subscribed() {
    let hub = Hub::start(Arc::new(SystemClock), Duration::ZERO, Duration::ZERO);
    let [going, coming] = [(); 2].map(|()| Ear::new(&hub, SocketKind::Many));
    let rooms = || (1..=50_000).map(RoomId);
    let missed = AtomicUsize::new(0);
    // A barrier that spins: what happens at once takes less time than to wake somebody.
    let met = AtomicUsize::new(0);
    let meet = || {
        let both = (met.fetch_add(1, Ordering::SeqCst) / 2 + 1) * 2;
        while met.load(Ordering::SeqCst) < both {
            thread::yield_now();
        }
    };
    thread::scope(|threads| {
        threads.spawn(|| {
            for room in rooms() {
                going.socket.subscribe(room, RoomRules::of(RoomKind::Open));
                meet();
                going.socket.unsubscribe(room);
                meet();
                going.heard("message");
            }
        });
        threads.spawn(|| {
            for room in rooms() {
                meet();
                coming.socket.subscribe(room, RoomRules::of(RoomKind::Open));
                meet();
                hub.publish(message(room));
                // Nobody fails here, where the other one would wait for ever.
                let heard = coming.heard("message").len();
                missed.fetch_add(1 - heard, Ordering::SeqCst);
                hub.publish(Publication::RoomDeleted(room));
            }
        });
    });
    assert_eq!(missed.into_inner(), 0);
}

#[tokio::test]
async fn a_room_that_is_gone_is_not_entered() {
    let (hub, _) = quiet();
    let alice = Ear::in_room(&hub, ROOM);
    identify(&alice.socket);
    hub.publish(Publication::RoomDeleted(ROOM));
    alice.socket.arrive(ROOM, false);
    assert_eq!(hub.online(ROOM), 0);
    assert!(!alice.socket.has_joined(ROOM));
}

#[tokio::test]
async fn all_listeners_share_the_same_bytes() {
    let (hub, _) = quiet();
    let ears = [(); 3].map(|()| Ear::in_room(&hub, ROOM));
    hub.publish(message(ROOM));
    let frames = ears.each_ref().map(|ear| ear.heard("message").remove(0));
    let places = frames.each_ref().map(|frame| frame.as_str().as_ptr());
    assert_eq!(places, [places[0]; 3], "shared, not copied");
}

/// Counts the frames of each write.
#[derive(Default)]
struct Writes(Mutex<Vec<usize>>);

impl Subscriber for Writes {
    fn try_send(&self, _: Frame) {
        self.0.lock().unwrap().push(1);
    }

    fn try_send_run(&self, run: &Run<'_>) {
        self.0.lock().unwrap().push(run.frames().len());
    }

    fn close(&self, _: Closing) {}

    fn hang_up(&self) {}
}

#[tokio::test]
async fn room_activity_of_all_rooms_is_one_write() {
    let (hub, clock) = quiet();
    let writes = Arc::new(Writes::default());
    let _page = hub.open(SocketKind::Many, Arc::clone(&writes) as _);
    (1..=3).for_each(|room| hub.learn(RoomId(room), Seq(0), 0));
    let say = || hub.publish_all((1..=3).map(|room| message(RoomId(room))));
    // A tick may come while it is said.
    ticked_until(&clock, "a write has the news of three rooms", || {
        say();
        writes.0.lock().unwrap().contains(&3)
    })
    .await;
}

/// Breaks whoever sends it something, once.
#[derive(Default)]
struct Broken(AtomicBool);

impl Subscriber for Broken {
    fn try_send(&self, _: Frame) {
        assert!(self.0.swap(true, Ordering::SeqCst), "a bug, on purpose");
    }

    fn close(&self, _: Closing) {}

    fn hang_up(&self) {}
}

#[tokio::test]
async fn a_tick_that_panics_is_not_the_last() {
    let (hub, clock) = quiet();
    let alice = Ear::in_room(&hub, ROOM);
    identify(&alice.socket);
    let broken = Arc::new(Broken::default());
    let socket = hub.open(SocketKind::Many, Arc::clone(&broken) as _);
    socket.subscribe(ROOM, RoomRules::of(RoomKind::Open));
    alice.socket.typing(ROOM, true);
    let has_panicked = || broken.0.load(Ordering::SeqCst);
    ticked_until(&clock, "a tick panics", has_panicked).await;
    alice.heard("typing");
    alice.socket.typing(ROOM, false);
    let is_told = || !alice.heard("typing").is_empty();
    ticked_until(&clock, "the next one says what is due", is_told).await;
}

fn identify(socket: &Socket) {
    let alice = Attendee {
        id: UserId(1),
        name: "Alice".into(),
        skeleton: "alice".into(),
    };
    assert_eq!(
        socket.identify(
            &alice,
            Admitted::default(),
            HashMap::new(),
            Seq(0),
            false,
            || true
        ),
        Ok(())
    );
}

#[tokio::test]
async fn activity_in_many_rooms_closes_no_socket() {
    const ROOMS: usize = 200;
    let (hub, clock) = quiet();
    let watcher = Ear::new(&hub, SocketKind::Many);
    for room in (1..=ROOMS as i64).map(RoomId) {
        hub.learn(room, Seq(0), 0);
        hub.publish(message(room));
    }
    let heard = AtomicUsize::new(0);
    ticked_until(&clock, "every room is announced", || {
        let (frames, closing) = watcher.mailbox.take();
        assert!(closing.is_none(), "thrown out after {heard:?} rooms");
        let activity = frames
            .iter()
            .filter(|frame| frame.contains("room_activity"));
        heard.fetch_add(activity.count(), Ordering::Relaxed);
        heard.load(Ordering::Relaxed) == ROOMS
    })
    .await;
}

/// Counts the bytes of each frame.
#[derive(Default)]
struct News(Mutex<Vec<usize>>);

impl Subscriber for News {
    fn try_send(&self, frame: Frame) {
        self.0.lock().unwrap().push(frame.wire().len());
    }

    fn close(&self, _: Closing) {}

    fn hang_up(&self) {}
}

#[tokio::test]
async fn room_activity_is_limited_to_4_kib_a_second_and_all_arrives() {
    const ROOMS: usize = 200;
    let (hub, clock) = quiet();
    let news = Arc::new(News::default());
    let _page = hub.open(SocketKind::Many, Arc::clone(&news) as _);
    let began = clock.monotonic();
    (1..=ROOMS as i64).for_each(|room| hub.learn(RoomId(room), Seq(0), 0));
    hub.publish_all((1..=ROOMS as i64).map(|room| message(RoomId(room))));
    ticked_until(&clock, "every room is announced", || {
        news.0.lock().unwrap().len() == ROOMS
    })
    .await;
    // A tick is late on a busy machine, and never early; the first may come at once.
    let bytes: usize = news.0.lock().unwrap().iter().sum();
    assert!(bytes > 2 * 4_096);
    let seconds = (clock.monotonic() - began).as_secs_f64();
    assert!(
        seconds + 1.0 >= bytes as f64 / 4_096.0,
        "{bytes} in {seconds} s"
    );
}

/// A closed room that these people are members of.
fn close(hub: &Hub, room: RoomId, members: &[i64]) {
    let members = members.iter().copied().map(UserId).collect();
    hub.learn_members(room, RoomRules::of(RoomKind::Closed), members);
}

#[tokio::test]
async fn a_closed_room_is_told_to_its_members_and_to_nobody_else() {
    let (hub, clock) = quiet();
    close(&hub, ROOM, &[1]);
    hub.learn(RoomId(2), Seq(0), 0);
    let ears = [1, 2].map(|user| Ear::of(&hub, SocketKind::Many, user));
    let [member, outsider] = &ears;
    let nobody = Ear::new(&hub, SocketKind::Many);
    let one = Ear::of(&hub, SocketKind::One(ROOM), 2);
    // Whatever they were told before.
    assert!(
        !outsider
            .socket
            .subscribe(ROOM, RoomRules::of(RoomKind::Closed))
    );
    assert!(
        !nobody
            .socket
            .subscribe(ROOM, RoomRules::of(RoomKind::Closed))
    );
    assert!(!one.socket.subscribe(ROOM, RoomRules::of(RoomKind::Closed)));
    outsider.socket.arrive(ROOM, false);
    outsider.socket.typing(ROOM, true);
    hub.publish(message(ROOM));
    hub.publish(Publication::RoomChanged {
        room: samples::room(ROOM, "Den"),
        rules: RoomRules::of(RoomKind::Closed),
    });
    // Of an open one all hear, so that all have been told what there is to tell.
    hub.publish(message(RoomId(2)));
    let activity = AtomicUsize::new(0);
    ticked_until(&clock, "the open room is heard of", || {
        let heard = nobody.heard("room_activity");
        assert!(heard.iter().all(|frame| frame.contains(r#""room_id":2"#)));
        activity.fetch_add(heard.len(), Ordering::Relaxed) + heard.len() > 0
    })
    .await;
    ticked_until(&clock, "the member hears of both", || {
        member
            .heard("room_activity")
            .iter()
            .any(|frame| frame.contains(r#""room_id":1"#))
    })
    .await;
    hub.publish(Publication::RoomDeleted(ROOM));
    for ear in [outsider, &nobody, &one] {
        let (frames, closing) = ear.mailbox.take();
        assert!(closing.is_none());
        let told = frames
            .iter()
            .find(|frame| frame.contains(r#"_id":1"#) || frame.contains("Den"));
        assert!(told.is_none(), "{told:?}");
    }
    assert_eq!(member.heard("room_deleted").len(), 1);
}

#[tokio::test]
async fn who_is_put_out_hears_that_and_nothing_after_it_however_much_is_sent_beside() {
    let (hub, clock) = quiet();
    for round in 0..200 {
        let room = RoomId(100 + round);
        close(&hub, room, &[1, 2]);
        let bob = Ear::of(&hub, SocketKind::Many, 2);
        let alice = Ear::of(&hub, SocketKind::Many, 1);
        for ear in [&alice, &bob] {
            assert!(ear.socket.subscribe(room, RoomRules::of(RoomKind::Closed)));
            ear.socket.arrive(room, false);
            ear.socket.heard();
        }
        let at_once = Barrier::new(4);
        thread::scope(|threads| {
            threads.spawn(|| {
                at_once.wait();
                let user = UserId(2);
                hub.publish_all([
                    Publication::Left {
                        room,
                        user,
                        me: Seq(1),
                        reason: Some(LeftReason::PutOut),
                    },
                    Publication::RoomHidden { room, user },
                ]);
            });
            threads.spawn(|| {
                at_once.wait();
                bob.socket.heartbeat();
                bob.socket.subscribe(room, RoomRules::of(RoomKind::Closed));
            });
            threads.spawn(|| {
                at_once.wait();
                alice.socket.typing(room, true);
                clock.advance(TICK);
                hub.tick(&mut Ticker::default());
            });
            threads.spawn(|| {
                at_once.wait();
                alice.socket.arrive(room, false);
            });
        });
        assert!(!bob.socket.subscribe(room, RoomRules::of(RoomKind::Closed)));
        hub.publish(message(room));
        let (frames, closing) = bob.mailbox.take();
        assert!(closing.is_none());
        let number = format!("{}", room.0);
        let told = frames.iter().filter(|frame| frame.contains(&number));
        let told: Vec<_> = told.collect();
        let [.., left, hidden] = &told[..] else {
            panic!("{told:?}");
        };
        assert!(left.contains(r#""left""#), "{told:?}");
        assert!(hidden.contains(r#""room_deleted""#), "{told:?}");
    }
}
