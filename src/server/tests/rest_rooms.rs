//! Rooms, guests, who is there, and health over REST.

use crate::harness::{LOBBY, Server, eventually};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_room_is_made_found_listed_and_deleted() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let body = json!({"name": "  Zoo ", "description": "Animals"});
    let made = server.post("/api/chat/rooms", Some(&alice), body).await;
    assert_eq!(made.status, 201);
    let id = made.body["id"].as_i64().unwrap();
    assert_eq!(made.header("location"), format!("/api/chat/rooms/{id}"));
    assert_eq!(made.body["name"], "Zoo");
    assert_eq!(made.body["description"], "Animals");
    assert_eq!(made.body["seq"], 0);
    assert_eq!(made.body["online"], 0);
    assert!(made.body["last_message_at"].is_null());
    assert!(made.body["created_at"].as_str().unwrap().ends_with('Z'));

    let found = server.get(&format!("/api/chat/rooms/{id}")).await;
    assert_eq!((found.status, &found.body), (200, &made.body));
    server.room(&alice, "aardvarks").await;
    let list = server.get("/api/chat/rooms").await;
    let names: Vec<_> = list
        .body
        .as_array()
        .unwrap()
        .iter()
        .map(|room| room["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        (list.status, names),
        (200, vec!["aardvarks", "Lobby", "Zoo"])
    );

    let path = format!("/api/chat/rooms/{id}");
    let deleted = server.call(Method::DELETE, &path, Some(&alice), None).await;
    assert_eq!((deleted.status, &deleted.body), (204, &json!("")));
    server.get(&path).await.refused(404, "room_not_found");
    server
        .call(Method::DELETE, &path, Some(&alice), None)
        .await
        .refused(404, "room_not_found");
}

#[tokio::test]
async fn a_guest_gets_a_token_that_writes() {
    let server = Server::plain().await;
    let made = server
        .post("/api/chat/guests", None, json!({"username": " Ada "}))
        .await;
    assert_eq!(made.status, 201);
    assert_eq!(made.body["user"]["name"], "Ada");
    assert_eq!(made.body["user"]["kind"], "guest");
    assert!(made.body["token"].as_str().unwrap().len() >= 43, "256 bits");
    assert_eq!(made.header("cache-control"), "no-store");
    let ada = server.guest("Ada II").await;
    assert_eq!(server.say(&ada, LOBBY, "hello").await["username"], "Ada II");
}

#[tokio::test]
async fn the_people_of_a_room_are_listed() {
    let server = Server::plain().await;
    let path = format!("/api/chat/rooms/{LOBBY}/users");
    assert_eq!(
        server.get(&path).await.body,
        json!({"users": [], "people": [], "count": 0})
    );
    let (alice, bob) = (server.guest("Alice").await, server.guest("bob").await);
    let _alice = server.joined(&alice, LOBBY).await;
    let _bob = server.joined(&bob, LOBBY).await;
    let here = json!({"users": ["Alice", "bob"], "count": 2, "people": [
        {"id": alice.id, "name": "Alice"}, {"id": bob.id, "name": "bob"},
    ]});
    assert_eq!(server.get(&path).await.body, here);
    assert_eq!(
        server.get(&format!("/api/chat/rooms/{LOBBY}")).await.body["online"],
        2
    );
    server
        .get("/api/chat/rooms/999/users")
        .await
        .refused(404, "room_not_found");
}

#[tokio::test]
async fn the_health_check_answers_ok() {
    let server = Server::plain().await;
    for path in ["/healthz", "/readyz"] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, &answer.body), (200, &json!("ok")), "{path}");
    }
    server.ctx.drain().await;
    assert_eq!(server.get("/readyz").await.status, 503);
    assert_eq!(server.get("/healthz").await.status, 200);
    let guest = server
        .post("/api/chat/guests", None, json!({"username": "Late"}))
        .await;
    guest.refused(503, "draining");
    assert_ne!(guest.header("retry-after"), "");
}

#[tokio::test]
async fn a_server_whose_database_is_gone_is_not_ready() {
    let server = Server::plain().await;
    server.ctx.store.drain().await;
    assert_eq!(server.get("/readyz").await.status, 503);
    assert_eq!(server.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn json_is_compressed_on_request() {
    let server = Server::plain().await;
    let request = server
        .http
        .get(server.url("/api/chat/rooms"))
        .header("accept-encoding", "br");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "br");
}

#[tokio::test]
async fn only_its_maker_deletes_a_room() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let path = format!("/api/chat/rooms/{}", server.room(&alice, "Mine").await);
    server
        .call(Method::DELETE, &path, None, None)
        .await
        .refused(401, "sign_in_required");
    server
        .call(Method::DELETE, &path, Some(&bob), None)
        .await
        .refused(403, "forbidden");
    let lobby = format!("/api/chat/rooms/{LOBBY}");
    server
        .call(Method::DELETE, &lobby, Some(&bob), None)
        .await
        .refused(403, "forbidden");
    assert_eq!(
        server
            .call(Method::DELETE, &path, Some(&alice), None)
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn a_socket_counts_in_its_room_until_it_is_gone() {
    let server = Server::start(|settings| settings.realtime.reload_grace_ms = 0).await;
    let alice = server.chat(LOBBY, "Alice").await;
    let online = async || {
        let room = server.get(&format!("/api/chat/rooms/{LOBBY}")).await;
        room.body["online"].as_i64().unwrap()
    };
    assert_eq!(online().await, 1);
    drop(alice);
    eventually("nobody is online", async || online().await == 0).await;
}

#[tokio::test]
async fn how_far_one_has_read_and_where_one_belongs_is_told_to_oneself_alone() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    server.say(&alice, LOBBY, "first").await;
    server.say(&bob, LOBBY, "second").await;
    let garden = server.room(&alice, "Garden").await;
    let of = async |who, path: &str| server.call(Method::GET, path, who, None).await.body;
    let open = "/api/chat/rooms/1/open";
    assert_eq!(of(Some(&alice), open).await["read"], 1);
    assert_eq!(of(Some(&bob), open).await["read"], 2);
    assert!(of(None, open).await["read"].is_null());
    let garden = format!("/api/chat/rooms/{garden}/open");
    assert_eq!(of(Some(&alice), &garden).await["read"], 0);
    assert!(of(Some(&bob), &garden).await["read"].is_null());
    let listed = async |who| {
        let rooms = of(who, "/api/chat/me/rooms").await;
        let rooms = rooms.as_array().unwrap().iter();
        rooms
            .map(|entry| json!([entry["is_member"], entry["unread"]]))
            .collect::<Vec<_>>()
    };
    // Garden, then the lobby.
    assert_eq!(
        listed(Some(&alice)).await,
        [json!([true, 0]), json!([true, 1])]
    );
    assert_eq!(
        listed(Some(&bob)).await,
        [json!([false, 0]), json!([true, 0])]
    );
}

#[tokio::test]
async fn rooms_are_listed_in_parts_that_a_link_header_leads_through() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    for name in ["a", "b", "c", "d"] {
        server.room(&alice, name).await;
    }
    let mut path = "/api/chat/rooms?limit=2".to_owned();
    let mut names = Vec::new();
    loop {
        let answer = server.get(&path).await;
        assert_eq!(answer.status, 200);
        let rooms = answer.body.as_array().unwrap();
        names.extend(
            rooms
                .iter()
                .map(|room| room["name"].as_str().unwrap().to_owned()),
        );
        let Some(link) = answer.headers.get("link") else {
            break;
        };
        let link = link.to_str().unwrap();
        let next = link.strip_prefix('<').unwrap().split_once('>').unwrap();
        assert_eq!(next.1, "; rel=\"next\"");
        path = next.0.to_owned();
    }
    assert_eq!(names, ["a", "b", "c", "d", "Lobby"]);
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("after=", "after"),
        ("after=x", "after"),
        ("after=%00.1", "after"),
    ] {
        let answer = server.get(&format!("/api/chat/rooms?{query}")).await;
        answer.refused(422, "invalid");
        assert_eq!(answer.body["field"], field, "{query}");
    }
}
