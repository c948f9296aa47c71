//! Parts of the live room as text, one by one, for the server's page cache.
//!
//! *Invariant:* a part by itself is the text that it is inside of the page.

use super::composer::Looking;
use super::empty_room::EmptyRoom;
use super::face::face;
use super::header::RoomHeader;
use super::line::{DayLine, MessageLine};
use super::log::{NewerEnd, OlderEnd};
use super::members::Members;
use super::new_line::{MarkRead, NewLine};
use super::room_line::{Heading, RoomLine};
use super::thread_line::thread_line;
use super::topbar;
use super::view_model::ViewModel;
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use parlour_client::read_here::ReadHere;
use parlour_client::sections::Section;
use parlour_client::timeline::MessageRow;
use parlour_protocol::{Number, Place, Room, RoomEntry, User};
use std::sync::Arc;

pub use super::keyed_list::END as LIST_END;

/// What the top of the page calls the reader.
pub fn name(me: Option<&User>) -> String {
    let name = topbar::name(me);
    let face = face(me.map(|me| (me.id, me.name.as_str())));
    view! { {face} <bdi>{name}</bdi> }.to_html()
}

/// The head of the open room.
pub fn header(place: Place) -> String {
    rendered(place, || view! { <RoomHeader/> })
}

/// What is said to who only looks at the open room.
pub fn looking(place: Place) -> String {
    rendered(place, || view! { <Looking/> })
}

/// What stands over a section of the sidebar.
pub fn heading(section: Section) -> String {
    view! { <Heading section/> }.to_html()
}

/// A room in the sidebar.
pub fn room(place: Place, entry: RoomEntry) -> String {
    rendered(place, || view! { <RoomLine entry/> })
}

/// The way to older messages, or what stands where there are none.
pub fn older(place: Place) -> String {
    rendered(place, || view! { <OlderEnd/> })
}

/// What stands in a room without messages.
pub fn empty(place: Place) -> String {
    rendered(place, || view! { <EmptyRoom/> })
}

/// The way to newer messages, if there are any.
pub fn newer(place: Place) -> String {
    rendered(place, || view! { <NewerEnd/> })
}

/// Who is in the open room.
pub fn members(place: Place) -> String {
    rendered(place, || view! { <Members/> })
}

/// The line that begins a day.
pub fn day(date: String, datetime: String) -> String {
    view! { <DayLine date datetime/> }.to_html()
}

/// The line above the first message that was not read.
pub fn new_line() -> String {
    view! { <NewLine/> }.to_html()
}

/// What marks a page as read, for who has no script.
pub fn mark_read(room: Room, here: ReadHere) -> String {
    view! { <MarkRead room here/> }.to_html()
}

/// A message of the open room.
pub fn message(place: Place, row: MessageRow) -> String {
    rendered(place, || view! { <MessageLine row/> })
}

/// A message of a thread; what it answers is said where that is not the first one.
pub fn answer(place: Place, row: MessageRow, root: Number) -> String {
    let answered = row.message.reply_to.filter(|answered| *answered != root);
    rendered(place, || thread_line(row, answered))
}

fn rendered<V: IntoView>(place: Place, view: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| {
        provide_context(ViewModel::new(place, Box::new(())));
        view().to_html()
    });
    owner.unset_with_forced_cleanup();
    html
}
