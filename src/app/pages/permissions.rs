//! `/admin/permissions`: who may do what, printed from the table by which it is decided.

use super::admin::{admin_answer, admin_page, require};
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::paths;
use parlour_protocol::permissions::{Action, RoomRole, Rule, ServerRole, TABLE};
use parlour_server::Scope;

/// `GET /admin/permissions`: the table, for who sees all accounts.
pub async fn permissions(State(site): State<Site>, scope: Scope) -> Response {
    let least = site.ctx.in_force.now().house.make_rooms;
    let page = require(&scope, Action::SeePeople).map(|()| {
        admin_page(&site, StatusCode::OK, "Permissions", paths::ADMIN, move || {
            view! {
                <p>
                    "Each line names the least role. Either of the two is enough: one on the server counts in every \
                    room that the person can see. Nobody acts on a person whose role is as high as their own."
                </p>
                <table class="permissions">
                    <thead>
                        <tr>
                            <th scope="col">"To do this"</th>
                            <th scope="col">"On the server"</th>
                            <th scope="col">"In the room"</th>
                        </tr>
                    </thead>
                    <tbody>{TABLE.map(|rule| row(rule, least)).into_iter().collect_view()}</tbody>
                </table>
            }
            .into_any()
        })
    });
    admin_answer(site, page).await
}

fn row(rule: Rule, least_to_make_rooms: ServerRole) -> impl IntoView {
    let on_server = match rule.action {
        // A setting of the house can ask for more.
        Action::MakeRoom => rule.on_server.map(|least| least.max(least_to_make_rooms)),
        _ => rule.on_server,
    };
    let archived = match (rule.in_room, rule.when_archived) {
        (Some(_), true) => ", also in an archived one",
        _ => "",
    };
    view! {
        <tr id=rule.action.name()>
            <th scope="row">{words(rule.action)}{archived}</th>
            <td>{on_server.map_or("–", ServerRole::name)}</td>
            <td>{rule.in_room.map_or("–", RoomRole::name)}</td>
        </tr>
    }
}

/// What people call it.
fn words(action: Action) -> &'static str {
    match action {
        Action::ReadRoom => "Read a room",
        Action::JoinRoom => "Join an open room",
        Action::Post => "Post",
        Action::Announce => "Post in a room for announcements",
        Action::EditOwn => "Edit an own message",
        Action::DeleteOwn => "Delete an own message",
        Action::DeleteAny => "Delete anybody's message",
        Action::ReadRevisions => "Read what a message said before it was edited",
        Action::DropRevision => "Forget an earlier version of an own message",
        Action::React => "React to a message",
        Action::Pin => "Pin a message where one may post",
        Action::MentionAll => "Mention everybody where more than 50 people are",
        Action::SeeMembers => "See who is a member",
        Action::Invite => "Invite to a room",
        Action::LetIn => "Let somebody into a room",
        Action::PutOut => "Put somebody out of a room",
        Action::Ban => "Ban somebody from a room, and let them in again",
        Action::ManageRoomRoles => "Give and take roles in a room",
        Action::RenameRoom => "Change a room's name and description",
        Action::ChangeRoom => {
            "Change who sees a room, who writes in it, and who reads earlier versions"
        }
        Action::ArchiveRoom => "Archive a room, and bring it back",
        Action::DeleteRoom => "Delete a room",
        Action::MakeRoom => "Make a room",
        Action::TalkDirectly => "Write to somebody alone",
        Action::FindPeople => "Look for people",
        Action::Block => "Have somebody not write to oneself alone",
        Action::ChangeOwnProfile => "Change one's own name, bio and password",
        Action::InviteToServer => "Invite to the server",
        Action::SeePeople => "See all accounts",
        Action::EndSessions => "Sign somebody out everywhere",
        Action::ResetPassword => "Let somebody set a new password",
        Action::DisablePerson => "Disable an account, and enable it again",
        Action::ManageServerRoles => "Give and take roles on the server",
        Action::ChangeSettings => "Change the settings of the house",
        Action::ManageOwners => "Make somebody an owner, or no owner any more",
    }
}
