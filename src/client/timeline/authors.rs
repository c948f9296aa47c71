//! Who wrote what is held, as they are now.

use super::Timeline;
use parlour_protocol::{Message, Person, UserId};

impl Timeline {
    /// Who wrote as this person is this one now; whether something that is held says so for the first time.
    pub fn rename(&mut self, person: UserId, now: &Person) -> bool {
        let mut is_news = false;
        let is_another =
            |id: UserId, name: &str| id == person && (id != now.id || name != now.name);
        for held in &mut self.messages {
            let quote = held.quote.as_ref();
            let is_quoted = quote.is_some_and(|quote| is_another(quote.user_id, &quote.username));
            let is_author = is_another(held.user_id, &held.username);
            let is_mentioned = held
                .mentions
                .iter()
                .any(|named| is_another(named.id, &named.name));
            if !is_author && !is_quoted && !is_mentioned {
                continue;
            }
            let mut message = Message::clone(held);
            message.mention_as(person, now);
            if is_author {
                message.author = Some(now.clone());
                message.be_of_author();
            }
            if let Some(quote) = message.quote.as_mut().filter(|_| is_quoted) {
                quote.user_id = now.id;
                quote.username.clone_from(&now.name);
            }
            *held = message.into();
            is_news = true;
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
