//! Accounts with JavaScript off: signing up, in and out, becoming a member, settings, the first owner.

use crate::harness::{Browser, LOBBY, Page, Program, Site};
use parlour_server::accounts::draw_setup_code;

pub const PASSWORD: &str = "jam to-morrow";

/// Signs in by the form.
pub async fn sign_in(browser: &Browser, name: &str, password: &str) -> Page {
    let form = browser
        .get("/signin?next=/rooms/1-lobby")
        .await
        .form("form.form");
    let form = form.with("username", name).with("password", password);
    browser.submit(form).await
}

/// Somebody who joined with a password.
pub async fn member(site: &Site, name: &str) -> Browser {
    let browser = site.visitor();
    let form = browser.get("/join").await.form("form.form");
    let form = form.with("username", name).with("password", PASSWORD);
    let page = browser.submit(form).await;
    assert_eq!(page.status, 303, "{}", page.body);
    browser
}

#[tokio::test]
async fn a_name_with_a_password_is_the_same_person_in_another_browser() {
    let site = Site::plain().await;
    let alice = member(&site, "Alice").await;
    alice.say(LOBBY, "From here.").await;
    let elsewhere = site.visitor();
    let page = sign_in(&elsewhere, "alice", PASSWORD).await;
    assert_eq!((page.status, page.header("location")), (303, LOBBY));
    let page = elsewhere.say(LOBBY, "From there.").await;
    let me = page.place().me.unwrap();
    let written = page.place().open.unwrap().history.messages;
    assert_eq!(written.len(), 2);
    assert!(written.iter().all(|message| message.user_id == me.id));

    let question = elsewhere.get("/signout").await;
    let out = elsewhere.submit(question.form("form.form")).await;
    assert_eq!((out.status, out.header("location")), (303, "/rooms"));
    assert_eq!(out.header("clear-site-data"), "\"storage\"");
    assert!(elsewhere.get(LOBBY).await.place().me.is_none());
    assert!(alice.get(LOBBY).await.place().me.is_some());

    // A script that signs out forgets by itself, and keeps the worker.
    let request = alice.own(reqwest::Method::POST, "/signout");
    let out = request.header("sec-fetch-mode", "cors").send().await;
    let out = Page::of("/signout", out.unwrap()).await;
    assert_eq!((out.status, out.header("clear-site-data")), (303, ""));
    assert!(alice.get(LOBBY).await.place().me.is_none());
}

#[tokio::test]
async fn a_wrong_password_is_one_sentence_and_the_name_stays() {
    let site = Site::plain().await;
    member(&site, "Alice").await;
    let visitor = site.visitor();
    for name in ["Alice", "Nobody"] {
        let page = sign_in(&visitor, name, "jam yesterday").await;
        assert_eq!(page.status, 401);
        assert_eq!(
            page.text("#password-error"),
            "This name and this password do not belong together."
        );
        let form = page.form("form.form");
        assert_eq!(form.value("username"), name);
        assert!(!page.body.contains("jam yesterday"));
    }
}

#[tokio::test]
async fn a_guest_who_chooses_a_password_stays_who_they_are() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.say(LOBBY, "As a guest.").await;
    let form = alice.get("/me").await.form("form.form");
    let common = form.clone().with("password", "password");
    let page = alice.submit(common).await;
    assert_eq!(page.status, 422);
    assert!(page.text("#password-error").contains("tried first"));
    let page = alice.done(form.with("password", PASSWORD)).await;
    assert_eq!(page.path, "/rooms");
    let page = alice.say(LOBBY, "As a member.").await;
    let written = page.place().open.unwrap().history.messages;
    assert_eq!(written[0].user_id, written[1].user_id);
    // From now on the page has no field for it.
    assert!(alice.get("/me").await.all("[name=password]").is_empty());
    let elsewhere = site.visitor();
    assert_eq!(sign_in(&elsewhere, "Alice", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn a7_another_password_signs_out_everywhere_else() {
    let site = Site::plain().await;
    let alice = member(&site, "Alice").await;
    let elsewhere = site.visitor();
    sign_in(&elsewhere, "Alice", PASSWORD).await;
    let form = alice.get("/settings").await.form("form[action$=password]");
    let wrong = form
        .clone()
        .with("current", "jam yesterday")
        .with("password", "a new pass phrase");
    let page = alice.submit(wrong).await;
    assert_eq!(page.status, 401);
    assert!(
        page.text("#current-error")
            .contains("do not belong together")
    );
    let right = form
        .with("current", PASSWORD)
        .with("password", "a new pass phrase");
    let page = alice.done(right).await;
    assert_eq!(page.path, "/settings");
    assert!(elsewhere.get(LOBBY).await.place().me.is_none());
    assert_eq!(sign_in(&elsewhere, "Alice", PASSWORD).await.status, 401);
    assert_eq!(
        sign_in(&elsewhere, "Alice", "a new pass phrase")
            .await
            .status,
        303
    );
}

#[tokio::test]
async fn settings_say_where_one_is_signed_in_and_end_it_there() {
    let site = Site::plain().await;
    let alice = member(&site, "Alice").await;
    let elsewhere = site.visitor();
    sign_in(&elsewhere, "Alice", PASSWORD).await;
    let settings = alice.get("/settings").await;
    assert_eq!(settings.all("li strong").len(), 1, "this one");
    let face = settings.attribute("main .face", "data-initials");
    assert_eq!(face, "A", "as others see it");
    let page = alice.done(settings.form("form[action$=end]")).await;
    assert!(page.all("form[action$=end]").is_empty());
    assert!(elsewhere.get(LOBBY).await.place().me.is_none());
    let bio = page.form("form[action$=about]");
    let page = alice.done(bio.clone().with("bio", "Curious.")).await;
    assert_eq!(
        page.form("form[action$=about]").value("bio").trim(),
        "Curious."
    );
    let page = alice.submit(bio.with("bio", &"x".repeat(301))).await;
    assert_eq!(page.status, 422);
    assert!(page.text("#bio-error").contains("at most 300"));
    let visitor = site.visitor().get("/settings").await;
    assert_eq!(visitor.status, 303);
}

#[tokio::test]
async fn a_mail_address_is_given_with_the_password_or_later_and_taken_back() {
    let site = Site::plain().await;
    let alice = site.visitor();
    let form = alice.get("/join").await.form("form.form");
    let form = form.with("username", "Alice").with("password", PASSWORD);
    let refused = alice.submit(form.clone().with("mail", "alice")).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.text("#mail-error"), "That is no mail address.");
    assert_eq!(refused.text("#username-error"), "");
    let again = refused.form("form.form");
    assert_eq!(
        (again.value("mail"), again.value("username")),
        ("alice", "Alice")
    );
    alice.done(form.with("mail", "alice@example.org")).await;
    let mail = async || alice.get("/settings").await.form("form[action$=mail]");
    let form = mail().await;
    assert_eq!(form.value("mail"), "alice@example.org");
    let refused = alice.submit(form.clone().with("mail", "@")).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.text("#mail-error"), "That is no mail address.");
    alice.done(form.with("mail", "")).await;
    assert_eq!(mail().await.value("mail"), "");
    // Of a guest there is nobody to write to.
    let guest = site.person("Gus").await.get("/settings").await;
    assert!(guest.has_no("form[action$=mail]"));
}

#[tokio::test]
async fn nobody_is_locked_out_of_a_browser_in_which_they_were() {
    let site = Site::start(|settings| {
        settings.limits.sign_in_failures = 3;
        settings.limits.address_sign_in_failures = 5;
    })
    .await;
    let alice = member(&site, "Alice").await;
    alice
        .submit(alice.get("/signout").await.form("form.form"))
        .await;
    let mallory = site.visitor();
    for _ in 0..3 {
        assert_eq!(
            sign_in(&mallory, "Alice", "jam yesterday").await.status,
            401
        );
    }
    let stopped = sign_in(&mallory, "Alice", "jam yesterday").await;
    assert_eq!(stopped.status, 429);
    assert!(!stopped.header("retry-after").is_empty());
    assert_eq!(sign_in(&alice, "Alice", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn the_house_is_set_up_by_its_link_and_once() {
    let site = Site::plain().await;
    let anna = site.visitor();
    for code in ["", "?code=", "?code=x"] {
        let none = anna.get(&format!("/setup{code}")).await;
        assert_eq!(none.status, 404, "{code}");
    }
    let code = draw_setup_code(&site.ctx).await.unwrap().unwrap();
    let link = format!("/setup?code={}", code.as_str());
    let form = anna.get(&link).await.form("form.form");
    let form = form.with("username", "Anna").with("password", PASSWORD);
    let twice = form.clone();
    let page = anna.done(form).await;
    assert_eq!(page.path, "/rooms");
    assert_eq!(anna.get("/admin").await.status, 200);
    assert_eq!(site.visitor().get(&link).await.status, 404);
    let second = site.visitor();
    assert_eq!(second.submit(twice).await.status, 404);
}

#[tokio::test]
async fn a_start_says_where_the_owners_account_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let public = [("PARLOUR__SERVER__PUBLIC_URL", "https://chat.example.org")];
    let mut program = Program::start(folder.path(), &public);
    program.address();
    let mut told = program
        .log
        .iter()
        .filter_map(|line| line.split(" at ").nth(1));
    let link = told
        .rfind(|rest| rest.contains("/setup?code="))
        .expect("a link");
    assert!(
        link.starts_with("https://chat.example.org/setup?code="),
        "{link}"
    );
}

#[tokio::test]
async fn what_a_guest_wrote_is_theirs_on_the_page_when_they_have_signed_in() {
    let site = Site::plain().await;
    member(&site, "Alice").await;
    let guest = site.person("Al").await;
    guest.say(LOBBY, "As a guest.").await;
    let asked = guest.get("/signin").await;
    assert!(asked.body.contains("What you wrote here as a guest"));
    let page = sign_in(&guest, "Alice", PASSWORD).await;
    assert_eq!(page.status, 303, "{}", page.body);

    let room = guest.get(LOBBY).await;
    let place = room.place();
    let message = place.open.unwrap().history.messages.remove(0);
    let me = place.me.unwrap();
    assert_eq!(place.was.len(), 1);
    assert_ne!(place.was, [me.id]);
    assert_eq!((message.user_id, &*message.username), (me.id, "Alice"));
    assert_eq!(room.all("[data-own]").len(), 1);
    assert_eq!(room.all("[data-own] .message-actions .edit").len(), 1);
    assert_eq!(room.text("a.me"), "Alice");
    let edit = format!("{LOBBY}/m/{}/edit", message.number);
    let form = guest.get(&edit).await.form("form[action$=edit]");
    let form = form.with("content", "As whom I am.");
    assert_eq!(guest.submit(form).await.status, 303);
    // To everybody it is the account's: its name, its face, its card.
    for reader in [site.person("Bob").await, site.visitor()] {
        let room = reader.get(LOBBY).await;
        assert_eq!(room.text(".message .author"), "Alice");
        let card = room.attribute(".message .author", "href").to_owned();
        let number = card.strip_prefix("/people/").unwrap();
        let number = number.split('?').next().unwrap();
        assert_eq!(number, me.id.to_string());
        let hue = parlour_client::faces::hue(me.id).to_string();
        assert_eq!(room.attribute(".message .face", "data-hue"), hue);
        let message = room.place().open.unwrap().history.messages.remove(0);
        assert_eq!(message.user_id, me.id);
    }
    // To who is a member already it is another account.
    let asked = guest.get("/signin").await;
    assert!(!asked.body.contains("What you wrote here as a guest"));
}

#[tokio::test]
async fn password_managers_are_told_which_field_is_which() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    let code = draw_setup_code(&site.ctx).await.unwrap().unwrap();
    let tokens = |page: &Page| {
        let fields = page.all("form.form input[autocomplete]").into_iter();
        let of = |field: &str, name: &str| format!("{field} {name}");
        fields
            .map(|input| {
                let value = |name| input.value().attr(name).unwrap_or_default();
                of(value("name"), value("autocomplete"))
            })
            .collect::<Vec<_>>()
    };
    for path in ["/join".to_owned(), format!("/setup?code={}", code.as_str())] {
        let found = tokens(&visitor.get(&path).await);
        for expected in ["username username", "password new-password"] {
            assert!(
                found.iter().any(|found| found == expected),
                "{path}: {found:?}"
            );
        }
    }
    let found = tokens(&visitor.get("/signin").await);
    assert_eq!(found, ["username username", "password current-password"]);
    let member = member(&site, "Alice").await;
    let page = member.get("/settings").await;
    for token in ["current-password", "new-password"] {
        let field = format!("input[type=password][autocomplete={token}]");
        assert_eq!(page.all(&field).len(), 1, "{token}");
    }
}
