//! The driver of the server's half of a socket: the real [`Conversation`], whose steps are performed one
//! at a time, so that the world can end between any two of them.
//!
//! *Invariant:* the steps are performed in their order, and sends are stored in it; their outcomes come in
//! any order. What is written lies in the real mailbox until it is flushed.

use super::PlantedFault;
use super::shared_server::{SharedServer, UNIQUE_MARK};
use fastrand::Rng;
use futures::FutureExt;
use futures::future::join_all;
use parlour_protocol::{ClientFrame, Heartbeat, Message, Person, RoomId, ServerFrame, samples};
use parlour_server::http::socket::conversation::{
    Conversation, Done, Missed, Outcome, Post, Step, Task,
};
use parlour_server::messages::{self, NewMessage, Posted};
use parlour_server::realtime::{Closing, Frame, Mailbox, SocketKind, Subscriber};
use parlour_server::{Scope, ServiceError};
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The heartbeat of a server as it is set by default.
const HEARTBEAT_MS: f64 = 25_000.0;
/// The frames that the hub may lose: a seq tells that they are missing.
const LOSABLE: [&str; 7] = [
    "message",
    "message_changed",
    "person_changed",
    "joined",
    "left",
    "read",
    "unread",
];
/// How long a pinged socket may be silent.
pub(super) const PONG_MS: f64 = 10_000.0;

/// How this world's server behaves.
#[derive(Clone, Copy, Default)]
pub(super) struct ServerBehavior {
    /// Messages on one socket until the server says once that it is overloaded; 0: never.
    pub(super) overloaded_every: u32,
    /// Changes in one sync beyond which it says `reset`, if fewer than the real server takes.
    pub(super) reset_above: Option<usize>,
    /// The fault that is planted in it.
    pub(super) planted: Option<PlantedFault>,
}

/// The real mailbox, behind a hub that may lose frames.
#[derive(Default)]
pub(super) struct LossyMailbox {
    inner: Mailbox,
    to_drop: AtomicU32,
    dropped: AtomicU32,
    lies: AtomicBool,
    shown: Mutex<Shown>,
}

/// Who is in a room and who types there, as it was last sent.
#[derive(Default)]
struct Shown {
    people: BTreeMap<RoomId, Vec<Person>>,
    typists: BTreeMap<RoomId, Vec<Person>>,
}

/// A socket as the server knows it.
pub(super) struct ServerSocket {
    conversation: Conversation,
    mailbox: Arc<LossyMailbox>,
    /// Not run yet.
    task: Option<Task>,
    /// Not stored yet.
    sends: VecDeque<Post>,
    /// Of sends; the conversation does not have them yet.
    outcomes: Vec<(u64, Result<Posted, ServiceError>)>,
    /// Acknowledged, and not stored.
    acknowledged_early: VecDeque<(RoomId, NewMessage)>,
    is_closing: bool,
    next_heartbeat: f64,
    /// Since when it has not answered a ping.
    pub(super) pinged_at: Option<f64>,
    messages: u32,
}

impl Subscriber for LossyMailbox {
    fn try_send(&self, frame: Frame) {
        let kind = |kind: &str| {
            frame
                .as_str()
                .starts_with(&format!("{{\"type\":\"{kind}\""))
        };
        let is_change = LOSABLE.into_iter().any(kind);
        if is_change && self.to_drop.load(Ordering::Relaxed) > 0 {
            self.to_drop.fetch_sub(1, Ordering::Relaxed);
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if kind("heartbeat") && self.lies.load(Ordering::Relaxed) {
            let rooms = BTreeMap::new();
            let nothing = ServerFrame::Heartbeat(Heartbeat {
                rooms,
                house: None,
                me: None,
            });
            return self.inner.try_send(Frame::from(nothing.encode()));
        }
        if kind("users_list") || kind("typing") {
            let mut shown = self.shown();
            match ServerFrame::parse(frame.as_str()) {
                Some(ServerFrame::UsersList(list)) => {
                    shown.people.insert(list.room_id, list.people);
                }
                Some(ServerFrame::Typing(typists)) => {
                    shown.typists.insert(typists.room_id, typists.people);
                }
                other => panic!("the browser reads every frame of the server's: {other:?}"),
            }
        }
        // A ping is no frame of the protocol's: who hears it is the world's to say.
        if frame.as_str().starts_with('{') {
            self.inner.try_send(frame);
        }
    }

    fn close(&self, closing: Closing) {
        self.inner.close(closing);
    }

    fn hang_up(&self) {
        self.inner.hang_up();
    }
}

impl LossyMailbox {
    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ServerSocket {
    /// A socket that was accepted just now; `early`, in 0..0.5, spreads its first heartbeat as the real one does.
    pub(super) fn accept(
        server: &SharedServer,
        scope: &Scope,
        now: f64,
        early: f64,
        behavior: ServerBehavior,
    ) -> Self {
        let mailbox = Arc::new(LossyMailbox::default());
        let lies = behavior.planted == Some(PlantedFault::LiesInHeartbeats);
        mailbox.lies.store(lies, Ordering::Relaxed);
        let socket = server
            .ctx
            .hub
            .open(SocketKind::Many, Arc::clone(&mailbox) as _);
        let limits = server.ctx.limits.clone();
        Self {
            conversation: Conversation::new(SocketKind::Many, scope.clone(), false, socket, limits),
            mailbox,
            task: None,
            sends: VecDeque::new(),
            outcomes: Vec::new(),
            acknowledged_early: VecDeque::new(),
            is_closing: false,
            next_heartbeat: now + HEARTBEAT_MS * (1.0 - early),
            pinged_at: None,
            messages: 0,
        }
    }

    /// Whether it takes a frame in.
    pub(super) fn is_listening(&self) -> bool {
        !self.is_closing && !self.conversation.has_steps() && self.conversation.is_listening()
    }

    /// What is wrong with the presence and typing that were last sent, once nobody comes, goes or types.
    pub(super) fn stale_presence(&self) -> Option<String> {
        let shown = self.mailbox.shown();
        let socket = self.conversation.socket();
        let mut people = shown.people.iter();
        let wrong = people.find(|(room, people)| {
            socket.has_joined(**room) && socket.roster(**room).people != **people
        });
        if let Some((room, people)) = wrong {
            let there = socket.roster(*room).people;
            return Some(format!(
                "{people:?} are said to be in room {}, not {there:?}.",
                room.0
            ));
        }
        let mut typists = shown.typists.iter();
        let (room, typists) =
            typists.find(|(room, typists)| socket.has_joined(**room) && !typists.is_empty())?;
        Some(format!("{typists:?} type in room {} for ever.", room.0))
    }

    /// Whether there is something to go on with.
    pub(super) fn has_work(&self) -> bool {
        self.conversation.has_steps()
            || self.task.is_some()
            || !self.sends.is_empty()
            || !self.outcomes.is_empty()
            || !self.acknowledged_early.is_empty()
    }

    /// The hub loses this many of the next changes on their way here.
    pub(super) fn drop_next(&self, frames: u32) {
        self.mailbox.to_drop.store(frames, Ordering::Relaxed);
    }

    /// How many it lost.
    pub(super) fn dropped(&self) -> u32 {
        self.mailbox.dropped.load(Ordering::Relaxed)
    }

    /// Closes it once what was queued is written.
    pub(super) fn close(&self, closing: Closing) {
        self.mailbox.close(closing);
    }

    /// What may be written, and how the socket ends once what may be on its way to the disk is answered.
    pub(super) fn flush(
        &mut self,
        behavior: ServerBehavior,
    ) -> (Vec<String>, Option<(u16, String)>) {
        let (mut frames, closing) = self.mailbox.inner.take();
        let mut ended = None;
        if let Some(closing) = closing {
            if !self.is_closing {
                self.is_closing = true;
                self.conversation.wind_down();
                if self.conversation.is_at_rest() {
                    // Nobody waits for what is only read.
                    self.task = None;
                }
            }
            if closing.is_hard() || !self.has_work() {
                self.mailbox.inner.release();
                frames.extend(self.mailbox.inner.take().0);
                ended = Some((closing.code.code(), closing.reason));
            }
        }
        let frames = frames
            .iter()
            .map(|frame| as_delivered(frame.to_string(), behavior));
        (frames.collect(), ended)
    }

    /// Whether there is something to flush.
    pub(super) fn has_mail(&self) -> bool {
        self.mailbox.inner.ready().now_or_never().is_some()
    }

    /// Pings, and says how far the rooms are, when that is due.
    pub(super) fn heartbeat(&mut self, now: f64) {
        if now >= self.next_heartbeat {
            self.next_heartbeat = now + HEARTBEAT_MS;
            self.pinged_at.get_or_insert(now);
            self.conversation.socket().heartbeat();
        }
    }

    /// Takes a frame in.
    pub(super) fn receive(&mut self, server: &SharedServer, frame: &ClientFrame) {
        let now = server.ctx.clock.monotonic();
        self.conversation.text(&frame.encode(), now);
    }

    /// Performs what is to be done next, or does some of what is under way. Which room was
    /// posted in.
    pub(super) async fn advance(
        &mut self,
        server: &SharedServer,
        rng: &mut Rng,
        behavior: ServerBehavior,
    ) -> Option<RoomId> {
        if self.conversation.has_steps() {
            while let Some(step) = self.conversation.next_step() {
                self.perform(step);
                if rng.u32(0..4) == 0 {
                    break;
                }
            }
            return None;
        }
        let task = usize::from(self.task.is_some());
        let sends = usize::from(!self.sends.is_empty());
        let acknowledged_early = usize::from(!self.acknowledged_early.is_empty());
        let choices = task + sends + acknowledged_early + self.outcomes.len();
        if choices == 0 {
            return None;
        }
        let choice = rng.usize(0..choices);
        if choice < task {
            if let Some(task) = self.task.take() {
                let outcome = self.run(server, task, behavior).await;
                self.conversation.done(outcome);
            }
            None
        } else if choice < task + sends {
            let some = rng.usize(1..=self.sends.len());
            self.post(server, some, behavior).await
        } else if choice < task + sends + acknowledged_early {
            let (room, new) = self.acknowledged_early.pop_front()?;
            // Whatever comes of it, it was acknowledged to its author already.
            let _ = messages::post(&server.ctx, self.conversation.scope(), room, new).await;
            Some(room)
        } else {
            let (place, outcome) = self
                .outcomes
                .swap_remove(choice - task - sends - acknowledged_early);
            self.conversation.sent(place, outcome);
            None
        }
    }

    fn perform(&mut self, step: Step) {
        let mailbox = &self.mailbox.inner;
        match step {
            Step::Write(frame) => {
                let written = mailbox.answer(frame).now_or_never();
                assert!(written.is_some(), "a write never waits: there is no wire");
            }
            Step::Hold => mailbox.hold(),
            Step::Release => mailbox.release(),
            Step::Pass(message) => mailbox.pass(message),
            Step::Do(task) => self.task = Some(task),
            Step::Post(post) => self.sends.push_back(post),
            Step::Close(closing) => mailbox.close(closing),
        }
    }

    async fn run(&self, server: &SharedServer, task: Task, behavior: ServerBehavior) -> Outcome {
        let scope = self.conversation.scope();
        let Task::Sync { room, after, .. } = task else {
            let is_mark = matches!(task, Task::MarkRead { .. });
            let outcome = task.run(Arc::clone(&server.ctx), Arc::clone(scope)).await;
            if is_mark {
                // Else it would depend on the machine which step comes before it is written.
                server.ctx.write_read_receipts().await;
            }
            return outcome;
        };
        let mut page = messages::sync(&server.ctx, scope, room, after).await?;
        if (behavior.reset_above).is_some_and(|most| page.messages.len() > most) {
            page.messages.clear();
            (page.complete, page.reset) = (true, true);
        }
        if behavior.planted == Some(PlantedFault::SkipsInSyncs) {
            page.messages.pop();
        }
        Ok(Done::Missed(Missed::of(room, page)))
    }

    /// Posts some of the next sends, as one group of the writer's.
    async fn post(
        &mut self,
        server: &SharedServer,
        some: usize,
        behavior: ServerBehavior,
    ) -> Option<RoomId> {
        let mut room = None;
        let mut posts = Vec::new();
        for post in self.sends.drain(..some) {
            self.messages += 1;
            let mut new = post.message;
            let every = behavior.overloaded_every;
            if every > 0 && self.messages.is_multiple_of(every) {
                self.outcomes
                    .push((post.place, Err(ServiceError::Overloaded)));
                continue;
            }
            room = Some(post.room);
            if behavior.planted == Some(PlantedFault::AcknowledgesBeforeCommit) {
                let posted = early_acknowledgement(&self.conversation, post.room, &new);
                self.outcomes.push((post.place, Ok(posted)));
                self.acknowledged_early.push_back((post.room, new));
                continue;
            }
            if behavior.planted == Some(PlantedFault::StoresRepeats) {
                new.client_id = new.client_id.map(|key| server.unique_key(key));
            }
            posts.push((post.place, post.room, new));
        }
        let scope = self.conversation.scope();
        let posted = posts.into_iter().map(|(place, room, new)| async move {
            (place, messages::post(&server.ctx, scope, room, new).await)
        });
        let posted = join_all(posted).await;
        self.outcomes.extend(posted);
        room
    }
}

/// An acknowledgement of what is not stored yet.
fn early_acknowledgement(conversation: &Conversation, room_id: RoomId, new: &NewMessage) -> Posted {
    let person = conversation.scope().person.as_ref();
    let author = person.expect("everybody here is somebody").user.clone();
    let seq = conversation.socket().seq(room_id).next();
    let message = Message {
        room_id,
        user_id: author.id,
        username: author.name,
        content: new.content.clone(),
        client_id: new.client_id.clone().unwrap_or_default(),
        ..samples::message(seq.0)
    };
    Posted {
        message: Arc::new(message),
        // Sent to its author alone.
        is_new: false,
    }
}

/// A frame as its readers get it: to them a key is always the one that was sent.
fn as_delivered(frame: String, behavior: ServerBehavior) -> String {
    match behavior.planted {
        Some(PlantedFault::StoresRepeats) => as_sent(&frame),
        _ => frame,
    }
}

/// Without what [`SharedServer::unique_key`] put behind each key.
pub(super) fn as_sent(text: &str) -> String {
    let mut pieces = text.split(UNIQUE_MARK);
    let mut sent = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        sent += piece.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    sent
}
