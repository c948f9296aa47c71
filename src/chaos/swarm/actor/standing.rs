//! Who an actor's person is to the server, and where they are: they sign in, are put out of a room, and are let in again.
//!
//! *Invariant:* who they are does not change while somebody lets them in or puts them out.

use super::{Actor, RETRY_DELAY, name};
use crate::history::Event;
use crate::swarm::moderation::{Done, Turn};
use reqwest::StatusCode;
use tokio::time::sleep;

/// How often it is tried to sign in, each for 2 s at most.
const SIGN_IN_TRIES: usize = 100;

impl Actor {
    /// A guest becomes a member, or the person of an account that was there. Nobody knows which of several tries was
    /// heard, on a network that swallows answers: whose token is none any more has a password by then.
    pub(super) async fn sign_in(&mut self, is_other: bool) {
        // Who is let in is so as who they are then.
        while self.moderation.is_under_way() {
            let done = self.moderation.ended().await;
            self.moderated(done).await;
        }
        let rest = self.context.rest.clone();
        let (path, username) = match is_other {
            true => ("sessions", format!("Account {}", self.index)),
            false => ("me/claim", format!("Client {}", self.index)),
        };
        let mut is_made = !is_other;
        for _ in 0..SIGN_IN_TRIES {
            if !is_made {
                let made = rest.begin_session("accounts", None, &username).await;
                is_made = made.is_ok() || made.is_err_and(|why| why == Some(StatusCode::CONFLICT));
            }
            let mut begun = Err(None);
            if is_made {
                begun = rest.begin_session(path, Some(&self.token), &username).await;
            }
            if let Err(Some(StatusCode::UNAUTHORIZED)) = begun {
                begun = rest.begin_session("sessions", None, &username).await;
            }
            if let Ok(begun) = begun {
                if !self.mine.contains(&begun.user.id) {
                    self.mine.insert(0, begun.user.id);
                }
                self.token = begun.token;
                // What was being opened shows the token that ended, and would be told that its session has.
                if self.opening.is_some() {
                    self.open();
                }
                return self.client.becomes(&self.mine);
            }
            sleep(RETRY_DELAY).await;
        }
    }

    /// Somebody puts its person out of the closed room, or lets them in, while all goes on.
    pub(super) fn moderate(&mut self, turn: Turn) {
        self.moderation.ask_for(turn);
        self.moderate_next();
    }

    /// To the closed room, if need be: whoever was told late that they are out may be in again by then.
    pub(super) fn come_back(&mut self) {
        let mut rooms = self.rooms.iter();
        let closed = rooms.find(|room| self.moderation.room() == Some(**room));
        if let Some(closed) = closed.filter(|room| !self.moderation.is_out_of(**room)) {
            self.client.enter(*closed);
        }
    }

    fn moderate_next(&mut self) {
        self.take_events();
        let begun = self.moderation.begin(self.mine[0], name(self.index));
        self.seen.events.extend(begun);
    }

    pub(super) async fn moderated(&mut self, done: Done) {
        self.take_events();
        if let (Some(room), Done::PutOut(seq)) = (self.moderation.room(), done) {
            self.seen.events.push(Event::PutOut {
                client: name(self.index),
                room: room.0,
                seq: seq.0,
            });
        }
        self.done();
        self.moderate_next();
        self.come_back();
        self.perform().await;
    }
}
