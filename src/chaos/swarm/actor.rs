//! The actor of one person: owns their socket, their pages and their clock, and does the actions it is assigned.

mod standing;

use super::link::{ABNORMAL, ConnectError, Incoming, Link};
use super::moderation::{Moderation, Turn, told};
use super::{Delivery, Order, Person, Seen, SwarmConfig, Watch};
use crate::client::{Client, Storage, Todo};
use crate::history::Event;
use crate::plan::Action;
use crate::rest::Rest;
use futures::future::BoxFuture;
use parlour_client::connection::Phase;
use parlour_client::session::{Ask, Moment};
use parlour_protocol::calls::Answer;
use parlour_protocol::{Message, Number, RoomId, Seq, ServerFrame, Sync, UserId};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::future::pending;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// Messages that may wait in an outbox before the next action is done.
const OUTBOX_LIMIT: usize = 8;
/// How often time-outs are looked at, by the client's clock: as the browser does.
const TICK: Duration = Duration::from_millis(250);
/// Before a page that could not be fetched is asked for again.
const RETRY_DELAY: Duration = Duration::from_millis(50);

/// A person with a device.
pub(super) struct Actor {
    index: usize,
    /// Who it is, and whom it was before it signed in.
    mine: Vec<UserId>,
    token: String,
    rooms: Vec<RoomId>,
    moderation: Moderation,
    context: ActorContext,
    address: SocketAddr,
    speed: u32,
    storage: Storage,
    client: Client,
    link: Option<Link>,
    opening: Option<BoxFuture<'static, Result<Link, ConnectError>>>,
    fetching: JoinSet<(u64, Ask, Answer)>,
    count: usize,
    /// Own messages that are stored and not taken back.
    own: Vec<(RoomId, Number)>,
    /// What is in the outbox, and since when.
    written: HashMap<String, Instant>,
    /// What was asked to be changed and was not answered.
    asked: HashSet<(RoomId, Number)>,
    heard_at: Instant,
    outage: Option<Outage>,
    seen: Seen,
}

/// What it lacks since it lost its socket.
struct Outage {
    since: Instant,
    /// What others held then.
    reached: BTreeMap<RoomId, Seq>,
}

/// What it shares with the others.
pub(super) struct ActorContext {
    pub(super) rest: Rest,
    pub(super) random: fastrand::Rng,
    pub(super) started: Instant,
    pub(super) watch: Watch,
    pub(super) finish: watch::Receiver<bool>,
}

impl Actor {
    pub(super) fn new(
        index: usize,
        person: Person,
        config: &SwarmConfig,
        context: ActorContext,
    ) -> Self {
        let storage = Storage::default();
        let mine = vec![person.guest.user.id];
        Self {
            index,
            token: person.guest.token,
            client: Client::new(&name(index), &mine, storage.clone(), 0.0),
            mine,
            moderation: Moderation::of(person.closed, &person.rooms),
            rooms: person.rooms,
            context,
            address: config.address,
            speed: config.speed,
            storage,
            link: None,
            opening: None,
            fetching: JoinSet::new(),
            count: 0,
            own: Vec::new(),
            written: HashMap::new(),
            asked: HashSet::new(),
            heard_at: Instant::now(),
            outage: None,
            seen: Seen::default(),
        }
    }

    /// From coming to the end of the phase.
    pub(super) async fn live(mut self, mut orders: UnboundedReceiver<Order>) -> Seen {
        self.enter();
        let mut finish = self.context.finish.clone();
        let mut tick = interval(TICK / self.speed);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.update_status();
            let is_free = self.client.outbox().waiting() < OUTBOX_LIMIT;
            tokio::select! {
                () = is_over(&mut finish) => break,
                order = orders.recv(), if is_free => match order {
                    Some(Order(action)) => self.perform_action(action).await,
                    None => break,
                },
                incoming = incoming(&mut self.link) => self.hear(incoming).await,
                opened = opened(&mut self.opening) => self.opened(opened).await,
                Some(page) = self.fetching.join_next() => {
                    // Pages are only given up together with their set.
                    if let Ok((number, ask, answer)) = page {
                        let at = self.at();
                        self.client.answered(number, &ask, answer, at);
                        self.perform().await;
                    }
                }
                done = self.moderation.ended() => self.moderated(done).await,
                _ = tick.tick() => self.tick().await,
            }
        }
        self.client.finish();
        self.take_events();
        self.seen
    }

    /// Once a tab is there.
    fn enter(&mut self) {
        for room in &self.rooms {
            if !self.moderation.is_out_of(*room) {
                self.client.enter(*room);
            }
        }
    }

    async fn perform_action(&mut self, action: Action) {
        let now = self.at();
        match action {
            Action::Write { room, length } => {
                let room = self.rooms[room % self.rooms.len()];
                self.count += 1;
                let (index, count) = (self.index, self.count);
                let sent = self.context.started.elapsed().as_micros();
                let key = format!("{index}.{count}.{room}.{sent}");
                let text = text(&format!("{index}.{count}"), length);
                self.client.write(room, &text, &key, now);
            }
            Action::Edit { pick } => {
                if let Some(at) = self.pick(pick) {
                    let (room, number) = self.own[at];
                    self.count += 1;
                    let text = format!("changed for the {}. time", self.count);
                    self.client.edit(room, number, &text, now);
                    self.ask(room, number);
                }
            }
            Action::React { pick, on } => {
                if let Some(at) = self.pick(pick)
                    && self.link.is_some()
                {
                    let (room, number) = self.own[at];
                    self.client.react((room, number), "👍", on, now);
                    self.ask(room, number);
                }
            }
            Action::Delete { pick } => {
                if let Some(at) = self.pick(pick)
                    && self.link.is_some()
                {
                    let (room, number) = self.own.swap_remove(at);
                    self.client.delete(room, number, now);
                    self.ask(room, number);
                }
            }
            Action::PutOut => return self.moderate(Turn::PutOut),
            Action::LetIn => return self.moderate(Turn::LetIn),
            Action::SignIn { is_other } => self.sign_in(is_other).await,
            Action::KillTab { away } => self.kill_tab(away).await,
        }
        self.perform().await;
        self.done();
    }

    fn done(&self) {
        let mut status = self.context.watch.of(self.index);
        status.undone = status.undone.saturating_sub(1);
    }

    fn pick(&self, pick: u64) -> Option<usize> {
        let count = self.own.len() as u64;
        (count > 0).then(|| (pick % count) as usize)
    }

    fn ask(&mut self, room: RoomId, number: Number) {
        if *self.client.phase() == Phase::Live {
            self.asked.insert((room, number));
        }
    }

    /// The tab is killed, and later there is another one on the same device.
    async fn kill_tab(&mut self, away: Duration) {
        self.drop_link();
        self.fetching = JoinSet::new();
        self.take_events();
        self.update_status();
        sleep(away).await;
        let now = self.at().now;
        self.client = Client::new(&name(self.index), &self.mine, self.storage.clone(), now);
        self.enter();
    }

    async fn hear(&mut self, incoming: Incoming) {
        self.heard_at = Instant::now();
        match incoming {
            Incoming::Frame(frame) => {
                self.settle(&frame);
                let room = self.moderation.room();
                if let Some((room, seq)) = room.and_then(|room| Some((room, told(&frame, room)?))) {
                    self.seen.events.push(Event::Told {
                        client: name(self.index),
                        room: room.0,
                        seq: seq.0,
                    });
                }
                let at = self.at();
                self.client.received(*frame, at);
                self.perform().await;
            }
            Incoming::Other => {}
            Incoming::Closed { code, reason } => {
                self.lost(code, &reason);
                self.perform().await;
            }
        }
    }

    /// A change that was asked for has an answer.
    fn settle(&mut self, frame: &ServerFrame) {
        let mut answered = |message: &Message| {
            self.asked.remove(&(message.room_id, message.number));
        };
        match frame {
            ServerFrame::MessageChanged(message) => answered(message),
            ServerFrame::Reaction(reacted) => {
                self.asked.remove(&(reacted.room_id, reacted.number));
            }
            ServerFrame::Sync(Sync { messages, .. }) => messages.iter().for_each(answered),
            // It does not say which change it refuses; one room has hardly ever two.
            ServerFrame::Error(refusal) if refusal.client_id.is_none() => {
                self.asked
                    .retain(|(room, _)| Some(*room) != refusal.room_id);
            }
            _ => {}
        }
    }

    async fn opened(&mut self, opened: Result<Link, ConnectError>) {
        self.opening = None;
        match opened {
            Ok(link) => {
                self.link = Some(link);
                self.context.watch.of(self.index).live_since = Some(Instant::now());
                let at = self.at();
                self.client.opened(at);
            }
            Err(why) => {
                if why == ConnectError::Refused {
                    self.context.watch.of(self.index).refused += 1;
                }
                self.lost(ABNORMAL, "");
            }
        }
        self.perform().await;
    }

    async fn tick(&mut self) {
        let at = self.at();
        self.client.tick(at);
        self.come_back();
        self.perform().await;
    }

    /// Does what its tab wants done.
    async fn perform(&mut self) {
        self.take_events();
        let mut todo = VecDeque::from(self.client.take_todo());
        while let Some(next) = todo.pop_front() {
            match next {
                Todo::Send(frame) => {
                    if let Some(link) = &mut self.link
                        && !link.send(&frame).await
                    {
                        self.lost(ABNORMAL, "");
                        todo.extend(self.client.take_todo());
                    }
                }
                Todo::Disconnect => {
                    self.begin_outage(self.heard_at);
                    self.drop_link();
                }
                Todo::Connect => self.open(),
                // A socket that cannot be opened here was not refused.
                Todo::Fetch(_, Ask::Connection) => {}
                Todo::Fetch(number, ask) => self.fetch(number, ask),
            }
        }
    }

    /// Opens a socket as who it is now.
    fn open(&mut self) {
        let (address, token) = (self.address, self.token.clone());
        self.opening = Some(Box::pin(async move { Link::open(address, &token).await }));
    }

    fn fetch(&mut self, number: u64, ask: Ask) {
        let rest = self.context.rest.for_bearer(&self.token);
        self.fetching.spawn(async move {
            let answer = rest.call(ask.request()).await;
            if answer.is_none() {
                sleep(RETRY_DELAY).await;
            }
            (number, ask, answer)
        });
    }

    /// The socket is gone, and not by this tab's wish.
    fn lost(&mut self, code: u16, reason: &str) {
        self.begin_outage(Instant::now());
        self.drop_link();
        let at = self.at();
        self.client.closed(code, reason, at);
        if let Phase::Stopped { code, .. } = self.client.phase() {
            self.context.watch.of(self.index).stopped = Some(*code);
        }
    }

    /// An open socket is no use since then, or since the oldest message waits: whatever was first.
    fn begin_outage(&mut self, since: Instant) {
        if self.link.is_some() && self.outage.is_none() {
            let oldest = self.written.values().min().copied();
            self.outage = Some(Outage {
                since: since.min(oldest.unwrap_or(since)),
                reached: self.context.watch.reached(),
            });
        }
    }

    fn drop_link(&mut self) {
        self.link = None;
        self.opening = None;
        self.asked.clear();
        self.context.watch.of(self.index).live_since = None;
    }

    fn take_events(&mut self) {
        for event in self.client.take_events() {
            match &event {
                Event::Sent { key, .. } => {
                    self.written.insert(key.clone(), Instant::now());
                }
                Event::Acknowledged {
                    key, room, number, ..
                } => {
                    self.written.remove(key);
                    self.own.push((RoomId(*room), Number(*number)));
                }
                Event::Refused { key, .. } => {
                    self.written.remove(key);
                }
                Event::Received { key, .. } => {
                    let now = self.context.started.elapsed();
                    let delivery = Delivery::of(key, now, self.index);
                    self.seen.deliveries.extend(delivery);
                }
                _ => {}
            }
            self.seen.events.push(event);
        }
    }

    /// Publishes how it is, for the watch.
    fn update_status(&mut self) {
        let watch = self.context.watch.clone();
        watch.update(self.index, |status| {
            status.waiting = self.client.outbox().waiting();
            status.oldest = self.written.values().min().copied();
            status.asked = self.asked.len();
            let is_told = (self.moderation).agrees(|room| self.client.membership(room));
            status.is_idle = self.client.is_idle() && self.fetching.is_empty() && is_told;
            for room in &self.rooms {
                if self.moderation.is_out_of(*room) {
                    status.seqs.remove(room);
                    continue;
                }
                let timeline = self.client.timeline(*room);
                // One that is not shown yet is behind a room in which nothing has happened.
                let seq = timeline.map_or(Seq(-1), |timeline| timeline.seq());
                status.seqs.insert(*room, seq);
            }
            let is_caught_up = |outage: &Outage| status.is_caught_up(outage.since, &outage.reached);
            if let Some(outage) = self.outage.take_if(|outage| is_caught_up(outage)) {
                self.seen.recovery_times.push(outage.since.elapsed());
            }
        });
    }

    /// Now, by this person's clock.
    fn at(&mut self) -> Moment {
        let passed = self.context.started.elapsed().as_secs_f64();
        Moment {
            now: passed * 1_000.0 * f64::from(self.speed),
            random: self.context.random.f64(),
        }
    }
}

fn name(index: usize) -> String {
    format!("c{index}")
}

/// A text that nobody else writes, in lines.
fn text(start: &str, length: usize) -> String {
    const WORDS: &str = " lorem ipsum dolor sit amet, ναί, 漢字, \u{1f680}\n";
    let mut text = start.to_owned();
    while text.len() < length {
        text.push_str(WORDS);
    }
    text.truncate(text.trim_end().len());
    text
}

async fn incoming(link: &mut Option<Link>) -> Incoming {
    match link {
        Some(link) => link.next().await,
        None => pending().await,
    }
}

async fn opened(
    opening: &mut Option<BoxFuture<'static, Result<Link, ConnectError>>>,
) -> Result<Link, ConnectError> {
    match opening {
        Some(opening) => opening.await,
        None => pending().await,
    }
}

async fn is_over(finish: &mut watch::Receiver<bool>) {
    // Without a sender it is over, too.
    let _ = finish.wait_for(|is_over| *is_over).await;
}
