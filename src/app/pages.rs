//! The pages, rendered by the server: two of them hold the live room, the others are plain.
//!
//! *Invariant:* `GET` changes nothing.

pub mod address;
mod admin;
mod all_rooms;
mod change_room;
mod device_links;
mod dressing;
mod edit;
mod form_page;
mod go;
mod house_settings;
mod invitation;
mod invites;
mod join;
mod keys;
mod leaving;
pub mod look;
mod member;
mod members;
mod mentions;
mod name;
mod new_room;
mod parts;
mod people;
mod people_admin;
mod permissions;
mod problem;
mod qr;
mod question;
mod reset;
mod revisions;
mod room;
mod rooms_admin;
mod settings;
mod setup;
mod shape;
mod signing_in;
mod thread;
mod zone;

pub use admin::{admin, admin_answer};
pub use all_rooms::all_rooms;
pub use change_room::{change_room, change_room_page};
pub use device_links::{device_link, own_device_link, own_devices};
pub use dressing::{dressed, look, look_sheet};
pub use edit::{Typed, Which, edit, edit_page};
pub use go::go;
pub use house_settings::{house_settings, refused_settings};
pub use invitation::{invitation, refused_invitation};
pub use invites::{Outcome, invites_page, room_invites, server_invites};
pub use join::{join, join_page};
pub use keys::keys;
pub use leaving::{leave_house, leave_page};
pub use member::{Refused, member, member_page};
pub use members::{LetIn, members, members_page};
pub use mentions::mentions;
pub use name::{name, name_page};
pub use new_room::{RoomFields, new_room, new_room_page};
pub use people::{find_people, person};
pub use people_admin::{deed_called, people_admin, person_admin, person_page};
pub use permissions::permissions;
pub use problem::{
    answer, answer_in, not_found, other_method, problem, refusal, told_when, with_rooms,
};
pub use question::{delete_message, delete_room};
pub use reset::{reset, reset_page};
pub use revisions::revisions;
pub use room::{home, list, permalink, room};
pub use rooms_admin::rooms_admin;
pub use settings::{Wrong, settings, settings_page};
pub use setup::{set_up, set_up_page};
pub use shape::Shape;
pub use signing_in::{sign_in, sign_in_page, sign_out};
pub use thread::{refused_answer, thread};
