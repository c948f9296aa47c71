//! Lists in which each line stays the element it is: the rooms, and what was said.
//!
//! *Invariant:* only lines that are new, gone or in another order than before are touched. Leptos's
//! own list takes every line out and puts it in again when others come above it, so that a page of
//! history lays out all that is shown; and it brings its code once for every type of line.

use super::line::{DayLine, MessageLine, NoteLine};
use super::room_line::RoomLine;
use crate::app::drawn_anew::{drawn_anew, without_attributes};
use leptos::either::EitherOf4;
use leptos::prelude::*;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::reactive_graph::{OwnedView, OwnedViewState};
use leptos::tachys::renderer::{Rndr, types};
use leptos::tachys::view::{Mountable, Position};
use parlour_client::timeline::{self, Row};
use parlour_protocol::{RoomEntry, RoomId};

/// What stands at the end of a list, as text.
pub const END: &str = "<!>";

/// A line of a list.
pub enum Line {
    /// A room in the sidebar.
    Room(RoomEntry),
    /// Something in the log.
    Row(Row),
}

/// Unique in its list; while it stays the same the element does.
#[derive(PartialEq)]
enum Key {
    Room(RoomId),
    Row(timeline::Key),
}

impl Line {
    fn key(&self) -> Key {
        match self {
            Self::Room(entry) => Key::Room(entry.room.id),
            Self::Row(row) => Key::Row(row.key()),
        }
    }
}

/// The keyed list.
pub fn lines(of: impl Fn() -> Vec<Line> + Send + Sync + 'static) -> impl IntoView {
    fn boxed(of: Box<dyn Fn() -> Vec<Line> + Send + Sync>) -> impl IntoView {
        let owner = Owner::current().expect("a list is part of a component");
        move || List {
            lines: of(),
            draw,
            owner: owner.clone(),
        }
    }
    boxed(Box::new(of))
}

fn draw(line: Line) -> impl IntoView {
    match line {
        Line::Room(entry) => EitherOf4::A(view! { <RoomLine entry/> }),
        Line::Row(Row::Day { date, datetime, .. }) => {
            EitherOf4::B(view! { <DayLine date datetime/> })
        }
        Line::Row(Row::Message(row)) => EitherOf4::C(view! { <MessageLine row/> }),
        Line::Row(Row::Note { name, event, .. }) => EitherOf4::D(view! { <NoteLine name event/> }),
    }
}

/// The list as it is to be.
struct List<V> {
    lines: Vec<Line>,
    draw: fn(Line) -> V,
    /// The list's own: a line outlives the change that it came with.
    owner: Owner,
}

impl<V> List<V> {
    fn line(&self, line: Line) -> OwnedView<V> {
        let owner = self.owner.with(Owner::new);
        OwnedView::new_with_owner(owner.with(|| (self.draw)(line)), owner)
    }
}

/// The list as it is in the page, with a mark at its end.
struct Drawn<S: Mountable> {
    lines: Vec<(Key, OwnedViewState<S>)>,
    end: types::Placeholder,
}

impl<V: Render> Render for List<V> {
    type State = Drawn<V::State>;

    fn build(mut self) -> Self::State {
        let lines = std::mem::take(&mut self.lines).into_iter();
        Drawn {
            lines: lines
                .map(|line| (line.key(), self.line(line).build()))
                .collect(),
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
            gone.unmount();
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
                        None => self.line(line).build(),
                    };
                    let is_placed = match drawn.lines.last() {
                        Some((_, next)) => next.insert_before_this(&mut state),
                        None => false,
                    };
                    if !is_placed {
                        Rndr::try_mount_before(&mut state, drawn.end.as_ref());
                    }
                    state
                }
            };
            drawn.lines.push((key, state));
        }
        drawn.lines.reverse();
    }
}

impl<S: Mountable> Mountable for Drawn<S> {
    fn unmount(&mut self) {
        for (_, line) in &mut self.lines {
            line.unmount();
        }
        self.end.unmount();
    }

    fn mount(&mut self, parent: &types::Element, before: Option<&types::Node>) {
        for (_, line) in &mut self.lines {
            line.mount(parent, before);
        }
        self.end.mount(parent, before);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self.lines.first() {
            Some((_, line)) => line.insert_before_this(child),
            None => self.end.insert_before_this(child),
        }
    }

    fn elements(&self) -> Vec<types::Element> {
        let lines = self.lines.iter();
        lines.flat_map(|(_, line)| line.elements()).collect()
    }
}

impl<V: RenderHtml + 'static> AddAnyAttr for List<V> {
    without_attributes!();
}

impl<V: RenderHtml + 'static> RenderHtml for List<V> {
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
            let line = self.line(line);
            line.to_html_with_buf(buf, position, escape, mark_branches, extra_attrs.clone());
            *position = Position::NextChild;
        }
        buf.push_str(END);
    }
}
