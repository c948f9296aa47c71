//! `/rooms/{slug}/members/{id}`: somebody in a room, and what may be done about them: their role, letting them in, putting
//! them out, and keeping them out.

use super::answer;
use super::parts::{Choice, ChoiceField, PlainPage, TextField, leads_to};
use super::shape::Shape;
use crate::app::room::face;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::{AppError, RoomId, RoomRole, Timestamp, UserId, paths};
use parlour_server::http::AtMember;
use parlour_server::rooms::{self, MemberCard};
use parlour_server::{Scope, ServiceError};

/// For how many days somebody is kept out, as the form offers it: what is sent, and what it is called.
const DAYS: [Choice; 4] = [
    ("1", "A day"),
    ("7", "A week"),
    ("30", "30 days"),
    ("", "Until it is taken back"),
];

/// What is wrong with a form, and what was typed into it.
#[derive(Debug)]
pub struct Refused<'a> {
    /// The status of the page.
    pub status: StatusCode,
    /// What is wrong.
    pub error: &'a AppError,
    /// The reason as it was typed.
    pub reason: &'a str,
}

/// `GET /rooms/{slug}/members/{id}`: the person and the forms.
pub async fn member(
    State(site): State<Site>,
    scope: Scope,
    AtMember(room, person): AtMember,
) -> Response {
    let page = member_page(&site, &scope, room, person, None).await;
    answer(&site, page)
}

/// The page, with what is wrong with a form of it.
///
/// # Errors
/// As [`rooms::member_card`].
pub async fn member_page(
    site: &Site,
    scope: &Scope,
    room: RoomId,
    person: UserId,
    refused: Option<Refused<'_>>,
) -> Result<Response, ServiceError> {
    let card = rooms::member_card(&site.ctx, scope, room, person).await?;
    Ok(shown(site, card, refused))
}

fn shown(site: &Site, card: MemberCard, refused: Option<Refused<'_>>) -> Response {
    let name = card.user.name.clone();
    let head = Head {
        title: &name,
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let status = refused
        .as_ref()
        .map_or(StatusCode::OK, |refused| refused.status);
    let reason = refused
        .as_ref()
        .map(|refused| refused.reason.to_owned())
        .unwrap_or_default();
    let (at_reason, elsewhere) = match refused.map(|refused| refused.error) {
        Some(error) if error.field.as_deref() == Some("reason") => {
            (Some(error.message.clone()), None)
        }
        error => (None, error.map(|error| error.message.clone())),
    };
    site.assets.page(status, &head, move || {
        let (room, user) = (card.room.clone(), card.user.clone());
        let face = face(Some((user.id, &user.name)));
        let stands = facts(&card);
        let forms = forms(&card, "", reason, at_reason);
        let about = paths::person(user.id);
        view! {
            <PlainPage
                heading=view! { {face} " " <bdi>{user.name}</bdi> }
                back=paths::members(&room)
                back_label="All members"
            >
                <p>{stands} " in " <bdi>{room.name}</bdi> "."</p>
                <p class="field-error" role="alert">{elsewhere}</p>
                {forms}
                <p><a href=about>"About this person"</a></p>
            </PlainPage>
        }
        .into_any()
    })
}

/// What may be done about them, with forms that lead to `next`, or else to the members.
pub(super) fn forms(
    card: &MemberCard,
    next: &str,
    reason: String,
    at_reason: Option<String>,
) -> AnyView {
    let deed = |deed| paths::member_deed(&card.room, card.user.id, deed);
    let button = |target, label: &'static str| {
        let action = deed(target);
        view! {
            <form class="form" method="post" action=action>
                {leads_to(next)}
                <button class="button" type="submit">{label}</button>
            </form>
        }
    };
    let roles = (!card.roles.is_empty()).then(|| role_form(deed("role"), next, card));
    let is_kept_out = card.kept_out.is_some();
    let ban = (card.may_ban).then(|| ban_form(deed("ban"), next, is_kept_out, reason, at_reason));
    view! {
        {roles}
        {card.may_let_in.then(|| button("let-in", "Let in"))}
        {card.may_lift.then(|| button("allow", "Keep out no more"))}
        {card.may_put_out.then(|| button("out", "Put out"))}
        {ban}
    }
    .into_any()
}

fn role_form(action: String, next: &str, card: &MemberCard) -> AnyView {
    let options = card.roles.iter().map(|role| {
        let is_theirs = *role == card.role;
        view! { <option value=role.name() selected=is_theirs>{role_name(*role)}</option> }
    });
    let options = options.collect_view();
    view! {
        <form class="form" method="post" action=action>
            {leads_to(next)}
            <div class="field">
                <label for="room-role">"Role in the room"</label>
                <select id="room-role" name="role">{options}</select>
            </div>
            <button class="primary" type="submit">"Give the role"</button>
        </form>
    }
    .into_any()
}

fn ban_form(
    action: String,
    next: &str,
    is_kept_out: bool,
    reason: String,
    error: Option<String>,
) -> AnyView {
    let label = match is_kept_out {
        true => "Keep out for another time",
        false => "Put out and keep out",
    };
    view! {
        <form class="form" method="post" action=action>
            {leads_to(next)}
            <ChoiceField label="For how long" name="days" chosen="7" choices=&DAYS/>
            <TextField
                label="Why (optional; who keeps order here reads it)"
                name="reason"
                value=reason
                error
                shape=Shape::Page
            />
            <button class="primary danger" type="submit">{label}</button>
        </form>
    }
    .into_any()
}

/// What somebody is in the room.
pub(super) fn facts(card: &MemberCard) -> String {
    match (card.is_member, card.kept_out) {
        (_, Some(end)) => {
            let end = (end < FOR_GOOD).then_some(end);
            kept_out(end)
        }
        (true, None) => role_name(card.role).to_owned(),
        (false, None) if card.role == RoomRole::Owner => "Owner who left".to_owned(),
        (false, None) => "No member".to_owned(),
    }
}

/// As late as can be.
const FOR_GOOD: Timestamp = Timestamp(i64::MAX);

/// Until when somebody is kept out, in words.
pub(super) fn kept_out(until: Option<Timestamp>) -> String {
    match until {
        Some(until) => format!("Kept out until {}", until.civil(0).date()),
        None => "Kept out until it is taken back".to_owned(),
    }
}

/// What a role in a room is called.
pub(super) fn role_name(role: RoomRole) -> &'static str {
    match role {
        RoomRole::Visitor => "Visitor",
        RoomRole::Member => "Member",
        RoomRole::Moderator => "Moderator",
        RoomRole::Owner => "Owner",
    }
}
