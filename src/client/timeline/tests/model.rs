//! A model server, a network that drops, doubles and reorders, and a client made of a timeline.

use super::super::*;
use parlour_protocol::reactions::turn;
use parlour_protocol::{Quote, Reacted, Replies, Timestamp, samples};
use std::ops::RangeInclusive;

pub fn message(number: i64, content: &str) -> Message {
    Message {
        content: content.to_owned(),
        client_id: number.to_string(),
        timestamp: Timestamp(number * 1_000),
        ..samples::message(number)
    }
}

pub fn page(range: RangeInclusive<i64>, seq: i64) -> History {
    History {
        messages: range.map(|number| message(number, "")).collect(),
        seq: Seq(seq),
        ..History::default()
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// Who reads; others react, too.
const READER: UserId = UserId(2);

#[derive(Default)]
struct Server {
    seq: Seq,
    messages: Vec<Message>,
}

impl Server {
    fn change(&mut self, random: &mut Random) -> Reply {
        self.seq = self.seq.next();
        if random.one_in(20) {
            return Reply::Step(self.seq); // A change of the room itself: no message moves.
        }
        if self.messages.is_empty() || !random.one_in(3) {
            let reach = self.messages.len();
            let answered = (reach > 0 && random.one_in(2)).then(|| random.below(reach));
            let reply_to = answered.map(|at| self.messages[at].number);
            let thread =
                answered.map(|at| self.messages[at].thread.unwrap_or(self.messages[at].number));
            let posted = Message {
                reply_to,
                thread,
                ..message(self.seq.0, "posted")
            };
            self.messages.push(posted.clone());
            return Reply::Frame(self.read(&posted).into());
        }
        // Mostly recent ones, and a few of old again and again.
        let len = self.messages.len();
        let at = match random.below(4) {
            0 | 1 => len - 1 - random.below(len.min(5)),
            2 => len - 1 - random.below(len),
            _ => (len / 4 + random.below(3)).min(len - 1),
        };
        let message = &mut self.messages[at];
        message.seq = self.seq;
        if !message.deleted && random.one_in(2) {
            return Reply::Reacted(react(message, random));
        }
        message.deleted |= random.one_in(4);
        message.content = if message.deleted {
            String::new()
        } else {
            self.seq.to_string()
        };
        if message.deleted {
            message.reactions.clear();
        }
        let changed = message.clone();
        let mut frame = self.read(&changed);
        // What all are sent.
        for reaction in &mut frame.reactions {
            reaction.mine = false;
        }
        Reply::Frame(frame.into())
    }

    /// A message as it is read: with what it quotes as that is now.
    fn read(&self, message: &Message) -> Message {
        let reply_to = message.reply_to.filter(|_| !message.deleted);
        let answered = |number| self.messages.iter().find(|m| m.number == number);
        Message {
            quote: reply_to.and_then(answered).map(Quote::of),
            replies: (self.messages.iter())
                .filter(|reply| reply.thread == Some(message.thread.unwrap_or(message.number)))
                .fold(None, |replies, reply| {
                    Some(Replies::with(replies, reply.number))
                }),
            ..message.clone()
        }
    }

    fn slice(&self, from: usize, to: usize) -> History {
        History {
            messages: self.messages[from..to]
                .iter()
                .map(|m| self.read(m))
                .collect(),
            seq: self.seq,
            has_older: from > 0,
            has_newer: to < self.messages.len(),
            house: None,
        }
    }

    fn newest(&self, limit: usize) -> History {
        let len = self.messages.len();
        self.slice(len.saturating_sub(limit), len)
    }

    fn before(&self, number: i64, limit: usize) -> History {
        let to = self.messages.partition_point(|m| m.number.0 < number);
        self.slice(to.saturating_sub(limit), to)
    }

    fn after(&self, number: i64, limit: usize) -> History {
        let from = self.messages.partition_point(|m| m.number.0 <= number);
        self.slice(from, self.messages.len().min(from + limit))
    }

    fn sync(&self, from: Seq, limit: usize) -> Reply {
        let mut changed: Vec<Message> = self
            .messages
            .iter()
            .filter(|m| m.seq > from)
            .map(|m| self.read(m))
            .collect();
        changed.sort_by_key(|m| m.seq);
        let complete = changed.len() <= limit;
        changed.truncate(limit);
        let to = match changed.last() {
            Some(last) if !complete => last.seq,
            _ => self.seq,
        };
        Reply::Sync {
            messages: changed,
            from,
            to,
            complete,
        }
    }
}

/// Somebody reacts to a message, or takes that back; as its reader sees it.
fn react(message: &mut Message, random: &mut Random) -> Reacted {
    let emoji = ["+", "-", "!"][random.below(3)];
    let others = 1 + random.below(13) as i64;
    let user = if random.one_in(2) {
        READER
    } else {
        UserId(others)
    };
    // As the server knows it: whether they are among those who are counted, all of whom are named here.
    let there = message.reactions.iter().find(|one| one.emoji == emoji);
    let on = there.is_none_or(|one| !one.user_ids.contains(&user) && one.user_ids.len() < 10);
    let named = there.and_then(|one| one.user_ids.first().copied());
    let user = if on { user } else { named.unwrap_or(user) };
    turn(&mut message.reactions, emoji, user, on);
    for reaction in &mut message.reactions {
        reaction.mine = reaction.user_ids.contains(&READER);
    }
    Reacted {
        room_id: message.room_id,
        number: message.number,
        seq: message.seq,
        emoji: emoji.to_owned(),
        user_id: user,
        on,
    }
}

#[derive(Clone)]
enum Reply {
    Frame(Box<Message>),
    Reacted(Reacted),
    Step(Seq),
    Sync {
        messages: Vec<Message>,
        from: Seq,
        to: Seq,
        complete: bool,
    },
    Older(History),
    Newer(History),
}

impl Reply {
    /// Pages come over HTTP, one at a time: late, never twice; and join piece by piece.
    fn is_page(&self) -> bool {
        matches!(self, Self::Older(_) | Self::Newer(_))
    }
}

/// Delivers one thing; answers what to ask `sync` after.
fn deliver(timeline: &mut Timeline, reply: Reply) -> Option<Seq> {
    let applied = match reply {
        Reply::Frame(message) => timeline.apply(*message),
        Reply::Reacted(step) => timeline.react(&step, step.user_id == READER),
        Reply::Step(seq) => timeline.step(seq),
        Reply::Sync {
            messages,
            from,
            to,
            complete,
        } => {
            return match timeline.apply_sync(messages, from, to, complete, false) {
                Synced::More { after } => Some(after),
                _ => None,
            };
        }
        Reply::Older(page) => {
            timeline.prepend(page);
            return timeline.behind();
        }
        Reply::Newer(page) => {
            timeline.append(page);
            return timeline.behind();
        }
    };
    match applied {
        Applied::Gap { after } => Some(after),
        _ => None,
    }
}

/// As they are shown: which change a quote is of is not, and a reaction is none of what is quoted.
fn shown<'m>(messages: impl IntoIterator<Item = &'m Message>) -> Vec<Message> {
    let mut messages: Vec<_> = messages.into_iter().cloned().collect();
    for quote in messages.iter_mut().filter_map(|one| one.quote.as_mut()) {
        quote.seq = Seq::ZERO;
    }
    // How many answer one stands at the first message of a thread.
    for reply in messages
        .iter_mut()
        .filter(|message| message.thread.is_some())
    {
        reply.replies = None;
    }
    messages
}

fn check(timeline: &Timeline, server: &Server, seed: u64) {
    assert!(timeline.len() <= WINDOW, "seed {seed}");
    let rows = &timeline.messages;
    assert!(
        rows.windows(2).all(|pair| pair[0].number < pair[1].number),
        "seed {seed}"
    );
    if timeline.heard(server.seq).is_some() {
        return;
    }
    // Caught up: exactly the server's rows between the window's ends, which end where they say.
    let Some((first, last)) = timeline.first_number().zip(timeline.last_number()) else {
        return;
    };
    let from = server.messages.partition_point(|m| m.number < first);
    let to = server.messages.partition_point(|m| m.number <= last);
    assert!(
        shown(rows.iter().map(|row| &**row)) == shown(&server.slice(from, to).messages),
        "rows differ, seed {seed}"
    );
    assert_eq!(timeline.has_older(), from > 0, "seed {seed}");
    if !timeline.has_newer() {
        assert_eq!(to, server.messages.len(), "seed {seed}");
    }
}

fn run(seed: u64) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut server = Server::default();
    for _ in 0..random.below(700) {
        server.change(&mut random);
    }
    let limit = 1 + random.below(60);
    let mut timeline = Timeline::new(match random.below(3) {
        0 if !server.messages.is_empty() => {
            let at = random.below(server.messages.len());
            server.after(server.messages[at].number.0 - 1, limit)
        }
        _ => server.newest(limit),
    });
    let mut network: Vec<Reply> = Vec::new();
    for _ in 0..1_500 {
        let limit = 1 + random.below(60);
        match random.below(12) {
            0..=4 => {
                let change = server.change(&mut random);
                if !random.one_in(12) {
                    network.push(change);
                }
            }
            5 if !network.iter().any(Reply::is_page) => {
                let asked = timeline.first_number().filter(|_| timeline.has_older());
                let page = asked.map(|first| server.before(first.0, limit));
                let slices = page.into_iter().flat_map(|page| slices(page, true));
                network.extend(slices.map(Reply::Older));
            }
            6 if !network.iter().any(Reply::is_page) => {
                let asked = timeline.last_number().filter(|_| timeline.has_newer());
                let page = asked.map(|last| server.after(last.0, limit));
                let slices = page.into_iter().flat_map(|page| slices(page, false));
                network.extend(slices.map(Reply::Newer));
            }
            7 if random.one_in(4) => {
                let asked = timeline.heard(server.seq);
                network.extend(asked.map(|after| server.sync(after, limit)));
                timeline.keep_in_view(timeline.first_number().filter(|_| random.one_in(2)));
            }
            _ if !network.is_empty() => {
                let at = if random.one_in(8) {
                    random.below(network.len())
                } else {
                    0
                };
                // The pieces of a page keep their order.
                let first = network.iter().position(Reply::is_page).unwrap_or(at);
                let at = if network[at].is_page() { first } else { at };
                let reply = match random.one_in(15) && !network[at].is_page() {
                    true => network[at].clone(),
                    false => network.remove(at),
                };
                if let Some(after) = deliver(&mut timeline, reply)
                    && network.len() < 40
                {
                    network.push(server.sync(after, limit));
                }
            }
            _ => {}
        }
        check(&timeline, &server, seed);
    }
    // The network is quiet again: everything late arrives, then the heartbeat, then the end.
    for reply in network {
        deliver(&mut timeline, reply);
        check(&timeline, &server, seed);
    }
    for _ in 0..10_000 {
        let limit = 1 + random.below(60);
        let reply = match (timeline.heard(server.seq), timeline.last_number()) {
            (Some(after), _) => server.sync(after, limit),
            (None, Some(last)) if timeline.has_newer() => Reply::Newer(server.after(last.0, limit)),
            _ => break,
        };
        deliver(&mut timeline, reply);
        check(&timeline, &server, seed);
    }
    let fresh = Timeline::new(server.newest(timeline.len()));
    assert_eq!(timeline.heard(server.seq), None, "seed {seed}");
    assert!(!timeline.has_newer(), "seed {seed}");
    assert!(
        shown(timeline.messages()) == shown(fresh.messages()),
        "not equal to a fresh page, seed {seed}"
    );
    assert_eq!(
        (timeline.seq, timeline.has_older()),
        (fresh.seq, fresh.has_older()),
        "seed {seed}"
    );
}

#[test]
fn whatever_the_network_does_the_end_equals_a_fresh_page() {
    for seed in 1..=200 {
        run(seed);
    }
}
