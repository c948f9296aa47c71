//! Reactions on the page, without script: the buttons below a message, and whose they are.

use crate::harness::{Browser, LOBBY, Page, Site};

const FORM: &str = "/rooms/1-lobby/m/1/react";

/// Each button of the first message: what stands on it, and whether it is the reader's.
fn buttons(page: &Page) -> Vec<(String, bool)> {
    let shown = page.texts("#m1 .reaction");
    let pressed = page.all("#m1 .reaction").into_iter();
    let pressed = pressed.map(|button| button.attr("aria-pressed") == Some("true"));
    shown.into_iter().zip(pressed).collect()
}

fn button(shown: &str, is_pressed: bool) -> (String, bool) {
    (shown.to_owned(), is_pressed)
}

/// Presses the button with this emoji, as the page has it.
async fn press(browser: &Browser, emoji: &str) -> Page {
    let page = browser.get(LOBBY).await;
    let selector = format!("#m1 .reaction[value=\"{emoji}\"]");
    let name = page.attribute(&selector, "name");
    assert_eq!(page.attribute("#m1 form.reactions", "action"), FORM);
    browser.post(FORM, &[(&name, emoji)]).await
}

#[tokio::test]
async fn a_button_reacts_and_takes_it_back_and_is_pressed_for_whose_it_is() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.say(LOBBY, "Hello").await;
    assert!(bob.get(LOBBY).await.has_no(".reactions"));
    for emoji in ["👍", "tada"] {
        let answer = bob.post(FORM, &[("emoji", emoji)]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        assert!(answer.header("location").starts_with("/rooms/1-lobby/m/1"));
    }
    let both = |is_own| [button("👍 1", is_own), button("🎉 1", is_own)];
    // The page is kept for all of them, and what is one's own is not.
    for _ in 0..2 {
        for (who, is_own) in [(&bob, true), (&alice, false)] {
            let page = who.get(LOBBY).await;
            assert_eq!(buttons(&page), both(is_own));
            let open = page.place().open.unwrap();
            let reactions = &open.history.messages[0].reactions;
            assert!(reactions.iter().all(|reaction| reaction.mine == is_own));
        }
    }
    press(&alice, "👍").await;
    assert_eq!(
        buttons(&alice.get(LOBBY).await),
        [button("👍 2", true), button("🎉 1", false)]
    );
    press(&alice, "👍").await;
    press(&bob, "🎉").await;
    assert_eq!(buttons(&alice.get(LOBBY).await), [button("👍 1", false)]);
    assert_eq!(buttons(&bob.get(LOBBY).await), [button("👍 1", true)]);
}

#[tokio::test]
async fn a_form_that_is_none_and_a_message_that_is_none_are_refused() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.say(LOBBY, "Hello").await;
    let none = alice.post(FORM, &[("emoji", "letter")]).await;
    assert_eq!(none.status, 422, "{}", none.body);
    let gone = alice
        .post("/rooms/1-lobby/m/7/react", &[("emoji", "👍")])
        .await;
    assert_eq!(gone.status, 404);
    assert!(alice.get(LOBBY).await.has_no(".reactions"));
}
