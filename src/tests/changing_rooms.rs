//! A room's name and description, changed by the form of `/rooms/{slug}/edit`, as a page and in a panel.

use crate::harness::{BACK, Browser, Form, LOBBY, Page, Site};
use parlour_protocol::paths::PANEL;
use reqwest::Method;

async fn panel(who: &Browser, method: Method, path: &str, form: Option<Form>) -> Page {
    let mut request = who.own(method, path).header(PANEL, "1");
    if let Some(form) = form {
        request = request.form(&form.fields);
    }
    Page::of(path, request.send().await.unwrap()).await
}

/// What is wrong, next to the field.
fn wrong(page: &Page) -> Vec<String> {
    let said = page.texts(".field-error");
    said.into_iter().filter(|said| !said.is_empty()).collect()
}

#[tokio::test]
async fn a_room_is_called_otherwise_and_old_links_lead_to_it() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let garden = alice.room("Garden").await;
    alice.say(&garden, "Hello").await;
    // What shows the old name is in the cache.
    let before = alice.get(&garden).await;
    let page = alice
        .follow(&before, "a[href='/rooms/2-garden/edit']")
        .await;
    assert_eq!(page.text("h1"), "Change Garden");
    assert_eq!(page.attribute(BACK, "href"), "/rooms/2-garden#latest");
    let form = page.form("form.form");
    assert_eq!(
        (form.value("name"), form.value("description")),
        ("Garden", "")
    );
    let form = form
        .with("name", "Attic & co")
        .with("description", "Dust.\nOld things.");
    let page = alice.done(form).await;
    assert_eq!(page.path, "/rooms/2-attic-co");
    assert_eq!(page.text("#room-title"), "Attic & co");
    assert_eq!(page.text(".room-description"), "Dust.\nOld things.");
    assert_eq!(page.texts(".room-list bdi"), ["Attic & co", "Lobby"]);
    assert_eq!(page.texts(".message .text"), ["Hello"]);
    for old in [&garden, "/rooms/2", "/rooms/2-whatever"] {
        let page = site.visitor().get(old).await;
        assert_eq!(
            (page.status, page.text("#room-title")),
            (200, "Attic & co".to_owned())
        );
        let send = page.all("form[action*='/rooms/2']");
        assert!(
            send.iter()
                .all(|form| form.attr("action").unwrap().contains("2-attic-co"))
        );
    }
}

#[tokio::test]
async fn the_form_comes_back_with_what_was_typed_and_what_is_wrong() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let garden = alice.room("Garden").await;
    let edit = format!("{garden}/edit");
    for (name, description, status, field, sentence) in [
        ("LOBBY", "", 400, "name", "There is already a room"),
        (" ", "", 422, "name", "The name"),
        ("Attic", "a\u{202e}b", 422, "description", "The description"),
    ] {
        let form = alice.get(&edit).await.form("form.form");
        let form = form.with("name", name).with("description", description);
        let page = alice.submit(form.clone()).await;
        assert_eq!(page.status, status, "{name}");
        let said = wrong(&page);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with(sentence), "{said:?}");
        let control = format!("form [name={field}]");
        assert_eq!(page.attribute(&control, "aria-invalid"), "true");
        assert_eq!(page.form("form.form").value("name"), name);
        assert_eq!(page.text("h1"), "Change Garden");
        let panel = panel(&alice, Method::POST, &edit, Some(form)).await;
        assert_eq!((panel.status, wrong(&panel)), (422, said));
    }
    assert_eq!(alice.get(&garden).await.text("#room-title"), "Garden");
}

#[tokio::test]
async fn who_may_not_is_told_so_as_a_page_and_in_the_panel() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let garden = alice.room("Garden").await;
    let edit = format!("{garden}/edit");
    assert!(bob.get(&garden).await.has_no("a[href$=edit]"));
    let fields = [("name", "Attic"), ("description", "")];
    for (who, path, get, post) in [
        (&bob, edit.clone(), 403, 403),
        (&bob, format!("{LOBBY}/edit"), 403, 403),
        (&site.visitor(), edit.clone(), 403, 401),
        (&alice, "/rooms/99/edit".to_owned(), 404, 404),
    ] {
        assert_eq!(who.get(&path).await.status, get, "{path}");
        assert_eq!(who.post(&path, &fields).await.status, post, "{path}");
        let panel = panel(who, Method::GET, &path, None).await;
        assert_eq!(panel.status, get, "{path}");
        assert!(panel.body.starts_with("<form"), "{}", panel.body);
        assert!(panel.has_no("button[type=submit]"));
    }
    assert_eq!(alice.get(&garden).await.text("#room-title"), "Garden");
}

#[tokio::test]
async fn the_panel_is_told_where_the_room_is_now() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let garden = alice.room("Garden").await;
    let edit = format!("{garden}/edit");
    let page = panel(&alice, Method::GET, &edit, None).await;
    assert_eq!(page.text("#panel-title"), "Change Garden");
    let form = page.form("form").with("name", "Attic");
    let done = panel(&alice, Method::POST, &edit, Some(form)).await;
    assert_eq!((done.status, &*done.body), (200, "/rooms/2-attic"));
}

#[tokio::test]
async fn a_room_is_closed_archived_and_taken_back_by_its_form() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let form = alice.get("/rooms/new").await.form("form.form");
    let form = form.with("name", "Den").with("kind", "closed");
    let den = alice.done(form).await.path;
    assert_eq!(site.visitor().get(&den).await.status, 404);
    let form = alice.get(&format!("{den}/edit")).await.form("form.form");
    let values = ["kind", "posting", "guests", "archived"].map(|field| form.value(field));
    assert_eq!(values, ["closed", "all", "write", "false"]);
    let form = form.with("kind", "open").with("archived", "true");
    alice.done(form).await;
    let page = site.visitor().get(&den).await;
    assert_eq!(page.status, 200);
    let all = site.visitor().get("/rooms/all").await;
    assert_eq!(all.texts(".all-rooms > li > a bdi"), ["Lobby"]);
    let found = site.visitor().get("/rooms/all?q=den").await;
    assert_eq!(found.texts(".all-rooms > li > a bdi"), ["Den"]);
    let form = alice.get(&format!("{den}/edit")).await.form("form.form");
    assert_eq!(form.value("archived"), "true");
    alice.done(form.with("archived", "false")).await;
    let all = site.visitor().get("/rooms/all").await;
    assert_eq!(all.texts(".all-rooms > li > a bdi"), ["Den", "Lobby"]);
}
