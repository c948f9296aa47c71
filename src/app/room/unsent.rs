//! What could not be sent because its room is gone, wherever one is now.

use super::keyed_list::{Line, lines};
use super::view_model::ViewModel;
use leptos::prelude::*;
use parlour_client::timeline::{PendingRow, Row};
use parlour_protocol::RoomId;

/// Refused messages to rooms that are not listed.
#[component]
pub fn Unsent() -> impl IntoView {
    let model = ViewModel::here();
    let homeless = move || {
        let rooms: Vec<RoomId> = model
            .rooms()
            .with(|rooms| rooms.iter().map(|entry| entry.room.id).collect());
        let homeless = model.outbox().with(|outbox| outbox.outside(&rooms));
        let author = model.me().get();
        let row = |message| {
            Line::Row(Row::Pending(PendingRow {
                message,
                author: author.clone(),
                opens_group: false,
                number: None,
                quote: None,
            }))
        };
        homeless.into_iter().map(row).collect()
    };
    view! {
        <section class="unsent" aria-label="Not sent">
            {lines(homeless)}
        </section>
    }
}
