//! The accept loop: what `axum::serve` does, with limits on the time of a request's head and on the number of
//! connections, and a graceful shutdown that finishes requests and writes.

use super::attend::Host;
use crate::clock::{Clock, timeout};
use crate::limits::connections::{Connections, Full, Place};
use crate::limits::{descriptors, network};
use crate::{ClientAddress, Context};
use axum::Router;
use socket2::SockRef;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

/// How long a graceful shutdown waits for running requests; shorter than a page takes to show that it is offline.
const REQUESTS: Duration = Duration::from_secs(2);
/// How long a graceful shutdown may take in all.
const STOP: Duration = Duration::from_secs(10);
/// Bytes of the system's send buffer of each connection, sockets included. The system reserves twice as much.
const SEND_BUFFER: usize = 128 * 1024;
/// Connections that may wait for a place of their address; further ones are closed.
const WAITING: usize = 512;
/// How long they wait before they are refused.
const PLACE_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a place is tried for again.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// Serves until `shutdown`, then stops: no new connections, sockets closed with 4000,
/// running requests finished, what is being written on disk, the database closed. Sockets may still
/// be taking their close frame: see [`Hub::wait_for_sockets`](crate::realtime::Hub::wait_for_sockets).
pub async fn serve(
    listener: TcpListener,
    app: Router,
    ctx: Arc<Context>,
    shutdown: impl Future<Output = ()>,
) {
    serve_within(None, listener, app, ctx, shutdown).await;
}

/// The same with so many HTTP `connections` at once; `None` is as many as the system allows for. A connection that
/// was upgraded to a socket does not count.
pub async fn serve_within(
    connections: Option<usize>,
    listener: TcpListener,
    app: Router,
    ctx: Arc<Context>,
    shutdown: impl Future<Output = ()>,
) {
    let can = descriptors::raise();
    let places = connections.unwrap_or(can.connections);
    tracing::info!(
        descriptors = can.descriptors,
        connections = places,
        sockets = can.sockets,
        "can hold so many connections that speak HTTP, and so many sockets"
    );
    // Accepted connections inherit it from the listening socket.
    if let Err(error) = SockRef::from(&listener).set_send_buffer_size(SEND_BUFFER) {
        tracing::warn!(%error, "the system's buffers stay as large as they are");
    }
    let share = ctx.limits.connections_per_address();
    let places = Connections::new(places, share, Arc::clone(&ctx.clock));
    let host = Arc::new(Host::new(app, Arc::clone(&ctx)));
    let connections = TaskTracker::new();
    let waiting = Arc::new(Semaphore::new(WAITING));
    tokio::pin!(shutdown);
    loop {
        let arrived = async {
            let (stream, peer) = accept(&listener, &places, &*ctx.clock).await;
            let is_counted = !host.is_proxy(peer.ip());
            let address = is_counted.then(|| network(peer.ip().into()));
            let place = loop {
                match places.enter(address) {
                    Ok(place) => break Some(place),
                    Err(Full::Address) => break None,
                    // A connection may have become idle for long enough.
                    Err(Full::Server) => {
                        let _ = timeout(&*ctx.clock, ACCEPT_RETRY, places.freed()).await;
                    }
                }
            };
            (stream, peer, address, place)
        };
        let (stream, peer, address, place) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            // Another server serves the database now, and clients are sent to it.
            () = ctx.store.lost_lease() => {
                tracing::error!("another server has the lease of the database: stopping");
                break;
            }
            arrived = arrived => arrived,
        };
        let host = Arc::clone(&host);
        if let Some(place) = place {
            connections.spawn(host.attend(stream, peer, place));
        } else if let Ok(permit) = Arc::clone(&waiting).try_acquire_owned() {
            let places = places.clone();
            connections.spawn(async move {
                let clock = &*host.ctx.clock;
                let place = wait_for(&places, address, clock);
                let place = tokio::select! {
                    place = timeout(clock, PLACE_TIMEOUT, place) => place,
                    () = host.stopping.cancelled() => None,
                };
                match place {
                    Some(place) => {
                        drop(permit);
                        host.attend(stream, peer, place).await;
                    }
                    None => host.refuse(stream).await,
                }
            });
        }
    }
    drop(listener);
    tracing::info!("stopping");
    ctx.begin_draining();
    let stopped = async {
        host.stopping.cancel();
        connections.close();
        let requests = timeout(&*ctx.clock, REQUESTS, connections.wait());
        let (_, requests) = tokio::join!(ctx.hub.drain(), requests);
        if requests.is_none() {
            tracing::warn!("requests were still running");
        }
        // Not `Context::drain`, which would wait for the sockets a second time.
        ctx.close().await;
    };
    if timeout(&*ctx.clock, STOP, stopped).await.is_none() {
        tracing::error!("stopping took too long");
    }
}

/// Waits for a place of an address that has its share: one of its requests will be answered, and its connection can
/// then be evicted.
async fn wait_for(
    places: &Connections,
    address: Option<ClientAddress>,
    clock: &dyn Clock,
) -> Place {
    loop {
        clock.sleep(ACCEPT_RETRY).await;
        if let Ok(place) = places.enter(address) {
            return place;
        }
    }
}

/// The next connection. Errors that concern one connection are skipped; when the system has no
/// more descriptors, an idle connection is evicted.
async fn accept(
    listener: &TcpListener,
    places: &Connections,
    clock: &dyn Clock,
) -> (TcpStream, SocketAddr) {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    let mut is_logged = false;
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
                if !is_logged {
                    tracing::error!(%error, "cannot accept connections");
                    is_logged = true;
                }
                places.make_room();
                clock.sleep(Duration::from_millis(20)).await;
            }
        }
    }
}
