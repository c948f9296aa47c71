//! A page with the live room in it, as a view.

use crate::app::browser::dialog;
use crate::app::browser::document::PLACE;
use crate::app::room::Parlour;
use crate::app::shell::{Assets, Frame, Head, Print};
use crate::app::slots::{Slot, slot};
use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use parlour_protocol::{Place, paths};
use parlour_server::Settings;
use serde::Serialize;

/// The page of a place, rendered for its reader alone.
pub fn rendered(assets: &Assets, settings: &Settings, place: &Place) -> Print {
    assets.print(&head(settings, place), || body(place))
}

/// The page around its slots.
pub fn frame(assets: &Assets, settings: &Settings, place: &Place) -> Frame {
    assets.frame(&head(settings, place), || body(place))
}

fn head<'a>(settings: &Settings, place: &'a Place) -> Head<'a> {
    // It has to be a whole address, so it needs to be known.
    let origin = settings.server.public_url.trim_end_matches('/');
    let canonical = (place.open.as_ref())
        .filter(|_| !origin.is_empty())
        .map(|open| format!("{origin}{}", paths::room(&open.room)));
    Head {
        title: place.open.as_ref().map_or("", |open| &open.room.name),
        is_live: true,
        canonical,
        may_be_listed: true,
    }
}

fn body(place: &Place) -> AnyView {
    let json = InertElement::new(json(place));
    view! {
        <script type="application/json" id=PLACE>{slot(Slot::Place, json)}</script>
        <Parlour place=place.clone()/>
        <dialog class="modal" id=dialog::ID aria-labelledby=dialog::TITLE>
            <h2 id=dialog::TITLE></h2>
        </dialog>
    }
    .into_any()
}

/// As it stands in a page's script: nothing in it can end the element.
pub fn json(of: &impl Serialize) -> String {
    let json = serde_json::to_string(of).expect("a place has only string keys");
    json.replace('<', "\\u003c")
}
