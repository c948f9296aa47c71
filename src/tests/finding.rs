//! Rooms that are found by a part of their name.

use crate::harness::{Browser, Page, Site};
use parlour_protocol::paths::PANEL;
use reqwest::Method;

#[tokio::test]
async fn a_room_is_found_by_a_part_of_its_name_and_gone_to_by_the_whole() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let cafe = alice.room("Café noir").await;
    alice.room("Cafeteria").await;
    let page = alice.get("/go").await;
    assert_eq!(page.form("form.form").value("q"), "");
    assert_eq!(page.texts(".found a").len(), 3, "to begin with");
    let page = site.visitor().get("/go?q=CAF%C3%89").await;
    assert_eq!(page.texts(".found bdi"), ["Café noir", "Cafeteria"]);
    assert_eq!(page.form("form.form").value("q"), "CAFÉ");
    let answer = alice.get("/go?q=cafe+noir").await;
    assert_eq!((answer.status, answer.header("location")), (303, &*cafe));
    let page = alice.get("/go?q=%22%3E%3Cb%3E").await;
    assert_eq!(page.form("form.form").value("q"), "\"><b>");
    assert!(page.body.contains("Nothing here is called that."));
    assert_eq!(
        alice.get("/go?q=%ff").await.status,
        200,
        "what is no text is nothing"
    );
}

/// What the panel of the live page is given.
async fn lines(who: &Browser, wanted: &str) -> Page {
    let path = format!("/go?q={wanted}");
    let request = who.own(Method::GET, &path).header(PANEL, "1");
    Page::of(&path, request.send().await.unwrap()).await
}

#[tokio::test]
async fn people_are_found_beside_rooms_by_who_may_know_of_them() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bobby").await);
    alice.room("Bobsleigh").await;
    let page = alice.get("/go?q=bob").await;
    assert_eq!(page.texts(".found bdi"), ["Bobsleigh", "Bobby"]);
    let card = page.attribute(".found li:last-child a", "href");
    assert_eq!(alice.get(&card).await.text("h1"), "Bobby");
    let page = site.visitor().get("/go?q=bob").await;
    assert_eq!(page.texts(".found bdi"), ["Bobsleigh"], "nobody's guests");
    // Whom one talks to alone is found by that.
    let form = alice.get(&card).await.form("form[action$='/talk']");
    assert_eq!(alice.done(form).await.text("#room-title"), "Bobby");
    let told = lines(&alice, "bobb").await;
    assert_eq!(
        told.body.matches("role=\"option\"").count(),
        1,
        "{}",
        told.body
    );
    assert!(told.body.contains("data-path=\"/rooms/"));
    // Somebody else who is called the same is not.
    let namesake = site.person("Bobby").await;
    let is_theirs = namesake.get("/").await.place().me.unwrap().id;
    let told = lines(&alice, "bobb").await;
    let person = format!("data-path=\"/people/{is_theirs}\"");
    assert!(told.body.contains(&person), "{}", told.body);
    let told = lines(&bob, "lice").await;
    assert_eq!(
        told.body.matches("role=\"option\"").count(),
        1,
        "{}",
        told.body
    );
    assert_eq!(
        alice.get("/go?q=+").await.texts(".found bdi").len(),
        3,
        "rooms alone"
    );
}
