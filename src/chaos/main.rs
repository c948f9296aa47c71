//! `chaos`: breaks a server in every way it can think of, and checks what its clients saw.

use parlour_chaos::checker;
use parlour_chaos::history::History;
use std::fs::File;
use std::io::{BufReader, Write};
use std::process::ExitCode;

const USAGE: &str = "chaos check FILE    judges a history, one event a line";
/// More faults than this say nothing that the first ones do not.
const SHOWN: usize = 50;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let told = match words[..] {
        ["check", file] => check(file),
        _ => Err(USAGE.to_owned()),
    };
    let (text, code) = match told {
        Ok(text) => (text, ExitCode::SUCCESS),
        Err(text) => (text, ExitCode::FAILURE),
    };
    // A reader that closed its end early has heard enough; the exit code says the rest.
    let _ = writeln!(std::io::stdout(), "{text}");
    code
}

/// Judges a file; the text says what was found.
fn check(file: &str) -> Result<String, String> {
    let lines = File::open(file).map_err(|cause| format!("{file} cannot be read: {cause}."))?;
    let history = History::read(BufReader::new(lines)).map_err(|error| error.to_string())?;
    let faults = checker::check(&history);
    let events = history.events.len();
    if faults.is_empty() {
        return Ok(format!(
            "{file}: {events} events, and the promise was kept."
        ));
    }
    let mut text: String = faults
        .iter()
        .take(SHOWN)
        .map(|fault| format!("{fault}\n"))
        .collect();
    if faults.len() > SHOWN {
        text += &format!("… and {} more.\n", faults.len() - SHOWN);
    }
    Err(format!(
        "{text}{file}: {events} events, faults: {}.",
        faults.len()
    ))
}
