//! New names of people who are here.

use crate::harness::{Guest, LOBBY, Server};
use futures::FutureExt;
use parlour_server::accounts::{authenticate, rename};
use parlour_server::{Scope, ServiceError};
use serde_json::json;

async fn scope(server: &Server, guest: &Guest) -> Scope {
    Scope {
        person: authenticate(&server.ctx, &guest.token).await.unwrap(),
        address: server.address.ip().into(),
    }
}

#[tokio::test]
async fn a_new_name_is_shown_even_if_who_asked_for_it_is_gone() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut socket = server.joined(&alice, LOBBY).await;
    let alice = scope(&server, &alice).await;
    // Asked for, and not waited for: as when a browser goes away.
    let asked = rename(&server.ctx, &alice, "Zoe").now_or_never();
    assert!(asked.is_none());
    let shown = |frame: &serde_json::Value| frame["users"] == json!(["Zoe"]);
    socket.next_that(shown).await;
}

#[tokio::test]
async fn of_two_new_names_the_later_one_is_shown() {
    let server = Server::plain().await;
    let guest = server.guest("Alice").await;
    let _socket = server.joined(&guest, LOBBY).await;
    let alice = scope(&server, &guest).await;
    for round in 0..20 {
        let names = [format!("One {round}"), format!("Two {round}")];
        let [one, two] = &names;
        let (one, two) = tokio::join!(
            rename(&server.ctx, &alice, one),
            rename(&server.ctx, &alice, two)
        );
        one.unwrap();
        two.unwrap();
        let stored = scope(&server, &guest).await.person.unwrap().user.name;
        let roster = server.ctx.hub.roster(parlour_protocol::RoomId(LOBBY));
        assert_eq!(roster.names(), [stored]);
    }
}

#[tokio::test]
async fn of_two_people_who_want_one_name_at_once_one_gets_it() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let _here = server.joined(&alice, LOBBY).await;
    let _too = server.joined(&bob, LOBBY).await;
    let (alice, bob) = (scope(&server, &alice).await, scope(&server, &bob).await);
    for name in ["Robin", "Kim", "Alex"] {
        let (one, two) = tokio::join!(
            rename(&server.ctx, &alice, name),
            rename(&server.ctx, &bob, name)
        );
        let (got, refused) = if one.is_ok() { (one, two) } else { (two, one) };
        assert_eq!(got.unwrap().name, name);
        assert!(matches!(refused, Err(ServiceError::UsernameTaken(_))));
        for person in [&alice, &bob] {
            let own = format!("Somebody {}", person.user_id().unwrap());
            rename(&server.ctx, person, &own).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_token_brings_its_guest_back_under_a_name_that_somebody_else_has_now() {
    let server = Server::plain().await;
    let (first, second) = (server.guest("Alice").await, server.guest("Alice").await);
    let _here = server.joined(&first, LOBBY).await;
    let mut socket = server.browser(&second).await;
    let welcome = socket.join(LOBBY).await;
    assert_eq!(
        welcome["user"],
        json!({"id": second.id, "name": "Alice", "kind": "guest"})
    );
    let list = socket.next_of_type("users_list").await;
    assert_eq!(list["users"], json!(["Alice", "Alice"]));
}
