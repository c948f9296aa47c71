//! Who is let in, and to whom it is spoken: passwords and TLS.

use super::{open, why};
use parlour_test_postgres::PostgresServer;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

/// Made once for these tests, with a hundred years to live: an authority, another one, and a certificate of the first
/// for `localhost`.
const AUTHORITY: &str = include_str!("authority.pem");
const ANOTHER: &str = include_str!("another_authority.pem");
const CERTIFICATE: &str = include_str!("localhost.pem");
const KEY: &str = include_str!("localhost.key");

/// Writes a file for the server alone.
fn give(file: &Path, text: &str) {
    fs::write(file, text).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    let folder = fs::metadata(file.parent().unwrap()).unwrap();
    chown(file, Some(folder.uid()), Some(folder.gid())).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_refused_with_a_sentence_that_does_not_have_it() {
    if PostgresServer::of_this_process().is_none() {
        return;
    }
    let server = PostgresServer::launch(&[]).unwrap();
    server
        .sql("postgres", "CREATE ROLE app LOGIN PASSWORD 'right'")
        .unwrap();
    server
        .sql("postgres", "CREATE DATABASE chat OWNER app")
        .unwrap();
    let rules = server.folder().join("data/pg_hba.conf");
    give(
        &rules,
        "local all parlour trust\nlocal all app scram-sha-256\n",
    );
    server.sql("postgres", "SELECT pg_reload_conf()").unwrap();
    let url = |password: &str| {
        let folder = server.folder().display();
        format!("postgres:///chat?host={folder}&user=app&password={password}")
    };
    let refused = loop {
        // The server reads its rules a moment after it was told to.
        match open(&url("wr0ng"), "alpha").await {
            Ok(opened) => drop(opened),
            refused => break why(refused),
        }
    };
    assert!(
        refused.contains("password authentication failed"),
        "{refused}"
    );
    assert!(!refused.contains("wr0ng"), "{refused}");
    open(&url("right"), "alpha").await.unwrap();
}

/// A server that speaks TLS alone, and the URL of its database with these parameters.
struct Encrypted {
    server: PostgresServer,
    port: u16,
    roots: tempfile::TempDir,
}

impl Encrypted {
    fn launch() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let server = PostgresServer::launch(&[
            ("listen_addresses", "127.0.0.1"),
            ("port", &port.to_string()),
        ])
        .unwrap();
        let data = server.folder().join("data");
        give(&data.join("server.crt"), CERTIFICATE);
        give(&data.join("server.key"), KEY);
        let rules = "local all all trust\nhostssl all all 127.0.0.1/32 trust\n";
        give(&data.join("pg_hba.conf"), rules);
        server.sql("postgres", "CREATE DATABASE chat").unwrap();
        server.sql("postgres", "ALTER SYSTEM SET ssl = on").unwrap();
        server.stop(parlour_test_postgres::Stop::Fast).unwrap();
        server.start().unwrap();
        Self {
            server,
            port,
            roots: tempfile::tempdir().unwrap(),
        }
    }

    fn root(&self, name: &str, text: &str) -> PathBuf {
        let file = self.roots.path().join(name);
        fs::write(&file, text).unwrap();
        file
    }

    fn url(&self, host: &str, parameters: &str) -> String {
        let port = self.port;
        format!("postgres://parlour@{host}:{port}/chat?{parameters}")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_as_strict_as_its_mode_says() {
    if PostgresServer::of_this_process().is_none() {
        return;
    }
    let encrypted = Encrypted::launch();
    let right = encrypted.root("right.pem", AUTHORITY);
    let wrong = encrypted.root("wrong.pem", ANOTHER);
    let empty = encrypted.root("empty.pem", "");
    let with = |mode: &str, root: &Path| format!("sslmode={mode}&sslrootcert={}", root.display());
    for (host, parameters) in [
        ("127.0.0.1", "sslmode=require".to_owned()),
        ("127.0.0.1", "sslmode=prefer".to_owned()),
        ("127.0.0.1", with("verify-ca", &right)),
        ("localhost", with("verify-full", &right)),
    ] {
        let url = encrypted.url(host, &parameters);
        let opened = open(&url, "alpha").await;
        assert!(opened.is_ok(), "{parameters}: {:?}", opened.err());
        // The next one is not another server.
        let free = "UPDATE lease SET until = now()";
        drop(opened);
        encrypted.server.sql("chat", free).unwrap();
    }
    for (host, parameters) in [
        ("127.0.0.1", "sslmode=disable".to_owned()),
        // The certificate is for another name.
        ("127.0.0.1", with("verify-full", &right)),
        ("localhost", with("verify-full", &wrong)),
        ("127.0.0.1", with("verify-ca", &wrong)),
        ("127.0.0.1", with("verify-ca", &empty)),
        (
            "127.0.0.1",
            with("verify-ca", &empty.with_extension("missing")),
        ),
    ] {
        let refused = open(&encrypted.url(host, &parameters), "alpha").await;
        assert!(refused.is_err(), "{parameters}");
    }
}
