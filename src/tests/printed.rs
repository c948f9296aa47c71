//! A live page that is asked for again: the same as before as long as nothing has happened, and never
//! longer.

use crate::harness::{Browser, LOBBY, Page, Site, Socket};

/// A page without what every answer draws anew.
fn lasting(page: &Page) -> String {
    let place = page.place();
    let nonce = page.attribute("script[type=module]", "nonce");
    assert!(
        page.header("content-security-policy")
            .contains(&format!("'nonce-{nonce}'"))
    );
    let lasting = page.body.replace(&nonce, "NONCE");
    lasting.replace(&place.form_key, "KEY")
}

fn drawn(page: &Page) -> (String, String) {
    let nonce = page.attribute("script[type=module]", "nonce");
    (nonce, page.place().form_key)
}

#[tokio::test]
async fn a_page_asked_for_again_differs_in_its_nonce_and_its_key_alone() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.say(LOBBY, "Hello").await;
    let permalink = format!("{LOBBY}/m/1");
    for path in ["/", LOBBY, &permalink] {
        for who in [&alice, &site.visitor()] {
            let pages = [
                who.get(path).await,
                who.get(path).await,
                who.get(path).await,
            ];
            let [first, second, third] = pages.each_ref().map(lasting);
            assert_eq!(first, second, "{path}");
            assert_eq!(second, third, "{path}");
            let [first, second, third] = pages.each_ref().map(drawn);
            assert_ne!(first, second, "{path}");
            assert!(second.0 != third.0 && second.1 != third.1, "{path}");
            assert!(first.0 != third.0 && first.1 != third.1, "{path}");
        }
    }
}

#[tokio::test]
async fn each_page_sends_a_message_of_its_own() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.get(LOBBY).await;
    let (one, two) = (alice.get(LOBBY).await, alice.get(LOBBY).await);
    for page in [one, two] {
        let form = page.form("form.composer");
        alice.done(form.with("content", "twice the same")).await;
    }
    let page = alice.get(LOBBY).await;
    assert_eq!(page.texts(".message .text"), ["twice the same"; 2]);
}

/// A page that was just asked for, twice, so that it is known.
async fn known(who: &Browser) -> Page {
    who.get(LOBBY).await;
    who.get(LOBBY).await
}

#[tokio::test]
async fn whatever_happens_is_on_the_next_page() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);

    known(&alice).await;
    bob.say(LOBBY, "News").await;
    let page = known(&alice).await;
    assert_eq!(page.texts(".message .text"), ["News"]);

    let room = bob.room("Another").await;
    let page = known(&alice).await;
    assert_eq!(page.texts(".room-link-name"), ["Another", "Lobby"]);
    bob.say(&room, "Elsewhere").await;
    let seqs: Vec<_> = known(&alice)
        .await
        .place()
        .rooms
        .into_iter()
        .map(|e| e.room.seq)
        .collect();
    assert_eq!(seqs, [1, 1]);

    let form = bob.get("/me").await.form("form.form");
    bob.done(form.with("username", "Robert")).await;
    assert_eq!(known(&bob).await.place().me.unwrap().name, "Robert");
    assert_eq!(known(&alice).await.place().me.unwrap().name, "Alice");

    assert_eq!(known(&alice).await.place().open.unwrap().roster.count, 0);
    let carol = Socket::guest(site.address, 1, "Carol").await;
    let open = known(&alice).await.place().open.unwrap();
    assert_eq!(
        (open.roster.users, open.room.online),
        (vec!["Carol".to_owned()], 1)
    );
    let dave = Socket::guest(site.address, 1, "Dave").await;
    let place = known(&alice).await.place();
    assert_eq!(place.open.unwrap().roster.count, 2);
    assert_eq!(place.rooms[1].room.online, 2);
    drop((carol, dave));
}

#[tokio::test]
async fn a_session_that_has_ended_is_nobodys_also_where_the_page_is_known() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    assert!(known(&alice).await.place().me.is_some());
    site.clock.pass_days(31);
    assert!(known(&alice).await.place().me.is_none());
}
