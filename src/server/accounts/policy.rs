//! Who may come in.

use crate::config::SignUp;
use crate::context::Context;
use crate::error::ServiceError;

/// What is decided about who may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Who may make an account.
    pub sign_up: SignUp,
}

impl Policy {
    /// What holds now.
    pub fn of(ctx: &Context) -> Self {
        Self {
            sign_up: ctx.in_force.now().house.sign_up,
        }
    }

    /// Whether somebody may make an account, invited or not.
    pub fn may_sign_up(self, is_invited: bool) -> bool {
        match self.sign_up {
            SignUp::Open => true,
            SignUp::Invited => is_invited,
            SignUp::Closed => false,
        }
    }

    /// Refuses who may not make an account, invited or not.
    pub(super) fn require_sign_up(self, is_invited: bool) -> Result<(), ServiceError> {
        match self.sign_up {
            _ if self.may_sign_up(is_invited) => Ok(()),
            SignUp::Closed => Err(ServiceError::SignUpClosed),
            SignUp::Open | SignUp::Invited => Err(ServiceError::InvitationNeeded),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_come_in_is_one_decision() {
        let may = |sign_up, is_invited| Policy { sign_up }.may_sign_up(is_invited);
        assert!(may(SignUp::Open, false) && may(SignUp::Open, true));
        assert!(!may(SignUp::Invited, false) && may(SignUp::Invited, true));
        assert!(!may(SignUp::Closed, false) && !may(SignUp::Closed, true));
    }
}
