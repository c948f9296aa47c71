//! How many statements of SQL things take: these numbers are what a page and a send cost, and change
//! only on purpose.

use super::*;
use futures::future::join_all;
use parlour_protocol::{Number, Revisions, RoomRules, Seq};
use parlour_server::messages::{View, history};
use parlour_server::page_content::{self, At};
use parlour_server::rooms::{self, NewRoom};
use std::sync::Mutex;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Records the statements that the database gets.
#[derive(Clone, Default)]
struct SqlTrace(Arc<Mutex<Vec<&'static str>>>);

/// What kind of a statement it is.
struct Verb(&'static str);

impl tracing::field::Visit for Verb {
    fn record_str(&mut self, _: &tracing::field::Field, sql: &str) {
        self.0 = match sql.split(' ').next() {
            Some("begin") => "begin",
            Some("commit") => "commit",
            Some("SELECT" | "WITH") => "query",
            _ => "execute",
        };
    }

    fn record_debug(&mut self, _: &tracing::field::Field, _: &dyn std::fmt::Debug) {}
}

impl<S: tracing::Subscriber> Layer<S> for SqlTrace {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        if event.metadata().target() == "sql" {
            let mut verb = Verb("");
            event.record(&mut verb);
            self.0.lock().unwrap().push(verb.0);
        }
    }
}

/// The kinds of the statements that `work` sends to the database, also through the writer: all of it
/// runs on this thread, or is traced as if it did.
pub(super) async fn traced_sql<T>(work: impl Future<Output = T>) -> String {
    let trace = SqlTrace::default();
    // While there is a single listener, a span that another test's thread comes to first is judged by
    // that thread's listener, which is none, and stays unheard.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let guard = tracing_subscriber::registry()
        .with(trace.clone())
        .set_default();
    work.await;
    drop(guard);
    let statements = trace.0.lock().unwrap();
    statements.join(" ")
}

/// A lobby with sixty messages, and somebody in it with the token that proves it.
async fn lobby() -> (Bench, Scope, String) {
    let bench = Bench::on_a_file().await;
    let (_, token) = accounts::create_guest(&bench.ctx, &visitor(), "Alice")
        .await
        .unwrap();
    let token = token.as_str().to_owned();
    let person = accounts::authenticate(&bench.ctx, &token).await.unwrap();
    let alice = Scope {
        person,
        address: HOME.into(),
    };
    let sends = (0..60).map(|_| bench.send(&alice, LOBBY, "x", None));
    join_all(sends).await;
    (bench, alice, token)
}

/// A transaction in which the key is looked for, and the room with the author; the message, its room and
/// the author's membership are written. Not one of these is a way to another thread.
const SEND: [&str; 5] = ["query", "query", "execute", "execute", "execute"];

fn transaction(statements: &[&str]) -> String {
    format!("begin {} commit", statements.join(" "))
}

#[tokio::test]
async fn a_send_takes_five_statements_in_a_transaction() {
    let (bench, alice, _) = lobby().await;
    assert_eq!(
        traced_sql(bench.post(&alice, "one")).await,
        transaction(&SEND)
    );
}

#[tokio::test]
async fn the_first_send_of_somebody_takes_one_more() {
    let (bench, ..) = lobby().await;
    let bob = bench.guest("Bob").await;
    // The seq of their stream.
    let one_more = [&SEND[..], &["execute"]].concat();
    assert_eq!(
        traced_sql(bench.post(&bob, "hello")).await,
        transaction(&one_more)
    );
}

#[tokio::test]
async fn read_receipts_take_two_statements_each_and_one_more_for_each_person() {
    let (bench, alice, _) = lobby().await;
    let bob = bench.guest("Bob").await;
    let garden = NewRoom {
        name: "Garden".to_owned(),
        description: String::new(),
        ..NewRoom::default()
    };
    let garden = rooms::create(&bench.ctx, &alice, garden).await.unwrap().id;
    for room in [LOBBY, garden] {
        rooms::enter(&bench.ctx, &bob, room).await.unwrap();
        bench.send(&alice, room, "x", None).await.unwrap();
    }
    // More reads than are done elsewhere while the disk is not trusted.
    for _ in 0..100 {
        read_positions(&bench.ctx, &bob).await.unwrap();
    }
    let read = [LOBBY, garden].map(|room| rooms::read_up_to(&bench.ctx, &bob, room, Seq::MAX));
    let traced = traced_sql(join_all(read)).await;
    let written = traced.split("begin ").last().unwrap();
    assert_eq!(written, "execute query execute query execute commit");
}

#[tokio::test]
async fn fifty_sends_at_once_take_one_transaction() {
    let (bench, alice, _) = lobby().await;
    let bob = bench.guest("Bob").await;
    bench.post(&bob, "the first").await;
    let sends = (0..50).map(|i| {
        let who = if i % 3 == 0 { &alice } else { &bob };
        bench.send(who, LOBBY, "one of fifty", None)
    });
    assert_eq!(
        traced_sql(join_all(sends)).await,
        transaction(&SEND.repeat(50))
    );
}

#[tokio::test]
async fn markup_takes_none_more() {
    let (bench, alice, _) = lobby().await;
    let send = bench.send(&alice, LOBBY, "> *x*", None);
    assert_eq!(traced_sql(send).await, transaction(&SEND));
}

#[tokio::test]
async fn an_edit_takes_one_to_keep_what_was_said_before() {
    let (bench, alice, _) = lobby().await;
    let den = NewRoom {
        name: "Den".to_owned(),
        rules: RoomRules {
            revisions: Revisions::Nobody,
            ..RoomRules::default()
        },
        ..NewRoom::default()
    };
    let den = rooms::create(&bench.ctx, &alice, den).await.unwrap().id;
    bench.send(&alice, den, "x", None).await.unwrap();
    let edit = async |room: RoomId| {
        let edited = messages::edit(&bench.ctx, &alice, room, Number(1), "y".to_owned());
        traced_sql(async { edited.await.unwrap() }).await
    };
    let (unkept, kept) = (edit(den).await, edit(LOBBY).await);
    let in_transaction = |trace: &str| trace.split(' ').count();
    assert_eq!(in_transaction(&kept), in_transaction(&unkept) + 1, "{kept}");
}

#[tokio::test]
async fn a_mention_takes_one_more_to_read_and_one_to_write_and_a_sign_without_a_name_none() {
    let (bench, alice, _) = lobby().await;
    let bob = bench.guest("Bob").await;
    bench.post(&bob, "hello").await;
    for text in ["x@y", "5 @ 3", "#"] {
        assert_eq!(
            traced_sql(bench.post(&alice, text)).await,
            transaction(&SEND)
        );
    }
    // On a reader: the room, and who is called so.
    assert_eq!(
        traced_sql(bench.post(&alice, "@nobody, hello")).await,
        format!("query query {}", transaction(&SEND))
    );
    let mentioning = [
        "query", "query", "query", "execute", "execute", "execute", "execute",
    ];
    assert_eq!(
        traced_sql(bench.post(&alice, "@Bob, hello")).await,
        format!("query query {}", transaction(&mentioning))
    );
}

#[tokio::test]
async fn a_reply_takes_one_more() {
    let (bench, alice, _) = lobby().await;
    let reply = NewMessage {
        content: "x".to_owned(),
        reply_to: Some(Number(7)),
        ..NewMessage::default()
    };
    let reply = messages::post(&bench.ctx, &alice, LOBBY, reply);
    let one_more = [&["query"], &SEND[..]].concat();
    assert_eq!(traced_sql(reply).await, transaction(&one_more));
}

#[tokio::test]
async fn a_page_of_history_takes_a_statement_for_its_room_one_for_each_side_and_one_for_replies() {
    let (bench, _, _) = lobby().await;
    let visitor = visitor();
    let page = |view| history(&bench.ctx, &visitor, LOBBY, view, 50);
    assert_eq!(traced_sql(page(View::Newest)).await, "query query query");
    for view in [
        View::Before(Number(40)),
        View::After(Number(3)),
        View::Around(Number(30)),
    ] {
        assert_eq!(
            traced_sql(page(view)).await,
            "query query query query",
            "{view:?}"
        );
    }
}

#[tokio::test]
async fn a_members_room_page_takes_five_statements_and_three_when_they_are_known() {
    let (bench, alice, token) = lobby().await;
    let page = async || {
        let person = accounts::authenticate(&bench.ctx, &token).await.unwrap();
        let scope = Scope {
            person,
            address: HOME.into(),
        };
        let at = At {
            room: LOBBY,
            view: View::Newest,
        };
        let content = page_content::read(&bench.ctx, &scope, Some(at))
            .await
            .unwrap();
        page_content::reader_state(&bench.ctx, &scope, &content)
            .await
            .unwrap();
        let known = async || {
            let person = accounts::authenticate(&bench.ctx, &token).await.unwrap();
            let scope = Scope { person, ..scope };
            page_content::reader_state(&bench.ctx, &scope, &content)
                .await
                .unwrap();
        };
        // Who they are, and how far they have read.
        assert_eq!(traced_sql(known()).await, "");
    };
    // Who asks; the rooms, the messages and what answers them; what they have read.
    assert_eq!(traced_sql(page()).await, "query query query query query");
    // Nothing of theirs was written since, so who asks is known, and what they have read.
    assert_eq!(traced_sql(page()).await, "query query query");
    let bob = bench.guest("Bob").await;
    bench.post(&bob, "hello").await;
    assert_eq!(traced_sql(page()).await, "query query query");
    // Who writes has read.
    bench.post(&alice, "hello").await;
    assert_eq!(traced_sql(page()).await, "query query query query query");
}
