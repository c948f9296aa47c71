//! The database's schema, one step per file.
//!
//! Owns the order of the steps. A database that has steps this list does not know was written by a
//! newer version; the server refuses to start on it.
//!
//! *Invariant:* a step that was released never changes, and no step imports anything of the server: it must mean
//! the same for ever.

mod m0001_rooms_and_messages;
mod m0002_changed_messages;
mod m0003_look_alikes;
mod m0004_deleted_rooms;
mod m0005_wrote_and_changed_rooms;
mod m0006_visibility;
mod m0007_streams;
mod m0008_permissions;
mod m0009_accounts;
mod m0010_bans;
mod m0011_invites;
mod m0012_direct;
mod m0013_people;
mod m0014_asking;
mod m0015_merged;
mod m0016_sidebar;
mod m0017_profile;
mod m0018_documents;
mod m0019_threads;
mod m0020_reactions;
mod m0021_revisions;
mod m0022_mentions;
mod m0023_concerns;
mod m0024_undo_pins_saved;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

/// All steps, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_rooms_and_messages::Step),
            Box::new(m0002_changed_messages::Step),
            Box::new(m0003_look_alikes::Step),
            Box::new(m0004_deleted_rooms::Step),
            Box::new(m0005_wrote_and_changed_rooms::Step),
            Box::new(m0006_visibility::Step),
            Box::new(m0007_streams::Step),
            Box::new(m0008_permissions::Step),
            Box::new(m0009_accounts::Step),
            Box::new(m0010_bans::Step),
            Box::new(m0011_invites::Step),
            Box::new(m0012_direct::Step),
            Box::new(m0013_people::Step),
            Box::new(m0014_asking::Step),
            Box::new(m0015_merged::Step),
            Box::new(m0016_sidebar::Step),
            Box::new(m0017_profile::Step),
            Box::new(m0018_documents::Step),
            Box::new(m0019_threads::Step),
            Box::new(m0020_reactions::Step),
            Box::new(m0021_revisions::Step),
            Box::new(m0022_mentions::Step),
            Box::new(m0023_concerns::Step),
            Box::new(m0024_undo_pins_saved::Step),
        ]
    }
}

/// The names of all steps this version knows, oldest first.
pub fn known_steps() -> Vec<String> {
    Migrator::migrations()
        .iter()
        .map(|step| step.name().to_owned())
        .collect()
}
