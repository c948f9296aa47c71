//! Accounts that are made by an invitation, over REST: where only who is invited has one, and where everybody may.

use crate::harness::{Answer, Guest, LOBBY, Server};
use parlour_protocol::{RoomId, RoomKind, Timestamp, UserId};
use parlour_server::config::SignUp;
use reqwest::Method;
use serde_json::{Value, json};

const PASSWORD: &str = "jam to-morrow";

/// Asks for an account, or to become a member, by this code.
async fn wants(server: &Server, by: Option<&Guest>, name: &str, code: Option<&str>) -> Answer {
    let path = by.map_or("/api/chat/accounts", |_| "/api/chat/me/claim");
    let body = json!({"username": name, "password": PASSWORD, "invite": code});
    server.post(path, by, body).await
}

/// Asks for an account by this code, with a mail address.
async fn with_mail(server: &Server, code: &str, mail: &str) -> Answer {
    let body = json!({"username": "Bob", "password": PASSWORD, "invite": code, "mail": mail});
    server.post("/api/chat/accounts", None, body).await
}

async fn invite(server: &Server, by: &Guest, body: Value) -> String {
    let made = server.post("/api/chat/invites", Some(by), body).await;
    assert_eq!(made.status, 201, "{made:?}");
    made.body["code"].as_str().unwrap().to_owned()
}

async fn used(server: &Server) -> Vec<i64> {
    let used = "SELECT used FROM invites ORDER BY id";
    server.ctx.store.query_sql(used).await
}

/// Somebody who runs the server.
async fn admin(server: &Server, name: &str) -> Guest {
    let guest = server.guest(name).await;
    let set = "UPDATE users SET kind = 'member', role = 'admin' WHERE id =";
    let store = &server.ctx.store;
    store.execute_sql(format!("{set} {}", guest.id)).await;
    guest
}

async fn den(server: &Server, by: &Guest) -> i64 {
    let by = UserId(by.id);
    let room = server.ctx.store.make_room(RoomKind::Closed, by, "Den");
    room.await.id.0
}

async fn invited_only() -> Server {
    Server::start(|settings| settings.house.sign_up = SignUp::Invited).await
}

async fn me(server: &Server, token: &Value) -> Value {
    let who = Guest {
        id: 0,
        token: token.as_str().unwrap().to_owned(),
    };
    let me = server.call(Method::GET, "/api/chat/me", Some(&who), None);
    me.await.body
}

#[tokio::test]
async fn who_is_invited_to_the_server_has_an_account_with_the_role_it_gives() {
    let server = invited_only().await;
    let anna = admin(&server, "Anna").await;
    let code = invite(&server, &anna, json!({"role": "moderator", "uses": 1})).await;
    let uninvited = wants(&server, None, "Bob", None).await;
    uninvited.refused(403, "sign_up_closed");
    // What is wrong with a name or a password uses nothing up.
    let reserved = wants(&server, None, "admin", Some(&code)).await;
    reserved.refused(409, "username_taken");
    let shown = server.get(&format!("/api/chat/invites/{code}")).await;
    assert_eq!(shown.body["may_sign_up"], true);
    let bob = with_mail(&server, &code, "bob").await;
    bob.refused(422, "invalid");
    let bob = with_mail(&server, &code, "bob@example.org").await;
    assert_eq!(bob.status, 201, "{bob:?}");
    let bob = me(&server, &bob.body["token"]).await;
    assert_eq!(bob["role"], "moderator");
    assert_eq!(bob["mail"], "bob@example.org");
    assert_eq!(used(&server).await, [1]);
    let late = wants(&server, None, "Carol", Some(&code)).await;
    late.refused(404, "not_found");
}

#[tokio::test]
async fn an_invitation_to_a_room_makes_accounts_where_who_made_it_may_invite_to_the_server() {
    let server = invited_only().await;
    let anna = admin(&server, "Anna").await;
    let den = den(&server, &anna).await;
    let mallory = server.guest("Mallory").await;
    let (id, now) = (UserId(mallory.id), server.ctx.clock.now());
    let let_in = server.ctx.store.let_in(id, RoomId(den), now);
    let_in.await.unwrap();
    let by_mallory = invite(&server, &mallory, json!({"room_id": den})).await;
    let refused = wants(&server, None, "Bob", Some(&by_mallory)).await;
    refused.refused(403, "sign_up_closed");
    let shown = server.get(&format!("/api/chat/invites/{by_mallory}")).await;
    assert_eq!(shown.body["may_sign_up"], false);
    // Nor does it make her own account.
    let own = wants(&server, Some(&mallory), "Mallory", Some(&by_mallory)).await;
    own.refused(403, "sign_up_closed");

    let code = invite(&server, &anna, json!({"room_id": den, "role": "moderator"})).await;
    let bob = wants(&server, None, "Bob", Some(&code)).await;
    assert_eq!(bob.status, 201, "{bob:?}");
    assert_eq!(me(&server, &bob.body["token"]).await["role"], "member");
    let role = "SELECT memberships.role FROM memberships JOIN users ON users.id = user_id \
        WHERE users.name = 'Bob'";
    let roles: Vec<String> = server.ctx.store.query_sql(role).await;
    assert_eq!(roles, ["moderator"]);
    assert_eq!(used(&server).await, [0, 1]);
}

#[tokio::test]
async fn a_guest_of_an_invitation_becomes_a_member_where_it_says_so() {
    let server = invited_only().await;
    let anna = admin(&server, "Anna").await;
    let den = den(&server, &anna).await;
    let code = invite(&server, &anna, json!({"room_id": den, "uses": 2})).await;
    let path = format!("/api/chat/invites/{code}/accept");
    let came = server.post(&path, None, json!({"username": "Bob"})).await;
    let bob = Guest {
        id: came.body["user"]["id"].as_i64().unwrap(),
        token: came.body["token"].as_str().unwrap().to_owned(),
    };
    let alone = wants(&server, Some(&bob), "Bob", None).await;
    alone.refused(403, "sign_up_closed");
    let claimed = wants(&server, Some(&bob), "Bob", Some(&code)).await;
    assert_eq!(claimed.status, 200, "{claimed:?}");
    assert_eq!(claimed.body["user"]["id"], bob.id);
    assert_eq!(used(&server).await, [2], "a guest, and an account");
    let bob = Guest {
        token: claimed.body["token"].as_str().unwrap().to_owned(),
        ..bob
    };
    // They see what other members see.
    server.say(&bob, LOBBY, "here").await;
    server.say(&bob, den, "and there").await;
}

#[tokio::test]
async fn fifty_who_want_the_last_use_make_one_account() {
    let server = invited_only().await;
    let anna = admin(&server, "Anna").await;
    let code = invite(&server, &anna, json!({"uses": 1})).await;
    let names: Vec<String> = (0..50).map(|at| format!("Number {at}")).collect();
    let wanted = names
        .iter()
        .map(|name| wants(&server, None, name, Some(&code)));
    let answers = futures::future::join_all(wanted).await;
    let made = answers.iter().filter(|answer| answer.status == 201);
    assert_eq!(made.count(), 1);
    // Who waits too long for a busy machine is told when to come back.
    assert!(answers.iter().all(|a| matches!(a.status, 201 | 404 | 503)));
    let accounts = "SELECT count(*) FROM users WHERE kind = 'member'";
    let accounts: Vec<i64> = server.ctx.store.query_sql(accounts).await;
    assert_eq!(accounts, [2]);
}

#[tokio::test]
async fn a_code_that_leads_nowhere_makes_no_account_whatever_is_wrong_with_it() {
    for sign_up in [SignUp::Open, SignUp::Invited] {
        let server = Server::start(|settings| settings.house.sign_up = sign_up).await;
        let anna = admin(&server, "Anna").await;
        let soon = Timestamp(server.ctx.clock.now().0 + 2_000);
        let over = invite(&server, &anna, json!({"expires_at": soon})).await;
        let revoked = invite(&server, &anna, json!({})).await;
        let path = format!("/api/chat/invites/{revoked}");
        server.call(Method::DELETE, &path, Some(&anna), None).await;
        server.clock.advance(std::time::Duration::from_secs(3));
        let guest = server.guest("Bob").await;
        for code in [over, revoked, "a".repeat(16), String::new()] {
            for by in [None, Some(&guest)] {
                let refused = wants(&server, by, "Bob", Some(&code)).await;
                refused.refused(404, "not_found");
            }
        }
        assert_eq!(used(&server).await, [0, 0]);
    }
}

#[tokio::test]
async fn where_nobody_signs_up_no_invitation_helps_and_where_all_do_it_leads_on() {
    let server = Server::start(|settings| settings.house.sign_up = SignUp::Closed).await;
    let anna = admin(&server, "Anna").await;
    let code = invite(&server, &anna, json!({})).await;
    let guest = server.guest("Bob").await;
    for by in [None, Some(&guest)] {
        let closed = wants(&server, by, "Bob", Some(&code)).await;
        closed.refused(403, "sign_up_closed");
    }
    let shown = server.get(&format!("/api/chat/invites/{code}")).await;
    assert_eq!(shown.body["may_sign_up"], false);

    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let den = den(&server, &alice).await;
    let code = invite(&server, &alice, json!({"room_id": den})).await;
    let bob = wants(&server, None, "Bob", Some(&code)).await;
    assert_eq!(bob.status, 201, "{bob:?}");
    let bob = Guest {
        id: 0,
        token: bob.body["token"].as_str().unwrap().to_owned(),
    };
    server.say(&bob, den, "hello").await;
}

#[tokio::test]
async fn who_guesses_codes_for_an_account_has_few_tries() {
    let server = Server::start(|settings| settings.limits.wrong_codes_per_minute = 5).await;
    for _ in 0..5 {
        let none = wants(&server, None, "Bob", Some(&"b".repeat(16))).await;
        none.refused(404, "not_found");
    }
    let refused = wants(&server, None, "Bob", Some(&"b".repeat(16))).await;
    refused.refused(429, "rate_limited");
    // Who needs none goes on.
    assert_eq!(wants(&server, None, "Bob", None).await.status, 201);
}
