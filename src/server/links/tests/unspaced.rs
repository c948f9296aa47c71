//! Where an address ends in a text whose script sets no spaces.

use super::*;

#[test]
fn a_text_without_spaces_goes_on_behind_a_path() {
    // Each text is the address, and what the sentence goes on with.
    for (address, behind) in [
        // Every script.
        ("https://example.org/a", "里面"),
        ("https://example.org/a", "を見て"),
        ("https://example.org/a", "ページ"),
        ("https://example.org/a", "ﾍﾟｰｼﾞ"),
        ("https://example.org/a", "에서"),
        ("https://example.org/a", "นะ"),
        ("https://example.org/a", "ແລະ"),
        ("https://example.org/a", "និង"),
        ("https://example.org/a", "မှာ"),
        ("https://example.org/a", "𠮷野家"),
        // Every part of an address.
        ("https://example.org/2024", "年"),
        ("https://example.org/a.html", "里面"),
        ("https://example.org:80/a", "里面"),
        ("https://example.org/a?b=c", "里面"),
        ("https://example.org?b=1", "里面"),
        ("https://example.org/a#top", "里面"),
        ("https://example.org#top", "里面"),
        ("https://example.org/%20a", "里面"),
        ("https://example.org/%4", "里面"),
        ("https://example.org/é/a", "里面"),
        ("https://[::1]/a", "里面"),
        // What stands behind is no part of it, whatever it is.
        ("https://example.org/a", "里/b"),
        ("https://example.org/a", "里。"),
        ("(https://example.org/a", "里)"),
        ("https://example.org/a", "里\u{200b}b"),
        // No delimiter stood before the letter.
        ("https://example.org/é里b", "里"),
        // In its own script.
        ("https://zh.wikipedia.org/wiki/中文", ""),
        ("https://zh.wikipedia.org/wiki/中文2a里b里", ""),
        ("https://ja.example/?q=東京", ""),
        ("https://ja.example/?q=東京&b=c里", ""),
        ("https://example.org/a/b-里c里", ""),
        ("https://example.org/a_里c里", ""),
        ("https://example.org/a.里c里", ""),
        ("https://example.org/a?里c里", ""),
        ("https://example.org/?a&里c里", ""),
        ("https://example.org/a#里c里", ""),
        ("https://example.org/a+里c里", ""),
        ("https://example.org/a~里c里", ""),
        ("https://example.org/a:里c里", ""),
        ("https://example.org/a,里c里", ""),
        ("https://example.org/a%20里c里", ""),
        ("https://example.org/%E4%B8%AD里c里", ""),
        ("https://example.org/ไทยa里", ""),
        // Neither behind a letter or a digit, nor a letter of such a script.
        ("https://example.org/里面", ""),
        ("https://example.org/a(里)", ""),
        ("https://example.org/aб", ""),
        ("https://example.org/aé里", ""),
        ("https://example.org/aع", ""),
        ("https://example.org/aक", ""),
        ("https://example.org/a๑", ""),
        ("https://example.org/a👍", ""),
        // Without a path.
        ("https://example.org", "里面"),
        ("https://example.org", "里面a。"),
    ] {
        let shown = address.trim_start_matches('(');
        are_linked(&[(&format!("见{address}{behind}"), &[shown])]);
    }
    are_linked(&[(
        "https://x.org/a和https://y.org/b里",
        &["https://x.org/a", "https://y.org/b"],
    )]);
    // A host of such a script is no path of it.
    for (text, shown, href) in [
        (
            "http://例え.jp/a里面",
            "http://例え.jp/a",
            "http://xn--r8jz45g.jp/a",
        ),
        (
            "http://例え.jp/里a里",
            "http://例え.jp/里a里",
            "http://xn--r8jz45g.jp/里a里",
        ),
        (
            "http://例え.jp里面",
            "http://例え.jp",
            "http://xn--r8jz45g.jp",
        ),
    ] {
        assert_eq!(found(text), [(shown.to_owned(), href.to_owned())], "{text}");
    }
}
