//! Instructions of the server's own, outside the kernel, as callgrind counts them.

use super::server::Server;
use super::{Cost, Failure, MEMBERS, MESSAGES, Runs, a_run};
use futures::future::try_join_all;
use std::fs::read_to_string;
use std::path::Path;
use std::process::Command;

/// Counts the instructions that a message and its deliveries take.
///
/// # Errors
/// valgrind or the server cannot be started, the server fails, or the counts cannot be read.
pub async fn count(binary: &Path) -> Result<Cost, Failure> {
    let mut counts: Runs<f64> = Runs::default();
    for (of_room, members) in counts.iter_mut().zip(MEMBERS) {
        // Both at once: what is counted is not timed, and each is slow.
        let runs = MESSAGES.map(|messages| counted(binary, members, messages));
        let counted = try_join_all(runs).await?;
        of_room.copy_from_slice(&counted);
    }
    Ok(Cost::of(counts))
}

async fn counted(binary: &Path, members: usize, messages: usize) -> Result<f64, Failure> {
    let folder = tempfile::tempdir()?;
    let notes = folder.path().join("instructions");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--quiet"]);
    valgrind.arg(format!("--callgrind-out-file={}", notes.display()));
    valgrind.arg(binary);
    a_run(Server::start(valgrind, folder.path())?, members, messages).await?;
    let notes = read_to_string(&notes)?;
    let total = notes.lines().find_map(|line| line.strip_prefix("totals: "));
    Ok(total.ok_or("callgrind counted nothing")?.trim().parse()?)
}
