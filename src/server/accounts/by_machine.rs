//! Accounts from the machine's command line, where nobody signs up and no setting of who may come in is asked.
//!
//! *Invariant:* names and passwords obey their rules here, too.

use super::signing_up::{Wanted, make};
use crate::context::Context;
use crate::error::ServiceError;
use crate::passwords::Password;
use crate::scope::Scope;
use crate::store::Ending;
use parlour_protocol::{ServerRole, User};
use std::net::{IpAddr, Ipv4Addr};

/// Where it is asked from.
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Makes an account of this name and role, without a session.
///
/// # Errors
/// The name breaks its rule, is reserved or taken; [`ServiceError::Password`]; or what stands in the way of writing.
pub async fn create_account(
    ctx: &Context,
    username: &str,
    password: &str,
    role: ServerRole,
) -> Result<User, ServiceError> {
    let wanted = Wanted {
        username,
        password,
        role,
        guest: None,
        setup_code: None,
        invite: None,
        device: "",
        mail: "",
    };
    let made = make(ctx, &Scope::visitor(HERE), wanted).await?;
    // Nobody has its token.
    ctx.store
        .end_sessions(made.user.id, Ending::All, false)
        .await?;
    Ok(made.user)
}

/// Gives an account another password, and ends all its sessions.
///
/// # Errors
/// [`ServiceError::Password`], or what stands in the way of hashing or writing.
pub async fn set_password(ctx: &Context, user: &User, password: &str) -> Result<(), ServiceError> {
    let password = Password::choose(password, &user.name).map_err(ServiceError::Password)?;
    let address = Scope::visitor(HERE).address;
    let secret = ctx.passwords.hash(address, password).await?;
    ctx.store
        .set_password(user.id, secret, ctx.clock.now(), None)
        .await
}
