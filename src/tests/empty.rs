//! Where there is nothing yet, and where there is nothing at all: what one can do there, and where one can go.

use crate::harness::{BACK, LOBBY, Page, Site};
use reqwest::Method;

fn steps(page: &Page) -> Vec<String> {
    page.texts(".steps h2")
}

#[tokio::test]
async fn a_new_house_says_what_to_do_first_until_somebody_has_done_something() {
    let first = ["Make a room", "Send this link", "Say hello"];
    let usual = ["Pick a room", "Say who you are", "Write"];
    let site = Site::plain().await;
    let visitor = site.visitor();
    for path in ["/", "/rooms"] {
        let page = visitor.get(path).await;
        assert_eq!(steps(&page), first, "{path}");
        assert_eq!(page.attribute(".steps a", "href"), "/rooms/new");
    }
    let alice = site.person("Alice").await;
    assert_eq!(
        steps(&alice.get("/rooms").await),
        first,
        "nobody has said anything"
    );
    alice.say(LOBBY, "Hello").await;
    for who in [&alice, &visitor] {
        assert_eq!(steps(&who.get("/rooms").await), usual);
    }
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.room("Attic").await;
    assert_eq!(steps(&alice.get("/rooms").await), usual);
}

#[tokio::test]
async fn an_empty_room_says_what_it_is_for_and_what_one_can_do() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let form = alice.get("/rooms/new").await.form("form.form");
    let form = form
        .with("name", "Attic")
        .with("description", "Dust & <things>.");
    let page = alice.done(form).await;
    let attic = page.path.clone();
    assert_eq!(page.text(".empty-about"), "Dust & <things>.");
    let made = page.text(".empty-made");
    let at = page.place().open.unwrap().room.created_at.civil(0);
    assert_eq!(made, format!("Made on {}", at.date()));
    assert_eq!(page.attribute(".empty-room a", "href"), "#composer-text");
    assert_eq!(page.all("textarea#composer-text").len(), 1);
    // Who has no name writes nothing yet.
    let visitor = site.visitor();
    let page = visitor.get(&attic).await;
    assert_eq!(page.text(".empty-made"), made);
    assert!(page.has_no(".empty-room a"));
    // Nobody made the first room.
    let lobby = visitor.get(LOBBY).await;
    assert_eq!(lobby.text(".empty-about"), "Where everybody starts.");
    assert_eq!(lobby.text(".empty-made").trim(), "");

    let page = alice.say(&attic, "Hello").await;
    assert!(page.has_no(".empty-room"));
    assert!(visitor.get(&attic).await.has_no(".empty-room"));
    // Before its first message there is nothing, and the room is not empty.
    let before = visitor.get(&format!("{attic}?before=1")).await;
    assert!(before.has_no(".message") && before.has_no(".empty-room"));
}

#[tokio::test]
async fn a_page_of_nothing_keeps_the_rooms() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let attic = alice.room("Attic <b>").await;
    bob.say(&attic, "Hello").await;
    let edit = format!("{attic}/edit");
    for (who, path, status) in [
        (&alice, "/nowhere", 404),
        (&alice, "/rooms/99", 404),
        (&alice, "/rooms/1-lobby/m/7", 404),
        (&bob, &*edit, 403),
        (&site.visitor(), "/rooms/x", 404),
    ] {
        let page = who.get(path).await;
        assert_eq!(page.status, status, "{path}");
        assert_eq!(
            page.texts(".room-list bdi"),
            ["Attic <b>", "Lobby"],
            "{path}"
        );
        assert_eq!(page.all("nav[aria-label=Rooms]").len(), 1);
        assert_eq!(page.attribute(BACK, "href"), "/rooms");
        let led = who.follow(&page, ".room-list li:last-child a").await;
        assert_eq!(led.text("#room-title"), "Lobby");
    }
    let unread = alice
        .get("/nowhere")
        .await
        .attribute(".unread", "aria-label");
    assert_eq!(unread, "1 unread");
    // A form that was refused, too.
    let refused = bob
        .post(&edit, &[("name", "Cellar"), ("description", "")])
        .await;
    assert_eq!(
        (refused.status, refused.all(".room-list li").len()),
        (403, 2)
    );
    // What is no page has none.
    for path in ["/api/chat/rooms/99", "/pkg/nothing.js"] {
        let answer = alice.get(path).await;
        assert_eq!(
            (answer.status, answer.has_no(".room-list")),
            (404, true),
            "{path}"
        );
    }
}

#[tokio::test]
async fn who_asks_too_much_is_not_given_more() {
    let site = Site::start(|settings| settings.limits.history_pages_per_second = 1).await;
    let visitor = site.visitor();
    // A page that was read a moment ago is no work: each is another one.
    let page = async |before: i64| {
        let request = visitor.own(Method::GET, &format!("/rooms/1-lobby?before={before}"));
        Page::of("", request.send().await.unwrap()).await
    };
    let mut last = page(1).await;
    for before in 2..100 {
        if last.status != 200 {
            break;
        }
        last = page(before).await;
    }
    assert_eq!(last.status, 429);
    assert!(last.has_no(".room-list") && !last.header("retry-after").is_empty());
}
