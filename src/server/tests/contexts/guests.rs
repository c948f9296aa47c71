//! Guests, their names, and their sessions.

use super::*;
use parlour_protocol::UserKind;
use parlour_protocol::rules::Fault;
use parlour_server::accounts::{authenticate, create_guest, rename};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The same in milliseconds.
const DAY_MS: i64 = 86_400_000;

#[tokio::test]
async fn a_session_survives_a_restart() {
    let bench = Bench::new().await;
    let (user, token) = create_guest(&bench.ctx, &visitor(), " Zoe\u{308} ")
        .await
        .unwrap();
    assert_eq!(
        (user.name.as_str(), user.kind),
        ("Zo\u{eb}", UserKind::Guest)
    );
    let bench = bench.reopened().await;
    let person = authenticate(&bench.ctx, token.as_str())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(person.user, user);
    assert_eq!(person.role, parlour_protocol::ServerRole::Guest);
}

#[tokio::test]
async fn a6_only_the_tokens_hash_is_stored() {
    let bench = Bench::on_a_file().await;
    let (_, token) = create_guest(&bench.ctx, &visitor(), "Alice").await.unwrap();
    let hash: Vec<u8> = bench.value("SELECT token_hash FROM sessions").await;
    assert_eq!(hash.len(), 32);
    assert!(
        authenticate(&bench.ctx, token.as_str())
            .await
            .unwrap()
            .is_some()
    );
    bench.ctx.drain().await;
    let folder = bench.file().parent().unwrap().to_owned();
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let secret = token.as_str().as_bytes();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
}

#[tokio::test]
async fn no_other_token_authenticates() {
    let bench = Bench::new().await;
    let (_, token) = create_guest(&bench.ctx, &visitor(), "Alice").await.unwrap();
    let mut flipped = token.as_str().to_owned();
    flipped.replace_range(..1, if flipped.starts_with('A') { "B" } else { "A" });
    for text in [
        "",
        "x",
        &flipped,
        &token.as_str()[1..],
        "' OR 1=1 --",
        &"A".repeat(43),
    ] {
        assert!(
            authenticate(&bench.ctx, text).await.unwrap().is_none(),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a7_a_session_in_use_never_ends_and_an_unused_one_does() {
    let bench = Bench::new().await;
    let (_, used) = create_guest(&bench.ctx, &visitor(), "Used").await.unwrap();
    let (_, unused) = create_guest(&bench.ctx, &visitor(), "Unused")
        .await
        .unwrap();
    for _ in 0..10 {
        bench.clock.advance(29 * DAY);
        assert!(
            authenticate(&bench.ctx, used.as_str())
                .await
                .unwrap()
                .is_some()
        );
    }
    assert!(
        authenticate(&bench.ctx, unused.as_str())
            .await
            .unwrap()
            .is_none()
    );
    bench.clock.advance(30 * DAY);
    assert!(
        authenticate(&bench.ctx, used.as_str())
            .await
            .unwrap()
            .is_none()
    );
    // The next guest pays for the expired.
    create_guest(&bench.ctx, &visitor(), "New").await.unwrap();
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM sessions").await, 1);
}

#[tokio::test]
async fn a_session_is_renewed_at_most_once_a_day() {
    let bench = Bench::new().await;
    let (_, token) = create_guest(&bench.ctx, &visitor(), "Alice").await.unwrap();
    let expires = "SELECT expires_at FROM sessions";
    let first: i64 = bench.value(expires).await;
    assert_eq!(first, bench.clock.now().0 + 30 * DAY_MS);
    bench.clock.advance(DAY);
    authenticate(&bench.ctx, token.as_str()).await.unwrap();
    assert_eq!(bench.value::<i64>(expires).await, first);
    bench.clock.advance(Duration::from_millis(1));
    authenticate(&bench.ctx, token.as_str()).await.unwrap();
    assert_eq!(bench.value::<i64>(expires).await, first + DAY_MS + 1);
}

#[tokio::test]
async fn guests_names_have_their_rules() {
    let bench = Bench::new().await;
    for (name, fault) in [
        ("", Fault::Empty),
        ("\u{200b}", Fault::Empty),
        ("a\u{202e}b", Fault::Unprintable),
        ("a\u{7}b", Fault::Unprintable),
        ("Ali\u{200d}ce", Fault::Unprintable),
        ("Alice\u{fe0f}", Fault::Unprintable),
        ("\u{e000}lice", Fault::Unprintable),
        ("A\u{2800}lice", Fault::Unprintable),
        ("A\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}", Fault::Marks),
        (&*"x".repeat(33), Fault::TooLong(32)),
    ] {
        match create_guest(&bench.ctx, &visitor(), name).await {
            Err(ServiceError::Invalid(invalid)) => {
                assert_eq!((invalid.field, invalid.fault), ("username", fault));
            }
            other => panic!("{name:?}: {other:?}"),
        }
    }
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM users").await, 0);
}

#[tokio::test]
async fn a_guests_name_is_free_while_they_are_away_and_an_accounts_never() {
    let bench = Bench::new().await;
    let first = bench.guest("Alice").await;
    let second = bench.guest("alice").await;
    assert_ne!(user(&first).id, user(&second).id);

    let bob = bench.guest("Bob").await;
    make_member(&bench, &bob).await;
    for name in ["Bob", "BOB", "B\u{43e}b", "B0b"] {
        let made = create_guest(&bench.ctx, &visitor(), name).await;
        assert!(
            matches!(made, Err(ServiceError::UsernameTaken(_))),
            "{name}"
        );
        let renamed = rename(&bench.ctx, &first, name).await;
        assert!(
            matches!(renamed, Err(ServiceError::UsernameTaken(_))),
            "{name}"
        );
    }
    // Its owner may write it otherwise.
    assert_eq!(rename(&bench.ctx, &bob, "BOB").await.unwrap().name, "BOB");
}

#[tokio::test]
async fn an_address_makes_so_many_guests_and_refused_names_cost_nothing() {
    let bench = Bench::with(|s| s.limits.guests_per_minute = 2).await;
    let bob = bench.guest("Bob").await;
    make_member(&bench, &bob).await;
    for _ in 0..5 {
        assert!(create_guest(&bench.ctx, &visitor(), "bob").await.is_err());
    }
    bench.guest("Carol").await;
    let third = create_guest(&bench.ctx, &visitor(), "Dave").await;
    assert!(matches!(third, Err(ServiceError::RateLimited { .. })));
    let elsewhere = Scope::visitor("192.0.2.7".parse().unwrap());
    create_guest(&bench.ctx, &elsewhere, "Dave").await.unwrap();
}

#[tokio::test]
async fn a_new_name_changes_nothing_of_what_was_written() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let before = bench.post(&alice, "x").await;
    let renamed = rename(&bench.ctx, &alice, "Alicia").await.unwrap();
    assert_eq!(
        (renamed.id, renamed.name.as_str()),
        (user(&alice).id, "Alicia")
    );
    // A socket that was opened before still holds the scope with the old name.
    let after = bench.post(&alice, "y").await;
    assert_eq!(after.username, "Alicia");
    let shown = messages::history(&bench.ctx, &visitor(), LOBBY, messages::View::Newest, 10).await;
    let author = Some(parlour_protocol::Person {
        id: renamed.id,
        name: renamed.name,
    });
    let before = Message { author, ..before };
    assert_eq!(shown.unwrap().messages, [before, after]);
    let nobody = rename(&bench.ctx, &visitor(), "x").await;
    assert!(matches!(nobody, Err(ServiceError::SignInRequired)));
}

#[tokio::test]
async fn a8_reserved_names_are_refused() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    for name in [
        "admin",
        "• System",
        "\u{430}dmin",
        "adrnin",
        "EVERYONE",
        "@here",
        "Parl0ur",
    ] {
        for refused in [
            create_guest(&bench.ctx, &visitor(), name).await.map(drop),
            rename(&bench.ctx, &alice, name).await.map(drop),
        ] {
            let told = refused.unwrap_err().to_app_error();
            assert_eq!(
                (told.code, told.field.as_deref()),
                (parlour_protocol::ErrorCode::UsernameTaken, Some("username")),
                "{name}"
            );
            assert!(told.message.contains("is reserved"), "{}", told.message);
        }
    }
    // Who was called so before may write it otherwise.
    let id = user(&alice).id;
    let sql = format!("UPDATE users SET name = 'admin', skeleton = 'admln' WHERE id = {id}");
    bench.change(sql).await;
    let mut older = alice.clone();
    older.person.as_mut().unwrap().user.name = "admin".to_owned();
    let renamed = rename(&bench.ctx, &older, "Admin").await.unwrap();
    assert_eq!(renamed.name, "Admin");
}

#[tokio::test]
async fn names_with_different_skeletons_are_free_and_a_refusal_names_the_holder() {
    let bench = Bench::new().await;
    for (name, other) in [("Burn", "Bum"), ("Modern", "Modem")] {
        let account = bench.guest(name).await;
        make_member(&bench, &account).await;
        bench.guest(other).await;
    }
    for (name, holder) in [
        ("BURN", "Burn"),
        ("M0dern", "Modern"),
        ("M\u{43e}dern", "Modern"),
    ] {
        let refused = create_guest(&bench.ctx, &visitor(), name)
            .await
            .unwrap_err();
        let told = refused.to_app_error().message;
        let middle = format!("looks like it: \u{2068}{holder}\u{2069}. ");
        assert!(told.contains(&middle), "{name}: {told}");
    }
}

/// Accounts come later; their names are guarded already.
async fn make_member(bench: &Bench, scope: &Scope) {
    let id = user(scope).id;
    bench
        .change(format!("UPDATE users SET kind = 'member' WHERE id = {id}"))
        .await;
}
