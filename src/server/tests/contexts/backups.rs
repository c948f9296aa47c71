//! Copies of a database, and what may take its place.

use super::*;
use parlour_server::rooms::{self, NewRoom};
use parlour_server::store::backup::{self, BackupError, Copied, Progress, Restored};
use parlour_server::store::lock::DatabaseLock;
use parlour_server::store::testing::OtherProgram;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

impl Bench {
    fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn back_up(&self, name: &str) -> Result<Copied, BackupError> {
        let file = self.place(name);
        backup::backup(&self.ctx.settings, &file, &SystemRandom, |_| {}).await
    }

    async fn restore(&self, name: &str) -> Result<Restored, BackupError> {
        restored(&self.ctx.settings, &self.place(name), &self.clock).await
    }
}

async fn restored(
    settings: &Settings,
    file: &Path,
    clock: &ManualClock,
) -> Result<Restored, BackupError> {
    backup::restore(settings, file, clock, &SystemRandom, |_| {}).await
}

fn settings_of(file: &Path) -> Settings {
    let mut settings = Settings::default();
    settings.database.url = DatabaseUrl::Sqlite(file.to_owned());
    settings
}

fn change(file: &Path, sql: &str) {
    OtherProgram::open(file).execute(sql);
}

fn bodies(file: &Path) -> Vec<String> {
    OtherProgram::open(file).query("SELECT body FROM messages ORDER BY id")
}

/// Every file of a folder with what is in it, but for the lock.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap())
        .filter(|file| file.file_type().unwrap().is_file())
        .map(|file| {
            let name = file.file_name().into_string().unwrap();
            (name, fs::read(file.path()).unwrap())
        })
        .filter(|(name, _)| !name.ends_with(".lock"))
        .collect();
    files.sort();
    files
}

fn names(folder: &Path) -> Vec<String> {
    files(folder).into_iter().map(|(name, _)| name).collect()
}

#[track_caller]
fn sentence(refused: Result<impl std::fmt::Debug, BackupError>, words: &[&str]) {
    let sentence = refused.unwrap_err().to_string();
    assert!(
        sentence.ends_with('.') && !sentence.contains('\n'),
        "{sentence}"
    );
    for word in words {
        assert!(sentence.contains(word), "{word} is not said: {sentence}");
    }
}

#[tokio::test]
async fn a_copy_has_everything_but_the_epoch() {
    let bench = Bench::on_a_file().await;
    let (_, token) = accounts::create_guest(&bench.ctx, &visitor(), "Alice")
        .await
        .unwrap();
    let bob = bench.guest("Bob").await;
    let tea = NewRoom {
        name: "Tea".to_owned(),
        description: String::new(),
        ..NewRoom::default()
    };
    rooms::create(&bench.ctx, &bob, tea).await.unwrap();
    let mut said = Vec::new();
    for number in 0..50 {
        said.push(bench.post(&bob, &format!("number {number}")).await);
    }
    messages::delete(&bench.ctx, &bob, LOBBY, said[3].number)
        .await
        .unwrap();

    let copied = bench.back_up("copy.db").await.unwrap();
    let file = bench.place("copy.db");
    assert_eq!((copied.rooms, copied.messages), (2, 50));
    assert_eq!(copied.bytes, file.metadata().unwrap().len());
    assert_eq!(names(bench.folder.path()), ["copy.db"]);
    let mode = file.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it holds what everybody said");

    let copy = open(settings_of(&file), &bench.clock).await;
    assert_ne!(copy.epoch(), bench.ctx.epoch());
    let known = accounts::authenticate(&copy, token.as_str()).await.unwrap();
    assert_eq!(known.unwrap().user.name, "Alice");
    let all = |ctx: Arc<Context>| async move {
        let newest = messages::View::Newest;
        messages::history(&ctx, &visitor(), LOBBY, newest, 100)
            .await
            .unwrap()
    };
    assert_eq!(
        all(copy.clone()).await.messages,
        all(bench.ctx.clone()).await.messages
    );
    // And it goes on like any other.
    let new = NewMessage {
        content: "after".to_owned(),
        ..Default::default()
    };
    let posted = messages::post(&copy, &bob, LOBBY, new).await.unwrap();
    assert_eq!(posted.message.number.0, said[49].number.0 + 2);
}

#[tokio::test]
async fn a_copy_does_not_block_on_a_writer_and_has_committed_rows_only() {
    let bench = Bench::on_a_file().await;
    let alice = bench.guest("Alice").await;
    bench.post(&alice, "committed").await;
    let other = OtherProgram::open(&bench.file());
    other.execute("BEGIN IMMEDIATE; UPDATE messages SET body = 'not yet'");
    bench.back_up("copy.db").await.unwrap();
    other.execute("COMMIT");
    assert_eq!(bodies(&bench.place("copy.db")), ["committed"]);
    assert_eq!(bodies(&bench.file()), ["not yet"]);
}

#[tokio::test]
async fn progress_is_reported() {
    let bench = Bench::on_a_file().await;
    let mut told = Vec::new();
    let file = bench.place("copy.db");
    let copied = backup::backup(&bench.ctx.settings, &file, &SystemRandom, |progress| {
        told.push(progress);
    });
    copied.await.unwrap();
    assert_eq!(told.first(), Some(&Progress::Copying(0)));
    assert_eq!(told.last(), Some(&Progress::Checking));
}

#[tokio::test]
async fn a_backup_replaces_no_file_and_leaves_none_when_it_fails() {
    let bench = Bench::on_a_file().await;
    fs::write(bench.place("mine"), "a letter").unwrap();
    symlink(bench.place("nowhere"), bench.place("link")).unwrap();
    for name in ["mine", "link", "data", "data/parlour.db"] {
        sentence(bench.back_up(name).await, &[name, "already"]);
    }
    sentence(bench.back_up("no/folder").await, &["no/folder", "room"]);
    assert_eq!(fs::read(bench.place("mine")).unwrap(), b"a letter");
    let nothing = settings_of(&bench.place("nothing.db"));
    let file = bench.place("copy.db");
    let refused = backup::backup(&nothing, &file, &SystemRandom, |_| {}).await;
    sentence(refused, &["nothing.db", "database.url"]);
    let novel = settings_of(&bench.place("mine"));
    let refused = backup::backup(&novel, &file, &SystemRandom, |_| {}).await;
    sentence(refused, &["mine", "not a database of Parlour"]);
    assert_eq!(names(bench.folder.path()), ["mine"]);
}

#[tokio::test]
async fn a_postgresql_makes_its_own_backups() {
    let mut settings = Settings::default();
    settings.database.url = "postgres://u@localhost/d".parse().unwrap();
    let file = Path::new("backup.db");
    let refused = backup::backup(&settings, file, &SystemRandom, |_| {}).await;
    sentence(refused, &["pg_dump"]);
    let refused = restored(&settings, file, &ManualClock::running()).await;
    sentence(refused, &["pg_dump"]);
}

#[tokio::test]
async fn what_a_killed_backup_left_is_overwritten_and_one_that_runs_is_left_alone() {
    let bench = Bench::on_a_file().await;
    fs::write(bench.place("copy.db.partial"), "half of it".repeat(50_000)).unwrap();
    fs::write(bench.place("copy.db.partial-journal"), "its journal").unwrap();
    let running = fs::File::open(bench.place("copy.db.partial")).unwrap();
    running.lock().unwrap();
    let before = files(bench.folder.path());
    sentence(bench.back_up("copy.db").await, &["copy.db.partial", "wait"]);
    assert_eq!(files(bench.folder.path()), before);
    drop(running);
    bench.back_up("copy.db").await.unwrap();
    assert_eq!(names(bench.folder.path()), ["copy.db"]);
}

#[tokio::test]
async fn restoring_keeps_the_old_database_whole() {
    let bench = Bench::on_a_file().await;
    let alice = bench.guest("Alice").await;
    bench.post(&alice, "old times").await;
    bench.back_up("copy.db").await.unwrap();
    let before = fs::read(bench.place("copy.db")).unwrap();
    bench.post(&alice, "since then").await;

    // What a power cut leaves: the last message is in the log only.
    let cut = bench.place("cut");
    fs::create_dir(&cut).unwrap();
    let database = cut.join("parlour.db");
    for side in ["", "-wal"] {
        let from = format!("{}{side}", bench.file().display());
        fs::copy(from, format!("{}{side}", database.display())).unwrap();
    }
    fs::set_permissions(&database, PermissionsExt::from_mode(0o640)).unwrap();
    let settings = settings_of(&database);
    let copy = bench.place("copy.db");
    let done = restored(&settings, &copy, &bench.clock).await.unwrap();
    let aside = cut.join("parlour.db.before-restore-20260102T030405Z");
    assert_eq!(done.aside.as_ref(), Some(&aside));
    assert_eq!((done.copied.rooms, done.copied.messages), (1, 1));
    assert_eq!(
        names(&cut),
        ["parlour.db", "parlour.db.before-restore-20260102T030405Z"]
    );
    let mode = database.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(bodies(&aside), ["old times", "since then"]);
    assert_eq!(bodies(&database), ["old times"]);
    assert_eq!(
        fs::read(&copy).unwrap(),
        before,
        "the backup stays as it is"
    );

    let ctx = open(settings.clone(), &bench.clock).await;
    let first = ctx.epoch();
    assert_ne!(first, bench.ctx.epoch());
    ctx.drain().await;
    drop(ctx);
    // The same backup again is another life again.
    let done = restored(&settings, &copy, &bench.clock).await.unwrap();
    let second = format!("{}-2", aside.display());
    assert_eq!(done.aside, Some(second.into()));
    assert_ne!(open(settings, &bench.clock).await.epoch(), first);
}

#[tokio::test]
async fn restoring_without_a_database_makes_one() {
    let bench = Bench::on_a_file().await;
    bench.back_up("copy.db").await.unwrap();
    let settings = settings_of(&bench.place("new/house/parlour.db"));
    let copy = bench.place("copy.db");
    let done = restored(&settings, &copy, &bench.clock).await.unwrap();
    assert_eq!(done.aside, None);
    assert_eq!(names(&bench.place("new/house")), ["parlour.db"]);
    open(settings, &bench.clock).await;
}

#[tokio::test]
async fn a_file_that_is_no_intact_backup_is_refused() {
    let bench = Bench::on_a_file().await;
    let alice = bench.guest("Alice").await;
    for number in 0..300 {
        bench.post(&alice, &format!("message {number}")).await;
    }
    for name in ["newer.db", "torn.db", "lost.db", "dangling.db"] {
        bench.back_up(name).await.unwrap();
    }
    let at = |name| bench.place(name);
    bench.ctx.drain().await;
    let newer = "INSERT INTO seaql_migrations VALUES ('m9001_later', 0)";
    change(&at("newer.db"), newer);
    let lost = "DELETE FROM messages WHERE number = 200";
    change(&at("lost.db"), lost);
    let dangling = "PRAGMA foreign_keys = OFF; DELETE FROM users";
    change(&at("dangling.db"), dangling);
    change(&at("other.db"), "CREATE TABLE songs (name TEXT)");
    let mut torn = fs::read(at("torn.db")).unwrap();
    let half = torn.len() / 2;
    torn[half..].fill(b'?');
    fs::write(at("torn.db"), torn).unwrap();
    fs::write(at("novel.txt"), "chapter one ".repeat(1_000)).unwrap();
    fs::write(at("empty"), "").unwrap();

    let before = [files(bench.folder.path()), files(&at("data"))];
    for (name, word) in [
        ("newer.db", "newer version"),
        ("torn.db", "damaged"),
        ("lost.db", "a room has lost messages"),
        ("dangling.db", "refers to nothing"),
        ("other.db", "not a database of Parlour"),
        ("novel.txt", "not a database of Parlour"),
        ("empty", "not a database of Parlour"),
        ("missing", "There is no file"),
        ("data", "There is no file"),
        ("data/parlour.db", "is the database itself"),
    ] {
        sentence(bench.restore(name).await, &[name, word]);
    }
    let after = [files(bench.folder.path()), files(&at("data"))];
    assert!(before == after, "nothing is changed");
}

#[tokio::test]
async fn a_database_in_use_is_not_replaced() {
    let bench = Bench::on_a_file().await;
    bench.back_up("copy.db").await.unwrap();
    let lock = DatabaseLock::take(&bench.file());
    let served = bench.restore("copy.db").await;
    sentence(served, &["parlour.db", "stop it, restore"]);
    drop(lock);
    bench.ctx.drain().await;
    let other = OtherProgram::open(&bench.file());
    other.execute("DELETE FROM users");
    let before = names(&bench.place("data"));
    sentence(bench.restore("copy.db").await, &["parlour.db", "close it"]);
    assert_eq!(names(&bench.place("data")), before);
    drop(other);
    bench.restore("copy.db").await.unwrap();
}

#[tokio::test]
async fn a_damaged_database_is_kept_as_it_is() {
    let bench = Bench::on_a_file().await;
    bench.back_up("copy.db").await.unwrap();
    let folder = bench.place("ruin");
    fs::create_dir(&folder).unwrap();
    let database = folder.join("parlour.db");
    for (side, text) in [("", "ruined ".repeat(900)), ("-wal", "its log".to_owned())] {
        fs::write(format!("{}{side}", database.display()), text).unwrap();
    }
    let old = files(&folder);
    let settings = settings_of(&database);
    let copy = bench.place("copy.db");
    let done = restored(&settings, &copy, &bench.clock).await.unwrap();
    let aside = done.aside.unwrap();
    for (side, (_, text)) in ["", "-wal"].iter().zip(&old) {
        let kept = fs::read(format!("{}{side}", aside.display())).unwrap();
        assert!(kept == *text, "{side}");
    }
    assert_eq!(names(&folder).len(), 3);
    open(settings, &bench.clock).await;
}

#[tokio::test]
async fn a_symbolic_link_to_the_database_is_kept() {
    let bench = Bench::on_a_file().await;
    bench.back_up("copy.db").await.unwrap();
    bench.ctx.drain().await;
    let link = bench.place("link.db");
    symlink(bench.file(), &link).unwrap();
    let copy = bench.place("copy.db");
    let done = restored(&settings_of(&link), &copy, &bench.clock).await;
    let file = fs::canonicalize(bench.file()).unwrap();
    assert_eq!(done.unwrap().database, file);
    assert!(link.is_symlink());
}
