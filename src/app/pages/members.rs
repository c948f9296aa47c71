//! `/rooms/{slug}/members`: who is in a room, and who is kept out of it; lets people in by name.

use super::answer;
use super::member::{kept_out, role_name};
use super::parts::{LineField, PlainPage, dot};
use super::shape::Shape;
use crate::app::room::face;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::{Availability, Room, RoomId, User, UserId, UserKind, paths, rules};
use parlour_server::http::AtRoom;
use parlour_server::rooms::{self, Ban, Keepers, Member, PeoplePage};
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

/// The parts of the two lists that are asked for: behind these people.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Parts {
    after: Option<i64>,
    bans: Option<i64>,
}

/// What came of letting somebody in by name, if that was sent.
#[derive(Debug)]
pub struct LetIn {
    /// The status of the page.
    pub status: StatusCode,
    /// The name as it was typed.
    pub name: String,
    /// What is wrong with it.
    pub error: Option<String>,
    /// Who is called so, where it is more than one.
    pub several: Vec<User>,
}

impl Default for LetIn {
    fn default() -> Self {
        Self {
            status: StatusCode::OK,
            name: String::new(),
            error: None,
            several: Vec::new(),
        }
    }
}

/// `GET /rooms/{slug}/members`: the lists.
pub async fn members(
    State(site): State<Site>,
    scope: Scope,
    AtRoom(room): AtRoom,
    parts: Result<Query<Parts>, QueryRejection>,
) -> Response {
    let parts = parts.map(|Query(parts)| parts).unwrap_or_default();
    let page = load(&site, &scope, room, parts, LetIn::default()).await;
    answer(&site, page)
}

/// The page with what came of its form.
///
/// # Errors
/// As [`rooms::members`].
pub async fn members_page(
    site: &Site,
    scope: &Scope,
    room: RoomId,
    let_in: LetIn,
) -> Result<Response, ServiceError> {
    load(site, scope, room, Parts::default(), let_in).await
}

async fn load(
    site: &Site,
    scope: &Scope,
    room: RoomId,
    parts: Parts,
    let_in: LetIn,
) -> Result<Response, ServiceError> {
    let keepers = rooms::keepers(&site.ctx, scope, room).await?;
    let behind = |id: Option<i64>| UserId(id.unwrap_or_default());
    let limit = rules::LIST_MAX;
    let members = rooms::members(&site.ctx, scope, room, behind(parts.after), limit).await?;
    let bans = match keepers.may_ban {
        true => Some(rooms::bans(&site.ctx, scope, room, behind(parts.bans), limit).await?),
        false => None,
    };
    Ok(shown(site, keepers, parts, members, bans, let_in))
}

fn shown(
    site: &Site,
    keepers: Keepers,
    parts: Parts,
    members: PeoplePage<Member>,
    bans: Option<PeoplePage<Ban>>,
    let_in: LetIn,
) -> Response {
    let head = Head {
        title: "Members",
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    site.assets.page(let_in.status, &head, move || {
        let room = keepers.room;
        let here = paths::members(&room);
        let heading = view! { "Members of " <bdi>{room.name.clone()}</bdi> };
        let counted = match keepers.members {
            1 => "One person is in it.".to_owned(),
            count => format!("{count} people are in it."),
        };
        let form = keepers.may_let_in.then(|| let_in_form(&here, &let_in));
        let member = |member: Member| {
            let facts = format!(
                "{}, since {}",
                role_name(member.role),
                member.joined_at.civil(0).date()
            );
            line(
                &room,
                member.user,
                facts,
                member.availability,
                keepers.may_keep,
            )
        };
        let first = parts.after.map(|_| here.clone());
        let next = members.next.map(|next| format!("{here}?after={next}"));
        let lines = members.people.into_iter().map(member).collect_view();
        let kept_out = bans.filter(|bans| !bans.people.is_empty());
        let kept_out = kept_out.map(|bans| kept_out_list(&room, &here, bans));
        view! {
            <PlainPage heading back=paths::latest(&room) back_label="Back to the room">
                <p>{counted}</p>
                {form}
                <ul class="all-rooms">{lines}</ul>
                {first.map(|first| view! { <p><a href=first>"From the beginning"</a></p> })}
                {next.map(|next| view! { <p><a href=next rel="next">"More members"</a></p> })}
                {kept_out}
            </PlainPage>
        }
        .into_any()
    })
}

fn let_in_form(here: &str, let_in: &LetIn) -> AnyView {
    let several = let_in.several.iter().map(|user| {
        let number = format!(" #{}", user.id);
        let what = match user.kind {
            UserKind::Guest => "Guest",
            UserKind::Member => "Member",
            UserKind::Bot => "Program",
        };
        view! {
            <li>
                <p>{face(Some((user.id, &user.name)))} " " <bdi>{user.name.clone()}</bdi> {number}</p>
                <p class="room-facts">{what}</p>
                <form method="post" action=here.to_owned()>
                    <input type="hidden" name="person" value=user.id.to_string()/>
                    <button class="quiet" type="submit">"Let in"</button>
                </form>
            </li>
        }
    });
    let several: Vec<_> = several.collect();
    let is_several = !several.is_empty();
    view! {
        <form class="form" method="post" action=here.to_owned()>
            <LineField
                label="Let somebody in, by their name"
                name="name"
                value=let_in.name.clone()
                error=let_in.error.clone()
                autocomplete="off"
                shape=Shape::Page
            />
            <button class="primary" type="submit">"Let in"</button>
        </form>
        {is_several.then(|| view! { <ul class="all-rooms">{several}</ul> })}
    }
    .into_any()
}

fn kept_out_list(room: &Room, here: &str, bans: PeoplePage<Ban>) -> AnyView {
    let next = bans.next.map(|next| format!("{here}?bans={next}"));
    let lines = bans.people.into_iter().map(|ban| {
        let until = kept_out(ban.until);
        let facts = match ban.reason.as_str() {
            "" => until,
            reason => format!("{until}. {reason}"),
        };
        let lift = paths::member_deed(room, ban.user.id, "allow");
        let name = ban.user.name;
        let id = format!("kept-out-{}", ban.user.id);
        view! {
            <li>
                <p id=id.clone()>
                    {face(Some((ban.user.id, &name)))} " " <bdi>{name.clone()}</bdi>
                </p>
                <p class="room-facts"><bdi>{facts}</bdi></p>
                <form method="post" action=lift>
                    <button class="quiet" type="submit" aria-describedby=id>"Take back"</button>
                </form>
            </li>
        }
    });
    let lines = lines.collect_view();
    view! {
        <h2>"Kept out"</h2>
        <ul class="all-rooms">{lines}</ul>
        {next.map(|next| view! { <p><a href=next rel="next">"More who are kept out"</a></p> })}
    }
    .into_any()
}

/// Somebody in the list, who leads on for who may do something about them.
fn line(
    room: &Room,
    user: User,
    facts: String,
    availability: Option<Availability>,
    may_keep: bool,
) -> AnyView {
    let name = user.name;
    let face = face(Some((user.id, &name)));
    let to = match may_keep {
        true => paths::member(room, user.id),
        false => paths::person(user.id),
    };
    view! {
        <li>
            {face} " " <a href=to><bdi>{name}</bdi></a>
            <p class="room-facts">{facts} {availability.map(dot)}</p>
        </li>
    }
    .into_any()
}
