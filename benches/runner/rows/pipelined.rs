//! One room of 1,000 that few people fill: each has several messages on their way at a time. Beside it the
//! same room with as many messages, each of another person.

use super::{Figures, Stage, figures};
use crate::contender::Contender;
use crate::failure::{Failure, Outcome};
use crate::talk::{Crowd, Talk, milliseconds};

/// People in the room.
const MEMBERS: usize = 1_000;
/// Messages on their way.
const UNDER_WAY: usize = 128;

/// The row `pipelined`.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let server = stage.start(contender)?;
    let crowd = Crowd {
        rooms: 1,
        members: MEMBERS,
        senders: UNDER_WAY,
    };
    let mut talk = Talk::gather(server.address(), contender.dialect(), crowd)?;
    let mut row = Figures::new();
    for senders in [16, UNDER_WAY] {
        let window = UNDER_WAY / senders;
        let mut times = Vec::new();
        let heard = talk.converse(senders, window, stage.warm(), stage.block(), || {
            times.push(server.processor_time());
        })?;
        let [before, after] = &times[..] else {
            return Err(Failure::new("the processor time was not read twice"));
        };
        let spent = after.since(before).as_secs_f64();
        let elapsed = heard.elapsed.as_secs_f64();
        let own = figures([
            ("deliveries/s", heard.deliveries as f64 / elapsed),
            ("deliveries/s per core", heard.deliveries as f64 / spent),
            ("server, cores", spent / elapsed),
            ("generator, cores", heard.generator),
            ("ack p50, ms", milliseconds(&heard.ack_latencies, 50.0)),
            ("ack p99, ms", milliseconds(&heard.ack_latencies, 99.0)),
        ]);
        for (name, value) in own {
            row.insert(format!("{senders} × {window}: {name}"), value);
        }
    }
    drop(talk);
    server.stop()?;
    Ok(row)
}
