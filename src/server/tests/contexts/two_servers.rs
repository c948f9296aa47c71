//! Two servers that write in one database of PostgreSQL at once. The lease keeps them apart so far; what they write
//! would be right without it.

use super::*;
use futures::future::join_all;
use parlour_server::clock::Random;
use parlour_test_postgres::PostgresServer;
use std::sync::atomic::{AtomicBool, Ordering};

/// Draws the same first, which is the secret of the lease: for the database they are one server then.
#[derive(Default)]
struct OneLease(AtomicBool);

impl Random for OneLease {
    fn fill(&self, bytes: &mut [u8]) {
        match self.0.swap(true, Ordering::Relaxed) {
            false => bytes.fill(7),
            true => SystemRandom.fill(bytes),
        }
    }
}

/// Two servers, and somebody who writes on both; none where PostgreSQL is left out.
async fn two() -> Option<(Bench, Arc<Context>, Scope)> {
    let postgres = PostgresServer::of_this_process()?.database().unwrap();
    let folder = quick_folder();
    let mut settings = settings_in(&folder);
    settings.database.url = postgres.url().parse().unwrap();
    settings.database.pool_size = 2;
    let clock = ManualClock::stopped(Timestamp(1_767_323_045_678));
    let open = async || {
        let random = Arc::new(OneLease::default());
        Context::open_with(settings.clone(), Arc::new(clock.clone()), random)
            .await
            .unwrap()
    };
    let (one, other) = (open().await, open().await);
    let bench = Bench {
        ctx: one,
        clock,
        folder,
        _postgres: Some(postgres),
    };
    let alice = bench.guest("Alice").await;
    Some((bench, other, alice))
}

async fn say(
    ctx: &Context,
    who: &Scope,
    room: RoomId,
    key: String,
) -> Result<Posted, ServiceError> {
    let new = NewMessage {
        content: key.clone(),
        client_id: Some(key),
        ..NewMessage::default()
    };
    messages::post(ctx, who, room, new).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_and_each_room_has_one_order() {
    let Some((bench, other, alice)) = two().await else {
        return;
    };
    let servers = [&bench.ctx, &other];
    let sends = (0..300).flat_map(|n| {
        // Each key goes to both at once.
        let (bench, alice) = (&bench, &alice);
        servers.map(move |ctx| async move {
            loop {
                match say(ctx, alice, LOBBY, format!("k{n}")).await {
                    Ok(posted) => return posted.message.number,
                    // Those that waited too long, or met in a deadlock, come again.
                    Err(error) if error.is_about_writing() => bench.clock.advance(Duration::ZERO),
                    Err(error) => panic!("{error}"),
                }
            }
        })
    });
    let numbers = join_all(sends).await;
    for pair in numbers.chunks(2) {
        assert_eq!(pair[0], pair[1], "one send, one message");
    }
    let seqs: Vec<i64> = bench
        .ctx
        .store
        .query_sql("SELECT seq FROM messages WHERE room_id = 1 ORDER BY number")
        .await;
    assert_eq!(seqs, (1..=300).collect::<Vec<_>>(), "one dense order");
    let counted: i64 = bench.value("SELECT posts FROM rooms WHERE id = 1").await;
    assert_eq!(counted, 300);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_in_two_rooms_at_once_fails_alone_and_leaves_no_gap() {
    let Some((bench, other, alice)) = two().await else {
        return;
    };
    let new = parlour_server::rooms::NewRoom {
        name: "Garden".to_owned(),
        ..parlour_server::rooms::NewRoom::default()
    };
    let garden = parlour_server::rooms::create(&bench.ctx, &alice, new)
        .await
        .unwrap()
        .id;
    for round in 0..20 {
        let key = format!("both {round}");
        let crowd = (0..10).map(|n| say(&bench.ctx, &alice, LOBBY, format!("{round}.{n}")));
        let (here, there, crowd) = tokio::join!(
            say(&bench.ctx, &alice, LOBBY, key.clone()),
            say(&other, &alice, garden, key),
            join_all(crowd),
        );
        assert!(crowd.iter().all(Result::is_ok), "the others of its group");
        let made = [here, there].map(|posted| posted.unwrap().message);
        assert_eq!(
            made[0].room_id, made[1].room_id,
            "the later one is a repeat"
        );
    }
    for room in [LOBBY, garden] {
        let seqs = format!(
            "SELECT seq FROM messages WHERE room_id = {} ORDER BY number",
            room.0
        );
        let seqs: Vec<i64> = bench.ctx.store.query_sql(seqs).await;
        assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>());
    }
}
