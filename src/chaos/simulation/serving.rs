//! The server's half of a socket: as `http/socket`, in steps, so that the world can end
//! between any two of them.
//!
//! *Invariant:* one command of a socket is under way at a time; what the hub queued waits in the real
//! mailbox until it is flushed, and what is written directly may overtake it.

use super::Plant;
use super::bench::{Bench, UNLIKE};
use parlour_protocol::{
    AppError, ClientFrame, ErrorCode, Heartbeat, Message, MessageId, RoomId, Seq, ServerFrame,
    Sync, Timestamp, Welcome,
};
use parlour_server::messages::{self, NewMessage};
use parlour_server::realtime::{Attendee, Closing, Frame, Mailbox, Socket, SocketKind, Subscriber};
use parlour_server::{Scope, ServiceError, names, rooms, telemetry};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// The heartbeat of a server as it is set by default.
const HEARTBEAT_MS: f64 = 25_000.0;
/// How long a pinged socket may be silent.
pub(super) const PONG_MS: f64 = 10_000.0;

/// How this world's server behaves.
#[derive(Clone, Copy, Default)]
pub(super) struct Manners {
    /// Messages on one socket until the server says once that it is overloaded; 0: never.
    pub(super) overloaded_every: u32,
    /// Changes in one sync beyond which it says `reset`, where that is fewer than the real server
    /// takes.
    pub(super) reset_above: Option<usize>,
    /// What is wrong with it.
    pub(super) plant: Option<Plant>,
}

/// The real mailbox, behind a hub that may lose things.
#[derive(Default)]
pub(super) struct Ears {
    mailbox: Mailbox,
    to_drop: AtomicU32,
    dropped: AtomicU32,
    lies: AtomicBool,
}

/// A socket as the server knows it.
pub(super) struct Served {
    socket: Socket,
    ears: Arc<Ears>,
    task: Task,
    next_heartbeat: f64,
    /// Since when it has not answered a ping.
    pub(super) pinged_at: Option<f64>,
    messages: u32,
}

/// What is under way.
enum Task {
    Idle,
    /// Done; its author has not been told.
    Answer(ServerFrame),
    /// Subscribed; the room has not been read.
    Join(RoomId, Option<Seq>),
    Sync(RoomId, Seq),
    /// Acknowledged, and not stored.
    Promised(RoomId, NewMessage),
}

impl Subscriber for Ears {
    fn try_send(&self, frame: Frame) {
        let kind = |kind: &str| {
            frame
                .as_str()
                .starts_with(&format!("{{\"type\":\"{kind}\""))
        };
        let is_change = kind("message") || kind("message_changed");
        if is_change && self.to_drop.load(Ordering::Relaxed) > 0 {
            self.to_drop.fetch_sub(1, Ordering::Relaxed);
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if kind("heartbeat") && self.lies.load(Ordering::Relaxed) {
            let rooms = BTreeMap::new();
            let nothing = ServerFrame::Heartbeat(Heartbeat { rooms });
            return self.mailbox.try_send(Frame::from(nothing.encode()));
        }
        // What comes and goes by the machine's clock is left out: it may be lost at any time, and
        // would make two runs of one world differ.
        if is_change
            || ["heartbeat", "room_deleted", "left"]
                .iter()
                .any(|k| kind(k))
        {
            self.mailbox.try_send(frame);
        }
    }

    fn close(&self, closing: Closing) {
        self.mailbox.close(closing);
    }

    fn hang_up(&self) {
        self.mailbox.hang_up();
    }
}

impl Served {
    /// A socket that was accepted just now; `early` is in 0..0.5, as the real one spreads its first
    /// heartbeat.
    pub(super) fn accept(
        bench: &Bench,
        scope: &Scope,
        now: f64,
        early: f64,
        manners: Manners,
    ) -> Self {
        let ears = Arc::new(Ears::default());
        let lies = manners.plant == Some(Plant::LiesInHeartbeats);
        ears.lies.store(lies, Ordering::Relaxed);
        let socket = bench.ctx.hub.open(SocketKind::Many, Arc::clone(&ears) as _);
        if let Some(person) = &scope.person {
            let who = Attendee {
                id: person.user.id,
                name: person.user.name.as_str().into(),
                skeleton: names::skeleton(&person.user.name).into(),
            };
            // A name is only refused to somebody new.
            let _ = socket.identify(&who, HashMap::new(), false);
        }
        Self {
            socket,
            ears,
            task: Task::Idle,
            next_heartbeat: now + HEARTBEAT_MS * (1.0 - early),
            pinged_at: None,
            messages: 0,
        }
    }

    /// Whether there is nothing to do but to wait for a frame.
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.task, Task::Idle)
    }

    /// The hub loses this many of the next changes on their way here.
    pub(super) fn drop_next(&self, frames: u32) {
        self.ears.to_drop.store(frames, Ordering::Relaxed);
    }

    /// How many it lost.
    pub(super) fn dropped(&self) -> u32 {
        self.ears.dropped.load(Ordering::Relaxed)
    }

    /// Closes it once what was queued is written.
    pub(super) fn close(&self, closing: Closing) {
        self.ears.close(closing);
    }

    /// What the hub queued, and how the socket ends.
    pub(super) fn flush(&mut self, manners: Manners) -> (Vec<String>, Option<(u16, String)>) {
        let (frames, closing) = self.ears.mailbox.take();
        let mut frames: Vec<String> = frames.iter().map(|frame| frame.to_string()).collect();
        if let (Some(closing), Task::Answer(answer)) = (&closing, &self.task)
            && !closing.is_hard()
        {
            // What was done is said before the socket closes.
            frames.push(answer.encode());
        }
        let frames = frames.into_iter().map(|frame| told(frame, manners));
        let closing = closing.map(|closing| (closing.code.code(), closing.reason));
        (frames.collect(), closing)
    }

    /// Whether there is something to flush.
    pub(super) fn has_mail(&self) -> bool {
        use futures::FutureExt;
        self.ears.mailbox.ready().now_or_never().is_some()
    }

    /// Pings, and says how far the rooms are, when that is due.
    pub(super) fn beat(&mut self, now: f64) {
        if now >= self.next_heartbeat {
            self.next_heartbeat = now + HEARTBEAT_MS;
            self.pinged_at.get_or_insert(now);
            self.socket.heartbeat();
        }
    }

    /// Goes on with what is under way, or begins what was said; answers what is written at once.
    pub(super) async fn proceed(
        &mut self,
        bench: &Bench,
        scope: &Scope,
        said: Option<ClientFrame>,
        manners: Manners,
    ) -> Vec<String> {
        let task = std::mem::replace(&mut self.task, Task::Idle);
        let written = match task {
            Task::Idle => match said {
                Some(frame) => self.begin(bench, scope, frame, manners).await,
                None => Vec::new(),
            },
            Task::Answer(frame) => vec![frame],
            Task::Join(room, after) => self.join(bench, scope, room, after).await,
            Task::Sync(room, after) => self.sync(bench, scope, room, after, manners).await,
            Task::Promised(room, new) => {
                // Whatever comes of it, its author was told already.
                let _ = messages::post(&bench.ctx, scope, room, new).await;
                Vec::new()
            }
        };
        let written = written.iter().map(ServerFrame::encode);
        written.map(|frame| told(frame, manners)).collect()
    }

    async fn begin(
        &mut self,
        bench: &Bench,
        scope: &Scope,
        frame: ClientFrame,
        manners: Manners,
    ) -> Vec<ServerFrame> {
        let ctx = &bench.ctx;
        match frame {
            ClientFrame::Join { room_id, after } => {
                self.socket.subscribe(room_id);
                self.task = Task::Join(room_id, after);
                Vec::new()
            }
            ClientFrame::Sync {
                room_id: Some(room),
                after,
            } => self.sync(bench, scope, room, after, manners).await,
            ClientFrame::Message {
                room_id: Some(room),
                content,
                client_id,
                reply_to,
            } => {
                self.messages += 1;
                let client_id = match manners.plant {
                    Some(Plant::StoresRepeats) => client_id.map(|key| bench.unlike_any(key)),
                    _ => client_id,
                };
                let every = manners.overloaded_every;
                if every > 0 && self.messages.is_multiple_of(every) {
                    let error = telemetry::told(&ServiceError::Overloaded);
                    return vec![ServerFrame::error(error, Some(room), client_id)];
                }
                let key = client_id.clone();
                let new = NewMessage {
                    content,
                    client_id,
                    reply_to,
                };
                if manners.plant == Some(Plant::AcknowledgesBeforeCommit) {
                    return self.promise(scope, room, new);
                }
                self.task = Task::Answer(match messages::post(ctx, scope, room, new).await {
                    Ok(posted) if posted.is_new && self.socket.has_joined(room) => {
                        // Its author hears it as everybody does.
                        self.task = Task::Idle;
                        return Vec::new();
                    }
                    Ok(posted) => ServerFrame::Message(Arc::unwrap_or_clone(posted.message)),
                    Err(error) => ServerFrame::error(telemetry::told(&error), Some(room), key),
                });
                Vec::new()
            }
            ClientFrame::Edit {
                room_id: Some(room),
                number,
                content,
            } => {
                let before = self.socket.seq(room);
                let edited = messages::edit(ctx, scope, room, number, content).await;
                self.changed(room, before, edited);
                Vec::new()
            }
            ClientFrame::Delete {
                room_id: Some(room),
                number,
            } => {
                let before = self.socket.seq(room);
                let deleted = messages::delete(ctx, scope, room, number).await;
                self.changed(room, before, deleted);
                Vec::new()
            }
            other => {
                let error = AppError::new(ErrorCode::UnknownType, format!("{other:?}"));
                vec![ServerFrame::error(error, None, None)]
            }
        }
    }

    /// An edit to the same text is not published; its author is told how it stands.
    fn changed(&mut self, room: RoomId, before: Seq, done: Result<Message, ServiceError>) {
        self.task = match done {
            Ok(message) if message.seq > before && self.socket.has_joined(room) => Task::Idle,
            Ok(message) => Task::Answer(ServerFrame::MessageChanged(message)),
            Err(error) => Task::Answer(ServerFrame::error(
                telemetry::told(&error),
                Some(room),
                None,
            )),
        };
    }

    async fn join(
        &mut self,
        bench: &Bench,
        scope: &Scope,
        room_id: RoomId,
        after: Option<Seq>,
    ) -> Vec<ServerFrame> {
        let room = match rooms::enter(&bench.ctx, scope, room_id).await {
            Ok(room) => room,
            Err(error) => {
                self.socket.unsubscribe(room_id);
                return vec![ServerFrame::error(
                    telemetry::told(&error),
                    Some(room_id),
                    None,
                )];
            }
        };
        self.socket.arrive(room_id, after.is_some());
        if let Some(after) = after {
            self.task = Task::Sync(room_id, after);
        }
        vec![ServerFrame::Welcome(Welcome {
            room_id,
            seq: room.seq,
            epoch: bench.ctx.epoch.clone(),
            user: scope.person.as_ref().map(|person| person.user.clone()),
            room,
            token: None,
        })]
    }

    /// One page of what changed; the next one is another step.
    async fn sync(
        &mut self,
        bench: &Bench,
        scope: &Scope,
        room_id: RoomId,
        after: Seq,
        manners: Manners,
    ) -> Vec<ServerFrame> {
        let mut page = match messages::sync(&bench.ctx, scope, room_id, after).await {
            Ok(page) => page,
            Err(error) => {
                return vec![ServerFrame::error(
                    telemetry::told(&error),
                    Some(room_id),
                    None,
                )];
            }
        };
        if manners
            .reset_above
            .is_some_and(|most| page.messages.len() > most)
        {
            page.messages.clear();
            (page.complete, page.reset) = (true, true);
        }
        if manners.plant == Some(Plant::SkipsInSyncs) {
            page.messages.pop();
        }
        if !page.complete && !page.reset {
            self.task = Task::Sync(room_id, page.to);
        }
        vec![ServerFrame::Sync(Sync {
            room_id,
            messages: page.messages,
            from: page.from,
            to: page.to,
            complete: page.complete,
            reset: page.reset,
        })]
    }

    /// An acknowledgement of what is not stored yet.
    fn promise(&mut self, scope: &Scope, room_id: RoomId, new: NewMessage) -> Vec<ServerFrame> {
        let Some(person) = &scope.person else {
            return Vec::new();
        };
        let seq = self.socket.seq(room_id) + 1;
        let message = Message {
            id: MessageId(0),
            room_id,
            number: seq,
            seq,
            user_id: person.user.id,
            username: person.user.name.clone(),
            content: new.content.clone(),
            client_id: new.client_id.clone().unwrap_or_default(),
            timestamp: Timestamp(0),
            edited_at: None,
            deleted: false,
            reply_to: None,
            links: Vec::new(),
        };
        self.task = Task::Promised(room_id, new);
        vec![ServerFrame::Message(message)]
    }
}

/// A frame as its readers get it: to them a key is always the one that was sent.
fn told(frame: String, manners: Manners) -> String {
    match manners.plant {
        Some(Plant::StoresRepeats) => as_sent(&frame),
        _ => frame,
    }
}

/// Without what [`Bench::unlike_any`] put behind each key.
pub(super) fn as_sent(text: &str) -> String {
    let mut pieces = text.split(UNLIKE);
    let mut sent = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        sent += piece.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    sent
}
