//! The doors for people, as somebody knocks at them who may not see a room: pages, panels, permalinks, forms, the finder
//! and the cookie of the last room answer as if it had never been. The other doors are in the server's tests.

use crate::harness::{Browser, Page, Site};
use parlour_protocol::{RoomId, RoomKind, UserId};
use parlour_server::outsider::{Leak, Told, leaks};
use reqwest::Method;

/// What is said in the hidden room, and nowhere else.
const CANARY: &str = "canary";

/// What is drawn anew for each answer, up to the next quote.
const DRAWN: [&str; 4] = [
    "nonce=\"",
    "nonce-",
    "\"form_key\":\"",
    "name=\"client_id\" value=\"",
];

fn masked(body: &str) -> String {
    let mut text = body.to_owned();
    for drawn in DRAWN {
        let parts = text.split(drawn);
        let rest = parts.enumerate().map(|(at, part)| match at {
            0 => part,
            _ => part.trim_start_matches(|c: char| c != '"' && c != '\''),
        });
        text = rest.collect::<Vec<_>>().join(drawn);
    }
    without_times(&text)
}

/// Times of the machine, as records have them.
fn without_times(text: &str) -> String {
    let mut parts = text.split("\"20");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| match part.find("Z\"") {
        Some(22 | 21) => text + "\"" + part.split_once('Z').map_or("", |(_, rest)| rest),
        _ => text + "\"20" + part,
    })
}

fn told(who: &str, door: &str, page: &Page) -> Told {
    let cookie = page.header("set-cookie").split(';').next();
    let cookie = cookie.filter(|set| set.starts_with("parlour_room"));
    Told {
        door: format!("{who} {door}"),
        answer: format!(
            "{} {:?} {:?} {cookie:?} {}",
            page.status,
            page.header("location"),
            page.header("cache-control"),
            masked(&page.body)
        ),
    }
}

fn pages(room: RoomId) -> Vec<String> {
    let of_room = [
        "",
        "-den",
        "?before=9",
        "?after=0",
        "/m/1",
        "/edit",
        "/delete",
        "/m/1/edit",
        "/m/1/delete",
        "/m/1/react",
        "/m/1/reactions",
        "/messages",
        "/members",
        "/members/1",
        "/invites",
    ];
    let of_room = of_room.iter().map(|rest| format!("/rooms/{room}{rest}"));
    let lists = [
        "/",
        "/rooms",
        "/rooms/all",
        "/rooms/all?q=den",
        "/go?q=den",
        "/rooms/1-lobby",
        "/rooms/new",
    ];
    of_room.chain(lists.map(str::to_owned)).collect()
}

const FORMS: [(&str, &[(&str, &str)]); 19] = [
    ("/messages", &[("content", "x"), ("client_id", "k")]),
    ("/read", &[("seq", "1")]),
    ("/join", &[]),
    ("/leave", &[]),
    ("/edit", &[("name", "Den"), ("description", "")]),
    ("/delete", &[]),
    ("/m/1/edit", &[("content", "x")]),
    ("/m/1/delete", &[]),
    ("/m/1/undo", &[]),
    ("/m/1/forward", &[("to", "1"), ("client_id", "f")]),
    ("/m/1/save", &[]),
    ("/m/1/unsave", &[]),
    ("/m/1/pin", &[]),
    ("/m/1/unpin", &[]),
    ("/m/1/unread", &[]),
    ("/m/1/react", &[("emoji", "tada")]),
    ("/members", &[("name", "Bob")]),
    ("/members/1/out", &[]),
    ("/members/1/ban", &[("days", "1")]),
];

async fn knock(who: &str, browser: &Browser, room: RoomId, all: &mut Vec<Told>) {
    for path in pages(room) {
        all.push(told(who, &path, &browser.get(&path).await));
        let panel = browser.own(Method::GET, &path).header("x-panel", "1");
        let panel = Page::of(&path, panel.send().await.unwrap()).await;
        all.push(told(who, &format!("panel {path}"), &panel));
    }
    for (rest, fields) in FORMS {
        let path = format!("/rooms/{room}{rest}");
        all.push(told(
            who,
            &format!("POST {path}"),
            &browser.post(&path, fields).await,
        ));
    }
    let request = browser.request(Method::GET, "/");
    let request = request.header("cookie", format!("parlour_room={room}"));
    let led = request
        .header("sec-fetch-site", "none")
        .send()
        .await
        .unwrap();
    all.push(told(who, "the last room", &Page::of("/", led).await));
}

async fn me(browser: &Browser) -> UserId {
    browser.get("/rooms").await.place().me.unwrap().id
}

/// What two outsiders and a former member are told, and of which room; of the one that is named where there is none.
async fn world(never: Option<RoomId>, is_let_in: bool) -> (Vec<Told>, RoomId) {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let bob = site.person("Bob").await;
    let mallory = site.person("Mallory").await;
    let store = site.ctx.store.clone();
    let room = match never {
        Some(never) => never,
        None => {
            let made = store
                .make_room(RoomKind::Closed, me(&alice).await, "Den")
                .await;
            let path = format!("/rooms/{}-den", made.id);
            let now = parlour_protocol::Timestamp(0);
            store.let_in(me(&bob).await, made.id, now).await.unwrap();
            if is_let_in {
                store
                    .let_in(me(&mallory).await, made.id, now)
                    .await
                    .unwrap();
            }
            alice.say(&path, CANARY).await;
            // Members look at everything, so that it is kept.
            for member in [&alice, &bob] {
                for path in pages(made.id) {
                    member.get(&path).await;
                }
                assert_eq!(member.get(&path).await.status, 200);
            }
            assert!(store.put_out(me(&bob).await, made.id).await.unwrap());
            for path in pages(made.id) {
                alice.get(&path).await;
            }
            made.id
        }
    };
    let mut all = Vec::new();
    for (who, browser) in [
        ("Mallory", &mallory),
        ("Bob", &bob),
        ("nobody", &site.visitor()),
    ] {
        knock(who, browser, room, &mut all).await;
    }
    (all, room)
}

#[tokio::test]
async fn x13_pages_and_forms_answer_who_may_not_see_a_room_as_if_it_had_never_been() {
    let (with, room) = world(None, false).await;
    let (without, _) = world(Some(room), false).await;
    assert_eq!(leaks(&with, &without, &[CANARY.to_owned()]), []);
}

#[tokio::test]
async fn what_a_page_shows_to_a_member_would_be_found() {
    let (with, room) = world(None, true).await;
    let (without, _) = world(Some(room), false).await;
    let found = leaks(&with, &without, &[CANARY.to_owned()]);
    let of = |door: &str| {
        let is_it =
            |leak: &&Leak| matches!(leak, Leak::Differs { door: of, .. } if of.ends_with(door));
        found.iter().filter(is_it).count()
    };
    for door in [
        "/",
        "/rooms",
        "/rooms/all",
        "/go?q=den",
        "/m/1",
        "/m/1/edit",
        "/messages",
    ] {
        assert!(of(door) > 0, "{door}");
    }
    // The others are told nothing all the same.
    let is_mallory = |leak: &Leak| match leak {
        Leak::Differs { door, .. } | Leak::Says { door, .. } => door.starts_with("Mallory"),
        _ => false,
    };
    assert!(found.iter().all(is_mallory), "{found:#?}");
}
