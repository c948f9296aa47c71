//! What pages show, to whom, and how they hang together.

use crate::harness::{Browser, LOBBY, Page, Site, Socket, text_of};
use scraper::ElementRef;
use std::collections::HashSet;

/// The paths of all kinds of pages there are, for somebody with a name and a message of their own.
async fn every_page(person: &Browser) -> Vec<Page> {
    let mine = person.room("Mine").await;
    let room = person.say(&mine, "Hello").await;
    let edit = room.attribute("a.edit", "href");
    let permalink = room.attribute("a.when", "href");
    let delete = format!("{mine}/delete");
    let mut pages = Vec::new();
    for path in [
        "/",
        &mine,
        &permalink,
        "/rooms",
        "/rooms/all",
        "/go",
        "/go?q=o",
        "/keys",
        "/emoji",
        "/rooms/new",
        "/me",
        &edit,
        &delete,
        "/nothing",
    ] {
        pages.push(person.get(path).await);
    }
    pages
}

#[tokio::test]
async fn an_empty_database_has_a_lobby_and_a_welcome() {
    let site = Site::plain().await;
    let page = site.visitor().get("/").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.text("h1"), "Welcome");
    assert_eq!(page.attribute(".app", "data-place"), "welcome");
    assert_eq!(page.texts(".room-list bdi"), ["Lobby"]);
    assert_eq!(page.attribute(".room-list a", "href"), LOBBY);
    assert_eq!(page.attribute("a.new-room", "href"), "/rooms/new");
    assert_eq!(page.text("title"), "Parlour");
}

#[tokio::test]
async fn every_page_has_one_heading_one_main_and_a_way_past_the_rest() {
    let site = Site::plain().await;
    let person = site.person("Alice").await;
    let mut pages = every_page(&person).await;
    for path in ["/", LOBBY, "/join"] {
        pages.push(site.visitor().get(path).await);
    }
    for page in &pages {
        let path = &page.path;
        assert_eq!(page.attribute("html", "lang"), "en", "{path}");
        assert_eq!(page.all("main").len(), 1, "{path}");
        assert_eq!(page.attribute("main", "id"), "main", "{path}");
        assert_eq!(page.attribute("main", "tabindex"), "-1", "{path}");
        assert_eq!(
            page.attribute("body > .skip-link:first-child", "href"),
            "#main",
            "{path}"
        );
        let headings = page.all("h1");
        assert_eq!(headings.len(), 1, "{path}");
        assert!(!text_of(headings[0]).trim().is_empty(), "{path}");
        assert!(page.text("title").ends_with("Parlour"), "{path}");
        assert_eq!(page.all("meta[name=viewport]").len(), 1, "{path}");
        assert!(page.body.starts_with("<!DOCTYPE html>"), "{path}");
    }
}

#[tokio::test]
async fn a_second_way_past_the_rest_leads_to_where_one_writes_or_says_who_one_is() {
    let site = Site::plain().await;
    let person = site.person("Alice").await;
    for (page, href, field) in [
        (person.get(LOBBY).await, "#composer-text", "textarea"),
        (site.visitor().get(LOBBY).await, "#join", "input"),
    ] {
        assert_eq!(
            page.attribute(".app > .skip-link:first-child", "href"),
            href
        );
        assert_eq!(page.all(&format!("{field}{href}")).len(), 1);
    }
    assert!(person.get("/rooms").await.has_no(".app .skip-link"));
}

#[tokio::test]
async fn an_id_stands_once_on_a_page_and_what_points_at_one_finds_it() {
    let site = Site::plain().await;
    let person = site.person("Alice").await;
    let mut pages = every_page(&person).await;
    pages.push(site.visitor().get(LOBBY).await);
    for page in &pages {
        let mut ids = HashSet::new();
        for element in page.all("[id]") {
            let id = element.attr("id").unwrap();
            assert!(ids.insert(id), "{id} stands twice on {}", page.path);
        }
        for (selector, name) in [
            ("label[for]", "for"),
            ("[aria-describedby]", "aria-describedby"),
            ("[aria-labelledby]", "aria-labelledby"),
        ] {
            for element in page.all(selector) {
                let id = element.attr(name).unwrap();
                assert!(
                    ids.contains(id),
                    "{name} of {} on {}",
                    element.html(),
                    page.path
                );
            }
        }
    }
}

#[tokio::test]
async fn every_control_has_a_label() {
    let site = Site::plain().await;
    let person = site.person("Alice").await;
    let mut pages = every_page(&person).await;
    pages.push(site.visitor().get(LOBBY).await);
    pages.push(site.visitor().get("/join").await);
    for page in &pages {
        for control in page.all("input:not([type=hidden]), textarea") {
            let id = control.attr("id").unwrap_or_default();
            let labels = page.all(&format!("label[for='{id}']")).len();
            let is_inside_one = control
                .ancestors()
                .filter_map(ElementRef::wrap)
                .any(|around| around.value().name() == "label");
            let named = labels == 1 || is_inside_one || control.attr("aria-label").is_some();
            assert!(named, "{} on {}", control.html(), page.path);
        }
    }
}

#[tokio::test]
async fn every_link_and_file_of_a_page_is_there() {
    let site = Site::plain().await;
    let person = site.person("Alice").await;
    for page in every_page(&person).await {
        let places = page.all("a[href], link[href]");
        let hrefs: HashSet<String> = places
            .into_iter()
            .map(|place| place.attr("href").unwrap().to_owned())
            .filter(|href| !href.starts_with('#'))
            .collect();
        assert!(hrefs.len() > 4, "{}", page.path);
        for href in hrefs {
            assert_eq!(
                person.get(&href).await.status,
                200,
                "{href} on {}",
                page.path
            );
        }
    }
}

#[tokio::test]
async fn a_room_can_be_read_before_one_has_a_name() {
    let site = Site::plain().await;
    site.person("Alice").await.say(LOBBY, "Good morning").await;
    let visitor = site.visitor();
    let page = visitor.get(LOBBY).await;
    assert_eq!(page.texts(".message .text"), ["Good morning"]);
    assert_eq!(page.texts(".message .author"), ["Alice"]);
    assert_eq!(page.text("#room-title"), "Lobby");
    assert_eq!(page.text("title"), "Lobby · Parlour");
    assert_eq!(
        page.attribute("[role=log]", "aria-label"),
        "Messages in Lobby"
    );
    assert!(page.has_no("form.composer"));
    assert_eq!(page.form("form.join-bar").value("next"), LOBBY);
    assert_eq!(page.attribute("a.me", "href"), "/join");
    assert!(page.has_no(".menu form"));
    assert_eq!(
        page.texts(".menu a"),
        ["Pinned messages", "Jump to a date", "Keyboard shortcuts"]
    );
    assert!(page.has_no(".message-actions"));
    assert!(page.place().me.is_none());
}

#[tokio::test]
async fn ones_own_messages_are_told_apart_and_only_those_can_be_changed() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.say(LOBBY, "from Alice").await;
    let page = bob.say(LOBBY, "from Bob").await;
    assert_eq!(page.texts(".message .text"), ["from Alice", "from Bob"]);
    assert_eq!(page.texts(".message[data-own] .text"), ["from Bob"]);
    // With anybody's something can be done.
    assert_eq!(page.all(".message-actions a[href$='/actions']").len(), 2);
    assert_eq!(page.all(".message-actions .edit").len(), 1);
    assert_eq!(
        page.all(".message[data-own] .message-actions .edit").len(),
        1
    );
}

#[tokio::test]
async fn messages_of_one_author_stand_in_one_group_below_their_day() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.say(LOBBY, "one").await;
    alice.say(LOBBY, "two").await;
    let page = site.person("Bob").await.say(LOBBY, "three").await;
    assert_eq!(page.texts(".message[data-opens] .text"), ["one", "three"]);
    assert_eq!(page.all(".log .day").len(), 1);
    assert_eq!(page.text(".beginning"), "This is the beginning of Lobby.");
    let stored = page.all(".message time");
    assert!(
        stored
            .iter()
            .all(|time| time.attr("datetime").unwrap().ends_with('Z'))
    );
}

#[tokio::test]
async fn only_the_number_of_a_rooms_address_counts() {
    let site = Site::start(|settings| {
        settings.server.public_url = "https://chat.example.org".to_owned();
    })
    .await;
    let visitor = site.visitor();
    for path in [
        "/rooms/1",
        "/rooms/1-",
        "/rooms/1-another-name",
        "/rooms/1-lobby?x=y",
    ] {
        let page = visitor.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.text("#room-title"), "Lobby");
        assert_eq!(
            page.attribute("link[rel=canonical]", "href"),
            format!("https://chat.example.org{LOBBY}")
        );
        assert_eq!(
            page.attribute(".room-list [aria-current=page]", "href"),
            LOBBY
        );
    }
}

#[tokio::test]
async fn a_permalink_opens_the_page_around_its_message_and_marks_it() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    for n in 1..=3 {
        alice.say(LOBBY, &format!("message {n}")).await;
    }
    let page = alice.get(LOBBY).await;
    let link = text_and_link(&page, "message 2");
    let marked = alice.get(&link).await;
    assert_eq!(marked.status, 200);
    assert_eq!(marked.text(".message[data-marked] .text"), "message 2");
    assert_eq!(marked.texts(".message .text").len(), 3);
    let (_, fragment) = link.split_once('#').unwrap();
    assert_eq!(marked.attribute(".message[data-marked]", "id"), fragment);
    assert!(page.has_no(".message[data-marked]"));
}

/// The permalink of the message that says so.
fn text_and_link(page: &Page, text: &str) -> String {
    let messages = page.all(".message");
    let links = page.all(".message a.when");
    let at = messages
        .iter()
        .position(|message| text_of(*message).contains(text));
    links[at.unwrap()].attr("href").unwrap().to_owned()
}

#[tokio::test]
async fn only_who_made_a_room_is_offered_to_delete_it() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let room = alice.room("Alice's room").await;
    let link = ".menu a.danger";
    assert_eq!(
        alice.get(&room).await.attribute(link, "href"),
        format!("{room}/delete")
    );
    assert!(alice.get(LOBBY).await.has_no(link));
    assert!(site.person("Bob").await.get(&room).await.has_no(link));
}

#[tokio::test]
async fn who_is_here_is_listed_and_counted() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    let empty = visitor.get(LOBBY).await;
    assert_eq!(empty.text(".members .count"), "0");
    assert_eq!(empty.text(".members-empty"), "Nobody is here right now.");
    let _bob = Socket::guest(site.address, 1, "Bob").await;
    let _alice = Socket::guest(site.address, 1, "Alice").await;
    let page = visitor.get(LOBBY).await;
    assert_eq!(page.texts(".members li"), ["Alice", "Bob"]);
    assert_eq!(page.text(".members .count"), "2");
    assert!(page.has_no(".members-empty"));
}

#[tokio::test]
async fn two_people_of_one_name_are_told_apart_by_what_nobody_chooses() {
    let site = Site::plain().await;
    let (one, two) = (site.person("Alice").await, site.person("Alice").await);
    let bob = site.person("Bob").await;
    one.say(LOBBY, "It is me.").await;
    bob.say(LOBBY, "Hello, Alice.").await;
    assert!(one.get(LOBBY).await.has_no(".namesake"));
    two.say(LOBBY, "No, me.").await;
    let mut numbers = Vec::new();
    for who in [&one, &two] {
        let me = who.get(LOBBY).await.place().me.unwrap();
        numbers.push(format!("#{}", me.id));
    }
    // For everybody: themselves, others, visitors; drawn for the first time, and known.
    for who in [&one, &two, &bob, &site.visitor(), &one, &two] {
        let page = who.get(LOBBY).await;
        assert_eq!(page.texts(".author bdi"), ["Alice", "Bob", "Alice"]);
        assert_eq!(page.texts(".message-head .namesake"), numbers);
    }
    // Among those who are here, by the look of their names.
    let _here = Socket::guest(site.address, 1, "Ali\u{441}e").await;
    let page = bob.get(LOBBY).await;
    assert_eq!(page.texts(".members li bdi"), ["Ali\u{441}e"]);
    assert!(page.text(".members li .namesake").starts_with('#'));
}

#[tokio::test]
async fn a_room_with_accents_keeps_its_letters_in_its_address_and_its_place_in_the_list() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    for name in ["Zebra", "Éclair", "Dahlia"] {
        alice.room(name).await;
    }
    let cafe = alice.room("Café 東京").await;
    assert!(cafe.ends_with("-caf%C3%A9-%E6%9D%B1%E4%BA%AC"), "{cafe}");
    let page = alice.say(&cafe, "Bonjour").await;
    assert_eq!(page.text("#room-title"), "Café 東京");
    assert_eq!(
        page.texts(".room-list bdi"),
        ["Café 東京", "Dahlia", "Éclair", "Zebra", "Lobby"]
    );
}

#[tokio::test]
async fn what_the_island_starts_with_is_what_the_page_shows() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let page = alice.say(LOBBY, "Hello").await;
    let place = page.place();
    assert_eq!(place.me.unwrap().name, "Alice");
    let open = place.open.unwrap();
    assert_eq!(open.room.name, page.text("#room-title"));
    let texts: Vec<_> = open.history.messages.iter().map(|m| &*m.content).collect();
    assert_eq!(texts, page.texts(".message .text"));
    assert_eq!(
        place.form_key,
        page.form("form.composer").value("client_id")
    );
    let again = alice.get(LOBBY).await;
    assert_ne!(place.form_key, again.place().form_key);
}

#[tokio::test]
async fn addresses_in_a_message_are_links_that_give_nothing_away() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let text = "see https://example.org/a?b=c&d=\"e\"\nand javascript:alert(1)";
    let page = alice.say(LOBBY, text).await;
    assert_eq!(page.text(".message .text"), text);
    let link = ".message .text a";
    assert!(
        page.attribute(link, "href")
            .starts_with("https://example.org/a?b=c&d=")
    );
    assert_eq!(
        page.attribute(link, "rel"),
        "noopener noreferrer nofollow ugc"
    );
}

#[tokio::test]
async fn what_is_nowhere_is_a_page_that_leads_back() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    for (path, sentence) in [
        ("/nothing", "There is no such page."),
        ("/rooms/1-lobby/nothing", "There is no such page."),
        ("/rooms/99", "There is no such room."),
        (
            "/rooms/1-lobby/m/99",
            "There is no such message in this room.",
        ),
    ] {
        let page = visitor.get(path).await;
        page.is_a_problem(404, sentence);
        assert_eq!(
            page.attribute("meta[name=robots]", "content"),
            "noindex",
            "{path}"
        );
    }
}

#[tokio::test]
async fn pages_for_one_person_are_not_listed_and_rooms_may_be() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    assert!(visitor.get(LOBBY).await.has_no("meta[name=robots]"));
    assert_eq!(visitor.get("/join").await.all("meta[name=robots]").len(), 1);
}

#[tokio::test]
async fn who_has_no_name_is_asked_for_one_where_one_is_needed() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    for (path, asked) in [("/rooms/new", "/join?next=/rooms/new"), ("/me", "/join")] {
        let page = visitor.get(path).await;
        assert_eq!(
            (page.status, page.header("location")),
            (303, asked),
            "{path}"
        );
        assert_eq!(visitor.get(asked).await.status, 200);
    }
}

#[tokio::test]
async fn looking_changes_nothing() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.say(LOBBY, "Hello").await;
    bob.say(LOBBY, "Hi").await;
    let before = alice.get("/").await.place().rooms;
    for page in every_page(&bob).await {
        alice.get(&page.path).await;
    }
    let after = alice.get("/").await.place().rooms;
    let of_lobby = |rooms: &[parlour_protocol::RoomEntry]| {
        rooms.iter().find(|entry| entry.room.id.0 == 1).cloned()
    };
    assert_eq!(of_lobby(&before), of_lobby(&after));
}

#[tokio::test]
async fn ten_thousand_marks_are_eight_in_the_markup_and_whole_in_its_state() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let text = format!("a{}b", "\u{301}".repeat(9_998));
    let page = alice.say(LOBBY, &text).await;
    let laid_out = format!("a{}b", "\u{301}".repeat(8));
    assert_eq!(page.text(".message .text"), laid_out);
    let open = page.place().open.unwrap();
    assert_eq!(open.history.messages[0].content, text);
}

#[tokio::test]
async fn a_sentence_around_a_name_isolates_the_name_alone() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let room = alice.room("סלון").await;
    let page = alice.get(&room).await;
    assert_eq!(page.text("title"), "\u{2068}סלון\u{2069} · Parlour");
    assert_eq!(page.text(".beginning bdi"), "סלון");
    let question = alice.get(&format!("{room}/delete")).await;
    assert_eq!(question.text("h1"), "Delete סלון?");
    assert_eq!(question.text("h1 > bdi"), "סלון");
}

#[tokio::test]
async fn who_deletes_is_told_that_backups_keep_it() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let room = alice.room("Garden").await;
    let page = alice.say(&room, "hello").await;
    let edit = page.attribute("a.edit", "href");
    let told = "Backups made before keep it.";
    for path in [format!("{room}/delete"), format!("{room}/m/1/delete"), edit] {
        let question = alice.get(&path).await;
        assert!(question.text("main").contains(told), "{path}");
    }
}
