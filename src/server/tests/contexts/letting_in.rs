//! A socket that is let in while its person changes something elsewhere.

use super::*;
use parlour_protocol::{Availability, RoomKind, Seq};
use parlour_server::administration::{Actor, Deed, administer};
use parlour_server::invalidation::{ReadAt, Source};
use parlour_server::realtime::{
    Admitted, Attendee, Mailbox, NotIdentified, Socket, SocketKind, Subscriber,
};
use parlour_server::rooms::{self, PersonState, person_state};
use parlour_server::{names, people};

/// What is read of a person to let a socket of theirs in.
async fn read(bench: &Bench, scope: &Scope) -> (PersonState, ReadAt) {
    let invalidations = bench.ctx.store.invalidations();
    let read_at = ReadAt::now(
        invalidations,
        [Source::Person(user(scope).id), Source::Mentions],
    );
    (person_state(&bench.ctx, scope).await.unwrap(), read_at)
}

/// Lets a socket in as that of a person who was read so.
fn let_in(
    bench: &Bench,
    scope: &Scope,
    (state, read_at): (PersonState, ReadAt),
) -> Result<(Socket, Arc<Mailbox>), NotIdentified> {
    let mailbox = Arc::new(Mailbox::default());
    let subscriber: Arc<dyn Subscriber> = mailbox.clone();
    let socket = bench.ctx.hub.open(SocketKind::Many, subscriber);
    let name = &user(scope).name;
    let who = Attendee {
        id: user(scope).id,
        name: name.as_str().into(),
        skeleton: names::skeleton(name).into(),
    };
    let read = state
        .read
        .into_iter()
        .map(|(room, read)| (room, read.posts));
    socket.set_blocked(state.blocked);
    let is_current = || read_at.is_current();
    let admitted = Admitted::default();
    socket.identify(&who, admitted, read.collect(), state.me, false, is_current)?;
    Ok((socket, mailbox))
}

fn seen(bench: &Bench, of: &Scope, by: &Scope) -> Option<Availability> {
    bench.ctx.hub.availability(user(of).id, user(by).id)
}

#[tokio::test]
async fn a_block_between_the_read_and_the_letting_in_is_not_lost() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let before = read(&bench, &alice).await;
    people::block(&bench.ctx, &alice, user(&bob).id)
        .await
        .unwrap();
    let late = let_in(&bench, &alice, before);
    assert_eq!(late.err(), Some(NotIdentified::Outdated));
    let again = read(&bench, &alice).await;
    let _socket = let_in(&bench, &alice, again).unwrap();
    assert_eq!(seen(&bench, &alice, &bob), None);
    people::unblock(&bench.ctx, &alice, user(&bob).id)
        .await
        .unwrap();
    assert_eq!(seen(&bench, &alice, &bob), Some(Availability::Online));
}

#[tokio::test]
async fn a_block_behind_the_letting_in_is_told_to_the_socket() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let now = read(&bench, &alice).await;
    let (_socket, mailbox) = let_in(&bench, &alice, now).unwrap();
    people::block(&bench.ctx, &alice, user(&bob).id)
        .await
        .unwrap();
    assert_eq!(seen(&bench, &alice, &bob), None);
    let (frames, _) = mailbox.take();
    let is_told = |frame: &&parlour_server::realtime::Frame| frame.contains("\"blocks\"");
    assert_eq!(frames.iter().filter(is_told).count(), 1);
}

#[tokio::test]
async fn whatever_a_person_s_stream_tells_is_not_lost_by_who_is_let_in_meanwhile() {
    let bench = Bench::new().await;
    let (ctx, alice) = (&bench.ctx, bench.guest("Alice").await);
    let den = ctx
        .store
        .make_room(RoomKind::Closed, user(&alice).id, "Den");
    let den = den.await.id;
    bench
        .send(&bench.guest("Bob").await, LOBBY, "x", None)
        .await
        .unwrap();
    for change in 0..6 {
        let before = read(&bench, &alice).await;
        match change {
            0 => drop(rooms::enter(ctx, &alice, LOBBY).await.unwrap()),
            1 => {
                let number = parlour_protocol::Number(1);
                rooms::mark_unread(ctx, &alice, LOBBY, number)
                    .await
                    .unwrap();
            }
            2 => rooms::read_up_to(ctx, &alice, LOBBY, Seq(1)).await.unwrap(),
            3 => rooms::leave(ctx, &alice, LOBBY).await.unwrap(),
            4 => drop(bench.send(&alice, den, "x", None).await.unwrap()),
            _ => {
                let done = administer(ctx, Actor::Machine, user(&alice).id, Deed::Enable);
                drop(done.await.unwrap());
            }
        }
        let late = let_in(&bench, &alice, before);
        assert_eq!(late.err(), Some(NotIdentified::Outdated), "{change}");
    }
    // What others do is nothing to it.
    let before = read(&bench, &alice).await;
    let berta = bench.guest("Berta").await;
    people::block(ctx, &berta, user(&alice).id).await.unwrap();
    assert!(let_in(&bench, &alice, before).is_ok());
}
