//! The task that owns the socket, for as long as the tab lives.
//!
//! It follows [`Connection`], which decides when to try again; here is only what that costs: the
//! socket, the clock and the browser's word that the network or the tab came back.

use super::desk::Desk;
use super::{attention, listing, receiving, sending};
use crate::app::api;
use crate::app::browser::socket::{Incoming, Socket};
use crate::app::browser::{clock, navigation};
use futures::channel::mpsc::{Receiver, channel};
use futures::future::{Either, Fuse, FusedFuture, select};
use futures::{FutureExt, StreamExt};
use parlour_client::connection::Phase;
use parlour_protocol::{ClientFrame, CloseCode, ServerFrame, paths};
use std::pin::pin;

/// What the rest of the island asks of the task.
pub enum Order {
    /// Send this, if the socket is open.
    Say(ClientFrame),
    /// Try again now.
    Wake,
    /// Close the socket and come back at once, as somebody else perhaps.
    Reconnect,
    /// The socket is no use any more (the network is gone): do not wait for it to notice.
    Lost,
}

/// Orders that may wait; a socket takes them at once, so more than a few mean that it is stuck.
const QUEUE: usize = 256;
/// An attempt to connect that takes longer than this has failed.
const CONNECT_TIMEOUT_MS: f64 = 10_000.0;
/// An attempt that is older than this is given up for a new one when somebody asks for it.
const PATIENCE_MS: f64 = 1_000.0;
/// How often time-outs are looked at.
const TICK_MS: u32 = 1_000;
/// Frames that wait to be drawn together at most.
const TOGETHER: usize = 256;
/// When the date has moved on by this much between two looks, the machine slept, or somebody set
/// the clock; asking whether the socket lives does no harm.
const LEAP_MS: f64 = 10_000.0;
/// "Abnormal closure", RFC 6455 7.4.1: no close frame was seen.
const ABNORMAL: u16 = 1006;

/// Starts the task.
pub fn keep(desk: Desk) {
    let (orders, mut inbox) = channel(QUEUE);
    desk.orders.set_value(Some(orders));
    navigation::on_presence(move || {
        attention::look(desk);
        if !navigation::is_online() {
            desk.order(Order::Lost);
        } else if navigation::is_visible() {
            desk.order(Order::Wake);
            receiving::ask_for_a_sign(desk);
            receiving::mark_read(desk);
        } else {
            // It may be the last moment of this page.
            receiving::tell_read(desk);
        }
    });
    leptos::task::spawn_local(async move {
        loop {
            if matches!(
                desk.connection.with_untracked(|c| c.phase().clone()),
                Phase::Connecting { .. }
            ) {
                let ended = converse(desk, &mut inbox).await;
                let (now, random) = (clock::now_ms(), clock::random());
                desk.now.set(now);
                desk.connection.update(|c| match ended {
                    End::Lost(code, ref reason) => {
                        c.closed(code, reason, now, random);
                    }
                    End::Unopened => {
                        c.closed(ABNORMAL, "", now, random);
                    }
                    End::Asked => {
                        c.closed(CloseCode::GoingAway.code(), "", now, random);
                        c.wake();
                    }
                });
                receiving::link_lost(desk);
                sending::link_lost(desk);
                if matches!(ended, End::Unopened) && navigation::is_online() {
                    leptos::task::spawn_local(ask_why(desk));
                }
            } else {
                pause(desk, &mut inbox).await;
            }
        }
    });
}

/// Finds out why no socket could be opened.
async fn ask_why(desk: Desk) {
    let refusal = api::why_no_socket().await;
    let (now, random) = (clock::now_ms(), clock::random());
    desk.connection.update(|c| c.answered(refusal, now, random));
}

/// Waits for the time, or the order, to try again.
async fn pause(desk: Desk, inbox: &mut Receiver<Order>) {
    let tick = pin!(clock::sleep(250).fuse());
    match select(inbox.next(), tick).await {
        Either::Left((Some(Order::Wake), _)) => return desk.connection.update(|c| c.nudge()),
        Either::Left((Some(Order::Reconnect), _)) => {
            return desk.connection.update(|c| c.restart());
        }
        _ => {}
    }
    let now = clock::now_ms();
    if desk.connection.with_untracked(|c| c.due(now)) {
        desk.connection.update(|c| c.wake());
    } else if now - desk.now.get_untracked() >= 500.0 {
        desk.now.set(now);
    }
}

/// One socket, from the attempt to its end; says why it ended.
async fn converse(desk: Desk, inbox: &mut Receiver<Order>) -> End {
    let lost = || End::Lost(ABNORMAL, String::new());
    let Some(mut socket) = Socket::open(&navigation::socket_url(paths::SOCKET)) else {
        return lost();
    };
    match open(desk, &mut socket, inbox).await {
        Opening::Open => {}
        Opening::Failed => return End::Unopened,
        Opening::Again => return End::Asked,
    }
    // What was said to the socket before this one is void: the outbox and the sync know better.
    while let Ok(order) = inbox.try_recv() {
        if matches!(order, Order::Reconnect) {
            return End::Asked;
        }
    }
    desk.connection.update(|c| c.opened());
    desk.connection
        .update_untracked(|c| c.heard(clock::now_ms()));
    for frame in receiving::opening_frames(desk) {
        if !socket.send(&frame).await {
            return lost();
        }
    }
    listing::refresh(desk);

    let (mut looked, mut wall) = (clock::now_ms(), clock::wall_ms());
    // What came since the page was last drawn: applied at once, it would be laid out for each frame.
    let mut heard: Vec<ServerFrame> = Vec::new();
    let mut drawing = pin!(Fuse::terminated());
    let mut tick = pin!(clock::sleep(TICK_MS).fuse());
    loop {
        let event = {
            let incoming = pin!(socket.next());
            let asked = select(incoming, inbox.next());
            match select(asked, select(drawing.as_mut(), tick.as_mut())).await {
                Either::Left((Either::Left((incoming, _)), _)) => Event::Incoming(incoming),
                Either::Left((Either::Right((order, _)), _)) => Event::Order(order),
                Either::Right((Either::Left(_), _)) => Event::Drawing,
                Either::Right((Either::Right(_), _)) => Event::Tick,
            }
        };
        let now = clock::now_ms();
        match event {
            Event::Incoming(Incoming::Frame(frame)) => {
                desk.connection.update_untracked(|c| c.heard(now));
                heard.push(*frame);
                if heard.len() == TOGETHER || !navigation::is_visible() {
                    receive(desk, &mut heard);
                } else if drawing.is_terminated() {
                    drawing.set(clock::frame().fuse());
                }
            }
            Event::Incoming(Incoming::Unknown) => {}
            Event::Incoming(Incoming::Closed { code, reason }) => {
                receive(desk, &mut heard);
                return End::Lost(code, reason);
            }
            Event::Order(Some(Order::Say(frame))) => {
                if !socket.send(&frame).await {
                    return lost();
                }
            }
            Event::Order(Some(Order::Wake)) => {}
            Event::Drawing => receive(desk, &mut heard),
            Event::Tick => tick.set(clock::sleep(TICK_MS).fuse()),
            Event::Order(Some(Order::Reconnect)) => return End::Asked,
            Event::Order(Some(Order::Lost) | None) => return lost(),
        }
        // Where much is said there is never a second without a frame.
        if now - looked < 0.9 * f64::from(TICK_MS) {
            continue;
        }
        looked = now;
        if (clock::wall_ms() - wall).abs() > LEAP_MS {
            receiving::ask_for_a_sign(desk);
        }
        wall = clock::wall_ms();
        sending::idle(desk, now);
        if desk.connection.with_untracked(|c| c.is_silent(now)) {
            return lost();
        }
    }
}

/// Applies what came, in its order.
fn receive(desk: Desk, heard: &mut Vec<ServerFrame>) {
    for frame in heard.drain(..) {
        receiving::receive(desk, frame);
    }
}

/// Waits until the socket is open, or it is no use to wait.
async fn open(desk: Desk, socket: &mut Socket, inbox: &mut Receiver<Order>) -> Opening {
    let started = clock::now_ms();
    let mut opening = pin!(socket.is_open());
    loop {
        let order = inbox.next();
        let tick = pin!(clock::sleep(250));
        let waited = clock::now_ms() - started;
        match select(opening.as_mut(), select(order, tick)).await {
            Either::Left((true, _)) => return Opening::Open,
            Either::Left((false, _)) => return Opening::Failed,
            Either::Right((Either::Left((Some(Order::Reconnect), _)), _)) => return Opening::Again,
            Either::Right((Either::Left((Some(Order::Wake), _)), _)) if waited >= PATIENCE_MS => {
                return Opening::Again;
            }
            Either::Right((Either::Left((Some(Order::Lost) | None, _)), _)) => {
                return Opening::Failed;
            }
            Either::Right((Either::Left(_), _)) => {}
            Either::Right((Either::Right(_), _)) => {
                desk.now.set(clock::now_ms());
                if waited >= CONNECT_TIMEOUT_MS {
                    return Opening::Failed;
                }
            }
        }
    }
}

/// Why a socket is no more.
enum End {
    /// It broke, or was closed with this code: the next one has to wait its turn.
    Lost(u16, String),
    /// It never opened.
    Unopened,
    /// Somebody asked for another one, and is waiting for it.
    Asked,
}

enum Opening {
    Open,
    Failed,
    Again,
}

enum Event {
    Incoming(Incoming),
    Order(Option<Order>),
    Drawing,
    Tick,
}
