//! People without script: found, shown, talked to alone, and blocked.

use crate::accounts::member;
use crate::harness::{Browser, LOBBY, Page, Site};

/// The card of somebody, as their name in the log of this room leads to it.
async fn card_in(who: &Browser, room: &str, name: &str) -> Page {
    let page = who.get(room).await;
    let names = page.all("a.author[href]").into_iter();
    let mut names = names.filter(|link| link.text().collect::<String>().trim() == name);
    let link = names.next().unwrap_or_else(|| panic!("{name} in {room}"));
    who.get(link.attr("href").unwrap()).await
}

fn says(card: &Page, words: &str) -> bool {
    let lines = card.texts("main > p");
    lines.iter().any(|line| line.contains(words))
}

#[tokio::test]
async fn who_is_found_by_name_is_talked_to_alone_by_one_button() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let page = alice.get("/rooms/all").await;
    let page = alice.follow(&page, "a[href='/people']").await;
    assert_eq!(page.texts(".all-rooms bdi"), ["Bob"]);
    let page = alice.get("/people?q=bo").await;
    let card = alice.follow(&page, ".all-rooms a").await;
    assert_eq!((card.status, card.text("h1").as_str()), (200, "Bob"));
    let room = alice.done(card.form("form[action$=talk]")).await;
    assert_eq!(room.text("#room-title"), "Bob");
    let form = room.form("form.composer");
    alice.done(form.with("content", "psst")).await;
    let list = bob.get("/rooms").await;
    assert!(list.texts(".room-list bdi").contains(&"Alice".to_owned()));
    assert!(list.body.contains("1 unread"));
    let nobody = alice.get("/people/9999").await;
    nobody.is_a_problem(404, "There is no such person.");
    let visitor = site.visitor().get("/people?q=bob").await;
    assert_eq!(visitor.header("location"), "/join?next=/people%3Fq%3Dbob");
}

#[tokio::test]
async fn who_was_blocked_finds_nobody_to_write_to_until_they_are_unblocked() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let path = |name: &'static str| format!("/people?q={name}");
    let card = alice
        .follow(&alice.get(&path("bob")).await, ".all-rooms a")
        .await;
    let card = alice.done(card.form("form[action$='/block']")).await;
    assert!(
        card.text(".field-hint")
            .starts_with("You have blocked them")
    );
    let hers = bob
        .follow(&bob.get(&path("alice")).await, ".all-rooms a")
        .await;
    assert!(hers.has_no(".field-hint"), "without a trace");
    let refused = bob.submit(hers.form("form[action$=talk]")).await;
    refused.is_a_problem(404, "There is no such person.");
    alice.done(card.form("form[action$='/unblock']")).await;
    bob.done(hers.form("form[action$=talk]")).await;
}

#[tokio::test]
async fn a_name_in_a_room_leads_to_the_card_and_from_there_back() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let attic = alice.room("Attic").await;
    alice.say(&attic, "Come up.").await;
    bob.say(&attic, "I am here.").await;
    bob.say(&attic, "Where are you?").await;
    let page = bob.get(&attic).await;
    assert_eq!(
        page.texts("a.author[href]"),
        ["Alice", "Bob"],
        "one of each group"
    );
    let card = card_in(&bob, &attic, "Alice").await;
    assert_eq!((card.status, card.text("h1").as_str()), (200, "Alice"));
    assert_eq!(card.all("h1 .face").len(), 1);
    assert_eq!(card.texts(".all-rooms bdi"), ["Attic"]);
    assert!(card.has_no("details"), "nothing that they may not do");
    assert_eq!(card.attribute("main > p:last-child a", "href"), attic);
    // Blocking comes back to the card, and from it to the room.
    let blocked = bob.done(card.form("form[action$='/block']")).await;
    assert_eq!(blocked.attribute("main > p:last-child a", "href"), attic);
    let own = card_in(&alice, &attic, "Alice").await;
    assert!(own.has_no("main form"), "{}", own.body);
}

#[tokio::test]
async fn who_keeps_order_in_a_room_does_it_from_the_card() {
    let site = Site::plain().await;
    let (alice, bob) = (member(&site, "Alice").await, site.person("Bob").await);
    let attic = alice.room("Attic").await;
    bob.say(&attic, "I am here.").await;
    let card = card_in(&alice, &attic, "Bob").await;
    assert_eq!(card.texts("summary"), ["In Attic"], "and not in the house");
    assert!(says(&card, "Member in Attic"));
    let out = alice.done(card.form("form[action$='/out']")).await;
    assert!(says(&out, "No member in Attic"));
    let ban = out.form("form[action$='/ban']").with("reason", "Rude.");
    let banned = alice.done(ban).await;
    assert!(says(&banned, "Kept out until"));
    let again = alice.done(banned.form("form[action$='/allow']")).await;
    assert!(!says(&again, "Kept out until"));
    // Elsewhere, and in a room that they do not see, there is nothing of it.
    let path = card.path.split('?').next().unwrap();
    for from in ["", "?room=99", "?room=x", "?room=1-lobby&room=2"] {
        let card = alice.get(&format!("{path}{from}")).await;
        assert_eq!(card.status, 200, "{from}");
        assert!(card.has_no("details"), "{from}");
    }
}

#[tokio::test]
async fn who_runs_the_house_does_it_from_the_card() {
    let site = Site::plain().await;
    let (alice, bob) = (member(&site, "Alice").await, member(&site, "Bob").await);
    bob.say(LOBBY, "Hello").await;
    let owner = "UPDATE users SET role = 'owner' WHERE name = 'Alice'";
    site.ctx.store.execute_sql(owner).await;
    let card = card_in(&alice, LOBBY, "Bob").await;
    assert_eq!(card.texts("summary"), ["In Lobby", "In this house"]);
    let role = card.form("#role-form").with("role", "moderator");
    let card = alice.done(role).await;
    assert_eq!(card.text("h1"), "Bob");
    assert!(says(&card, "Moderator"));
    let card = alice.done(card.form("form[action$='/sign-out']")).await;
    assert_eq!(card.text("h1"), "Bob");
    assert!(bob.get(LOBBY).await.place().me.is_none());
    let link = alice.submit(card.form("form[action$='/reset']")).await;
    assert!(link.body.contains("/reset/"), "{}", link.body);
    let hers = card_in(&site.person("Zed").await, LOBBY, "Bob").await;
    assert!(hers.has_no("details"));
}

#[tokio::test]
async fn what_time_it_is_for_somebody_is_shown_where_they_want_that() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    bob.say(LOBBY, "Hello").await;
    let tells = async |time: &str| says(&card_in(&alice, LOBBY, "Bob").await, time);
    assert!(!tells("where they are").await, "unless they say so");
    let clock = async |offset: &str| {
        let form = bob.get("/settings").await.form("form[action$=clock]");
        bob.submit(form.with("utc_offset", offset)).await
    };
    assert_eq!(clock("345").await.status, 303);
    assert!(tells("(UTC+05:45) where they are").await);
    let refused = clock("3000").await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("No clock is that far from UTC."));
    assert_eq!(clock("x").await.status, 400);
    assert_eq!(clock("").await.status, 303);
    assert!(!tells("where they are").await);
}
