//! The list of rooms beside the page, as the server finds it in a house of ten thousand accounts and a thousand rooms:
//! each time for somebody else, so that nothing is kept of them, and one at a time.

use super::{Figures, Pace, Stage};
use crate::contender::Contender;
use crate::failure::Outcome;
use crate::line::{Line, Times, call};
use crate::seed::{self, people};

/// The row `sidebar`. The answer has every room of the list in it, so what is timed is more than the query.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let server = stage.start_with(contender, people::many_rooms)?;
    let address = server.address();
    let turns = match stage.pace {
        Pace::Full => 900,
        Pace::Quick => 400,
    };
    let mut line = Line::open(address)?;
    let mut row = Figures::new();
    // Those who are in hundreds of rooms are fewer; who is asked for again after all the others is another one to the
    // server, which keeps nothing of them then but their session.
    let busy: Vec<u64> = (0..people::BUSY).collect();
    let usual: Vec<u64> = (0..turns).map(|at| people::BUSY * 2 + at).collect();
    for (whose, people) in [("of 20 rooms", usual), ("of 300 rooms", busy)] {
        let [mut bare, mut list] = [Times::default(), Times::default()];
        for (at, person) in people.iter().enumerate() {
            let token = seed::token(*person as usize);
            // What every call costs, and finds who is asking.
            let me = call("GET", "/api/chat/me", address, Some(&token), "");
            let me_again = [line.time(&me, 200)?, line.time(&me, 200)?];
            let rooms = call("GET", "/api/chat/me/rooms", address, Some(&token), "");
            let took = line.time(&rooms, 200)?;
            // The first ones find nothing in the processor's memory.
            if at >= 10 {
                bare.add(me_again[1]);
                list.add(took);
            }
        }
        for percent in [50, 99] {
            row.insert(format!("{whose} p{percent}, ms"), list.percentile(percent));
        }
        row.insert(
            format!("{whose}, a bare call's p50, ms"),
            bare.percentile(50),
        );
    }
    server.stop()?;
    Ok(row)
}
