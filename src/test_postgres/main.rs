//! A database of PostgreSQL for a command: `test-postgres COMMAND…` runs it with `PARLOUR__DATABASE__URL` set.
//!
//! Without a command it says the address on a line, and that of another database for each line of its input, until
//! that ends. Either way all of it is gone afterwards.

use parlour_test_postgres::{Database, Failure, PostgresServer};
use std::env;
use std::io::{self, BufRead, Write};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            // Nobody to tell is left when this fails.
            let _ = writeln!(io::stderr(), "{failure}");
            ExitCode::FAILURE
        }
    }
}

fn say(database: &Database<'_>) -> Result<(), Failure> {
    let said = writeln!(io::stdout(), "{}", database.url());
    said.map_err(Failure::to("say the address"))
}

fn run() -> Result<ExitCode, Failure> {
    let server = PostgresServer::launch(&[])?;
    let mut databases = vec![server.database()?];
    let mut words = env::args_os().skip(1);
    let Some(program) = words.next() else {
        say(&databases[0])?;
        for line in io::stdin().lock().lines() {
            line.map_err(Failure::to("read the input"))?;
            let database = server.database()?;
            say(&database)?;
            databases.push(database);
        }
        return Ok(ExitCode::SUCCESS);
    };
    let status = Command::new(program)
        .args(words)
        .env("PARLOUR__DATABASE__URL", databases[0].url())
        .status();
    let status = status.map_err(Failure::to("run the command"))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}
