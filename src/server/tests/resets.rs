//! Links with which a password that was forgotten is set anew.

use crate::accounts::{PASSWORD, begun};
use crate::harness::{Answer, Guest, LOBBY, Server, log};
use parlour_server::accounts::{look_at_reset, reset_password};
use parlour_server::{Scope, ServiceError};
use reqwest::Method;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

const ANOTHER: &str = "a new pass phrase";

fn visitor() -> Scope {
    Scope::visitor(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

impl Server {
    /// Somebody with an account and this role.
    pub async fn member_as(&self, name: &str, role: &str) -> Guest {
        let member = self.member(name).await;
        self.give_role(&member, role).await;
        member
    }

    async fn give_role(&self, who: &Guest, role: &str) {
        let sql = format!("UPDATE users SET role = '{role}' WHERE id = {}", who.id);
        self.ctx.store.execute_sql(sql).await;
    }

    async fn reset_link(&self, by: &Guest, person: i64) -> Answer {
        let path = format!("/api/chat/people/{person}/reset");
        self.call(Method::POST, &path, Some(by), None).await
    }

    /// The code of a link that was made.
    async fn reset_code(&self, by: &Guest, person: i64) -> String {
        let made = self.reset_link(by, person).await;
        assert_eq!(made.status, 201, "{made:?}");
        let url = made.body["url"].as_str().unwrap();
        let code = url.strip_prefix(&self.url("/reset/")).unwrap();
        code.to_owned()
    }

    async fn is_reset(&self, code: &str) -> bool {
        let set = reset_password(&self.ctx, &visitor(), code, ANOTHER, "").await;
        match set {
            Ok(_) => true,
            Err(ServiceError::LinkNotFound) => false,
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn a_link_sets_another_password_and_signs_out_everywhere() {
    let server = Server::plain().await;
    let admin = server.member_as("Ada", "admin").await;
    let bob = server.member("Bob").await;
    let mut socket = server.joined(&bob, LOBBY).await;
    let code = server.reset_code(&admin, bob.id).await;
    let shown = look_at_reset(&server.ctx, &visitor(), &code).await.unwrap();
    assert_eq!(shown.id.0, bob.id);
    // What cannot be a password uses nothing up.
    let common = reset_password(&server.ctx, &visitor(), &code, "password", "").await;
    assert!(matches!(common, Err(ServiceError::Password(_))));
    let (user, token) = reset_password(&server.ctx, &visitor(), &code, ANOTHER, "Firefox")
        .await
        .unwrap();
    assert_eq!(user.id.0, bob.id);
    let here = Guest {
        id: bob.id,
        token: token.as_str().to_owned(),
    };
    assert_eq!(server.me(&here).await.status, 200);
    assert_eq!(socket.closed().await.0, 4401);
    server.me(&bob).await.refused(401, "sign_in_required");
    assert_eq!(server.sign_in("Bob", PASSWORD).await.status, 401);
    assert_eq!(server.sign_in("Bob", ANOTHER).await.status, 201);
    assert!(!server.is_reset(&code).await, "once");
    let log = log();
    assert!(!log.contains(&code) && !log.contains(ANOTHER));
    assert!(log.contains("a link to set a password anew was made"));
}

#[tokio::test]
async fn who_may_make_one_is_above_who_gets_it() {
    let server = Server::plain().await;
    let owner = server.member_as("Olga", "owner").await;
    let admin = server.member_as("Ada", "admin").await;
    let other = server.member_as("Abe", "admin").await;
    let moderator = server.member_as("Mo", "moderator").await;
    let member = server.member("Bob").await;
    let guest = server.guest("Gus").await;
    let second = server.member_as("Otto", "owner").await;
    for (by, to, status) in [
        (&guest, &member, 403),
        (&member, &guest, 403),
        (&moderator, &member, 403),
        (&admin, &other, 403),
        (&admin, &owner, 403),
        (&admin, &admin, 403),
        (&owner, &owner, 403),
        (&admin, &guest, 403),
        (&admin, &moderator, 201),
        (&admin, &member, 201),
        (&owner, &admin, 201),
        (&owner, &second, 201),
    ] {
        let made = server.reset_link(by, to.id).await;
        assert_eq!(made.status, status, "{made:?}");
    }
    server
        .reset_link(&admin, 999_999)
        .await
        .refused(404, "not_found");
    let path = format!("/api/chat/people/{}/reset", member.id);
    let nobody = server.call(Method::POST, &path, None, None).await;
    nobody.refused(401, "sign_in_required");
}

/// O6: fifty at once set one password.
#[tokio::test]
async fn o6_fifty_who_have_the_link_use_it_once() {
    let server = Server::plain().await;
    let admin = server.member_as("Ada", "admin").await;
    let bob = server.member("Bob").await;
    let code = server.reset_code(&admin, bob.id).await;
    let visitor = visitor();
    let ctx = &server.ctx;
    let passwords: Vec<String> = (0..50).map(|nth| format!("pass phrase {nth}")).collect();
    let set = (passwords.iter()).map(|password| reset_password(ctx, &visitor, &code, password, ""));
    let set = futures::future::join_all(set).await;
    let set: Vec<_> = (passwords.iter().zip(set))
        .filter(|(_, set)| set.is_ok())
        .collect();
    let [(password, _)] = &set[..] else {
        panic!("{} were set", set.len());
    };
    assert_eq!(server.sign_in("Bob", password).await.status, 201);
    let sessions =
        "SELECT count(*) FROM sessions JOIN users ON users.id = user_id WHERE name = 'Bob'";
    let sessions: Vec<i64> = server.ctx.store.query_sql(sessions).await;
    assert_eq!(sessions, [2]);
}

#[tokio::test]
async fn a_link_ends_with_its_day_with_the_next_one_and_with_another_password() {
    let server = Server::plain().await;
    let admin = server.member_as("Ada", "admin").await;
    let bob = server.member("Bob").await;
    for code in ["", "x", "abcdefgh23456789"] {
        assert!(!server.is_reset(code).await, "{code}");
    }
    let first = server.reset_code(&admin, bob.id).await;
    let second = server.reset_code(&admin, bob.id).await;
    assert!(!server.is_reset(&first).await);
    let change = json!({"current": PASSWORD, "password": ANOTHER});
    change_password(&server, &bob, &change).await;
    assert!(!server.is_reset(&second).await);
    let third = server.reset_code(&admin, bob.id).await;
    server.clock.advance(Duration::from_secs(24 * 60 * 60 + 1));
    assert!(!server.is_reset(&third).await);
    let hashes: Vec<Vec<u8>> = (server.ctx.store)
        .query_sql("SELECT hash FROM one_time_codes")
        .await;
    assert!(hashes.iter().all(|hash| hash.len() == 32));
}

async fn change_password(server: &Server, who: &Guest, change: &Value) {
    let person = parlour_server::accounts::authenticate(&server.ctx, &who.token).await;
    let scope = Scope {
        person: person.unwrap(),
        ..visitor()
    };
    let text = |key: &str| change[key].as_str().unwrap().to_owned();
    let (current, password) = (text("current"), text("password"));
    parlour_server::accounts::change_password(&server.ctx, &scope, &current, &password)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_link_is_as_good_as_who_made_it_is_when_it_is_used() {
    let server = Server::plain().await;
    let admin = server.member_as("Ada", "admin").await;
    let bob = server.member("Bob").await;
    let code = server.reset_code(&admin, bob.id).await;
    for (who, role, back) in [(&admin, "member", "admin"), (&bob, "owner", "member")] {
        server.give_role(who, role).await;
        assert!(!server.is_reset(&code).await, "{role}");
        server.give_role(who, back).await;
    }
    for who in [&admin, &bob] {
        let state =
            |state: &str| format!("UPDATE users SET state = '{state}' WHERE id = {}", who.id);
        server.ctx.store.execute_sql(state("disabled")).await;
        assert!(!server.is_reset(&code).await);
        server.ctx.store.execute_sql(state("active")).await;
    }
    assert!(server.is_reset(&code).await);
    assert!(begun(&server.sign_in("Bob", ANOTHER).await).id == bob.id);
}

#[tokio::test]
async fn who_guesses_codes_has_few_tries() {
    let server = Server::start(|settings| settings.limits.wrong_codes_per_minute = 3).await;
    let admin = server.member_as("Ada", "admin").await;
    let bob = server.member("Bob").await;
    let code = server.reset_code(&admin, bob.id).await;
    for _ in 0..3 {
        assert!(look_at_reset(&server.ctx, &visitor(), &code).await.is_ok());
    }
    for _ in 0..3 {
        assert!(!server.is_reset("abcdefgh23456789").await);
    }
    let stopped = look_at_reset(&server.ctx, &visitor(), &code).await;
    assert!(matches!(stopped, Err(ServiceError::RateLimited { .. })));
}
