//! URLs as they are made and read.

use super::*;

#[test]
fn a_slug_keeps_the_letters_of_every_script() {
    for (name, expected) in [
        ("General", "12-general"),
        ("  R&D / Lab 2 ", "12-r-d-lab-2"),
        ("日本", "12-%E6%97%A5%E6%9C%AC"),
        ("Café noir", "12-caf%C3%A9-noir"),
        ("Łódź", "12-%C5%81%C3%B3d%C5%BA"),
        ("Tea \u{2615}\u{fe0f} & 👩\u{200d}🚀", "12-tea"),
        ("「東京」。", "12-%E6%9D%B1%E4%BA%AC"),
        ("a\u{200c}b — c", "12-a-b-c"),
        ("</script>", "12-script"),
    ] {
        assert_eq!(slug(RoomId(12), name), expected);
    }
}

#[test]
fn a_slug_stays_short_and_its_room_is_found() {
    let long = slug(RoomId(12), &"京".repeat(50));
    assert!(long.len() < 140, "{long}");
    assert_eq!(parse_slug(&long), Some(RoomId(12)));
    let path = format!("/rooms/{}", slug(RoomId(12), "Café"));
    assert_eq!(safe_next(&path), path);
    assert_eq!(parse_room(&path).map(|at| at.room), Some(RoomId(12)));
}

#[test]
fn a_search_and_a_place_go_through_an_address() {
    assert_eq!(browse(" ", None), "/rooms/all");
    assert_eq!(browse("", Some("k.1")), "/rooms/all?after=k.1");
    let path = browse("R&D #2 Köln", Some("k.1"));
    assert_eq!(path, "/rooms/all?q=R%26D%20%232%20K%C3%B6ln&after=k.1");
    assert_eq!(safe_next(&path), path);
    assert_eq!(parse_room("/rooms/all"), None);
}

#[test]
fn only_the_number_of_a_room_path_counts() {
    let at = |room, message: Option<i64>| {
        Some(RoomPath {
            room: RoomId(room),
            message: message.map(Number),
        })
    };
    assert_eq!(parse_room("/rooms/12-general"), at(12, None));
    assert_eq!(parse_room("/rooms/12"), at(12, None));
    assert_eq!(parse_room("/rooms/12-x-y/m/345"), at(12, Some(345)));
    for path in [
        "/rooms/",
        "/rooms/x",
        "/rooms/-1",
        "/rooms/0",
        "/rooms/12/m",
        "/rooms/12/m/x",
        "/rooms/99999999999999999999",
        "/rooms/9007199254740992",
        "/room/1",
    ] {
        assert_eq!(parse_room(path), None, "{path}");
    }
}

#[test]
fn coming_back_stays_on_the_site() {
    assert_eq!(safe_next("/rooms/12-general"), "/rooms/12-general");
    for next in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "",
        "/a\r\nSet-Cookie: x",
        "javascript:alert(1)",
    ] {
        assert_eq!(safe_next(next), LIST, "{next}");
    }
}
