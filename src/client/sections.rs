//! The order of the sidebar: favourites, what is unread, one's own rooms, whom one talks to alone, and other rooms for
//! who has few.
//!
//! *Invariant:* it is a function of the list, of who reads it, of which room is open, and of whether that one was unread
//! when it was opened. The room that is open stays where it was found: nothing moves away under who has just clicked it. A favourite
//! stands among the favourites whatever happens in it.

/// With so many rooms of one's own, others are not listed beside them.
const MANY: usize = 8;

/// What the order depends on, of one room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The reader is a member of it.
    pub is_member: bool,
    /// It is among their favourites.
    pub is_favourite: bool,
    /// It is a direct one.
    pub is_direct: bool,
    /// It is open.
    pub is_open: bool,
    /// A member has not read all of it. Of the open one: had not when it was opened.
    pub is_unread: bool,
}

/// A part of the sidebar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    /// Those that one wants to have at hand.
    Favourites,
    /// Rooms in which something is new.
    Unread,
    /// The others that one is a member of.
    Own,
    /// People whom one talks to alone.
    Direct,
    /// Rooms that one may read and join.
    Others,
}

impl Section {
    /// By what the page's style and script know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Favourites => "favourites",
            Self::Unread => "unread",
            Self::Own => "own",
            Self::Direct => "direct",
            Self::Others => "others",
        }
    }

    fn of(room: Standing) -> Self {
        match room {
            Standing {
                is_member: false, ..
            } => Self::Others,
            Standing {
                is_favourite: true, ..
            } => Self::Favourites,
            Standing {
                is_unread: true, ..
            } => Self::Unread,
            Standing {
                is_direct: true, ..
            } => Self::Direct,
            _ => Self::Own,
        }
    }
}

/// A line of the sidebar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The name of the section that begins here.
    Heading(Section),
    /// The room at this place of the list.
    Room(usize),
}

/// The lines of the sidebar for a list in alphabetical order. Who is nobody yet has one list, which needs no heading.
pub fn lines(rooms: impl Iterator<Item = Standing>, is_somebody: bool) -> Vec<Line> {
    let rooms: Vec<Standing> = rooms.collect();
    let own = rooms.iter().filter(|room| room.is_member);
    let own = own.filter(|room| !room.is_direct).count();
    let mut lines = Vec::with_capacity(rooms.len() + 5);
    for section in [
        Section::Favourites,
        Section::Unread,
        Section::Own,
        Section::Direct,
        Section::Others,
    ] {
        let heading = lines.len();
        for (place, room) in rooms.iter().enumerate() {
            let is_shown = section != Section::Others || own < MANY || room.is_open;
            if Section::of(*room) == section && is_shown {
                lines.push(Line::Room(place));
            }
        }
        // Over direct ones it leads to whom one may write to.
        let is_there = lines.len() > heading || section == Section::Direct;
        if is_there && is_somebody {
            lines.insert(heading, Line::Heading(section));
        }
    }
    lines
}

/// How many unread rooms are out of view: above it, and below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// So many above.
    pub above: usize,
    /// So many below.
    pub below: usize,
}

/// What is out of a view from `top` to `bottom`, of lines that begin and end there. One of which half is seen is seen.
pub fn hidden(top: f64, bottom: f64, lines: impl Iterator<Item = (f64, f64)>) -> Hidden {
    let mut hidden = Hidden::default();
    for (begin, end) in lines {
        let middle = (begin + end) / 2.0;
        hidden.above += usize::from(middle < top);
        hidden.below += usize::from(middle > bottom);
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;
    use Line::{Heading, Room};
    use Section::{Direct, Favourites, Others, Own, Unread};

    /// Rooms by letters: `m`ember, `d`irect, `u`nread, `f`avourite, anybody's `-`; in capitals the open one.
    fn shown(rooms: &str) -> Vec<Line> {
        shown_to(rooms, true)
    }

    fn shown_to(rooms: &str, is_somebody: bool) -> Vec<Line> {
        let standing = rooms.chars().map(|room| Standing {
            is_member: room != '-' && room != '_',
            is_favourite: room.eq_ignore_ascii_case(&'f'),
            is_direct: room.eq_ignore_ascii_case(&'d'),
            is_open: room.is_uppercase() || room == '_',
            is_unread: room.eq_ignore_ascii_case(&'u'),
        });
        lines(standing, is_somebody)
    }

    #[test]
    fn unread_rooms_come_first_then_ones_own_then_others() {
        assert_eq!(
            shown("m-u-mu"),
            [
                Heading(Unread),
                Room(2),
                Room(5),
                Heading(Own),
                Room(0),
                Room(4),
                Heading(Direct),
                Heading(Others),
                Room(1),
                Room(3),
            ]
        );
        let own = [Heading(Own), Room(0), Room(1), Heading(Direct)];
        assert_eq!(shown("mm"), own);
        let unread = [Heading(Unread), Room(0), Heading(Direct)];
        assert_eq!(shown("u"), unread);
    }

    #[test]
    fn whom_one_talks_to_alone_stand_together_behind_one_s_rooms() {
        assert_eq!(
            shown("dmD-"),
            [
                Heading(Own),
                Room(1),
                Heading(Direct),
                Room(0),
                Room(2),
                Heading(Others),
                Room(3),
            ]
        );
        assert_eq!(shown("d"), [Heading(Direct), Room(0)]);
    }

    #[test]
    fn favourites_stand_first_and_stay_there() {
        let favourites = [Heading(Favourites), Room(1), Room(3)];
        assert_eq!(shown("mfuF")[..3], favourites);
        let read = Standing {
            is_member: true,
            is_favourite: true,
            ..Standing::default()
        };
        for is_direct in [false, true] {
            let unread = Standing {
                is_unread: true,
                is_direct,
                ..read
            };
            assert_eq!(
                lines([unread].into_iter(), true)[..2],
                [Heading(Favourites), Room(0)]
            );
        }
    }

    #[test]
    fn who_is_nobody_has_one_list_and_who_is_in_no_room_may_write_to_somebody() {
        assert_eq!(shown_to("--", false), [Room(0), Room(1)]);
        assert_eq!(shown_to("", false), []);
        let others = [Heading(Direct), Heading(Others), Room(0), Room(1)];
        assert_eq!(shown("--"), others);
        assert_eq!(shown(""), [Heading(Direct)]);
    }

    #[test]
    fn who_has_many_rooms_sees_those_and_the_one_that_is_open() {
        let many = "m".repeat(MANY);
        assert_eq!(shown(&format!("{many}--")).len(), 2 + MANY);
        let open = shown(&format!("{many}-_-"));
        assert_eq!(open[2 + MANY..], [Heading(Others), Room(MANY + 1)]);
        let few = "m".repeat(MANY - 1);
        assert_eq!(shown(&format!("{few}--")).len(), MANY - 1 + 3 + 2);
    }

    #[test]
    fn the_open_room_stays_where_it_was_found() {
        assert_eq!(shown("mU")[..2], [Heading(Unread), Room(1)]);
        assert_eq!(shown("Mm")[..3], [Heading(Own), Room(0), Room(1)]);
    }

    #[test]
    fn what_is_out_of_view_is_counted_by_its_middle() {
        let lines = [(-30.0, -10.0), (-9.0, 11.0), (50.0, 70.0), (95.0, 115.0)];
        let (above, below) = (1, 1);
        assert_eq!(
            hidden(0.0, 100.0, lines.into_iter()),
            Hidden { above, below }
        );
        assert_eq!(hidden(0.0, 110.0, lines.into_iter()).below, 0);
        assert_eq!(hidden(0.0, 1.0, [].into_iter()), Hidden::default());
    }
}
