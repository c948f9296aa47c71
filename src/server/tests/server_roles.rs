//! Another role on the server: their own stream says so to who has it, and to nobody else.

use crate::harness::{Guest, LOBBY, Server, Socket};
use parlour_protocol::{ServerRole, UserId};
use parlour_server::ServiceError;
use parlour_server::administration::{Actor, Deed, administer};
use serde_json::{Value, json};

async fn account(server: &Server, name: &str) -> Guest {
    let wanted = json!({"username": name, "password": "jam to-morrow"});
    let made = server.post("/api/chat/accounts", None, wanted).await;
    assert_eq!(made.status, 201, "{made:?}");
    Guest {
        id: made.body["user"]["id"].as_i64().unwrap(),
        token: made.body["token"].as_str().unwrap().to_owned(),
    }
}

async fn done(server: &Server, to: &Guest, deed: Deed) {
    let done = administer(&server.ctx, Actor::Machine, UserId(to.id), deed);
    done.await.unwrap();
}

async fn asked(socket: &mut Socket, question: Value) -> Value {
    let kind = question["type"].as_str().unwrap().to_owned();
    socket.send(question).await;
    socket.next_of_type(&kind).await
}

/// Whether a page that is in the lobby has what only who may change the room is shown.
async fn may_delete(socket: &mut Socket) -> bool {
    socket
        .send(json!({"type": "join", "room_id": LOBBY, "look": true}))
        .await;
    let welcome = socket.next_of_type("welcome").await;
    welcome["may_delete"] == true
}

#[tokio::test]
async fn another_role_takes_a_place_in_one_s_own_stream_and_sockets_come_back_with_it() {
    let server = Server::plain().await;
    let (alice, bob) = (
        account(&server, "Alice").await,
        account(&server, "Bob").await,
    );
    let mut hers = server.browser(&alice).await;
    assert!(!may_delete(&mut hers).await);
    let mut his = server.joined(&bob, LOBBY).await;
    done(&server, &alice, Deed::Role(ServerRole::Admin)).await;
    assert_eq!(hers.closed().await.0, 4000);
    let mut hers = server.browser(&alice).await;
    assert!(may_delete(&mut hers).await);
    assert_eq!(asked(&mut hers, json!({"type": "rooms"})).await["me"], 1);
    let sync = asked(&mut hers, json!({"type": "sync_me", "after": 0})).await;
    assert_eq!(
        sync,
        json!({"type": "sync_me", "rooms": [], "from": 0, "to": 1, "complete": true, "role": "admin"})
    );
    // Whoever is disabled is told so by the end of their sessions; what was missed is counted on.
    done(&server, &alice, Deed::Disable).await;
    assert_eq!(hers.closed().await.0, 4401);
    done(&server, &alice, Deed::Enable).await;
    let credentials = json!({"username": "Alice", "password": "jam to-morrow"});
    let again = server.post("/api/chat/sessions", None, credentials).await;
    let alice = Guest {
        token: again.body["token"].as_str().unwrap().to_owned(),
        ..alice
    };
    let mut hers = server.browser(&alice).await;
    let sync = asked(&mut hers, json!({"type": "sync_me", "after": 1})).await;
    // The end of the sessions, that she was disabled, and that she is no more.
    assert_eq!((&sync["to"], &sync["role"]), (&json!(4), &json!("admin")));
    for frame in his.everything(LOBBY).await {
        assert_eq!(frame.get("role"), None, "{frame}");
    }
    let sync = asked(&mut his, json!({"type": "sync_me", "after": 1})).await;
    assert_eq!((&sync["to"], &sync["role"]), (&json!(1), &json!("member")));
}

/// Nobody published it.
#[tokio::test]
async fn who_missed_that_they_have_another_role_learns_it_by_the_sync() {
    let server = Server::plain().await;
    let alice = account(&server, "Alice").await;
    for (role, is_shown, before) in [("admin", true, 0), ("member", false, 1)] {
        let mut hers = server.browser(&alice).await;
        assert_eq!(may_delete(&mut hers).await, !is_shown);
        let change = format!(
            "UPDATE users SET role = '{role}', me_seq = me_seq + 1 WHERE id = {}",
            alice.id
        );
        server.ctx.store.execute_sql(change).await;
        let sync = asked(&mut hers, json!({"type": "sync_me", "after": before})).await;
        assert_eq!(
            (&sync["to"], &sync["role"]),
            (&json!(before + 1), &json!(role))
        );
        assert_eq!(hers.closed().await.0, 4000);
        let mut hers = server.browser(&alice).await;
        assert_eq!(may_delete(&mut hers).await, is_shown);
        // What it says is what it is: nobody is sent away twice.
        let sync = asked(&mut hers, json!({"type": "sync_me", "after": before})).await;
        assert_eq!(sync["role"], json!(role));
        assert_eq!(may_delete(&mut hers).await, is_shown);
    }
}

#[tokio::test]
async fn o6_of_fifty_who_leave_the_house_to_each_other_one_owner_stays() {
    let server = Server::plain().await;
    let names = |at: usize| format!("Owner {at}");
    let rows = (0..50).map(|at| {
        let name = names(at);
        format!(
            "INSERT INTO users (name, folded, skeleton, kind, role, created_at) \
             VALUES ('{name}', '{name}', '{name}', 'member', 'owner', 0);"
        )
    });
    server.ctx.store.execute_sql(rows.collect::<String>()).await;
    let owners = "SELECT id FROM users WHERE role = 'owner' AND state = 'active' ORDER BY id";
    let ids: Vec<i64> = server.ctx.store.query_sql(owners).await;
    assert_eq!(ids.len(), 50);
    let goes = ids.iter().enumerate().map(|(at, id)| {
        let (actor, deed) = match at % 2 {
            // Who goes down themselves, and who is disabled by the next one.
            0 => (*id, Deed::Role(ServerRole::Member)),
            _ => (ids[(at + 1) % ids.len()], Deed::Disable),
        };
        let actor = Actor::Person(UserId(actor), ServerRole::Owner);
        administer(&server.ctx, actor, UserId(*id), deed)
    });
    let went = futures::future::join_all(goes).await;
    let stayed: Vec<_> = went.into_iter().filter_map(Result::err).collect();
    assert!(
        matches!(stayed[..], [ServiceError::LastOwner]),
        "{stayed:?}"
    );
    let left: Vec<i64> = server.ctx.store.query_sql(owners).await;
    assert_eq!(left.len(), 1);
}
