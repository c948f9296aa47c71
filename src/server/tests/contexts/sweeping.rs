//! The sweeper removes deleted and expired rows from the disk in pieces, and nothing else.

use super::*;
use parlour_protocol::{Number, Seq};
use parlour_server::messages::{delete, drop_revision, edit};
use parlour_server::rooms::{self, NewRoom, create, get, list};
use parlour_server::store::testing::OtherProgram;
use std::fs;
use std::os::unix::fs::PermissionsExt;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn room(bench: &Bench, maker: &Scope, name: &str) -> RoomId {
    let new = NewRoom {
        name: name.to_owned(),
        description: format!("about {name}"),
        ..NewRoom::default()
    };
    create(&bench.ctx, maker, new).await.unwrap().id
}

/// Whether the database's file or its log has this text somewhere.
fn holds(bench: &Bench, text: &str) -> bool {
    let file = bench.file();
    ["", "-wal"].iter().any(|side| {
        let path = format!("{}{side}", file.display());
        let bytes = fs::read(path).unwrap_or_default();
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    })
}

#[tokio::test]
async fn a_deleted_room_is_hidden_and_its_name_free_before_its_messages_are_removed() {
    let bench = Bench::new().await;
    let (ctx, alice) = (&bench.ctx, bench.guest("Alice").await);
    let garden = room(&bench, &alice, "Garden").await;
    let sends = (0..900).map(|key| {
        let (bench, alice) = (&bench, &alice);
        async move {
            bench
                .send(alice, garden, "rose", Some(&format!("k{key}")))
                .await
        }
    });
    for sent in futures::future::join_all(sends).await {
        sent.unwrap();
    }
    rooms::delete(ctx, &alice, garden).await.unwrap();
    let left: i64 = bench.value("SELECT count(*) FROM messages").await;
    assert!(left > 0, "more than goes in one piece");
    let gone = |error| matches!(error, Err(ServiceError::RoomNotFound));
    assert!(gone(get(ctx, &alice, garden).await.map(drop)));
    assert!(gone(bench.send(&alice, garden, "x", None).await.map(drop)));
    assert!(gone(rooms::enter(ctx, &alice, garden).await.map(drop)));
    assert!(gone(rooms::mark_read(ctx, &alice, garden, Seq(9)).await));
    assert!(gone(
        edit(ctx, &alice, garden, Number(3), "x".to_owned())
            .await
            .map(drop)
    ));
    // A key that was used there is free again, at once and for all of them.
    assert!(gone(
        bench
            .send(&alice, garden, "x", Some("k899"))
            .await
            .map(drop)
    ));
    let again = bench.send(&alice, LOBBY, "x", Some("k898")).await.unwrap();
    assert!(again.is_new);
    let listed = list(ctx, &alice).await.unwrap();
    assert_eq!(listed.len(), 1);
    let next = room(&bench, &alice, "Garden").await;
    assert!(next > garden);

    bench
        .until(async || {
            let left = "SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM rooms)";
            // The lobby with a message in it, and the new garden.
            bench.value::<i64>(left).await == 3
        })
        .await;
    let members: i64 = bench.value("SELECT count(*) FROM memberships").await;
    assert_eq!(members, 2);
}

#[tokio::test]
async fn sweeping_continues_after_a_restart() {
    let bench = Bench::on_a_file().await;
    let alice = bench.guest("Alice").await;
    let garden = room(&bench, &alice, "Garden").await;
    bench.send(&alice, garden, "rose", None).await.unwrap();
    bench.ctx.drain().await;
    // As if it had been killed right after the answer.
    let tombstone = "UPDATE rooms SET deleted_at = 1, name = '', folded = char(0) || id WHERE id =";
    OtherProgram::open(&bench.file()).execute(&format!("{tombstone} {garden}"));
    let bench = bench.reopened().await;
    let left =
        "SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM rooms WHERE id <> 1)";
    bench
        .until(async || bench.value::<i64>(left).await == 0)
        .await;
}

#[tokio::test]
async fn a_deleted_text_is_neither_in_the_file_nor_in_the_write_ahead_log() {
    let bench = Bench::on_a_file().await;
    let (ctx, alice) = (&bench.ctx, bench.guest("Alice").await);
    let garden = room(&bench, &alice, "Canary garden").await;
    let long = format!("canary-long {}", "x".repeat(9_000));
    for text in ["canary-deleted", "canary-edited", &long, "stays"] {
        bench.post(&alice, text).await;
    }
    bench
        .send(&alice, garden, "canary-room", None)
        .await
        .unwrap();
    for text in ["canary-deleted", "canary-long", "Canary garden"] {
        assert!(holds(&bench, text), "{text}");
    }
    // What each said before is kept until it is dropped, or goes with the message or the room.
    for (room, number) in [(LOBBY, 1), (LOBBY, 2), (garden, 1)] {
        let text = format!("different {number}");
        edit(ctx, &alice, room, Number(number), text).await.unwrap();
    }
    assert!(holds(&bench, "canary-deleted") && holds(&bench, "canary-edited"));
    delete(ctx, &alice, LOBBY, Number(1)).await.unwrap();
    drop_revision(ctx, &alice, (LOBBY, Number(2)), Seq(2))
        .await
        .unwrap();
    delete(ctx, &alice, LOBBY, Number(3)).await.unwrap();
    rooms::delete(ctx, &alice, garden).await.unwrap();
    let is_gone = async || !holds(&bench, "canary") && !holds(&bench, "Canary");
    bench.until(is_gone).await;
    assert!(holds(&bench, "stays") && holds(&bench, "different 2"));
}

#[tokio::test]
async fn what_could_be_had_back_is_forgotten_after_a_restart_too() {
    let bench = Bench::on_a_file().await;
    let alice = bench.guest("Alice").await;
    for text in ["canary-first", "canary-second"] {
        bench.post(&alice, text).await;
    }
    delete(&bench.ctx, &alice, LOBBY, Number(1)).await.unwrap();
    delete(&bench.ctx, &alice, LOBBY, Number(2)).await.unwrap();
    let kept = "SELECT count(*) FROM undoable";
    assert_eq!(bench.value::<i64>(kept).await, 2);
    bench.ctx.drain().await;
    // As if it had stood still for long, and as if the clock had been set back.
    let other = OtherProgram::open(&bench.file());
    other.execute("UPDATE undoable SET until = 1 WHERE body = 'canary-first'");
    other.execute("UPDATE undoable SET until = 9000000000000000 WHERE body = 'canary-second'");
    let bench = bench.reopened().await;
    bench
        .until(async || bench.value::<i64>(kept).await == 0 && !holds(&bench, "canary"))
        .await;
}

#[tokio::test]
async fn a_deleted_text_is_gone_also_after_a_reader_held_the_log() {
    let bench = Bench::on_a_file().await;
    let alice = bench.guest("Alice").await;
    bench.post(&alice, "canary").await;
    let reading = OtherProgram::open(&bench.file());
    reading.execute("BEGIN; SELECT 1 FROM rooms");
    delete(&bench.ctx, &alice, LOBBY, Number(1)).await.unwrap();
    assert!(!bench.ctx.store.clear_log().await.unwrap());
    assert!(holds(&bench, "canary"));
    // Whoever writes does not wait for who reads.
    bench.post(&alice, "next").await;
    drop(reading);
    bench.until(async || !holds(&bench, "canary")).await;
}

#[tokio::test]
async fn guests_who_never_wrote_are_removed_with_their_session() {
    let bench = Bench::new().await;
    let writer = bench.guest("Writer").await;
    bench.post(&writer, "hello").await;
    let maker = bench.guest("Maker").await;
    room(&bench, &maker, "Garden").await;
    let silent = bench.guest("Silent").await;
    rooms::enter(&bench.ctx, &silent, LOBBY).await.unwrap();
    // To the other in a direct room they are its name.
    let addressed = bench.guest("Addressed").await;
    let with = [user(&addressed).id];
    rooms::direct(&bench.ctx, &writer, &with).await.unwrap();
    let taken_back = bench.guest("Taken back").await;
    let message = bench.post(&taken_back, "no").await;
    delete(&bench.ctx, &taken_back, LOBBY, message.number)
        .await
        .unwrap();
    bench.clock.advance(20 * DAY);
    bench.guest("Newcomer").await;
    bench.clock.advance(11 * DAY);
    bench
        .until(async || {
            let silent = "SELECT count(*) FROM users WHERE name = 'Silent'";
            let sessions = "SELECT count(*) FROM sessions";
            // The newcomer's is left. Guests and sessions are removed in no order.
            bench.value::<i64>(silent).await == 0 && bench.value::<i64>(sessions).await == 1
        })
        .await;
    let names = "SELECT name FROM users ORDER BY id";
    let names: Vec<String> = bench.ctx.store.query_sql(names).await;
    assert_eq!(
        names,
        ["Writer", "Maker", "Addressed", "Taken back", "Newcomer"]
    );
    let members: i64 = bench.value("SELECT count(*) FROM memberships").await;
    assert_eq!(members, 5);
}

#[tokio::test]
async fn o3_the_files_of_a_database_are_for_their_owner_alone_also_those_that_were_not() {
    let bench = Bench::on_a_file().await;
    let alice = bench.guest("Alice").await;
    bench.post(&alice, "x").await;
    let folder = bench.file().parent().unwrap().to_owned();
    let others = |name: &str| {
        let mode = fs::metadata(folder.join(name))
            .unwrap()
            .permissions()
            .mode();
        mode & 0o777
    };
    for name in ["parlour.db", "parlour.db-wal", "parlour.db-shm"] {
        assert_eq!(others(name), 0o600, "{name}");
    }
    bench.ctx.drain().await;
    fs::write(folder.join("parlour.db-wal"), "").unwrap();
    for name in ["parlour.db", "parlour.db-wal"] {
        let loose = fs::Permissions::from_mode(0o644);
        fs::set_permissions(folder.join(name), loose).unwrap();
    }
    let bench = bench.reopened().await;
    bench.guest("Bob").await;
    for name in ["parlour.db", "parlour.db-wal", "parlour.db-shm"] {
        assert_eq!(others(name), 0o600, "{name}");
    }
    bench.ctx.drain().await;
}

#[tokio::test]
async fn a_backup_is_whole_while_a_deleted_room_is_on_its_way_out() {
    let bench = Bench::on_a_file().await;
    let alice = bench.guest("Alice").await;
    let garden = room(&bench, &alice, "Garden").await;
    for _ in 0..3 {
        bench.send(&alice, garden, "rose", None).await.unwrap();
    }
    bench.ctx.drain().await;
    let other = OtherProgram::open(&bench.file());
    let deleted = format!("UPDATE rooms SET deleted_at = 1 WHERE id = {garden}");
    other.execute(&deleted);
    other.execute("DELETE FROM messages WHERE number = 1");
    drop(other);
    let to = bench.folder.path().join("backup.db");
    let settings = &bench.ctx.settings;
    let copied = parlour_server::store::backup::backup(settings, &to, &SystemRandom, |_| ()).await;
    let copied = copied.unwrap();
    assert_eq!((copied.rooms, copied.messages), (1, 2));
}
