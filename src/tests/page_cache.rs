//! Live pages, which are put together from cached fragments and filled in for each reader: what each of them
//! gets is their own page, and is never older than what has happened.

use crate::harness::{Browser, DAY, LOBBY, Page, Site, Socket};
use parlour::app::live_page::rendered;
use parlour_protocol::{Number, RoomId, RoomKind, Seq, Timestamp, User};
use parlour_server::page_content::{At, View, place};
use parlour_server::store::testing::OtherProgram;
use parlour_server::{Person, Scope, SessionId};
use std::net::{IpAddr, Ipv4Addr};
use std::panic::Location;

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

/// The page that is rendered for this reader and nobody else.
async fn alone(site: &Site, me: Option<User>, at: Option<At>) -> String {
    let person = me.map(|user| Person {
        user,
        session: SessionId(1),
        role: parlour_protocol::ServerRole::Guest,
        is_confined: false,
        was: Vec::new(),
    });
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let address = address.into();
    let scope = Scope { person, address };
    let place = place(&site.ctx, &scope, at).await.unwrap();
    let print = rendered(&site.assets, &site.ctx.settings, &place);
    let lasting = print.html().replace(print.nonce(), "NONCE");
    lasting.replace(&place.form_key, "KEY")
}

/// Everybody at every place finds the page that is rendered for them alone.
#[track_caller]
fn find_their_own<'a>(
    site: &'a Site,
    readers: &'a [&'a Browser],
    places: &'a [(String, Option<At>)],
) -> impl Future<Output = ()> + 'a {
    let caller = Location::caller();
    async move {
        for (path, at) in places {
            for (reader, id) in readers.iter().zip(1..) {
                let page = reader.get(path).await;
                let me = page.place().me;
                let alone = alone(site, me, *at).await;
                assert_eq!(lasting(&page), alone, "{path}, {id}, {caller}");
            }
        }
    }
}

fn at(room: i64, view: View) -> Option<At> {
    let room = RoomId(room);
    Some(At { room, view })
}

#[tokio::test]
async fn everybody_gets_the_page_that_would_be_rendered_for_them_alone() {
    let site = Site::start(|settings| {
        settings.server.public_url = "http://chat.example.org".to_owned();
    })
    .await;
    let names = ["Alice", "Bob", "<b>&\"'</script>", "Zo\u{eb} \u{1f980}"];
    let mut people = Vec::new();
    for name in names {
        people.push(site.person(name).await);
    }
    let [alice, bob, odd, zoe] = &people[..] else {
        unreachable!("there are four names");
    };
    let attic = alice.room("Attic </script> & <ul>").await;
    let cellar = odd.room("cellar \"0}\"").await;
    for n in 0..60 {
        people[n % 4]
            .say(LOBBY, &format!("{n} of {}", names[n % 4]))
            .await;
    }
    for text in [
        "\"may_delete\":false, \"unread\":0}",
        "<article class=\"message\" id=\"m1\">",
        "https://example.org/?a=b&c=<d>",
        "\u{202e}one\n\n@room two\n",
    ] {
        alice.say(&attic, text).await;
        bob.say(&attic, text).await;
    }
    let visitor = site.visitor();
    let readers = [alice, bob, odd, zoe, &visitor];
    let places = [
        ("/".to_owned(), None),
        (LOBBY.to_owned(), at(1, View::Newest)),
        (attic, at(2, View::Newest)),
        (cellar, at(3, View::Newest)),
        (
            format!("{LOBBY}?before=40"),
            at(1, View::Before(Number(40))),
        ),
        (format!("{LOBBY}?after=40"), at(1, View::After(Number(40)))),
        (format!("{LOBBY}/m/30"), at(1, View::Around(Number(30)))),
    ];
    for (reader, name) in readers.iter().zip(names) {
        let me = reader.get("/").await.place().me;
        assert_eq!(me.unwrap().name, name);
    }
    find_their_own(&site, &readers, &places).await;
    // Somebody is told of their own alone.
    let unread = |page: Page| page.place().rooms.into_iter().map(|e| e.unread);
    let unread: Vec<i64> = unread(bob.get("/").await)
        .chain(unread(odd.get("/").await))
        .collect();
    assert_eq!(unread, [0, 0, 2, 0, 0, 1]);

    // What is in the cache by now is not what the next page shows.
    let page = zoe.get(LOBBY).await;
    let edit = page.all("a.edit")[0].attr("href").unwrap();
    let delete = edit.replace("/edit", "/delete");
    zoe.post(&delete, &[]).await;
    find_their_own(&site, &readers, &places).await;
    let edit = bob.get(LOBBY).await.all("a.edit")[1]
        .attr("href")
        .unwrap()
        .to_owned();
    let form = bob.get(&edit).await.form("form[action$=edit]");
    bob.done(form.with("content", "edited <i>")).await;
    find_their_own(&site, &readers, &places).await;
    let here = Socket::guest(site.address, 1, "Socket <1>").await;
    let namesake = Socket::guest(site.address, 1, "Alice").await;
    find_their_own(&site, &readers, &places).await;
    drop((here, namesake));
    let form = bob.get("/me").await.form("form.form");
    bob.done(form.with("username", "Alice")).await;
    bob.say(LOBBY, "Who is who?").await;
    find_their_own(&site, &readers, &places).await;
}

#[tokio::test]
async fn everybody_gets_their_own_line_above_what_is_new() {
    let site = Site::plain().await;
    let mut people = Vec::new();
    for name in ["Alice", "Bob", "Carol"] {
        people.push(site.person(name).await);
    }
    let [alice, bob, carol] = &people[..] else {
        unreachable!("there are three names");
    };
    let readers = [alice, bob, carol, &site.visitor()];
    let places = [
        (LOBBY.to_owned(), at(1, View::Newest)),
        (format!("{LOBBY}?before=8"), at(1, View::Before(Number(8)))),
        (format!("{LOBBY}?after=3"), at(1, View::After(Number(3)))),
        (format!("{LOBBY}/m/4"), at(1, View::Around(Number(4)))),
    ];
    let above = |page: &Page| {
        let line = page.one("h2.new-line").next_siblings();
        let mut below = line.filter_map(scraper::ElementRef::wrap);
        let message = below.next().expect("a message");
        (
            message.attr("id").map(str::to_owned),
            message.attr("data-opens").is_some(),
        )
    };
    for n in 1..=3 {
        bob.say(LOBBY, &format!("{n} of Bob")).await;
    }
    carol.say(LOBBY, "of Carol").await;
    for n in 5..=10 {
        alice.say(LOBBY, &format!("{n} of Alice")).await;
    }
    find_their_own(&site, &readers, &places).await;
    // It stands nowhere for who has read it all, or is no member; and it splits a group of one author.
    assert_eq!(
        above(&carol.get(LOBBY).await),
        (Some("m5".to_owned()), true)
    );
    assert_eq!(above(&bob.get(LOBBY).await), (Some("m4".to_owned()), true));
    for page in [alice.get(LOBBY).await, readers[3].get(LOBBY).await] {
        assert!(page.has_no(".new-line") && page.has_no(".mark-read"));
    }
    carol.post(&format!("{LOBBY}/read"), &[("seq", "7")]).await;
    find_their_own(&site, &readers, &places).await;
    assert_eq!(
        above(&carol.get(LOBBY).await),
        (Some("m8".to_owned()), true)
    );
    for n in 11..=80 {
        alice.say(LOBBY, &format!("{n} of Alice")).await;
    }
    find_their_own(&site, &readers, &places).await;
    assert_eq!(
        above(&carol.get(LOBBY).await),
        (Some("m8".to_owned()), true)
    );
    let page = bob.get(LOBBY).await;
    assert!(page.all("a.newer").len() == 1 && page.has_no("[data-marked]"));
    let open = page.place().open.unwrap();
    assert_eq!((open.read, open.marked), (Some(Seq(3)), None));
}

#[tokio::test]
async fn where_not_all_rooms_are_listed_everybody_gets_their_own_page_too() {
    let site = Site::plain().await;
    let (alice, bob, visitor) = (
        site.person("Alice").await,
        site.person("Bob").await,
        site.visitor(),
    );
    let places = [
        (LOBBY.to_owned(), at(1, View::Newest)),
        ("/".to_owned(), None),
    ];
    let readers = [&alice, &bob, &visitor];
    for n in 0..55 {
        let room = alice.room(&format!("room {n}")).await;
        if n > 45 {
            bob.say(&room, "I am here").await;
            find_their_own(&site, &readers, &places).await;
        }
    }
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

    let edit = bob.get(LOBBY).await.attribute("a.edit", "href");
    let form = bob.get(&edit).await.form("form[action$=edit]");
    bob.done(form.with("content", "No news")).await;
    let page = known(&alice).await;
    assert_eq!(page.texts(".message .text"), ["No news"]);
    let edit = bob.get(&edit).await;
    bob.done(edit.form("form[action$='/delete']")).await;
    for page in [known(&alice).await, known(&bob).await] {
        assert!(page.has_no(".message .text") && page.has_no(".message-actions"));
        assert!(!page.body.contains("No news"));
    }

    let room = bob.room("Another").await;
    let page = known(&alice).await;
    assert_eq!(page.texts(".room-list bdi"), ["Another", "Lobby"]);
    bob.say(&room, "Elsewhere").await;
    let seqs: Vec<_> = known(&alice)
        .await
        .place()
        .rooms
        .into_iter()
        .map(|e| e.room.seq)
        .collect();
    assert_eq!(seqs, [1, 3].map(Seq));

    let form = bob.get("/me").await.form("form.form");
    bob.done(form.with("username", "Robert")).await;
    assert_eq!(known(&bob).await.place().me.unwrap().name, "Robert");
    assert_eq!(known(&alice).await.place().me.unwrap().name, "Alice");

    assert_eq!(known(&alice).await.place().open.unwrap().roster.count, 0);
    let carol = Socket::guest(site.address, 1, "Carol").await;
    let open = known(&alice).await.place().open.unwrap();
    assert_eq!(
        (open.roster.names(), open.room.online),
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
    site.clock.set_by(31 * DAY);
    assert!(known(&alice).await.place().me.is_none());
}

/// Whether the page of the lobby is handed out after this as it was before: then what another program writes into the
/// file, which none may while a server runs, is not on it.
async fn is_kept(site: &Site, who: &Browser, change: impl AsyncFnOnce()) -> bool {
    who.get(LOBBY).await;
    change().await;
    let file = site.ctx.settings.database.file().unwrap();
    let beside = format!("beside {:?}", site.ctx.store.invalidations().moment());
    let sql = format!("UPDATE rooms SET description = '{beside}' WHERE id = 1");
    OtherProgram::open(file).execute(&sql);
    let shown = who.get(LOBBY).await.place().open.unwrap();
    shown.room.description != beside
}

#[tokio::test]
async fn a_page_is_kept_until_something_on_it_changes() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let mut rooms = Vec::new();
    for n in 10..65 {
        rooms.push(alice.room(&format!("a room {n}")).await);
    }
    let alice_id = alice.get("/").await.place().me.unwrap().id;
    let (first, last) = (&rooms[0], &rooms[54]);
    let visitor = site.visitor();
    // It lists fifty, and not the last one.
    let kept = [
        is_kept(&site, &visitor, async || {}).await,
        is_kept(&site, &visitor, async || drop(bob.say(last, "x").await)).await,
        is_kept(&site, &visitor, async || {
            bob.post(&format!("{last}/leave"), &[]).await;
        })
        .await,
        is_kept(&site, &visitor, async || drop(site.person("Carol").await)).await,
        is_kept(&site, &visitor, async || {
            let store = &site.ctx.store;
            store.make_room(RoomKind::Closed, alice_id, "A den").await;
        })
        .await,
    ];
    assert_eq!(kept, [true; 5]);
    let kept = [
        // What they wrote may be on it.
        is_kept(&site, &visitor, async || {
            let form = bob.get("/me").await.form("form.form");
            bob.done(form.with("username", "Robert")).await;
        })
        .await,
        is_kept(&site, &visitor, async || drop(bob.say(first, "x").await)).await,
        is_kept(&site, &visitor, async || drop(bob.say(LOBBY, "x").await)).await,
        is_kept(&site, &visitor, async || drop(bob.room("a hall").await)).await,
    ];
    assert_eq!(kept, [false; 4]);
}

#[tokio::test]
async fn a_closed_room_is_on_the_pages_of_who_may_see_it_at_each_moment() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let me = async |browser: &Browser| browser.get("/rooms").await.place().me.unwrap().id;
    let (alice_id, bob_id) = (me(&alice).await, me(&bob).await);
    let store = &site.ctx.store;
    let den = store.make_room(RoomKind::Closed, alice_id, "Den").await.id;
    let path = format!("/rooms/{den}-den");
    let listed = async |browser: &Browser| known(browser).await.texts(".room-list bdi");
    for _ in 0..3 {
        assert_eq!(bob.get(&path).await.status, 404);
        assert_eq!(listed(&bob).await, ["Lobby"]);
        store.let_in(bob_id, den, Timestamp(0)).await.unwrap();
        alice.say(&path, "hello").await;
        for who in [&alice, &bob] {
            assert_eq!(listed(who).await, ["Den", "Lobby"]);
            assert_eq!(who.get(&path).await.status, 200);
            assert_eq!(who.get(&path).await.status, 200);
        }
        assert!(store.put_out(bob_id, den).await.unwrap());
    }
    assert_eq!(bob.get(&path).await.status, 404);
    let form = alice.get(&format!("{path}/edit")).await;
    let form = form.form("form[action$=edit]");
    alice.done(form.with("name", "Zoo")).await;
    assert_eq!(listed(&alice).await, ["Zoo", "Lobby"]);
    assert_eq!(listed(&bob).await, ["Lobby"]);
    let form = alice.get(&format!("{path}/delete")).await;
    alice.done(form.form("form[action$=delete]")).await;
    assert_eq!(listed(&alice).await, ["Lobby"]);
    assert_eq!(alice.get(&path).await.status, 404);
}
