//! What the settings accept and refuse.

use super::*;

fn parse(text: &str) -> Result<Settings, ConfigError> {
    Settings::parse(text, "Leptos.toml", [])
}

fn with(variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::parse("", "Leptos.toml", variables)
}

fn refusal(result: Result<Settings, ConfigError>) -> String {
    result.expect_err("it is refused").to_string()
}

#[test]
fn the_file_in_the_repository_holds_the_defaults_and_every_key() {
    let text = include_str!("../../../Leptos.toml");
    let shipped = parse(text).unwrap();
    assert_eq!(
        shipped,
        Settings::default(),
        "it names nothing that can be changed"
    );
    // What can be changed while the server serves is commented out, as `#key = value`.
    let is_key = |line: &&str| line.starts_with(|first: char| first.is_ascii_lowercase());
    let uncommented = |line: &str| match line.strip_prefix('#').filter(is_key) {
        Some(key) => format!("{key}\n"),
        None => format!("{line}\n"),
    };
    let text: String = text.lines().map(uncommented).collect();
    let text = text.as_str();
    let named = parse(text).unwrap().named;
    assert_eq!(
        named.len(),
        Settings::default().changeable().entries().len()
    );
    let file: toml::Table = text.parse().unwrap();
    let site = &file["package"]["metadata"]["leptos"];
    assert_eq!(
        site.as_table().unwrap(),
        &toml::Table::try_from(SiteSettings::default()).unwrap()
    );
    for (section, keys) in toml::Table::try_from(Settings::default()).unwrap() {
        assert_eq!(file[&section], keys, "[{section}]");
    }
    for line in text
        .lines()
        .filter(|line| line.contains(" = ") && !line.starts_with('#'))
    {
        let key = line.split(" = ").next().unwrap();
        assert!(
            text.contains(&format!("\n# {key}: ")),
            "{key} is not explained above it"
        );
    }
}

#[test]
fn no_file_is_the_defaults_and_a_missing_one_is_an_error() {
    assert_eq!(parse("").unwrap(), Settings::default());
    let missing = Path::new("/nonexistent/parlour.toml");
    let sentence = refusal(Settings::load(Some(missing), []));
    assert!(sentence.contains("/nonexistent/parlour.toml"), "{sentence}");
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    for (text, key) in [
        (
            "[limits]\nmessages-per-minute = 1",
            "limits.messages-per-minute",
        ),
        ("[limit]\nx = 1", "limit"),
        ("public-url = \"http://x\"", "public-url"),
        ("[package.metadata.leptos]\nsite-adr = \"x\"", "site-adr"),
        ("[package.metadata.docs]\nx = 1", "package.metadata.docs"),
        ("[database]\nURL = \"x\"", "database.URL"),
    ] {
        let sentence = refusal(parse(text));
        assert!(
            sentence.contains(&format!("no setting {key} ")),
            "{sentence}"
        );
        assert!(sentence.contains("Leptos.toml"), "{sentence}");
    }
    for name in ["PARLOUR__LIMITS__NOPE", "PARLOUR__NOPE__X", "PARLOUR__NOPE"] {
        let sentence = refusal(with(&[(name, "1")]));
        assert!(sentence.contains(name), "{sentence}");
    }
}

#[test]
fn an_impossible_value_is_refused_by_name() {
    for (text, key) in [
        ("[limits]\nrooms-per-hour = -1", "limits.rooms-per-hour"),
        (
            "[limits]\nrooms-per-hour = 99999999999",
            "limits.rooms-per-hour",
        ),
        (
            "[limits]\nrooms-per-hour = \"many\"",
            "limits.rooms-per-hour",
        ),
        ("[limits]\nmessage-burst = 0", "limits.message-burst"),
        (
            "[limits]\naddress-message-burst = 0",
            "limits.address-message-burst",
        ),
        ("[server]\nlog-format = \"xml\"", "server.log-format"),
        ("[server]\nlog-level = \"[\"", "server.log-level"),
        (
            "[server]\npublic-url = \"chat.example.org\"",
            "server.public-url",
        ),
        (
            "[server]\npublic-url = \"https://x.org/chat\"",
            "server.public-url",
        ),
        (
            "[server]\ntrusted-proxies = [\"everyone\"]",
            "server.trusted-proxies",
        ),
        (
            "[server]\nallowed-origins = [\"*\"]",
            "server.allowed-origins",
        ),
        (
            "[server]\nallowed-origins = [\"null\"]",
            "server.allowed-origins",
        ),
        (
            "[server]\nallowed-origins = [\"https://x.org\", \"https://x.org/\"]",
            "server.allowed-origins",
        ),
        ("[realtime]\nbroker = \"redis\"", "realtime.broker"),
        ("[realtime]\nheartbeat-ms = 0", "realtime.heartbeat-ms"),
        ("[realtime]\npong-ms = 0", "realtime.pong-ms"),
        ("[realtime]\nfirst-frame-ms = 0", "realtime.first-frame-ms"),
        ("[database]\nurl = \"mysql://x/y\"", "database.url"),
        ("[database]\nurl = \"sqlite::memory:\"", "database.url"),
        ("[database]\nurl = \"sqlite://\"", "database.url"),
        ("[package.metadata.leptos]\nsite-root = \".\"", "site-root"),
        ("[package.metadata.leptos]\nsite-root = \"/\"", "site-root"),
        (
            "[package.metadata.leptos]\nsite-root = \"./x/..\"",
            "site-root",
        ),
        (
            "[package.metadata.leptos]\nsite-addr = \"3000\"",
            "site-addr",
        ),
    ] {
        let sentence = refusal(parse(text));
        let said = sentence.starts_with(&format!("The setting {key} must be "));
        assert!(said, "{text}: {sentence}");
        assert!(!sentence.contains('\n'), "{sentence}");
    }
}

#[test]
fn broken_toml_is_told_with_its_line() {
    let sentence = refusal(parse("[limits]\nrooms-per-hour = = 3\n"));
    assert!(sentence.contains("line 2"), "{sentence}");
}

#[test]
fn the_environment_overrides_the_file() {
    let variables = [
        ("PARLOUR__LIMITS__MESSAGES_PER_SECOND", "0"),
        ("PARLOUR__SERVER__TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
        ("PARLOUR__SERVER__ALLOWED_ORIGINS", "https://a.example"),
        ("PARLOUR__SERVER__LOG_FORMAT", "json"),
        ("PARLOUR__DATABASE__URL", "sqlite:///tmp/x.db"),
        ("PARLOUR__SITE_ADDR", "0.0.0.0:8080"),
        ("LEPTOS_SITE_ADDR", "127.0.0.1:1"),
        ("LEPTOS_SITE_ROOT", "site"),
        ("LEPTOS_LIB_DIR", "what cargo-leptos also sets"),
        ("LEPTOS_ENV", "what Leptos itself reads"),
        ("PATH", "/bin"),
    ];
    let settings = with(&variables).unwrap();
    assert_eq!(settings.limits.messages_per_second, 0);
    assert_eq!(settings.server.trusted_proxies.len(), 2);
    assert_eq!(settings.server.allowed_origins, ["https://a.example"]);
    assert_eq!(settings.server.log_format, LogFormat::Json);
    assert_eq!(settings.database.file(), Some(Path::new("/tmp/x.db")));
    assert_eq!(settings.site.site_addr.port(), 8080);
    assert_eq!(settings.site.site_root, "site");
}

#[test]
fn a_variable_of_the_wrong_type_is_refused_by_name() {
    for (name, value) in [
        ("PARLOUR__LIMITS__MESSAGE_BURST", "lots"),
        ("PARLOUR__LIMITS__ROOMS_PER_HOUR", "a few"),
        ("PARLOUR__LIMITS__ROOMS_PER_HOUR", "-1"),
        ("PARLOUR__SERVER__LOG_FORMAT", "xml"),
        ("PARLOUR__SERVER__TRUSTED_PROXIES", "everyone"),
        ("LEPTOS_SITE_ADDR", "3000"),
    ] {
        let sentence = refusal(with(&[(name, value)]));
        assert!(
            sentence.contains(&format!(" ({name}) must be ")),
            "{sentence}"
        );
    }
}

#[test]
fn what_a_value_may_be_is_said_in_plain_words() {
    for (text, sentence) in [
        (
            "[limits]\nrooms-per-hour = -1",
            "The setting limits.rooms-per-hour must be a whole number from 0 to 4294967295.",
        ),
        (
            "[limits]\nrooms-per-hour = \"many\"",
            "The setting limits.rooms-per-hour must be a whole number from 0 to 4294967295.",
        ),
        (
            "[server]\nlog-format = \"xml\"",
            "The setting server.log-format must be text or json.",
        ),
        (
            "[server]\npublic-url = 3",
            "The setting server.public-url must be a text in quotes.",
        ),
        (
            "[server]\nallowed-origins = \"https://x.org\"",
            "The setting server.allowed-origins must be a list of texts.",
        ),
        (
            "[server]\nallowed-origins = [1]",
            "The setting server.allowed-origins must be a list of texts.",
        ),
        ("limits = 3", "The setting limits must be a table."),
        (
            "[package.metadata]\nleptos = 3",
            "The setting package.metadata.leptos must be a table.",
        ),
        (
            "[package.metadata.leptos]\nsite-addr = \"3000\"",
            "The setting site-addr must be an address with a port like \"127.0.0.1:3000\".",
        ),
    ] {
        assert_eq!(refusal(parse(text)), sentence, "{text}");
    }
}

#[test]
fn a_text_of_digits_is_a_text_in_the_environment_too() {
    let settings = with(&[("PARLOUR__SITE_PKG_DIR", "2026")]).unwrap();
    assert_eq!(settings.site.site_pkg_dir, "2026");
}

#[test]
fn a_setting_that_was_removed_is_named_and_stops_nothing() {
    let text = "[package.metadata.leptos]\nhash-files = true\nsite-pkg-dir = \"p\"\n";
    let variables = [("PARLOUR__HASH_FILES".to_owned(), "perhaps".to_owned())];
    let settings = Settings::parse(text, "Leptos.toml", variables).unwrap();
    assert_eq!(
        settings.without_effect,
        [
            "hash-files (Leptos.toml)",
            "hash-files (PARLOUR__HASH_FILES)"
        ]
    );
    assert_eq!(settings.site.site_pkg_dir, "p");
    assert!(with(&[]).unwrap().without_effect.is_empty());
    let sentence = refusal(parse("[server]\nhash-files = true\n"));
    assert!(sentence.contains("server.hash-files"), "{sentence}");
}
