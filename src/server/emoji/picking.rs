//! What emoji are chosen from: the groups they are in, what a search finds, the skin tone of hands and people, and what
//! a browser took last.
//!
//! *Invariant:* what a cookie says is read as what was written here, or as nothing.

use emojis::{Emoji, SkinTone};

/// What most react with, while it is not known what somebody does.
pub const USUAL: [&str; 6] = ["👍", "❤️", "😂", "🎉", "😮", "👀"];

/// How many of those that were taken last are kept.
const RECENT_MAX: usize = 24;
/// How many a search finds at most.
const FOUND_MAX: usize = 60;
/// Later editions are drawn by too few devices yet.
const EDITION_MAX: u32 = 16;

/// An emoji that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The emoji itself.
    pub text: &'static str,
    /// What it is called in words: `party popper`.
    pub name: &'static str,
    /// What it is called between colons: `tada`. Some have none.
    pub short_name: Option<&'static str>,
}

impl Choice {
    fn of(emoji: &'static Emoji, tone: Tone) -> Self {
        // Where there is none of this tone it is as it is.
        let toned = emoji.with_skin_tone(tone.skin()).unwrap_or(emoji);
        Self {
            text: toned.as_str(),
            name: emoji.name(),
            short_name: emoji.shortcode(),
        }
    }
}

/// What emoji are about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Group {
    /// Faces and hearts.
    #[default]
    Smileys,
    /// Hands, bodies, and who does what.
    People,
    /// Animals and plants.
    Nature,
    /// What is eaten and drunk.
    Food,
    /// Games, sports and arts.
    Activities,
    /// Places, ways to get there, and the sky above.
    Travel,
    /// Things that people use.
    Objects,
    /// Signs of all kinds.
    Symbols,
    /// Flags of countries and others.
    Flags,
}

impl Group {
    /// All of them, as they are offered.
    pub const ALL: [Self; 9] = [
        Self::Smileys,
        Self::People,
        Self::Nature,
        Self::Food,
        Self::Activities,
        Self::Travel,
        Self::Objects,
        Self::Symbols,
        Self::Flags,
    ];

    /// What it is called in an address.
    pub fn key(self) -> &'static str {
        match self {
            Self::Smileys => "smileys",
            Self::People => "people",
            Self::Nature => "nature",
            Self::Food => "food",
            Self::Activities => "activities",
            Self::Travel => "travel",
            Self::Objects => "objects",
            Self::Symbols => "symbols",
            Self::Flags => "flags",
        }
    }

    /// What people read.
    pub fn called(self) -> &'static str {
        match self {
            Self::Smileys => "Smileys",
            Self::People => "People",
            Self::Nature => "Nature",
            Self::Food => "Food",
            Self::Activities => "Activities",
            Self::Travel => "Travel",
            Self::Objects => "Objects",
            Self::Symbols => "Symbols",
            Self::Flags => "Flags",
        }
    }

    /// The group with this key.
    pub fn with_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.key() == key)
    }

    fn group(self) -> emojis::Group {
        match self {
            Self::Smileys => emojis::Group::SmileysAndEmotion,
            Self::People => emojis::Group::PeopleAndBody,
            Self::Nature => emojis::Group::AnimalsAndNature,
            Self::Food => emojis::Group::FoodAndDrink,
            Self::Activities => emojis::Group::Activities,
            Self::Travel => emojis::Group::TravelAndPlaces,
            Self::Objects => emojis::Group::Objects,
            Self::Symbols => emojis::Group::Symbols,
            Self::Flags => emojis::Group::Flags,
        }
    }
}

/// The skin tone of hands and people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// The one of nobody.
    #[default]
    None,
    /// The lightest one.
    Light,
    /// Between the lightest and the middle.
    MediumLight,
    /// The one in the middle.
    Medium,
    /// Between the middle and the darkest.
    MediumDark,
    /// The darkest one.
    Dark,
}

impl Tone {
    /// All of them, from none over light to dark.
    pub const ALL: [Self; 6] = [
        Self::None,
        Self::Light,
        Self::MediumLight,
        Self::Medium,
        Self::MediumDark,
        Self::Dark,
    ];

    /// Its digit in an address, and in what a browser keeps.
    pub fn digit(self) -> u8 {
        self as u8
    }

    /// The tone with this digit.
    pub fn with_digit(digit: u8) -> Option<Self> {
        Self::ALL.get(usize::from(digit)).copied()
    }

    /// What people read.
    pub fn called(self) -> &'static str {
        match self {
            Self::None => "No skin tone",
            Self::Light => "Light",
            Self::MediumLight => "Medium-light",
            Self::Medium => "Medium",
            Self::MediumDark => "Medium-dark",
            Self::Dark => "Dark",
        }
    }

    fn skin(self) -> SkinTone {
        match self {
            Self::None => SkinTone::Default,
            Self::Light => SkinTone::Light,
            Self::MediumLight => SkinTone::MediumLight,
            Self::Medium => SkinTone::Medium,
            Self::MediumDark => SkinTone::MediumDark,
            Self::Dark => SkinTone::Dark,
        }
    }
}

fn all() -> impl Iterator<Item = &'static Emoji> {
    emojis::iter().filter(|emoji| emoji.emoji_version().major() <= EDITION_MAX)
}

/// The emoji of a group, in their usual order.
pub fn of_group(group: Group, tone: Tone) -> Vec<Choice> {
    let group = group.group();
    let of_group = all().filter(|emoji| emoji.group() == group);
    of_group.map(|emoji| Choice::of(emoji, tone)).collect()
}

/// What is called so: by its short name, then those whose short name, or a word of whose name, begins so, then those with
/// it anywhere within.
pub fn search(wanted: &str, tone: Tone) -> Vec<Choice> {
    let wanted = wanted.trim().trim_matches(':').to_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    if let Some(itself) = emojis::get(&wanted) {
        return vec![Choice::of(itself, tone)];
    }
    let mut found: Vec<(u8, &'static Emoji)> = all()
        .filter_map(|emoji| Some((rank(emoji, &wanted)?, emoji)))
        .collect();
    // What stands side by side in a group stays so.
    found.sort_by_key(|(rank, _)| *rank);
    found.truncate(FOUND_MAX);
    let found = found.into_iter();
    found.map(|(_, emoji)| Choice::of(emoji, tone)).collect()
}

/// How near an emoji is to what is wanted: 0 is the nearest.
fn rank(emoji: &Emoji, wanted: &str) -> Option<u8> {
    let short = wanted.replace(' ', "_");
    let mut best = None;
    let mut take = |rank: u8| best = Some(best.map_or(rank, |known: u8| known.min(rank)));
    for name in emoji.shortcodes() {
        if name == short {
            take(0);
        } else if name.starts_with(&short) {
            take(1);
        } else if name.contains(&short) {
            take(3);
        }
    }
    let name = emoji.name().to_lowercase();
    if let Some(at) = name.find(wanted) {
        let begins_word = at == 0 || !name.as_bytes()[at - 1].is_ascii_alphanumeric();
        take(if begins_word { 2 } else { 3 });
    }
    best
}

/// What a browser keeps of what was chosen in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    tone: Tone,
    /// As those of no tone, the last one first.
    recent: Vec<&'static Emoji>,
}

impl Kept {
    /// What [`Kept::text`] wrote; of all else what of it can be read.
    pub fn read(text: &str) -> Self {
        let mut parts = text.split('.');
        let tone = parts.next().and_then(|digit| digit.parse().ok());
        let mut recent = Vec::new();
        for part in parts.take(RECENT_MAX) {
            if let Some(emoji) = unwritten(part)
                && !recent.contains(&emoji)
            {
                recent.push(emoji);
            }
        }
        Self {
            tone: tone.and_then(Tone::with_digit).unwrap_or_default(),
            recent,
        }
    }

    /// The tone's digit and the code points of each, in ASCII: `3.1f44d.2764-fe0f`.
    pub fn text(&self) -> String {
        let mut text = self.tone.digit().to_string();
        for emoji in &self.recent {
            let points = emoji.as_str().chars();
            let points: Vec<String> = points.map(|c| format!("{:x}", u32::from(c))).collect();
            text.push('.');
            text.push_str(&points.join("-"));
        }
        text
    }

    /// This emoji was taken; what it is of skin is what is wanted from now on.
    pub fn take(&mut self, emoji: &str) {
        let Some(emoji) = super::known(emoji) else {
            return;
        };
        let base = emoji.skin_tones().and_then(|mut tones| tones.next());
        if let Some(tone) = emoji.skin_tone() {
            let known = Tone::ALL.into_iter().find(|known| known.skin() == tone);
            self.tone = known.unwrap_or(self.tone);
        }
        let base = base.unwrap_or(emoji);
        self.recent.retain(|other| *other != base);
        self.recent.insert(0, base);
        self.recent.truncate(RECENT_MAX);
    }

    /// The tone that was taken last.
    pub fn tone(&self) -> Tone {
        self.tone
    }

    /// Those that were taken last.
    pub fn recent(&self, tone: Tone) -> Vec<Choice> {
        let recent = self.recent.iter();
        recent.map(|emoji| Choice::of(emoji, tone)).collect()
    }

    /// The six that are offered first: what was taken last, and for the rest what is usual.
    pub fn quick(&self, tone: Tone) -> Vec<Choice> {
        let mut quick: Vec<&'static Emoji> =
            self.recent.iter().copied().take(USUAL.len()).collect();
        for usual in USUAL.iter().filter_map(|usual| emojis::get(usual)) {
            if quick.len() < USUAL.len() && !quick.contains(&usual) {
                quick.push(usual);
            }
        }
        let quick = quick.into_iter();
        quick.map(|emoji| Choice::of(emoji, tone)).collect()
    }
}

fn unwritten(text: &str) -> Option<&'static Emoji> {
    let points = text.split('-').map(|point| {
        let point = u32::from_str_radix(point, 16).ok()?;
        char::from_u32(point)
    });
    emojis::get(&points.collect::<Option<String>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(choices: &[Choice]) -> Vec<&'static str> {
        choices.iter().map(|choice| choice.text).collect()
    }

    #[test]
    fn each_group_has_its_own_and_no_other_has_it() {
        let mut seen = Vec::new();
        for group in Group::ALL {
            assert_eq!(Group::with_key(group.key()), Some(group));
            let of_group = of_group(group, Tone::None);
            assert!(of_group.len() > 50, "{group:?}: {}", of_group.len());
            seen.extend(texts(&of_group));
        }
        let all = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), all);
        assert!(USUAL.iter().all(|usual| seen.contains(usual)));
    }

    #[test]
    fn what_is_called_so_comes_before_what_begins_so_and_that_before_what_has_it_within() {
        let found = search("heart", Tone::None);
        assert_eq!(found[0].text, "❤️");
        let at = |emoji: &str| texts(&found).iter().position(|text| *text == emoji);
        // `heart_eyes` begins so, `gift_heart` has it within.
        assert!(at("😍") < at("💝"), "{:?}", texts(&found));
        assert!(found.len() <= FOUND_MAX);
        assert_eq!(texts(&search(":tada:", Tone::None)), ["🎉"]);
        assert_eq!(search("Party Pop", Tone::None)[0].text, "🎉");
        assert_eq!(texts(&search("🎉", Tone::None)), ["🎉"]);
        for nothing in ["", " ", "::", "no such thing", "\u{0}"] {
            assert_eq!(search(nothing, Tone::None), [], "{nothing:?}");
        }
    }

    #[test]
    fn hands_have_the_tone_and_what_is_no_skin_has_none() {
        assert_eq!(search("+1", Tone::Medium)[0].text, "👍🏽");
        assert_eq!(search("tada", Tone::Medium)[0].text, "🎉");
    }

    #[test]
    fn what_was_taken_last_stands_first_and_is_kept_as_text() {
        let mut kept = Kept::default();
        assert_eq!(texts(&kept.quick(Tone::None)), USUAL);
        for emoji in ["🎉", "👍🏽", "tada", "no emoji"] {
            kept.take(emoji);
        }
        assert_eq!(kept.tone(), Tone::Medium);
        assert_eq!(texts(&kept.recent(Tone::None)), ["🎉", "👍"]);
        assert_eq!(
            texts(&kept.quick(kept.tone())),
            ["🎉", "👍🏽", "❤️", "😂", "😮", "👀"]
        );
        assert_eq!(kept.text(), "3.1f389.1f44d");
        assert_eq!(Kept::read(&kept.text()), kept);
        kept.take("👍");
        assert_eq!(kept.tone(), Tone::None);
    }

    #[test]
    fn a_cookie_of_somebody_s_own_making_is_nothing_and_many_are_few() {
        for text in ["", "x", "9.zz", "3.1f44d-", "3..", "3.110000", "-1"] {
            assert_eq!(Kept::read(text).recent(Tone::None), [], "{text}");
        }
        let mut kept = Kept::default();
        for choice in of_group(Group::Flags, Tone::None) {
            kept.take(choice.text);
        }
        assert_eq!(kept.recent.len(), RECENT_MAX);
        assert!(kept.text().len() <= 1024, "{}", kept.text().len());
        let twice = Kept::read(&format!("0{}", ".1f44d".repeat(500)));
        assert_eq!(twice.recent.len(), 1);
    }
}
