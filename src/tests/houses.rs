//! Pages in a house of more rooms than fit on one.

use crate::harness::{LOBBY, Site};
use futures::future::join_all;
use parlour_server::Scope;
use parlour_server::accounts::{authenticate, create_guest};
use parlour_server::rooms::{NewRoom, create};
use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr};

/// Two thousand rooms, which all say at length what they are about.
async fn a_large_house(site: &Site) {
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let (_, token) = create_guest(&site.ctx, &Scope::visitor(address), "Maker")
        .await
        .unwrap();
    let person = authenticate(&site.ctx, token.as_str()).await.unwrap();
    let maker = Scope {
        person,
        ..Scope::visitor(address)
    };
    for hundred in 0..20 {
        let rooms = (1..=100).map(|n| {
            let new = NewRoom {
                name: format!("Room number {:05}", 100 * hundred + n),
                description: "what it is about ".repeat(29),
            };
            create(&site.ctx, &maker, new)
        });
        for made in join_all(rooms).await {
            made.unwrap();
        }
    }
}

#[tokio::test]
async fn a_page_in_a_house_of_thousands_of_rooms_is_no_larger_than_sixty_kilobytes() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let attic = alice.room("Zzz attic").await;
    alice.say(&attic, "hello").await;
    a_large_house(&site).await;
    for who in [&alice, &site.visitor()] {
        for path in ["/", LOBBY, &attic, "/rooms/2002"] {
            let page = who.get(path).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(
                page.body.len() <= 60_000,
                "{path}: {} bytes",
                page.body.len()
            );
        }
        let page = who.get("/rooms/2002").await;
        assert_eq!(page.all(".room-list .room-link[aria-current]").len(), 1);
    }
    let own = alice.get("/").await;
    assert!(
        own.texts(".room-link-name")
            .contains(&"Zzz attic".to_owned())
    );
    let others = site.visitor().get("/").await;
    assert!(
        !others
            .texts(".room-link-name")
            .contains(&"Zzz attic".to_owned())
    );
}

#[tokio::test]
async fn all_rooms_are_found_by_links_alone() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    assert!(visitor.get("/").await.has_no(".more-rooms"));
    a_large_house(&site).await;
    let home = visitor.get("/").await;
    let mut page = visitor.follow(&home, ".more-rooms a").await;
    assert_eq!(page.text("h1"), "All rooms");
    let mut names = HashSet::new();
    for _ in 0..3 {
        names.extend(page.texts(".all-rooms .room-link-name"));
        page = visitor.follow(&page, "a[rel=next]").await;
    }
    assert_eq!(names.len(), 300);
    let last = visitor.get("/rooms?after=z.0").await;
    assert!(last.has_no("a[rel=next]") && last.has_no(".all-rooms li"));
    // What cannot be read is the beginning.
    let odd = visitor.get("/rooms?after=%3Cb%3E").await;
    assert_eq!((odd.status, odd.all(".all-rooms li").len()), (200, 100));
}
