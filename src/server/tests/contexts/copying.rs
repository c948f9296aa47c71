//! Moving house: all of one database into another, and what may be such another.

use super::new_epoch::renewed;
use super::*;
use parlour_server::clock::SystemClock;
use parlour_server::config::DatabaseSettings;
use parlour_server::rooms::{self, NewRoom};
use parlour_server::store::copy::{self, Copied, CopyError, Progress};
use parlour_server::store::lock::DatabaseLock;
use parlour_server::store::testing::{OtherProgram, step_back};
use parlour_test_postgres::PostgresServer;
use std::fs;
use std::path::Path;

/// Ids that no number of 32 bits has.
const LARGE: i64 = 9_000_000_000_000_000_000;

pub(super) fn database_of(url: &str) -> DatabaseSettings {
    DatabaseSettings {
        url: url.parse().unwrap(),
        ..DatabaseSettings::default()
    }
}

pub(super) fn url_of(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

async fn copied(from: &str, to: &str) -> Result<Copied, CopyError> {
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let (from, to) = (database_of(from), database_of(to));
    copy::copy(&from, &to, clock, random, |_| {}).await
}

/// The same, by a program that ends when the first rows are written.
async fn broken_off(from: &str, to: &str) {
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let (from, to) = (database_of(from), database_of(to));
    let end = |_: Progress| panic!("the program ends here");
    let copying = tokio::spawn(async move { copy::copy(&from, &to, clock, random, end).await });
    assert!(copying.await.unwrap_err().is_panic());
}

pub(super) async fn served(url: &str) -> Arc<Context> {
    let settings = Settings {
        database: database_of(url),
        limits: LimitSettings::none(),
        ..Settings::default()
    };
    Context::open_with(settings, Arc::new(SystemClock), Arc::new(SystemRandom))
        .await
        .unwrap()
}

async fn refused_by_a_server(url: &str) -> String {
    let settings = Settings {
        database: database_of(url),
        ..Settings::default()
    };
    let opened = Context::open_with(settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await;
    opened.err().expect("it is refused").to_string()
}

fn called(name: &str) -> NewRoom {
    NewRoom {
        name: name.to_owned(),
        ..NewRoom::default()
    }
}

#[track_caller]
pub(super) fn sentence(
    refused: Result<impl std::fmt::Debug, impl std::fmt::Display>,
    words: &[&str],
) {
    let sentence = match refused {
        Err(error) => error.to_string(),
        Ok(done) => panic!("{done:?}"),
    };
    assert!(
        sentence.ends_with('.') && !sentence.contains('\n'),
        "{sentence}"
    );
    for word in words {
        assert!(sentence.contains(word), "{word} is not said: {sentence}");
    }
}

/// A file with a row in every table, with ordinary ones and with such as are at the limits of what can be.
async fn a_house(folder: &TempDir) -> PathBuf {
    let file = folder.path().join("house/parlour.db");
    let ctx = served(&url_of(&file)).await;
    let guest = async |name: &str| {
        let (_, token) = accounts::create_guest(&ctx, &visitor(), name)
            .await
            .unwrap();
        let person = accounts::authenticate(&ctx, token.as_str()).await.unwrap();
        Scope {
            person,
            address: HOME.into(),
        }
    };
    let (alice, bob) = (guest("Alice").await, guest("Bob").await);
    let tea = NewRoom {
        name: "Tea 🍵".to_owned(),
        description: "tabs\tand \\N and \\ ".to_owned(),
        ..NewRoom::default()
    };
    let tea = rooms::create(&ctx, &alice, tea).await.unwrap().id;
    for (room, by) in [(LOBBY, &alice), (tea, &bob), (tea, &alice)] {
        for content in [
            "hello",
            "line one\nline two",
            "👩‍👩‍👧‍👦 \u{202e}",
            &"long ".repeat(1_500),
        ] {
            let new = NewMessage {
                content: content.to_owned(),
                ..NewMessage::default()
            };
            let posted = messages::post(&ctx, by, room, new).await.unwrap();
            if content == "hello" {
                let number = posted.message.number;
                messages::delete(&ctx, by, room, number).await.unwrap();
            }
        }
    }
    ctx.drain().await;
    let db = OtherProgram::open(&file);
    let far = LARGE + 1;
    db.execute(&format!(
        "INSERT INTO users (id, name, folded, skeleton, kind, role, created_at) \
            VALUES ({LARGE}, 'Far', 'far', 'far', 'member', 'admin', -1); \
        INSERT INTO messages (id, room_id, number, seq, ordinal, author_id, author_name, client_id, body, created_at) \
            VALUES ({far}, 1, {far}, {far}, {far}, {LARGE}, 'Far', '', '', {i64_min})",
        i64_min = i64::MIN,
    ));
    fill_what_is_empty(&db);
    file
}

fn tables(db: &OtherProgram) -> Vec<String> {
    db.query(
        "SELECT name FROM sqlite_schema WHERE type = 'table' \
        AND substr(name, 1, 7) <> 'sqlite_' AND name <> 'seaql_migrations' ORDER BY name",
    )
}

/// So that no table is left out that a later step of the schema makes.
fn fill_what_is_empty(db: &OtherProgram) {
    for table in tables(db) {
        if db.query::<i64>(&format!("SELECT count(*) FROM {table}")) != [0] {
            continue;
        }
        let names: Vec<String> = db.query(&format!(
            "SELECT name FROM pragma_table_info('{table}') ORDER BY cid"
        ));
        let values: Vec<String> = db.query(&format!(
            "SELECT CASE WHEN refers.\"table\" IS NOT NULL \
                THEN '(SELECT min(' || coalesce(refers.\"to\", 'id') || ') FROM ' || refers.\"table\" || ')' \
                WHEN lower(part.type) LIKE '%int%' THEN '7' WHEN lower(part.type) = 'boolean' THEN 'TRUE' \
                WHEN lower(part.type) = 'blob' THEN 'x''00ff''' ELSE '''x''' END \
            FROM pragma_table_info('{table}') AS part \
            LEFT JOIN pragma_foreign_key_list('{table}') AS refers ON refers.\"from\" = part.name \
            ORDER BY part.cid"
        ));
        let (names, values) = (names.join(", "), values.join(", "));
        db.execute(&format!("INSERT INTO {table} ({names}) VALUES ({values})"));
    }
}

/// Every value of every row of every table but the epoch, and what the counters have given out.
fn all_of(file: &Path) -> Vec<String> {
    let db = OtherProgram::open(file);
    let mut all = Vec::new();
    for table in tables(&db) {
        let values: Vec<String> = db.query(&format!(
            "SELECT 'quote(' || name || ')' FROM pragma_table_info('{table}') ORDER BY name"
        ));
        let values = values.join(" || ', ' || ");
        let but = match table.as_str() {
            "meta" => "WHERE key <> 'epoch'",
            _ => "",
        };
        let rows: Vec<String> = db.query(&format!("SELECT {values} FROM {table} {but} ORDER BY 1"));
        assert!(!rows.is_empty(), "{table} is empty");
        all.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
    }
    let counters = "SELECT name || ' ' || seq FROM sqlite_sequence ORDER BY name";
    all.extend(db.query::<String>(counters));
    let indexes =
        "SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name";
    all.extend(db.query::<String>(indexes));
    all
}

fn epoch_in(file: &Path) -> String {
    let epoch = OtherProgram::open(file).query("SELECT value FROM meta WHERE key = 'epoch'");
    epoch.into_iter().next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_that_moves_to_postgresql_and_back_is_the_same_house() {
    let Some(server) = PostgresServer::of_this_process() else {
        return;
    };
    let folder = quick_folder();
    let file = a_house(&folder).await;
    let before = all_of(&file);
    let (one, other) = (server.database().unwrap(), server.database().unwrap());
    let (second, back) = (
        folder.path().join("second.db"),
        folder.path().join("new/back.db"),
    );
    let there = copied(&url_of(&file), &one.url()).await.unwrap();
    assert!(there.rows > 20 && there.tables >= 6, "{there:?}");
    let ctx = served(&one.url()).await;
    let epoch = ctx.epoch();
    assert_ne!(epoch, epoch_in(&file));
    ctx.drain().await;
    for (from, to) in [
        (one.url(), other.url()),
        (other.url(), url_of(&second)),
        (url_of(&second), url_of(&back)),
    ] {
        assert_eq!(copied(&from, &to).await.unwrap().tables, there.tables);
    }
    assert_eq!(all_of(&second), before);
    assert_eq!(all_of(&back), before);
    assert_eq!(all_of(&file), before);
    let mut epochs = vec![epoch, epoch_in(&file), epoch_in(&second), epoch_in(&back)];
    epochs.sort();
    epochs.dedup();
    assert_eq!(epochs.len(), 4, "each has its own");
    let left: Vec<_> = fs::read_dir(back.parent().unwrap())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".lock"))
        .collect();
    assert_eq!(left, ["back.db"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_go_on_where_they_were_after_a_move() {
    let Some(server) = PostgresServer::of_this_process() else {
        return;
    };
    let folder = quick_folder();
    let file = folder.path().join("parlour.db");
    let ctx = served(&url_of(&file)).await;
    let (_, token) = accounts::create_guest(&ctx, &visitor(), "Alice")
        .await
        .unwrap();
    let alice = async |ctx: &Context| Scope {
        person: accounts::authenticate(ctx, token.as_str()).await.unwrap(),
        address: HOME.into(),
    };
    let post = async |ctx: &Context, text: &str| {
        let new = NewMessage {
            content: text.to_owned(),
            ..NewMessage::default()
        };
        let posted = messages::post(ctx, &alice(ctx).await, LOBBY, new).await;
        posted.unwrap().message
    };
    post(&ctx, "before").await;
    let garden = rooms::create(&ctx, &alice(&ctx).await, called("Garden"))
        .await
        .unwrap();
    ctx.drain().await;
    // The newest id was given out, and is gone: it is not given out again.
    let gone = format!(
        "DELETE FROM memberships WHERE room_id = {id}; DELETE FROM rooms WHERE id = {id}",
        id = garden.id.0
    );
    OtherProgram::open(&file).execute(&gone);

    let database = server.database().unwrap();
    let later = folder.path().join("later.db");
    copied(&url_of(&file), &database.url()).await.unwrap();
    let ctx = served(&database.url()).await;
    assert_eq!(post(&ctx, "after").await.number.0, 2);
    let made = rooms::create(&ctx, &alice(&ctx).await, called("Attic"))
        .await
        .unwrap();
    assert!(made.id > garden.id, "{} {}", made.id.0, garden.id.0);
    ctx.drain().await;

    copied(&database.url(), &url_of(&later)).await.unwrap();
    let keys = OtherProgram::open(&later).query::<String>("SELECT key FROM meta ORDER BY key");
    assert!(
        !keys.contains(&"cluster".to_owned()),
        "it is not where it was: {keys:?}"
    );
    let ctx = served(&url_of(&later)).await;
    assert_eq!(post(&ctx, "at last").await.number.0, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_copy_is_not_served_and_begun_anew() {
    let folder = quick_folder();
    let file = a_house(&folder).await;
    let before = all_of(&file);
    // What a program leaves that was killed.
    let copy = folder.path().join("copy.db");
    let leftover = folder.path().join("copy.db.copying");
    fs::write(&leftover, "half of it").unwrap();
    let refused = refused_by_a_server(&url_of(&copy)).await;
    assert!(
        refused.contains("not finished") && refused.contains("copy.db.copying"),
        "{refused}"
    );
    assert!(!copy.exists());
    copied(&url_of(&file), &url_of(&copy)).await.unwrap();
    assert_eq!(all_of(&copy), before);
    assert!(!leftover.exists());

    let Some(server) = PostgresServer::of_this_process() else {
        return;
    };
    let database = server.database().unwrap();
    broken_off(&url_of(&file), &database.url()).await;
    let left = database.sql("SELECT count(*) FROM unfinished_copy");
    assert_eq!(left.unwrap().trim(), "0", "it says what it is");
    // As after fifteen seconds.
    let end = || {
        database
            .sql("UPDATE lease SET until = clock_timestamp()")
            .unwrap()
    };
    end();
    let refused = refused_by_a_server(&database.url()).await;
    assert!(
        refused.contains("not finished") && refused.contains("parlour copy"),
        "{refused}"
    );
    end();
    let half = copied(&database.url(), &url_of(&folder.path().join("half.db"))).await;
    sentence(half, &["not finished"]);
    end();
    database.sql("CREATE TABLE invoices (id int)").unwrap();
    let more = copied(&url_of(&file), &database.url()).await;
    sentence(more, &["not empty", "invoices"]);
    database.sql("DROP TABLE invoices").unwrap();
    end();
    copied(&url_of(&file), &database.url()).await.unwrap();
    let back = folder.path().join("back.db");
    copied(&database.url(), &url_of(&back)).await.unwrap();
    assert_eq!(all_of(&back), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_copied_is_refused_with_a_sentence() {
    let folder = quick_folder();
    let file = a_house(&folder).await;
    let at = |name: &str| url_of(&folder.path().join(name));
    let new = at("new.db");
    let house = url_of(&file);
    sentence(
        copied(&at("missing.db"), &new).await,
        &["missing.db", "--from"],
    );
    sentence(copied(&house, &house).await, &["--to another place"]);
    std::os::unix::fs::symlink(&file, folder.path().join("link.db")).unwrap();
    sentence(
        copied(&at("link.db"), &house).await,
        &["--to another place"],
    );
    fs::write(folder.path().join("novel.db"), "chapter one ".repeat(999)).unwrap();
    sentence(
        copied(&at("novel.db"), &new).await,
        &["novel.db", "not a database of Parlour"],
    );
    sentence(
        copied(&house, &at("novel.db")).await,
        &["novel.db", "not empty"],
    );
    fs::write(folder.path().join("empty.db"), "").unwrap();
    sentence(
        copied(&at("empty.db"), &new).await,
        &["empty.db", "not a database of Parlour"],
    );
    let log = folder.path().join("logged.db-wal");
    fs::write(&log, "of another database").unwrap();
    sentence(
        copied(&house, &at("logged.db")).await,
        &["not empty", "logged.db-wal"],
    );

    let lock = DatabaseLock::take(&file);
    sentence(copied(&house, &new).await, &["in use", "stop it"]);
    drop(lock);
    let taken = folder.path().join("taken.db");
    let lock = DatabaseLock::take(&taken);
    sentence(
        copied(&house, &url_of(&taken)).await,
        &["taken.db", "in use"],
    );
    drop(lock);

    let db = OtherProgram::open(&file);
    db.execute("UPDATE rooms SET description = x'ff' WHERE id = 1");
    sentence(
        copied(&house, &new).await,
        &["description of rooms", "type"],
    );
    db.execute("UPDATE rooms SET description = '' WHERE id = 1");
    db.execute("INSERT INTO seaql_migrations VALUES ('m9001_later', 0)");
    sentence(
        copied(&house, &new).await,
        &["newer version", "m9001_later"],
    );
    db.execute("DELETE FROM seaql_migrations WHERE version = 'm9001_later'");
    db.execute("PRAGMA foreign_keys = OFF; DELETE FROM users WHERE name = 'Far'");
    sentence(copied(&house, &new).await, &["refers to nothing"]);
    drop(db);
    assert!(!folder.path().join("new.db").exists());
    // The file that is there and empty is as good as none.
    OtherProgram::open(&file).execute("DELETE FROM messages WHERE author_name = 'Far'");
    copied(&house, &at("empty.db")).await.unwrap();
    step_back(&file, Some(1)).await;
    sentence(
        copied(&house, &new).await,
        &["older version", "start the server on it once"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_copied_or_copied_to_is_refused_with_a_sentence() {
    let Some(server) = PostgresServer::of_this_process() else {
        return;
    };
    let folder = quick_folder();
    let file = a_house(&folder).await;
    let house = url_of(&file);
    let new = url_of(&folder.path().join("new.db"));
    let other = server.database().unwrap();
    other.sql("CREATE TABLE invoices (id int)").unwrap();
    sentence(
        copied(&house, &other.url()).await,
        &["not empty", "invoices"],
    );
    sentence(
        copied(&other.url(), &new).await,
        &["not a database of Parlour"],
    );
    let tables = "SELECT count(*) FROM pg_class WHERE relname = 'lease'";
    assert_eq!(
        other.sql(tables).unwrap().trim(),
        "0",
        "nothing was written"
    );
    let missing = server.url("no_such");
    sentence(copied(&house, &missing).await, &["no_such"]);
    sentence(copied(&missing, &new).await, &["no_such"]);
    let empty = server.database().unwrap();
    sentence(
        copied(&empty.url(), &new).await,
        &["not a database of Parlour"],
    );

    OtherProgram::open(&file)
        .execute("UPDATE messages SET body = 'a' || char(0) || 'b' WHERE id = 2");
    let refused = copied(&house, &empty.url()).await;
    sentence(refused, &["row 2 of messages", "NUL"]);
    OtherProgram::open(&file).execute("UPDATE messages SET body = 'ab' WHERE id = 2");
    // What was begun is its own.
    copied(&house, &empty.url()).await.unwrap();
    sentence(copied(&house, &empty.url()).await, &["not empty"]);
    sentence(
        copied(&empty.url(), &empty.url()).await,
        &["--to another place"],
    );
    let ctx = served(&empty.url()).await;
    sentence(
        copied(&empty.url(), &new).await,
        &["is served by another Parlour"],
    );
    let renewed = renewed(&empty.url()).await;
    sentence(renewed, &["is served by another Parlour"]);
    ctx.drain().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_of_a_copy_is_reported() {
    let folder = quick_folder();
    a_house(&folder).await;
    let told: Arc<std::sync::Mutex<Vec<Progress>>> = Arc::default();
    let heard = Arc::clone(&told);
    let [from, to] = ["house/parlour.db", "new.db"].map(|name| folder.path().join(name));
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let [from, to] = [from, to].map(|file| database_of(&url_of(&file)));
    let done = copy::copy(&from, &to, clock, random, move |progress| {
        heard.lock().unwrap().push(progress);
    });
    let rows = done.await.unwrap().rows;
    let told = told.lock().unwrap();
    assert!(matches!(told[0], Progress::Copying { of, .. } if of == rows));
    assert!(told.contains(&Progress::Indexing));
}
