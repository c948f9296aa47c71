//! What a connection takes that says nothing: memory at several sizes and after a burst, and the
//! processor that heartbeats need.

use super::{Figures, Pace, Stage};
use crate::contender::Contender;
use crate::failure::Outcome;
use crate::talk::{Crowd, Talk};
use std::time::Duration;

/// People in a room.
const MEMBERS: usize = 100;
/// Messages in the burst, and how many a second.
const BURST: usize = 1_000;
const BURST_RATE: f64 = 200.0;

/// The row `idle`. A server of its own for each size, so that what one size left behind is not
/// counted for the next.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let mut row = Figures::new();
    let (sizes, wait): (&[usize], _) = match stage.pace {
        Pace::Full => (&[1_000, 10_000, 18_000], Duration::from_secs(60)),
        Pace::Quick => (&[1_000, 5_000], Duration::from_secs(5)),
    };
    for &size in sizes {
        let server = stage.start(contender)?;
        // Code and caches that the first visitors bring are no connection's.
        let mut first = Talk::gather(
            server.address(),
            contender.dialect(),
            Crowd {
                rooms: 1,
                members: 50,
                senders: 1,
            },
        )?;
        first.paced(50.0, 50)?;
        let before = server.resident();
        let crowd = Crowd {
            rooms: size / MEMBERS,
            members: MEMBERS,
            senders: 1,
        };
        drop(first);
        let mut talk = Talk::gather(server.address(), contender.dialect(), crowd)?;
        talk.listen(Duration::from_secs(2))?;
        let each = |now: u64| now.saturating_sub(before) as f64 / size as f64 / 1_024.0;
        row.insert(format!("memory at {size}, KB"), each(server.resident()));
        let is_largest = sizes.last() == Some(&size);
        if size == 10_000 {
            let spent = server.processor_time();
            talk.listen(wait)?;
            let spent = server.processor_time().since(&spent);
            let each = spent.as_secs_f64() * 1e6 / size as f64 / wait.as_secs_f64();
            row.insert("idle cpu per connection and second, µs".to_owned(), each);
        }
        if is_largest {
            talk.paced(BURST_RATE, BURST)?;
            talk.listen(wait)?;
            row.insert(
                format!("memory at {size} after a burst, KB"),
                each(server.resident()),
            );
        }
        server.stop()?;
    }
    Ok(row)
}
