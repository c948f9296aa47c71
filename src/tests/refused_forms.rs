//! What a form answers when what was typed cannot be: the status, the sentence at its field, and
//! everything that was typed still there.

use crate::harness::{BACK, Form, LOBBY, Page, Site, Socket};

/// Asserts that `field` is the one that is wrong, says so, and that the form holds what was sent.
#[track_caller]
fn refused(page: &Page, status: u16, sent: &Form, field: &str, sentence: &str) {
    assert_eq!(page.status, status, "{}", page.body);
    assert_eq!(page.text(&format!("#{field}-error")), sentence);
    assert_eq!(
        page.texts(".field-error").concat(),
        sentence,
        "no other field is wrong"
    );
    let control = format!("form.form [name={field}]");
    assert_eq!(page.attribute(&control, "aria-invalid"), "true");
    assert_eq!(
        page.attribute(&control, "aria-describedby"),
        format!("{field}-error")
    );
    let form = page.form(&format!("form[action='{}']", sent.action));
    assert_eq!(form.fields, sent.fields);
    assert_eq!(page.header("retry-after").is_empty(), status != 429);
}

const INVISIBLE: &str = "must not have control or invisible characters. The first is character";
const EMPTY: &str = "needs at least one visible character.";

#[tokio::test]
async fn a_rooms_name_that_cannot_be_is_said_at_the_name() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let form = alice.get("/rooms/new").await.form("form.form");
    let form = form.with("description", "  kept \"as\" <typed>\n\n");
    let long = "x".repeat(51);
    for (name, sentence) in [
        ("", format!("The name {EMPTY}")),
        ("   ", format!("The name {EMPTY}")),
        ("\u{200b}\u{3164}", format!("The name {EMPTY}")),
        (
            &*long,
            "The name can have at most 50 characters.".to_owned(),
        ),
        ("a\u{202e}b", format!("The name {INVISIBLE} 2.")),
        ("ab\u{200b}", format!("The name {INVISIBLE} 3.")),
        ("abc\u{7}b", format!("The name {INVISIBLE} 4.")),
    ] {
        let sent = form.clone().with("name", name);
        let page = alice.submit(sent.clone()).await;
        refused(&page, 422, &sent, "name", &sentence);
    }
    assert_eq!(alice.get("/").await.texts(".room-list bdi"), ["Lobby"]);
}

#[tokio::test]
async fn a_rooms_name_that_is_taken_is_said_at_the_name() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let form = alice.get("/rooms/new").await.form("form.form");
    let form = form.with("description", "Another one");
    let sentence =
        "There is already a room with this name, or one that looks like it: \u{2068}Lobby\u{2069}.";
    for name in ["Lobby", " LOBBY ", "L\u{43e}bby", "\u{ff2c}obby"] {
        let sent = form.clone().with("name", name);
        let page = alice.submit(sent.clone()).await;
        refused(&page, 400, &sent, "name", sentence);
    }
}

#[tokio::test]
async fn a_description_that_cannot_be_is_said_at_the_description() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let form = alice
        .get("/rooms/new")
        .await
        .form("form.form")
        .with("name", "Tea");
    let long = "x".repeat(501);
    for (description, sentence) in [
        (
            &*long,
            "The description can have at most 500 characters.".to_owned(),
        ),
        (
            "\u{1b}[1ma\n\u{202e}b",
            format!("The description {INVISIBLE} 7."),
        ),
    ] {
        let sent = form.clone().with("description", description);
        let page = alice.submit(sent.clone()).await;
        refused(&page, 422, &sent, "description", &sentence);
    }
    // What was refused can be mended where it stands.
    let sent = form.clone().with("description", &long);
    let page = alice.submit(sent).await;
    let page = alice
        .done(page.form("form.form").with("description", "short"))
        .await;
    assert_eq!(page.text("#room-title"), "Tea");
}

#[tokio::test]
async fn a_persons_name_that_cannot_be_is_said_at_the_name_and_the_way_back_is_kept() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    let join = visitor
        .get("/join?next=/rooms/1-lobby")
        .await
        .form("form.form");
    let alice = site.person("Alice").await;
    let rename = alice.get("/me").await.form("form.form");
    let long = "x".repeat(33);
    for (name, sentence) in [
        ("", format!("Your name {EMPTY}")),
        ("\u{2800}", format!("Your name {EMPTY}")),
        (
            &*long,
            "Your name can have at most 32 characters.".to_owned(),
        ),
        ("a\u{202e}b", format!("Your name {INVISIBLE} 2.")),
    ] {
        for (browser, form) in [(&visitor, &join), (&alice, &rename)] {
            let sent = form.clone().with("username", name);
            let page = browser.submit(sent.clone()).await;
            refused(&page, 422, &sent, "username", &sentence);
        }
    }
    let page = visitor.submit(join.clone().with("username", "")).await;
    let page = visitor
        .done(page.form("form.form").with("username", "Bob"))
        .await;
    assert_eq!(
        (page.path.as_str(), page.text("a.me").as_str()),
        (LOBBY, "Bob")
    );
    assert_eq!(alice.get("/").await.text("a.me"), "Alice");
}

#[tokio::test]
async fn the_name_of_somebody_who_is_here_is_taken() {
    let site = Site::plain().await;
    let _here = Socket::guest(site.address, 1, "Robin").await;
    let visitor = site.visitor();
    let alice = site.person("Alice").await;
    let sentence = "Somebody here has this name, or one that looks like it: \u{2068}Robin\u{2069}. Please choose another.";
    for name in ["Robin", "R\u{43e}bin", "ROBIN"] {
        let form = visitor
            .get("/join?next=/rooms/1-lobby")
            .await
            .form("form.form");
        let sent = form.with("username", name);
        refused(
            &visitor.submit(sent.clone()).await,
            409,
            &sent,
            "username",
            sentence,
        );
        let sent = alice
            .get("/me")
            .await
            .form("form.form")
            .with("username", name);
        refused(
            &alice.submit(sent.clone()).await,
            409,
            &sent,
            "username",
            sentence,
        );
    }
    assert!(visitor.get("/").await.place().me.is_none());
}

#[tokio::test]
async fn a_message_that_cannot_be_is_kept_with_its_key_and_can_be_mended() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let form = alice.get(LOBBY).await.form("form.composer");
    let long = format!("{}\n<b>&amp;\"'", "long ".repeat(2_000));
    for (content, sentence) in [
        ("", format!("A message {EMPTY}")),
        ("\n\n  \n", format!("A message {EMPTY}")),
        ("\u{200b}\u{2060}", format!("A message {EMPTY}")),
        (
            &*long,
            "A message can have at most 10000 characters.".to_owned(),
        ),
        ("\u{1b}[31m\u{7}", format!("A message {EMPTY}")),
    ] {
        let sent = form.clone().with("content", content);
        let page = alice.submit(sent.clone()).await;
        refused(&page, 422, &sent, "content", &sentence);
        assert_eq!(page.attribute(BACK, "href"), format!("{LOBBY}#latest"));
    }
    let page = alice.submit(form.clone().with("content", &long)).await;
    let mended = page.form("form.form").with("content", "short");
    alice.done(mended).await;
    // The first page still has the key, which is of another message now.
    let page = alice
        .submit(form.with("content", "the first page again"))
        .await;
    assert_eq!(page.status, 409);
    assert_eq!(
        alice.get(LOBBY).await.texts(".message .text"),
        ["short"],
        "it is one send with one key"
    );
}

#[tokio::test]
async fn a_message_without_a_key_can_be_mended_too() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let path = "/rooms/1-lobby/messages";
    let page = alice.post(path, &[("content", " ")]).await;
    assert_eq!(page.status, 422);
    let page = alice
        .done(page.form("form.form").with("content", "Hello"))
        .await;
    assert_eq!(page.texts(".message .text"), ["Hello"]);
}

#[tokio::test]
async fn an_edit_that_cannot_be_is_kept_and_changes_nothing() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let room = alice.say(LOBBY, "as it was").await;
    let edit = alice
        .follow(&room, "a.edit")
        .await
        .form("form[action$=edit]");
    let long = "x".repeat(10_001);
    for (content, sentence) in [
        (" \n ", format!("A message {EMPTY}")),
        (
            &*long,
            "A message can have at most 10000 characters.".to_owned(),
        ),
    ] {
        let sent = edit.clone().with("content", content);
        let page = alice.submit(sent.clone()).await;
        refused(&page, 422, &sent, "content", &sentence);
    }
    let page = alice.get(LOBBY).await;
    assert_eq!(page.texts(".message .text"), ["as it was"]);
    assert!(page.has_no(".edited"));
}

#[tokio::test]
async fn what_comes_too_fast_is_kept_and_can_be_sent_again() {
    let site = Site::start(|settings| {
        settings.limits.messages_per_second = 1;
        settings.limits.message_burst = 1;
    })
    .await;
    let alice = site.person("Alice").await;
    let room = alice.say(LOBBY, "first").await;
    let sentence = "That was too fast. Please wait a moment.";
    let sent = room
        .form("form.composer")
        .with("content", "second, typed with care");
    let page = alice.submit(sent.clone()).await;
    refused(&page, 429, &sent, "content", sentence);

    let edit = alice
        .follow(&room, "a.edit")
        .await
        .form("form[action$=edit]");
    let sent = edit.with("content", "first, edited with care");
    let edited = alice.submit(sent.clone()).await;
    refused(&edited, 429, &sent, "content", sentence);

    // The page it stands on sends it as soon as it may be.
    let again = page.form("form.form");
    let mut answer = alice.submit(again.clone()).await;
    while answer.status == 429 {
        answer = alice.submit(again.clone()).await;
    }
    assert_eq!(answer.status, 303);
    let page = alice.get(LOBBY).await;
    assert_eq!(
        page.texts(".message .text"),
        ["first", "second, typed with care"]
    );
}

#[tokio::test]
async fn too_many_rooms_or_guests_are_refused_with_what_was_typed() {
    let site = Site::start(|settings| {
        settings.limits.rooms_per_hour = 1;
        settings.limits.guests_per_minute = 1;
    })
    .await;
    let sentence = "That was too fast. Please wait a moment.";
    let alice = site.person("Alice").await;
    let form = alice.get("/rooms/new").await.form("form.form");
    alice.done(form.clone().with("name", "One")).await;
    let sent = form.with("name", "Two").with("description", "kept");
    refused(
        &alice.submit(sent.clone()).await,
        429,
        &sent,
        "name",
        sentence,
    );

    let visitor = site.visitor();
    let sent = visitor
        .get("/join")
        .await
        .form("form.form")
        .with("username", "Bob");
    refused(
        &visitor.submit(sent.clone()).await,
        429,
        &sent,
        "username",
        sentence,
    );
}

#[tokio::test]
async fn a_form_that_is_not_one_is_refused_with_a_way_back() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let room = alice.say(LOBBY, "as it was").await;
    let edit = room.attribute("a.edit", "href");
    let form = "application/x-www-form-urlencoded";
    for path in [
        "/rooms/new",
        "/join",
        "/me",
        "/rooms/1-lobby/messages",
        &edit,
    ] {
        for (kind, body) in [
            (form, ""),
            (form, "other=field"),
            (form, "%"),
            (form, "name=%FF%FE&username=%FF&content=%C3"),
            (
                form,
                "name=a&name=b&username=a&username=b&content=a&content=b",
            ),
            (
                "application/json",
                r#"{"name":"x","username":"x","content":"x"}"#,
            ),
            ("text/plain", "name=x&username=x&content=x"),
            ("multipart/form-data; boundary=x", "--x--"),
            ("", "name=x&username=x&content=x"),
        ] {
            let mut request = alice.own_request(path).body(body);
            if !kind.is_empty() {
                request = request.header("content-type", kind);
            }
            let page = Page::of(path, request.send().await.unwrap()).await;
            let what = format!("{path} {kind} {body}: {}", page.status);
            if page.status == 303 {
                // Bytes that are no text may be read as U+FFFD, as browsers do; nothing else.
                assert!(body.contains("%FF"), "{what}");
                continue;
            }
            assert!([400, 415, 422].contains(&page.status), "{what}");
            assert!(!page.all("main a[href]").is_empty(), "{what}");
        }
    }
}

#[tokio::test]
async fn a_megabyte_is_refused_and_nothing_of_it_is_kept() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let room = alice.say(LOBBY, "as it was").await;
    let edit = room.attribute("a.edit", "href");
    let text = "m".repeat(1 << 20);
    for (path, field) in [
        ("/rooms/new", "name"),
        ("/rooms/new", "description"),
        ("/me", "username"),
        ("/join", "username"),
        ("/rooms/1-lobby/messages", "content"),
        (&edit, "content"),
    ] {
        let page = alice.post(path, &[("name", "x"), (field, &text)]).await;
        assert!(
            [400, 413, 422].contains(&page.status),
            "{path} {field}: {}",
            page.status
        );
        assert!(!page.all("main a[href]").is_empty(), "{path} {field}");
    }
    let page = alice.get(LOBBY).await;
    assert_eq!(page.texts(".message .text"), ["as it was"]);
    assert_eq!(page.texts(".room-list bdi"), ["Lobby"]);
    assert!(!site.stores(&[b'm'; 1_000]));
}
