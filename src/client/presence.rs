//! Who is here and who is typing, as told by frames; and when to say that one types oneself.
//!
//! *Invariant:* a list from the server replaces the one before, nothing is counted here.

#[cfg(test)]
mod tests;

use super::namesakes::Namesakes;
use parlour_protocol::{Person, Roster, UserId};

/// While somebody types it is said this often; the server forgets it after 5 s.
const SAY_AGAIN_MS: f64 = 3_000.0;
/// Who has not touched a key for this long does not type any more.
const IDLE_MS: f64 = 4_000.0;

/// Who is in the room.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Presence {
    /// Who is here.
    pub roster: Roster,
    typing: Vec<Person>,
}

impl Presence {
    /// Of a page.
    pub fn new(roster: Roster) -> Self {
        Self {
            roster,
            typing: Vec::new(),
        }
    }

    /// Who has to be told from somebody else, of those who are here or type or are among these.
    pub fn namesakes<'a>(&self, others: impl Iterator<Item = (UserId, &'a str)>) -> Namesakes {
        let here = self.roster.people.iter().chain(&self.typing);
        let mut people: Vec<(UserId, &str)> = here.map(|p| (p.id, p.name.as_str())).collect();
        others.for_each(|other| people.push(other));
        Namesakes::among(people.into_iter())
    }

    /// Takes a `users_list` frame.
    pub fn set_roster(&mut self, roster: Roster) {
        self.roster = roster;
    }

    /// Somebody is called otherwise; whether they are here or type under another name. They keep their place until the
    /// next `users_list`.
    pub fn rename(&mut self, who: UserId, name: &str) -> bool {
        let people = self.roster.people.iter_mut().chain(&mut self.typing);
        let named = people.filter(|person| person.id == who && person.name != name);
        let renamed = named.map(|person| name.clone_into(&mut person.name));
        renamed.count() > 0
    }

    /// Takes a `typing` frame.
    pub fn set_typing(&mut self, people: Vec<Person>) {
        self.typing = people;
    }

    /// Nobody will say when somebody stops: nobody types.
    pub fn connection_lost(&mut self) {
        self.typing.clear();
    }

    /// Whose names the typing line says, in their order.
    pub fn named_typists(&self, me: Option<UserId>) -> [Option<Person>; 2] {
        let mut others = self.typing.iter().filter(|person| me != Some(person.id));
        let named = [others.next().cloned(), others.next().cloned()];
        match others.next() {
            Some(_) => [None, None],
            None => named,
        }
    }

    /// "Alice and Bob are typing…", without who is looking, in four pieces: a name, words, another
    /// name, words. What is not needed is empty, all of it when nobody types. Where two share a name the
    /// words begin with the number that tells them apart.
    pub fn typing_line(&self, me: Option<UserId>, namesakes: &Namesakes) -> [String; 4] {
        let mut others = self.typing.iter().filter(|person| me != Some(person.id));
        let (first, second, more) = (others.next(), others.next(), others.count());
        let none = String::new;
        let then = |person: &Person, words: &str| match namesakes.number(person.id) {
            Some(number) => format!(" {number}{words}"),
            None => words.to_owned(),
        };
        match (first, second, more) {
            (None, ..) => [none(), none(), none(), none()],
            (Some(one), None, _) => [one.name.clone(), then(one, " is typing…"), none(), none()],
            (Some(one), Some(other), 0) => [
                one.name.clone(),
                then(one, " and "),
                other.name.clone(),
                then(other, " are typing…"),
            ],
            (Some(_), Some(_), more) => {
                let mut words = (more + 2).to_string();
                words.push_str(" people are typing…");
                [none(), words, none(), none()]
            }
        }
    }
}

/// The throttle of `typing`: sends true at most every 3 s while keys are pressed; false once when the
/// composer was emptied or left alone for 4 s.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TypingSignal {
    is_typing: bool,
    said_at: Option<f64>,
    key_at: f64,
}

impl TypingSignal {
    /// Nobody types yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The composer's text changed. `Some`: send that.
    pub fn on_input(&mut self, now_ms: f64, is_empty: bool) -> Option<bool> {
        if is_empty {
            return self.stop();
        }
        self.key_at = now_ms;
        // A clock that was set back must not silence it.
        let is_fresh = self
            .said_at
            .is_some_and(|said| (said..said + SAY_AGAIN_MS).contains(&now_ms));
        if is_fresh {
            return None;
        }
        self.is_typing = true;
        self.said_at = Some(now_ms);
        Some(true)
    }

    /// The message was sent, which tells everybody that it is not being typed any more. The next
    /// key is said at once.
    pub fn on_sent(&mut self) {
        self.on_left();
    }

    /// What comes next is typed elsewhere, where nobody knows of it: in another room, on another
    /// connection. `Some`: send that to where one was.
    pub fn on_left(&mut self) -> Option<bool> {
        self.said_at = None;
        self.stop()
    }

    /// Called now and then while somebody may be typing.
    pub fn on_idle(&mut self, now_ms: f64) -> Option<bool> {
        if now_ms - self.key_at < IDLE_MS {
            return None;
        }
        self.stop()
    }

    fn stop(&mut self) -> Option<bool> {
        std::mem::take(&mut self.is_typing).then_some(false)
    }
}
