//! The front door: it leads who comes from outside to the room they were in last, and shows everybody else the rooms.

use crate::harness::{Browser, LOBBY, Page, Site, delete_room};
use parlour_protocol::RoomId;
use reqwest::Method;

/// What the browser is told to keep, without how.
fn kept(page: &Page) -> Option<&str> {
    let set = page.header("set-cookie").split(';').next();
    set.filter(|set| !set.is_empty())
}

/// Where the front door leads somebody who types its address; "" where it is the list of rooms.
async fn led(who: &Browser) -> String {
    let page = who.arrive("/").await;
    match page.status {
        200 => assert_eq!(page.text("h1"), "Welcome"),
        status => assert_eq!(status, 303),
    }
    assert!(page.header("cache-control").contains(match page.status {
        200 => "private",
        _ => "no-store",
    }));
    page.header("location").to_owned()
}

#[tokio::test]
async fn who_comes_from_outside_is_led_to_the_room_they_were_in_last() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let attic = alice.room("Attic").await;
    for visitor in [&alice, &site.visitor()] {
        assert_eq!(led(visitor).await, "");
        let first = visitor.get(LOBBY).await;
        assert_eq!(kept(&first), Some("parlour_room=1"));
        let set = first.header("set-cookie");
        for attribute in ["; Path=/;", "; SameSite=Lax;", "; Max-Age="] {
            assert!(set.contains(attribute), "{set}");
        }
        // What it keeps already it is not told again.
        assert_eq!(kept(&visitor.get(LOBBY).await), None);
        assert_eq!(led(visitor).await, LOBBY);
        visitor.get(&attic).await;
        assert_eq!(led(visitor).await, attic);
        // What is no room changes nothing, and the list is a page of its own.
        for path in ["/rooms", "/rooms/all", "/me", "/rooms/99"] {
            assert_eq!(kept(&visitor.get(path).await), None, "{path}");
        }
        let list = visitor.arrive("/rooms").await;
        assert_eq!((list.status, list.text("h1")), (200, "Welcome".to_owned()));
        assert_eq!(led(visitor).await, attic);
        visitor.arrive(&format!("{LOBBY}?before=9")).await;
        assert_eq!(led(visitor).await, LOBBY);
    }
    // What the service worker fetches to keep it is not open.
    for (mode, told) in [("cors", None), ("navigate", Some("parlour_room=1"))] {
        let request = site.visitor().own(Method::GET, LOBBY);
        let answer = request.header("sec-fetch-mode", mode).send().await;
        assert_eq!(kept(&Page::of(LOBBY, answer.unwrap()).await), told);
    }
    let said = alice.say(&attic, "Hello").await;
    let permalink = said.attribute("a.when", "href");
    let visitor = site.visitor();
    assert_eq!(kept(&visitor.get(&permalink).await), Some("parlour_room=2"));
}

#[tokio::test]
async fn a_link_of_the_site_s_own_leads_to_the_rooms() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    visitor.get(LOBBY).await;
    let page = visitor.get("/").await;
    assert_eq!((page.status, page.text("h1")), (200, "Welcome".to_owned()));
    let status = async |name: &'static str, value: &str| {
        let request = visitor.request(Method::GET, "/").header(name, value);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status("sec-fetch-site", "cross-site").await, 303);
    // An old browser says less.
    let own = format!("{}/rooms/1-lobby", visitor.origin());
    assert_eq!(status("referer", &own).await, 200);
    assert_eq!(status("referer", "https://other.example/").await, 303);
    assert_eq!(status("accept", "*/*").await, 303);
}

#[tokio::test]
async fn a_room_that_is_gone_or_was_none_leads_nowhere() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.room("Attic").await;
    alice.get("/rooms/2").await;
    assert_eq!(led(&alice).await, "/rooms/2-attic");
    alice.call(&delete_room(RoomId(2))).await;
    assert_eq!(led(&alice).await, "");
    let visitor = site.visitor();
    for odd in ["", "x", "-1", "0", "1-lobby", "99999999999999999999"] {
        let cookie = format!("parlour_room={odd}");
        let request = visitor.request(Method::GET, "/").header("cookie", cookie);
        assert_eq!(request.send().await.unwrap().status(), 200, "{odd}");
    }
}

/// Two cookies in one answer: the session's under its new name, and the room's.
#[tokio::test]
async fn a_session_that_moves_to_another_name_is_not_lost_where_a_room_is_kept() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let me = alice.get("/rooms").await.place().me.unwrap();
    let form = site.visitor().get("/join").await.form("form.form");
    let joined = site.visitor().submit(form.with("username", "Bob")).await;
    let token = joined
        .header("set-cookie")
        .split(['=', ';'])
        .nth(1)
        .unwrap();
    let former = format!("__Host-parlour_session={token}");
    let request = site.visitor().request(Method::GET, LOBBY);
    let answer = request.header("cookie", former).send().await.unwrap();
    let set = answer.headers().get_all("set-cookie").iter();
    let set: Vec<_> = set.map(|set| set.to_str().unwrap().to_owned()).collect();
    let begins = |start: &str| set.iter().any(|set| set.starts_with(start));
    assert!(begins("parlour_room=1;"), "{set:?}");
    assert!(begins(&format!("parlour_session={token};")), "{set:?}");
    assert!(begins("__Host-parlour_session=;"), "{set:?}");
    assert_ne!(Page::of(LOBBY, answer).await.place().me.unwrap(), me);
}
