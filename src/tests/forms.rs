//! The whole of Parlour with JavaScript off: links and forms alone.

use crate::harness::{BACK, Browser, LOBBY, Page, Site, text_of};
use parlour_protocol::RoomId;
use parlour_server::Scope;
use parlour_server::messages::{self, NewMessage};

/// The lines of the log, oldest first.
fn lines(page: &Page) -> Vec<String> {
    page.texts(".message .text")
}

#[tokio::test]
async fn joining_takes_a_name_and_leads_back_to_where_one_was() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    let room = visitor.get(LOBBY).await;
    let page = visitor
        .done(room.form("form.join-bar").with("username", "Alice"))
        .await;
    assert_eq!(page.path, LOBBY);
    assert_eq!(page.text("a.me"), "Alice");
    assert_eq!(page.all("form.composer").len(), 1);
}

#[tokio::test]
async fn a_name_is_kept_across_pages_and_trimmed() {
    let site = Site::plain().await;
    let alice = site.person("  Alice  ").await;
    for path in ["/", LOBBY] {
        assert_eq!(alice.get(path).await.text("a.me"), "Alice", "{path}");
    }
    let page = alice.get("/join?next=/rooms/1-lobby").await;
    assert_eq!((page.status, page.header("location")), (303, LOBBY));
}

#[tokio::test]
async fn joining_never_leads_to_another_site() {
    let site = Site::plain().await;
    for next in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:x",
        "",
    ] {
        let visitor = site.visitor();
        let fields = [("username", "Alice"), ("next", next)];
        let page = visitor.post("/join", &fields).await;
        let led = (page.status, page.header("location"));
        assert_eq!(led, (303, "/rooms"), "{next}");
        let visitor = site.visitor();
        let page = visitor
            .request(reqwest::Method::GET, "/join")
            .query(&[("next", next)])
            .send()
            .await
            .unwrap();
        let page = Page::of("/join", page).await;
        assert_eq!(page.form("form.form").value("next"), "/rooms", "{next}");
        assert_eq!(page.attribute(BACK, "href"), "/rooms", "{next}");
    }
}

#[tokio::test]
async fn a_room_is_made_opened_and_listed_for_everybody() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let form = alice.follow(&alice.get("/").await, "a.new-room").await;
    let form = form.form("form.form");
    let page = alice
        .done(
            form.with("name", "Tea  room")
                .with("description", "Quiet.\nNo coffee."),
        )
        .await;
    assert_eq!(page.path, "/rooms/2-tea-room");
    assert_eq!(page.text("#room-title"), "Tea room");
    assert_eq!(page.text(".room-description"), "Quiet.\nNo coffee.");
    let seen = site.visitor().get("/").await;
    assert_eq!(seen.texts(".room-list bdi"), ["Lobby", "Tea room"]);
}

#[tokio::test]
async fn sending_ends_at_the_bottom_of_the_room() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let form = alice.get(LOBBY).await.form("form.composer");
    let answer = alice.submit(form.with("content", "Hello\n\n  there")).await;
    assert_eq!(answer.status, 303);
    assert_eq!(
        answer.header("location"),
        "/rooms/1-lobby?sent=1#latest",
        "an address of its own, so that \"back\" finds the form with its key"
    );
    let page = alice.get(answer.header("location")).await;
    assert_eq!(lines(&page), ["Hello\n\n  there"]);
    let last = page.all(".log > *").pop().unwrap();
    assert_eq!(last.attr("id"), Some("latest"));
}

#[tokio::test]
async fn what_was_copied_from_a_terminal_is_sent_as_its_text() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let form = alice.get(LOBBY).await.form("form.composer");
    let typed = form.with("content", "\u{1b}[32mok\u{1b}[0m\u{b}next\u{c}last\u{7}");
    alice.done(typed.clone()).await;
    let page = alice.done(typed).await;
    assert_eq!(
        lines(&page),
        ["ok\nnext\nlast"],
        "sent twice, it is the same"
    );
    let edit = alice.follow(&page, "a.edit").await;
    let edit = edit.form("form[action$=edit]");
    let page = alice
        .done(edit.with("content", "\u{1b}]0;title\u{7}other\u{2028}line"))
        .await;
    assert_eq!(lines(&page), ["other\nline"]);
    let form = alice.get("/rooms/new").await.form("form.form");
    let form = form
        .with("name", "Paste")
        .with("description", "\u{1b}[1ma\u{b}b");
    let page = alice.done(form).await;
    let room = page.place().open.unwrap().room;
    assert_eq!(room.description, "a\nb");
}

#[tokio::test]
async fn the_same_form_sent_twice_makes_one_message() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let form = alice.get(LOBBY).await.form("form.composer");
    assert!(!form.value("client_id").is_empty());
    let form = form.with("content", "once");
    alice.done(form.clone()).await;
    let page = alice.done(form.clone()).await;
    assert_eq!(lines(&page), ["once"]);
}

#[tokio::test]
async fn another_text_typed_into_a_page_that_was_sent_is_not_lost() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let form = alice.get(LOBBY).await.form("form.composer");
    alice.done(form.clone().with("content", "first")).await;
    // "Back", where the key is still the same.
    let page = alice.submit(form.with("content", "second")).await;
    assert_eq!(
        (page.status, page.text("h1").as_str()),
        (409, "Not sent yet")
    );
    assert_eq!(
        page.text("#content-error"),
        "You sent another message from this page before; this one is not sent yet."
    );
    assert_eq!(lines(&alice.get(LOBBY).await), ["first"]);
    let again = page.form("form.form");
    assert_eq!(again.value("content"), "second");
    alice.done(again.clone()).await;
    let page = alice.done(again).await;
    assert_eq!(lines(&page), ["first", "second"]);
}

#[tokio::test]
async fn a_message_sent_again_after_it_was_changed_is_asked_about() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let form = alice.get(LOBBY).await.form("form.composer");
    let form = form.with("content", "Helo");
    let room = alice.done(form.clone()).await;
    let edit = alice.follow(&room, "a.edit").await;
    let edit = edit.form("form[action$=edit]");
    let room = alice.done(edit.with("content", "Hello")).await;
    let page = alice.submit(form.clone()).await;
    assert_eq!(page.form("form.form").value("content"), "Helo");
    let edit = alice.follow(&room, "a.edit").await;
    alice.done(edit.form("form[action$='/delete']")).await;
    let page = alice.submit(form).await;
    assert_eq!(
        (page.status, page.text("h1").as_str()),
        (409, "Not sent yet")
    );
    assert!(lines(&alice.get(LOBBY).await).is_empty());
}

#[tokio::test]
async fn a_form_that_is_sent_by_two_clicks_at_once_makes_one_message() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let form = alice.get(LOBBY).await.form("form.composer");
    let form = form.with("content", "once");
    let (one, two) = tokio::join!(alice.submit(form.clone()), alice.submit(form));
    assert_eq!((one.status, two.status), (303, 303));
    assert_eq!(lines(&alice.get(LOBBY).await), ["once"]);
}

/// Posts `message 1` to `message {count}` in the lobby.
async fn talk(site: &Site, count: usize) {
    let address = site.address.ip();
    let visitor = Scope::visitor(address);
    let (_, token) = parlour_server::accounts::create_guest(&site.ctx, &visitor, "Talker")
        .await
        .unwrap();
    let person = parlour_server::accounts::authenticate(&site.ctx, token.as_str()).await;
    let scope = Scope {
        person: person.unwrap(),
        address: address.into(),
    };
    for n in 1..=count {
        let new = NewMessage {
            content: format!("message {n}"),
            ..NewMessage::default()
        };
        messages::post(&site.ctx, &scope, RoomId(1), new)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn history_is_paged_back_and_forth_without_a_hole_or_a_repeat() {
    let site = Site::plain().await;
    talk(&site, 120).await;
    let visitor = site.visitor();
    let expected: Vec<String> = (1..=120).map(|n| format!("message {n}")).collect();

    let newest = visitor.get(LOBBY).await;
    assert_eq!(lines(&newest), expected[70..]);
    assert!(newest.has_no("a.newer") && newest.has_no(".beginning"));
    let older = visitor.follow(&newest, "a.older").await;
    assert_eq!(lines(&older), expected[20..70]);
    let oldest = visitor.follow(&older, "a.older").await;
    assert_eq!(lines(&oldest), expected[..20]);
    assert!(oldest.has_no("a.older"));
    assert_eq!(oldest.text(".beginning"), "This is the beginning of Lobby.");

    let newer = visitor.follow(&oldest, "a.newer").await;
    assert_eq!(lines(&newer), expected[20..70]);
    assert_eq!(newer.all("a.older").len(), 1);
    let back = visitor.follow(&newer, "a.newer").await;
    assert_eq!(lines(&back), expected[70..]);
    assert!(back.has_no("a.newer"));
}

#[tokio::test]
async fn a_permalink_into_the_middle_can_be_paged_both_ways() {
    let site = Site::plain().await;
    talk(&site, 120).await;
    let visitor = site.visitor();
    let older = visitor.get(LOBBY).await;
    let older = visitor.follow(&older, "a.older").await;
    let link = older.all(".message a.when")[39]
        .attr("href")
        .unwrap()
        .to_owned();
    let page = visitor.get(&link).await;
    assert_eq!(page.text(".message[data-marked] .text"), "message 60");
    let shown = lines(&page);
    assert_eq!(shown.len(), 50);
    let before = lines(&visitor.follow(&page, "a.older").await);
    let after = lines(&visitor.follow(&page, "a.newer").await);
    let around = [before, shown, after].concat();
    let first: usize = around[0]["message ".len()..].parse().unwrap();
    let expected: Vec<String> = (first..first + around.len())
        .map(|n| format!("message {n}"))
        .collect();
    assert_eq!(around, expected);
}

#[tokio::test]
async fn ones_own_message_is_edited_through_its_page() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let room = alice.say(LOBBY, "Helo\nthere").await;
    let page = alice.follow(&room, "a.edit").await;
    let form = page.form("form[action$=edit]");
    assert_eq!(form.value("content"), "Helo\nthere");
    let answer = alice.submit(form.with("content", "Hello\nthere")).await;
    assert_eq!(answer.status, 303);
    let page = alice.get(answer.header("location")).await;
    assert_eq!(page.text(".message[data-marked] .text"), "Hello\nthere");
    assert_eq!(page.text(".message .edited"), "edited");
    assert_eq!(site.visitor().get(LOBBY).await.text(".edited"), "edited");
}

#[tokio::test]
async fn saving_a_message_as_it_was_does_not_call_it_edited() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let room = alice.say(LOBBY, "as it was").await;
    let page = alice.follow(&room, "a.edit").await;
    let page = alice.done(page.form("form[action$=edit]")).await;
    assert_eq!(lines(&page), ["as it was"]);
    assert!(page.has_no(".edited"));
}

#[tokio::test]
async fn ones_own_message_is_removed_by_its_actions_and_from_its_edit_page() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    for ways in [&["a.more", "a.delete"][..], &["a.edit"]] {
        let mut page = alice.say(LOBBY, "a slip").await;
        for way in ways {
            page = alice.follow(&page, way).await;
        }
        let page = alice.done(page.form("form[action$='/delete']")).await;
        assert_eq!(page.status, 200);
        assert_eq!(
            page.text(".message[data-marked] .removed"),
            "This message was removed."
        );
        let seen = site.visitor().get(LOBBY).await;
        assert!(lines(&seen).is_empty() && !seen.body.contains("a slip"));
    }
}

#[tokio::test]
async fn a_room_is_left_and_no_longer_counted() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.say(LOBBY, "Hello").await;
    bob.say(LOBBY, "Hi").await;
    let page = alice.get(LOBBY).await;
    assert_eq!(
        alice.get("/").await.attribute(".unread", "aria-label"),
        "1 unread"
    );
    let page = alice.done(page.form("form[action$='/leave']")).await;
    assert_eq!(page.text("h1"), "Lobby", "one looks on");
    assert!(page.text(".looking").contains("You left this room."));
    assert!(page.has_no(".unread"));
    // Leaving again, or a room one never was in, is no accident.
    let left = "/rooms/1-lobby#left";
    let answer = alice.post("/rooms/1-lobby/leave", &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, left));
    // The button beside what it says takes it back.
    let page = alice.done(page.form("form.looking")).await;
    assert!(page.has_no(".looking"));
    bob.say(LOBBY, "Back?").await;
    assert_eq!(alice.get("/").await.all(".unread").len(), 1);
}

#[tokio::test]
async fn a_room_is_deleted_after_a_question_and_its_address_leads_back() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let room = alice.room("Short lived").await;
    bob.say(&room, "words that go with it").await;
    let page = alice.get(&room).await;
    let question = alice.follow(&page, ".menu a.danger").await;
    assert_eq!(question.text("h1"), "Delete Short lived?");
    assert_eq!(alice.get(&room).await.status, 200, "asking deletes nothing");
    let page = alice.done(question.form("form.form")).await;
    assert_eq!(page.texts(".room-list bdi"), ["Lobby"]);
    for path in [
        room.clone(),
        format!("{room}/delete"),
        format!("{room}/m/1"),
    ] {
        bob.get(&path)
            .await
            .is_a_problem(404, "There is no such room.");
    }
    let answer = bob
        .post(&format!("{room}/messages"), &[("content", "late")])
        .await;
    answer.is_a_problem(404, "There is no such room.");
}

/// What somebody else's message and room answer to who does not own them.
async fn not_ones_own(browser: &Browser, message: &str, room: &str) -> Vec<Page> {
    vec![
        browser.get(&format!("{message}/edit")).await,
        browser
            .post(&format!("{message}/edit"), &[("content", "mine now")])
            .await,
        browser.post(&format!("{message}/delete"), &[]).await,
        browser.get(&format!("{room}/delete")).await,
        browser.post(&format!("{room}/delete"), &[]).await,
    ]
}

#[tokio::test]
async fn another_persons_message_and_room_cannot_be_changed() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let room = alice.room("Alice's").await;
    let page = alice.say(&room, "Alice's words").await;
    let message = page.attribute("a.when", "href");
    let message = message.split('#').next().unwrap();

    let bob = site.person("Bob").await;
    for page in not_ones_own(&bob, message, &room).await {
        page.is_a_problem(403, "You may not do this.");
    }
    for page in not_ones_own(&site.visitor(), message, &room).await {
        assert!(
            [401, 403].contains(&page.status),
            "{}: {}",
            page.path,
            page.status
        );
        page.leads_back();
    }
    let page = alice.get(&room).await;
    assert_eq!(lines(&page), ["Alice's words"]);
    assert!(page.has_no(".edited"));
}

#[tokio::test]
async fn a_removed_message_can_neither_be_edited_nor_brought_back() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let room = alice.say(LOBBY, "gone").await;
    let edit = alice.follow(&room, "a.edit").await;
    alice.done(edit.form("form[action$='/delete']")).await;
    let answer = alice
        .submit(edit.form("form[action$=edit]").with("content", "back"))
        .await;
    answer.is_a_problem(404, "There is no such message in this room.");
    let page = alice.get(&edit.path).await;
    page.is_a_problem(404, "There is no such message in this room.");
}

#[tokio::test]
async fn an_ended_session_leads_to_join_and_back() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    let answer = visitor
        .post("/rooms/new", &[("name", "Tea"), ("description", "")])
        .await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/join?next=/rooms/new")
    );
    let answer = visitor.post("/me", &[("username", "Eve")]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/join"));
    let page = visitor.get(LOBBY).await;
    assert_eq!(page.all(".message").into_iter().map(text_of).count(), 0);
}

#[tokio::test]
async fn what_was_typed_outlives_the_session() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let form = alice.get(LOBBY).await.form("form.composer");
    let sent = form.with("content", "typed with care");
    let visitor = site.visitor();
    let page = visitor.submit(sent.clone()).await;
    assert_eq!(
        (page.status, page.text("h1").as_str()),
        (401, "Not sent yet")
    );
    assert_eq!(page.text("#content-error"), "Give yourself a name first.");
    let again = page.form("form.form");
    for field in ["content", "client_id"] {
        assert_eq!(again.value(field), sent.value(field));
    }
    let join = page.attribute("a.join", "href");
    assert_eq!(join, "/join?next=/rooms/1-lobby");
    let join = visitor.get(&join).await.form("form.form");
    visitor.done(join.with("username", "Bob")).await;
    let page = visitor.done(again).await;
    assert_eq!(lines(&page), ["typed with care"]);
}
