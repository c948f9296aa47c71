//! Of what in a room one wants to be told, on pages: set by a form, and what is counted in the list follows.

use crate::harness::{LOBBY, Site};

#[tokio::test]
async fn of_a_room_no_more_is_counted_than_one_wants_to_be_told_of() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let tea = alice.room("Tea").await;
    let path = format!("{tea}/level");
    let page = alice.get(&tea).await;
    let link = page.attribute(".menu-items a[href$='/level']", "href");
    assert!(link.starts_with(&tea), "{link}");
    let set = async |level: &str| {
        let form = alice.get(&path).await.form("form.form");
        let page = alice.done(form.with("level", level)).await;
        assert_eq!(page.text("h1"), "Tea");
        let chosen = alice
            .get(&path)
            .await
            .attribute("option[selected]", "value");
        assert_eq!(chosen, level);
    };
    let listed = async || {
        let page = alice.get("/").await;
        let lit = page.all(".room-list .for-you").len();
        (page.texts(".room-list li")[..2].join(": "), lit)
    };
    bob.say(&tea, "hello").await;
    assert_eq!(listed().await, ("Unread: Tea1".to_owned(), 0));
    set("mentions").await;
    assert_eq!(listed().await, ("Your rooms: Tea".to_owned(), 0));
    bob.say(&tea, "@Alice, hello").await;
    assert_eq!(listed().await, ("Unread: Tea1".to_owned(), 1));
    set("nothing").await;
    assert_eq!(listed().await, ("Your rooms: Tea".to_owned(), 0));
    set("all").await;
    assert_eq!(listed().await, ("Unread: Tea1".to_owned(), 1));
}

#[tokio::test]
async fn who_is_in_no_room_is_asked_nothing_about_it() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let path = format!("{LOBBY}/level");
    assert_eq!(alice.get(&path).await.status, 403);
    assert_eq!(alice.post(&path, &[("level", "nothing")]).await.status, 403);
    let page = bob.get(LOBBY).await;
    assert!(page.has_no(".menu-items a[href$='/level']"));
    bob.say(LOBBY, "hello").await;
    assert_eq!(bob.post(&path, &[("level", "loud")]).await.status, 422);
}
