//! One task per socket: reads what the client says, performs what its [`Conversation`] says is to be
//! done, and writes what the hub queued.
//!
//! *Invariant:* the steps of the conversation are performed one after the other, in their order; while a
//! task of it waits for the disk, frames of others are still written.

use super::conversation::{Conversation, Outcome, Post, Step};
use super::wire::{Incoming, Wire};
use crate::limits::SocketGuard;
use crate::messages::{self, Posted};
use crate::realtime::{Closing, Gone, Mailbox, SocketKind};
use crate::{Context, Scope, ServiceError};
use parlour_protocol::CloseCode;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tokio_util::task::task_tracker::TaskTrackerToken;

/// How long one write may take before the socket counts as not reading.
const WRITE: Duration = Duration::from_secs(30);
/// The same once the socket is to close: nobody waits longer for who does not read.
const WRITE_LAST: Duration = Duration::from_millis(500);
/// How long a closed socket is listened to, so that it hears why.
const LINGER: Duration = Duration::from_secs(3);
/// The same for one that was too slow to read.
const LINGER_SLOW: Duration = Duration::from_secs(10);

/// Who asks to be let in, and at which of the two doors.
pub struct Visitor {
    /// Who, as far as the request's headers tell.
    pub scope: Scope,
    /// Which door.
    pub kind: SocketKind,
    /// The request carried a token of a session that is no more.
    pub session_ended: bool,
    /// Its place among the sockets of its address.
    pub counted: SocketGuard,
}

/// Why a socket ends.
enum Ended {
    /// The other side is gone already.
    Gone,
    /// It is told why.
    Close(Closing),
    /// It broke the WebSocket protocol; told by this code.
    Violation(u16),
}

type Running<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type Sent = Result<Posted, ServiceError>;

/// A socket that is served.
pub struct Connection {
    wire: Wire,
    talk: Talk,
    _counted: SocketGuard,
    _conversation: TaskTrackerToken,
}

/// All of it but what is read from the network.
struct Talk {
    ctx: Arc<Context>,
    mailbox: Arc<Mailbox>,
    conversation: Conversation,
    under_way: UnderWay,
}

/// What the conversation asked for and is not done.
#[derive(Default)]
struct UnderWay {
    task: Option<Running<Outcome>>,
    /// In the order in which they are to reach the writer.
    sends: Vec<(u64, Running<Sent>)>,
}

enum Event {
    Mail,
    UnderWay(Progress),
    Incoming(Incoming),
}

/// Something that was under way is done.
enum Progress {
    Done(Outcome),
    Sent(Vec<(u64, Sent)>),
}

/// Lets somebody in, or tells them why not.
///
/// What comes back is small, and so is what serves it: a server has many thousands that say nothing. All
/// that is needed only now and then, the way in first of all, lies in futures of its own.
pub async fn open(
    ctx: Arc<Context>,
    visitor: Visitor,
    wire: Wire,
    mailbox: Mailbox,
) -> Option<Box<Connection>> {
    let mut connection = Box::new(Connection::new(ctx, visitor, wire, mailbox));
    match connection.let_in().await {
        Ok(()) => {
            connection.log("socket opened", None);
            connection.talk.conversation.socket().heard();
            Some(connection)
        }
        Err(ended) => {
            connection.end(ended).await;
            None
        }
    }
}

impl Connection {
    fn new(ctx: Arc<Context>, visitor: Visitor, wire: Wire, mailbox: Mailbox) -> Self {
        let Visitor {
            scope,
            kind,
            session_ended,
            counted,
        } = visitor;
        let mailbox = Arc::new(mailbox);
        let socket = ctx.hub.open(kind, Arc::clone(&mailbox) as _);
        let limits = ctx.limits.clone();
        Self {
            wire,
            _counted: counted,
            _conversation: ctx.hub.conversation(),
            talk: Talk {
                ctx,
                mailbox,
                conversation: Conversation::new(kind, scope, session_ended, socket, limits),
                under_way: UnderWay::default(),
            },
        }
    }

    /// Who it is, and for a one-room socket the way in.
    async fn let_in(&mut self) -> Result<(), Ended> {
        self.talk.perform().await?;
        let mut late = None;
        while !self.talk.conversation.is_open() {
            let event = if self.talk.conversation.is_awaiting_first_frame() {
                let ctx = &self.talk.ctx;
                let within = ctx.settings.realtime.first_frame();
                let late = late.get_or_insert_with(|| ctx.clock.sleep(within));
                tokio::select! {
                    event = self.next() => Some(event),
                    () = late => None,
                }
            } else {
                Some(self.next().await)
            };
            match event {
                Some(event) => self.handle(event).await?,
                None => {
                    self.talk.conversation.first_frame_is_late();
                    self.talk.perform().await?;
                }
            }
        }
        Ok(())
    }

    /// Serves it until it ends.
    pub async fn serve(mut self: Box<Self>) {
        let ended = loop {
            let handled = match self.next().await {
                // All that most sockets ever say, ten thousand of them in turn: not worth a future.
                Event::Incoming(Incoming::Pong) => match self.talk.pong() {
                    true => Box::pin(self.talk.perform()).await,
                    false => Ok(()),
                },
                event => Box::pin(self.handle(event)).await,
            };
            if let Err(ended) = handled {
                break ended;
            }
        };
        Box::pin(self.end(ended)).await;
    }

    async fn handle(&mut self, event: Event) -> Result<(), Ended> {
        match event {
            Event::Mail => self.talk.mail().await?,
            Event::UnderWay(progress) => self.talk.went_on(progress),
            Event::Incoming(incoming) => self.talk.incoming(incoming).await?,
        }
        self.talk.perform().await
    }

    /// Whatever comes first. Nothing is lost by what comes later.
    async fn next(&mut self) -> Event {
        let Self { wire, talk, .. } = self;
        let is_listening = talk.conversation.is_listening();
        tokio::select! {
            () = talk.mailbox.ready() => Event::Mail,
            progress = talk.under_way.next() => Event::UnderWay(progress),
            incoming = wire.receive(), if is_listening => Event::Incoming(incoming),
        }
    }

    /// Tells the client why, if it listens.
    async fn end(self: Box<Self>, ended: Ended) {
        self.log("socket closed", Some(&ended));
        let Self {
            mut wire,
            mut talk,
            _counted,
            _conversation,
        } = *self;
        match ended {
            Ended::Gone => {}
            Ended::Violation(code) => {
                let mailbox = talk.hang_up();
                // Whoever does not listen is dropped.
                let _ = timeout(LINGER, wire.refuse(&mailbox, code)).await;
            }
            Ended::Close(closing) if closing.is_hard() => {
                // It is gone for the others at once; only its own task waits.
                let mailbox = talk.hang_up();
                let _ = timeout(LINGER_SLOW, wire.close(&mailbox, closing.code.code(), "")).await;
            }
            Ended::Close(closing) => {
                let goodbye = async {
                    talk.wind_down().await;
                    // From here on it asks nothing of the database, and nobody need wait for it.
                    let mailbox = talk.hang_up();
                    mailbox.drain().await?;
                    let code = closing.code.code();
                    wire.close(&mailbox, code, &closing.reason).await;
                    Ok::<_, Gone>(())
                };
                let _heard = timeout(LINGER, goodbye).await;
            }
        }
    }

    fn log(&self, event: &'static str, ended: Option<&Ended>) {
        let code = match ended {
            None | Some(Ended::Gone) => None,
            Some(Ended::Violation(code)) => Some(*code),
            Some(Ended::Close(closing)) => Some(closing.code.code()),
        };
        let conversation = &self.talk.conversation;
        tracing::info!(
            socket = conversation.socket().id().0,
            user = conversation.scope().user_id().map(|user| user.0),
            address = %conversation.scope().address,
            code,
            "{event}"
        );
    }
}

impl Talk {
    /// A pong came in; whether there is something to do about it.
    fn pong(&mut self) -> bool {
        self.conversation.socket().heard();
        self.conversation.count(self.ctx.clock.monotonic());
        self.conversation.has_steps()
    }

    async fn incoming(&mut self, incoming: Incoming) -> Result<(), Ended> {
        self.conversation.socket().heard();
        let now = self.ctx.clock.monotonic();
        match incoming {
            Incoming::Text(text) => self.conversation.text(&text, now),
            Incoming::Binary => self.conversation.binary(now),
            Incoming::Ping(pong) => self.conversation.ping(pong, now),
            Incoming::Pong | Incoming::Fragment => self.conversation.count(now),
            // What was said before counts.
            Incoming::Closing(answer) => {
                let _answered = timeout(LINGER, self.wind_down()).await;
                in_time(self.mailbox.end(answer), &self.mailbox).await?;
                return Err(Ended::Gone);
            }
            Incoming::Violation(code) => {
                let _answered = timeout(LINGER, self.wind_down()).await;
                return Err(Ended::Violation(code));
            }
            Incoming::Closed => {
                let _stored = timeout(LINGER, self.wind_down()).await;
                return Err(Ended::Gone);
            }
        }
        Ok(())
    }

    /// Writes what the hub could not.
    async fn mail(&mut self) -> Result<(), Ended> {
        in_time(self.mailbox.drain(), &self.mailbox).await?;
        let closing = self.mailbox.why_closing();
        closing.map_or(Ok(()), |closing| Err(Ended::Close(closing)))
    }

    fn went_on(&mut self, progress: Progress) {
        match progress {
            Progress::Done(outcome) => self.conversation.done(outcome),
            Progress::Sent(outcomes) => {
                for (place, outcome) in outcomes {
                    self.conversation.sent(place, outcome);
                }
            }
        }
    }

    /// Does what is to be done, until there is something to wait for.
    async fn perform(&mut self) -> Result<(), Ended> {
        while let Some(step) = self.conversation.next_step() {
            match step {
                Step::Write(frame) => in_time(self.mailbox.answer(frame), &self.mailbox).await?,
                Step::Close(closing) => return Err(Ended::Close(closing)),
                step => self.take(step),
            }
        }
        Ok(())
    }

    /// A step that waits for nothing.
    fn take(&mut self, step: Step) {
        match step {
            Step::Hold => self.mailbox.hold(),
            Step::Release => self.mailbox.release(),
            Step::Pass(message) => self.mailbox.pass(message),
            Step::Do(task) => {
                let (ctx, scope) = self.for_work();
                self.under_way.task = Some(task.run(ctx, scope));
            }
            Step::Post(post) => {
                let Post {
                    place,
                    room,
                    message,
                } = post;
                let (ctx, scope) = self.for_work();
                let sent = async move { messages::post(&ctx, &scope, room, message).await };
                self.under_way.sends.push((place, Box::pin(sent)));
            }
            // Their own turn has come elsewhere.
            Step::Write(_) | Step::Close(_) => {}
        }
    }

    fn for_work(&self) -> (Arc<Context>, Arc<Scope>) {
        let scope = Arc::clone(self.conversation.scope());
        (Arc::clone(&self.ctx), scope)
    }

    /// What may be on its way to the disk is waited for: who sent it hears how it went, if they still listen.
    async fn wind_down(&mut self) {
        self.conversation.wind_down();
        loop {
            while let Some(step) = self.conversation.next_step() {
                match step {
                    Step::Write(frame) => {
                        // Who is gone is not told; it is done all the same.
                        let _ = self.mailbox.answer(frame).await;
                    }
                    step => self.take(step),
                }
            }
            if self.conversation.is_at_rest() {
                return self.mailbox.release();
            }
            let progress = self.under_way.next().await;
            self.went_on(progress);
        }
    }

    /// Ends all but what is left to be written.
    fn hang_up(self) -> Arc<Mailbox> {
        self.mailbox
    }
}

impl UnderWay {
    /// What is done next; for ever nothing, while nothing is under way.
    async fn next(&mut self) -> Progress {
        poll_fn(|task| {
            if let Some(running) = &mut self.task
                && let Poll::Ready(outcome) = running.as_mut().poll(task)
            {
                self.task = None;
                return Poll::Ready(Progress::Done(outcome));
            }
            // Whoever was taken earlier is asked earlier, so they reach the writer in their order.
            let mut sent = Vec::new();
            self.sends.retain_mut(|(place, send)| {
                let Poll::Ready(outcome) = send.as_mut().poll(task) else {
                    return true;
                };
                sent.push((*place, outcome));
                false
            });
            if sent.is_empty() {
                return Poll::Pending;
            }
            if self.sends.is_empty() {
                self.sends = Vec::new();
            }
            Poll::Ready(Progress::Sent(sent))
        })
        .await
    }
}

/// Waits for something to be written, but not for ever, and not for long once the socket is to
/// close: the other side may not be reading. What is waited for lies apart, so that all that may end in
/// writing stays small.
#[expect(
    clippy::disallowed_methods,
    reason = "a peer is waited for by the machine's own time"
)]
fn in_time(
    written: impl Future<Output = Result<(), Gone>>,
    mailbox: &Mailbox,
) -> impl Future<Output = Result<(), Ended>> {
    let written = Box::pin(written);
    async move {
        let closing = async {
            let closing = mailbox.closing().await;
            if !closing.is_hard() {
                sleep(WRITE_LAST).await;
            }
            closing
        };
        let closing = tokio::select! {
            biased;
            written = written => return written.map_err(|Gone| Ended::Gone),
            closing = closing => closing,
            () = sleep(WRITE) => Closing::plain(CloseCode::TooSlow),
        };
        Err(Ended::Close(closing))
    }
}
