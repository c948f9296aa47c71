//! Opening a database: what is made, brought up to date, or refused.

use super::*;
use crate::harness::{log, log_to_memory};
use parlour_migration::known_steps;
use parlour_protocol::{Number, Seq};
use parlour_server::accounts;
use parlour_server::messages::{edit, sync};
use parlour_server::rooms::{self, delete, list};
use parlour_server::store::OpenError;
use parlour_server::store::testing::{OtherProgram, step_back, step_forward};

async fn refused(settings: Settings) -> String {
    match Context::open(settings).await {
        Ok(_) => panic!("it must not start"),
        Err(error) => {
            let sentence = error.to_string();
            assert!(
                !sentence.contains('\n') && sentence.ends_with('.'),
                "{sentence}"
            );
            sentence
        }
    }
}

#[tokio::test]
async fn an_empty_folder_becomes_a_database_with_a_lobby() {
    let bench = Bench::on_a_file().await;
    assert!(bench.file().is_file());
    let listed = list(&bench.ctx, &visitor()).await.unwrap();
    assert_eq!(listed.len(), 1);
    let lobby = &listed[0].room;
    assert_eq!(
        (lobby.id, lobby.name.as_str(), lobby.created_by),
        (LOBBY, "Lobby", None)
    );
    assert!(bench.ctx.is_ready().await);
}

#[tokio::test]
async fn the_first_room_is_made_once() {
    let bench = Bench::on_a_file().await;
    let epoch = bench.ctx.epoch();
    let alice = bench.guest("Alice").await;
    let bench = bench.reopened().await;
    assert_eq!(list(&bench.ctx, &visitor()).await.unwrap().len(), 1);
    delete(&bench.ctx, &admin(&alice), LOBBY).await.unwrap();
    let bench = bench.reopened().await;
    assert_eq!(list(&bench.ctx, &visitor()).await.unwrap(), []);
    assert_eq!(bench.ctx.epoch(), epoch, "it is the same database");
    let other = Bench::on_a_file().await;
    assert_ne!(other.ctx.epoch(), epoch);
}

#[tokio::test]
async fn steps_go_up_and_down_and_up_again() {
    let bench = Bench::on_a_file().await;
    bench.ctx.drain().await;
    let tables = "SELECT count(*) FROM sqlite_master
                  WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite_%'
                  AND tbl_name <> 'seaql_migrations'";
    let count = || OtherProgram::open(&bench.file()).query::<i64>(tables)[0];
    let before = count();
    assert!(before >= 6 + 10, "{before}");
    step_back(&bench.file(), None).await;
    assert_eq!(count(), 0);
    step_forward(&bench.file()).await;
    assert_eq!(count(), before);

    let bench = bench.reopened().await;
    assert_eq!(list(&bench.ctx, &visitor()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn changes_in_a_database_of_an_older_schema_are_still_found() {
    let bench = Bench::on_a_file().await;
    let alice = bench.guest("Alice").await;
    for text in ["one", "two", "three"] {
        bench.post(&alice, text).await;
    }
    edit(&bench.ctx, &alice, LOBBY, Number(1), "uno".to_owned())
        .await
        .unwrap();
    let changes = async |bench: &Bench| sync(&bench.ctx, &visitor(), LOBBY, Seq(1)).await.unwrap();
    let before = changes(&bench).await;
    assert_eq!(before.messages.len(), 3);
    bench.ctx.drain().await;
    step_back(&bench.file(), Some(since("m0002"))).await;
    let bench = bench.reopened().await;
    assert_eq!(changes(&bench).await, before);
}

#[tokio::test]
async fn a_migration_is_logged_with_its_duration() {
    log_to_memory();
    let bench = Bench::on_a_file().await;
    bench.ctx.drain().await;
    step_back(&bench.file(), Some(since("m0003"))).await;
    let bench = bench.reopened().await.reopened().await;
    let file = format!("{:?}", bench.file());
    let log = log();
    let said: Vec<_> = log.lines().filter(|line| line.contains(&file)).collect();
    assert_eq!(said.len(), 2, "neither at first nor once more: {said:?}");
    assert!(
        said[0].contains("bringing the schema up to date"),
        "{said:?}"
    );
    assert!(said[1].contains("the schema is up to date"), "{said:?}");
    let steps = format!("steps={} ", since("m0003"));
    assert!(
        said[1].contains(&steps) && said[1].contains("elapsed="),
        "{said:?}"
    );
}

/// How many steps there are from this one on.
fn since(step: &str) -> u32 {
    let later = known_steps()
        .into_iter()
        .filter(|known| known.as_str() >= step);
    u32::try_from(later.count()).unwrap()
}

#[tokio::test]
async fn names_of_an_older_database_stay_and_have_keys_also_where_they_collide_now() {
    let bench = Bench::on_a_file().await;
    let alice = bench.guest("Alice").await;
    let new = |name: &str| rooms::NewRoom {
        name: name.to_owned(),
        description: String::new(),
        ..rooms::NewRoom::default()
    };
    for name in ["Éclair", "Modern", "zoo"] {
        rooms::create(&bench.ctx, &alice, new(name)).await.unwrap();
    }
    bench.ctx.drain().await;
    step_back(&bench.file(), Some(since("m0003"))).await;
    let db = OtherProgram::open(&bench.file());
    // What an older version made: keys of its own, and two names that are one today.
    for sql in [
        "UPDATE rooms SET folded = 'key ' || id",
        "INSERT INTO rooms (name, folded, description, created_at) VALUES ('MODERN', 'x', '', 0)",
        "INSERT INTO users (name, folded, kind, created_at) VALUES ('Bob', 'x', 'member', 0)",
        "INSERT INTO users (name, folded, kind, created_at) VALUES ('BOB', 'y', 'member', 0)",
    ] {
        db.execute(sql);
    }
    drop(db);
    let bench = bench.reopened().await;
    let listed = list(&bench.ctx, &visitor()).await.unwrap();
    let names: Vec<_> = listed
        .iter()
        .map(|entry| entry.room.name.as_str())
        .collect();
    assert_eq!(names, ["Éclair", "Lobby", "Modern", "MODERN", "zoo"]);
    for name in ["modern", "M\u{43e}dern"] {
        let refused = rooms::create(&bench.ctx, &alice, new(name)).await;
        assert!(
            matches!(refused, Err(ServiceError::RoomNameTaken(_))),
            "{name}"
        );
    }
    rooms::create(&bench.ctx, &alice, new("Modem"))
        .await
        .unwrap();
    let refused = accounts::create_guest(&bench.ctx, &visitor(), "B0b").await;
    assert!(matches!(refused, Err(ServiceError::UsernameTaken(_))));
    let without = "SELECT count(*) FROM users WHERE skeleton = '' OR folded = ''";
    assert_eq!(bench.value::<i64>(without).await, 0);
}

#[tokio::test]
async fn keys_of_another_edition_are_computed_anew() {
    let bench = Bench::on_a_file().await;
    bench.guest("Alice").await;
    let spoil = "UPDATE rooms SET folded = 'x', skeleton = 'x', sort_key = 'x'";
    bench.change(spoil).await;
    bench.change("UPDATE users SET skeleton = 'x'").await;
    // Nothing is computed that is of this edition.
    let bench = bench.reopened().await;
    let keys = "SELECT folded || skeleton || sort_key FROM rooms";
    assert_eq!(bench.value::<String>(keys).await, "xxx");
    let other = "UPDATE meta SET value = 'of another year' WHERE key = 'names'";
    bench.change(other).await;
    let bench = bench.reopened().await;
    let key: String = bench.value("SELECT folded || skeleton FROM rooms").await;
    assert_eq!(key, "lobbylobby");
    assert_eq!(
        bench.value::<String>("SELECT skeleton FROM users").await,
        "allce"
    );
}

#[tokio::test]
async fn a_hundred_thousand_names_get_their_keys() {
    let bench = Bench::on_a_file().await;
    bench.ctx.drain().await;
    step_back(&bench.file(), Some(since("m0003"))).await;
    let db = OtherProgram::open(&bench.file());
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
        INSERT INTO users (name, folded, kind, created_at) SELECT 'Guest ' || i, i, 'guest', 0 FROM n";
    db.execute(many);
    drop(db);
    let bench = bench.reopened().await;
    let last = "SELECT skeleton FROM users ORDER BY id DESC LIMIT 1";
    assert_eq!(bench.value::<String>(last).await, "guest looooo");
}

#[tokio::test]
async fn a_database_of_a_newer_schema_is_refused() {
    let bench = Bench::on_a_file().await;
    bench.ctx.drain().await;
    let db = OtherProgram::open(&bench.file());
    db.execute("INSERT INTO seaql_migrations VALUES ('m0099_from_the_future', 0)");
    drop(db);
    let sentence = refused(bench.ctx.settings.clone()).await;
    assert!(sentence.contains("newer version"), "{sentence}");
    assert!(sentence.contains("m0099_from_the_future"), "{sentence}");
    assert!(sentence.contains("parlour.db"), "{sentence}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "not a folder").unwrap();
    let mut settings = settings_in(&folder);
    settings.database.url = DatabaseUrl::Sqlite(file.join("deep/parlour.db"));
    let sentence = refused(settings).await;
    assert!(
        sentence.contains("The folder") && sentence.contains("database.url"),
        "{sentence}"
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings_in(&folder);
    std::fs::create_dir_all(settings.database.file().unwrap()).unwrap();
    let sentence = refused(settings).await;
    assert!(sentence.contains("cannot be written"), "{sentence}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings_in(&folder);
    let file = settings.database.file().unwrap().to_owned();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let text = "these are my notes, not a database at all\n".repeat(50);
    std::fs::write(&file, &text).unwrap();
    let sentence = refused(settings).await;
    assert!(sentence.contains("not a SQLite file"), "{sentence}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), text);
}

#[tokio::test]
async fn draining_finishes_what_is_queued_and_takes_no_more() {
    let bench = Bench::on_a_file().await;
    let alice = bench.guest("Alice").await;
    bench.post(&alice, "before").await;
    bench.ctx.drain().await;
    assert!(!bench.ctx.is_ready().await);
    let late = bench.send(&alice, LOBBY, "late", None).await;
    assert!(matches!(late, Err(ServiceError::Draining)));
    let bench = bench.reopened().await;
    let lobby = rooms::get(&bench.ctx, &visitor(), LOBBY).await.unwrap();
    assert_eq!(lobby.seq, Seq(1));
    assert!(bench.folder.path().exists());
}

#[test]
fn every_sentence_names_what_to_do() {
    let error = OpenError::Newer {
        file: "x.db".into(),
        step: "m0002".to_owned(),
    };
    assert!(error.to_string().contains("start that version"));
}
