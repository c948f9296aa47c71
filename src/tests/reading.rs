//! How far one has read, without script: where a page begins, and the forms that say otherwise.

use crate::harness::{Browser, LOBBY, Page, Site};
use parlour_protocol::{Place, Seq};
use reqwest::Method;

/// Bob was in the lobby when it had two messages; since then Alice has posted this many.
async fn behind(posts: usize) -> (Site, Browser, Browser) {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.say(LOBBY, "Hello").await;
    bob.say(LOBBY, "Hi").await;
    for n in 1..=posts {
        alice.say(LOBBY, &format!("message {n}")).await;
    }
    (site, alice, bob)
}

fn unread(place: &Place) -> (i64, Option<Seq>) {
    let open = place.open.as_ref().unwrap();
    let listed = place
        .rooms
        .iter()
        .find(|entry| entry.room.id == open.room.id);
    (listed.unwrap().unread, open.read)
}

/// The first message below the line *New*.
fn first_new(page: &Page) -> Option<String> {
    let line = page.all("h2#new + .message .text");
    line.first().map(|text| text.text().collect())
}

#[tokio::test]
async fn looking_reads_nothing_and_a_button_marks_what_the_page_shows() {
    let (_site, _, bob) = behind(70).await;
    for _ in 0..2 {
        let page = bob.get(LOBBY).await;
        assert_eq!(unread(&page.place()), (70, Some(Seq(2))));
        assert_eq!(first_new(&page).as_deref(), Some("message 1"));
        assert_eq!(page.attribute(".mark-read a", "href"), "#new");
        assert_eq!(page.text(".mark-read a"), "70 new messages");
    }
    // The page ends before the room does; the next one goes on there.
    let page = bob.get(LOBBY).await;
    let last = page.texts(".message .text").pop().unwrap();
    let form = page.form("form.mark-read");
    let answer = bob.submit(form).await;
    let next = bob.get(answer.header("location")).await;
    assert!(answer.header("location").ends_with("#new"));
    let read: usize = last["message ".len()..].parse().unwrap();
    assert_eq!(unread(&next.place()).0, 70 - read as i64);
    assert_eq!(first_new(&next), Some(format!("message {}", read + 1)));
    let end = bob.done(next.form("form.mark-read")).await;
    assert_eq!(unread(&end.place()), (0, Some(Seq(72))));
    assert!(end.has_no(".new-line") && end.has_no("form.mark-read"));
}

#[tokio::test]
async fn a_message_and_all_behind_it_is_marked_unread_by_its_form() {
    let (_site, alice, bob) = behind(5).await;
    let page = bob.get(LOBBY).await;
    bob.done(page.form("form.mark-read")).await;
    let marked = bob.post(&format!("{LOBBY}/m/5/unread"), &[]).await;
    assert_eq!(
        (marked.status, marked.header("location")),
        (303, "/rooms/1-lobby#new")
    );
    let page = bob.get(LOBBY).await;
    assert_eq!(unread(&page.place()), (3, Some(Seq(4))));
    assert_eq!(first_new(&page).as_deref(), Some("message 3"));
    assert_eq!(page.text(".room-list .unread"), "3");
    assert_eq!(unread(&alice.get(LOBBY).await.place()).0, 0);
}

#[tokio::test]
async fn marking_is_a_post_of_somebody_s_in_a_room_that_is_there() {
    let (site, _, bob) = behind(1).await;
    let paths = [format!("{LOBBY}/read"), format!("{LOBBY}/m/3/unread")];
    for path in &paths {
        assert_eq!(bob.get(path).await.status, 405, "{path}");
        let refused = site.visitor().post(path, &[("seq", "1")]).await;
        assert_eq!(refused.status, 401, "{path}");
        let other = bob.request(Method::POST, path);
        let other = other.header("origin", "https://evil.example");
        let other = other.form(&[("seq", "1")]).send().await.unwrap();
        assert_eq!(other.status(), 403, "{path}");
        let nowhere = path.replace("1-lobby", "9-nowhere");
        assert_eq!(bob.post(&nowhere, &[("seq", "1")]).await.status, 404);
    }
    for wrong in ["", "x", "1.5"] {
        let refused = bob.post(&paths[0], &[("seq", wrong)]).await;
        assert_eq!(refused.status, 400, "{wrong:?}");
    }
    assert_eq!(bob.post(&paths[0], &[]).await.status, 400);
    assert_eq!(unread(&bob.get(LOBBY).await.place()), (1, Some(Seq(2))));
    // Never further than the room is, and for who is no member nothing.
    bob.post(&paths[0], &[("seq", "99999")]).await;
    assert_eq!(unread(&bob.get(LOBBY).await.place()), (0, Some(Seq(3))));
    let carol = site.person("Carol").await;
    assert_eq!(carol.post(&paths[0], &[("seq", "1")]).await.status, 303);
    assert_eq!(unread(&carol.get(LOBBY).await.place()), (0, None));
}
