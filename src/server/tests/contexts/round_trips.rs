//! How often a PostgreSQL is waited for: these numbers are what the network between costs, and do not grow with a
//! group.

use super::*;
use futures::future::join_all;
use parlour_server::messages::{View, sync};
use parlour_server::page_content::{At, place};
use parlour_test_postgres::PostgresServer;
use std::sync::atomic::{AtomicUsize, Ordering};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Counts the waits for the database.
#[derive(Clone, Default)]
struct RoundTrips(Arc<AtomicUsize>);

impl<S: tracing::Subscriber> Layer<S> for RoundTrips {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        if event.metadata().target() == "round_trip" {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

async fn counted<T>(work: impl Future<Output = T>) -> (usize, T) {
    let trips = RoundTrips::default();
    // As in `statements`: a single listener might stay unheard.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let guard = tracing_subscriber::registry()
        .with(trips.clone())
        .set_default();
    let done = work.await;
    drop(guard);
    (trips.0.load(Ordering::Relaxed), done)
}

/// A lobby with sixty messages, and somebody in it; none where PostgreSQL is left out.
async fn lobby() -> Option<(Bench, Scope)> {
    lobby_with(|_| {}).await
}

async fn lobby_with(set: impl FnOnce(&mut Settings)) -> Option<(Bench, Scope)> {
    let postgres = PostgresServer::of_this_process()?.database().unwrap();
    let folder = quick_folder();
    let mut settings = settings_in(&folder);
    settings.database.url = postgres.url().parse().unwrap();
    // So that what is warm is warm for whoever asks next.
    settings.database.pool_size = 1;
    set(&mut settings);
    let bench = Bench::open(folder, settings, Some(postgres)).await;
    let alice = bench.guest("Alice").await;
    let sends = (0..60).map(|_| bench.send(&alice, LOBBY, "x", None));
    join_all(sends).await;
    Some((bench, alice))
}

#[tokio::test]
async fn a_group_of_sends_takes_four_round_trips_whatever_its_size() {
    let Some((bench, alice)) = lobby().await else {
        return;
    };
    bench.post(&alice, "warm").await;
    let (one, _) = counted(bench.post(&alice, "one")).await;
    let held = bench.ctx.store.hold_the_writer().await;
    let sends = (0..200).map(|_| bench.send(&alice, LOBBY, "one of many", None));
    let all = async {
        let (sent, ()) = tokio::join!(join_all(sends), async { drop(held) });
        sent
    };
    let (many, sent) = counted(all).await;
    assert!(sent.iter().all(Result::is_ok));
    // The rooms, the facts, the rows, the commit.
    assert_eq!((one, many), (4, 4));
}

#[tokio::test]
async fn receipts_of_a_crowd_take_three_round_trips_whatever_its_size() {
    let Some((bench, alice)) = lobby().await else {
        return;
    };
    let mut crowd = Vec::new();
    for n in 0..40 {
        let reader = bench.guest(&format!("Reader {n}")).await;
        parlour_server::rooms::enter(&bench.ctx, &reader, LOBBY)
            .await
            .unwrap();
        crowd.push(reader);
    }
    let unread =
        "SELECT count(*) FROM memberships WHERE read_seq < (SELECT seq FROM rooms WHERE id = 1)";
    for is_warm in [false, true] {
        let seq = bench.post(&alice, "to be read").await.seq;
        for reader in &crowd {
            let read = parlour_server::rooms::mark_read(&bench.ctx, reader, LOBBY, seq);
            read.await.unwrap();
        }
        // The first was written at once; all others wait for the clock, which stands still.
        let (trips, ()) = counted(bench.ctx.write_read_receipts()).await;
        assert_eq!(bench.value::<i64>(unread).await, 0);
        // The seqs of their streams, the positions, the commit.
        assert!(!is_warm || trips == 3, "{trips}");
    }
}

#[tokio::test]
async fn behind_a_pooler_nothing_is_prepared_and_all_is_the_same() {
    let without = |settings: &mut Settings| settings.database.statement_cache = false;
    let Some((bench, alice)) = lobby_with(without).await else {
        return;
    };
    let at = Some(At {
        room: LOBBY,
        view: View::Newest,
    });
    let page = place(&bench.ctx, &alice, at).await.unwrap();
    assert_eq!(page.open.unwrap().history.messages.len(), 50);
    let missed = sync(&bench.ctx, &visitor(), LOBBY, parlour_protocol::Seq(40)).await;
    assert_eq!(missed.unwrap().messages.len(), 20);
    let prepared = "SELECT count(*) FROM pg_prepared_statements";
    assert_eq!(bench.value::<i64>(prepared).await, 0);
}

#[tokio::test]
async fn a_page_of_a_room_takes_four_round_trips_at_most_and_a_page_of_a_sync_three() {
    let Some((bench, alice)) = lobby().await else {
        return;
    };
    let at = |view| Some(At { room: LOBBY, view });
    let around = View::Around(parlour_protocol::Number(30));
    for view in [View::Newest, around] {
        place(&bench.ctx, &alice, at(view)).await.unwrap();
        // What is known without asking is forgotten by a write.
        bench.post(&alice, "x").await;
        let (trips, page) = counted(place(&bench.ctx, &alice, at(view))).await;
        assert!(page.is_ok() && trips <= 4, "{trips}");
    }
    for after in [0, 30] {
        let after = parlour_protocol::Seq(after);
        sync(&bench.ctx, &alice, LOBBY, after).await.unwrap();
        let (trips, page) = counted(sync(&bench.ctx, &alice, LOBBY, after)).await;
        assert!(page.is_ok() && trips <= 3, "{trips}");
    }
}
