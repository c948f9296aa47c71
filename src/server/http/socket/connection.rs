//! One task per socket: reads what the client says, and writes what the hub queued.
//!
//! *Invariant:* one command of a socket is under way at a time, so a client's frames take effect in
//! the order it sent them; while one waits for the disk, frames of others are still written.

mod commands;
mod hello;
mod join;

use super::patience::{Patience, Verdict};
use super::wire::{Incoming, Wire};
use crate::limits::{Bucket, SocketGuard};
use crate::realtime::{Closing, Frame, Gone, Mailbox, Socket, SocketKind};
use crate::{Context, Scope, ServiceError, telemetry};
use commands::Answer;
use parlour_protocol::{AppError, ClientFrame, CloseCode, ErrorCode, RoomId, ServerFrame};
use serde::Deserialize;
use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
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

/// Who knocks, and at which of the two doors.
pub struct Knock {
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

type Command = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A socket that is served.
pub struct Connection {
    ctx: Arc<Context>,
    scope: Arc<Scope>,
    kind: SocketKind,
    wire: Wire,
    mailbox: Arc<Mailbox>,
    socket: Arc<Socket>,
    bucket: Bucket,
    patience: Patience,
    under_way: Option<Command>,
    _counted: SocketGuard,
    _conversation: TaskTrackerToken,
}

enum Event {
    Mail,
    Answer(Answer),
    Incoming(Incoming),
}

/// Lets somebody in, or tells them why not.
///
/// What comes back is small, and so is what serves it: a server has many thousands that say nothing. All
/// that is needed only now and then, the way in first of all, lies in futures of its own.
pub async fn open(
    ctx: Arc<Context>,
    knock: Knock,
    wire: Wire,
    mailbox: Mailbox,
) -> Option<Box<Connection>> {
    let conversation = ctx.hub.conversation();
    let Knock {
        scope,
        kind,
        session_ended,
        counted,
    } = knock;
    let new = Connection::new(ctx, scope, kind, wire, mailbox, counted, conversation);
    let mut connection = Box::new(new);
    match connection.greet(session_ended).await {
        Ok(()) => {
            connection.log("socket opened", None);
            connection.socket.heard();
            Some(connection)
        }
        Err(ended) => {
            connection.end(ended).await;
            None
        }
    }
}

impl Connection {
    fn new(
        ctx: Arc<Context>,
        scope: Scope,
        kind: SocketKind,
        wire: Wire,
        mailbox: Mailbox,
        counted: SocketGuard,
        conversation: TaskTrackerToken,
    ) -> Self {
        let mailbox = Arc::new(mailbox);
        let socket = Arc::new(ctx.hub.open(kind, Arc::clone(&mailbox) as _));
        Self {
            bucket: ctx.limits.frames(),
            scope: Arc::new(scope),
            kind,
            wire,
            mailbox,
            socket,
            patience: Patience::default(),
            under_way: None,
            _counted: counted,
            _conversation: conversation,
            ctx,
        }
    }

    /// Who it is, and for a one-room socket the way in.
    async fn greet(&mut self, session_ended: bool) -> Result<(), Ended> {
        if session_ended {
            return Err(Ended::Close(Closing::plain(CloseCode::SessionEnded)));
        }
        match self.kind {
            SocketKind::One(room) => self.hello(room).await,
            SocketKind::Many => self.identify_session().await,
        }
    }

    /// Serves it until it ends.
    pub async fn serve(mut self: Box<Self>) {
        let ended = loop {
            let handled = match self.next().await {
                // All that most sockets ever say, ten thousand of them in turn: not worth a future.
                Event::Incoming(Incoming::Pong) => self.pong(),
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
            Event::Mail => self.mail().await,
            Event::Answer(answer) => {
                self.under_way = None;
                self.answer(answer).await
            }
            Event::Incoming(incoming) => self.incoming(incoming).await,
        }
    }

    /// Whatever comes first. Nothing is lost by what comes later.
    async fn next(&mut self) -> Event {
        let Self {
            mailbox,
            under_way,
            wire,
            ..
        } = self;
        let is_idle = under_way.is_none();
        let answer = async {
            match under_way {
                Some(command) => command.await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = mailbox.ready() => Event::Mail,
            answer = answer => Event::Answer(answer),
            incoming = wire.receive(), if is_idle => Event::Incoming(incoming),
        }
    }

    /// Writes what the hub could not.
    async fn mail(&mut self) -> Result<(), Ended> {
        in_time(self.mailbox.drain(), &self.mailbox).await?;
        let closing = self.mailbox.why_closing();
        closing.map_or(Ok(()), |closing| Err(Ended::Close(closing)))
    }

    async fn incoming(&mut self, incoming: Incoming) -> Result<(), Ended> {
        self.socket.heard();
        match incoming {
            Incoming::Text(text) => self.text(&text).await,
            Incoming::Binary => {
                let sentence = "Frames are text; this server has no binary ones.";
                let error = AppError::new(ErrorCode::BadRequest, sentence);
                match self.admit()? {
                    Ok(()) => self.refuse(error, About::default()).await,
                    Err(too_fast) => self.refuse(too_fast, About::default()).await,
                }
            }
            control => self.control(control).await,
        }
    }

    /// What keeps the connection. What came too fast is answered as well: it is only counted.
    async fn control(&mut self, incoming: Incoming) -> Result<(), Ended> {
        match incoming {
            Incoming::Ping(pong) => {
                self.admit().map(drop)?;
                self.write(pong).await
            }
            Incoming::Pong => self.pong(),
            Incoming::Fragment => self.admit().map(drop),
            Incoming::Closing(answer) => {
                in_time(self.mailbox.end(answer), &self.mailbox).await?;
                Err(Ended::Gone)
            }
            Incoming::Violation(code) => Err(Ended::Violation(code)),
            Incoming::Closed | Incoming::Text(_) | Incoming::Binary => Err(Ended::Gone),
        }
    }

    fn pong(&mut self) -> Result<(), Ended> {
        self.socket.heard();
        self.admit().map(drop)
    }

    async fn text(&mut self, text: &str) -> Result<(), Ended> {
        if let Err(too_fast) = self.admit()? {
            return self.refuse(too_fast, About::of(text)).await;
        }
        match ClientFrame::parse(text) {
            Ok(frame) => self.begin(frame).await,
            Err(error) => self.refuse(error.to_app_error(), About::of(text)).await,
        }
    }

    /// Counts a frame, of whatever kind: what to answer when it came too fast.
    fn admit(&mut self) -> Result<Result<(), AppError>, Ended> {
        match self
            .patience
            .judge(self.bucket.take(self.ctx.clock.monotonic()))
        {
            Verdict::Pass => Ok(Ok(())),
            Verdict::Abuse => Err(Ended::Close(Closing::plain(CloseCode::TooMany))),
            Verdict::Refuse { retry_after_ms } => {
                Ok(Err(telemetry::told(&ServiceError::RateLimited {
                    retry_after_ms,
                })))
            }
        }
    }

    async fn answer(&mut self, answer: Answer) -> Result<(), Ended> {
        match answer {
            Answer::Nothing => Ok(()),
            Answer::Frame(frame) => self.write(frame).await,
        }
    }

    /// Answers a frame that did nothing.
    fn refuse(&mut self, error: AppError, about: About) -> impl Future<Output = Result<(), Ended>> {
        let frame = ServerFrame::error(error, about.room_id, about.client_id);
        self.write(Frame::from(frame.encode()))
    }

    /// Answers, before anything that the hub has queued.
    async fn write(&mut self, frame: Frame) -> Result<(), Ended> {
        in_time(self.mailbox.answer(frame), &self.mailbox).await
    }

    /// Tells the client why, if it listens.
    async fn end(self: Box<Self>, ended: Ended) {
        self.log("socket closed", Some(&ended));
        let Self {
            mut wire,
            mailbox,
            socket,
            under_way,
            _counted,
            _conversation,
            ..
        } = *self;
        match ended {
            Ended::Gone => {}
            Ended::Violation(code) => {
                drop(socket);
                // Whoever does not listen is dropped.
                let _ = timeout(LINGER, wire.refuse(&mailbox, code)).await;
            }
            Ended::Close(closing) if closing.is_hard() => {
                // It is gone for the others at once; only its own task waits.
                drop((socket, under_way));
                let _ = timeout(LINGER_SLOW, wire.close(&mailbox, closing.code.code(), "")).await;
            }
            Ended::Close(closing) => {
                let goodbye = async {
                    mailbox.release();
                    // It may be on its way to the disk: its author hears how it went, by the answer
                    // or with everybody else.
                    let answer = match under_way {
                        Some(command) => command.await,
                        None => Answer::Nothing,
                    };
                    // From here on it asks nothing of the database, and nobody need wait for it.
                    drop(socket);
                    mailbox.drain().await?;
                    if let Answer::Frame(frame) = answer {
                        mailbox.answer(frame).await?;
                    }
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
        tracing::info!(
            socket = self.socket.id().0,
            user = self.scope.user_id().map(|user| user.0),
            address = %self.scope.address,
            code,
            "{event}"
        );
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

/// What an `error` frame is about, as far as the frame that failed can be read.
#[derive(Default, Deserialize)]
struct About {
    #[serde(default)]
    room_id: Option<RoomId>,
    #[serde(default)]
    client_id: Option<String>,
}

impl About {
    fn of(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    fn room(room: RoomId) -> Self {
        Self {
            room_id: Some(room),
            client_id: None,
        }
    }
}
