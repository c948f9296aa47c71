//! A PostgreSQL that goes away, in each of the ways that one does: sockets stay, senders hear `overloaded` and keep
//! what they wrote, readers hear a sentence; and when it is back, everything goes on by itself.

use crate::harness::{Guest, LOBBY, Server, Socket, eventually};
use parlour_protocol::{RoomKind, UserId};
use parlour_server::Scope;
use parlour_server::accounts::authenticate;
use parlour_server::rooms::visibility;
use parlour_test_postgres::{PostgresServer, Stop};
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::Arc;

/// A server on a PostgreSQL of its own, with somebody who writes and somebody who reads.
struct Outage {
    writing: Socket,
    reading: Socket,
    alice: Guest,
    server: Server,
    database: String,
    // Dropped last, after who is connected.
    postgres: PostgresServer,
}

impl Outage {
    /// `None` where PostgreSQL is left out.
    async fn begin() -> Option<Self> {
        PostgresServer::of_this_process()?;
        let postgres = PostgresServer::launch(&[]).unwrap();
        let database = "outage".to_owned();
        // An ordinary role is enough.
        for statement in [
            "CREATE ROLE app LOGIN".to_owned(),
            format!("CREATE DATABASE {database} OWNER app"),
        ] {
            postgres.sql("postgres", &statement).unwrap();
        }
        let folder = postgres.folder().display();
        let url = format!("postgres:///{database}?host={folder}&user=app");
        let server = Server::start(|settings| {
            settings.database.url = url.parse().unwrap();
            settings.database.pool_size = 2;
            settings.database.statement_timeout_ms = 3_000;
        })
        .await;
        let alice = server.guest("Alice").await;
        let bob = server.guest("Bob").await;
        let writing = server.joined(&alice, LOBBY).await;
        let mut reading = server.joined(&bob, LOBBY).await;
        reading.next_of_type("users_list").await;
        Some(Self {
            writing,
            reading,
            alice,
            server,
            database,
            postgres,
        })
    }

    /// Everybody is sent away, and who comes back is told of another epoch than this.
    async fn comes_back_to_another_epoch(&mut self, before: &Value) {
        assert_eq!(self.writing.closed().await.0, 4000);
        let mut again = self.server.browser(&self.alice).await;
        again
            .send(json!({"type": "join", "room_id": LOBBY, "after": 0}))
            .await;
        let welcome = again.next_of_type("welcome").await;
        assert_ne!(&welcome["epoch"], before);
        self.writing = again;
    }

    /// Sends under this key; whether it was stored, or how it was refused.
    async fn send(&mut self, key: &str) -> Result<Value, Value> {
        let frame = json!({"type": "message", "room_id": LOBBY, "content": key, "client_id": key});
        self.writing.send(frame).await;
        let is_it = |frame: &Value| {
            frame["client_id"] == key && (frame["type"] == "message" || frame["type"] == "error")
        };
        let answer = self.writing.next_that(is_it).await;
        match answer["type"] == "message" {
            true => Ok(answer),
            false => Err(answer),
        }
    }

    /// The same, and it is refused as something to be sent again.
    async fn is_refused(&mut self, key: &str) {
        let refusal = self.send(key).await.expect_err("the database is away");
        assert_eq!(refusal["code"], "overloaded", "{refusal}");
        assert!(refusal["retry_after_ms"].as_i64().unwrap() > 0, "{refusal}");
    }

    /// Sends again as long as it takes; then it is stored, and whoever reads gets it once.
    async fn heals(&mut self, keys: &[&str]) {
        for key in keys {
            while let Err(refusal) = self.send(key).await {
                assert_eq!(refusal["code"], "overloaded", "{refusal}");
            }
        }
        for key in keys {
            let message = self.reading.next_of_type("message").await;
            assert_eq!(message["client_id"], *key, "in their order, each once");
        }
        let path = format!("/api/chat/rooms/{LOBBY}/messages");
        let server = &self.server;
        let is_read = async || server.get(&path).await.status == 200;
        eventually("the page is there again", is_read).await;
        let page = server.get(&path).await.body;
        let shown = page.as_array();
        let shown: Vec<_> = shown
            .unwrap()
            .iter()
            .map(|message| &message["client_id"])
            .collect();
        for key in keys {
            let times = shown.iter().filter(|shown| **shown == key).count();
            assert_eq!(times, 1, "{key}: {shown:?}");
        }
    }

    fn sql(&self, statements: &str) -> String {
        self.postgres.sql(&self.database, statements).unwrap()
    }

    /// From here on a commit waits for a standby that there is none of, when it is on this disk already.
    fn commits_wait(&self) {
        self.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        self.sql("SELECT pg_reload_conf()");
    }

    fn commits_go_on(&self) {
        self.sql("SET synchronous_commit = local; ALTER SYSTEM RESET synchronous_standby_names");
        self.sql("SELECT pg_reload_conf()");
    }

    /// Ends the connection whose commit waits.
    async fn loses_an_answer(&self) {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        let is_waiting = async || self.sql(waiting).trim() != "0";
        eventually("the commit waits", is_waiting).await;
        self.sql(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
        );
    }

    /// The processes of the server that work for us.
    fn backends(&self) -> Vec<String> {
        let ours = "SELECT pid FROM pg_stat_activity \
            WHERE application_name = 'parlour' AND backend_type = 'client backend'";
        self.sql(ours).lines().map(str::to_owned).collect()
    }
}

fn signal(name: &str, processes: &[String]) {
    let mut kill = Command::new("kill");
    kill.arg(format!("-{name}")).args(processes);
    assert!(kill.status().unwrap().success());
}

#[tokio::test]
async fn a_restart_of_the_database_closes_no_socket_and_loses_nothing() {
    let Some(mut outage) = Outage::begin().await else {
        return;
    };
    outage.send("before").await.unwrap();
    outage.reading.next_of_type("message").await;
    outage.postgres.stop(Stop::Fast).unwrap();
    outage.is_refused("one").await;
    outage.is_refused("two").await;
    let rooms = outage.server.call(
        reqwest::Method::GET,
        "/api/chat/rooms",
        Some(&outage.alice),
        None,
    );
    let refused = rooms.await;
    refused.refused(503, "overloaded");
    outage.postgres.start().unwrap();
    outage.heals(&["one", "two", "three"]).await;
}

#[tokio::test]
async fn a_database_that_was_killed_recovers_and_so_do_we() {
    let Some(mut outage) = Outage::begin().await else {
        return;
    };
    outage.send("before").await.unwrap();
    outage.reading.next_of_type("message").await;
    outage.postgres.kill().unwrap();
    outage.is_refused("one").await;
    outage.postgres.start().unwrap();
    outage.heals(&["one", "two"]).await;
}

#[tokio::test]
async fn a_connection_whose_answer_does_not_come_is_given_up() {
    let Some(mut outage) = Outage::begin().await else {
        return;
    };
    outage.send("before").await.unwrap();
    outage.reading.next_of_type("message").await;
    // As a network that was cut: nobody hears that the other side is gone.
    let silent = outage.backends();
    signal("STOP", &silent);
    outage.is_refused("one").await;
    outage.heals(&["one", "two"]).await;
    signal("CONT", &silent);
    outage.heals(&["three"]).await;
}

#[tokio::test]
async fn a_database_with_too_many_connections_is_waited_for() {
    let Some(mut outage) = Outage::begin().await else {
        return;
    };
    outage.sql("ALTER ROLE app CONNECTION LIMIT 0");
    outage
        .sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'app'");
    outage.is_refused("one").await;
    outage.sql("ALTER ROLE app CONNECTION LIMIT -1");
    outage.heals(&["one", "two"]).await;
}

#[tokio::test]
async fn a_database_that_takes_no_writes_is_read_and_writes_wait() {
    let Some(mut outage) = Outage::begin().await else {
        return;
    };
    outage.sql("ALTER SYSTEM SET default_transaction_read_only = on");
    outage.sql("SELECT pg_reload_conf()");
    while outage.send("before").await.is_ok() {
        outage.reading.next_of_type("message").await;
    }
    outage.is_refused("one").await;
    let path = format!("/api/chat/rooms/{LOBBY}/messages");
    assert_eq!(outage.server.get(&path).await.status, 200);
    outage.sql(
        "SET default_transaction_read_only = off; ALTER SYSTEM RESET default_transaction_read_only",
    );
    outage.sql("SELECT pg_reload_conf()");
    outage.heals(&["one", "two"]).await;
}

#[tokio::test]
async fn a_database_whose_disk_is_full_refuses_for_a_while() {
    let Some(mut outage) = Outage::begin().await else {
        return;
    };
    outage.sql(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS \
        $$ BEGIN RAISE 'no space left on device' USING ERRCODE = 'disk_full'; END $$; \
        CREATE TRIGGER full_disk BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION full_disk()",
    );
    outage.is_refused("one").await;
    outage.sql("DROP TRIGGER full_disk ON messages");
    outage.heals(&["one", "two"]).await;
}

#[tokio::test]
async fn what_a_commit_without_an_answer_has_stored_is_told_and_not_stored_twice() {
    let Some(mut outage) = Outage::begin().await else {
        return;
    };
    let frame = json!({"type": "message", "room_id": LOBBY, "content": "x", "client_id": "doubt"});
    outage.commits_wait();
    outage.writing.send(frame).await;
    outage.loses_an_answer().await;
    let is_it = |frame: &Value| frame["client_id"] == "doubt";
    let refusal = outage.writing.next_that(is_it).await;
    assert_eq!(refusal["code"], "overloaded", "{refusal}");
    outage.commits_go_on();
    // Nobody has sent it again: it is told because it is there.
    outage.heals(&["doubt", "next"]).await;
}

#[tokio::test]
async fn what_a_person_did_in_a_commit_without_an_answer_is_told_on_their_other_devices() {
    let Some(mut outage) = Outage::begin().await else {
        return;
    };
    let den = outage.server.room(&outage.alice, "Den").await;
    let path = format!("/api/chat/rooms/{den}/membership");
    let message = outage.send("before").await.unwrap();
    let carol = outage.server.guest("Carol").await;
    let said = outage.server.say(&carol, LOBBY, "to be read").await;
    assert!(said["seq"].as_i64() > message["seq"].as_i64());
    let mut elsewhere = outage.server.browser(&outage.alice).await;
    elsewhere.everything(LOBBY).await;

    outage.commits_wait();
    let read = json!({"type": "read", "room_id": LOBBY, "seq": said["seq"]});
    outage.writing.send(read).await;
    outage.loses_an_answer().await;
    outage.commits_go_on();
    // What is written again moves nothing on.
    let mark = elsewhere.next_of_type("read").await;
    assert_eq!(mark["seq"], said["seq"], "{mark}");
    let read = mark["me"].as_i64().unwrap();

    outage.commits_wait();
    let server = &outage.server;
    let leaving = server.call(reqwest::Method::DELETE, &path, Some(&outage.alice), None);
    let (refused, ()) = tokio::join!(leaving, outage.loses_an_answer());
    refused.refused(503, "overloaded");
    outage.commits_go_on();
    while outage.send("after").await.is_err() {}
    let left = elsewhere.next_of_type("left").await;
    assert_eq!(left["room_id"], den, "{left}");
    assert!(left["me"].as_i64().unwrap() > read, "{left}");
}

/// What the last connection did is not all told: what is done past the server here stands for a commit whose answer was
/// lost.
#[tokio::test]
async fn nothing_is_known_any_more_after_a_connection_was_lost() {
    let Some(mut outage) = Outage::begin().await else {
        return;
    };
    let ctx = Arc::clone(&outage.server.ctx);
    let (alice, token) = (UserId(outage.alice.id), outage.alice.token.clone());
    let den = ctx.store.make_room(RoomKind::Closed, alice, "Den").await.id;
    let who = async || authenticate(&ctx, &token).await.unwrap().unwrap();
    let scope = async || Scope {
        person: Some(who().await),
        ..Scope::visitor(Ipv4Addr::LOCALHOST.into())
    };
    let sees = async || visibility(&ctx, &scope().await).await.unwrap().has(&[den]);
    assert!(sees().await);
    outage.sql("UPDATE users SET name = 'Zoe' WHERE name = 'Alice'");
    outage.sql("UPDATE memberships SET state = 'out' WHERE room_id > 1");
    assert!(
        who().await.user.name == "Alice" && sees().await,
        "it is known"
    );
    outage.sql(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'parlour'",
    );
    outage.heals(&["one"]).await;
    assert!(who().await.user.name == "Zoe" && !sees().await);
}

#[tokio::test]
async fn after_a_failover_clients_are_told_of_another_epoch_and_nothing_acknowledged_is_lost() {
    let Some(mut outage) = Outage::begin().await else {
        return;
    };
    let standby = outage.postgres.standby("second").unwrap();
    outage.sql("ALTER SYSTEM SET synchronous_standby_names = 'second'");
    outage.sql("SELECT pg_reload_conf()");
    // The same server, which knows of both places.
    let both = format!(
        "postgres:///{}?host={},{}&user=app",
        outage.database,
        outage.postgres.folder().display(),
        standby.folder().display()
    );
    outage.server.stopped().await;
    outage.server = Server::start(|settings| {
        settings.database.url = both.parse().unwrap();
        settings.database.pool_size = 2;
        settings.database.statement_timeout_ms = 3_000;
    })
    .await;
    outage.writing = outage.server.browser(&outage.alice).await;
    outage
        .writing
        .send(json!({"type": "join", "room_id": LOBBY}))
        .await;
    let welcome = outage.writing.next_of_type("welcome").await;
    outage.send("acknowledged").await.unwrap();

    outage.postgres.kill().unwrap();
    standby.promote().unwrap();
    outage.comes_back_to_another_epoch(&welcome["epoch"]).await;
    while let Err(refusal) = outage.send("after").await {
        assert_eq!(refusal["code"], "overloaded", "{refusal}");
    }
    let page = outage
        .server
        .get(&format!("/api/chat/rooms/{LOBBY}/messages"))
        .await
        .body;
    let shown = page.as_array().unwrap().iter();
    let shown: Vec<_> = shown
        .map(|message| message["content"].as_str().unwrap())
        .collect();
    assert_eq!(shown, ["acknowledged", "after"]);
}
