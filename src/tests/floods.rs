//! The executable under clients that do not read, and its limit of open files.

use crate::harness::{Browser, LOBBY, Program, eventually};
use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use tempfile::tempdir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

/// What a process has in memory, in bytes.
fn memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
    kilobytes.unwrap().parse::<u64>().unwrap() * 1_024
}

#[tokio::test]
async fn a_hundred_clients_that_do_not_read_take_bounded_memory() {
    const CLIENTS: usize = 100;
    const MOST: u64 = 64 * 1024 * 1024;
    let folder = tempdir().unwrap();
    let limits = [
        ("PARLOUR__LIMITS__MESSAGES_PER_SECOND", "0"),
        ("PARLOUR__LIMITS__ADDRESS_MESSAGES_PER_SECOND", "0"),
    ];
    let mut program = Program::start(folder.path(), &limits);
    let address = program.address();
    let http = reqwest::Client::new();
    let url = |path: &str| format!("http://{address}{path}");
    let guest = http.post(url("/api/chat/guests"));
    let guest = guest.json(&json!({"username": "Alice"})).send().await;
    let guest: Value = guest.unwrap().json().await.unwrap();
    let long = "é".repeat(10_000);
    for _ in 0..100 {
        let said = http.post(url("/api/chat/rooms/1/messages"));
        let said = said.bearer_auth(guest["token"].as_str().unwrap());
        let said = said.json(&json!({"content": long})).send().await.unwrap();
        assert_eq!(said.status(), 201);
    }
    let warm = http.get(url("/api/chat/rooms/1/messages")).send().await;
    assert!(warm.unwrap().text().await.unwrap().len() > 200_000);
    let before = memory(program.id());
    let mut clients = Vec::new();
    for number in 0..CLIENTS {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let mut client = socket.connect(address).await.unwrap();
        let path = match number % 2 {
            0 => "/api/chat/rooms/1/messages?limit=100",
            _ => LOBBY,
        };
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
        client.write_all(request.as_bytes()).await.unwrap();
        clients.push(client);
    }
    for client in &mut clients {
        // It is answered, and reads no further.
        client.read_u8().await.unwrap();
    }
    let grown = memory(program.id()).saturating_sub(before);
    assert!(grown < MOST, "{grown}");
    let page = http.get(url("/api/chat/rooms")).send().await.unwrap();
    assert_eq!(page.status(), 200);
}

#[tokio::test]
async fn it_raises_its_limit_of_open_files_and_says_what_it_can_hold() {
    let folder = tempdir().unwrap();
    let lowered = folder.path().join("lowered");
    let script = format!(
        "#!/bin/sh\nulimit -Sn 128\nexec \"{}\"\n",
        env!("CARGO_BIN_EXE_parlour")
    );
    fs::write(&lowered, script).unwrap();
    let made = Command::new("chmod").arg("+x").arg(&lowered).status();
    assert!(made.unwrap().success());
    let mut program = Program::start_as(&lowered, folder.path(), &[]);
    let browser = Browser::of(program.address());
    eventually("it says what it can hold", async || {
        program.has_said("can hold so many connections")
    })
    .await;
    assert_eq!(browser.get("/healthz").await.status, 200);
    let limits = fs::read_to_string(format!("/proc/{}/limits", program.id())).unwrap();
    let files = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let files: Vec<_> = files.unwrap().split_whitespace().collect();
    assert_eq!(files[3], files[4], "{files:?}");
    let said = format!("descriptors={}", files[3]);
    let is_more = files[3].parse::<u64>().is_ok_and(|count| count > 1 << 20);
    assert!(is_more || program.has_said(&said), "{:?}", program.log);
}
