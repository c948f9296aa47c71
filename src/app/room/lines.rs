//! Lists in which each line stays the element it is: the rooms, and what was said.
//!
//! Both are drawn by one list, because Leptos's list brings its code once for every type of line.

use super::line::{DayLine, MessageLine, NoteLine};
use super::sidebar::RoomLine;
use crate::app::state::timeline::Row;
use leptos::either::EitherOf4;
use leptos::prelude::*;
use parlour_protocol::RoomEntry;

/// A line of a list.
pub enum Line {
    /// A room in the sidebar.
    Room(RoomEntry),
    /// Something in the log.
    Row(Row),
}

impl Line {
    /// Unique in its list; while it stays the same the element does.
    fn key(&self) -> String {
        match self {
            Self::Room(entry) => entry.room.id.0.to_string(),
            Self::Row(row) => row.key(),
        }
    }
}

/// The list.
pub fn lines(of: impl Fn() -> Vec<Line> + Send + Sync + 'static) -> impl IntoView {
    fn boxed(each: Box<dyn Fn() -> Vec<Line> + Send + Sync>) -> impl IntoView {
        view! {
            <For each=each key=Line::key let:line>
                {match line {
                    Line::Room(entry) => EitherOf4::A(view! { <RoomLine entry/> }),
                    Line::Row(Row::Day { date, datetime, .. }) => EitherOf4::B(view! { <DayLine date datetime/> }),
                    Line::Row(Row::Message(row)) => EitherOf4::C(view! { <MessageLine row/> }),
                    Line::Row(Row::Note { text, .. }) => EitherOf4::D(view! { <NoteLine text/> }),
                }}
            </For>
        }
    }
    boxed(Box::new(of))
}
