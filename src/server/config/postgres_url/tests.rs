//! What is read of a URL, what is refused, and that no password is shown.

use super::*;

fn read(text: &str) -> PostgresUrl {
    text.parse()
        .unwrap_or_else(|refusal| panic!("{text}: {refusal}"))
}

fn refusal(text: &str) -> &'static str {
    let refused: Result<PostgresUrl, NotPostgres> = text.parse();
    refused.expect_err(text).0
}

fn tcp(name: &str, port: u16) -> PostgresHost {
    PostgresHost::Tcp(name.to_owned(), port)
}

#[test]
fn a_whole_url_is_read() {
    let url = read("postgres://alice:secret@db.example.org:6432/chat?sslmode=require");
    assert_eq!(url.hosts, [tcp("db.example.org", 6432)]);
    assert_eq!(url.user, "alice");
    assert_eq!(url.password.unwrap().secret(), "secret");
    assert_eq!(url.database, "chat");
    assert_eq!(url.tls, Tls::Require);
}

#[test]
fn what_is_not_said_is_as_postgresql_has_it() {
    let url = read("postgresql://alice@localhost/chat");
    assert_eq!(url.hosts, [tcp("localhost", 5432)]);
    assert_eq!(url.password, None);
    assert_eq!(url.tls, Tls::Prefer);
}

#[test]
fn a_unix_socket_is_a_folder_in_either_place() {
    let socket = PostgresHost::Unix(PathBuf::from("/run/postgresql"), 5432);
    for text in [
        "postgres:///chat?host=/run/postgresql&user=alice",
        "postgres:///chat?user=alice&host=%2Frun%2Fpostgresql",
        "postgres://alice@/chat?host=/run/postgresql",
        "postgres://alice@%2Frun%2Fpostgresql/chat",
        "postgres://alice@%2Frun%2Fpostgresql:5432/chat",
        "postgres:///?host=/run/postgresql&user=alice&dbname=chat&port=5432",
    ] {
        let url = read(text);
        assert_eq!(url.hosts, std::slice::from_ref(&socket), "{text}");
        assert_eq!((&*url.user, &*url.database), ("alice", "chat"), "{text}");
    }
}

#[test]
fn several_hosts_are_kept_in_their_order() {
    let two = [tcp("a", 1), tcp("b", 5432)];
    assert_eq!(read("postgres://u@a:1,b/d").hosts, two);
    assert_eq!(read("postgres://u@/d?host=a,b&port=1,5432").hosts, two);
    let same = [tcp("a", 7), tcp("b", 7)];
    assert_eq!(read("postgres://u@/d?host=a,b&port=7").hosts, same);
    let six = [tcp("::1", 5432), tcp("2001:db8::2", 6)];
    assert_eq!(read("postgres://u@[::1],[2001:db8::2]:6/d").hosts, six);
}

#[test]
fn what_a_url_has_signs_for_is_written_with_percent() {
    let url = read("postgres://al%20ice:p%40ss%2Fw%3Fo%25rd%3a+@h/ch%C3%A4t");
    assert_eq!(url.user, "al ice");
    assert_eq!(url.password.unwrap().secret(), "p@ss/w?o%rd:+");
    assert_eq!(url.database, "chät");
    let url = read("postgres://alice:p@s/s#:@h/d");
    assert_eq!(url.password.unwrap().secret(), "p@s/s#:");
    assert_eq!(url.hosts, [tcp("h", 5432)]);
}

#[test]
fn certificates_belong_to_the_modes_that_look_at_them() {
    let root = PathBuf::from("/etc/ssl/db.pem");
    let tls = |parameters: &str| read(&format!("postgres://u@h/d?{parameters}")).tls;
    assert_eq!(tls("sslmode=disable"), Tls::Disable);
    assert_eq!(tls("sslmode=prefer"), Tls::Prefer);
    let file = "sslrootcert=/etc/ssl/db.pem";
    assert_eq!(
        tls(&format!("sslmode=verify-ca&{file}")),
        Tls::VerifyCa(root.clone())
    );
    assert_eq!(
        tls(&format!("{file}&sslmode=verify-full")),
        Tls::VerifyFull(root)
    );
}

#[test]
fn what_cannot_be_is_refused_with_what_could() {
    for (text, expected) in [
        ("mysql://u@h/d", LIKE.0),
        ("postgres:u@h/d", LIKE.0),
        ("postgres://", NEEDS_HOST),
        ("postgres://u@/d", NEEDS_HOST),
        ("postgres:///d?user=u", NEEDS_HOST),
        ("postgres://h/d", NEEDS_USER),
        ("postgres://:secret@h/d", NEEDS_USER),
        ("postgres://h/d?user=", NEEDS_USER),
        ("postgres://u@h", NEEDS_NAME),
        ("postgres://u@h/", NEEDS_NAME),
        ("postgres://u@h/?dbname=", NEEDS_NAME),
        ("postgres://u@h:0/d", PORTS),
        ("postgres://u@h:65536/d", PORTS),
        ("postgres://u@h:many/d", PORTS),
        ("postgres://u@h:-1/d", PORTS),
        ("postgres:///d?host=a,b,c&port=1,2&user=u", PORTS),
        ("postgres://u@a,,b/d", HOST),
        ("postgres://u@a b/d", HOST),
        ("postgres://u@::1/d", HOST),
        ("postgres://u@[::x]/d", HOST),
        ("postgres:///d?host=&user=u", HOST),
        ("postgres:///d?host=run/postgresql&user=u", HOST),
        ("postgres://u:@h/d", PASSWORD),
        ("postgres://u@h/d?password=", PASSWORD),
        ("postgres://u:%@h/d", ENCODING),
        ("postgres://u:%4@h/d", ENCODING),
        ("postgres://u:%zz@h/d", ENCODING),
        ("postgres://u%00@h/d", ENCODING),
        ("postgres://u:p%00@h/d", ENCODING),
        ("postgres://u:%FF@h/d", ENCODING),
        ("postgres://u@h/d%FF", ENCODING),
        ("postgres://u@h/d?user=v", TWICE),
        ("postgres://u:p@h/d?password=q", TWICE),
        ("postgres://u@h/d?dbname=e", TWICE),
        ("postgres://u@h/d?host=i", TWICE),
        ("postgres://u@h/d?port=7", TWICE),
        ("postgres://u@h/d?sslmode=require&sslmode=disable", TWICE),
        ("postgres://u@h/d?sslmode", PARAMETERS),
        ("postgres://u@h/d?application_name=x", PARAMETERS),
        ("postgres://u@h/d?SSLMODE=require", PARAMETERS),
        ("postgres://u@h/d?sslmode=allow", SSLMODE),
        ("postgres://u@h/d?sslmode=", SSLMODE),
        ("postgres://u@h/d?sslmode=verify-full", ROOT_NEEDED),
        (
            "postgres://u@h/d?sslmode=verify-ca&sslrootcert=",
            ROOT_NEEDED,
        ),
        ("postgres://u@h/d?sslrootcert=/a.pem", ROOT_WITHOUT_USE),
        (
            "postgres://u@h/d?sslmode=require&sslrootcert=/a.pem",
            ROOT_WITHOUT_USE,
        ),
    ] {
        assert_eq!(refusal(text), expected, "{text}");
        assert!(expected.starts_with("a PostgreSQL database"), "{expected}");
    }
}

#[test]
fn a_password_is_shown_nowhere() {
    let url = read("postgres://u:hush@h/d");
    assert_eq!(url.to_string(), "postgres://u@h/d");
    let shown = format!("{url:?} {:?} {:#?}", url.password, Some(&url));
    assert!(!shown.contains("hush"), "{shown}");
}

#[test]
fn what_is_shown_is_the_same_database() {
    for text in [
        "postgres://u@h/d",
        "postgres://u@h:7,%2Ftmp%2Fs:8,[::1]:9/d",
        "postgres://a%40b@h/%3F%2F?sslmode=disable",
        "postgres://u@h/d?sslmode=require",
        "postgres://u@h/d?sslmode=verify-ca&sslrootcert=%2Fa%20b.pem",
        "postgres://u@h/d?sslmode=verify-full&sslrootcert=a.pem",
    ] {
        assert_eq!(read(text).to_string(), text);
    }
}
