//! Signing in: a name and a password become a session; and a guest who signs in becomes the person whose account it is.
//!
//! *Invariant:* a name that nobody has and a wrong password are told apart neither by what is answered nor by how long
//! that takes.

use super::sessions;
use super::token::Token;
use crate::context::Context;
use crate::error::ServiceError;
use crate::names;
use crate::passwords::Password;
use crate::scope::{Person, Scope};
use crate::store::{KnownAccount, MergeDraft};
use parlour_protocol::{User, UserKind};

/// What is known of the browser, or the program, that signs in.
#[derive(Clone, Copy, Debug)]
pub struct Browser<'b> {
    /// The device, in words.
    pub device: &'b str,
    /// What it keeps from when somebody was signed in there before.
    pub known_by: Option<&'b str>,
}

/// Who signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// The account's user.
    pub user: User,
    /// The secret of the new session.
    pub token: Token,
}

/// Begins a session of the account of this name. A guest of the scope is the account's person from then on: their rooms,
/// read positions and messages are the account's, and their session ends.
///
/// # Errors
/// [`ServiceError::WrongCredentials`]; [`ServiceError::RateLimited`] after too many wrong passwords from this network,
/// or in this browser; [`ServiceError::Overloaded`] while too many passwords are compared.
pub async fn sign_in(
    ctx: &Context,
    scope: &Scope,
    username: &str,
    password: &str,
    browser: Browser<'_>,
) -> Result<SignedIn, ServiceError> {
    let name = names::username(username).map_or_else(|_| String::new(), |name| name.folded);
    let account = ctx.store.account_named(name.clone()).await?;
    let known_by = known_by(ctx, account.as_ref(), browser).await?;
    let attempt = ctx.limits.attempt(&name, scope.address, known_by)?;
    let secret = account.as_ref().and_then(|known| known.secret.clone());
    let given = Password::given(password);
    let compared = ctx.passwords.is_it(scope.address, given, secret, attempt);
    let is_it = compared.await?;
    let Some(KnownAccount { user, .. }) = account.filter(|_| is_it) else {
        return Err(ServiceError::WrongCredentials);
    };
    let (token, session) = sessions::begun(ctx, scope, browser.device);
    match scope.person.as_ref().filter(|person| is_guest(person)) {
        None => ctx.store.begin_session(user.id, session).await?,
        Some(guest) => {
            let draft = MergeDraft {
                guest: guest.user.id,
                session: guest.session,
                account: user.id,
                begins: session,
            };
            ctx.store.merge(draft).await?;
        }
    }
    Ok(SignedIn { user, token })
}

fn is_guest(person: &Person) -> bool {
    person.user.kind == UserKind::Guest
}

/// The hash of what the browser keeps, if this account was signed in there before.
async fn known_by(
    ctx: &Context,
    account: Option<&KnownAccount>,
    browser: Browser<'_>,
) -> Result<Option<Vec<u8>>, ServiceError> {
    let kept = browser.known_by.and_then(Token::read);
    let (Some(account), Some(kept)) = (account, kept) else {
        return Ok(None);
    };
    let hash = kept.hash();
    let is_known = ctx
        .store
        .knows_browser(account.user.id, hash.clone())
        .await?;
    Ok(is_known.then_some(hash))
}
