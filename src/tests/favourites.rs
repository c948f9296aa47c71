//! Favourites on pages: put there and taken out by a form, and first in the list of rooms.

use crate::harness::{Browser, LOBBY, Site, create_room};
use serde_json::Value;

#[tokio::test]
async fn a_room_becomes_a_favourite_by_a_form_and_stands_first() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.room("Attic").await;
    let tea = alice.room("Tea").await;
    bob.say(&tea, "hello").await;
    let page = alice.get(&tea).await;
    let form = page.form("form[action$='/favourite']");
    assert_eq!(page.text("form[action$='/favourite']"), "Add to favourites");
    let page = alice.done(form).await;
    assert_eq!(page.text("h1"), "Tea");
    let lines = page.texts(".room-list li");
    assert_eq!(lines[..2], ["Favourites", "Tea1"], "{lines:?}");
    assert!(page.has_no("form[action$='/favourite']"));
    // It stays there when something is new in it, and nobody else's list knows of it.
    bob.say(&tea, "hello?").await;
    let lines = alice.get("/").await.texts(".room-list li");
    assert_eq!(lines[..2], ["Favourites", "Tea2"]);
    let lines = bob.get("/").await.texts(".room-list li");
    assert_eq!(lines[..2], ["Your rooms", "Tea"]);
    let page = alice.get(&tea).await;
    let page = alice.done(page.form("form[action$='/unfavourite']")).await;
    assert!(
        !page
            .texts(".room-list li")
            .contains(&"Favourites".to_owned())
    );
    // Who is no member is offered none.
    assert!(bob.get(LOBBY).await.has_no("form[action$='/favourite']"));
    let answer = bob.post(&format!("{LOBBY}/favourite"), &[]).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn a_room_becomes_a_favourite_where_all_are_listed() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.room("Tea").await;
    for (verb, deed, headings) in [
        ("Add to favourites", "favourite", ["Favourites", "Tea"]),
        (
            "Remove from favourites",
            "unfavourite",
            ["Your rooms", "Tea"],
        ),
    ] {
        let page = alice.get("/rooms/all?q=tea").await;
        assert_eq!(page.texts(".all-rooms button"), ["Leave", verb]);
        let action = page.attribute(".all-rooms button[formaction]", "formaction");
        assert!(action.ends_with(&format!("/{deed}")), "{action}");
        let next = page.form(".all-rooms form").value("next").to_owned();
        let answer = alice.post(&action, &[("next", &next)]).await;
        let back = "/rooms/all?q=tea#r2";
        assert_eq!((answer.status, answer.header("location")), (303, back));
        let page = alice.get("/").await;
        assert_eq!(page.texts(".room-list li")[..2], headings);
        if deed == "favourite" {
            let choose = "[data-section=favourites] .add";
            assert_eq!(page.attribute(choose, "href"), "/rooms/all");
        }
    }
    // A room that one is not in is nobody's favourite.
    let page = site.person("Bob").await.get("/rooms/all").await;
    assert!(page.has_no(".all-rooms button[formaction]"));
}

#[tokio::test]
async fn who_is_in_no_room_may_write_to_somebody() {
    let site = Site::plain().await;
    let page = site.person("Alice").await.get("/rooms").await;
    let lines = page.texts(".room-list li");
    assert_eq!(lines, ["Direct messages", "Other rooms", "Lobby"]);
    assert_eq!(page.attribute(".section .add", "href"), "/people");
}

#[tokio::test]
async fn every_section_but_what_is_unread_can_be_folded_without_script() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let tea = alice.room("Tea").await;
    alice.room("Attic").await;
    bob.say(&tea, "hello").await;
    let page = alice.get("/").await;
    let sections = page.texts(".section");
    assert_eq!(
        sections,
        ["Unread", "Your rooms", "Direct messages", "Other rooms"]
    );
    let folded = page.texts(".section details[open] summary h3");
    assert_eq!(folded, sections[1..]);
    assert_eq!(page.attribute(".section .add", "href"), "/people");
    assert!(site.visitor().get("/").await.has_no(".section"));
}

#[tokio::test]
async fn of_more_rooms_than_are_listed_each_has_their_own_favourites() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let mut rooms = Vec::new();
    for n in 100..310 {
        let made = alice.call(&create_room(&format!("Room {n}"), "")).await;
        let room: Value = serde_json::from_str(&made.body).unwrap();
        let path = format!("/rooms/{}", room["id"]);
        assert_eq!(bob.post(&format!("{path}/join"), &[]).await.status, 303);
        rooms.push(path);
    }
    let set = async |browser: &Browser, room: &str, deed: &str| {
        let answer = browser.post(&format!("{room}/{deed}"), &[]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
    };
    let first = async |browser: &Browser| {
        let lines = browser.get("/").await.texts(".room-list li");
        lines[..2].join(": ")
    };
    // Both belong to the same rooms, and may be given the same page.
    let own = "Your rooms: Room 100";
    assert_eq!(
        (first(&alice).await, first(&bob).await),
        (own.into(), own.into())
    );
    set(&alice, &rooms[209], "favourite").await;
    assert_eq!(first(&alice).await, "Favourites: Room 309");
    assert_eq!(first(&bob).await, own);
    set(&bob, &rooms[208], "favourite").await;
    assert_eq!(first(&bob).await, "Favourites: Room 308");
    assert_eq!(first(&alice).await, "Favourites: Room 309");
    set(&alice, &rooms[209], "unfavourite").await;
    assert_eq!(first(&alice).await, own);
}
