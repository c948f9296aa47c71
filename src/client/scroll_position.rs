//! Where one was reading: which message was at the top of the view and where it stood, for each entry
//! of the tab's history.
//!
//! *Invariant:* one position an entry, and [`KEPT`] entries; the one left longest ago goes first. What a
//! message's place is measured from is the top of the view, downwards.

use parlour_protocol::json::{FromJson, Json, Writer};
use parlour_protocol::{Number, RoomId};

/// How many entries are remembered.
const KEPT: usize = 50;
/// Places are stored as whole numbers: a browser lays out in parts of a pixel of this size.
const PARTS: f64 = 64.0;
/// A message of which less than this shows has left the view.
const SHOWS: f64 = 1.0;
/// A view that changes by so much under who writes has a keyboard over it, or no more.
const KEYBOARD: i32 = 100;

/// A message and where it stood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScrollPosition {
    /// The number of the message.
    pub number: Number,
    /// Where it began; negative above the view.
    pub top: f64,
    /// How tall it was.
    pub height: f64,
    /// The view was at the end of the room and went on with it.
    pub is_end: bool,
}

impl ScrollPosition {
    /// Where the message has to begin now that its lines break elsewhere, and it is `height` tall in
    /// a view that is `view` tall: where it began. Of one that began above the view so far that
    /// nothing of it would show, or that is taller than the view, as large a part stays above it.
    pub fn rewrapped(&self, height: f64, view: f64) -> f64 {
        let is_tall = height > view;
        if self.top >= 0.0 || (!is_tall && self.top + height >= SHOWS) {
            self.top
        } else {
            self.top * height / self.height.max(SHOWS)
        }
    }

    /// Where it has to begin when it became this tall for another reason: its end stays. The first
    /// message of a page loses its author line when older ones of the same author come above it, and
    /// what is read is below that.
    pub fn changed(&self, height: f64) -> f64 {
        self.top + self.height - height
    }
}

/// How the view is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The width in pixels.
    pub width: i32,
    /// The height in pixels.
    pub height: i32,
    /// How far it is scrolled.
    pub at: i32,
}

/// What is in view, followed through whatever becomes of the layout until somebody scrolls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    position: ScrollPosition,
    frame: Frame,
    /// As it was in the view that somebody scrolled in last: who turns a phone there and back again
    /// is where they were.
    origin: ScrollPosition,
    scrolled_in: Frame,
}

impl View {
    /// Somebody scrolled, or the view was put there.
    pub fn new(position: ScrollPosition, frame: Frame) -> Self {
        Self {
            position,
            frame,
            origin: position,
            scrolled_in: frame,
        }
    }

    /// The message, and where it is to be.
    pub fn position(&self) -> ScrollPosition {
        self.position
    }

    /// Whether this is where it was when it was looked at just now.
    pub fn is_of(&self, kept: ScrollPosition) -> bool {
        let is_same = self.position.number == kept.number && !self.position.is_end;
        is_same && (self.position.top - kept.top).abs() < 2.0 * SHOWS
    }

    /// Whether this is where the view was put, and not where somebody scrolled: to the pixel, because
    /// a browser that was told a part of one may forget it a moment later.
    pub fn is_at(&self, at: i32) -> bool {
        self.frame.at.abs_diff(at) <= 1
    }

    /// Whether the view has another size now: what it scrolled by is none of the reader's, and
    /// [`View::laid_out`] is to come.
    pub fn is_resized(&self, frame: Frame) -> bool {
        (frame.width, frame.height) != (self.frame.width, self.frame.height)
    }

    /// The message is this tall because of something else than the view's size.
    pub fn changed(&mut self, height: f64) {
        self.position.top = self.position.changed(height);
        self.position.height = height;
        if self.frame.width == self.scrolled_in.width {
            self.origin = self.position;
        }
    }

    /// The layout is another, and the message stands like this. Who writes, and has a keyboard come up
    /// for it, looks at what is above that: then it stands rightly.
    pub fn laid_out(&mut self, now: ScrollPosition, frame: Frame, is_writing: bool) {
        // A low view may have smaller lines as well, and a phone that is turned does it in steps.
        let is_resized = self.is_resized(frame);
        let was_at_rest =
            frame.width == self.scrolled_in.width && self.frame.height == self.scrolled_in.height;
        let is_covered = (frame.height - self.frame.height).abs() >= KEYBOARD;
        self.frame = frame;
        if self.position.is_end {
            // It stays at the end by itself.
        } else if is_writing && is_covered && was_at_rest {
            *self = Self::new(now, frame);
        } else if is_resized {
            self.position.top = self.origin.rewrapped(now.height, f64::from(frame.height));
            self.position.height = now.height;
        } else {
            self.changed(now.height);
        }
    }

    /// How far the view has to move so that the message, which stands like this, is where it is to be,
    /// in whole pixels: a browser scrolls by no part of one, and what is lost of many would add up.
    pub fn away(&self, now: ScrollPosition) -> f64 {
        let away = now.top - self.position.top;
        if self.position.is_end || away.abs() < SHOWS {
            0.0
        } else {
            away.round()
        }
    }

    /// It has been put there.
    pub fn put(&mut self, at: i32) {
        self.frame.at = at;
    }
}

/// The positions, by the entry's key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScrollPositions(Vec<Left>);

/// An entry that was left, as it is stored: a list of six numbers.
#[derive(Clone, Debug, PartialEq)]
struct Left {
    entry: i64,
    room: RoomId,
    position: ScrollPosition,
}

impl FromJson for Left {
    fn from_json(json: Json) -> Option<Self> {
        let Json::List(list) = json else { return None };
        match <[Json; 6]>::try_from(list) {
            Ok(
                [
                    Json::Number(entry),
                    Json::Number(room),
                    Json::Number(number),
                    Json::Number(top),
                    Json::Number(height),
                    Json::Number(is_end),
                ],
            ) => Some(Self {
                entry,
                room: RoomId(room),
                position: ScrollPosition {
                    number: Number(number),
                    top: top as f64 / PARTS,
                    height: height as f64 / PARTS,
                    is_end: is_end != 0,
                },
            }),
            _ => None,
        }
    }
}

impl ScrollPositions {
    /// What was stored; anything unreadable is empty.
    pub fn from_json(text: &str) -> Self {
        Self(Vec::from_text(text).unwrap_or_default())
    }

    /// To be stored when the page is left.
    pub fn to_json(&self) -> String {
        let mut writer = Writer::new();
        writer.open('[');
        for Left {
            entry,
            room,
            position,
        } in &self.0
        {
            writer.open('[');
            writer
                .number(*entry)
                .number(room.0)
                .number(position.number.0);
            for length in [position.top, position.height] {
                writer.number((length * PARTS).round() as i64);
            }
            writer.number(i64::from(position.is_end)).close(']');
        }
        writer.close(']');
        writer.into_text()
    }

    /// This entry, which shows this room, is left here; with `None` there is nothing to come back to.
    pub fn leave(&mut self, entry: i64, room: RoomId, position: Option<ScrollPosition>) {
        self.0.retain(|left| left.entry != entry);
        if let Some(position) = position {
            self.0.push(Left {
                entry,
                room,
                position,
            });
        }
        if self.0.len() > KEPT {
            self.0.remove(0);
        }
    }

    /// Where one was when the entry was left; an entry that shows another room by now is another.
    pub fn get(&self, entry: i64, room: RoomId) -> Option<ScrollPosition> {
        let is_it = |left: &&Left| left.entry == entry && left.room == room;
        self.0.iter().find(is_it).map(|left| left.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(top: f64, height: f64) -> ScrollPosition {
        ScrollPosition {
            number: Number(7),
            top,
            height,
            is_end: false,
        }
    }

    #[test]
    fn what_a_window_scrolls_by_when_it_changes_is_not_read() {
        let view = View::new(position(-4.0, 24.0), frame(390, 600));
        assert!(!view.is_resized(frame(390, 600)));
        assert!(view.is_resized(frame(390, 576)) && view.is_resized(frame(844, 600)));
    }

    #[test]
    fn a_message_at_the_top_begins_where_it_began_whatever_its_lines_do() {
        assert_eq!(position(12.5, 40.0).rewrapped(90.0, 600.0), 12.5);
        assert_eq!(position(0.0, 4_000.0).rewrapped(90.0, 600.0), 0.0);
        // It begins above the view, and still shows.
        assert_eq!(position(-10.25, 40.0).rewrapped(90.0, 600.0), -10.25);
        assert_eq!(position(-30.0, 96.0).rewrapped(48.0, 600.0), -30.0);
    }

    #[test]
    fn one_that_would_not_show_any_more_or_fills_the_view_keeps_its_part_above() {
        assert_eq!(position(-72.0, 96.0).rewrapped(24.0, 600.0), -18.0);
        assert_eq!(
            position(-1_500.0, 2_000.0).rewrapped(1_000.0, 600.0),
            -750.0
        );
        // And back again.
        assert_eq!(position(-18.0, 24.0).rewrapped(96.0, 40.0), -72.0);
    }

    #[test]
    fn what_changes_otherwise_keeps_its_end() {
        assert_eq!(position(10.0, 50.0).changed(30.0), 30.0);
        assert_eq!(position(-500.0, 600.0).changed(24.0), 76.0);
    }

    fn frame(width: i32, height: i32) -> Frame {
        Frame {
            width,
            height,
            at: -500,
        }
    }

    #[test]
    fn a_phone_that_is_turned_and_turned_back_shows_what_it_showed() {
        let mut view = View::new(position(-50.0, 150.0), frame(390, 600));
        view.laid_out(position(-400.0, 75.0), frame(844, 100), false);
        assert_eq!(view.position().top, -50.0);
        assert_eq!(view.away(position(-400.0, 75.0)), -350.0);
        view.laid_out(position(33.0, 150.0), frame(390, 600), false);
        assert_eq!(
            (view.position().top, view.position().height),
            (-50.0, 150.0)
        );
        assert_eq!(view.away(position(33.0, 150.0)), 83.0);
    }

    #[test]
    fn a_phone_that_is_turned_in_steps_keeps_its_top_in_each_of_them() {
        let mut view = View::new(position(-4.0, 74.0), frame(390, 655));
        view.laid_out(position(99.0, 47.0), frame(604, 655), false);
        view.laid_out(position(-4.0, 45.0), frame(604, 164), false);
        assert_eq!(view.position().top, -4.0);
        view.laid_out(position(99.0, 69.5), frame(390, 164), true);
        view.laid_out(position(-9.0, 74.0), frame(390, 655), true);
        assert_eq!(view.away(position(-9.0, 74.0)), -5.0);
    }

    #[test]
    fn what_changes_in_a_view_of_the_same_width_keeps_its_end() {
        let mut view = View::new(position(-10.0, 60.0), frame(390, 600));
        view.laid_out(position(14.0, 36.0), frame(390, 600), true);
        assert_eq!(view.position().top, 14.0);
        // A bar that goes away, and nobody writes: the top stays the top.
        view.laid_out(position(40.0, 36.0), frame(390, 640), false);
        assert_eq!(view.away(position(40.0, 36.0)), 26.0);
    }

    #[test]
    fn a_keyboard_that_comes_up_leaves_what_is_above_the_composer() {
        let mut view = View::new(position(-10.0, 60.0), frame(390, 600));
        view.laid_out(position(-310.0, 60.0), frame(390, 300), true);
        assert_eq!(view.away(position(-310.0, 60.0)), 0.0);
        // A field that becomes a line taller covers a line.
        view.laid_out(position(-334.0, 60.0), frame(390, 276), true);
        assert_eq!(view.away(position(-334.0, 60.0)), -24.0);
    }

    #[test]
    fn at_the_end_it_stays_at_the_end() {
        let at_end = ScrollPosition {
            is_end: true,
            ..position(5.0, 20.0)
        };
        let mut view = View::new(at_end, frame(390, 600));
        view.laid_out(position(90.0, 40.0), frame(844, 300), false);
        assert_eq!(view.away(position(90.0, 40.0)), 0.0);
    }

    #[test]
    fn a_view_is_of_what_is_looked_at_to_the_pixel_and_not_at_the_end() {
        let view = View::new(position(5.0, 20.0), frame(390, 600));
        assert!(view.is_of(position(5.5, 20.0)));
        assert!(!view.is_of(position(7.5, 20.0)));
        assert_eq!(view.away(position(5.75, 20.0)), 0.0);
        assert_eq!(view.away(position(-7.75, 20.0)), -13.0);
        let other = ScrollPosition {
            number: Number(8),
            ..position(5.0, 20.0)
        };
        assert!(!view.is_of(other));
        let at_end = ScrollPosition {
            is_end: true,
            ..position(5.0, 20.0)
        };
        assert!(!View::new(at_end, frame(390, 600)).is_of(position(5.0, 20.0)));
    }

    #[test]
    fn where_it_was_put_is_no_scrolling() {
        let mut view = View::new(position(5.0, 20.0), frame(390, 600));
        assert!(view.is_at(-500));
        view.put(-477);
        assert!(view.is_at(-477) && view.is_at(-478));
        assert!(!view.is_at(-479) && !view.is_at(-500));
    }

    #[test]
    fn an_entry_has_one_position_in_one_room_and_the_oldest_goes_first() {
        let mut positions = ScrollPositions::default();
        positions.leave(1, RoomId(1), Some(position(1.0, 20.0)));
        positions.leave(2, RoomId(1), Some(position(2.0, 20.0)));
        positions.leave(1, RoomId(1), Some(position(3.0, 20.0)));
        assert_eq!(positions.get(1, RoomId(1)), Some(position(3.0, 20.0)));
        assert_eq!(positions.get(1, RoomId(2)), None);
        positions.leave(1, RoomId(1), None);
        assert_eq!(positions.get(1, RoomId(1)), None);
        for entry in 0..KEPT as i64 {
            positions.leave(100 + entry, RoomId(1), Some(position(0.0, 20.0)));
        }
        assert_eq!(positions.0.len(), KEPT);
        assert_eq!(positions.get(2, RoomId(1)), None);
    }

    #[test]
    fn positions_survive_the_store_to_the_pixel_and_rubbish_is_empty() {
        let mut positions = ScrollPositions::default();
        positions.leave(1 << 52, RoomId(1), Some(position(-10.328125, 40.5)));
        let at_end = ScrollPosition {
            is_end: true,
            ..position(0.0, 24.0)
        };
        positions.leave(3, RoomId(2), Some(at_end));
        assert_eq!(ScrollPositions::from_json(&positions.to_json()), positions);
        for rubbish in ["", "null", "[[1]]", "[[1,2,3,4,5,\"6\"]]"] {
            assert_eq!(
                ScrollPositions::from_json(rubbish),
                ScrollPositions::default(),
                "{rubbish:?}"
            );
        }
    }
}
