//! What PROTOCOL.md shows to copy works as it stands there.

use crate::harness::{Answer, Server};
use serde_json::{Value, json};

/// The examples of PROTOCOL.md in this language.
fn examples(language: &str) -> Vec<&'static str> {
    let text = include_str!("../../../PROTOCOL.md");
    let blocks = text.split("```").skip(1).step_by(2);
    blocks
        .filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n'))
        .collect()
}

/// Every JSON object that is written out in an example, in order.
fn objects(example: &str) -> Vec<Value> {
    let example = example.replace("uuid.uuid4().hex", "\"0123456789abcdef\"");
    let written = example.split('{').skip(1);
    written
        .map(|rest| {
            let object = format!("{{{}}}", rest.split('}').next().unwrap());
            serde_json::from_str(&object).unwrap_or_else(|error| panic!("{object}: {error}"))
        })
        .collect()
}

#[tokio::test]
async fn the_ten_line_bot_answers_a_ping() {
    let server = Server::plain().await;
    let [bot] = examples("python")[..] else {
        panic!("one bot");
    };
    let [hello, pong] = &objects(bot)[..] else {
        panic!("a greeting and an answer: {bot}");
    };
    let path = bot.split("ws://127.0.0.1:3000").nth(1).unwrap();
    let path = path.split('"').next().unwrap();
    let mut socket = server.socket(path, &[]).await;
    socket.send(hello.clone()).await;
    assert_eq!(socket.next_of_type("welcome").await["user"]["name"], "Echo");

    let alice = server.guest("Alice").await;
    server.say(&alice, 1, "ping").await;
    let ping = socket.next_of_type("message").await;
    assert_eq!(ping["content"], "ping");
    for field in ["type", "content"] {
        assert!(bot.contains(&format!(
            "frame[\"{field}\"] == \"{}\"",
            ping[field].as_str().unwrap()
        )));
    }
    socket.send(pong.clone()).await;
    let said = socket.next_of_type("message").await;
    assert_eq!(
        (&said["content"], &said["username"]),
        (&json!("pong"), &json!("Echo"))
    );
}

#[tokio::test]
async fn the_lines_at_a_terminal_are_frames() {
    let server = Server::plain().await;
    let [lines] = examples("console")[..] else {
        panic!("one session");
    };
    let [hello, ping] = &objects(lines)[..] else {
        panic!("a greeting and a message: {lines}");
    };
    let mut socket = server.socket("/ws/chat/1", &[]).await;
    socket.send(hello.clone()).await;
    socket.next_of_type("welcome").await;
    socket.send(ping.clone()).await;
    assert_eq!(socket.next_of_type("message").await["content"], "ping");
}

#[tokio::test]
async fn the_documented_script_posts_one_message() {
    let server = Server::plain().await;
    let [script] = examples("sh")[..] else {
        panic!("one script");
    };
    let [guest, message] = &objects(script)[..] else {
        panic!("a guest and a message: {script}");
    };
    let paths: Vec<&str> = script
        .split("http://127.0.0.1:3000")
        .skip(1)
        .map(|rest| rest.split_whitespace().next().unwrap())
        .collect();
    let made = server.post(paths[0], None, guest.clone()).await;
    let token = made.body["token"].as_str().unwrap();
    for status in [201, 200] {
        let call = server.http.post(server.url(paths[1])).json(message);
        let answer = call.bearer_auth(token).send().await.unwrap();
        assert_eq!(Answer::of(answer).await.status, status);
    }
}
