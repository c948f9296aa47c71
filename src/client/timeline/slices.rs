//! A page of history in pieces, so that no frame on the screen waits for all of it.
//!
//! *Invariant:* each piece is a page by itself, and joins the window once those before it have.

use parlour_protocol::History;

/// Messages in a piece.
const SLICE: usize = 10;

/// The pieces in the order in which they are taken: the end first of an older page, the beginning
/// first of a newer one.
pub fn slices(mut page: History, is_older: bool) -> Vec<History> {
    let mut slices = Vec::new();
    loop {
        let len = page.messages.len();
        let cut = match is_older {
            true => len.saturating_sub(SLICE),
            false => len.min(SLICE),
        };
        let mut messages = page.messages.split_off(cut);
        if !is_older {
            std::mem::swap(&mut messages, &mut page.messages);
        }
        let has_more = !page.messages.is_empty();
        slices.push(History {
            messages,
            seq: page.seq,
            has_older: page.has_older || (is_older && has_more),
            has_newer: page.has_newer || (!is_older && has_more),
            house: page.house,
        });
        if !has_more {
            return slices;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::model::page;
    use super::*;

    #[test]
    fn only_the_last_piece_reaches_as_far_as_the_page() {
        let mut whole = page(101..=125, 300);
        (whole.has_older, whole.has_newer) = (false, true);
        let shape = |slices: Vec<History>| -> Vec<_> {
            let ends = |page: &History| {
                Some((
                    page.messages.first()?.number.0,
                    page.messages.last()?.number.0,
                ))
            };
            let shape = |page: &History| (ends(page), page.has_older, page.has_newer);
            slices.iter().map(shape).collect()
        };
        assert_eq!(
            shape(slices(whole.clone(), true)),
            [
                (Some((116, 125)), true, true),
                (Some((106, 115)), true, true),
                (Some((101, 105)), false, true),
            ]
        );
        (whole.has_older, whole.has_newer) = (true, false);
        assert_eq!(
            shape(slices(whole, false)),
            [
                (Some((101, 110)), true, true),
                (Some((111, 120)), true, true),
                (Some((121, 125)), true, false),
            ]
        );
        assert_eq!(
            shape(slices(History::default(), true)),
            [(None, false, false)]
        );
    }
}
