//! The server through its doors: a real server on a free port, a real database file in a folder of
//! its own, HTTP and WebSocket clients that share no code with it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accounts;
mod asking;
mod authors;
mod availability;
mod blocks;
mod changing_rooms;
mod closed_to_guests;
mod codec;
mod completions;
mod contexts;
mod device_links;
mod direct;
mod documented;
mod favourites;
mod harness;
// Other addresses than 127.0.0.1 are those of this machine on Linux only.
mod combining_marks;
#[cfg(target_os = "linux")]
mod http_floods;
mod http_guards;
mod http_hosts;
mod http_limits;
mod hub;
mod invited;
mod invites;
mod leaving;
mod levels;
mod links;
mod logs;
mod markup;
mod members;
mod mention_counts;
mod mentions;
mod merging;
mod outsider;
mod people;
mod pins;
mod postgres_outage;
mod reactions;
mod renaming;
mod replies;
mod resets;
mod rest_errors;
mod rest_messages;
mod rest_rooms;
mod revisions;
mod room_rules;
mod server_roles;
mod standing;
mod text_cleaning;
mod undoing;
mod ws_activity;
mod ws_closing;
mod ws_commands;
mod ws_conformance;
mod ws_floods;
mod ws_hello;
mod ws_joining;
mod ws_looking;
mod ws_presence;
mod ws_rooms;
mod ws_sending;
mod ws_streams;
mod ws_sync;
