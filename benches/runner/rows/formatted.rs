//! One room of 1,000 pages at a steady rate, twice: plain messages, then one in five with markup while one in ten is
//! reacted to.

use super::room::{MEMBERS, RATE};
use super::{Figures, Stage, figures};
use crate::contender::Contender;
use crate::dialect::ParlourFormatted;
use crate::failure::{Failure, Outcome};
use crate::line::call;
use crate::poster;
use crate::seed;
use crate::talk::{Crowd, Talk};
use std::time::Duration;

/// How many of the people speak.
const SENDERS: usize = 128;
/// There is a reaction for so many messages.
const REACTED: u64 = 10;
/// Who reacts is in no row's crowd.
const WHO: usize = MEMBERS + 1;

/// The row `formatted`. Each delivery of a message counts; those of reactions are in what it costs and not in how many.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let mut costs = [0.0; 2];
    let mut bytes = [0.0; 2];
    for (at, formats) in [false, true].into_iter().enumerate() {
        let server = stage.start(contender)?;
        let address = server.address();
        let crowd = Crowd {
            rooms: 1,
            members: MEMBERS,
            senders: SENDERS,
        };
        let mut talk = Talk::gather(address, Box::new(ParlourFormatted { formats }), crowd)?;
        let messages = |time: Duration| (time.as_secs_f64() * RATE) as usize;
        talk.paced(RATE, messages(stage.warm()))?;
        let before = server.processor_time();
        let block = stage.block() * 2;
        let steady = if formats {
            // To those that were sent to warm up: behind them numbers are of reactions, too.
            let react = |n: u64| {
                let number = n + 1;
                let path = format!("/api/chat/rooms/1/messages/{number}/reactions/%F0%9F%91%8D");
                call("PUT", &path, address, Some(&seed::token(WHO)), "")
            };
            let per_second = (RATE / REACTED as f64) as u32;
            let (reacted, steady) = poster::beside(address, per_second, react, || {
                talk.paced(RATE, messages(block))
            })?;
            if reacted == 0 {
                return Err(Failure::new("nobody has reacted"));
            }
            steady
        } else {
            talk.paced(RATE, messages(block))?
        };
        let spent = server.processor_time().since(&before);
        costs[at] = spent.as_secs_f64() * 1e6 / steady.deliveries as f64;
        bytes[at] = talk.message_bytes() as f64;
        server.stop()?;
    }
    Ok(figures([
        ("plain, cpu per delivery, µs", costs[0]),
        ("formatted, cpu per delivery, µs", costs[1]),
        ("plain, last delivery, bytes", bytes[0]),
        ("formatted, last delivery, bytes", bytes[1]),
    ]))
}
