//! What the table `[database]` accepts and refuses, and where a password comes from.

use super::super::Settings;
use super::*;
use std::fs::Permissions;
use tempfile::TempDir;

const URL: &str = "postgres://alice@localhost/chat";

fn with(variables: &[(&str, &str)]) -> Result<DatabaseSettings, ConfigError> {
    let variables = variables.iter().map(|(name, value)| {
        let name = format!("PARLOUR__DATABASE__{name}");
        (name, (*value).to_owned())
    });
    Ok(Settings::parse("", "Leptos.toml", variables)?.database)
}

fn refusal(variables: &[(&str, &str)]) -> String {
    with(variables).expect_err("it is refused").to_string()
}

fn postgres(settings: &DatabaseSettings) -> &PostgresUrl {
    match &settings.url {
        DatabaseUrl::Postgres(url) => url,
        DatabaseUrl::Sqlite(_) => panic!("it is of PostgreSQL"),
    }
}

/// A file with this text that only its owner may read.
fn secret_file(text: &[u8]) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    let path = file.display().to_string();
    (folder, path)
}

#[test]
fn a_url_names_a_file_or_a_server() {
    let sqlite = with(&[("URL", "sqlite:data/x.db?mode=rwc")]).unwrap();
    assert_eq!(sqlite.file(), Some(Path::new("data/x.db")));
    assert_eq!(sqlite.url.to_string(), "sqlite://data/x.db");
    for scheme in ["postgres", "postgresql"] {
        let settings = with(&[("URL", &URL.replace("postgres", scheme))]).unwrap();
        assert_eq!(postgres(&settings).database, "chat");
        assert_eq!(settings.file(), None);
        assert_eq!(settings.url.to_string(), URL);
    }
}

#[test]
fn another_scheme_is_refused_with_both_that_are_known() {
    for url in ["mysql://u:hush@h/d", "parlour.db", "", "Postgres://u@h/d"] {
        let sentence = refusal(&[("URL", url)]);
        assert_eq!(
            sentence,
            "The setting database.url (PARLOUR__DATABASE__URL) must be a SQLite file like \"sqlite://data/parlour.db\", \
             or a PostgreSQL database like \"postgres://parlour@localhost/parlour\"."
        );
    }
    for url in [
        "sqlite:",
        "sqlite://",
        "sqlite://data/",
        "sqlite::memory:",
        "sqlite://x?mode=memory",
    ] {
        let sentence = refusal(&[("URL", url)]);
        assert!(
            sentence.ends_with("must be a SQLite file like \"sqlite://data/parlour.db\"."),
            "{sentence}"
        );
    }
}

#[test]
fn a_refused_url_is_not_repeated() {
    for url in [
        "mysql://alice:hush@h/d",
        "postgres://alice:hu/sh@h",
        "postgres://alice:hush?hush=hush@h/d",
        "postgres://alice:hush#@h:x/d",
        "postgres://alice:hush%@h/d",
        "postgres://alice:hush@h/d?password=hush",
        "postgres://alice:hush@h/d?hush=hush",
    ] {
        let sentence = refusal(&[("URL", url)]);
        assert!(!sentence.contains("hu"), "{sentence}");
    }
    let file = Settings::parse(
        "[database]\nurl = \"mysql://alice:hush@h/d\"\n",
        "Leptos.toml",
        [],
    );
    let sentence = file.expect_err("it is refused").to_string();
    assert!(!sentence.contains("hush"), "{sentence}");
}

#[test]
fn the_settings_are_shown_without_the_password() {
    let (_folder, file) = secret_file(b"hush\n");
    for settings in [
        with(&[("URL", "postgres://alice:hush@localhost/chat")]).unwrap(),
        with(&[("URL", URL), ("PASSWORD_FILE", &file)]).unwrap(),
    ] {
        assert_eq!(
            postgres(&settings).password.as_ref().unwrap().secret(),
            "hush"
        );
        let table = toml::Table::try_from(&settings).unwrap();
        let shown = format!("{settings:?} {:#?} {table}", settings.url);
        assert!(!shown.contains("hush"), "{shown}");
    }
}

#[test]
fn a_password_is_read_from_a_file_without_its_newline() {
    for (text, password) in [
        ("hush", "hush"),
        ("hush\n", "hush"),
        ("hush\r\n", "hush"),
        (" hu sh \n", " hu sh "),
    ] {
        let (_folder, file) = secret_file(text.as_bytes());
        let settings = with(&[("URL", URL), ("PASSWORD_FILE", &file)]).unwrap();
        assert_eq!(
            postgres(&settings).password.as_ref().unwrap().secret(),
            password
        );
    }
}

#[test]
fn a_password_that_cannot_be_had_is_refused() {
    for text in ["", "\n", "one\ntwo\n", "hush\n\n", "hu\0sh"] {
        let (_folder, file) = secret_file(text.as_bytes());
        let sentence = refusal(&[("URL", URL), ("PASSWORD_FILE", &file)]);
        assert_eq!(
            sentence,
            "The setting database.password-file must be a file with one line in it, the password."
        );
    }
    let (folder, file) = secret_file(b"\xff\xfe");
    let sentence = refusal(&[("URL", URL), ("PASSWORD_FILE", &file)]);
    assert!(
        sentence.contains(&file) && sentence.contains("cannot be read"),
        "{sentence}"
    );
    let missing = folder.path().join("nothing").display().to_string();
    for path in [&missing, &folder.path().display().to_string()] {
        let sentence = refusal(&[("URL", URL), ("PASSWORD_FILE", path)]);
        assert!(
            sentence.contains("database.password-file") && sentence.contains(path),
            "{sentence}"
        );
    }
}

#[test]
fn a_password_that_everybody_may_read_is_refused() {
    let (_folder, file) = secret_file(b"hush\n");
    for (mode, is_refused) in [(0o604, true), (0o644, true), (0o640, false), (0o400, false)] {
        fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        let settings = with(&[("URL", URL), ("PASSWORD_FILE", &file)]);
        assert_eq!(settings.is_err(), is_refused, "{mode:o}");
    }
}

#[test]
fn a_password_has_one_place() {
    let (_folder, file) = secret_file(b"hush\n");
    let sentence = refusal(&[("PASSWORD_FILE", &file)]);
    assert!(
        sentence.contains("database.password-file must be empty while"),
        "{sentence}"
    );
    let url = "postgres://alice:hush@localhost/chat";
    let sentence = refusal(&[("URL", url), ("PASSWORD_FILE", &file)]);
    assert!(
        sentence.contains("database.password-file must be empty while"),
        "{sentence}"
    );
}

#[test]
fn numbers_have_bounds_and_a_name_is_one_line() {
    let long = "n".repeat(101);
    for (name, value, key) in [
        ("POOL_SIZE", "1001", "pool-size"),
        ("POOL_SIZE", "-1", "pool-size"),
        ("STATEMENT_TIMEOUT_MS", "0", "statement-timeout-ms"),
        ("STATEMENT_TIMEOUT_MS", "99", "statement-timeout-ms"),
        ("STATEMENT_TIMEOUT_MS", "soon", "statement-timeout-ms"),
        ("STATEMENT_CACHE", "perhaps", "statement-cache"),
        ("NODE_NAME", "two\nlines", "node-name"),
        ("NODE_NAME", &long, "node-name"),
    ] {
        let sentence = refusal(&[("URL", URL), (name, value)]);
        assert!(
            sentence.starts_with(&format!("The setting database.{key}")),
            "{sentence}"
        );
        assert!(sentence.contains(" must be "), "{sentence}");
    }
    let settings = with(&[
        ("URL", URL),
        ("POOL_SIZE", "7"),
        ("STATEMENT_TIMEOUT_MS", "100"),
        ("STATEMENT_CACHE", "false"),
        ("NODE_NAME", "salon-1"),
    ]);
    let settings = settings.unwrap();
    assert_eq!(settings.readers(), 7);
    assert!(!settings.statement_cache);
    assert_eq!(settings.node(), "salon-1");
}

#[test]
fn what_is_not_set_follows_the_machine() {
    let settings = DatabaseSettings::default();
    assert!((4..=16).contains(&settings.readers()));
    assert!(
        settings
            .node()
            .ends_with(&format!(", process {}", process::id()))
    );
}

#[test]
fn what_is_kept_on_this_machine_has_a_place_for_either() {
    let sqlite = DatabaseSettings::default();
    assert_eq!(sqlite.on_this_machine(), Path::new("data/parlour.db"));
    assert_eq!(sqlite.builds(), Path::new("data/parlour.db.builds"));
    let postgres = with(&[("URL", "postgres://u@h/..%2Fchat")]).unwrap();
    assert_eq!(
        postgres.on_this_machine(),
        Path::new("data/___chat.postgres")
    );
    assert_eq!(postgres.builds(), Path::new("data/___chat.postgres.builds"));
}
