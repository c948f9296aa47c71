//! Invitations without script: made on a room's page, accepted by a name and a button.

use crate::harness::{Browser, LOBBY, Page, Site};
use parlour_server::config::SignUp;

const PASSWORD: &str = "jam to-morrow";

/// Makes an invitation by the form of a page; answers the path of its link.
async fn link(browser: &Browser, page: &str, uses: &str) -> String {
    let form = browser.get(page).await.form("form.form");
    let made = browser.submit(form.with("uses", uses)).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let link = made.attribute("#link", "value");
    assert!(link.starts_with(&browser.origin()), "{link}");
    assert_eq!(made.all("svg.qr path").len(), 1);
    link[browser.origin().len()..].to_owned()
}

#[tokio::test]
async fn from_a_link_to_the_first_message_there_is_one_field_and_one_button() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let tea = alice.room("Tea").await;
    let room = alice.get(&tea).await;
    let invites = alice.follow(&room, "a.menu-item[href$='/invites']").await;
    let link = link(&alice, &invites.path, "").await;

    let bob = site.visitor();
    let page = bob.arrive(&link).await;
    assert_eq!(
        (page.status, page.text("h1").as_str()),
        (200, "Come to Tea")
    );
    assert_eq!(
        page.texts("form.form p")[0],
        "Alice invites you. 1 person is in it."
    );
    let form = page.form("form.form");
    assert_eq!(form.fields.len(), 1);
    let room = bob.done(form.with("username", "Bob")).await;
    assert_eq!(room.text("#room-title"), "Tea");
    assert_eq!(
        room.texts(".room-list bdi"),
        ["Tea"],
        "that room and nothing else"
    );
    let form = room.form("form.composer");
    bob.done(form.with("content", "Thank you")).await;
    for elsewhere in [LOBBY, "/rooms/1-lobby/invites"] {
        assert_eq!(bob.get(elsewhere).await.status, 404, "{elsewhere}");
    }
    assert!(!bob.get("/rooms/all").await.body.contains("Lobby"));
    assert!(!bob.get("/go?q=lob").await.body.contains("Lobby"));
    // Again it leads to the room.
    let again = bob.get(&link).await;
    assert_eq!(
        (again.status, again.header("location")),
        (303, &*format!("{tea}#latest"))
    );
}

#[tokio::test]
async fn a_name_that_cannot_be_is_said_at_the_field_and_uses_nothing_up() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let tea = alice.room("Tea").await;
    let link = link(&alice, &format!("{tea}/invites"), "1").await;
    let bob = site.visitor();
    for (name, status) in [("", 422), ("admin", 409)] {
        let form = bob.get(&link).await.form("form.form");
        let page = bob.submit(form.with("username", name)).await;
        assert_eq!(page.status, status, "{}", page.body);
        assert!(!page.text("#username-error").is_empty());
        assert_eq!(page.form("form.form").value("username"), name);
    }
    let form = bob.get(&link).await.form("form.form");
    bob.done(form.clone().with("username", "Bob")).await;
    let carol = site.visitor();
    let late = carol.submit(form.with("username", "Carol")).await;
    late.is_a_problem(404, "This invitation leads nowhere any more.");
}

#[tokio::test]
async fn who_is_somebody_already_comes_by_one_button_as_who_they_are() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let tea = alice.room("Tea").await;
    let link = link(&alice, &format!("{tea}/invites"), "").await;
    let bob = site.person("Bob").await;
    let page = bob.get(&link).await;
    let form = page.form("form.form");
    assert!(form.fields.is_empty());
    let room = bob.done(form).await;
    assert_eq!(room.text("a.me"), "Bob");
    assert_eq!(room.texts(".room-list bdi"), ["Tea", "Lobby"]);
}

#[tokio::test]
async fn a_link_is_taken_back_where_it_is_listed() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let tea = alice.room("Tea").await;
    let invites = format!("{tea}/invites");
    let link = link(&alice, &invites, "10").await;
    let page = alice.get(&invites).await;
    let facts = page.text(".all-rooms .room-facts");
    assert!(facts.starts_with("0 of 10 came, until "), "{facts}");
    assert!(!page.body.contains(&link["/i/".len()..]));
    let page = alice.done(page.form("form[action$=revoke]")).await;
    assert_eq!(page.path, invites);
    assert!(page.has_no(".all-rooms li"));
    let gone = site.visitor().get(&link).await;
    gone.is_a_problem(404, "This invitation leads nowhere any more.");
}

#[tokio::test]
async fn who_may_not_invite_is_told_so_and_who_may_not_see_the_room_that_there_is_none() {
    let site = Site::plain().await;
    let bob = site.person("Bob").await;
    let refused = |page: Page| (page.status, page.text("h1"));
    let lobby = format!("{LOBBY}/invites");
    assert_eq!(
        refused(bob.get(&lobby).await),
        (403, "Not for you".to_owned())
    );
    assert_eq!(
        refused(bob.get("/invites").await),
        (403, "Not for you".to_owned())
    );
    let none = bob.get("/rooms/77/invites").await;
    none.is_a_problem(404, "There is no such room.");
    let visitor = site.visitor();
    let page = visitor.get(&lobby).await;
    assert_eq!((page.status, page.header("location")), (303, "/join"));
}

/// A house in which only who is invited has an account, and the link to one of its rooms by who runs it.
async fn invited_only() -> (Site, String) {
    let site = Site::start(|settings| settings.house.sign_up = SignUp::Invited).await;
    let anna = site.person("Anna").await;
    let tea = anna.room("Tea").await;
    let set = "UPDATE users SET kind = 'member', role = 'admin' WHERE name = 'Anna'";
    site.ctx.store.execute_sql(set).await;
    let link = link(&anna, &format!("{tea}/invites"), "").await;
    (site, link)
}

#[tokio::test]
async fn where_accounts_are_by_invitation_its_page_asks_for_a_password_and_no_other_does() {
    let (site, link) = invited_only().await;
    let bob = site.visitor();
    let join = bob.get("/join").await;
    assert!(join.has_no("#password"));
    assert!(
        join.body
            .contains("Who was invited to have an account here")
    );
    let code = &link["/i/".len()..];
    let led = bob.get(&format!("/join?invite={code}")).await;
    assert_eq!((led.status, led.header("location")), (303, &*link));

    let form = bob.get(&link).await.form("form.form");
    let short = form.clone().with("username", "Bob").with("password", "tea");
    let page = bob.submit(short).await;
    assert_eq!(page.status, 422, "{}", page.body);
    assert!(!page.text("#password-error").is_empty());
    assert_eq!(page.form("form.form").value("username"), "Bob");
    let form = form.with("username", "Bob").with("password", PASSWORD);
    let room = bob.done(form).await;
    assert_eq!(room.text("#room-title"), "Tea");
    assert_eq!(
        room.texts(".room-list bdi"),
        ["Tea", "Lobby"],
        "a member sees what members see"
    );
    assert!(bob.get("/settings").await.body.contains("Password"));
    // Who has an account is led to the room.
    assert_eq!(bob.get(&link).await.status, 303);
}

#[tokio::test]
async fn a_guest_of_an_invitation_keeps_their_name_by_its_link() {
    let (site, link) = invited_only().await;
    let bob = site.visitor();
    let form = bob.get(&link).await.form("form.form");
    let room = bob.done(form.with("username", "Bob")).await;
    assert_eq!(room.texts(".room-list bdi"), ["Tea"]);
    assert!(bob.get("/me").await.has_no("#password"));
    let page = bob.get(&link).await;
    assert_eq!(page.status, 200, "there is something to do");
    let room = bob
        .done(page.form("form.form").with("password", PASSWORD))
        .await;
    assert_eq!(room.text("a.me"), "Bob");
    assert_eq!(room.texts(".room-list bdi"), ["Tea", "Lobby"]);
}

#[tokio::test]
async fn who_comes_by_a_link_that_asks_waits_until_somebody_lets_them_in() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let tea = alice.room("Tea").await;
    let page = format!("{tea}/invites");
    let form = alice.get(&page).await.form("form.form").with("ask", "on");
    let made = alice.submit(form).await.attribute("#link", "value");
    let link = &made[alice.origin().len()..];
    for (name, answer) in [("Bob", "let-in"), ("Eve", "refuse")] {
        let guest = site.visitor();
        let asks = guest.arrive(link).await;
        assert!(asks.body.contains("You ask to be let in"));
        let waits = guest
            .done(asks.form("form.form").with("username", name))
            .await;
        assert_eq!((waits.path.as_str(), waits.header("refresh")), (link, "10"));
        let requests = alice.get(&page).await;
        assert_eq!(requests.texts("section li bdi"), [name]);
        let button = requests.form(&format!("form[action$='/{answer}']"));
        alice.done(button).await;
        assert!(alice.get(&page).await.has_no("form[action*='/requests/']"));
        let after = guest.get(link).await;
        match answer {
            "let-in" => assert_eq!(after.header("location"), format!("{tea}#latest")),
            _ => {
                assert_eq!(after.text("[role=status]"), "You were not let in.");
                assert_eq!(after.header("refresh"), "");
                assert_eq!(guest.get(&tea).await.status, 404);
            }
        }
    }
}
