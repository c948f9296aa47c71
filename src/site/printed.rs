//! Live pages as they were printed lately, for who asks for one again while nothing has happened.
//!
//! *Invariant:* what is handed out is what would be printed now, byte for byte but for what every
//! answer draws anew: nothing was written since, the same people are there, and who asks is the same
//! person under the same name.

use crate::app::shell::Print;
use parlour_protocol::{User, UserId};
use parlour_server::db::Remembered;
use parlour_server::places::{At, Company};
use parlour_server::{Context, Scope, messages};
use std::sync::Arc;

/// Bytes of pages that are kept.
const MOST: usize = 8 * 1024 * 1024;

/// The pages.
#[derive(Debug)]
pub struct Printed(Remembered<(Option<UserId>, Option<At>), Arc<Page>>);

/// A page, and what it depends on besides the database.
#[derive(Debug)]
struct Page {
    me: Option<User>,
    is_admin: bool,
    company: Company,
    print: Print,
}

impl Default for Printed {
    fn default() -> Self {
        Self(Remembered::new(MOST))
    }
}

impl Printed {
    /// The page that was printed at this version of the database, with a nonce and a form's key that
    /// no other answer has.
    pub fn again(
        &self,
        version: u64,
        ctx: &Context,
        scope: &Scope,
        at: Option<At>,
    ) -> Option<Print> {
        let page = self.0.at(version, &(scope.user_id(), at))?;
        let is_same = page.me.as_ref() == scope.person.as_ref().map(|person| &person.user)
            && page.is_admin == is_admin(scope)
            && page.company.is_there(ctx);
        is_same.then(|| page.print.again(&messages::draw_key(ctx)))
    }

    /// Keeps a page of a place that was read when the database had this version.
    pub fn keep(
        &self,
        version: u64,
        scope: &Scope,
        at: Option<At>,
        company: Company,
        print: &Print,
    ) {
        let page = Page {
            me: scope.person.as_ref().map(|person| person.user.clone()),
            is_admin: is_admin(scope),
            company,
            print: print.clone(),
        };
        let key = (scope.user_id(), at);
        self.0.keep(version, key, Arc::new(page), print.len());
    }
}

fn is_admin(scope: &Scope) -> bool {
    scope.person.as_ref().is_some_and(|person| person.is_admin)
}
