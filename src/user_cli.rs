//! The command line of `parlour user …`: what is read from the terminal, and what is printed.
//!
//! *Invariant:* no password is taken from an argument, which every process of the machine can read.

use parlour_protocol::ServerRole;
use parlour_server::Settings;
use parlour_server::clock::{SystemRandom, draw};
use parlour_server::handover::{CommandError, run_user_command};
use parlour_server::user_commands::UserCommand;
use std::io::{self, BufRead, IsTerminal};

/// A command as it was typed, without a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserAsked {
    /// Print all accounts.
    List,
    /// Make an account of this name and role.
    Create(String, ServerRole),
    /// Give the account of this name another password.
    Password(String),
    /// Make a link with which who has the account of this name sets another password.
    Link(String),
    /// Give the account of this name a role.
    Role(String, ServerRole),
    /// Let the account of this name come in no more.
    Disable(String),
    /// Let it come in again.
    Enable(String),
}

/// Does what was asked; answers what is to be printed.
///
/// # Errors
/// As [`run_user_command`], and where the password cannot be read.
pub async fn run(settings: Settings, asked: UserAsked) -> Result<String, CommandError> {
    let mut drawn = None;
    let mut password = || {
        let (password, is_drawn) = password()?;
        drawn = is_drawn.then(|| password.clone());
        Ok::<_, CommandError>(password)
    };
    let command = match asked {
        UserAsked::List => UserCommand::List,
        UserAsked::Create(name, role) => UserCommand::Create {
            name,
            password: password()?,
            role,
        },
        UserAsked::Password(name) => UserCommand::Password {
            name,
            password: password()?,
        },
        UserAsked::Link(name) => UserCommand::ResetLink { name },
        UserAsked::Role(name, role) => UserCommand::Role { name, role },
        UserAsked::Disable(name) => UserCommand::Disable { name },
        UserAsked::Enable(name) => UserCommand::Enable { name },
    };
    let mut text = run_user_command(settings, command).await?;
    if let Some(drawn) = drawn {
        text.push_str(&format!("The password is {drawn}\n"));
    }
    Ok(text)
}

/// The first line of what is piped in; at a terminal, where all would see it, one is drawn. Whether it was.
fn password() -> Result<(String, bool), CommandError> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Ok((draw::<12>(&SystemRandom), true));
    }
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    read.map_err(|error| CommandError::Refused(format!("The password cannot be read: {error}.")))?;
    Ok((line.trim_end_matches(['\r', '\n']).to_owned(), false))
}
