//! `/admin/rooms`: the rooms of the house with their rules, archived ones among them, for who runs it.
//!
//! *Invariant:* it lists what its reader may see in any list: a closed room of others and a direct one are in none.

use super::admin::{admin_answer, admin_page, require};
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::permissions::{Action, Guests, Posting, Revisions};
use parlour_protocol::{RoomKind, RoomRules, paths, rules};
use parlour_server::rooms::{self, Ruled, RuledPage};
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

/// What is looked for, and behind which room the part begins.
#[derive(Debug, Default, Deserialize)]
pub struct RoomsAsked {
    #[serde(default)]
    q: String,
    after: Option<String>,
}

/// `GET /admin/rooms`: all rooms, or those that are found, in keyset pages.
pub async fn rooms_admin(
    State(site): State<Site>,
    scope: Scope,
    asked: Result<Query<RoomsAsked>, QueryRejection>,
) -> Response {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let page = load(&site, scope, &asked).await;
    let page = page.map(|page| list(&site, page, asked));
    admin_answer(site, page).await
}

async fn load(site: &Site, scope: Scope, asked: &RoomsAsked) -> Result<RuledPage, ServiceError> {
    require(&scope, Action::SeePeople)?;
    let after = asked.after.as_ref().and_then(|after| after.parse().ok());
    let (ctx, search) = (site.ctx.clone(), asked.q.clone());
    let address = scope.address;
    let read =
        async move { rooms::browse_ruled(&ctx, &scope, &search, after, rules::LIST_MAX).await };
    match asked.q.trim().is_empty() {
        true => read.await,
        // It may look at every room there is.
        false => site.ctx.share.run(address, read).await?,
    }
}

fn list(site: &Site, RuledPage { rooms, next }: RuledPage, asked: RoomsAsked) -> Response {
    let RoomsAsked { q, after } = asked;
    let is_nothing = rooms.is_empty() && after.is_none();
    let next = next.map(|next| paths::rooms_admin(&q, Some(&next.to_string())));
    let first = after.map(|_| paths::rooms_admin(&q, None));
    admin_page(site, StatusCode::OK, "Rooms", paths::ADMIN, move || {
        let lines = rooms.iter().map(line).collect_view();
        view! {
            <form class="search" method="get" action=paths::ROOMS_ADMIN role="search">
                <input
                    type="search"
                    name="q"
                    value=q
                    aria-label="A part of the name or description"
                    autocomplete="off"
                />
                <button class="quiet" type="submit">"Find"</button>
            </form>
            {is_nothing.then(|| view! { <p role="status">"No room has that in its name or description."</p> })}
            <ul class="all-rooms">{lines}</ul>
            {first.map(|first| view! { <p><a href=first>"From the beginning"</a></p> })}
            {next.map(|next| view! { <p><a href=next rel="next">"More rooms"</a></p> })}
            <p>"Closed rooms of others and direct messages are their people's: they are not listed."</p>
        }
        .into_any()
    })
}

fn line(Ruled { room, rules }: &Ruled) -> impl IntoView {
    let title = format!("room-{}", room.id);
    view! {
        <li>
            <a href=paths::room(room)><bdi id=title.clone()>{room.name.clone()}</bdi></a>
            <p class="room-facts">{facts(*rules)}</p>
            <p class="room-facts">
                <a href=paths::members(room) aria-describedby=title.clone()>"Members"</a>
                " · "
                <a href=paths::change_room(room) aria-describedby=title>"Change"</a>
            </p>
        </li>
    }
}

/// The rules of a room, in words: what is as in any room is not said.
fn facts(rules: RoomRules) -> String {
    let kind = match rules.kind {
        RoomKind::Open => "open",
        RoomKind::Closed => "closed",
        RoomKind::Direct => "direct",
    };
    let posting = match rules.posting {
        Posting::All => None,
        Posting::Members => Some("members write"),
        Posting::Moderators => Some("announcements"),
    };
    let guests = match rules.guests {
        Guests::Write => None,
        Guests::Read => Some("guests only read"),
        Guests::No => Some("without guests"),
    };
    let revisions = match rules.revisions {
        Revisions::Everybody => None,
        Revisions::Nobody => Some("without earlier versions"),
    };
    let archived = rules.is_archived.then_some("archived");
    let facts: Vec<&str> = [Some(kind), posting, guests, revisions, archived]
        .into_iter()
        .flatten()
        .collect();
    facts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_said_in_words_where_they_are_not_the_usual_ones() {
        let usual = RoomRules::default();
        assert_eq!(facts(usual), "open");
        let all = RoomRules {
            kind: RoomKind::Closed,
            posting: Posting::Moderators,
            guests: Guests::No,
            revisions: Revisions::Nobody,
            is_archived: true,
        };
        assert_eq!(
            facts(all),
            "closed, announcements, without guests, without earlier versions, archived"
        );
    }
}
