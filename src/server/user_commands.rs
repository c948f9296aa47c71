//! What is done to accounts from the machine's command line, for who lost the key to the house.
//!
//! *Invariant:* it obeys the rules of the contexts, and asks for no role: who runs it could change the database itself.

use crate::accounts;
use crate::administration::{self, Actor, Deed, KnownPerson};
use crate::context::Context;
use crate::error::ServiceError;
use parlour_protocol::permissions::ServerRole;
use parlour_protocol::{UserKind, paths};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write};

/// A command about accounts, as it is sent to the server that runs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum UserCommand {
    /// Print all accounts.
    List,
    /// Make an account.
    Create {
        /// What it is to be called.
        name: String,
        /// The password that signs in to it.
        password: String,
        /// Its role on the server.
        role: ServerRole,
    },
    /// Give an account another password, and end its sessions.
    Password {
        /// The name of the account.
        name: String,
        /// What it is from now on.
        password: String,
    },
    /// Make a link with which who has an account sets another password.
    ResetLink {
        /// The name of the account.
        name: String,
    },
    /// Give an account a role on the server.
    Role {
        /// The name of the account.
        name: String,
        /// What it is from now on.
        role: ServerRole,
    },
    /// Let an account come in no more, and end its sessions.
    Disable {
        /// The name of the account.
        name: String,
    },
    /// Let it come in again.
    Enable {
        /// The name of the account.
        name: String,
    },
}

impl fmt::Debug for UserCommand {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Self::List => "list",
            Self::Create { .. } => "create",
            Self::Password { .. } => "password",
            Self::ResetLink { .. } => "reset_link",
            Self::Role { .. } => "role",
            Self::Disable { .. } => "disable",
            Self::Enable { .. } => "enable",
        };
        write!(f, "UserCommand({word})")
    }
}

/// Does what the command asks; answers what is to be printed, or one sentence that says why not.
///
/// # Errors
/// A sentence for who sits at the machine.
pub async fn run(ctx: &Context, command: UserCommand) -> Result<String, String> {
    let refused = match command {
        UserCommand::ResetLink { .. } => "Only an account that is active has a password to set.",
        _ => "An account has a role from member up.",
    };
    let done = match command {
        UserCommand::List => list(ctx).await,
        UserCommand::Create {
            name,
            password,
            role,
        } => create(ctx, &name, &password, role).await,
        UserCommand::Password { name, password } => set_password(ctx, &name, &password).await,
        UserCommand::ResetLink { name } => make_reset_link(ctx, &name).await,
        UserCommand::Role { name, role } => administer(ctx, &name, Deed::Role(role)).await,
        UserCommand::Disable { name } => administer(ctx, &name, Deed::Disable).await,
        UserCommand::Enable { name } => administer(ctx, &name, Deed::Enable).await,
    };
    done.map_err(|error| match error {
        ServiceError::NotFound => "There is no account of this name.".to_owned(),
        ServiceError::Forbidden => refused.to_owned(),
        other => other.to_app_error().message,
    })
}

async fn list(ctx: &Context) -> Result<String, ServiceError> {
    let mut text = String::new();
    let mut after = None;
    loop {
        let page = administration::people(ctx, Actor::Machine, "", false, after).await?;
        for person in &page.people {
            text.push_str(&line(person));
        }
        after = page.next;
        if after.is_none() {
            return Ok(text);
        }
    }
}

/// Id, role, state and name, with tabs between them.
fn line(person: &KnownPerson) -> String {
    let KnownPerson {
        user,
        role,
        is_active,
        ..
    } = person;
    let state = if *is_active { "active" } else { "disabled" };
    let kind = match user.kind {
        UserKind::Bot => "bot, ",
        UserKind::Guest | UserKind::Member => "",
    };
    let mut line = String::new();
    // Writing into a text cannot fail.
    let _ = writeln!(
        line,
        "{}\t{kind}{}\t{state}\t{}",
        user.id,
        role.name(),
        user.name
    );
    line
}

async fn create(
    ctx: &Context,
    name: &str,
    password: &str,
    role: ServerRole,
) -> Result<String, ServiceError> {
    if role == ServerRole::Guest {
        return Err(ServiceError::Forbidden);
    }
    let user = accounts::create_account(ctx, name, password, role).await?;
    let known = administration::person(ctx, Actor::Machine, user.id).await?;
    tracing::info!(
        person = user.id.0,
        role = role.name(),
        "an account was made from the command line"
    );
    Ok(line(&known))
}

async fn set_password(ctx: &Context, name: &str, password: &str) -> Result<String, ServiceError> {
    let known = administration::account(ctx, Actor::Machine, name).await?;
    accounts::set_password(ctx, &known.user, password).await?;
    tracing::info!(
        person = known.user.id.0,
        "a password was set from the command line"
    );
    Ok(line(&known))
}

async fn make_reset_link(ctx: &Context, name: &str) -> Result<String, ServiceError> {
    let known = administration::account(ctx, Actor::Machine, name).await?;
    let made = accounts::make_reset_link(ctx, Actor::Machine, known.user.id).await?;
    let base = match ctx.settings.server.public_url.trim_end_matches('/') {
        "" => format!("http://{}", ctx.settings.site.site_addr),
        url => url.to_owned(),
    };
    let path = paths::reset(made.code.as_str());
    Ok(format!(
        "{base}{path}\nIt works once, until {}.\n",
        made.expires_at
    ))
}

async fn administer(ctx: &Context, name: &str, deed: Deed) -> Result<String, ServiceError> {
    let known = administration::account(ctx, Actor::Machine, name).await?;
    let done = administration::administer(ctx, Actor::Machine, known.user.id, deed).await?;
    Ok(line(&done))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_shown_by_accident() {
        let command = UserCommand::Password {
            name: "Ada".to_owned(),
            password: "correct horse".to_owned(),
        };
        assert_eq!(format!("{command:?}"), "UserCommand(password)");
    }
}
