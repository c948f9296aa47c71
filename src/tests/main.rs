//! The whole site as one test binary: pages, forms, calls, headers and the executable.
//!
//! Every test starts a site of its own (see `harness`) and reads its pages back as a browser does.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accounts;
mod actions;
mod backups;
mod binary;
mod browsing;
mod builds;
mod calls;
mod changing_rooms;
mod contrast;
mod copying;
mod crawl;
mod cross_site;
mod dates;
mod device_links;
mod direct;
mod durability;
mod emoji;
mod empty;
mod favourites;
mod files;
mod finding;
// What a process has is read from where Linux says it.
#[cfg(target_os = "linux")]
mod floods;
mod forms;
mod forwarding;
mod frozen;
mod full_disk;
mod harness;
mod headers;
mod house_settings;
mod idempotency;
mod invites;
mod last_room;
mod leaving;
mod levels;
mod look;
mod many_rooms;
mod markup;
mod matrix;
mod members;
mod names;
mod outsider;
mod page_cache;
mod pages;
mod panels;
mod people;
mod people_admin;
mod pins;
mod postgres_lease;
mod postgres_outage;
mod reactions;
mod reading;
mod reading_all;
mod refused_forms;
mod resets;
mod restarting;
mod retrying;
mod revisions;
mod rooms_admin;
mod saved;
mod slow_clients;
mod tidy;
mod undoing;
mod upgrading;
mod user_commands;
mod xss;
