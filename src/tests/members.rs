//! The members of a room with JavaScript off: letting in by name, roles, putting out, keeping out, and back.

use crate::harness::{Browser, LOBBY, Page, Site};

/// A closed room that this person makes: its path.
async fn closed(by: &Browser, name: &str) -> String {
    let form = by.get("/rooms/new").await.form("form.form");
    let form = form.with("name", name).with("kind", "closed");
    by.done(form).await.path
}

async fn let_in(by: &Browser, room: &str, name: &str) -> Page {
    let form = by.get(&format!("{room}/members")).await;
    by.submit(form.form("form.form").with("name", name)).await
}

/// The page of somebody in the room, as the list leads to it.
async fn page_of(by: &Browser, room: &str, name: &str) -> Page {
    let list = by.get(&format!("{room}/members")).await;
    let links = list.all(".all-rooms a").into_iter();
    let mut links = links.filter(|link| link.text().collect::<String>().trim() == name);
    let link = links
        .next()
        .unwrap_or_else(|| panic!("{name} on {}", list.body));
    let path = link.attr("href").unwrap().to_owned();
    by.get(&path).await
}

fn names(list: &Page) -> Vec<String> {
    list.texts(".all-rooms bdi")
}

#[tokio::test]
async fn somebody_is_let_in_given_a_role_and_put_out() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let den = closed(&alice, "Den").await;
    assert_eq!(bob.get(&den).await.status, 404);
    let none = let_in(&alice, &den, "Nobody").await;
    assert_eq!(none.status, 422);
    assert_eq!(none.text("#name-error"), "Nobody here is called that.");
    assert_eq!(none.form("form.form").value("name"), "Nobody");
    let done = let_in(&alice, &den, "bob").await;
    assert_eq!(
        (done.status, done.header("location")),
        (303, &*format!("{den}/members"))
    );
    assert_eq!(bob.get(&den).await.status, 200);
    let list = bob.get(&format!("{den}/members")).await;
    assert_eq!(names(&list), ["Alice", "Bob"]);
    assert_eq!(list.texts(".all-rooms .face").len(), 2);
    assert!(
        list.has_no("form.form"),
        "who only is in it decides nothing"
    );

    let page = page_of(&alice, &den, "Bob").await;
    let role = page.form("form[action$=role]").with("role", "moderator");
    let list = alice.done(role).await;
    assert!(list.body.contains("Moderator, since"));
    let page = page_of(&alice, &den, "Bob").await;
    let out = alice.done(page.form("form[action$=out]")).await;
    assert_eq!(names(&out), ["Alice"]);
    assert_eq!(bob.get(&den).await.status, 404);
}

#[tokio::test]
async fn somebody_is_kept_out_and_let_in_again() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let den = closed(&alice, "Den").await;
    let_in(&alice, &den, "Bob").await;
    let page = page_of(&alice, &den, "Bob").await;
    let ban = page.form("form[action$=ban]");
    let long = "x".repeat(501);
    let refused = alice.submit(ban.clone().with("reason", &long)).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text("#reason-error").contains("500"));
    assert_eq!(
        refused.form("form[action$=ban]").value("reason").trim(),
        long
    );
    let list = alice.done(ban.with("reason", "Weeds <b>")).await;
    assert!(list.body.contains("Weeds &lt;b&gt;"), "{}", list.body);
    assert_eq!(bob.get(&den).await.status, 404);
    let refused = let_in(&alice, &den, "Bob").await;
    assert_eq!(refused.status, 403);
    assert!(refused.text("#name-error").contains("kept out"));
    let list = alice.get(&format!("{den}/members")).await;
    let list = alice.done(list.form("form[action$=allow]")).await;
    assert!(list.has_no("form[action$=allow]"));
    assert_eq!(let_in(&alice, &den, "Bob").await.status, 303);
    assert_eq!(bob.get(&den).await.status, 200);
}

#[tokio::test]
async fn who_is_called_like_another_is_chosen() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let (one, two) = (site.person("Bob").await, site.person("Bob").await);
    let den = closed(&alice, "Den").await;
    let page = let_in(&alice, &den, "Bob").await;
    assert_eq!(page.status, 422);
    let me = two.get(LOBBY).await.place().me.unwrap().id;
    let form = format!("form:has(input[name=person][value='{me}'])");
    let list = alice.done(page.form(&form)).await;
    assert_eq!(names(&list), ["Alice", "Bob"]);
    assert_eq!(one.get(&den).await.status, 404);
    assert_eq!(two.get(&den).await.status, 200);
}

#[tokio::test]
async fn what_somebody_may_not_do_is_not_offered_and_refused() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let den = closed(&alice, "Den").await;
    let_in(&alice, &den, "Bob").await;
    let id = alice.get(&den).await.place().me.unwrap().id;
    let own = page_of(&alice, &den, "Alice").await;
    for deed in ["role", "out", "ban", "let-in", "allow"] {
        let form = format!("form[action$={deed}]");
        // The last owner goes nowhere.
        assert!(own.has_no(&form), "{deed}");
    }
    let path = format!("{den}/members/{id}");
    assert_eq!(bob.get(&path).await.status, 403);
    for deed in ["role", "out", "ban", "let-in", "allow"] {
        let path = format!("{path}/{deed}");
        let page = bob.post(&path, &[("role", "member")]).await;
        assert_eq!(page.status, 403, "{deed}");
    }
    let refused = alice
        .post(&format!("{path}/role"), &[("role", "member")])
        .await;
    assert_eq!(refused.status, 409);
    assert!(
        refused
            .text("main > .field-error")
            .contains("keeps an owner")
    );
    let mallory = site.person("Mallory").await;
    for path in ["members".to_owned(), format!("members/{id}")] {
        assert_eq!(mallory.get(&format!("{den}/{path}")).await.status, 404);
    }
    assert_eq!(alice.post(&format!("{path}/crown"), &[]).await.status, 404);
}

#[tokio::test]
async fn the_members_are_reached_from_the_forms_of_the_room() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let den = closed(&alice, "Den").await;
    for from in ["edit", "invites"] {
        let page = alice.get(&format!("{den}/{from}")).await;
        let list = alice.follow(&page, "a[href$='/members']").await;
        assert_eq!(list.status, 200);
        assert_eq!(names(&list), ["Alice"]);
    }
    // Where all may look, nobody is led to what they may not do.
    let lobby = site.visitor().get(&format!("{LOBBY}/members")).await;
    assert_eq!(lobby.status, 200);
}
