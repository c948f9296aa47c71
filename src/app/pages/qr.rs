//! The QR code of a link, for another screen to scan.
//!
//! *Invariant:* it is dark on light in either theme, with the margin that scanners want around it.

use fast_qr::qr::QRBuilder;
use leptos::prelude::*;
use std::fmt::Write;

/// Squares of empty margin on each side.
const MARGIN: usize = 4;

/// The code of a text, called this for who does not see it. Nothing, for a text that no code holds.
fn qr_code(text: &str, label: &'static str) -> Option<AnyView> {
    let (size, path) = squares(text)?;
    let around = format!("0 0 {size} {size}");
    let view = view! {
        <svg class="qr" viewBox=around role="img" aria-label=label>
            <path d=path></path>
        </svg>
    };
    Some(view.into_any())
}

/// A link as it is given away, this once, with its code.
pub fn given_link(link: &str, heading: &'static str, hint: &'static str) -> AnyView {
    view! {
        <section class="made-link" aria-labelledby="made-link">
            <h2 id="made-link">{heading}</h2>
            <div class="field">
                <label for="link">"Link"</label>
                <input id="link" readonly value=link.to_owned() autocomplete="off"/>
                <p class="field-hint">{hint}</p>
            </div>
            {qr_code(link, "The link as a QR code")}
        </section>
    }
    .into_any()
}

/// Squares on a side, and a path around those that are dark.
fn squares(text: &str) -> Option<(usize, String)> {
    let code = QRBuilder::new(text).build().ok()?;
    let mut path = String::new();
    for y in 0..code.size {
        let mut x = 0;
        while x < code.size {
            let run = (x..code.size).take_while(|x| code[y][*x].value()).count();
            if run > 0 {
                // Writing into a string cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + MARGIN, y + MARGIN);
            }
            x += run.max(1);
        }
    }
    Some((code.size + 2 * MARGIN, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_drawn_with_its_corners_and_too_long_a_text_is_not() {
        let (size, path) = squares("https://chat.example.org/i/abcdefgh23456789").unwrap();
        assert!((29..=45).contains(&size), "{size}");
        // The first row of the corner that scanners look for is seven wide.
        assert!(path.starts_with("M4 4h7v1h-7z"), "{path}");
        assert_eq!(squares(&"x".repeat(10_000)), None);
    }
}
