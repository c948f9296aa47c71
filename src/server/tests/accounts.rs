//! Accounts through REST: made, signed in to, signed out of, claimed by guests.

use crate::harness::{Answer, Guest, HOUR, LOBBY, Server};
use parlour_server::Scope;
use parlour_server::accounts::{draw_setup_code, set_up};
use parlour_server::config::SignUp;
use reqwest::Method;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

pub const PASSWORD: &str = "jam to-morrow";

fn credentials(username: &str, password: &str) -> Value {
    json!({"username": username, "password": password})
}

/// Whoever an answer begins a session of.
pub fn begun(answer: &Answer) -> Guest {
    Guest {
        id: answer.body["user"]["id"].as_i64().unwrap(),
        token: answer.body["token"].as_str().unwrap().to_owned(),
    }
}

impl Server {
    pub async fn member(&self, name: &str) -> Guest {
        let made = self
            .post("/api/chat/accounts", None, credentials(name, PASSWORD))
            .await;
        assert_eq!(made.status, 201, "{made:?}");
        begun(&made)
    }

    pub async fn sign_in(&self, name: &str, password: &str) -> Answer {
        self.post("/api/chat/sessions", None, credentials(name, password))
            .await
    }

    pub async fn me(&self, who: &Guest) -> Answer {
        self.call(Method::GET, "/api/chat/me", Some(who), None)
            .await
    }
}

#[tokio::test]
async fn an_account_is_made_signed_out_of_and_signed_in_to_again() {
    let server = Server::plain().await;
    let made = server
        .post("/api/chat/accounts", None, credentials(" Alice ", PASSWORD))
        .await;
    assert_eq!(made.status, 201);
    assert_eq!(made.body["user"]["name"], "Alice");
    assert_eq!(made.body["user"]["kind"], "member");
    let alice = begun(&made);
    let me = server.me(&alice).await;
    let expected = json!({
        "id": alice.id, "name": "Alice", "kind": "member", "role": "member", "bio": "",
        "utc_offset": null, "mail": "",
    });
    assert_eq!((me.status, me.body), (200, expected));

    let out = server
        .call(Method::DELETE, "/api/chat/session", Some(&alice), None)
        .await;
    assert_eq!(out.status, 204);
    server.me(&alice).await.refused(401, "sign_in_required");

    let again = server.sign_in("aLICE", PASSWORD).await;
    assert_eq!(again.status, 201);
    let again = begun(&again);
    assert_eq!(again.id, alice.id);
    assert_ne!(again.token, alice.token);
    assert_eq!(server.me(&again).await.status, 200);
}

#[tokio::test]
async fn a5_who_nobody_is_and_a_wrong_password_are_one_answer() {
    let server = Server::plain().await;
    server.member("Alice").await;
    let wrong = server.sign_in("Alice", "jam yesterday").await;
    wrong.refused(401, "wrong_credentials");
    let nobody = server.sign_in("Nobody", "jam yesterday").await;
    assert_eq!(nobody.body, wrong.body);
    let names = |answer: &Answer| answer.headers.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&nobody), names(&wrong));
    // Nor is a name that is none, a password that can be none, or a guest.
    server.guest("Bob").await;
    for (name, password) in [
        ("", "jam yesterday"),
        ("Alice", ""),
        ("Alice", &"x".repeat(9_000)),
        ("Bob", PASSWORD),
    ] {
        assert_eq!(server.sign_in(name, password).await.body, wrong.body);
    }
}

#[tokio::test]
async fn a2_a_password_is_refused_at_its_field() {
    let server = Server::plain().await;
    for password in ["short", "password", "Alice in W.", &"x".repeat(129)] {
        let refused = server
            .post(
                "/api/chat/accounts",
                None,
                credentials("Alice in W.", password),
            )
            .await;
        refused.refused(422, "invalid");
        assert_eq!(refused.body["field"], "password");
    }
    server.member("Alice in W.").await;
}

#[tokio::test]
async fn a10_an_accounts_name_is_nobody_elses() {
    let server = Server::plain().await;
    server.member("Alice").await;
    let second = server
        .post("/api/chat/accounts", None, credentials("A1ice", PASSWORD))
        .await;
    second.refused(409, "username_taken");
    let guest = server
        .post("/api/chat/guests", None, json!({"username": "ALICE"}))
        .await;
    guest.refused(409, "username_taken");
    let reserved = server
        .post("/api/chat/accounts", None, credentials("admin", PASSWORD))
        .await;
    reserved.refused(409, "username_taken");
}

#[tokio::test]
async fn o6_fifty_who_want_one_name_make_one_account() {
    let server = Server::plain().await;
    let wanted =
        (0..50).map(|_| server.post("/api/chat/accounts", None, credentials("Alice", PASSWORD)));
    let answers = futures::future::join_all(wanted).await;
    let made = answers.iter().filter(|answer| answer.status == 201);
    assert_eq!(made.count(), 1);
    // Who waits too long for a busy machine is told when to come back.
    assert!(answers.iter().all(|a| matches!(a.status, 201 | 409 | 503)));
}

#[tokio::test]
async fn what_an_account_was_called_is_held_for_thirty_days() {
    let mut server = Server::plain().await;
    let alice = server.member("Alice").await;
    let renamed = server
        .call(
            Method::PATCH,
            "/api/chat/me",
            Some(&alice),
            Some(json!({"username": "Alicia", "bio": " Curious.\r\n"})),
        )
        .await;
    assert_eq!(
        (renamed.status, &renamed.body["name"]),
        (200, &json!("Alicia"))
    );
    assert_eq!(renamed.body["bio"], "Curious.");
    for (sent, status) in [
        (
            json!({"utc_offset": 120, "mail": " alice@example.org"}),
            200,
        ),
        (json!({"utc_offset": 900}), 422),
        (json!({"mail": "alice"}), 422),
        (json!({}), 200),
    ] {
        let sent = server.call(Method::PATCH, "/api/chat/me", Some(&alice), Some(sent));
        assert_eq!(sent.await.status, status);
    }
    let me = server.me(&alice).await.body;
    assert_eq!(
        (&me["utc_offset"], &me["mail"]),
        (&json!(120), &json!("alice@example.org"))
    );
    let not_shown = Some(json!({"utc_offset": null}));
    let me = server.call(Method::PATCH, "/api/chat/me", Some(&alice), not_shown);
    let me = me.await.body;
    assert_eq!(
        (&me["utc_offset"], &me["mail"]),
        (&json!(null), &json!("alice@example.org"))
    );
    // One name signs in.
    server
        .sign_in("Alice", PASSWORD)
        .await
        .refused(401, "wrong_credentials");
    assert_eq!(server.sign_in("Alicia", PASSWORD).await.status, 201);
    let taken = server
        .post("/api/chat/guests", None, json!({"username": "Alice"}))
        .await;
    taken.refused(409, "username_taken");
    // Its owner may have it back, and holds the other one then.
    let back = server
        .call(
            Method::PATCH,
            "/api/chat/me",
            Some(&alice),
            Some(json!({"username": "Alice"})),
        )
        .await;
    assert_eq!(back.status, 200);
    let mallory = server.guest("Mallory").await;
    let taken = server
        .post(
            "/api/chat/me",
            Some(&mallory),
            json!({"username": "Alicia"}),
        )
        .await;
    taken.refused(409, "username_taken");
    server
        .clock
        .advance(Duration::from_secs(30 * 24 * 60 * 60 + 1));
    // The connections of before were closed meanwhile.
    server.http = reqwest::Client::new();
    server.guest("Alicia").await;
}

#[tokio::test]
async fn a_guest_becomes_a_member_with_the_same_history() {
    let server = Server::plain().await;
    let guest = server.guest("Alice").await;
    let room = server.room(&guest, "Tea").await;
    let said = server.say(&guest, LOBBY, "Before.").await;
    let mut page = server.joined(&guest, LOBBY).await;
    let mut watching = server.joined(&server.guest("Bob").await, LOBBY).await;

    let claimed = server
        .post(
            "/api/chat/me/claim",
            Some(&guest),
            credentials("Alice", PASSWORD),
        )
        .await;
    assert_eq!(claimed.status, 200, "{claimed:?}");
    let member = begun(&claimed);
    assert_eq!(member.id, guest.id);
    assert_eq!(claimed.body["user"]["kind"], "member");
    // The tabs are asked to come back, where the cookie is the new one.
    assert_eq!(page.closed().await.0, 4000);
    let told = watching.next_of_type("person_changed").await;
    assert_eq!(told["user"]["kind"], "member");
    // The old token is none any more.
    server.me(&guest).await.refused(401, "sign_in_required");

    let after = server.say(&member, LOBBY, "After.").await;
    assert_eq!(after["user_id"], said["user_id"]);
    let path = format!("/api/chat/rooms/{room}");
    let changed = server
        .call(
            Method::PATCH,
            &path,
            Some(&member),
            Some(json!({"name": "Cake"})),
        )
        .await;
    assert_eq!(changed.status, 200, "the room is theirs still");
    let twice = server
        .post(
            "/api/chat/me/claim",
            Some(&member),
            credentials("Alice", PASSWORD),
        )
        .await;
    twice.refused(403, "forbidden");
    assert_eq!(server.sign_in("Alice", PASSWORD).await.status, 201);
}

#[tokio::test]
async fn fifty_claims_of_one_guest_make_one_member() {
    let server = Server::plain().await;
    let guest = server.guest("Alice").await;
    let claims = (0..50).map(|_| {
        server.post(
            "/api/chat/me/claim",
            Some(&guest),
            credentials("Alice", PASSWORD),
        )
    });
    let answers = futures::future::join_all(claims).await;
    let made = answers.iter().filter(|answer| answer.status == 200);
    assert_eq!(made.count(), 1);
    assert!(
        answers
            .iter()
            .all(|a| matches!(a.status, 200 | 401 | 403 | 503))
    );
}

/// W7: whoever signs out, or is signed out, hears nothing more.
#[tokio::test]
async fn w7_a_session_that_ends_closes_its_sockets_and_no_others() {
    // No heartbeat has a part in it: what closes them is that their session ends.
    let server = Server::start(|settings| settings.realtime.heartbeat_ms = HOUR).await;
    let alice = server.member("Alice").await;
    let phone = begun(&server.sign_in("Alice", PASSWORD).await);
    let mut here = server.joined(&alice, LOBBY).await;
    let mut there = server.joined(&phone, LOBBY).await;
    let bearer = format!("Bearer {}", phone.token);
    let one_room = [("authorization", &*bearer)];
    let mut alone = server.socket("/ws/chat/1", &one_room).await;
    alone.send(json!({})).await;
    alone.next_of_type("welcome").await;

    let list = "/api/chat/me/sessions";
    let sessions = server.call(Method::GET, list, Some(&alice), None).await;
    let sessions = sessions.body.as_array().unwrap().clone();
    assert_eq!(sessions.len(), 2);
    assert_eq!(
        (&sessions[0]["is_this"], &sessions[1]["is_this"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(sessions[0]["network"], "127.0.0.0/24");
    let path = format!("{list}/{}", sessions[0]["id"]);
    // Nobody else can end it, and nobody else is told that it is there.
    let bob = server.member("Bob").await;
    let foreign = server.call(Method::DELETE, &path, Some(&bob), None).await;
    let none = format!("{list}/999999");
    let none = server.call(Method::DELETE, &none, Some(&bob), None).await;
    assert_eq!(foreign.body, none.body);
    foreign.refused(404, "not_found");

    let ended = server.call(Method::DELETE, &path, Some(&alice), None).await;
    assert_eq!(ended.status, 204);
    assert_eq!(there.closed().await.0, 4401);
    assert_eq!(alone.closed().await.0, 4401);
    server.me(&phone).await.refused(401, "sign_in_required");
    here.say(LOBBY, "Still here.").await;
    let out = server.call(Method::DELETE, "/api/chat/session", Some(&alice), None);
    assert_eq!(out.await.status, 204);
    assert_eq!(here.closed().await.0, 4401);
}

/// A3: whoever guesses is stopped, and whoever is guessed at is not.
#[tokio::test]
async fn a3_guessing_is_answered_429_and_locks_nobody_out() {
    let server = Server::start(|settings| {
        settings.limits.sign_in_failures = 10;
        settings.limits.address_sign_in_failures = 50;
        settings.server.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    server.member("Alice").await;
    let sign_in = async |address: &str, password: &str| {
        // Of another connection, since those of before are closed when time passes.
        let request = reqwest::Client::new().post(server.url("/api/chat/sessions"));
        let request = request.header("x-forwarded-for", address);
        let answer = request.json(&credentials("Alice", password)).send();
        Answer::of(answer.await.unwrap()).await
    };
    for _ in 0..10 {
        sign_in("192.0.2.1", "jam yesterday")
            .await
            .refused(401, "wrong_credentials");
    }
    let stopped = sign_in("192.0.2.1", "jam yesterday").await;
    stopped.refused(429, "rate_limited");
    assert!(!stopped.header("retry-after").is_empty());
    assert_eq!(sign_in("192.0.2.1", PASSWORD).await.status, 429);
    assert_eq!(sign_in("192.0.2.2", PASSWORD).await.status, 201);
    server.clock.advance(Duration::from_secs(300));
    assert_eq!(sign_in("192.0.2.1", PASSWORD).await.status, 201);
}

/// Of many at once: who is right comes in, and who is wrong is compared no more often than one may be wrong, and as often
/// as is compared at the same time, less one.
#[tokio::test]
async fn a3_only_who_fails_counts_of_many_who_sign_in_at_once() {
    let server = Server::start(|settings| {
        settings.limits.sign_in_failures = 10;
        settings.limits.address_sign_in_failures = 50;
    })
    .await;
    server.member("Alice").await;
    let at_once = async |password: &str, count: usize| {
        let answers = (0..count).map(|_| server.sign_in("Alice", password));
        let answers = futures::future::join_all(answers).await;
        answers
            .into_iter()
            .map(|answer| answer.status)
            .collect::<Vec<_>>()
    };
    assert_eq!(at_once(PASSWORD, 60).await, [201; 60]);
    let wrong = at_once("jam yesterday", 100).await;
    let compared = wrong.iter().filter(|status| **status == 401).count();
    let beside = std::thread::available_parallelism().map_or(1, usize::from) / 2;
    assert!((10..10 + beside.max(1)).contains(&compared), "{wrong:?}");
    assert!(wrong.iter().all(|status| [401, 429].contains(status)));
    let right = server.sign_in("Alice", PASSWORD).await;
    right.refused(429, "rate_limited");
}

/// O6, A4: the house is set up once, with its code.
#[tokio::test]
async fn o6_fifty_who_have_the_code_make_one_owner() {
    let server = Server::plain().await;
    let earlier = draw_setup_code(&server.ctx).await.unwrap().unwrap();
    let code = draw_setup_code(&server.ctx).await.unwrap().unwrap();
    let visitor = Scope::visitor(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let ctx = &server.ctx;
    for wrong in ["", "x", earlier.as_str()] {
        let refused = set_up(ctx, &visitor, wrong, "Eve", PASSWORD, "").await;
        assert!(refused.is_err(), "{wrong}");
    }
    let names: Vec<String> = (0..50).map(|nth| format!("Anna {nth}")).collect();
    let owners = names
        .iter()
        .map(|name| set_up(ctx, &visitor, code.as_str(), name, PASSWORD, ""));
    let owners = futures::future::join_all(owners).await;
    let made: Vec<_> = owners.into_iter().filter_map(Result::ok).collect();
    let [(_, token)] = &made[..] else {
        panic!("{} owners", made.len());
    };
    let owner = Guest {
        id: 0,
        token: token.as_str().to_owned(),
    };
    assert_eq!(server.me(&owner).await.body["role"], "owner");
    assert!(draw_setup_code(ctx).await.unwrap().is_none());
}

#[tokio::test]
async fn a1_only_hashes_of_passwords_and_codes_are_stored() {
    let server = Server::plain().await;
    server.member("Alice").await;
    let code = draw_setup_code(&server.ctx).await.unwrap().unwrap();
    let secrets: Vec<String> = (server.ctx.store)
        .query_sql("SELECT secret FROM credentials")
        .await;
    assert_eq!(secrets.len(), 1);
    assert!(secrets[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    let hashes: Vec<Vec<u8>> = (server.ctx.store)
        .query_sql("SELECT hash FROM one_time_codes")
        .await;
    assert_eq!(hashes.len(), 1);
    assert_ne!(hashes[0], code.as_str().as_bytes());
}

#[tokio::test]
async fn who_may_have_an_account_is_a_setting_of_the_house() {
    let server = Server::start(|settings| settings.house.sign_up = SignUp::Closed).await;
    let guest = server.guest("Alice").await;
    for (path, by) in [("accounts", None), ("me/claim", Some(&guest))] {
        let path = format!("/api/chat/{path}");
        let closed = server.post(&path, by, credentials("Alice", PASSWORD)).await;
        closed.refused(403, "sign_up_closed");
    }
    // Its owner's is made all the same.
    let code = draw_setup_code(&server.ctx).await.unwrap().unwrap();
    let visitor = Scope::visitor(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let owner = set_up(&server.ctx, &visitor, code.as_str(), "Anna", PASSWORD, "");
    assert!(owner.await.is_ok());
}

#[tokio::test]
async fn a7_a_session_of_an_account_ends_after_a_year_however_much_it_is_used() {
    let mut server = Server::plain().await;
    let alice = server.member("Alice").await;
    let guest = server.guest("Gus").await;
    for month in 1..=13 {
        server.clock.advance(Duration::from_secs(29 * 24 * 60 * 60));
        // The connections of before were closed meanwhile.
        server.http = reqwest::Client::new();
        let is_within_a_year = month * 29 < 365;
        let status = server.me(&alice).await.status;
        assert_eq!(status, if is_within_a_year { 200 } else { 401 }, "{month}");
        assert_eq!(server.me(&guest).await.status, 200, "{month}");
    }
}

/// Asks for an account.
async fn wants(server: &Server, name: &str, password: &str) -> Answer {
    let body = credentials(name, password);
    server.post("/api/chat/accounts", None, body).await
}

#[tokio::test]
async fn from_one_address_few_accounts_are_made_in_an_hour() {
    let mut server = Server::start(|settings| settings.limits.accounts_per_hour = 2).await;
    // What makes none takes nothing away.
    let short = wants(&server, "Anna", "short").await;
    short.refused(422, "invalid");
    assert_eq!(wants(&server, "Anna", PASSWORD).await.status, 201);
    let taken = wants(&server, "Anna", PASSWORD).await;
    taken.refused(409, "username_taken");
    assert_eq!(wants(&server, "Bella", PASSWORD).await.status, 201);
    let refused = wants(&server, "Clara", PASSWORD).await;
    refused.refused(429, "rate_limited");
    server.clock.advance(Duration::from_secs(60 * 60));
    // The connections of before were closed meanwhile.
    server.http = reqwest::Client::new();
    assert_eq!(wants(&server, "Clara", PASSWORD).await.status, 201);
}
