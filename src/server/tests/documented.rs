//! What PROTOCOL.md shows to copy works as it stands there.

use crate::harness::{Answer, Guest, Server};
use serde_json::{Value, json};
use std::collections::BTreeMap;

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

/// A call of an example, and what is said to come of it.
struct Documented {
    who: &'static str,
    method: &'static str,
    path: &'static str,
    body: Option<&'static str>,
    answer: &'static str,
}

/// The calls of an example, each with the line below it.
fn calls(example: &'static str) -> Vec<Documented> {
    let lines: Vec<&str> = example.lines().collect();
    let (calls, rest) = lines.as_chunks::<2>();
    assert!(rest.is_empty(), "a call without an answer: {rest:?}");
    let call = |[asked, answer]: &[&'static str; 2]| {
        let (who, asked) = asked.split_once(' ').unwrap();
        let (method, asked) = asked.trim_start().split_once(' ').unwrap();
        let (path, body) = match asked.split_once(' ') {
            Some((path, body)) => (path, Some(body)),
            None => (asked, None),
        };
        Documented {
            who,
            method,
            path,
            body,
            answer: answer.trim_start(),
        }
    };
    calls.iter().map(call).collect()
}

/// JSON in which names that begin with `$` stand for values.
fn with_names(text: &str) -> Value {
    let mut quoted = String::new();
    let mut parts = text.split('$');
    quoted.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_lowercase());
        let (name, rest) = part.split_at(end.unwrap_or(part.len()));
        quoted.push_str(&format!("\"${name}\"{rest}"));
    }
    serde_json::from_str(&quoted).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The same with the values that the names have by now.
fn meant(value: &Value, named: &BTreeMap<String, Value>) -> Value {
    match value {
        Value::String(text) if text.starts_with('$') => named[text].clone(),
        Value::Array(values) => values.iter().map(|value| meant(value, named)).collect(),
        Value::Object(fields) => (fields.iter())
            .map(|(name, value)| (name.clone(), meant(value, named)))
            .collect(),
        other => other.clone(),
    }
}

/// Whether all that is written stands in the answer. A name that is new is what stands there.
fn stands(written: &Value, answered: &Value, named: &mut BTreeMap<String, Value>) -> bool {
    match (written, answered) {
        (Value::String(text), _) if text == "…" => true,
        (Value::String(text), _) if text.starts_with('$') => {
            let known = named.entry(text.clone());
            known.or_insert_with(|| answered.clone()) == answered
        }
        (Value::Array(written), Value::Array(answered)) => {
            written.len() == answered.len()
                && (written.iter().zip(answered)).all(|(one, other)| stands(one, other, named))
        }
        (Value::Object(written), Value::Object(answered)) => {
            (written.iter()).all(|(name, value)| {
                let found = answered.get(name);
                found.is_some_and(|found| stands(value, found, named))
            })
        }
        _ => written == answered,
    }
}

/// Calls that have to be among the examples, whatever they are about.
const SHOWN: [&str; 21] = [
    "POST /api/chat/accounts",
    "POST /api/chat/sessions",
    "GET /api/chat/me/sessions",
    "DELETE /api/chat/me/sessions/$",
    "POST /api/chat/me/claim",
    "PATCH /api/chat/me",
    "POST /api/chat/rooms",
    "PATCH /api/chat/rooms/$",
    "GET /api/chat/rooms/$/members",
    "POST /api/chat/rooms/$/members",
    "PATCH /api/chat/rooms/$/members/$",
    "DELETE /api/chat/rooms/$/members/$",
    "POST /api/chat/rooms/$/bans",
    "DELETE /api/chat/rooms/$/bans/$",
    "POST /api/chat/invites",
    "GET /api/chat/invites",
    "DELETE /api/chat/invites/$",
    "POST /api/chat/invites/$/accept",
    "POST /api/chat/direct",
    "PUT /api/chat/me/blocks/$",
    "DELETE /api/chat/me/blocks/$",
];

#[tokio::test]
async fn the_calls_about_people_and_rooms_are_answered_as_it_is_written() {
    let server = Server::plain().await;
    let mut people: BTreeMap<&str, Guest> = BTreeMap::new();
    let mut named = BTreeMap::new();
    let mut shown = Vec::new();
    for call in examples("http").into_iter().flat_map(calls) {
        let path = call.path.split('/').map(|part| match named.get(part) {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => part.to_owned(),
        });
        let path = path.collect::<Vec<_>>().join("/");
        let body = call.body.map(|body| meant(&with_names(body), &named));
        let method = call.method.parse().unwrap();
        let by = people.get(call.who);
        let answer = server.call(method, &path, by, body).await;
        let (status, written) = match call.answer.split_once(' ') {
            Some((status, written)) => (status, Some(with_names(written))),
            None => (call.answer, None),
        };
        let what = format!("{} {} {path}", call.who, call.method);
        assert_eq!(answer.status.to_string(), status, "{what}: {answer:?}");
        if let Some(written) = written {
            let is_so = stands(&written, &answer.body, &mut named);
            assert!(is_so, "{what}: {written} is not {}", answer.body);
        }
        if let Some(token) = answer.body["token"].as_str() {
            let id = answer.body["user"]["id"].as_i64().unwrap();
            let token = token.to_owned();
            people.insert(call.who, Guest { id, token });
        }
        let parts = call.path.split('/');
        let parts: Vec<&str> = parts
            .map(|part| if part.starts_with('$') { "$" } else { part })
            .collect();
        shown.push(format!("{} {}", call.method, parts.join("/")));
    }
    for wanted in SHOWN {
        assert!(shown.iter().any(|call| call == wanted), "{wanted}");
    }
    for wanted in ["GET /api/chat/people?q=", "GET /api/chat/people/$"] {
        assert!(
            shown.iter().any(|call| call.starts_with(wanted)),
            "{wanted}"
        );
    }
}
