//! Pages that are one form, asked for as the live page asks that shows them in a panel.

use crate::harness::{Browser, Form, LOBBY, Page, Site, Socket};
use parlour_protocol::paths::PANEL;
use parlour_protocol::{User, UserKind};
use reqwest::Method;

/// What a panel is given of this page.
async fn panel(who: &Browser, path: &str) -> Page {
    let request = who.own(Method::GET, path).header(PANEL, "1");
    Page::of(path, request.send().await.unwrap()).await
}

/// What it is given when its form is sent.
async fn sent(who: &Browser, form: Form) -> Page {
    let request = who.own_request(&form.action).header(PANEL, "1");
    let answer = request.form(&form.fields).send().await.unwrap();
    Page::of(&form.action, answer).await
}

#[track_caller]
fn is_a_fragment(page: &Page) {
    assert!(page.body.starts_with("<form"), "{}", page.body);
    assert!(page.body.ends_with("</form>"), "{}", page.body);
    for part in ["style", "link", "script", "leptos-island", "[nonce]"] {
        assert!(page.has_no(part), "{part}: {}", page.body);
    }
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.all("#panel-title").len(), 1);
    assert_eq!(page.all("button[type=button]:not(.reveal)").len(), 1);
    assert_eq!(
        page.all(".reveal:not([hidden])").len(),
        page.all("[type=password]").len()
    );
}

#[tokio::test]
async fn a_panel_has_the_form_of_the_page_and_nothing_around_it() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let attic = alice.room("Attic").await;
    alice.say(LOBBY, "Hello").await;
    let paths = [
        "/rooms/new".to_owned(),
        "/me".to_owned(),
        format!("{attic}/delete"),
        format!("{LOBBY}/m/1/delete"),
    ];
    let join = ("/join?next=%2Frooms%2Fnew".to_owned(), &site.visitor());
    for (path, who) in paths.map(|path| (path, &alice)).iter().chain([&join]) {
        let (page, panel) = (who.get(path).await, panel(who, path).await);
        assert_eq!((page.status, panel.status), (200, 200), "{path}");
        is_a_fragment(&panel);
        assert_eq!(panel.text("#panel-title"), page.text("h1"), "{path}");
        let (whole, part) = (page.form("form.form"), panel.form("form"));
        assert_eq!((whole.action, whole.fields), (part.action, part.fields));
        let button = "button[type=submit]";
        assert_eq!(panel.text(button), page.text(button), "{path}");
    }
}

#[tokio::test]
async fn the_list_of_keys_is_a_page_and_a_panel() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    let (page, panel) = (visitor.get("/keys").await, panel(&visitor, "/keys").await);
    assert_eq!((page.status, panel.status), (200, 200));
    is_a_fragment(&panel);
    assert_eq!(page.text("h1"), panel.text("#panel-title"));
    assert_eq!(page.texts("kbd"), panel.texts("kbd"));
    assert!(panel.texts("kbd").contains(&"Ctrl K".to_owned()));
    // What only a script can keep is switched where one runs.
    assert_eq!((page.all("input").len(), panel.all("input").len()), (0, 1));
}

#[tokio::test]
async fn the_panel_that_finds_rooms_is_given_lines_to_add() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let attic = alice.room("Attic <b>").await;
    let lines = panel(&alice, "/go?q=ATT").await;
    assert_eq!(lines.status, 200);
    assert_eq!(lines.attribute("[role=option]", "data-path"), attic);
    assert_eq!(lines.texts("[role=option] bdi"), ["Attic <b>"]);
    // Also of the one that is called just that, to which the page leads.
    let lines = panel(&alice, "/go?q=lobby").await;
    assert_eq!(lines.texts("[role=option]"), ["Lobby"]);
    assert_eq!(panel(&alice, "/go?q=cellar").await.body, "");
}

#[tokio::test]
async fn what_cannot_be_done_is_said_in_the_panel() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let attic = alice.room("Attic").await;
    alice.say(LOBBY, "Hello").await;
    for (path, status) in [
        (format!("{attic}/delete"), 403),
        (format!("{LOBBY}/m/1/delete"), 403),
        (format!("{LOBBY}/m/7/delete"), 404),
        ("/rooms/99/delete".to_owned(), 404),
    ] {
        let page = panel(&bob, &path).await;
        assert_eq!(page.status, status, "{path}: {}", page.body);
        is_a_fragment(&page);
        assert!(page.has_no("button[type=submit]"));
        let page = bob.post(&path, &[]).await;
        assert_eq!(page.status, status, "{path}");
    }
}

#[tokio::test]
async fn a_form_that_is_refused_comes_back_with_what_was_typed_and_what_is_wrong() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let new_room = panel(&alice, "/rooms/new").await.form("form");
    let rename = panel(&alice, "/me").await.form("form");
    let visitor = site.visitor();
    let join = panel(&visitor, "/join").await.form("form");
    let _bob = Socket::guest(site.address, 1, "Bob").await;
    for (who, form, field, wrong, of_page) in [
        (&alice, &new_room, "name", "", 422),
        (&alice, &new_room, "name", "LOBBY", 400),
        (&alice, &rename, "username", "a\u{202e}b", 422),
        (&alice, &rename, "username", "BOB", 409),
        (&visitor, &join, "username", " ", 422),
    ] {
        let form = form.clone().with(field, wrong);
        let (page, panel) = (
            who.submit(form.clone()).await,
            sent(who, form.clone()).await,
        );
        assert_eq!((panel.status, page.status), (422, of_page), "{wrong}");
        is_a_fragment(&panel);
        assert_eq!(panel.form("form").fields, form.fields);
        let error = format!("#{field}-error");
        assert_eq!(panel.text(&error), page.text(&error));
        assert_eq!(panel.attribute(&error, "role"), "alert");
        let control = format!("[name={field}]");
        assert_eq!(panel.attribute(&control, "aria-invalid"), "true");
    }
}

#[tokio::test]
async fn a_form_that_is_done_says_where_it_leads_or_who_one_is() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    let form = panel(&visitor, "/join").await.form("form");
    let answer = sent(&visitor, form.with("username", "Alice")).await;
    let user: User = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        (answer.status, &*user.name, user.kind),
        (200, "Alice", UserKind::Guest)
    );
    let alice = visitor;
    assert_eq!(alice.get("/").await.place().me.as_ref(), Some(&user));

    let form = panel(&alice, "/me").await.form("form");
    let answer = sent(&alice, form.with("username", "Alicia")).await;
    let renamed: User = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((renamed.id, &*renamed.name), (user.id, "Alicia"));

    let form = panel(&alice, "/rooms/new").await.form("form");
    let answer = sent(&alice, form.with("name", "Tea & cake")).await;
    assert_eq!((answer.status, &*answer.body), (200, "/rooms/2-tea-cake"));

    alice.say(LOBBY, "Hello").await;
    let delete = format!("{LOBBY}/m/1/delete");
    let answer = sent(&alice, panel(&alice, &delete).await.form("form")).await;
    assert_eq!(answer.status, 200);
    assert!(alice.get(LOBBY).await.has_no(".message .text"));

    let delete = "/rooms/2-tea-cake/delete";
    let answer = sent(&alice, panel(&alice, delete).await.form("form")).await;
    assert_eq!((answer.status, &*answer.body), (200, "/rooms"));
    assert_eq!(alice.get("/").await.texts(".room-list bdi"), ["Lobby"]);
}

#[tokio::test]
async fn the_question_before_a_message_goes_works_as_a_page_of_its_own() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.say(LOBBY, "Hello").await;
    let page = alice.get(&format!("{LOBBY}/m/1/delete")).await;
    assert_eq!(page.text("h1"), "Delete this message?");
    let page = alice.done(page.form("form.form")).await;
    assert_eq!(page.all(".removed").len(), 1);
}

#[tokio::test]
async fn who_has_no_name_is_asked_for_one_first() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    let answer = panel(&visitor, "/rooms/new").await;
    assert_eq!(answer.status, 303);
    let name = panel(&visitor, answer.header("location")).await;
    is_a_fragment(&name);
    assert_eq!(name.form("form").value("next"), "/rooms/new");
    let why = "Say who you are first: a room shows who made it.";
    assert_eq!(name.texts("form > p:not(.field-hint)"), [why]);
    // A name that is refused is asked for again, for the same reason.
    let again = sent(&visitor, name.form("form").with("username", " ")).await;
    assert_eq!(again.texts("form > p:not(.field-hint)"), [why]);
    let page = visitor.get("/join?next=/rooms/1-lobby").await;
    assert!(!page.body.contains(why));
}

#[tokio::test]
async fn a_card_over_the_room_has_forms_that_lead_back_to_it() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let attic = alice.room("Attic").await;
    bob.say(&attic, "Hello").await;
    let path = alice.get(&attic).await.attribute("a.author", "href");
    let (page, card) = (alice.get(&path).await, panel(&alice, &path).await);
    assert_eq!((page.status, card.status), (200, 200));
    assert!(card.body.starts_with("<form"), "{}", card.body);
    for part in ["style", "link", "script", "leptos-island", "[nonce]"] {
        assert!(card.has_no(part), "{part}: {}", card.body);
    }
    assert_eq!(card.text("#panel-title"), page.text("h1"));
    let sent = "form[method=post]";
    assert_eq!(card.all(sent).len(), page.all(sent).len());
    assert_eq!(
        card.all(&format!(".card {sent}")).len(),
        page.all(sent).len()
    );
    assert_eq!(card.all("button[type=button]").len(), 1);
    let out = alice.submit(card.form("form[action$='/out']")).await;
    assert_eq!((out.status, out.header("location")), (303, &*attic));
    let block = alice.submit(card.form("form[action$='/block']")).await;
    assert_eq!(block.header("location"), attic);
    // Who is nobody is asked who they are, and who is not there is said not to be.
    let nobody = panel(&site.visitor(), &path).await;
    assert_eq!(nobody.status, 303);
    let gone = panel(&alice, "/people/999?room=1").await;
    assert_eq!(gone.status, 404);
    is_a_fragment(&gone);
}
