//! The accept loop: what `axum::serve` does, with a limit on how long a request's head may take
//! and on how many connections there are, and an end that leaves nothing undone.

use crate::Context;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// A request's head that takes longer closes its connection; so does idling between requests.
const HEAD: Duration = Duration::from_secs(10);
/// Connections that speak HTTP at once; more wait in the system's queue. Sockets count no more
/// once they are upgraded.
const CONNECTIONS: usize = 8_192;
/// After the server was told to stop, who has a connection and says nothing gets this long: a
/// request may be on its way. The next server waits meanwhile.
const QUIET: Duration = Duration::from_millis(500);
/// Running requests get this long to finish. Below the time after which people are told.
const REQUESTS: Duration = Duration::from_secs(2);
/// All of stopping.
const STOP: Duration = Duration::from_secs(10);

/// Serves until `shutdown`, then stops: no new connections, sockets told to come back (4000),
/// running requests finished, what is being written on disk, the database closed. Sockets may still
/// be hearing why they end: see [`Hub::goodbyes`](crate::realtime::Hub::goodbyes).
pub async fn serve(
    listener: TcpListener,
    app: Router,
    ctx: Arc<Context>,
    shutdown: impl Future<Output = ()>,
) {
    // Not hyper-util's `auto::Builder`: before it knows the version it waits without any limit.
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let (connections, stopping) = (TaskTracker::new(), CancellationToken::new());
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    tokio::pin!(shutdown);
    loop {
        let accepted = async {
            let permit = Arc::clone(&permits).acquire_owned().await;
            (permit, accept(&listener).await)
        };
        let (permit, (stream, peer)) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = accepted => accepted,
        };
        let (app, ending) = (app.clone(), stopping.clone());
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            let answer = app.clone().oneshot(request.map(Body::new));
            let ending = ending.clone();
            async move {
                let mut answer = answer.await?;
                if ending.is_cancelled() && answer.status() != StatusCode::SWITCHING_PROTOCOLS {
                    // The next request belongs on a connection to the next server.
                    let close = HeaderValue::from_static("close");
                    answer.headers_mut().insert(CONNECTION, close);
                }
                Ok::<_, Infallible>(answer)
            }
        });
        let connection = builder
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let stopping = stopping.clone();
        connections.spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stopping.cancelled() => match timeout(QUIET, connection.as_mut()).await {
                    Ok(ended) => ended,
                    Err(_) => {
                        connection.as_mut().graceful_shutdown();
                        connection.await
                    }
                }
            };
            if let Err(error) = ended {
                tracing::debug!(error = ?error.to_string(), "connection ended badly");
            }
            drop(permit);
        });
    }
    drop(listener);
    tracing::info!("stopping");
    ctx.begin_draining();
    let stopped = async {
        stopping.cancel();
        connections.close();
        let requests = timeout(REQUESTS, connections.wait());
        let (_, requests) = tokio::join!(ctx.hub.drain(), requests);
        if requests.is_err() {
            tracing::warn!("requests were still running");
        }
        // Not `Context::drain`: whoever is still here would be waited for a second time.
        ctx.close().await;
    };
    if timeout(STOP, stopped).await.is_err() {
        tracing::error!("stopping took too long");
    }
}

/// The next connection. Errors that concern one connection are skipped; when the system has no
/// more descriptors it gets a moment to find some.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Frames are small and each is waited for; a socket without it is slow, not broken.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "TCP_NODELAY refused");
                }
                return (stream, peer);
            }
            Err(error)
                if matches!(
                    error.kind(),
                    ConnectionAborted | ConnectionRefused | ConnectionReset
                ) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections");
                sleep(Duration::from_millis(200)).await;
            }
        }
    }
}
