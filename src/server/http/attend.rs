//! Serving one HTTP connection, from its first request to its last.
//!
//! *Invariant:* no connection is kept for ever: requests have a time for their head, answers one for being read,
//! connections an age, and idle ones are evicted when places run short.

use super::Problem;
use super::answer::{Answer, Held, Running};
use super::forwarded::{client_address, is_trusted};
use super::line::Line;
use super::timer::ClockTimer;
use crate::clock::timeout;
use crate::limits::connections::Place;
use crate::{Context, ServiceError};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::future::ready;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// How long a request's head may take, and a connection idle between requests, before it is closed.
const HEAD: Duration = Duration::from_secs(10);
/// Bytes of a request's head at most, and of an answer that are buffered while the system takes no more.
const BUFFER: usize = 64 * 1024;
/// How long an idle connection is kept when the server stops: a request may be on its way. The next process waits
/// meanwhile.
const QUIET: Duration = Duration::from_millis(500);
/// How long an evicted connection is kept: the end of an answer may be on its way.
const LEAVING: Duration = Duration::from_millis(100);
/// How long a write of an answer may make no progress.
const WRITE_TIMEOUT: Duration = Duration::from_secs(20);
/// The age after which a connection ends with its next answer.
const AGE: Duration = Duration::from_secs(5 * 60);
/// How long a connection without a place may take to send its request, to be answered 429.
const REFUSING: Duration = Duration::from_secs(2);
/// Milliseconds after which such a client may try again.
const RETRY_AFTER_MS: u64 = 1_000;

/// What all connections share.
pub(super) struct Host {
    pub(super) app: Router,
    pub(super) ctx: Arc<Context>,
    pub(super) stopping: CancellationToken,
    builder: http1::Builder,
}

/// What is known of one connection.
struct Visitor {
    peer: SocketAddr,
    place: Arc<Place>,
    is_proxy: bool,
    since: Instant,
}

impl Host {
    pub(super) fn new(app: Router, ctx: Arc<Context>) -> Self {
        // Not hyper-util's `auto::Builder`: before it knows the version it waits without any limit.
        let mut builder = http1::Builder::new();
        let timer = ClockTimer(Arc::clone(&ctx.clock));
        builder.timer(timer).header_read_timeout(HEAD);
        builder.max_buf_size(BUFFER);
        Self {
            app,
            ctx,
            stopping: CancellationToken::new(),
            builder,
        }
    }

    /// Whether this peer is a trusted proxy, whose clients are counted instead of it.
    pub(super) fn is_proxy(&self, peer: IpAddr) -> bool {
        is_trusted(&self.ctx.settings.server.trusted_proxies, peer)
    }

    /// Answers the requests of a connection until it ends.
    pub(super) async fn attend(self: Arc<Self>, stream: TcpStream, peer: SocketAddr, place: Place) {
        let place = Arc::new(place);
        let visitor = Arc::new(Visitor {
            peer,
            place: Arc::clone(&place),
            is_proxy: self.is_proxy(peer.ip()),
            since: self.ctx.clock.monotonic(),
        });
        let host = Arc::clone(&self);
        let service =
            service_fn(move |request| Arc::clone(&host).answer(Arc::clone(&visitor), request));
        let line = self.line(stream);
        let connection = self.builder.serve_connection(line, service);
        let mut connection = pin!(connection.with_upgrades());
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.stopping.cancelled() => {
                let ended = timeout(&*self.ctx.clock, QUIET, connection.as_mut()).await;
                if let Some(ended) = ended {
                    ended
                } else {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            }
            () = place.evicted() => {
                connection.as_mut().graceful_shutdown();
                timeout(&*self.ctx.clock, LEAVING, connection).await.unwrap_or(Ok(()))
            }
        };
        if let Err(error) = ended {
            tracing::debug!(error = ?error.to_string(), "connection ended badly");
        }
    }

    fn line(&self, stream: TcpStream) -> TokioIo<Line> {
        TokioIo::new(Line::new(
            stream,
            WRITE_TIMEOUT,
            Arc::clone(&self.ctx.clock),
        ))
    }

    async fn answer(
        self: Arc<Self>,
        visitor: Arc<Visitor>,
        mut request: Request<Incoming>,
    ) -> Result<Response<Answer>, Infallible> {
        let running = Running::begin(Arc::clone(&visitor.place));
        // The library notices only where a head fills its buffer before its end has come.
        let is_too_large = head(&request) > BUFFER;
        request.extensions_mut().insert(ConnectInfo(visitor.peer));
        let counted = visitor.is_proxy.then(|| {
            let trusted = &self.ctx.settings.server.trusted_proxies;
            let address = client_address(trusted, visitor.peer.ip(), request.headers());
            self.ctx.limits.request(address)
        });
        let (mut answer, request) = match counted.transpose() {
            Ok(_) if is_too_large => (too_large().into_response(), None),
            Ok(counted) => {
                let answer = self.app.clone().oneshot(request.map(Body::new)).await?;
                (answer, counted)
            }
            Err(error) => (Problem::from(error).into_response(), None),
        };
        // While the server stops, the next request belongs on a connection to the next process.
        let age = self.ctx.clock.monotonic() - visitor.since;
        let is_last = is_too_large || self.stopping.is_cancelled() || age > AGE;
        if is_last && answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            let close = HeaderValue::from_static("close");
            answer.headers_mut().insert(CONNECTION, close);
        }
        let unread = answer.extensions_mut().remove();
        let held = Held {
            _running: running,
            _request: request,
            _unread: unread,
        };
        Ok(answer.map(|body| Answer::new(body, held)))
    }

    /// Answers 429 to a connection whose address has its share of connections.
    pub(super) async fn refuse(self: Arc<Self>, stream: TcpStream) {
        let service = service_fn(|_: Request<Incoming>| ready(Ok::<_, Infallible>(no_place())));
        let line = self.line(stream);
        let refusing = self.builder.serve_connection(line, service);
        // A client that sends no request in time gets no answer.
        let _ = timeout(&*self.ctx.clock, REFUSING, refusing).await;
    }
}

/// Bytes of a request's head, nearly as it came.
fn head(request: &Request<Incoming>) -> usize {
    const FIRST: usize = "  HTTP/1.1\r\n\r\n".len();
    let uri = request.uri();
    let address = uri.path().len() + uri.query().map_or(0, |query| 1 + query.len());
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    request.method().as_str().len() + address + FIRST + headers.sum::<usize>()
}

/// The answer to a request with too large a head.
fn too_large() -> Problem {
    let sentence = "The headers of a request can have at most 64 KiB.";
    Problem::with_status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, sentence)
}

/// The answer to a client whose address has its share of connections.
fn no_place() -> Response {
    let refused = ServiceError::RateLimited {
        retry_after_ms: RETRY_AFTER_MS,
    };
    let mut answer = Problem::from(refused).into_response();
    let close = HeaderValue::from_static("close");
    answer.headers_mut().insert(CONNECTION, close);
    answer
}
