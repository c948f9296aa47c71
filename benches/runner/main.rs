//! The benchmark: Parlour and its peers on one machine, one at a time, in turns, beside the floors
//! that the machine sets.

#![allow(
    clippy::disallowed_methods,
    reason = "what is measured here is the machine's own time"
)]

mod bare;
mod blaster;
mod browser;
mod contender;
mod dialect;
mod digits;
mod failure;
mod floors;
mod frames;
mod goals;
mod ledger;
mod line;
mod machine;
mod net;
mod options;
mod pages;
mod plot;
mod poster;
mod postgres;
mod process;
mod readers;
mod report;
mod results;
mod rounds;
mod rows;
mod seed;
mod server;
mod stage;
mod swarm;
mod talk;

use crate::failure::{Failure, Outcome};
use crate::options::Options;
use crate::results::Results;
use crate::rows::{Pace, Stage};
use clap::Parser;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("parlour-bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let options = Options::parse();
    if options.is_again {
        let root = root()?;
        let folder = root.join("benches/results");
        let again = Results {
            browser: browser::read(&folder),
            ..Results::read(&folder.join(format!("{}.json", options.name())))?
        };
        return write(&root, options.name(), &again);
    }
    let files = machine::open_many_files()?;
    machine::pin(machine::GENERATOR)?;
    eprintln!("seed {}, {files} open files", options.seed);
    let capacity = blaster::capacity(Duration::from_secs(2))?;
    eprintln!(
        "the generator takes {} deliveries/s, {} a second of its own processor",
        digits::digits(capacity.per_second),
        digits::digits(capacity.per_processor_second),
    );
    if options.is_self_test {
        return Ok(());
    }

    let root = root()?;
    let temporary = tempfile::TempDir::with_prefix("parlour-bench-")?;
    let stage = stage::prepare(&root, &options, temporary.path())?;
    let folder = root.join("benches/results");
    let raw = folder.join(format!("{}.json", options.name()));
    let mut results = Results {
        description: description(&options, &stage, capacity),
        browser: browser::read(&folder),
        ..Results::default()
    };
    rounds::run(&stage, &options, &mut results, &raw)?;
    write(&root, options.name(), &results)?;
    for goal in goals::ALL.iter().filter(|goal| options.wants_row(goal.row)) {
        let reached = goal.reached(&results);
        let shown =
            reached.map_or_else(|| "–".to_owned(), |reached| digits::digits(reached.median));
        let verdict = goal.verdict(reached).words();
        eprintln!(
            "{:9} {:45} {shown:>9}  {}  {verdict}",
            goal.row,
            goal.title(),
            goal.words()
        );
    }
    Ok(())
}

/// The page and its drawings. Only a full run is the page of the repository.
fn write(root: &Path, name: &str, results: &Results) -> Outcome<()> {
    let folder = root.join("benches/results");
    results.write(&folder.join(format!("{name}.json")))?;
    let drawings = folder.join(name);
    fs::create_dir_all(&drawings)?;
    for (file, svg) in report::svgs(results) {
        fs::write(drawings.join(file), svg)?;
    }
    let (page, plots) = if name == "full" {
        (root.join("benches/RESULTS.md"), format!("results/{name}"))
    } else {
        (folder.join(format!("{name}.md")), name.to_owned())
    };
    fs::write(&page, report::page(results, &plots))?;
    eprintln!("wrote {}", page.display());
    Ok(())
}

/// The repository: where this was built, or where it was started.
fn root() -> Outcome<PathBuf> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let here = std::env::current_dir()?;
    built
        .filter(|root| root.join("benches").is_dir())
        .map(Path::to_owned)
        .or_else(|| here.join("benches").is_dir().then_some(here))
        .ok_or_else(|| Failure::new("start this in the repository"))
}

fn description(
    options: &Options,
    stage: &Stage,
    capacity: blaster::Capacity,
) -> BTreeMap<String, String> {
    let mut lines = machine::description();
    let pace = match stage.pace {
        Pace::Full => "full",
        Pace::Quick => "quick: short blocks, smaller sizes",
    };
    for (name, value) in [
        ("settings", format!("{pace}, seed {}", options.seed)),
        (
            "pinning",
            "servers on processor 0, the generator on processor 1, one server at a time".to_owned(),
        ),
        (
            "Parlour",
            "limits off, log level error, everything else as it comes: SQLite in WAL with synchronous=FULL".to_owned(),
        ),
        (
            "generator alone",
            format!(
                "takes {} deliveries/s from a server that only writes, {} a second of its own processor",
                digits::digits(capacity.per_second),
                digits::digits(capacity.per_processor_second)
            ),
        ),
    ] {
        lines.insert(name.to_owned(), value);
    }
    if let Some(postgres) = &stage.postgres {
        lines.insert("PostgreSQL".to_owned(), postgres.description().to_owned());
    }
    if let Some(name) = &options.earlier_name {
        lines.insert("earlier".to_owned(), format!("Parlour at revision {name}"));
    }
    lines
}
