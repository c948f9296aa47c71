//! What the press of a key means: in a field that somebody writes in, in the log, and elsewhere on the page.
//!
//! *Invariant:* a key that the input method takes for itself means nothing but that somebody writes: with it a word is
//! chosen, ended or given up. A key by itself is no command where somebody writes, and nowhere once that was switched
//! off (WCAG 2.1.4).

/// The code of a key that the input method took. Safari says nothing else of the Enter that ends a
/// word: by then it is composing no more.
const TAKEN: u32 = 229;

/// A key, as the browser tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Press {
    /// `Enter`, `Escape`, `a`.
    pub key: String,
    /// The old number for it.
    pub code: u32,
    /// A word is being composed.
    pub is_composing: bool,
    /// Whether Shift is held.
    pub is_shifted: bool,
    /// With Ctrl or ⌘.
    pub is_commanded: bool,
    /// With Alt, which is ⌥.
    pub is_alternate: bool,
}

/// What is meant in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Send this, or save it.
    Send,
    /// Leave it as it was.
    Cancel,
    /// To the line above; where there is none, to the message before.
    Up,
}

/// Where a key is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// In a field, whatever stands around it.
    Field,
    /// In the log: on it, on a message or on something in one.
    Log,
    /// In a modal.
    Modal,
    /// In the field of the one that finds rooms.
    Finder,
    /// Anywhere else on the page.
    Page,
}

/// What somebody wants of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// To find a room.
    Find,
    /// To go to the room above (`true`) or below the open one in the list, or to the next of those in which something
    /// is unread.
    Walk {
        /// To the one above.
        is_up: bool,
        /// Only to one with something unread.
        is_unread: bool,
    },
    /// To choose the room above (`true`) or below the one that is chosen in the list of those that were found.
    Choose(bool),
    /// To go to another message.
    Step(Step),
    /// To leave the log for where one writes.
    Leave,
    /// To write, beginning with this key: it is not kept from the field that is given the focus.
    Type,
    /// To answer the message that has the focus.
    Reply,
    /// To change the message that has the focus.
    Edit,
    /// To mark it, and all behind it, as unread.
    MarkUnread,
    /// To mark all rooms as read.
    ReadAll,
    /// To see which keys there are.
    ListKeys,
}

/// To which message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The one above.
    Older,
    /// The one below.
    Newer,
    /// The first that is here.
    First,
    /// The last that is here.
    Last,
}

impl Press {
    /// Whether the input method takes it.
    pub fn is_taken(&self) -> bool {
        self.is_composing || self.code == TAKEN
    }

    /// What it means, if anything. Where somebody writes with their fingers Enter breaks the line
    /// (`enter_sends` is false), and a keyboard that is there as well sends with Ctrl or ⌘.
    pub fn meaning(&self, enter_sends: bool) -> Option<Meaning> {
        if self.is_taken() {
            return None;
        }
        match self.key.as_str() {
            "Enter" if !self.is_shifted && (enter_sends || self.is_commanded) => {
                Some(Meaning::Send)
            }
            "Escape" => Some(Meaning::Cancel),
            "ArrowUp" if !self.is_alternate => Some(Meaning::Up),
            _ => None,
        }
    }

    /// What is wanted of the page by this key there, if anything is. `has_single_keys`: a key by itself may be
    /// a command.
    pub fn command(&self, at: At, has_single_keys: bool) -> Option<Command> {
        let is_modified = self.is_commanded || self.is_alternate;
        if self.is_taken() {
            return self.begins_to_write(at, has_single_keys);
        }
        let key = self.key.as_str();
        let is_up = key == "ArrowUp";
        let is_arrow = is_up || key == "ArrowDown";
        match at {
            At::Modal => None,
            _ if self.is_commanded && !self.is_alternate && !self.is_shifted => {
                key.eq_ignore_ascii_case("k").then_some(Command::Find)
            }
            At::Finder => (is_arrow && !is_modified).then_some(Command::Choose(is_up)),
            _ if self.is_alternate && !self.is_commanded => is_arrow.then_some(Command::Walk {
                is_up,
                is_unread: self.is_shifted,
            }),
            _ if is_modified => None,
            At::Log | At::Page if key == "Escape" && self.is_shifted && has_single_keys => {
                Some(Command::ReadAll)
            }
            At::Log => self.in_log(has_single_keys),
            _ => self.begins_to_write(at, has_single_keys),
        }
    }

    fn in_log(&self, has_single_keys: bool) -> Option<Command> {
        Some(match self.key.as_str() {
            "Escape" => Command::Leave,
            "?" if has_single_keys => Command::ListKeys,
            _ if self.is_shifted => return self.begins_to_write(At::Log, has_single_keys),
            "ArrowUp" => Command::Step(Step::Older),
            "ArrowDown" => Command::Step(Step::Newer),
            "Home" => Command::Step(Step::First),
            "End" => Command::Step(Step::Last),
            "k" if has_single_keys => Command::Step(Step::Older),
            "j" if has_single_keys => Command::Step(Step::Newer),
            "r" if has_single_keys => Command::Reply,
            "e" if has_single_keys => Command::Edit,
            "u" if has_single_keys => Command::MarkUnread,
            _ => return self.begins_to_write(At::Log, has_single_keys),
        })
    }

    /// Letters and digits go where one writes, and so does whatever begins one: an accent, an input method. A space
    /// scrolls and presses buttons, and some browsers search at `/` and `'`.
    fn begins_to_write(&self, at: At, has_single_keys: bool) -> Option<Command> {
        let mut rest = self.key.chars();
        let is_letter = match (rest.next(), rest.next()) {
            (Some(c), None) => !c.is_ascii() || c.is_ascii_alphanumeric(),
            _ => self.is_taken() || self.key == "Dead",
        };
        let is_free = has_single_keys && matches!(at, At::Log | At::Page);
        (is_free && is_letter).then_some(Command::Type)
    }
}

#[cfg(test)]
mod tests;
