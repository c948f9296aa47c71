//! `/rooms/all`: all rooms there are, a part at a time, to be found, joined and left.

use super::answer;
use super::parts::PlainPage;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{Timestamp, paths, rules};
use parlour_server::rooms::{self, BrowsePage, BrowsedRoom};
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

/// What is looked for, and behind which room the part begins.
#[derive(Debug, Default, Deserialize)]
pub struct Part {
    #[serde(default)]
    q: String,
    after: Option<String>,
}

/// The query of the page, as it came.
pub type Asked = Result<Query<Part>, QueryRejection>;

/// `GET /rooms/all`: all rooms, or those that are found, in keyset pages.
pub async fn all_rooms(State(site): State<Site>, scope: Scope, part: Asked) -> Response {
    // What cannot be read leads to the beginning, as on the other pages.
    let Part { q, after } = part.map(|Query(part)| part).unwrap_or_default();
    let here = paths::browse(&q, after.as_deref());
    let after = after.and_then(|after| after.parse().ok());
    let is_first = after.is_none();
    let (ctx, limit) = (site.ctx.clone(), rules::LIST_MAX);
    let address = scope.address;
    let search = q.clone();
    let read = async move { rooms::browse(&ctx, &scope, &search, after, limit).await };
    let read: Result<BrowsePage, ServiceError> = match q.trim().is_empty() {
        true => read.await,
        // It may look at every room there is.
        false => match site.ctx.share.run(address, read).await {
            Ok(read) => read,
            Err(error) => Err(error),
        },
    };
    let now = site.ctx.clock.now();
    let page = read.map(|page| {
        shown(
            &site,
            page,
            Shown {
                search: q,
                here,
                is_first,
                now,
            },
        )
    });
    answer(&site, page)
}

/// `GET /rooms?after=…`: where all rooms were before, leads to where they are.
pub fn moved(part: Asked) -> Option<Response> {
    let after = part.ok().and_then(|Query(part)| part.after)?;
    Some(Redirect::permanent(&paths::browse("", Some(&after))).into_response())
}

/// What of a page is not in its rooms.
struct Shown {
    search: String,
    /// Its own address, to come back to.
    here: String,
    is_first: bool,
    now: Timestamp,
}

fn shown(site: &Site, BrowsePage { rooms, next }: BrowsePage, about: Shown) -> Response {
    let Shown {
        search,
        here,
        is_first,
        now,
    } = about;
    let head = Head {
        title: "All rooms",
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let is_search = !search.trim().is_empty();
    let is_nothing = rooms.is_empty() && is_first;
    let next = next.map(|next| paths::browse(&search, Some(&next.to_string())));
    let first = (!is_first).then(|| paths::browse(&search, None));
    site.assets.page(StatusCode::OK, &head, move || {
        let lines = rooms.into_iter().map(|room| line(room, &here, now));
        let lines: Vec<_> = lines.collect();
        view! {
            <PlainPage heading="All rooms".to_owned() back=paths::LIST.to_owned() back_label="Back to the start">
                <form class="search" method="get" action=paths::ROOMS role="search">
                    <label class="visually-hidden" for="q">"Name or description"</label>
                    <input id="q" type="search" name="q" value=search placeholder="Name or description"/>
                    <button class="button" type="submit">"Find"</button>
                </form>
                {is_nothing.then(|| view! { <p role="status">"No room has that in its name or description."</p> })}
                <ul class="all-rooms">{lines}</ul>
                {next.map(|next| view! { <p><a rel="next" href=next>"More rooms"</a></p> })}
                {first.map(|first| view! { <p><a href=first>"From the beginning"</a></p> })}
                {is_search.then(|| view! { <p><a href=paths::ROOMS>"All rooms"</a></p> })}
                <form class="inline" method="post" action=paths::READ_ALL>
                    <button class="quiet" type="submit">"Mark all as read"</button>
                </form>
                <p><a href=paths::MENTIONS>"Mentions"</a></p>
                <p><a href=paths::SAVED>"Saved messages"</a></p>
                <p><a href=paths::PEOPLE>"People"</a></p>
            </PlainPage>
        }
        .into_any()
    })
}

fn line(browsed: BrowsedRoom, here: &str, now: Timestamp) -> AnyView {
    let BrowsedRoom {
        room,
        is_member,
        is_favourite,
        is_silent,
    } = browsed;
    let about = (!room.description.is_empty()).then(|| {
        view! {
            <p class="room-description">
                <bdi>{room.description.clone()}</bdi>
            </p>
        }
    });
    let people = match room.online {
        0 => "Nobody is there".to_owned(),
        1 => "1 person is there".to_owned(),
        online => format!("{online} people are there"),
    };
    let last = match room.last_message_at {
        None => view! { ", nothing said yet." }.into_any(),
        Some(at) => view! {
            ", last message "
            <time datetime=at.to_string()>{ago(at, now)}</time>
            "."
        }
        .into_any(),
    };
    let silent = is_silent.then_some(" You never wrote here.");
    let (action, verb) = match is_member {
        true => (paths::leave(&room), "Leave"),
        false => (paths::enter(&room), "Join"),
    };
    let (id, title) = (format!("r{}", room.id), format!("room-{}", room.id));
    // Who is in a room has it at hand, or not: the same form goes elsewhere.
    let at_hand = is_member.then(|| {
        let (action, verb) = match is_favourite {
            true => (paths::unfavourite(&room), "Remove from favourites"),
            false => (paths::favourite(&room), "Add to favourites"),
        };
        view! { <button class="quiet" type="submit" formaction=action aria-describedby=title.clone()>{verb}</button> }
    });
    let next = format!("{here}#{id}");
    let class = if is_member { "quiet" } else { "button" };
    view! {
        <li id=id>
            <a href=paths::room(&room)><bdi id=title.clone()>{room.name.clone()}</bdi></a>
            {about}
            <p class="room-facts">{people}{last}{silent}</p>
            <form method="post" action=action>
                <input type="hidden" name="next" value=next/>
                <button class=class type="submit" aria-describedby=title>{verb}</button>
                {at_hand}
            </form>
        </li>
    }
    .into_any()
}

/// How long ago that was: a page without script knows of no zone.
fn ago(at: Timestamp, now: Timestamp) -> String {
    let minutes = (now.0 - at.0).max(0) / 60_000;
    let some = |count: i64, unit: &str| match count {
        1 => format!("1 {unit} ago"),
        _ => format!("{count} {unit}s ago"),
    };
    match minutes {
        0 => "just now".to_owned(),
        1..60 => some(minutes, "minute"),
        60..1_440 => some(minutes / 60, "hour"),
        1_440..43_200 => some(minutes / 1_440, "day"),
        _ => format!("on {}", at.civil(0).date()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_as_people_would() {
        const MINUTE: i64 = 60_000;
        let now = 1_767_323_045_678;
        for (minutes, told) in [
            (-5, "just now"),
            (0, "just now"),
            (1, "1 minute ago"),
            (59, "59 minutes ago"),
            (60, "1 hour ago"),
            (1_439, "23 hours ago"),
            (1_440, "1 day ago"),
            (43_199, "29 days ago"),
            (43_200, "on 3 December 2025"),
        ] {
            let at = Timestamp(now - minutes * MINUTE);
            assert_eq!(ago(at, Timestamp(now)), told);
        }
    }
}
