//! A closed room of ten thousand, a thousand of whom are there: letting in, putting out, and the lists of who is in it.

use super::{Figures, Pace, Stage};
use crate::contender::Contender;
use crate::dialect::ParlourPage;
use crate::failure::Outcome;
use crate::line::{Line, Times, call};
use crate::pages::get;
use crate::seed::{self, people};
use crate::talk::{Crowd, Talk};
use std::time::Duration;

/// Members of the room, and the first of its accounts that are none.
const MEMBERS: u64 = 10_000;
/// The room, which is the first.
const ROOM: u64 = 1;
/// Those who are there, and hear who comes and goes.
const CROWD: Crowd = Crowd {
    rooms: 1,
    members: 1_000,
    senders: 1,
};
/// Behind whom the last part of the list begins.
const DEEP: u64 = MEMBERS - 100;

/// The row `members`.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let server = stage.start_with(contender, |now| people::closed_room(ROOM, MEMBERS, now))?;
    let address = server.address();
    let times = match stage.pace {
        Pace::Full => 200,
        Pace::Quick => 100,
    };
    // A first frame comes too late to find a closed room, so they come as pages do.
    let mut talk = Talk::gather(address, Box::new(ParlourPage), CROWD)?;
    let owner = seed::token(0);
    let cookie = format!("parlour_session={owner}");
    let rest =
        |method: &str, path: &str, body: &str| call(method, path, address, Some(&owner), body);
    let members = format!("/api/chat/rooms/{ROOM}/members");
    let page = format!("/rooms/{ROOM}/members");
    let mut line = Line::open(address)?;
    let mut row = Figures::new();
    let mut note = |kind: &str, mut times: Times| {
        for percent in [50, 99] {
            row.insert(format!("{kind} p{percent}, ms"), times.percentile(percent));
        }
    };

    let (mut let_in, mut put_out) = (Times::default(), Times::default());
    for at in 0..times {
        let user = MEMBERS + 1 + at;
        let body = format!("{{\"user_id\":{user}}}");
        let_in.add(line.time(&rest("POST", &members, &body), 204)?);
        put_out.add(line.time(&rest("DELETE", &format!("{members}/{user}"), ""), 204)?);
        // Those who are there hear of it meanwhile.
        talk.listen(Duration::from_millis(1))?;
    }
    note("letting in", let_in);
    note("putting out", put_out);
    for (kind, path) in [
        ("first", String::new()),
        ("deepest", format!("?after={DEEP}")),
    ] {
        let html = get(&format!("{page}{path}"), address, Some(&cookie));
        let list = rest("GET", &format!("{members}{path}"), "");
        for (door, request) in [("page", html), ("over REST", list)] {
            let mut took = Times::default();
            for _ in 0..times {
                took.add(line.time(&request, 200)?);
            }
            note(&format!("members, {kind} part, {door}"), took);
        }
    }
    drop(talk);
    server.stop()?;
    Ok(row)
}
