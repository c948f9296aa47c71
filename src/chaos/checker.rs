//! The one judge of histories: whatever faults there were, it says whether the promise was kept.
//!
//! It takes what clients did and saw ([`crate::history`]) and answers every way in which that is not
//! what Parlour promises: acknowledged and stored once; seen once by every member, in the one stored
//! order; what was not acknowledged is still in an outbox, or was refused out loud; every screen is a
//! fresh page; nobody outside received anything, nor anybody who had been put out what came after that.
//!
//! *Invariant:* it knows nothing of how the record came about, uses no code of the server's or the
//! browser's, and a history that could not show a violation is itself one.

mod screen;
mod standing;
#[cfg(test)]
mod tests;
mod view;
mod violation;

pub use violation::{ScreenMismatch, Violation};

use crate::history::{Event, History, Shown};
use standing::Standing;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use view::View;

/// Everything in which this history breaks the promise; empty when it was kept.
pub fn check(history: &History) -> Vec<Violation> {
    let mut record = Record::default();
    for event in &history.events {
        record.take(event);
    }
    record.judge()
}

/// A history, sorted by what it is about.
#[derive(Default)]
struct Record<'h> {
    members: BTreeSet<(&'h str, i64)>,
    sends: Vec<Send<'h>>,
    /// By device and key.
    fates: HashMap<(&'h str, &'h str), Fate>,
    /// By tab and room.
    views: BTreeMap<(&'h str, i64), View<'h>>,
    /// By device and room, of rooms from which people are put out.
    standings: BTreeMap<(&'h str, i64), Standing>,
    /// Who was told of which room by a frame.
    told: BTreeSet<(&'h str, i64)>,
    pages: BTreeMap<i64, &'h [Shown]>,
    deleted: BTreeSet<i64>,
    violations: Vec<Violation>,
}

struct Send<'h> {
    tab: &'h str,
    room: i64,
    key: &'h str,
}

/// What became of a send, as far as its author knows.
#[derive(Default)]
struct Fate {
    numbers: BTreeSet<i64>,
    was_refused: bool,
    was_discarded: bool,
    is_waiting: bool,
}

/// A room as it is at the end.
struct Truth<'h> {
    rows: &'h [Shown],
    by_number: HashMap<i64, &'h Shown>,
    /// Where each key stands, more than once if it was stored more than once.
    by_key: HashMap<&'h str, Vec<i64>>,
}

/// The device that a tab is on.
fn device(client: &str) -> &str {
    client.split_once('#').map_or(client, |(device, _)| device)
}

/// What a row is known by; a deleted one that has no key is known by its place only.
fn key_of(row: &Shown) -> Option<&str> {
    let by_content = || (!row.deleted).then_some(row.content.as_str());
    row.key.as_deref().or_else(by_content)
}

impl<'h> Record<'h> {
    fn take(&mut self, event: &'h Event) {
        match event {
            Event::Member { client, room } => {
                self.members.insert((device(client), *room));
            }
            Event::LetIn { client, room } => {
                self.members.insert((device(client), *room));
                self.standing(client, *room).let_in();
            }
            Event::PutOut { client, room, seq } => self.standing(client, *room).put_out(*seq),
            Event::Told { client, room, seq } => {
                self.told.insert((device(client), *room));
                self.standing(client, *room).tell(*seq);
            }
            Event::Sent { client, room, key } => self.sends.push(Send {
                tab: client,
                room: *room,
                key,
            }),
            Event::Acknowledged {
                client,
                room,
                key,
                number,
            } => {
                self.fate(client, key).numbers.insert(*number);
                self.standing(client, *room).tell(*number);
            }
            Event::Refused { client, key, .. } => self.fate(client, key).was_refused = true,
            Event::Discarded { client, key, .. } => self.fate(client, key).was_discarded = true,
            Event::Waiting { client, key, .. } => self.fate(client, key).is_waiting = true,
            Event::Received {
                client,
                room,
                number,
                seq,
                key,
                live,
            } => {
                self.standing(client, *room).tell(*seq);
                let view = self.views.entry((client, *room)).or_default();
                if let Some(wrong) = view.receive(*number, *seq, key, *live) {
                    self.violations
                        .push(wrong.into_violation(client, *room, *number));
                }
            }
            Event::TookPage { client, room, seq } => {
                self.standing(client, *room).tell(*seq);
                self.views.entry((client, *room)).or_default().renew(*seq);
            }
            Event::Screen {
                client,
                room,
                rows,
                has_newer,
            } => {
                let view = self.views.entry((client, *room)).or_default();
                view.screen = Some((rows, *has_newer));
            }
            Event::Page { room, rows } => {
                self.pages.insert(*room, rows);
            }
            Event::RoomDeleted { room } => {
                self.deleted.insert(*room);
            }
        }
    }

    fn standing(&mut self, client: &'h str, room: i64) -> &mut Standing {
        self.standings.entry((device(client), room)).or_default()
    }

    fn fate(&mut self, client: &'h str, key: &'h str) -> &mut Fate {
        self.fates.entry((device(client), key)).or_default()
    }

    fn judge(mut self) -> Vec<Violation> {
        let was_used = !self.sends.is_empty() || self.views.values().any(View::has_rows);
        if !was_used || (self.pages.is_empty() && self.deleted.is_empty()) {
            self.violations.push(Violation::NothingToCheck);
            return self.violations;
        }
        for room in self.rooms_without_truth() {
            self.violations.push(Violation::NoPage { room });
        }
        let keys: HashSet<&str> = self.sends.iter().map(|send| send.key).collect();
        let truths: HashMap<i64, Truth> = self
            .pages
            .iter()
            .map(|(room, rows)| (*room, Truth::of(rows)))
            .collect();
        self.judge_rooms(&truths, &keys);
        self.judge_sends(&truths, &keys);
        self.judge_views(&truths, &keys);
        self.judge_standings();
        self.violations
    }

    fn rooms_without_truth(&self) -> BTreeSet<i64> {
        let of_members = self.members.iter().map(|(_, room)| *room);
        let of_sends = self.sends.iter().map(|send| send.room);
        let of_views = self.views.keys().map(|(_, room)| *room);
        of_members
            .chain(of_sends)
            .chain(of_views)
            .filter(|room| !self.pages.contains_key(room) && !self.deleted.contains(room))
            .collect()
    }

    /// Every key stands once, every place has one message.
    fn judge_rooms(&mut self, truths: &HashMap<i64, Truth<'h>>, keys: &HashSet<&str>) {
        for (&room, rows) in &self.pages {
            for pair in rows.windows(2) {
                if pair[0].number >= pair[1].number {
                    let number = pair[1].number;
                    self.violations
                        .push(Violation::PageDisordered { room, number });
                }
            }
            let mut twice: Vec<_> = truths[&room]
                .by_key
                .iter()
                .filter(|(key, numbers)| numbers.len() > 1 && keys.contains(*key))
                .collect();
            twice.sort();
            for (key, numbers) in twice {
                self.violations.push(Violation::StoredTwice {
                    room,
                    key: (*key).to_owned(),
                    numbers: numbers.clone(),
                });
            }
        }
    }

    /// Nothing is lost, in the order it was written.
    fn judge_sends(&mut self, truths: &HashMap<i64, Truth<'h>>, keys: &HashSet<&str>) {
        let mut judged = HashSet::new();
        let mut latest: HashMap<(&str, i64), (i64, &str)> = HashMap::new();
        for send in &self.sends {
            let Send { tab, room, key } = *send;
            if !judged.insert((device(tab), key)) {
                continue;
            }
            let unknown = Fate::default();
            let fate = self.fates.get(&(device(tab), key)).unwrap_or(&unknown);
            let truth = truths.get(&room);
            let stored = truth.and_then(|truth| truth.by_key.get(key)?.first().copied());
            let client = tab.to_owned();
            let standing = self.standings.get(&(device(tab), room));
            // Who is put out is told that there is no such room, whatever became of what was on its way.
            let is_hidden = fate.was_refused
                && fate.numbers.is_empty()
                && stored.is_some_and(|at| standing.is_some_and(|of| of.hides_fate_of(at)));
            let wrong = fate.violation(truth, stored, key, keys);
            if let Some(wrong) = wrong.filter(|_| !is_hidden) {
                self.violations
                    .push(wrong.into_violation(client, room, key.to_owned()));
            }
            // What was refused and is tried again stands where it is tried again.
            let number = fate.numbers.first().copied().or(stored);
            if let (Some(number), false) = (number, fate.was_refused) {
                match latest.get(&(tab, room)) {
                    Some(&(before, first)) if number < before => {
                        self.violations.push(Violation::SentOutOfOrder {
                            client: tab.to_owned(),
                            room,
                            key: key.to_owned(),
                            overtook: first.to_owned(),
                        });
                    }
                    _ => {
                        latest.insert((tab, room), (number, key));
                    }
                }
            }
        }
        let mut unsent: Vec<_> = self
            .fates
            .iter()
            .filter(|(of, fate)| !fate.numbers.is_empty() && !judged.contains(*of))
            .map(|((client, key), _)| Violation::AcknowledgedUnsent {
                client: (*client).to_owned(),
                key: (*key).to_owned(),
            })
            .collect();
        unsent.sort();
        self.violations.extend(unsent);
    }

    /// Everybody saw everything, and shows it; nobody else saw anything.
    fn judge_views(&mut self, truths: &HashMap<i64, Truth<'h>>, keys: &HashSet<&str>) {
        let mut shown: BTreeSet<(&str, i64)> = BTreeSet::new();
        for (&(tab, room), view) in &self.views {
            let client = || tab.to_owned();
            if view.screen.is_some() {
                shown.insert((device(tab), room));
            }
            if !self.members.contains(&(device(tab), room)) {
                let client = client();
                self.violations.push(Violation::Outsider { client, room });
            }
            let Some(truth) = truths.get(&room) else {
                continue;
            };
            for &(number, key) in view.ever_received() {
                if !truth.has(number, key, keys) {
                    self.violations.push(Violation::SeenUnstored {
                        client: client(),
                        room,
                        number,
                        key: key.to_owned(),
                    });
                }
            }
            let Some((rows, has_newer)) = view.screen else {
                continue;
            };
            // Whoever was away while a message came and went may know only that it is gone.
            let standing = truth.rows.iter().filter(|row| !row.deleted);
            for row in standing.filter(|row| !view.has_seen(row.number)) {
                self.violations.push(Violation::NotSeen {
                    client: client(),
                    room,
                    number: row.number,
                });
            }
            if let Some(mismatch) = screen::compare(rows, has_newer, truth.rows) {
                let client = client();
                self.violations.push(Violation::Screen {
                    client,
                    room,
                    mismatch,
                });
            }
        }
        let has_truth = |room: &i64| truths.contains_key(room);
        let is_out = |of: &(&str, i64)| self.standings.get(of).is_some_and(Standing::is_out);
        for (client, room) in shown.iter().filter(|of| is_out(of)) {
            self.violations.push(Violation::StillShown {
                client: (*client).to_owned(),
                room: *room,
            });
        }
        let hidden = self.members.iter().filter(|of| !shown.contains(of));
        let hidden = hidden.filter(|of| !is_out(of));
        for (client, room) in hidden.filter(|(_, room)| has_truth(room)) {
            self.violations.push(Violation::NoScreen {
                client: (*client).to_owned(),
                room: *room,
            });
        }
    }

    /// Nobody heard of what came after they had been put out, nor of a room that they were never in.
    fn judge_standings(&mut self) {
        for (&(client, room), standing) in &self.standings {
            let was_told = self.told.contains(&(client, room));
            if was_told && !self.members.contains(&(client, room)) {
                let client = client.to_owned();
                self.violations.push(Violation::Outsider { client, room });
            }
            if let Some(seq) = standing.leak() {
                let client = client.to_owned();
                self.violations
                    .push(Violation::Leaked { client, room, seq });
            }
        }
    }
}

/// What is wrong with the fate of a send, before its client, room and key are added.
enum Wrong {
    Lost,
    AcknowledgedTwice(Vec<i64>),
    AcknowledgedNotStored(i64),
    RefusedButStored(i64),
}

impl Fate {
    fn violation(
        &self,
        truth: Option<&Truth>,
        stored: Option<i64>,
        key: &str,
        keys: &HashSet<&str>,
    ) -> Option<Wrong> {
        if self.numbers.len() > 1 {
            let numbers = self.numbers.iter().copied().collect();
            return Some(Wrong::AcknowledgedTwice(numbers));
        }
        if let Some(&number) = self.numbers.first() {
            let is_there = truth.is_none_or(|truth| truth.has(number, key, keys));
            return (!is_there).then_some(Wrong::AcknowledgedNotStored(number));
        }
        match stored {
            Some(number) if self.was_refused => Some(Wrong::RefusedButStored(number)),
            _ if self.was_refused || self.was_discarded || self.is_waiting => None,
            _ => Some(Wrong::Lost),
        }
    }
}

impl Wrong {
    fn into_violation(self, client: String, room: i64, key: String) -> Violation {
        match self {
            Self::Lost => Violation::Lost { client, room, key },
            Self::AcknowledgedTwice(numbers) => Violation::AcknowledgedTwice {
                client,
                key,
                numbers,
            },
            Self::AcknowledgedNotStored(number) => Violation::AcknowledgedNotStored {
                client,
                room,
                key,
                number,
            },
            Self::RefusedButStored(number) => Violation::RefusedButStored {
                client,
                room,
                key,
                number,
            },
        }
    }
}

impl<'h> Truth<'h> {
    fn of(rows: &'h [Shown]) -> Self {
        let mut by_key: HashMap<&str, Vec<i64>> = HashMap::new();
        for row in rows {
            if let Some(key) = key_of(row) {
                by_key.entry(key).or_default().push(row.number);
            }
        }
        Self {
            rows,
            by_number: rows.iter().map(|row| (row.number, row)).collect(),
            by_key,
        }
    }

    /// Whether what stands at `number` may be what was sent as `key`.
    fn has(&self, number: i64, key: &str, keys: &HashSet<&str>) -> bool {
        self.by_number.get(&number).is_some_and(|row| {
            match &row.key {
                Some(stored) => stored == key,
                // Without a key, another text is an edit, unless it is that of another send.
                None => row.content == key || !keys.contains(row.content.as_str()),
            }
        })
    }
}
