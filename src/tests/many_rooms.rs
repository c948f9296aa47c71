//! Pages of a server with more rooms than one page lists.

use crate::harness::{LOBBY, Site};
use futures::future::join_all;
use parlour_server::Scope;
use parlour_server::accounts::{authenticate, create_guest};
use parlour_server::rooms::{NewRoom, create};
use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr};

/// Somebody who makes rooms.
async fn maker(site: &Site) -> Scope {
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let (_, token) = create_guest(&site.ctx, &Scope::visitor(address), "Maker")
        .await
        .unwrap();
    let person = authenticate(&site.ctx, token.as_str()).await.unwrap();
    Scope {
        person,
        ..Scope::visitor(address)
    }
}

/// So many rooms, which all say at length what they are about.
async fn a_house_of(site: &Site, rooms: usize, name: impl Fn(usize) -> String) {
    let maker = maker(site).await;
    let numbers: Vec<usize> = (1..=rooms).collect();
    for some in numbers.chunks(500) {
        let made = some.iter().map(|n| {
            let new = NewRoom {
                name: name(*n),
                description: "what it is about ".repeat(29),
                ..NewRoom::default()
            };
            create(&site.ctx, &maker, new)
        });
        for made in join_all(made).await {
            made.unwrap();
        }
    }
}

/// A name as people give them, of 10 to 20 characters.
fn usual(n: usize) -> String {
    const WHAT: [&str; 8] = [
        "Design", "Harbour", "Kitchen", "Planning", "Release", "Support", "Travel", "Weekend",
    ];
    const WHERE: [&str; 5] = ["north", "in Lyon", "Q3", "archive", "ideas"];
    format!("{} {} {n}", WHAT[n % 8], WHERE[n % 5])
}

#[tokio::test]
async fn a_page_among_thousands_of_rooms_has_at_most_60_kb() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let attic = alice.room("Zzz attic").await;
    for text in [
        "hello",
        "is anybody up here?",
        "It is cold, so take a coat with you.",
    ] {
        alice.say(&attic, text).await;
    }
    for n in 0..199 {
        alice.room(&usual(20_000 + n)).await;
    }
    a_house_of(&site, 10_000, usual).await;
    let last = "/rooms/10201";
    // Who has so many rooms has no others listed, but for the one that is open.
    for (who, listed) in [(&alice, 200), (&bob, 50), (&site.visitor(), 50)] {
        for path in ["/", LOBBY, &attic, last] {
            let page = who.get(path).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(
                page.body.len() <= 60_000,
                "{path}: {} bytes",
                page.body.len()
            );
            let lines = page.all(".room-list a:not(.add)").len();
            assert!((listed..=listed + 1).contains(&lines), "{path}: {lines}");
        }
        let page = who.get(last).await;
        assert_eq!(page.all(".room-list a[aria-current]").len(), 1);
    }
    let own = alice.get("/").await;
    assert!(
        own.texts(".room-list bdi")
            .contains(&"Zzz attic".to_owned())
    );
    let others = site.visitor().get("/").await;
    assert!(
        !others
            .texts(".room-list bdi")
            .contains(&"Zzz attic".to_owned())
    );
}

/// Fifty characters are the most. Of those that are written as more than one byte, `<` takes most.
#[tokio::test]
async fn a_page_that_lists_the_longest_names_has_a_bound_as_well() {
    for (filling, most) in [("x", 92_000), ("\u{20000}", 190_000), ("<", 190_000)] {
        let site = Site::plain().await;
        let alice = site.person("Alice").await;
        let name = |n: usize| format!("{n:03}{}", filling.repeat(47));
        for n in 0..200 {
            alice.room(&name(n)).await;
        }
        a_house_of(&site, 60, |n| name(300 + n)).await;
        let page = alice.get(LOBBY).await;
        let lines = page.all(".room-list a:not(.add)").len();
        assert!((200..=201).contains(&lines), "{lines}");
        assert!(
            page.body.len() <= most,
            "{filling}: {} bytes",
            page.body.len()
        );
    }
}

#[tokio::test]
async fn all_rooms_are_found_by_links_alone() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    let home = visitor.get("/").await;
    assert_eq!(home.text(".more-rooms a"), "Browse all rooms (1)");
    a_house_of(&site, 2_000, usual).await;
    let home = visitor.get("/").await;
    assert_eq!(home.text(".more-rooms a"), "Browse all rooms");
    let mut page = visitor.follow(&home, ".more-rooms a").await;
    assert_eq!(page.text("h1"), "All rooms");
    let mut names = HashSet::new();
    for _ in 0..3 {
        names.extend(page.texts(".all-rooms a bdi"));
        page = visitor.follow(&page, "a[rel=next]").await;
    }
    assert_eq!(names.len(), 300);
    let last = visitor.get("/rooms/all?after=z.0").await;
    assert!(last.has_no("a[rel=next]") && last.has_no(".all-rooms li"));
    // What cannot be read is the beginning.
    let odd = visitor.get("/rooms/all?after=%3Cb%3E").await;
    assert_eq!((odd.status, odd.all(".all-rooms li").len()), (200, 100));
}
