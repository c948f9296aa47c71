//! Who wrote what is held, as they are now.

use super::Timeline;
use parlour_protocol::{Message, Person, UserId};

impl Timeline {
    /// Who wrote as this person is this one now; whether something that is held says so for the first time.
    pub fn rename(&mut self, person: UserId, now: &Person) -> bool {
        let mut is_news = false;
        for held in &mut self.messages {
            if held.user_id == person && (person != now.id || held.username != now.name) {
                let mut message = Message::clone(held);
                message.author = Some(now.clone());
                message.be_of_author();
                *held = message.into();
                is_news = true;
            }
        }
        is_news
    }

    /// Who wrote what is shown, and what they are called.
    pub fn authors(&self) -> impl Iterator<Item = (UserId, &str)> {
        self.messages
            .iter()
            .map(|message| (message.user_id, message.username.as_str()))
    }
}
