//! A database of PostgreSQL for a command: `test-postgres COMMAND…` runs it with `PARLOUR__DATABASE__URL` set.
//!
//! Without a command it says the address on a line, and keeps the server until its input ends. Either way all of it
//! is gone afterwards.

use parlour_test_postgres::{Failure, PostgresServer};
use std::env;
use std::io::{self, Write};
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

fn run() -> Result<ExitCode, Failure> {
    let server = PostgresServer::launch(&[])?;
    let database = server.database()?;
    let mut words = env::args_os().skip(1);
    let Some(program) = words.next() else {
        let said = writeln!(io::stdout(), "{}", database.url());
        said.map_err(Failure::to("say the address"))?;
        let read = io::copy(&mut io::stdin(), &mut io::sink());
        read.map_err(Failure::to("wait for the end of the input"))?;
        return Ok(ExitCode::SUCCESS);
    };
    let status = Command::new(program)
        .args(words)
        .env("PARLOUR__DATABASE__URL", database.url())
        .status();
    let status = status.map_err(Failure::to("run the command"))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}
