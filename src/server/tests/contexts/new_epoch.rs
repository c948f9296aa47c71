//! A new epoch, drawn by hand.

use super::copying::{database_of, sentence, served, url_of};
use super::*;
use parlour_server::store::epoch::{self, EpochError};
use parlour_server::store::lock::DatabaseLock;
use parlour_test_postgres::PostgresServer;
use std::fs;

pub(super) async fn renewed(url: &str) -> Result<(), EpochError> {
    epoch::renew(&database_of(url), Arc::new(SystemRandom)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_epoch_is_drawn_while_no_server_uses_the_database() {
    let folder = quick_folder();
    let file = folder.path().join("parlour.db");
    let server = PostgresServer::of_this_process();
    let database = server.map(|server| server.database().unwrap());
    let urls = [url_of(&file)].into_iter();
    for url in urls.chain(database.as_ref().map(Database::url)) {
        let ctx = served(&url).await;
        let first = ctx.epoch();
        ctx.drain().await;
        drop(ctx);
        renewed(&url).await.unwrap();
        let ctx = served(&url).await;
        assert_ne!(ctx.epoch(), first);
        ctx.drain().await;
    }
    let lock = DatabaseLock::take(&file);
    sentence(renewed(&url_of(&file)).await, &["parlour.db", "stop it"]);
    drop(lock);
    let missing = url_of(&folder.path().join("missing.db"));
    sentence(renewed(&missing).await, &["no database", "missing.db"]);
    assert!(!folder.path().join("missing.db").exists());
    fs::write(folder.path().join("novel.db"), "chapter one ".repeat(999)).unwrap();
    let novel = url_of(&folder.path().join("novel.db"));
    sentence(
        renewed(&novel).await,
        &["novel.db", "not a database of Parlour"],
    );
    if let Some(server) = server {
        let empty = server.database().unwrap();
        sentence(renewed(&empty.url()).await, &["not a database of Parlour"]);
    }
}
