//! `chaos`: breaks a server in every way it can think of, and checks what its clients saw.

mod options;

use clap::Parser;
use options::{Command, Database, Restart, Simulate, Upgrade};
use parlour_chaos::checker;
use parlour_chaos::failure::Failure;
use parlour_chaos::history::History;
use parlour_chaos::phases::{Run, SPEED};
use parlour_chaos::plan::{Plan, Scale};
use parlour_chaos::report::HEAD;
use parlour_chaos::restarts::{self, Load};
use parlour_chaos::simulation;
use parlour_chaos::upgrade;
use std::fs::{self, File};
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

/// Worlds that are played when nobody says how many.
const SEEDS: u64 = 10_000;
/// More violations than this say nothing that the first ones do not.
const SHOWN: usize = 50;

fn main() -> ExitCode {
    let ended = match Command::parse() {
        Command::Run(options) => until_stopped(run(options)),
        Command::Restart(options) => until_stopped(restart(options)),
        Command::Upgrade(options) => until_stopped(upgrade(options)),
        Command::Simulate(options) => simulate(options),
        Command::Check { file } => check(&file),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            print(&format!("chaos: {failure}"));
            ExitCode::FAILURE
        }
    }
}

/// Runs it to its end or to the first signal; in both cases everything it started is gone then.
fn until_stopped(work: impl Future<Output = Result<bool, Failure>>) -> Result<bool, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(Failure::to("start"))?;
    runtime.block_on(async {
        let listen = |kind| signal(kind).map_err(Failure::to("listen for signals"));
        let mut interrupt = listen(SignalKind::interrupt())?;
        let mut terminate = listen(SignalKind::terminate())?;
        tokio::select! {
            ended = work => ended,
            _ = interrupt.recv() => Err(Failure::new("Stopped before the end.")),
            _ = terminate.recv() => Err(Failure::new("Stopped before the end.")),
        }
    })
}

async fn run(options: options::Run) -> Result<bool, Failure> {
    let seed = options
        .server
        .seed
        .unwrap_or_else(|| fastrand::u64(..1 << 32));
    let scale = match options.is_short {
        true => Scale::SHORT,
        false => Scale::FULL,
    };
    let database = options.server.database;
    let mut scale = scale.on(database.into());
    scale.sends = options.sends.unwrap_or(scale.sends);
    scale.clients = options.clients.unwrap_or(scale.clients);
    let mut plan = Plan::draw(seed, &scale);
    if !options.only.is_empty() {
        let is_meant = |name: &str| options.only.iter().any(|only| name.starts_with(only));
        plan = plan.only(is_meant);
    }
    let words = format!(
        "Seed {seed}, {database:?}: {} clients, clocks {SPEED} times as fast as ours. The seed decides who writes what and what breaks when; \
         real time differs from run to run.",
        scale.clients
    );
    print(&format!("{words}\n\n{HEAD}"));
    let target = target();
    let binary = options
        .server
        .binary
        .unwrap_or_else(|| target.join("release/parlour"));
    let mut run = Run::start(&binary, &target.join("chaos"), seed, &scale).await?;
    let needs_disk = plan.phases.iter().any(|phase| phase.needs_disk());
    let without = std::env::var("PARLOUR_WITHOUT").unwrap_or_default();
    if needs_disk && without.split(',').any(|name| name == "disk") {
        // The form in which a CI finds what was left out.
        print("!!! left out: disk (PARLOUR_WITHOUT)");
        plan = plan.without_disks();
    } else if let Some(why) = run.lacks_disk()
        && needs_disk
    {
        return Err(Failure::new(format!(
            "No disk can be made to fail here ({why}). Leave it out by name: PARLOUR_WITHOUT=disk"
        )));
    }
    let report = run.all(&plan, |row| print(&row.to_string())).await;
    let page = report.markdown("Chaos", &words);
    let file = write(options.server.report, &file_name("run", database), &page)?;
    print(&format!(
        "{}\n\nThe report is in {}. Seed {seed}.",
        report.sum(),
        file.display()
    ));
    print(&report.closing_line());
    Ok(report.counts().1 == 0)
}

async fn restart(options: Restart) -> Result<bool, Failure> {
    let seed = options
        .server
        .seed
        .unwrap_or_else(|| fastrand::u64(..1 << 32));
    let full = Load::FULL;
    let database = options.server.database;
    let load = Load {
        clients: options.clients.unwrap_or(full.clients),
        restarts: options.restarts.unwrap_or(full.restarts),
        ..full
    };
    print(&format!(
        "Seed {seed}. Measuring what a planned restart costs."
    ));
    let binary = options
        .server
        .binary
        .unwrap_or_else(|| target().join("release/parlour"));
    let measured = restarts::measure(&binary, seed, load, database.into()).await?;
    let page = format!("# Planned restarts\n\nSeed {seed}. {measured}");
    let file = write(
        options.server.report,
        &file_name("restart", database),
        &page,
    )?;
    print(&format!(
        "{measured}\nThe report is in {}. Seed {seed}.",
        file.display()
    ));
    Ok(close(measured.has_passed()))
}

async fn upgrade(options: Upgrade) -> Result<bool, Failure> {
    let binary = options
        .binary
        .unwrap_or_else(|| target().join("release/parlour"));
    let messages = options.messages.unwrap_or(upgrade::MESSAGES);
    let measured = upgrade::measure(&binary, messages).await?;
    let file = write(
        options.report,
        "upgrade.md",
        &format!("# Upgrades\n\n{measured}"),
    )?;
    print(&format!("{measured}\nThe report is in {}.", file.display()));
    Ok(close(measured.has_passed()))
}

/// Plays worlds, each from its own seed; alone the named one, if only a seed is given.
fn simulate(options: Simulate) -> Result<bool, Failure> {
    let seeds = options.seeds.unwrap_or(match options.seed {
        Some(_) => 1,
        None => SEEDS,
    });
    let first = options.seed.unwrap_or(0);
    let played = simulation::run_many(first, seeds);
    let has_passed = played.is_ok();
    let outcome = played.map_or_else(|failed| failed.to_string(), |summary| summary.to_string());
    let words = format!("Seeds {first} to {}. {outcome}", first + seeds - 1);
    let file = write(
        options.report,
        "simulate.md",
        &format!("# Simulated worlds\n\n{words}\n"),
    )?;
    print(&format!("{words}\nThe report is in {}.", file.display()));
    Ok(close(has_passed))
}

/// The last line of what passes or fails as one.
fn close(has_passed: bool) -> bool {
    let (passed, failed) = (u8::from(has_passed), u8::from(!has_passed));
    print(&format!("chaos: {passed} passed, {failed} failed"));
    has_passed
}

/// Judges a file.
fn check(file: &Path) -> Result<bool, Failure> {
    let name = file.display();
    let lines = File::open(file).map_err(Failure::to(&format!("read {name}")))?;
    let history = History::read(BufReader::new(lines));
    let history = history.map_err(|error| Failure::new(error.to_string()))?;
    let violations = checker::check(&history);
    let events = history.events.len();
    if violations.is_empty() {
        print(&format!(
            "{name}: {events} events, and the promise was kept."
        ));
        return Ok(true);
    }
    for violation in violations.iter().take(SHOWN) {
        print(&violation.to_string());
    }
    if violations.len() > SHOWN {
        print(&format!("… and {} more.", violations.len() - SHOWN));
    }
    print(&format!(
        "{name}: {events} events, faults: {}.",
        violations.len()
    ));
    Ok(false)
}

/// Where Cargo puts what it builds: this executable is in a folder of it.
fn target() -> PathBuf {
    let executable = std::env::current_exe().unwrap_or_default();
    let target = executable.parent().and_then(Path::parent);
    target.map_or_else(|| PathBuf::from("target"), Path::to_owned)
}

/// The report's file; each database has its own.
fn file_name(command: &str, database: Database) -> String {
    match database {
        Database::Sqlite => format!("{command}.md"),
        Database::Postgres => format!("{command}-postgres.md"),
    }
}

fn write(file: Option<PathBuf>, name: &str, page: &str) -> Result<PathBuf, Failure> {
    let file = file.unwrap_or_else(|| target().join("chaos").join(name));
    let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| fs::write(&file, page))
        .map_err(Failure::to("write the report"))?;
    Ok(file)
}

fn print(text: &str) {
    // A reader that closed its end early has heard enough; the exit code says the rest.
    let _ = writeln!(std::io::stdout(), "{text}");
}
