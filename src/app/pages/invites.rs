//! `/rooms/{slug}/invites` and `/invites`: makes invitations to a room or to the server, and takes them back.

use super::answer;
use super::parts::PlainPage;
use super::qr::given_link;
use crate::app::shell::Head;
use crate::app::slots::house;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{AppError, Room, RoomId, Timestamp, paths};
use parlour_server::http::AtRoom;
use parlour_server::invites::{self, Invite, InvitesPage, Inviting, JoinRequest};
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

/// How many may come by an invitation, as the form offers it: what is sent, and what it is called.
const USES: [(&str, &str); 4] = [
    ("", "Any number"),
    ("1", "One person"),
    ("10", "10 people"),
    ("100", "100 people"),
];

/// For how many days, likewise.
const DAYS: [(&str, &str); 4] = [
    ("7", "7 days"),
    ("1", "1 day"),
    ("30", "30 days"),
    ("", "Until it is taken back"),
];

/// The role of who comes by it, likewise.
const ROLES: [(&str, &str); 2] = [("member", "A member"), ("moderator", "A moderator")];

/// Whether who comes by it asks first, likewise.
const ASK: [(&str, &str); 2] = [
    ("", "At once"),
    ("on", "They ask, and are let in on this page"),
];

/// What is to be known of a link that was made.
const ONCE: &str = "It is shown this once. Whoever has it comes in.";

/// What came of the form, if it was sent.
#[derive(Debug, Default)]
pub enum Outcome<'a> {
    /// It was not.
    #[default]
    None,
    /// An invitation, by this link.
    Made(&'a str),
    /// Nothing, for this reason.
    Refused(StatusCode, &'a AppError),
}

/// `GET /rooms/{slug}/invites`: the form, and the invitations that one may take back.
pub async fn room_invites(
    State(site): State<Site>,
    scope: Scope,
    AtRoom(room): AtRoom,
    part: Asked,
) -> Response {
    invites_page(&site, &scope, Some(room), before(part), Outcome::None).await
}

/// `GET /invites`: the same for the server.
pub async fn server_invites(State(site): State<Site>, scope: Scope, part: Asked) -> Response {
    invites_page(&site, &scope, None, before(part), Outcome::None).await
}

/// What is asked of the list: the part behind this invitation.
#[derive(Debug, Default, Deserialize)]
pub struct Part {
    before: Option<i64>,
}

/// The part, if it can be read.
pub type Asked = Result<Query<Part>, QueryRejection>;

fn before(part: Asked) -> Option<i64> {
    part.ok().and_then(|Query(part)| part.before)
}

/// The page, with what came of its form.
pub async fn invites_page(
    site: &Site,
    scope: &Scope,
    room: Option<RoomId>,
    before: Option<i64>,
    outcome: Outcome<'_>,
) -> Response {
    let page = match load(site, scope, room, before).await {
        Err(ServiceError::SignInRequired) => Ok(Redirect::to(paths::JOIN).into_response()),
        loaded => {
            loaded.map(|(inviting, page, requests)| shown(site, inviting, page, requests, outcome))
        }
    };
    answer(site, page)
}

async fn load(
    site: &Site,
    scope: &Scope,
    room: Option<RoomId>,
    before: Option<i64>,
) -> Result<(Inviting, InvitesPage, Vec<JoinRequest>), ServiceError> {
    let inviting = invites::inviting(&site.ctx, scope, room).await?;
    let page = invites::list(&site.ctx, scope, room, before).await?;
    let requests = match room {
        None => Vec::new(),
        Some(room) => match invites::join_requests(&site.ctx, scope, room).await {
            // They invite, and let nobody in.
            Err(ServiceError::Forbidden) => Vec::new(),
            requests => requests?,
        },
    };
    Ok((inviting, page, requests))
}

fn shown(
    site: &Site,
    inviting: Inviting,
    InvitesPage { invites, next }: InvitesPage,
    requests: Vec<JoinRequest>,
    outcome: Outcome<'_>,
) -> Response {
    let Inviting {
        room,
        may_give_roles,
    } = inviting;
    let head = Head {
        title: "Invite",
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let (status, made, error) = match outcome {
        Outcome::None => (StatusCode::OK, None, None),
        Outcome::Made(link) => (StatusCode::OK, Some(link.to_owned()), None),
        Outcome::Refused(status, error) => (status, None, Some(error.message.clone())),
    };
    let here = here(room.as_ref());
    let next = next.map(|next| format!("{here}?before={next}"));
    let members = room.as_ref().map(paths::members);
    let (back, back_label) = match &room {
        Some(room) => (paths::latest(room), "Back to the room"),
        None => (paths::LIST.to_owned(), "Back to the rooms"),
    };
    site.assets.page(status, &head, move || {
        let heading = match &room {
            Some(room) => view! { "Invite to " <bdi>{room.name.clone()}</bdi> }.into_any(),
            None => view! { "Invite to " {house()} }.into_any(),
        };
        let lines: Vec<_> = invites.iter().map(|invite| line(invite, &here)).collect();
        let is_any = !lines.is_empty();
        let asking = room.as_ref().filter(|_| !requests.is_empty());
        let asking = asking.map(|room| asking_in(room, requests));
        let may_ask = room.is_some();
        view! {
            <PlainPage heading back back_label>
                {asking}
                {made.map(|link| given_link(&link, "Give this link away", ONCE))}
                <form class="form" method="post" action=here>
                    <Choice label="Who may come" name="uses" options=&USES/>
                    <Choice label="For how long" name="days" options=&DAYS/>
                    {may_give_roles.then(|| view! { <Choice label="As what" name="role" options=&ROLES/> })}
                    {may_ask.then(|| view! { <Choice label="How they come in" name="ask" options=&ASK/> })}
                    <p class="field-error" role="alert">{error}</p>
                    <button class="primary" type="submit">"Make a link"</button>
                </form>
                {is_any.then(|| view! { <h2>"Links that work"</h2> })}
                <ul class="all-rooms">{lines}</ul>
                {next.map(|next| view! { <p><a href=next rel="next">"More links"</a></p> })}
                {members.map(|members| view! { <p><a href=members>"Members of the room"</a></p> })}
            </PlainPage>
        }
        .into_any()
    })
}

fn here(room: Option<&Room>) -> String {
    room.map_or(paths::INVITES.to_owned(), paths::invites)
}

/// A choice of a few, of which the first is made.
#[component]
fn Choice(
    /// The label of the field.
    label: &'static str,
    /// The form field's name.
    name: &'static str,
    /// What is sent, and what it is called.
    options: &'static [(&'static str, &'static str)],
) -> impl IntoView {
    let option = |(value, called): &(&'static str, &'static str)| {
        view! { <option value=*value>{*called}</option> }
    };
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select id=name name=name>{options.iter().map(option).collect_view()}</select>
        </div>
    }
}

/// Who asks to be let in, and the ways to answer.
fn asking_in(room: &Room, requests: Vec<JoinRequest>) -> AnyView {
    let lines = requests.into_iter().map(|JoinRequest { user, asked_at }| {
        let id = format!("request-{}", user.id);
        view! {
            <li>
                <p id=id.clone()><bdi>{user.name}</bdi></p>
                <p class="room-facts">{format!("Asked on {}.", date(asked_at))}</p>
                <form method="post" action=paths::answer_request(room, user.id, "let-in")>
                    <button class="primary" type="submit" aria-describedby=id.clone()>"Let in"</button>
                </form>
                <form method="post" action=paths::answer_request(room, user.id, "refuse")>
                    <button class="quiet" type="submit" aria-describedby=id>"Refuse"</button>
                </form>
            </li>
        }
    });
    view! {
        <section aria-labelledby="requests-title">
            <h2 id="requests-title">"Who asks to come in"</h2>
            <ul class="all-rooms">{lines.collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// An invitation, and the way to take it back.
fn line(invite: &Invite, here: &str) -> AnyView {
    let role = match invite.to.role() {
        "member" => "",
        "moderator" => ", as moderators",
        _ => ", with another role",
    };
    let came = match invite.max_uses {
        Some(most) => format!("{} of {most} came", invite.used),
        None => format!("{} came", invite.used),
    };
    let until = match invite.expires_at {
        Some(at) => format!(", until {}", date(at)),
        None => String::new(),
    };
    let asks = if invite.asks { ", and ask first" } else { "" };
    let facts = format!(
        "{came}{role}{until}{asks}. Made on {}.",
        date(invite.created_at)
    );
    let id = format!("invite-{}", invite.id);
    view! {
        <li>
            <p id=id.clone()>"By " <bdi>{invite.by.name.clone()}</bdi></p>
            <p class="room-facts">{facts}</p>
            <form method="post" action=paths::revoke_invite(invite.id)>
                <input type="hidden" name="next" value=here.to_owned()/>
                <button class="quiet" type="submit" aria-describedby=id>"Take back"</button>
            </form>
        </li>
    }
    .into_any()
}

fn date(at: Timestamp) -> String {
    at.civil(0).date()
}
