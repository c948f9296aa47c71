//! Which names are the same, which look alike, and which are none.

use super::*;

#[test]
fn the_same_name_in_another_case_has_one_folded_key() {
    for (name, twin) in [
        ("Lobby", "LOBBY"),
        ("Lobby", "Ｌｏｂｂｙ"),
        ("Straße", "STRASSE"),
        ("ΣΑΣ", "σας"),
        ("caf\u{e9}", "cafe\u{301}"),
        ("a  b", "a b"),
        ("a\u{a0}b", "a b"),
        ("\u{212a}elvin", "kelvin"),
        ("می\u{200c}خواهم", "میخواهم"),
        ("I \u{2764}\u{fe0f} tea", "i \u{2764} tea"),
        ("👩\u{200d}🚀", "👩🚀"),
    ] {
        assert_eq!(folded(name), folded(twin), "{name} / {twin}");
        assert_eq!(skeleton(name), skeleton(twin), "{name} / {twin}");
    }
}

#[test]
fn look_alikes_have_one_skeleton() {
    for (name, twin) in [
        ("Lobby", "L0bby"),
        ("Lobby", "Iobby"),
        ("Lobby", "1obby"),
        ("Lobby", "|obby"),
        ("India", "india"),
        ("General", "GeneraI"),
        ("paypal", "p\u{430}ypal"),
        ("modern", "\u{217f}odern"),
        ("modern", "\u{1d5c6}odern"),
    ] {
        assert_eq!(skeleton(name), skeleton(twin), "{name} / {twin}");
    }
}

#[test]
fn rn_and_m_have_different_skeletons() {
    for (name, other) in [
        ("Modern", "Modem"),
        ("burn", "bum"),
        ("Bärn", "Bäm"),
        ("Corn", "Com"),
        ("kern", "kem"),
        ("barn", "bam"),
        ("MODERN", "modem"),
    ] {
        assert_ne!(folded(name), folded(other), "{name} / {other}");
        assert_ne!(skeleton(name), skeleton(other), "{name} / {other}");
    }
}

#[test]
fn different_names_have_different_keys() {
    for (name, other) in [
        ("Lobby", "Hobby"),
        ("cafe", "café"),
        ("general", "general 2"),
        ("ab", "a b"),
        ("日本", "日木"),
        ("👩\u{200d}🚀", "👩\u{200d}🔬"),
        (
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "🏴\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
        ),
    ] {
        assert_ne!(folded(name), folded(other), "{name} / {other}");
        assert_ne!(skeleton(name), skeleton(other), "{name} / {other}");
    }
}

#[test]
fn rooms_of_ascii_are_one_only_but_for_case() {
    for (name, other, is_same) in [
        ("Lobby", "lobby", true),
        ("Lobby", "L0bby", false),
        ("Team 1", "Team l", false),
        ("Team I", "Team l", false),
        ("Modern", "Modem", false),
        ("Lobby", "L\u{43e}bby", true),
        ("L0bby", "L\u{43e}bby", true),
        ("Modem", "M\u{43e}dern", false),
        ("Café", "CAFE\u{301}", true),
        ("Café", "Cafe", false),
    ] {
        let of = |text: &str| room_name(text).unwrap();
        assert_eq!(is_same_room(&of(name), other), is_same, "{name} / {other}");
        assert_eq!(is_same_room(&of(other), name), is_same, "{other} / {name}");
    }
}

#[test]
fn a_name_is_composed_and_its_spaces_are_single() {
    let name = room_name("  Cafe\u{301}   noir ").unwrap();
    assert_eq!(name.shown, "Caf\u{e9} noir");
    assert_eq!(username("a\u{3000}b").unwrap().shown, "a b");
}

#[test]
fn the_rule_is_applied_to_what_is_stored() {
    // Two characters each once composed, which is what is counted.
    assert!(room_name(&"e\u{301}".repeat(50)).is_ok());
    // U+0958 decomposes under NFC: 26 of them are 52 characters.
    let fault = room_name(&"\u{958}".repeat(26)).unwrap_err().fault;
    assert_eq!(fault, Fault::TooLong(50));
    for name in ["a\nb", "a\u{2028}b", "a\u{200b}b", "a\u{202e}b"] {
        assert_eq!(
            room_name(name).unwrap_err().fault,
            Fault::Unprintable,
            "{name:?}"
        );
    }
    assert_eq!(username(" \u{200b} ").unwrap_err().fault, Fault::Empty);
    assert_eq!(
        username("\u{200d}\u{fe0f}").unwrap_err().fault,
        Fault::Empty
    );
}

#[test]
fn folding_is_stable() {
    for name in [
        "Lobby",
        "Straße",
        "p\u{430}ypal",
        "İstanbul",
        "ﬁne",
        "rnodern",
        "mm",
    ] {
        for key in [folded, skeleton] {
            let once = key(name);
            assert_eq!(key(&once), once, "{name}");
        }
    }
}

#[test]
fn a_description_may_have_emoji_and_lines_but_hides_nothing() {
    assert_eq!(
        description("Tea \u{2764}\u{fe0f}\r\nمی\u{200c}خواهم").unwrap(),
        "Tea \u{2764}\u{fe0f}\nمی\u{200c}خواهم"
    );
    for text in ["a\u{200d}b", "a\u{200b}b", "a\u{fe0f}b", "a\u{202e}b"] {
        let invalid = description(text).unwrap_err();
        assert_eq!(
            (invalid.field, invalid.fault),
            ("description", Fault::Unprintable)
        );
    }
}

#[test]
fn what_is_refused_is_marked_where_it_was_sent() {
    let at = |name: &str| username(name).unwrap_err().at;
    assert_eq!(at("Ali\u{200d}ce"), Some(3));
    assert_eq!(at("  Ali\u{200d}ce"), Some(5));
    assert_eq!(at("\u{e9}\u{2800}"), Some(1));
    // Two characters became one before it.
    assert_eq!(at("e\u{301}\u{2800}"), None);
    assert_eq!(description(" \n a\u{200d}b").unwrap_err().at, Some(4));
}
