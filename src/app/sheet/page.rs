//! A page with the live room in it, as it is printed.

use super::modals::Modals;
use crate::app::browser::document::PLACE;
use crate::app::room::Parlour;
use crate::app::shell::{Assets, Head, Print};
use leptos::prelude::*;
use parlour_protocol::{Place, paths};
use parlour_server::Settings;
use serde::Serialize;

/// The page of a place.
pub fn printed(assets: &Assets, settings: &Settings, place: &Place) -> Print {
    let title = place.open.as_ref().map_or("", |open| &open.room.name);
    // It has to be a whole address, so it needs to be known.
    let origin = settings.server.public_url.trim_end_matches('/');
    let canonical = (place.open.as_ref())
        .filter(|_| !origin.is_empty())
        .map(|open| format!("{origin}{}", paths::room(&open.room)));
    let head = Head {
        title,
        is_live: true,
        canonical,
        may_be_listed: true,
    };
    assets.print(&head, || {
        view! {
            <script type="application/json" id=PLACE inner_html=json(place)></script>
            <Parlour place=place.clone()/>
            <Modals/>
        }
        .into_any()
    })
}

/// As it stands in a page's script: nothing in it can end the element.
pub fn json(of: &impl Serialize) -> String {
    let json = serde_json::to_string(of).expect("a place has only string keys");
    json.replace('<', "\\u003c")
}
