//! Settings of the house that are changed while it serves, on either database.

use super::*;
use parlour_protocol::ServerRole;
use parlour_protocol::permissions::Guests;
use parlour_server::config::StoredSettings;
use parlour_server::house_settings::{change_house_settings, house_settings};
use parlour_server::invites;
use parlour_server::rooms::{self, NewRoom};

async fn change(bench: &Bench, key: &str, value: &str) -> Result<(), ServiceError> {
    let ada = admin(&bench.guest("Ada").await);
    let wanted: StoredSettings = [(key.to_owned(), value.to_owned())].into();
    change_house_settings(&bench.ctx, &ada, wanted).await
}

#[tokio::test]
async fn what_was_changed_is_in_force_at_once_and_after_a_restart() {
    let bench = Bench::new().await;
    change(&bench, "house.make-rooms", "admin").await.unwrap();
    let in_force = |bench: &Bench| bench.ctx.in_force.now().house.make_rooms;
    assert_eq!(in_force(&bench), ServerRole::Admin);
    let bench = bench.reopened().await;
    assert_eq!(in_force(&bench), ServerRole::Admin);
    let gus = bench.guest("Gus").await;
    let new = || NewRoom {
        name: "Garden".to_owned(),
        ..NewRoom::default()
    };
    let refused = rooms::create(&bench.ctx, &gus, new()).await;
    assert!(matches!(refused, Err(ServiceError::Forbidden)));
    change(&bench, "house.make-rooms", "guest").await.unwrap();
    assert!(rooms::create(&bench.ctx, &gus, new()).await.is_ok());
    assert!(bench.ctx.store.house_settings().await.unwrap().is_empty());
}

#[tokio::test]
async fn who_may_not_change_the_settings_neither_sees_nor_changes_them() {
    let bench = Bench::new().await;
    let gus = bench.guest("Gus").await;
    let seen = house_settings(&bench.ctx, &gus).await;
    assert!(matches!(seen, Err(ServiceError::Forbidden)));
    let wanted: StoredSettings = [("house.guests".to_owned(), "no".to_owned())].into();
    let changed = change_house_settings(&bench.ctx, &gus, wanted).await;
    assert!(matches!(changed, Err(ServiceError::Forbidden)));
    assert_eq!(bench.ctx.in_force.now().house.guests, Guests::Write);
}

#[tokio::test]
async fn a_value_that_cannot_be_changes_nothing() {
    let bench = Bench::new().await;
    for (key, value) in [
        ("house.guests", "everything"),
        ("limits.rooms-per-hour", "-1"),
        ("limits.messages-per-second", "x"),
    ] {
        let refused = change(&bench, key, value).await.unwrap_err().to_app_error();
        assert_eq!(refused.field.as_deref(), Some(key));
    }
    assert!(bench.ctx.store.house_settings().await.unwrap().is_empty());
}

#[tokio::test]
async fn where_guests_only_read_they_write_in_no_open_room_and_no_new_one_comes() {
    let bench = Bench::new().await;
    let gus = bench.guest("Gus").await;
    let invite = || invites::NewInvite {
        room: Some(LOBBY),
        ..invites::NewInvite::default()
    };
    let before = bench.send(&gus, LOBBY, "hello", Some("k")).await.unwrap();
    let earlier = invites::create(&bench.ctx, &gus, invite()).await.unwrap();
    change(&bench, "house.guests", "read").await.unwrap();
    let refused = bench.send(&gus, LOBBY, "again", None).await;
    assert!(matches!(refused, Err(ServiceError::AccountRequired)));
    let (number, other) = (before.message.number, "otherwise".to_owned());
    let edited = messages::edit(&bench.ctx, &gus, LOBBY, number, other).await;
    assert!(matches!(edited, Err(ServiceError::AccountRequired)));
    let repeated = bench.send(&gus, LOBBY, "hello", Some("k")).await.unwrap();
    assert_eq!(repeated.message.id, before.message.id);
    // Whom they would invite could.
    let invited = invites::create(&bench.ctx, &gus, invite()).await;
    assert!(matches!(invited, Err(ServiceError::AccountRequired)));
    let code = earlier.code.as_str();
    let came = invites::accept(&bench.ctx, &visitor(), code, Some("Ivy")).await;
    assert!(matches!(came, Err(ServiceError::InviteNotFound)));
    let came = accounts::create_guest(&bench.ctx, &visitor(), "Nina").await;
    assert!(matches!(came, Err(ServiceError::AccountRequired)));
    assert!(rooms::check(&bench.ctx, &gus, LOBBY).await.is_ok());
    rooms::leave(&bench.ctx, &gus, LOBBY).await.unwrap();
    let entered = rooms::enter(&bench.ctx, &gus, LOBBY).await;
    assert!(matches!(entered, Err(ServiceError::AccountRequired)));
    let looked = rooms::enter_or_read(&bench.ctx, &gus, LOBBY).await.unwrap();
    assert!(!looked.is_member);
    let ada = admin(&gus);
    assert!(bench.send(&ada, LOBBY, "as before", None).await.is_ok());
    let wanted: StoredSettings = [("house.guests".to_owned(), "write".to_owned())].into();
    change_house_settings(&bench.ctx, &ada, wanted)
        .await
        .unwrap();
    assert!(bench.send(&gus, LOBBY, "again", None).await.is_ok());
}
