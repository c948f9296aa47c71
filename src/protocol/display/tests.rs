//! What is laid out, and what is isolated.

use super::*;

#[test]
fn of_ten_thousand_marks_eight_are_laid_out() {
    let stacked = format!("a{}b", "\u{301}".repeat(10_000));
    assert_eq!(laid_out(&stacked), format!("a{}b", "\u{301}".repeat(8)));
    let mixed = format!("a{}b", "\u{301}\u{20dd}\u{489}\u{1d165}".repeat(2_500));
    assert_eq!(
        laid_out(&mixed),
        format!("a{}b", "\u{301}\u{20dd}\u{489}\u{1d165}".repeat(2))
    );
}

#[test]
fn what_has_no_shape_does_not_begin_the_count_anew() {
    for between in [
        '\u{200d}',
        '\u{200b}',
        '\u{34f}',
        '\u{fe0f}',
        '\u{2060}',
        '\u{e0100}',
    ] {
        let text = format!("a{}", format!("\u{301}{between}").repeat(100));
        assert_eq!(laid_out(&text).chars().count(), 9, "{between:?}");
    }
    let words = format!("a{0} a{0}", "\u{301}".repeat(9));
    assert_eq!(laid_out(&words), format!("a{0} a{0}", "\u{301}".repeat(8)));
}

#[test]
fn text_of_real_languages_is_unchanged() {
    for text in [
        "",
        "plain",
        "Việt Nam, e\u{323}\u{302}\u{301}",
        "हिन्दी क्ष्म्य",
        "མཧཱ་བཛྲ རྐྱེན་ ཧཱུྃ",
        "ที่นี่ ก็ได้",
        "שָׁלוֹם בְּרֵאשִׁ֖ית",
        "بِسْمِ ٱللَّٰهِ",
        "می\u{200c}خواهم",
        "👩\u{200d}👩\u{200d}👧\u{200d}👦 ❤\u{fe0f}\u{200d}🔥",
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "漢字かな交じり文が\u{3099}",
        "한국어",
    ] {
        assert!(
            matches!(laid_out(text), Cow::Borrowed(same) if same == text),
            "{text}"
        );
    }
}

#[test]
fn marks_are_marks_to_their_edges() {
    for (mark, is) in [
        ('\u{2ff}', false),
        ('\u{300}', true),
        ('\u{36f}', true),
        ('\u{370}', false),
        ('\u{903}', true),
        ('\u{904}', false),
        ('\u{302f}', true),
        ('\u{4e00}', false),
        ('\u{fe2f}', true),
        ('\u{ffff}', false),
        ('\u{10000}', false),
        ('\u{1e94a}', true),
        ('\u{1f600}', false),
        ('\u{20301}', false),
        ('\u{e01ef}', true),
    ] {
        assert_eq!(is_mark(mark), is, "{mark:?}");
    }
}

#[test]
fn a_name_from_right_to_left_is_isolated_and_no_other_changed() {
    for name in ["Alice", "Åsa 2", "汉字", "", "Иван"] {
        assert_eq!(isolated(name), name);
    }
    for name in ["שלום", "علي 1", "a\u{202e}b", "𞤀𞤣𞤤𞤢𞤥"] {
        assert_eq!(isolated(name), format!("\u{2068}{name}\u{2069}"));
    }
}

#[test]
fn a_few_emoji_alone_are_told_from_everything_else() {
    for few in [
        "👍",
        "❤\u{fe0f}",
        "👍🏽 🎉",
        "🇩🇪🇫🇷",
        "👨‍👩‍👧‍👦",
        "🏳️‍🌈",
        "😀😀😀😀😀",
        "\n🎉 ",
    ] {
        assert!(is_few_emoji(few), "{few:?}");
    }
    for other in [
        "",
        " ",
        "a",
        "👍 yes",
        "😀😀😀😀😀😀",
        "1",
        "\u{200d}",
        "\u{fe0f}",
        "→",
        "🇩",
    ] {
        assert!(!is_few_emoji(other), "{other:?}");
    }
}
