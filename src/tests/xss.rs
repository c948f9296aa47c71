//! Cross-site scripting (XSS): typed text and URLs never become markup, script or paths.
//!
//! What people typed is read back out of the document, and out of what the island starts with: it
//! must be exactly that text, and the document must have not one element or attribute more.

use crate::harness::{Browser, Page, RUNS, Site, Socket, text_of};
use parlour_protocol::display::isolated;
use reqwest::Method;

/// Fits in the 50 characters of a room's name.
const ROOM: [&str; 5] = [
    r#"</script><img src=x onerror=alert(1)>"'&lt;"#,
    r#"<!--]]>{{x}}${x}--><![CDATA["#,
    r#"" autofocus onfocus=alert(1) x=""#,
    r#"</title></bdi></h1></a><script>alert(1)"#,
    "\u{5d0}\u{5d1} \u{627}\u{644} &#60;b&#62; \\u003cb\\u003e",
];

/// Fits in the 32 characters of a person's name.
const PERSON: [&str; 5] = [
    r#"<b>"'&amp;</script><!--]]>{{x}}"#,
    "'-alert(1)-'</bdi><svg/onload=1>",
    r#"" onmouseover="alert(1)"#,
    "</textarea></form><form>",
    "\u{5d0}\u{5d1}\\\"}}]</x>",
];

/// Everything but control characters may stand in a message.
const TEXT: [&str; 6] = [
    "</script><script>alert(1)</script><img src=x onerror='alert(1)'>",
    "</textarea></bdi></div></article></main>\n<style>*{display:none}</style>",
    "\"}]}}'>\"><svg/onload=alert(1)><!--\n--><![CDATA[x]]> &lt;b&gt; &#x3c;b&#x3e; &amp;amp;",
    "\u{202e}desrever\u{202c} \u{2066}isolated\u{2069} \u{200f}\u{5d0}\u{200e} \u{2060}\u{e0041}\u{feff}",
    "\\u003c/script\\u003e \\x22 \\n ${alert(1)} {{1+1}} %3Cb%3E +ADw-b+AD4-",
    "<leptos-island data-component=Parlour data-props='{}'></leptos-island><base href=//evil>",
];

/// A room with hostile names and texts, as its maker sees it.
async fn room_of(site: &Site, room: &str, person: &str, texts: &[&str]) -> (Browser, Page) {
    let browser = site.person(person).await;
    let form = browser.get("/rooms/new").await.form("form.form");
    let form = form.with("name", room).with("description", texts[0]);
    let mut page = browser.done(form).await;
    for text in texts {
        let form = page.form("form.composer").with("content", text);
        page = browser.done(form).await;
    }
    (browser, page)
}

#[tokio::test]
async fn typed_text_is_escaped_on_the_page() {
    let site = Site::plain().await;
    let texts = &TEXT;
    for (room, person) in ROOM.into_iter().zip(PERSON) {
        let (browser, page) = room_of(&site, room, person, texts).await;
        assert_eq!(page.status, 200, "{room}");
        assert_eq!(page.text("#room-title"), room);
        assert_eq!(page.text(".room-description"), texts[0]);
        let title = format!("{} · Parlour", isolated(room));
        assert_eq!(page.text("title"), title);
        assert_eq!(page.text("a.me"), person);
        assert_eq!(page.text(".room-list [aria-current=page] bdi"), room);
        assert_eq!(
            page.attribute("[role=log]", "aria-label"),
            format!("Messages in {}", isolated(room))
        );
        assert_eq!(
            page.attribute("#composer-text", "placeholder"),
            format!("Message {}", isolated(room))
        );
        assert_eq!(page.texts(".message .text"), texts);
        assert_eq!(page.texts(".message .author"), vec![person; texts.len()]);

        let question = browser.follow(&page, ".menu a.danger").await;
        assert_eq!(question.text("h1"), format!("Delete {room}?"));
        let name = browser.get("/me").await.form("form.form");
        assert_eq!(name.value("username"), person);
    }
}

#[tokio::test]
async fn typed_text_is_escaped_in_the_islands_json() {
    let site = Site::plain().await;
    for (room, person) in ROOM.into_iter().zip(PERSON) {
        let (_, page) = room_of(&site, room, person, &TEXT).await;
        let place = page.place();
        let open = place.open.unwrap();
        assert_eq!(open.room.name, room);
        assert_eq!(open.room.description, TEXT[0]);
        assert_eq!(place.me.unwrap().name, person);
        assert!(place.rooms.iter().any(|entry| entry.room.name == room));
        let said: Vec<_> = open.history.messages.iter().map(|m| &*m.content).collect();
        assert_eq!(said, TEXT);
        assert!(open.history.messages.iter().all(|m| m.username == person));
    }
}

#[tokio::test]
async fn typed_text_adds_no_element_or_attribute() {
    let (hostile, plain) = (Site::plain().await, Site::plain().await);
    let words = ["plain"; TEXT.len()];
    let (_, expected) = room_of(&plain, "A plain room", "Alice", &words).await;
    let (browser, page) = room_of(&hostile, ROOM[0], PERSON[0], &TEXT).await;
    assert_eq!(page.skeleton(), expected.skeleton());
    assert_eq!(page.all(RUNS).len(), 1);

    // The same for who only reads, and for somebody of that name who is here.
    let _here = Socket::guest(hostile.address, 2, PERSON[1]).await;
    let seen = hostile.visitor().get(&page.path).await;
    assert_eq!(seen.text(".members li"), PERSON[1]);
    assert_eq!(seen.all(RUNS).len(), 1);
    assert!(seen.has_no("img, svg, b, base, style, iframe, [onload], [onerror], [onfocus]"));

    let edit = page.all("a.edit")[1].attr("href").unwrap();
    let edit = browser.get(edit).await;
    assert_eq!(edit.form("form[action$=edit]").value("content"), TEXT[1]);
    assert!(edit.has_no("script, style, img"));
}

#[tokio::test]
async fn what_was_refused_comes_back_as_text() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    for (name, description) in ROOM.into_iter().zip(TEXT) {
        let name = format!("{name}{}", "x".repeat(50));
        let form = alice.get("/rooms/new").await.form("form.form");
        let plain = alice
            .submit(form.clone().with("name", &"x".repeat(51)))
            .await;
        let sent = form.with("name", &name).with("description", description);
        let page = alice.submit(sent.clone()).await;
        assert_eq!(page.status, 422);
        assert_eq!(page.form("form.form").fields, sent.fields);
        assert!(page.has_no("script, img, svg, style, [onfocus], [onerror]"));
        assert_eq!(page.all("*").len(), plain.all("*").len());
    }
    for name in PERSON {
        let name = format!("{name}{}", "x".repeat(40));
        for path in ["/join", "/me"] {
            let page = alice
                .post(path, &[("username", &name), ("next", "/\"><b>")])
                .await;
            assert_eq!(page.status, 422);
            assert_eq!(page.form("form.form").value("username"), name);
            // What shows a password is a file of the site's own.
            let none = "script:not([src^='/pkg/']), img, svg, b, [onmouseover], [onload]";
            assert!(page.has_no(none));
        }
    }
    for text in TEXT {
        let long = format!("{text}{}", "x".repeat(10_000));
        let form = alice.get("/rooms/1-lobby").await.form("form.composer");
        let page = alice.submit(form.with("content", &long)).await;
        assert_eq!(page.status, 422);
        assert_eq!(page.form("form.form").value("content"), long);
        assert!(page.has_no("script, img, svg, style, leptos-island"));
    }
}

#[tokio::test]
async fn names_cannot_change_the_direction_of_text_around_them() {
    let site = Site::plain().await;
    let (browser, page) = room_of(&site, ROOM[4], PERSON[4], &TEXT).await;
    for selector in [
        "#room-title > bdi",
        ".room-description > bdi",
        "a.me > bdi",
        ".room-list bdi",
        ".author bdi",
        ".text[dir=auto]",
    ] {
        assert!(
            !page.all(selector).is_empty(),
            "{selector} is not set apart"
        );
    }
    for name in ["a\u{202e}b", "a\u{2066}b", "a\u{200f}b", "a\u{61c}b"] {
        let answers = [
            browser.post("/me", &[("username", name)]).await,
            browser
                .post("/rooms/new", &[("name", name), ("description", "")])
                .await,
            browser
                .post("/rooms/new", &[("name", "x"), ("description", name)])
                .await,
        ];
        assert!(answers.iter().all(|page| page.status == 422), "{name:?}");
    }
}

/// No room has such an id.
const NO_ROOM: [&str; 12] = [
    "99",
    "0",
    "-1",
    "9007199254740992",
    "99999999999999999999999999",
    "1e3",
    "0x1",
    "%31%00",
    "x",
    "%3Cscript%3E",
    "%FF",
    "..%2f1",
];

#[tokio::test]
async fn addresses_of_no_room_are_pages_that_lead_back() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    for id in NO_ROOM {
        for path in ["", "/delete", "/m/1", "/m/1/edit"] {
            let path = format!("/rooms/{id}{path}");
            not_here(&alice.get(&path).await);
        }
        for path in ["/messages", "/leave", "/delete", "/m/1/edit", "/m/1/delete"] {
            let path = format!("/rooms/{id}{path}");
            not_here(&alice.post(&path, &[("content", "x")]).await);
        }
    }
}

#[tokio::test]
async fn addresses_of_no_message_are_pages_that_lead_back() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    for number in NO_ROOM {
        for path in ["", "/edit"] {
            not_here(&alice.get(&format!("/rooms/1-lobby/m/{number}{path}")).await);
        }
        for path in ["/edit", "/delete"] {
            let path = format!("/rooms/1-lobby/m/{number}{path}");
            not_here(&alice.post(&path, &[("content", "x")]).await);
        }
    }
}

#[track_caller]
fn not_here(page: &Page) {
    assert_eq!(page.status, 404, "{}: {}", page.path, page.body);
    page.leads_back();
    assert!(page.has_no("script"), "{}", page.path);
}

#[tokio::test]
async fn a_window_into_the_history_that_cannot_be_is_still_the_room() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.say("/rooms/1-lobby", "Hello").await;
    for query in [
        "before=x",
        "before=",
        "after=-1",
        "before=-9223372036854775808",
        "before=9223372036854775807",
        "after=9223372036854775807",
        "before=99999999999999999999",
        "before=1&before=2",
        "before=%FF",
        "%",
        "&&==",
    ] {
        let page = alice.get(&format!("/rooms/1-lobby?{query}")).await;
        assert_eq!(page.status, 200, "{query}: {}", page.body);
        assert_eq!(page.text("#room-title"), "Lobby", "{query}");
    }
}

#[tokio::test]
async fn a_cookie_that_proves_nothing_is_a_visitors() {
    let site = Site::plain().await;
    let long = format!("parlour_session={}", "A".repeat(6_000));
    let unknown = format!("parlour_session={}", "A".repeat(43));
    for cookie in [
        "parlour_session=",
        "parlour_session=x; x",
        "=;=",
        "\u{e9}",
        &long,
        &unknown,
    ] {
        let visitor = site.visitor();
        let request = visitor.request(Method::GET, "/").header("cookie", cookie);
        let page = Page::of("/", request.send().await.unwrap()).await;
        assert_eq!(page.status, 200, "{cookie}");
        assert!(page.place().me.is_none(), "{cookie}");
        assert_eq!(page.all(".room-list a").into_iter().map(text_of).count(), 1);
    }
}
