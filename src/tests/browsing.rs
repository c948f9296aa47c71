//! The page of all rooms: looking for one, joining and leaving there.

use crate::harness::{LOBBY, Page, Site, Socket};
use parlour_protocol::paths;

fn names(page: &Page) -> Vec<String> {
    page.texts(".all-rooms bdi[id]")
}

fn facts(page: &Page) -> Vec<String> {
    page.texts(".room-facts")
}

#[tokio::test]
async fn a_room_is_found_by_any_part_of_its_name_or_description() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.room("Café Noir").await;
    alice.room("Garden").await;
    let form = alice.get("/rooms/new").await.form("form.form");
    let form = form.with("name", "Kitchen");
    alice
        .done(form.with("description", "Coffee & CAFÉ au lait"))
        .await;
    let visitor = site.visitor();
    let all = visitor.get("/rooms/all").await;
    assert_eq!(names(&all), ["Café Noir", "Garden", "Kitchen", "Lobby"]);
    for (search, found) in [
        ("cafe", &["Café Noir", "Kitchen"][..]),
        ("ARDE", &["Garden"]),
        ("  ", &["Café Noir", "Garden", "Kitchen", "Lobby"]),
        ("%", &[]),
        ("nowhere", &[]),
    ] {
        let page = visitor.get(&paths::browse(search, None)).await;
        assert_eq!(names(&page), found, "{search}");
        assert_eq!(page.attribute("input[name=q]", "value"), search.trim());
        assert_eq!(page.has_no("[role=status]"), !found.is_empty(), "{search}");
    }
}

#[tokio::test]
async fn who_is_there_and_when_something_was_said_is_told() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.room("Empty").await;
    alice.say(LOBBY, "Hello").await;
    let page = site.visitor().get("/rooms/all").await;
    assert_eq!(
        facts(&page),
        [
            "Nobody is there, nothing said yet.",
            "Nobody is there, last message just now."
        ]
    );
    let _bob = Socket::guest(site.address, 1, "Bob").await;
    site.clock.set_by(3 * 60 * 60 * 1_000);
    let page = site.visitor().get("/rooms/all").await;
    assert_eq!(
        facts(&page)[1],
        "1 person is there, last message 3 hours ago."
    );
}

#[tokio::test]
async fn a_room_is_joined_and_left_where_it_stands() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let attic = alice.room("Attic").await;
    alice.say(&attic, "Hello").await;
    let page = bob.get("/rooms/all?q=attic").await;
    assert_eq!(page.texts(".all-rooms button"), ["Join"]);
    let join = page.form(".all-rooms form");
    let answer = bob
        .post(&join.action, &[("next", join.value("next"))])
        .await;
    let back = "/rooms/all?q=attic#r2";
    assert_eq!((answer.status, answer.header("location")), (303, back));
    let page = bob.get("/rooms/all?q=attic").await;
    let buttons = ["Leave", "Add to favourites"];
    assert_eq!(page.texts(".all-rooms button"), buttons);
    assert!(facts(&page)[0].ends_with("You never wrote here."));
    bob.say(&attic, "Now I did").await;
    let page = bob.get("/rooms/all?q=attic").await;
    assert!(!facts(&page)[0].contains("never"));
    bob.done(page.form(".all-rooms form")).await;
    let page = bob.get("/rooms/all").await;
    assert_eq!(page.texts(".all-rooms button"), ["Join", "Join"]);
    // Who made a room is in it on purpose.
    let silent = alice.room("Silent").await;
    let page = alice.get("/rooms/all?q=silent").await;
    assert!(!facts(&page)[0].contains("never"), "{silent}");
    // A visitor is asked for a name.
    let visitor = site.visitor();
    let page = visitor.get("/rooms/all?q=attic").await;
    let page = visitor.done(page.form(".all-rooms form")).await;
    assert!(page.form("form.form").action.ends_with("/join"));
}

#[tokio::test]
async fn where_all_rooms_were_leads_to_where_they_are() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    let page = visitor.get("/rooms?after=k.1").await;
    let to = page.header("location");
    assert_eq!((page.status, to), (308, "/rooms/all?after=k.1"));
    let page = visitor.get("/rooms").await;
    assert_eq!(page.attribute(".app", "data-place"), "welcome");
}

#[tokio::test]
async fn the_sidebar_has_what_is_unread_first_then_ones_own_rooms_then_others() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.room("zebra").await;
    let attic = alice.room("Attic").await;
    alice.say(&attic, "one").await;
    bob.say(&attic, "two").await;
    bob.say(&attic, "three").await;
    let page = alice.get("/").await;
    assert_eq!(
        page.texts(".room-list li"),
        [
            "Unread",
            "Attic2",
            "Your rooms",
            "zebra",
            "Direct messages",
            "Other rooms",
            "Lobby"
        ]
    );
    assert_eq!(page.attribute(".unread", "aria-label"), "2 unread");
    let visitor = site.visitor().get("/").await;
    assert_eq!(visitor.texts(".room-list li"), ["Attic", "Lobby", "zebra"]);
    let listed = page.place().rooms;
    let listed: Vec<_> = listed.iter().map(|entry| &*entry.room.name).collect();
    assert_eq!(listed, ["Attic", "Lobby", "zebra"]);
    // A page of the room itself keeps its line where it was found.
    let page = alice.get(&attic).await;
    assert_eq!(page.texts(".room-list li")[..2], ["Unread", "Attic2"]);
    assert_eq!(page.text(".room-list a:has(.unread) bdi"), "Attic");
    assert!(site.visitor().get("/").await.has_no(".unread"));
    assert!(bob.get("/").await.has_no(".unread"));
}

#[tokio::test]
async fn a_room_is_joined_by_a_form_and_by_nothing_that_only_reads() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.say(LOBBY, "Hello").await;
    let page = bob.get(LOBBY).await;
    assert_eq!(page.place().open.unwrap().read, None);
    assert_eq!(page.text(".looking .quiet"), "Join");
    alice.say(LOBBY, "Anybody?").await;
    assert!(bob.get("/").await.has_no(".unread"), "he only looked");
    let page = bob.done(page.form("form.looking")).await;
    assert_eq!(page.text("h1"), "Lobby");
    assert!(page.has_no(".looking"));
    assert!(page.place().open.unwrap().read.is_some());
    alice.say(LOBBY, "Welcome").await;
    let unread = bob.get("/").await;
    assert_eq!(unread.attribute(".unread", "aria-label"), "1 unread");
    // Where to go afterwards is on this site.
    for (next, to) in [("/rooms", "/rooms"), ("//evil.example", "/rooms")] {
        let answer = bob.post("/rooms/1-lobby/join", &[("next", next)]).await;
        assert_eq!((answer.status, answer.header("location")), (303, to));
    }
    // A visitor is asked for a name first.
    let visitor = site.visitor();
    assert!(visitor.get(LOBBY).await.has_no(".looking"));
    let answer = visitor.post("/rooms/1-lobby/join", &[]).await;
    let to = answer.header("location");
    assert_eq!((answer.status, to), (303, "/join?next=/rooms/1-lobby"));
    let page = bob.post("/rooms/99/join", &[]).await;
    assert_eq!(page.status, 404);
}

#[tokio::test]
async fn an_archived_room_is_in_no_list_and_found_by_its_name() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.room("Old news").await;
    let edit = alice.get("/rooms/2/edit").await.form("form.form");
    alice.done(edit.with("archived", "true")).await;
    let visitor = site.visitor();
    assert_eq!(names(&visitor.get("/rooms/all").await), ["Lobby"]);
    let found = visitor.get(&paths::browse("news", None)).await;
    assert_eq!(names(&found), ["Old news"]);
}
