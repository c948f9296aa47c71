//! Keys that are pressed anywhere on the page: what they mean says `parlour_client::keys`, and here it is done.

use super::composer;
use super::driver::{self, act};
use super::view_model::{Dialog, ViewModel};
use crate::app::browser::text_field::{self, COMPOSER};
use crate::app::browser::{finder, keyboard, storage};
use parlour_client::keys::{At, Command};

/// The button that marks all rooms as read.
const READ_ALL: &str = "read-all";

/// Begins to hear them.
pub fn keep(model: ViewModel) {
    keyboard::on_key(move |press, at| {
        // Who writes is not kept waiting for the storage.
        let has_single_keys = at != At::Field && storage::has_single_keys();
        let command = press.command(at, has_single_keys);
        command.is_some_and(|command| obey(model, command))
    });
}

/// Does what is wanted; whether the browser has nothing more to do about the key.
fn obey(model: ViewModel, command: Command) -> bool {
    match command {
        Command::Step(step) => driver::step(model, step),
        Command::Leave => composer::focus(),
        Command::Type => {
            text_field::focus(COMPOSER);
            return false;
        }
        Command::Reply => {
            if let Some(number) = model.focused() {
                act(model, |session| session.reply_to(number));
            }
        }
        Command::Edit => {
            if let Some(number) = model.focused() {
                let is_own = act(model, |session| session.edit_own(number));
                model.change(|state| state.screen.is_edited_by_key = is_own);
            }
        }
        Command::MarkUnread => {
            if let Some(number) = model.focused() {
                act(model, |session| session.mark_unread(number));
            }
        }
        Command::ReadAll => keyboard::press_button(READ_ALL),
        Command::ListKeys => model.show_dialog(Some(Dialog::Keys)),
        Command::Find => {
            let is_open = model.dialog().get_untracked() == Some(Dialog::Find);
            model.show_dialog((!is_open).then_some(Dialog::Find));
        }
        Command::Walk { is_up, is_unread } => {
            act(model, |session| session.walk(is_up, is_unread));
        }
        Command::Choose(is_up) => finder::step(is_up),
    }
    true
}
