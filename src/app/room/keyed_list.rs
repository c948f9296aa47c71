//! Lists in which each line stays the element it is: the rooms, what was said, and who is here.
//!
//! *Invariant:* only lines that are new, gone or in another order than before are touched. Leptos's
//! own list takes every line out and puts it in again when others come above it, so that a page of
//! history lays out all that is shown; and it brings its code once for every type of line.

use super::face::face;
use super::line::{DayLine, MessageLine, NoteLine, PendingLine};
use super::new_line::NewLine;
use super::person_line::PersonLine;
use super::room_line::{Heading, RoomLine};
use crate::app::drawn_anew::{drawn_anew, without_attributes};
use leptos::prelude::*;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::renderer::{CastFrom, Rndr, types};
use leptos::tachys::view::{Mountable, Position};
use parlour_client::sections::Section;
use parlour_client::timeline::{self, Row};
use parlour_protocol::{Person, RoomEntry, RoomId};

/// What stands at the end of a list, as text.
pub const END: &str = "<!>";

/// A line of a list.
pub enum Line {
    /// What stands over a section of the sidebar.
    Heading(Section),
    /// A room in the sidebar.
    Room(RoomEntry),
    /// Something in the log.
    Row(Row),
    /// Somebody who is here, with what tells them from another one of their name.
    Person(Person, Option<String>),
    /// The face of one of them.
    Face(Person),
}

/// Unique in its list; while it stays the same the element does.
#[derive(PartialEq)]
enum Key {
    Heading(Section),
    Room(RoomId),
    Row(timeline::Key),
    Person(Person, bool),
    Face(Person),
}

impl Line {
    fn key(&self) -> Key {
        match self {
            Self::Heading(section) => Key::Heading(*section),
            Self::Room(entry) => Key::Room(entry.room.id),
            Self::Row(row) => Key::Row(row.key()),
            Self::Person(person, number) => Key::Person(person.clone(), number.is_some()),
            Self::Face(person) => Key::Face(person.clone()),
        }
    }
}

/// The keyed list.
pub fn lines(of: impl Fn() -> Vec<Line> + Send + Sync + 'static) -> impl IntoView {
    fn boxed(of: Box<dyn Fn() -> Vec<Line> + Send + Sync>) -> impl IntoView {
        let owner = Owner::current().expect("a list is part of a component");
        move || List {
            lines: of(),
            owner: owner.clone(),
        }
    }
    boxed(Box::new(of))
}

/// What becomes of a line's view: each has a type of its own, and what is made of it has one for all.
trait Draw {
    type Drawn;

    fn draw<V: RenderHtml + 'static>(self, view: V) -> Self::Drawn;
}

/// It is an element of the page.
struct Element;

impl Draw for Element {
    type Drawn = Box<dyn Mountable>;

    fn draw<V: RenderHtml + 'static>(self, view: V) -> Self::Drawn {
        Box::new(view.build())
    }
}

/// It is text.
struct Html<'a> {
    buf: &'a mut String,
    position: &'a mut Position,
    escape: bool,
    mark_branches: bool,
    extra_attrs: Vec<AnyAttribute>,
}

impl Draw for Html<'_> {
    type Drawn = ();

    fn draw<V: RenderHtml + 'static>(self, view: V) {
        view.to_html_with_buf(
            self.buf,
            self.position,
            self.escape,
            self.mark_branches,
            self.extra_attrs,
        );
    }
}

fn draw<D: Draw>(line: Line, how: D) -> D::Drawn {
    match line {
        Line::Heading(section) => how.draw(view! { <Heading section/> }),
        Line::Room(entry) => how.draw(view! { <RoomLine entry/> }),
        Line::Row(Row::Day { date, datetime, .. }) => how.draw(view! { <DayLine date datetime/> }),
        Line::Row(Row::New) => how.draw(view! { <NewLine/> }),
        Line::Row(Row::Message(row)) => how.draw(view! { <MessageLine row/> }),
        Line::Row(Row::Note { joined, left, .. }) => how.draw(view! { <NoteLine joined left/> }),
        Line::Row(Row::Pending(row)) => how.draw(view! { <PendingLine row/> }),
        Line::Person(person, number) => how.draw(view! { <PersonLine person number/> }),
        Line::Face(person) => how.draw(face(Some((person.id, person.name.as_str())))),
    }
}

/// The list as it is to be.
struct List {
    lines: Vec<Line>,
    /// The list's own: a line outlives the change that it came with.
    owner: Owner,
}

/// A line in the page.
struct DrawnLine {
    // Dropped in this order: what follows the view model in it goes before what it follows.
    element: Box<dyn Mountable>,
    _owner: Owner,
}

/// The list as it is in the page, with a mark at its end.
struct Drawn {
    lines: Vec<(Key, DrawnLine)>,
    end: types::Placeholder,
}

impl List {
    fn line(&self, line: Line) -> DrawnLine {
        let owner = self.owner.with(Owner::new);
        DrawnLine {
            element: owner.with(|| draw(line, Element)),
            _owner: owner,
        }
    }
}

impl Render for List {
    type State = Drawn;

    fn build(mut self) -> Self::State {
        let lines = std::mem::take(&mut self.lines).into_iter();
        Drawn {
            lines: lines.map(|line| (line.key(), self.line(line))).collect(),
            end: Rndr::create_placeholder(),
        }
    }

    fn rebuild(mut self, drawn: &mut Self::State) {
        let old = std::mem::take(&mut drawn.lines).into_iter();
        let mut old: Vec<_> = old.map(Some).collect();
        // Where a line was: most often just after the one before it.
        let mut at = 0;
        let mut new: Vec<_> = std::mem::take(&mut self.lines)
            .into_iter()
            .map(|line| {
                let key = line.key();
                let is_it = |i: &usize| matches!(&old[*i], Some((other, _)) if *other == key);
                let found = (at..old.len()).chain(0..at).find(is_it);
                let kept = found.and_then(|i| Some((i, old[i].take()?.1)));
                at = found.map_or(at, |i| i + 1);
                (key, line, kept)
            })
            .collect();
        for (_, mut gone) in old.into_iter().flatten() {
            gone.element.unmount();
        }
        // From the end, so that what a line stands before is in its place already.
        let mut below = usize::MAX;
        while let Some((key, line, kept)) = new.pop() {
            let state = match kept {
                Some((was_at, state)) if was_at < below => {
                    below = was_at;
                    state
                }
                kept => {
                    let mut state = match kept {
                        Some((_, state)) => state,
                        None => self.line(line),
                    };
                    let is_placed = match drawn.lines.last() {
                        Some((_, next)) => next.element.insert_before_this(&mut *state.element),
                        None => false,
                    };
                    if !is_placed {
                        let end = drawn.end.as_ref();
                        let list = Rndr::get_parent(end).and_then(types::Element::cast_from);
                        if let Some(list) = list {
                            state.element.mount(&list, Some(end));
                        }
                    }
                    state
                }
            };
            drawn.lines.push((key, state));
        }
        drawn.lines.reverse();
    }
}

impl Mountable for Drawn {
    fn unmount(&mut self) {
        for (_, line) in &mut self.lines {
            line.element.unmount();
        }
        self.end.unmount();
    }

    fn mount(&mut self, parent: &types::Element, before: Option<&types::Node>) {
        for (_, line) in &mut self.lines {
            line.element.mount(parent, before);
        }
        self.end.mount(parent, before);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self.lines.first() {
            Some((_, line)) => line.element.insert_before_this(child),
            None => self.end.insert_before_this(child),
        }
    }

    fn elements(&self) -> Vec<types::Element> {
        let lines = self.lines.iter();
        lines
            .flat_map(|(_, line)| line.element.elements())
            .collect()
    }
}

impl AddAnyAttr for List {
    without_attributes!();
}

impl RenderHtml for List {
    drawn_anew!();

    fn to_html_with_buf(
        mut self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        for line in std::mem::take(&mut self.lines) {
            let html = Html {
                buf: &mut *buf,
                position: &mut *position,
                escape,
                mark_branches,
                extra_attrs: extra_attrs.clone(),
            };
            self.owner.with(|| draw(line, html));
            *position = Position::NextChild;
        }
        buf.push_str(END);
    }
}
