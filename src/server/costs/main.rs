//! What a message and each of its deliveries cost the server, in system calls and in instructions:
//! counted on the release, and shown beside what `.ci/costs.json` has of other days. More than one write for a
//! delivery is refused.
//!
//! *Invariant:* nothing here is timed. Rooms hear messages one after the other; two runs that differ
//! in the number of messages tell what these cost, and two sizes of rooms what each delivery does.

#![allow(
    clippy::disallowed_methods,
    reason = "other programs are watched and waited for"
)]

mod calls;
mod instructions;
mod report;
mod room;
mod server;

use report::Costs;
use server::Server;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// People in the small and in the large room; each hears every message.
const MEMBERS: [usize; 2] = [10, 160];
/// Messages of the short and of the long run.
const MESSAGES: [usize; 2] = [40, 340];

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("costs: {failure}");
            eprintln!("costs: 0 passed, 1 failed");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    let binary = std::env::var_os("PARLOUR_BINARY").ok_or("PARLOUR_BINARY names no server")?;
    let binary = PathBuf::from(binary);
    let costs = Costs::of(
        &calls::count(&binary).await?,
        instructions::count(&binary).await?,
    );
    let records = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.ci/costs.json");
    costs.show(&records)?;
    if let Some(complaint) = costs.beyond() {
        return Err(complaint.into());
    }
    if let Ok(day) = std::env::var("PARLOUR_RECORD") {
        costs.record(&records, day)?;
    }
    eprintln!("costs: 1 passed, 0 failed");
    Ok(())
}

/// What something is for each message, and for each delivery of one.
#[derive(Clone, Copy, Debug)]
struct Cost {
    message: f64,
    delivery: f64,
}

/// Of each room, small and large, of each run, short and long.
type Runs<T> = [[T; 2]; 2];

impl Cost {
    /// What it is, if `counts` were counted: whatever is the same in both runs cancels out.
    fn of(counts: Runs<f64>) -> Self {
        let [few, many] = MESSAGES.map(|messages| messages as f64);
        let [small, large] = MEMBERS.map(|members| members as f64);
        let [in_small, in_large] = counts.map(|[short, long]| (long - short) / (many - few));
        let delivery = (in_large - in_small) / (large - small);
        Self {
            message: in_small - delivery * small,
            delivery,
        }
    }
}

/// A server from its start to its end, and messages between.
async fn a_run(mut server: Server, members: usize, messages: usize) -> Result<(), Failure> {
    let address = server.address()?;
    let mut room = room::Room::of(members, address).await?;
    room.talk(messages).await?;
    server.end()
}
