//! The task of one socket, which drives its [`Conversation`]: it hands frames in, performs the steps that
//! come out, and writes what the hub queued.
//!
//! *Invariant:* steps are performed one after the other, in their order. While a task of the conversation
//! waits for the disk, frames of the hub are still written.

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

/// How long one write may take before the socket is closed as too slow.
const WRITE: Duration = Duration::from_secs(30);
/// The same once the socket is to close.
const WRITE_LAST: Duration = Duration::from_millis(500);
/// How long the connection is kept for the client to answer the close frame.
const LINGER: Duration = Duration::from_secs(3);
/// The same for a socket that was closed as too slow.
const LINGER_SLOW: Duration = Duration::from_secs(10);

/// A socket whose handshake was accepted.
pub struct NewSocket {
    /// The person that the request's headers prove, and the address it came from.
    pub scope: Scope,
    /// The endpoint it was opened at.
    pub kind: SocketKind,
    /// Whether the request carried the token of a session that has ended.
    pub session_ended: bool,
    /// Counts it among the sockets of its address until this is dropped.
    pub counted: SocketGuard,
}

/// Why a socket ends.
enum Ended {
    /// The connection is gone already.
    Gone,
    /// The server closes it, with this close frame.
    Close(Closing),
    /// The client broke the WebSocket protocol; closed with this code.
    Violation(u16),
}

type Running<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type Sent = Result<Posted, ServiceError>;

/// A socket that is served.
pub struct Connection {
    wire: Wire,
    driver: Driver,
    _counted: SocketGuard,
    _conversation: TaskTrackerToken,
}

/// The connection without its reading half, so that both can be borrowed at once.
struct Driver {
    ctx: Arc<Context>,
    mailbox: Arc<Mailbox>,
    conversation: Conversation,
    under_way: UnderWay,
}

/// The tasks and sends that the conversation asked for and that are not done; without any it is one pointer.
#[derive(Default)]
struct UnderWay(Option<Box<Work>>);

#[derive(Default)]
struct Work {
    task: Option<Running<Outcome>>,
    /// Sends by their place, in the order in which they are to reach the writer.
    sends: Vec<(u64, Running<Sent>)>,
}

enum Event {
    Mail,
    UnderWay(Progress),
    Incoming(Incoming),
}

/// What has finished of [`UnderWay`].
enum Progress {
    Done(Box<Outcome>),
    Sent(Vec<(u64, Sent)>),
}

/// Opens a socket: identifies its person and, for a one-room socket, joins the room. `None` if it was
/// refused and closed.
///
/// The connection and the future that serves it are small, since most of many thousand sockets are idle.
/// What is needed now and then, such as opening, is a boxed future of its own.
pub async fn open(
    ctx: Arc<Context>,
    accepted: NewSocket,
    wire: Wire,
    mailbox: Mailbox,
) -> Option<Box<Connection>> {
    let mut connection = Box::new(Connection::new(ctx, accepted, wire, mailbox));
    match connection.let_in().await {
        Ok(()) => {
            connection.log("socket opened", None);
            connection.driver.conversation.socket().heard();
            Some(connection)
        }
        Err(ended) => {
            connection.end(ended).await;
            None
        }
    }
}

impl Connection {
    fn new(ctx: Arc<Context>, accepted: NewSocket, wire: Wire, mailbox: Mailbox) -> Self {
        let NewSocket {
            scope,
            kind,
            session_ended,
            counted,
        } = accepted;
        let mailbox = Arc::new(mailbox);
        let socket = ctx.hub.open(kind, Arc::clone(&mailbox) as _);
        let limits = ctx.limits.clone();
        Self {
            wire,
            _counted: counted,
            _conversation: ctx.hub.conversation(),
            driver: Driver {
                ctx,
                mailbox,
                conversation: Conversation::new(kind, scope, session_ended, socket, limits),
                under_way: UnderWay::default(),
            },
        }
    }

    /// Runs the conversation until it is open; the first frame of a one-room socket has a time limit.
    async fn let_in(&mut self) -> Result<(), Ended> {
        self.driver.perform().await?;
        let mut late = None;
        while !self.driver.conversation.is_open() {
            let event = if self.driver.conversation.is_awaiting_first_frame() {
                let ctx = &self.driver.ctx;
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
                    self.driver.conversation.first_frame_is_late();
                    self.driver.perform().await?;
                }
            }
        }
        Ok(())
    }

    /// Serves the socket until it ends.
    pub async fn serve(mut self: Box<Self>) {
        let ended = loop {
            let handled = match self.next().await {
                // All that an idle socket ever sends, so it is handled without allocating a future.
                Event::Incoming(Incoming::Pong) => match self.driver.pong() {
                    true => Box::pin(self.driver.perform()).await,
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
            Event::Mail => self.driver.mail().await?,
            Event::UnderWay(progress) => self.driver.went_on(progress),
            Event::Incoming(incoming) => self.driver.incoming(incoming).await?,
        }
        self.driver.perform().await
    }

    /// Waits for the next event. Cancel safe: no event is lost to another that comes first.
    async fn next(&mut self) -> Event {
        let Self { wire, driver, .. } = self;
        let is_listening = driver.conversation.is_listening();
        tokio::select! {
            () = driver.mailbox.ready() => Event::Mail,
            progress = driver.under_way.next() => Event::UnderWay(progress),
            incoming = wire.receive(), if is_listening => Event::Incoming(incoming),
        }
    }

    /// Ends the socket, with the close frame if the client still reads.
    async fn end(self: Box<Self>, ended: Ended) {
        self.log("socket closed", Some(&ended));
        let Self {
            mut wire,
            mut driver,
            _counted,
            _conversation,
        } = *self;
        match ended {
            Ended::Gone => {}
            Ended::Violation(code) => {
                let mailbox = driver.hang_up();
                // A client that does not read it in time is dropped.
                let _ = timeout(LINGER, wire.refuse(&mailbox, code)).await;
            }
            Ended::Close(closing) if closing.is_hard() => {
                // For others the socket is gone at once; only its own task waits.
                let mailbox = driver.hang_up();
                let _ = timeout(LINGER_SLOW, wire.close(&mailbox, closing.code.code(), "")).await;
            }
            Ended::Close(closing) => {
                let goodbye = async {
                    driver.wind_down().await;
                    // From here on it does not use the database, so a shutdown need not wait for it.
                    let mailbox = driver.hang_up();
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
        let conversation = &self.driver.conversation;
        tracing::info!(
            socket = conversation.socket().id().0,
            user = conversation.scope().user_id().map(|user| user.0),
            address = %conversation.scope().address,
            code,
            "{event}"
        );
    }
}

impl Driver {
    /// Takes a pong; whether that left steps to perform.
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
            // What the client sent before its close frame still takes effect.
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

    /// Writes what the hub could not write at once.
    async fn mail(&mut self) -> Result<(), Ended> {
        in_time(self.mailbox.drain(), &self.mailbox).await?;
        let closing = self.mailbox.why_closing();
        closing.map_or(Ok(()), |closing| Err(Ended::Close(closing)))
    }

    fn went_on(&mut self, progress: Progress) {
        match progress {
            Progress::Done(outcome) => self.conversation.done(*outcome),
            Progress::Sent(outcomes) => {
                for (place, outcome) in outcomes {
                    self.conversation.sent(place, outcome);
                }
            }
        }
    }

    /// Performs steps until there are none.
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

    /// Performs a step that does not wait.
    fn take(&mut self, step: Step) {
        match step {
            Step::Hold => self.mailbox.hold(),
            Step::Release => self.mailbox.release(),
            Step::Pass(message) => self.mailbox.pass(message),
            Step::Do(task) => {
                let (ctx, scope) = self.for_work();
                self.under_way.work().task = Some(task.run(ctx, scope));
            }
            Step::Post(post) => {
                let Post {
                    place,
                    room,
                    message,
                } = post;
                let (ctx, scope) = self.for_work();
                let sent = async move { messages::post(&ctx, &scope, room, message).await };
                self.under_way.work().sends.push((place, Box::pin(sent)));
            }
            // Performed by the callers, since these wait.
            Step::Write(_) | Step::Close(_) => {}
        }
    }

    fn for_work(&self) -> (Arc<Context>, Arc<Scope>) {
        let scope = Arc::clone(self.conversation.scope());
        (Arc::clone(&self.ctx), scope)
    }

    /// Waits for what may be on its way to the disk, and answers it if the client still reads.
    async fn wind_down(&mut self) {
        self.conversation.wind_down();
        loop {
            while let Some(step) = self.conversation.next_step() {
                match step {
                    Step::Write(frame) => {
                        // Without a client there is no answer; the command is done all the same.
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

    /// Drops the conversation, and with it the hub's socket; keeps what is left to be written.
    fn hang_up(self) -> Arc<Mailbox> {
        self.mailbox
    }
}

impl UnderWay {
    fn work(&mut self) -> &mut Work {
        self.0.get_or_insert_default()
    }

    /// Waits for what finishes next; pending for ever while nothing is under way.
    async fn next(&mut self) -> Progress {
        poll_fn(|task| {
            let Some(work) = &mut self.0 else {
                return Poll::Pending;
            };
            let progress = work.poll(task);
            if work.task.is_none() && work.sends.is_empty() {
                self.0 = None;
            }
            progress
        })
        .await
    }
}

impl Work {
    fn poll(&mut self, task: &mut std::task::Context<'_>) -> Poll<Progress> {
        if let Some(running) = &mut self.task
            && let Poll::Ready(outcome) = running.as_mut().poll(task)
        {
            self.task = None;
            return Poll::Ready(Progress::Done(Box::new(outcome)));
        }
        // Polled in the order they were begun, so they reach the writer in that order.
        let mut sent = Vec::new();
        self.sends.retain_mut(|(place, send)| {
            let Poll::Ready(outcome) = send.as_mut().poll(task) else {
                return true;
            };
            sent.push((*place, outcome));
            false
        });
        match sent.is_empty() {
            true => Poll::Pending,
            false => Poll::Ready(Progress::Sent(sent)),
        }
    }
}

/// Waits until `written` is done, for [`WRITE`] at most, and for [`WRITE_LAST`] once the socket is to close.
/// The future is boxed, so that those of all callers stay small.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_small_since_most_are_idle() {
        let size = size_of::<Connection>();
        assert!(size <= 248, "{size} bytes");
    }
}
