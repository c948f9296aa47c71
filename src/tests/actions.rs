//! What somebody may do with a message, as its page and its panel list it.

use crate::harness::{Browser, LOBBY, Page, Site};
use parlour_protocol::paths::PANEL;
use reqwest::Method;

async fn actions(who: &Browser, room: &str, number: u32) -> Page {
    who.get(&format!("{room}/m/{number}/actions")).await
}

#[tokio::test]
async fn what_may_be_done_with_a_message_depends_on_who_asks() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.say(LOBBY, "Hello **you**").await;
    let page = actions(&alice, LOBBY, 1).await;
    assert_eq!(page.text(".quote"), "Alice Hello you");
    let own = page.texts(".deeds li");
    assert!(own.contains(&"Edit".to_owned()) && own.contains(&"Delete".to_owned()));
    let others = actions(&bob, LOBBY, 1).await.texts(".deeds li");
    assert!(!others.contains(&"Edit".to_owned()) && !others.contains(&"Delete".to_owned()));
    for each in [
        "Reply",
        "Mark unread from here",
        "Link to this message",
        "Save for later",
        "Forward",
    ] {
        assert!(others.contains(&each.to_owned()), "{each}: {others:?}");
    }
    // Only who belongs to the room pins there.
    let pin = "Pin for everybody".to_owned();
    assert!(own.contains(&pin) && !others.contains(&pin));
    let nobody = actions(&site.visitor(), LOBBY, 1).await;
    assert!(nobody.has_no(".deeds form") && nobody.has_no(".deeds .reply"));
    assert!(
        nobody
            .texts(".deeds li")
            .contains(&"Link to this message".to_owned())
    );
}

#[tokio::test]
async fn every_line_of_the_actions_leads_somewhere_and_every_form_does_it() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.say(LOBBY, "one").await;
    let edit = alice.get(&format!("{LOBBY}/m/1/edit")).await;
    let edit = edit.form("form[action$=edit]").with("content", "two");
    alice.done(edit).await;
    let page = alice.follow(&alice.get(LOBBY).await, "a.more").await;
    let links = page.all(".deeds a").into_iter();
    let links: Vec<_> = links.map(|a| a.attr("href").unwrap().to_owned()).collect();
    assert!(
        links.iter().any(|path| path.ends_with("/revisions")),
        "{links:?}"
    );
    for path in links {
        assert_eq!(alice.arrive(&path).await.status, 200, "{path}");
    }
    // What is so already is taken back by the same line.
    for (deed, back) in [("pin", "Unpin"), ("save", "Remove from saved")] {
        let page = actions(&alice, LOBBY, 1).await;
        let form = page.form(&format!(".deeds form[action$='/{deed}']"));
        alice.done(form).await;
        let lines = actions(&alice, LOBBY, 1).await.texts(".deeds li");
        assert!(lines.contains(&back.to_owned()), "{lines:?}");
    }
    let form = actions(&bob, LOBBY, 1).await;
    let form = form.form(".deeds form[action$=react]");
    let answer = bob.post(&form.action, &[("emoji", "👍")]).await;
    assert_eq!(answer.status, 303);
    let room = bob.get(LOBBY).await;
    assert_eq!(room.text(".reaction[aria-pressed=true]"), "👍 1");
}

#[tokio::test]
async fn the_panel_of_actions_has_the_text_and_the_link_to_copy() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.say(LOBBY, "a *b*\nc").await;
    let path = format!("{LOBBY}/m/1/actions");
    let request = alice.own(Method::GET, &path).header(PANEL, "1");
    let panel = Page::of(&path, request.send().await.unwrap()).await;
    assert!(panel.body.starts_with("<form"), "{}", panel.body);
    assert_eq!(panel.attribute(".copy + a", "href"), format!("{LOBBY}/m/1"));
    assert!(
        panel.body.contains("<span hidden>a *b*\nc</span>"),
        "{}",
        panel.body
    );
    for form in panel.all(".deeds form") {
        assert!(form.attr("data-quiet").is_some(), "{}", form.html());
    }
}

#[tokio::test]
async fn a_message_that_is_gone_or_out_of_sight_has_no_actions() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.say(LOBBY, "a slip").await;
    let edit = alice.get(&format!("{LOBBY}/m/1/edit")).await;
    alice.done(edit.form("form[action$='/delete']")).await;
    let gone = actions(&alice, LOBBY, 1).await;
    gone.is_a_problem(404, "There is no such message in this room.");
    actions(&alice, LOBBY, 9)
        .await
        .is_a_problem(404, "There is no such message in this room.");
    let den = alice.get("/rooms/new").await.form("form.form");
    let den = alice
        .done(den.with("name", "Den").with("kind", "closed"))
        .await
        .path;
    alice.say(&den, "a secret").await;
    assert_eq!(actions(&alice, &den, 1).await.status, 200);
    let hidden = actions(&bob, &den, 1).await;
    assert_eq!(hidden.status, 404);
    assert!(!hidden.body.contains("secret"));
}
