//! Durability: the bytes of a message are on disk (`fdatasync`) before it is acknowledged or broadcast.

use crate::harness::{Browser, Program, Socket, a_disk_in};
use futures::future::join_all;
use parlour_chaos::disk::{Disk, MARK, Trace};
use serde_json::json;
use std::time::Duration;
use tempfile::tempdir;

/// Messages that are sent, half of them through sockets and half through REST.
const SENDS: usize = 60;

/// Sends from many sides at once on this disk, and answers what came to the disk and what went out,
/// in order.
async fn sent_on(disk: &Disk, folder: &std::path::Path) -> Trace {
    let disk_environment = disk.environment();
    let mut environment: Vec<(&str, &str)> = disk_environment
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    environment.push(("PARLOUR__LIMITS__MESSAGES_PER_SECOND", "0"));
    environment.push(("PARLOUR__LIMITS__ADDRESS_MESSAGES_PER_SECOND", "0"));
    environment.push(("PARLOUR__LIMITS__GUESTS_PER_MINUTE", "0"));
    let mut program = Program::start(folder, &environment);
    let address = program.address();
    let senders = (0..6).map(async |sender| {
        let name = format!("Sender {sender}");
        let mut socket = Socket::guest(address, 1, &name).await;
        let browser = Browser::of(address);
        for nth in 0..SENDS / 12 {
            let mark = |door: usize| format!("{MARK}{}", (door * 6 + sender) * 1_000 + nth);
            socket
                .send(json!({"type": "message", "content": mark(0), "client_id": mark(0)}))
                .await;
            let rest = browser
                .own_request("/api/chat/rooms/1/messages")
                .bearer_auth(socket.token())
                .json(&json!({"content": mark(1), "client_id": mark(1)}));
            let rest = rest.send().await.unwrap();
            assert_eq!(rest.status(), 201);
            rest.text().await.unwrap();
            while socket.next_of_type("message").await["client_id"] != mark(0) {}
        }
    });
    join_all(senders).await;
    program.signal("TERM");
    program.ended();
    disk.trace().unwrap()
}

#[tokio::test]
async fn a_message_is_broadcast_only_after_fdatasync() {
    let folder = tempdir().unwrap();
    let Some(disk) = a_disk_in(folder.path()) else {
        return;
    };
    // Slow enough for an answer that does not wait to come first.
    let disk = disk.slow(Duration::from_millis(5));
    let trace = sent_on(&disk, folder.path()).await;
    assert_eq!(trace.delivered(), SENDS, "every message was followed");
    assert_eq!(trace.delivered_too_early(), Vec::<String>::new());
}

#[tokio::test]
async fn a_missing_fdatasync_is_detected() {
    let folder = tempdir().unwrap();
    let Some(disk) = a_disk_in(folder.path()) else {
        return;
    };
    let trace = sent_on(&disk.forgetful(), folder.path()).await;
    assert_eq!(trace.delivered_too_early().len(), SENDS);
}
