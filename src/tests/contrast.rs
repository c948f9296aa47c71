//! What is written can be read: every text colour of the style on every surface, and the letters on every face, in
//! light and in dark (WCAG 2, 1.4.3).

use parlour::app::pages::look;
use parlour_client::faces::HUES;
use parlour_server::config::Accent;
use std::collections::BTreeMap;

const TOKENS: &str = include_str!("../../style/tokens.css");
const FACE: &str = include_str!("../../style/face.css");
/// What is written is at least so far from what it is written on.
const TEXT: f64 = 4.5;
/// What is drawn, so that one sees what it is.
const DRAWN: f64 = 3.0;

/// Red, green and blue, as much light as they are.
type Light = [f64; 3];

fn luminance([red, green, blue]: Light) -> f64 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: Light, other: Light) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// `#rrggbb` or `#rgb`.
fn of_hex(digits: &str) -> Light {
    let wide: String = match digits.len() {
        3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => digits.to_owned(),
    };
    [0, 2, 4].map(|at| {
        let byte = u8::from_str_radix(&wide[at..at + 2], 16).unwrap();
        let part = f64::from(byte) / 255.0;
        match part <= 0.04045 {
            true => part / 12.92,
            false => ((part + 0.055) / 1.055).powf(2.4),
        }
    })
}

/// As CSS Color 4 has it; what no screen shows is cut off.
fn of_oklch(lightness: f64, chroma: f64, degrees: f64) -> Light {
    let (a, b) = (
        chroma * degrees.to_radians().cos(),
        chroma * degrees.to_radians().sin(),
    );
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
    let light = [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s,
    ];
    light.map(|part| part.clamp(0.0, 1.0))
}

/// The colours of light and dark, by name, as they are where nobody asks for more contrast.
fn tokens() -> BTreeMap<&'static str, [Light; 2]> {
    let usual = TOKENS.split("prefers-contrast").next().unwrap();
    let colours = usual.lines().filter_map(|line| {
        let (name, value) = line
            .trim()
            .strip_prefix("--")?
            .split_once(": light-dark(#")?;
        let (light, dark) = value.strip_suffix(");")?.split_once(", #")?;
        let is_whole = light.len() == 6 && dark.len() == 6;
        is_whole.then(|| (name, [of_hex(light), of_hex(dark)]))
    });
    colours.collect()
}

#[test]
fn every_text_colour_can_be_read_on_every_surface() {
    can_be_read(&tokens());
}

#[track_caller]
fn can_be_read(tokens: &BTreeMap<&'static str, [Light; 2]>) {
    for scheme in [0, 1] {
        let colour = |name: &str| tokens[name][scheme];
        for surface in [
            "wall",
            "paper",
            "raised",
            "hover",
            "lamplight",
            "danger-soft",
        ] {
            for ink in ["ink", "soft", "muted", "accent", "danger"] {
                let contrast = contrast(colour(ink), colour(surface));
                assert!(contrast >= TEXT, "{ink} on {surface}: {contrast:.2}");
            }
        }
        for ink in ["code-keyword", "code-type", "code-string", "code-number"] {
            assert!(contrast(colour(ink), colour("hover")) >= TEXT, "{ink}");
        }
        for (ink, surface) in [
            ("on-accent", "accent"),
            ("on-accent", "accent-strong"),
            ("on-danger", "danger"),
            ("on-lamp", "lamp"),
        ] {
            assert!(contrast(colour(ink), colour(surface)) >= TEXT, "{ink}");
        }
        for surface in ["wall", "paper"] {
            assert!(contrast(colour("edge"), colour(surface)) >= DRAWN);
        }
    }
}

#[test]
fn every_accent_of_a_house_can_be_read_as_the_usual_one_can() {
    let usual = tokens();
    for accent in Accent::ALL {
        let mut tokens = usual.clone();
        for (token, light, dark) in look::tokens(accent).into_iter().flatten() {
            let colours = [light, dark].map(|colour| of_hex(&colour[1..]));
            assert!(tokens.insert(token, colours).is_some(), "{token}");
        }
        can_be_read(&tokens);
    }
}

#[test]
fn the_letters_on_every_face_can_be_read_and_it_stands_out_from_the_paper() {
    let (_, background) = FACE.split_once("background: oklch(").unwrap();
    let mut parts = background.split_whitespace();
    let [lightness, chroma] = [(); 2].map(|()| parts.next().unwrap().parse().unwrap());
    let (_, letters) = FACE.split_once("color: #").unwrap();
    let letters = of_hex(letters.split(';').next().unwrap());
    let turn = 360.0 / f64::from(HUES);
    assert!(FACE.contains(&format!("calc(var(--hue) * {turn}deg)")));
    let paper = tokens()["paper"];
    for hue in 0..HUES {
        let rule = format!("&[data-hue=\"{hue}\"] {{ --hue: {hue}; }}");
        assert!(FACE.contains(&rule), "{rule}");
        let face = of_oklch(lightness, chroma, f64::from(hue) * turn);
        let read = contrast(letters, face);
        assert!(read >= TEXT, "{hue}: {read:.2}");
        for paper in paper {
            assert!(contrast(face, paper) >= DRAWN, "{hue}");
        }
    }
}
