//! What every implementation of [`Broker`] must do.

use crate::events::Publication;
use crate::realtime::{Broker, Event};
use parlour_protocol::{RoomId, Seq, UserId};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// Makes a broker that shares nothing with the ones before.
pub type Factory<'a> = &'a dyn Fn() -> Arc<dyn Broker>;

const EVENT_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs the whole suite; panics at what does not conform.
pub fn all(factory: Factory) {
    every_receiver_gets_every_event_in_order(factory);
    keeps_each_publisher_s_order(factory);
    a_batch_keeps_its_order(factory);
    a_receiver_gets_only_what_follows_its_subscription(factory);
    an_event_carries_its_encoded_frame(factory);
}

/// Two receivers get the events of one publisher, in order.
pub fn every_receiver_gets_every_event_in_order(factory: Factory) {
    let broker = factory();
    let (first, second) = (listen(&*broker), listen(&*broker));
    let sent: Vec<_> = (0..1_000).map(|n| reading(1, n)).collect();
    for publication in &sent {
        broker.publish(vec![Event::new(publication.clone())]);
    }
    assert_eq!(take(&first, sent.len()), sent, "the first receiver");
    assert_eq!(take(&second, sent.len()), sent, "the second receiver");
}

/// With several publishers at once the order of each is kept.
pub fn keeps_each_publisher_s_order(factory: Factory) {
    let broker = factory();
    let heard = listen(&*broker);
    thread::scope(|scope| {
        for publisher in 0..4 {
            let broker = &broker;
            scope.spawn(move || {
                for n in 0..250 {
                    broker.publish(vec![Event::new(reading(publisher, n))]);
                }
            });
        }
    });
    let heard = take(&heard, 1_000);
    for publisher in 0..4 {
        let own: Vec<_> = (0..250).map(|n| reading(publisher, n)).collect();
        let of_it = |publication: &&Publication| matches!(publication, Publication::Read { user, .. } if user.0 == publisher);
        let heard_of_it: Vec<_> = heard.iter().filter(of_it).cloned().collect();
        assert_eq!(heard_of_it, own, "publisher {publisher}");
    }
}

/// What is published in one go arrives as if it had been published one by one.
pub fn a_batch_keeps_its_order(factory: Factory) {
    let broker = factory();
    let heard = listen(&*broker);
    let sent: Vec<_> = (0..1_000).map(|n| reading(1, n)).collect();
    for together in sent.chunks(7) {
        broker.publish(together.iter().cloned().map(Event::new).collect());
    }
    assert_eq!(take(&heard, sent.len()), sent);
}

/// A late subscriber gets nothing of before.
pub fn a_receiver_gets_only_what_follows_its_subscription(factory: Factory) {
    let broker = factory();
    let early = listen(&*broker);
    broker.publish(vec![Event::new(reading(1, 1))]);
    assert_eq!(take(&early, 1), [reading(1, 1)]);
    let late = listen(&*broker);
    broker.publish(vec![Event::new(reading(1, 2))]);
    assert_eq!(take(&late, 1), [reading(1, 2)]);
}

/// The frame arrives as it was encoded.
pub fn an_event_carries_its_encoded_frame(factory: Factory) {
    let broker = factory();
    let (sender, frames) = channel();
    broker.subscribe(Box::new(move |events| {
        // Fails when the suite is over, and its receiver is dropped.
        for event in events {
            let _ = sender.send(event.frame.clone());
        }
    }));
    let sent = Event::new(Publication::RoomDeleted(RoomId(7)));
    let expected = sent.frame.clone();
    broker.publish(vec![sent]);
    let frame = frames
        .recv_timeout(EVENT_TIMEOUT)
        .expect("an event arrives in time");
    assert_eq!(frame, expected);
    assert!(frame.is_some(), "a deleted room has a frame");
}

fn listen(broker: &dyn Broker) -> Receiver<Publication> {
    let (sender, receiver) = channel();
    broker.subscribe(Box::new(move |events| {
        // Fails when the suite is over, and its receiver is dropped.
        for event in events {
            let _ = sender.send(event.publication.clone());
        }
    }));
    receiver
}

fn take(heard: &Receiver<Publication>, count: usize) -> Vec<Publication> {
    (0..count)
        .map(|_| {
            heard
                .recv_timeout(EVENT_TIMEOUT)
                .expect("every event arrives in time")
        })
        .collect()
}

fn reading(user: i64, read_posts: i64) -> Publication {
    Publication::Read {
        user: UserId(user),
        room: RoomId(1),
        seq: Seq(read_posts),
        read_posts,
        is_asked: false,
        me: Seq(read_posts),
    }
}
