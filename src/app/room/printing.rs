//! Parts of the live room as text, one by one: those that a page has of a reader's own.
//!
//! *Invariant:* a part by itself is the text that it is inside of the page.

use super::desk::Desk;
use super::header::RoomHeader;
use super::line::MessageLine;
use super::sidebar::RoomLine;
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use parlour_client::timeline::{MessageRow, Row, tell_apart, utc};
use parlour_protocol::{Place, RoomEntry};
use std::sync::Arc;

/// What `draw` makes of the parts of this place.
pub fn parts<T>(place: Place, draw: impl FnOnce(Parts) -> T) -> T {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let drawn = owner.with(|| {
        let desk = Desk::new(place);
        provide_context(desk);
        draw(Parts(desk))
    });
    owner.unset_with_forced_cleanup();
    drawn
}

/// Somebody's name, as the top of the page has it.
pub fn name(name: String) -> String {
    view! { <bdi>{name}</bdi> }.to_html()
}

/// The parts of a place.
#[derive(Clone, Copy)]
pub struct Parts(Desk);

impl Parts {
    /// The messages, as they are drawn.
    pub fn messages(self) -> Vec<MessageRow> {
        let Self(desk) = self;
        let marked = desk.open.with_untracked(|open| open.as_ref()?.marked);
        let me = desk.my_id_now();
        let mut rows = (desk.timeline).with_untracked(|timeline| timeline.rows(me, marked, utc));
        tell_apart(&mut rows, &desk.namesakes());
        let message = |row| match row {
            Row::Message(row) => Some(row),
            Row::Day { .. } | Row::Note { .. } => None,
        };
        rows.into_iter().filter_map(message).collect()
    }

    /// The head of the open room.
    pub fn header(self) -> String {
        view! { <RoomHeader/> }.to_html()
    }

    /// A room in the sidebar.
    pub fn room(self, entry: RoomEntry) -> String {
        view! { <RoomLine entry/> }.to_html()
    }

    /// A message.
    pub fn message(self, row: MessageRow) -> String {
        view! { <MessageLine row/> }.to_html()
    }
}
