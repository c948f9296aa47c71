//! Markup on a page: what people typed is drawn as elements, and as no others than a tree has.

use crate::harness::{LOBBY, Page, RUNS, Site};
use futures::future::join_all;
use parlour_protocol::RoomId;
use parlour_server::messages::{self, NewMessage};
use parlour_server::{Scope, accounts};

#[tokio::test]
async fn markup_is_drawn_and_a_plain_text_is_not() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let text = "**bold** [site](https://x.org/a) ||secret||\n\n- one\n- [x] two\n\n```rust\nfn a() {}\n```\n\n\
        |a|b|\n|-|-:|\n|1|2|";
    alice.say(LOBBY, text).await;
    let page = alice.say(LOBBY, "2 * 3 * 4 <b>no</b>").await;
    assert_eq!(page.text(".text strong"), "bold");
    assert_eq!(page.attribute(".text a", "href"), "https://x.org/a");
    assert_eq!(
        page.attribute(".text a", "rel"),
        "noopener noreferrer nofollow ugc"
    );
    assert_eq!(page.text(".text .spoiler > input + span"), "secret");
    assert_eq!(page.texts(".text ul > li"), ["one", "two"]);
    assert_eq!(page.attribute(".text li + li", "data-task"), "done");
    assert_eq!(page.text(".text pre[data-lang=rust] > code"), "fn a() {}");
    assert_eq!(page.texts(".text tr > *"), ["a", "b", "1", "2"]);
    assert_eq!(page.texts(".text")[1], "2 * 3 * 4 <b>no</b>");
    // To be changed it is what was typed.
    let edit = page.all("a.edit")[0].attr("href").unwrap();
    let edit = alice.get(edit).await;
    assert_eq!(edit.form("form[action$=edit]").value("content"), text);
    // What the island begins with has the same.
    let messages = page.place().open.unwrap().history.messages;
    assert!(messages[0].doc.is_some() && messages[1].doc.is_none());
    assert_eq!(messages[0].content, text);
}

#[tokio::test]
async fn a_mention_leads_to_somebody_by_their_name_and_stands_out_for_them_alone() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    bob.say(LOBBY, "hello").await;
    alice.say(LOBBY, "@bob, see #lobby and @room").await;
    for (reader, is_for_them) in [(&alice, false), (&bob, true)] {
        let page = reader.get(LOBBY).await;
        let mention = page.attribute(".text a[data-mention][href]", "href");
        assert!(mention.starts_with("/people/"), "{mention}");
        assert_eq!(page.text(".text a[data-mention][href]"), "@Bob");
        assert_eq!(page.attribute(".text a[data-room]", "href"), "/rooms/1");
        assert_eq!(page.text(".text a[data-mention=room]"), "@room");
        assert_eq!(page.all(".message[data-for-you]").len() == 1, is_for_them);
        // What it leads to is there.
        assert_eq!(reader.get(&mention).await.status, 200);
    }
    let visitor = site.visitor().get(LOBBY).await;
    assert_eq!(visitor.all("[data-for-you]").len(), 0);
    let list = bob.get("/mentions").await;
    assert_eq!(list.text(".mentions p"), "@bob, see #lobby and @room");
    let way = list.attribute(".mentions a", "href");
    assert!(way.starts_with("/rooms/1-lobby/"), "{way}");
    assert_eq!(alice.get("/mentions").await.all(".mentions li").len(), 0);
}

/// Pieces of hostile texts.
const PIECES: [&str; 43] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</div></article>",
    "<svg/onload=alert(1)>",
    "\" onclick=\"",
    "' onclick='",
    "&quot;",
    "&#60;b&#62;",
    "<!--",
    "-->",
    "<![CDATA[",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert)",
    "[a](data:text/html,x)",
    "[a](vbscript:x)",
    "[a](\\javascript:x)",
    "[a](//evil.org)",
    "[a](https://x.org/\"onclick=\"y)",
    "[a](https://x.org/'><b>)",
    "[a](<https://x.org/ b>)",
    "![a](https://x.org/b.png)",
    "![a](javascript:x)",
    "[a]: javascript:x",
    "[a]",
    "<javascript:x>",
    "<https://x.org/\">",
    "https://x.org/\"><b>",
    "`</code>`",
    "```\"><b>\n",
    "```",
    "||</label>||",
    "**<b>**",
    "|<td>|\n|-|\n|</table>|\n",
    "> ",
    "\n- [x] ",
    "\n\n",
    "\n",
    " ",
    "*",
    "~~",
    " @Alice",
    "@room",
    "#lobby",
];

/// Numbers that look drawn, the same in every run.
fn drawn(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |sides| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % sides
    }
}

/// What may stand in a message, each element with its attributes.
const ALLOWED: [(&str, &[&str]); 21] = [
    ("p", &[]),
    ("blockquote", &[]),
    ("ul", &[]),
    ("ol", &["start"]),
    ("li", &["data-task"]),
    ("pre", &["data-lang", "tabindex"]),
    ("code", &[]),
    ("button", &["class", "type"]),
    ("table", &["tabindex"]),
    ("thead", &[]),
    ("tbody", &[]),
    ("tr", &[]),
    ("th", &["data-align"]),
    ("td", &["data-align"]),
    ("hr", &[]),
    ("strong", &[]),
    ("em", &[]),
    ("del", &[]),
    ("label", &["class"]),
    ("input", &["type", "aria-label"]),
    ("a", &["href", "rel", "target", "data-mention", "data-room"]),
];

#[track_caller]
fn has_only_what_is_allowed(page: &Page) -> usize {
    assert_eq!(page.status, 200);
    let elements = page.all(".text *");
    for element in &elements {
        let element = element.value();
        // The content of a spoiler.
        if element.name() == "span" && element.attrs().count() == 0 {
            continue;
        }
        let allowed = ALLOWED.iter().find(|(tag, _)| *tag == element.name());
        let (_, attributes) = allowed.unwrap_or_else(|| panic!("{element:?}"));
        for (name, value) in element.attrs() {
            assert!(attributes.contains(&name), "{element:?}");
            let value = value.to_ascii_lowercase();
            let leads = ["http://", "https://", "mailto:", "/people/", "/rooms/"];
            let leads = leads.map(|start| value.starts_with(start));
            assert!(name != "href" || leads.contains(&true), "{value}");
        }
    }
    assert_eq!(page.all(RUNS).len(), 1);
    elements.len()
}

#[tokio::test]
async fn no_text_has_other_elements_attributes_or_schemes() {
    let site = Site::plain().await;
    let address = site.address.ip();
    let guest = accounts::create_guest(&site.ctx, &Scope::visitor(address), "Alice").await;
    let (_, token) = guest.unwrap();
    let scope = Scope {
        person: accounts::authenticate(&site.ctx, token.as_str())
            .await
            .unwrap(),
        address: address.into(),
    };
    let (mut roll, mut elements) = (drawn(3), 0);
    for _ in 0..40 {
        // Five texts in each message.
        let texts = (0..50).map(|_| {
            let one = |_| {
                (0..=roll(6))
                    .map(|_| PIECES[roll(PIECES.len())])
                    .collect::<String>()
            };
            (0..5).map(one).collect::<Vec<_>>().join("\n\n")
        });
        let texts: Vec<String> = texts.filter(|text| !text.trim().is_empty()).collect();
        let sends = texts.into_iter().map(|content| {
            let new = NewMessage {
                content,
                ..NewMessage::default()
            };
            messages::post(&site.ctx, &scope, RoomId(1), new)
        });
        assert!(join_all(sends).await.iter().all(Result::is_ok));
        elements += has_only_what_is_allowed(&site.visitor().get(LOBBY).await);
    }
    assert!(elements > 10_000, "{elements}");
}
