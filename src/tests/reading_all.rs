//! All rooms are marked as read by a form, in the list of rooms and where all are listed.

use crate::harness::{LOBBY, Site};

#[tokio::test]
async fn all_rooms_are_marked_as_read_without_script() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let tea = alice.room("Tea").await;
    alice.say(LOBBY, "hello").await;
    for path in ["/rooms", "/rooms/all"] {
        for room in [LOBBY, &tea] {
            bob.say(room, "hello").await;
        }
        let page = alice.get("/rooms").await;
        assert_eq!(page.all(".room-list .unread").len(), 2);
        let form = alice.get(path).await.form("form[action='/rooms/read']");
        let page = alice.done(form).await;
        assert!(page.has_no(".room-list .unread"));
    }
    assert_eq!(
        alice.get("/rooms").await.attribute(".for-me a", "href"),
        "/mentions"
    );
    assert_eq!(site.visitor().post("/rooms/read", &[]).await.status, 401);
}
