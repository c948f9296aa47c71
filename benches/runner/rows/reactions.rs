//! A thousand people in one room, each of whom reacts to one message within ten seconds: what it costs to tell all of all,
//! and whether everybody has made of it what the message has in the end.
//!
//! *Invariant:* a row in which any of them has not has no figures.

use super::{Figures, Stage, figures};
use crate::contender::Contender;
use crate::dialect::{ParlourReacting, Visitor, number_after};
use crate::failure::{Failure, Outcome};
use crate::line::{Line, call, refused, status_of};
use crate::machine::thread_time;
use crate::seed;
use crate::swarm::{Ears, Swarm};
use crate::talk::{Crowd, visitors};
use memchr::memmem;
use std::time::{Duration, Instant};

/// Who is there, and reacts once.
const PEOPLE: usize = 1_000;
/// Who asks what came of it, and has not reacted.
const WITNESS: usize = PEOPLE + 1;
/// How long they take.
const TIME: Duration = Duration::from_secs(10);
/// With what, in turn.
const KINDS: [&str; 4] = ["👍", "🎉", "❤️", "😂"];
/// People who are named beside each kind.
const NAMED_MAX: usize = 10;
/// How long the last delivery may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A kind of reactions: how many, and the first of who made them.
#[derive(Clone, Debug)]
struct Kind {
    emoji: &'static str,
    count: u64,
    first: Vec<u64>,
}

/// What each socket makes of what it hears.
struct Followers {
    states: Vec<Vec<Kind>>,
    seqs: Vec<u64>,
    deliveries: usize,
    longest: usize,
    wrong: Option<String>,
}

impl Ears for Followers {
    fn delivery(&mut self, socket: usize, frame: &[u8]) {
        self.deliveries += 1;
        self.longest = self.longest.max(frame.len());
        let read = |name: &[u8]| number_after(frame, name);
        let (seq, user) = (read(b"\"seq\":"), read(b"\"user_id\":"));
        let is_named = |emoji: &&&str| memmem::find(frame, emoji.as_bytes()).is_some();
        let (Some(seq), Some(user), Some(emoji)) = (seq, user, KINDS.iter().find(is_named)) else {
            let said = String::from_utf8_lossy(frame).into_owned();
            self.wrong.get_or_insert(said);
            return;
        };
        let last = std::mem::replace(&mut self.seqs[socket], seq);
        if last > 0 && seq != last + 1 {
            let said = format!("{seq} came after {last}");
            self.wrong.get_or_insert(said);
        }
        let state = &mut self.states[socket];
        let at = match state.iter().position(|kind| kind.emoji == *emoji) {
            Some(at) => at,
            None => {
                state.push(Kind {
                    emoji,
                    count: 0,
                    first: Vec::new(),
                });
                state.len() - 1
            }
        };
        state[at].count += 1;
        if state[at].first.len() < NAMED_MAX {
            state[at].first.push(user);
        }
    }
}

/// A state as the server writes it.
fn written(state: &[Kind]) -> String {
    let kinds = state.iter().map(|kind| {
        let Kind {
            emoji,
            count,
            first,
        } = kind;
        let first: Vec<String> = first.iter().map(u64::to_string).collect();
        let first = first.join(",");
        format!("{{\"emoji\":\"{emoji}\",\"count\":{count},\"user_ids\":[{first}]}}")
    });
    let kinds: Vec<String> = kinds.collect();
    format!("\"reactions\":[{}]", kinds.join(","))
}

/// The row `reactions`.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let server = stage.start(contender)?;
    let address = server.address();
    let mut followers = Followers {
        states: vec![Vec::new(); PEOPLE],
        seqs: vec![0; PEOPLE],
        deliveries: 0,
        longest: 0,
        wrong: None,
    };
    let mut swarm = Swarm::new(address, Box::new(ParlourReacting))?;
    let crowd = Crowd {
        rooms: 1,
        members: PEOPLE,
        senders: PEOPLE,
    };
    let here: Vec<Visitor> = visitors(crowd);
    swarm.join(&here, 200, Duration::from_secs(120), &mut followers)?;
    let mut line = Line::open(address)?;
    let messages = "/api/chat/rooms/1/messages";
    let body = "{\"content\":\"Who comes?\",\"client_id\":\"bench-reactions\"}";
    line.send(&call(
        "POST",
        messages,
        address,
        Some(&seed::token(0)),
        body,
    ))?;
    let posted = line.receive()?;
    let number = number_after(&posted, b"\"number\":").filter(|_| status_of(&posted) == Some(201));
    let number = number.ok_or_else(|| refused(&posted))?;
    let until = |swarm: &mut Swarm, followers: &mut Followers, end: Instant| -> Outcome<()> {
        loop {
            let left = end.saturating_duration_since(Instant::now());
            swarm.turn(left, followers)?;
            if let Some(wrong) = followers.wrong.as_ref().or(swarm.counts.trouble.as_ref()) {
                return Err(Failure::new(wrong.clone()));
            }
            if left.is_zero() {
                return Ok(());
            }
        }
    };
    // Who came last is told to all still.
    let settled = Instant::now() + Duration::from_secs(1);
    until(&mut swarm, &mut followers, settled)?;

    let (before, generator, began) = (server.processor_time(), thread_time(), Instant::now());
    for socket in 0..PEOPLE {
        let due = began + TIME * socket as u32 / PEOPLE as u32;
        until(&mut swarm, &mut followers, due)?;
        let emoji = KINDS[socket % KINDS.len()];
        swarm.say(socket, emoji.as_bytes(), number)?;
    }
    let sent = Instant::now();
    while followers.deliveries < PEOPLE * PEOPLE {
        let soon = Instant::now() + Duration::from_millis(5);
        until(&mut swarm, &mut followers, soon)?;
        if sent.elapsed() > PATIENCE {
            let came = followers.deliveries;
            return Err(Failure::new(format!("{came} deliveries came")));
        }
    }
    let (last, spent) = (sent.elapsed(), server.processor_time().since(&before));
    let generator = (thread_time() - generator).as_secs_f64() / began.elapsed().as_secs_f64();

    let page = format!("{messages}?limit=1");
    let witness = seed::token(WITNESS);
    // Nobody keeps a connection that says nothing for so long.
    let mut line = Line::open(address)?;
    line.send(&call("GET", &page, address, Some(&witness), ""))?;
    let answer = line.receive()?;
    let is_right = |state: &Vec<Kind>| memmem::find(&answer, written(state).as_bytes()).is_some();
    let right = followers.states.iter().filter(|state| is_right(state));
    let right = right.count();
    if right < PEOPLE {
        let wrong = PEOPLE - right;
        let said = String::from_utf8_lossy(&answer[answer.len().saturating_sub(900)..]);
        return Err(Failure::new(format!(
            "{wrong} have another state than {said}"
        )));
    }
    drop(swarm);
    server.stop()?;
    Ok(figures([
        (
            "cpu per delivery, µs",
            spent.as_secs_f64() * 1e6 / (PEOPLE * PEOPLE) as f64,
        ),
        ("delivery, bytes at most", followers.longest as f64),
        (
            "the last delivery after the last reaction, ms",
            last.as_secs_f64() * 1e3,
        ),
        ("people with what the message has", right as f64),
        ("generator, cores", generator),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_socket_makes_of_the_steps_is_written_as_the_server_does() {
        let mut followers = Followers {
            states: vec![Vec::new()],
            seqs: vec![0],
            deliveries: 0,
            longest: 0,
            wrong: None,
        };
        for (seq, user, emoji) in [(7, 3, "👍"), (8, 1, "🎉"), (9, 2, "👍")] {
            let frame = format!(
                "{{\"type\":\"reaction\",\"room_id\":1,\"number\":1,\"seq\":{seq},\"emoji\":\"{emoji}\",\"user_id\":{user},\"on\":true}}"
            );
            followers.delivery(0, frame.as_bytes());
        }
        let expected = r#""reactions":[{"emoji":"👍","count":2,"user_ids":[3,2]},{"emoji":"🎉","count":1,"user_ids":[1]}]"#;
        assert_eq!(written(&followers.states[0]), expected);
        assert_eq!((followers.seqs[0], followers.wrong), (9, None));
    }
}
