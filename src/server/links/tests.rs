//! What is a link, in every script, and that finding them stays cheap.

use super::*;
use proptest::prelude::*;

mod unspaced;

/// What is linked in a text, each with where it leads.
fn found(text: &str) -> Vec<(String, String)> {
    let characters: Vec<char> = text.chars().collect();
    let shown = |link: &Link| -> String {
        let (start, end) = (link.start as usize, link.end as usize);
        characters[start..end].iter().collect()
    };
    let links = links(text).into_iter();
    links
        .map(|link| {
            let text = shown(&link);
            (text.clone(), link.href.unwrap_or(text))
        })
        .collect()
}

/// Asserts that of each text exactly this is linked, and leads where it says.
#[track_caller]
fn are_linked(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        let found = found(text);
        let shown: Vec<_> = found.iter().map(|(shown, _)| shown.as_str()).collect();
        assert_eq!(shown, *expected, "{text:?}");
        assert!(found.iter().all(|(shown, href)| shown == href), "{text:?}");
    }
}

#[test]
fn an_address_ends_where_its_sentence_goes_on() {
    are_linked(&[
        ("http://x.org", &["http://x.org"]),
        (
            "see https://example.org/a?b=(c), and HTTP://x.org.",
            &["https://example.org/a?b=(c)", "HTTP://x.org"],
        ),
        (
            "http://x.org/a.b,c;d:e!f?g'h",
            &["http://x.org/a.b,c;d:e!f?g'h"],
        ),
        ("http://x.org/a.,;:!?'\"", &["http://x.org/a"]),
        ("http://x.org...", &["http://x.org"]),
        ("http://x.org? Yes!", &["http://x.org"]),
        ("http://x.org/?", &["http://x.org/"]),
        ("http://x.org/a?b#c", &["http://x.org/a?b#c"]),
        ("http://x.org?b=1&c=2", &["http://x.org?b=1&c=2"]),
        ("http://x.org#top", &["http://x.org#top"]),
        ("(http://x.org)", &["http://x.org"]),
        ("(see http://x.org/a_(b)).", &["http://x.org/a_(b)"]),
        ("[http://x.org/a[0]]", &["http://x.org/a[0]"]),
        ("{http://x.org/{id}}", &["http://x.org/{id}"]),
        ("http://x.org/(", &["http://x.org/"]),
        ("http://x.org/(a]b)", &["http://x.org/(a"]),
        ("'http://x.org/'", &["http://x.org/"]),
        ("<a href=\"https://x.org\">", &["https://x.org"]),
        ("<https://x.org/a>", &["https://x.org/a"]),
        (
            "`http://x.org/a`|http://y.org|",
            &["http://x.org/a", "http://y.org"],
        ),
        ("**http://x.org**", &["http://x.org"]),
        ("_http://x.org_", &["http://x.org"]),
        (
            "http://x.org_ http://x.org-",
            &["http://x.org", "http://x.org"],
        ),
        (
            "http://x.org,http://y.org",
            &["http://x.org", "http://y.org"],
        ),
        ("http://x.org\\a", &["http://x.org"]),
        (
            "http://x.org\thttp://y.org\nhttp://z.org",
            &["http://x.org", "http://y.org", "http://z.org"],
        ),
        ("http://http://x.org", &["http://x.org"]),
        ("view-source:http://x.org", &["http://x.org"]),
        ("end.http://x.org", &["http://x.org"]),
    ]);
}

#[test]
fn an_address_ends_at_the_white_space_and_the_punctuation_of_every_script() {
    let behind = "\u{a0}\u{1680}\u{2002}\u{2009}\u{202f}\u{205f}\u{3000}\u{2028}\u{2029}\u{85}\
        。、）」』】》〉〕｝］，；：！？．…‥｡､｣“”„‟‘’‚‛«»‹›＂—―\
        ،؛؟۔׃।॥։՝՞՜՛።፣፤፥፦፧፨๚๛។៕၊།᠂᠃܀෴";
    for c in behind.chars() {
        for address in [
            "http://x.org",
            "http://x.org/a",
            "http://x.org/a?b=ü",
            "http://x.org:80",
        ] {
            for word in ["", "next", "次の語", "خبر"] {
                let text = format!("“{address}{c}{word}");
                let found = found(&text);
                // No sentence ends within a host.
                assert_eq!(found.len(), 1, "{text:?}");
                assert_eq!(found[0].0, address, "{text:?}");
            }
        }
    }
}

#[test]
fn a_text_without_spaces_goes_on_behind_a_host() {
    are_linked(&[
        ("詳細はhttp://x.orgです", &["http://x.org"]),
        ("http://x.org에서 보세요", &["http://x.org"]),
        ("ดูที่http://x.orgนะ", &["http://x.org"]),
        ("http://localhostを", &["http://localhost"]),
        ("http://x.org👍", &["http://x.org"]),
        ("http://x.org❤\u{fe0f}", &["http://x.org"]),
        ("http://x.org/東京です", &["http://x.org/東京です"]),
        (
            "https://ja.wikipedia.org/wiki/ジョン・レノン・",
            &["https://ja.wikipedia.org/wiki/ジョン・レノン"],
        ),
        (
            "https://en.wikipedia.org/wiki/Michelson–Morley",
            &["https://en.wikipedia.org/wiki/Michelson–Morley"],
        ),
        (
            "https://fa.wikipedia.org/wiki/می\u{200c}خواهم",
            &["https://fa.wikipedia.org/wiki/می\u{200c}خواهم"],
        ),
        (
            "https://x.org/👩\u{200d}🚀/❤\u{fe0f}",
            &["https://x.org/👩\u{200d}🚀/❤\u{fe0f}"],
        ),
        ("https://x.org/a\u{301}", &["https://x.org/a\u{301}"]),
    ]);
}

#[test]
fn hosts_of_every_kind_are_links() {
    are_linked(&[
        ("http://[::1]:3000/", &["http://[::1]:3000/"]),
        ("http://[2001:db8::1].", &["http://[2001:db8::1]"]),
        ("http://[::ffff:1.2.3.4]/a", &["http://[::ffff:1.2.3.4]/a"]),
        ("http://my_host.example/", &["http://my_host.example/"]),
        ("http://_dmarc.x.org", &["http://_dmarc.x.org"]),
        ("http://localhost:3000/a", &["http://localhost:3000/a"]),
        ("http://nas/", &["http://nas/"]),
        ("http://1.2.3.4:80", &["http://1.2.3.4:80"]),
        ("http://r3---sn-a.x.org", &["http://r3---sn-a.x.org"]),
        ("http://x.org./a", &["http://x.org./a"]),
        ("http://xn--bcher-kva.de/", &["http://xn--bcher-kva.de/"]),
        ("http://x.org:", &["http://x.org"]),
        ("http://x.org:it works", &["http://x.org"]),
        ("http://x.org:8080.", &["http://x.org:8080"]),
        ("http://x.org:99999/", &["http://x.org"]),
        ("http://x.org:80a/", &["http://x.org"]),
        (
            "https://mastodon.social/@user",
            &["https://mastodon.social/@user"],
        ),
        (
            "https://x.org?mail=a@b.org",
            &["https://x.org?mail=a@b.org"],
        ),
    ]);
}

#[test]
fn a_host_in_another_script_leads_to_what_it_is_on_the_network() {
    for (text, shown, href) in [
        (
            "http://пример.рф/путь.",
            "http://пример.рф/путь",
            "http://xn--e1afmkfd.xn--p1ai/путь",
        ),
        (
            "http://例え.jp。",
            "http://例え.jp",
            "http://xn--r8jz45g.jp",
        ),
        (
            "http://bücher.de:80/ä",
            "http://bücher.de:80/ä",
            "http://xn--bcher-kva.de:80/ä",
        ),
        (
            "HTTPS://BÜCHER.DE",
            "HTTPS://BÜCHER.DE",
            "HTTPS://xn--bcher-kva.de",
        ),
        (
            "http://한국.kr은",
            "http://한국.kr",
            "http://xn--3e0b707e.kr",
        ),
        ("http://i❤.ws", "http://i❤.ws", "http://xn--i-7iq.ws"),
        (
            "http://ｇｏｏｇｌｅ.com",
            "http://ｇｏｏｇｌｅ.com",
            "http://google.com",
        ),
        ("http://１.2.3.4", "http://１.2.3.4", "http://1.2.3.4"),
        (
            "http://straße.de",
            "http://straße.de",
            "http://xn--strae-oqa.de",
        ),
        (
            "http://موقع.وزارة-الاتصالات.مصر/",
            "http://موقع.وزارة-الاتصالات.مصر/",
            "http://xn--4gbrim.xn----ymcbaaajlc6dj7bxne2c.xn--wgbh1c/",
        ),
        // Looks like another one, and leads to what it is.
        (
            "http://\u{430}pple.com/",
            "http://\u{430}pple.com/",
            "http://xn--pple-43d.com/",
        ),
        (
            "http://x.c\u{43e}m",
            "http://x.c\u{43e}m",
            "http://x.xn--cm-fmc",
        ),
    ] {
        assert_eq!(found(text), [(shown.to_owned(), href.to_owned())], "{text}");
    }
}

#[test]
fn what_would_read_as_something_else_is_no_link() {
    for text in [
        "http://user:password@x.org",
        "http://good.com@evil.com/",
        "http://good.com:80@evil.com/",
        "http://good.com,@evil.com",
        "http://good.com;a=b@evil.com/http://good.com",
        "http://[::1]@evil.com",
        "http://@x.org",
        "http://good.com\u{202e}/moc.live",
        "http://good.com/\u{202e}gpj.exe",
        "http://good.com\u{2066}.evil.com\u{2069}",
        "http://good\u{200b}.com",
        "http://good.com/a\u{200b}b",
        "http://good.com\u{ad}.evil.com",
        "http://good\u{2060}.com",
        "http://a\u{200d}b.com",
        "http://good.com/a\u{200d}b",
        "http://good.com/\u{feff}b",
        "http://good.com/\u{e0041}b",
        "http://good.com.\u{202e}moc.live",
        "\u{202e}http://moc.live/",
        "\u{202d}a http://x.org",
        "\u{2066}\u{202e}http://x.org\u{202c}\u{2069}",
        "http://good.com%2eevil.com",
        "http://good.com%00.evil.com",
        "http://good.com\u{2215}evil.com",
        "http://good.com\u{2044}evil.com",
        "http://good.com\u{29f8}evil.com",
    ] {
        assert_eq!(found(text), [], "{text:?}");
    }
    // A mark of direction, or an isolate, around it is none within.
    are_linked(&[
        ("http://x.org\u{200e}.", &["http://x.org"]),
        (
            "\u{200f}http://x.org/a\u{200f} \u{5d0}",
            &["http://x.org/a"],
        ),
        ("\u{2068}http://x.org\u{2069}, and", &["http://x.org"]),
        ("\u{202b}http://x.org/\u{202c}", &["http://x.org/"]),
        ("\u{202e}abc\u{202c} http://x.org", &["http://x.org"]),
        ("\u{202e}abc\nhttp://x.org", &["http://x.org"]),
        ("\u{202e}\u{2066}http://x.org\u{2069}", &["http://x.org"]),
        ("http://x.org\u{200b} \u{feff}", &["http://x.org"]),
    ]);
}

#[test]
fn nothing_else_is_a_link() {
    for text in [
        "",
        "://",
        "http://",
        "http:// x.org",
        "http:///x.org",
        "http://.",
        "http://..",
        "http://.org",
        "http://x..org/",
        "http://-",
        "http://?a",
        "http://#a",
        "http://:80/",
        "http:/x.org",
        "http:x.org",
        "x.org www.x.org a@b.org",
        "javascript:alert(1)",
        "javascript://https/%0aalert(1)",
        "data:text/html,x",
        "ftp://x.org",
        "file:///etc/passwd",
        "xhttp://x.org svn+http://x.org a-https://x.org",
        "http://[::1",
        "http://[::g]/",
        "http://[fe80::1%25eth0]/",
        "http://[1.2.3.4]/",
        "http://256.1.1.1/",
        "http://1.2.3/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://x.0x1/",
        "http://xn--/",
        "http://xn--a-ecp.ru/\u{200b}x",
        "http://xn--zzzzzzzzzzzz/",
        "http://\u{2100}.com/",
        "http://\u{fdd0}.com/",
        "http://\u{301}a.com/",
        "http://😀",
        "ｈｔｔｐ://x.org",
        "http：//x.org",
    ] {
        assert_eq!(found(text), [], "{text:?}");
    }
    let long = format!("http://{}.org/", "a".repeat(64));
    assert_eq!(found(&long), []);
    let long = format!("http://{}org/", "a.".repeat(126));
    assert_eq!(found(&long), []);
}

#[test]
fn a_message_has_at_most_a_hundred_links() {
    let found = found(&"http://x.org/ ".repeat(714));
    assert_eq!(found.len(), 100);
    let beside = format!("{} é https://y.org", "ftp://x ".repeat(200));
    assert_eq!(links(&beside).len(), 1);
}

#[test]
fn finding_links_takes_linear_time() {
    for piece in [
        "http://",
        "http://a,",
        "http://a@",
        "http://a.",
        "http://a/(",
        "http://a/)",
        "http://a/.",
        "http://a/\u{200b}",
        "http://a\u{200e}.",
        "http://é",
        "http://a:",
        "http://[",
        "http://a%",
        "http://a/é\u{200d}",
        "http://a/b里",
        "\u{202e}http://a",
        "\u{2066}http://a ",
        "://",
        "http",
        "(",
        "a",
        "é",
    ] {
        for opening in [
            "",
            "http://",
            "http://a/",
            "http://é",
            "http://a@",
            "http://a/(",
        ] {
            let text = format!("{opening}{}", piece.repeat(64 * 1024 / piece.len()));
            let mut finder = Finder::new(&text);
            finder.links();
            assert!(
                finder.steps <= 8 * text.len(),
                "{piece:?}: {}",
                finder.steps
            );
        }
    }
}

fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "http://",
        "https://",
        "HTTP://",
        "://",
        "http",
        ":",
        "/",
        "//",
        "@",
        "x.org",
        "例え.jp",
        "é",
        "пример.рф",
        "[::1]",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        ".",
        "..",
        "-",
        "_",
        ",",
        ";",
        "!",
        "?",
        "#",
        "'",
        "\"",
        "%",
        "%2e",
        ":80",
        ":99999",
        "\\",
        " ",
        "\n",
        "\u{a0}",
        "。",
        "”",
        "、",
        "）",
        "…",
        "\u{202e}",
        "\u{202c}",
        "\u{2066}",
        "\u{2069}",
        "\u{200b}",
        "\u{200d}",
        "\u{200e}",
        "\u{fe0f}",
        "\u{ad}",
        "👩",
        "❤",
        "です",
        "\u{301}",
        "xn--",
        "0x7f",
        "1.2.3.4",
        "255",
        "a",
        "ｘ",
        "\u{2215}",
        "\u{2100}",
        "\u{3002}",
        "\u{ff0e}",
        "\u{fdd0}",
        "&amp;",
        "user:password@",
        "<",
        ">",
        "|",
        "=",
        "~",
        "+",
        "*",
    ]);
    prop::collection::vec(pieces, 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_link_leads_to_a_host_over_http_without_a_user(text in texts()) {
        let characters = text.chars().count() as u32;
        let mut last = 0;
        for link in links(&text) {
            prop_assert!(last <= link.start && link.start < link.end && link.end <= characters);
            last = link.end;
        }
        let links = links(&text);
        let nodes = parlour_protocol::text::nodes(&text, &links).into_iter();
        let whole: String = nodes.map(|node| node.text()).collect();
        prop_assert_eq!(&whole, &text);
        for (shown, href) in found(&text) {
            let read = url::Url::parse(&href);
            prop_assert!(read.is_ok(), "{:?} {:?}", href, read);
            let read = read.unwrap();
            prop_assert!(["http", "https"].contains(&read.scheme()));
            prop_assert!(read.host_str().is_some_and(|host| !host.is_empty()));
            prop_assert_eq!((read.username(), read.password()), ("", None));
            let is_kept = |c: char| !c.is_whitespace() && !is_reordering(c) && c != '\u{200b}';
            prop_assert!(shown.chars().all(is_kept), "{:?}", shown);
            // What it says is where it leads: a browser reads the shown text in the same way.
            let shown = url::Url::parse(&shown);
            prop_assert_eq!(shown, Ok(read));
        }
    }
}
