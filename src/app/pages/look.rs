//! How pages look in this house and in this browser, where that is not as usual: an accent, light or dark, and how close
//! the lines stand. It is a sheet of a few lines behind the style of all, which costs those nothing who have none.
//!
//! *Invariant:* every accent can be read on every surface, in light and in dark (`src/tests/contrast.rs`).

use parlour_server::config::Accent;
use std::fmt::Write;

/// What stands before the name of a look in its sheet's address. It is beside the build's files, so that a browser that
/// keeps pages keeps it with them.
const PATH: &str = "/pkg/look/";

/// Whether pages are light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the device is.
    #[default]
    System,
    /// Light at all times.
    Light,
    /// Dark at all times.
    Dark,
}

/// How close the lines stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    /// With air between them.
    #[default]
    Roomy,
    /// With little, so that there are more of them.
    Compact,
}

/// How pages look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Whether it is light or dark.
    pub theme: Theme,
    /// How close its lines stand.
    pub density: Density,
    /// The accent of the house.
    pub accent: Accent,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// What it is called where it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Density {
    /// Both of the two.
    pub const ALL: [Self; 2] = [Self::Roomy, Self::Compact];

    /// What it is called where it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Roomy => "roomy",
            Self::Compact => "compact",
        }
    }
}

/// The tokens of an accent, each with its colour in light and in dark.
pub type Tokens = [(&'static str, &'static str, &'static str); 4];

/// What an accent other than the usual one changes.
pub fn tokens(accent: Accent) -> Option<Tokens> {
    let [strong, plain, on, own] = match accent {
        Accent::Green => return None,
        Accent::Blue => [
            ("#203c5f", "#aed1fe"),
            ("#2d507d", "#92bdf4"),
            ("#fdfaf3", "#15202e"),
            ("#89a3c5", "#526d8f"),
        ],
        Accent::Plum => [
            ("#4f2d4c", "#ebbde6"),
            ("#693d65", "#dca5d6"),
            ("#fdfaf3", "#281a26"),
            ("#b694b2", "#805e7c"),
        ],
        Accent::Ochre => [
            ("#503506", "#ecc897"),
            ("#6a470b", "#dcb276"),
            ("#fdfaf3", "#281d0d"),
            ("#b69c79", "#806641"),
        ],
        Accent::Slate => [
            ("#353c43", "#c6cfd9"),
            ("#485059", "#b1bbc6"),
            ("#fdfaf3", "#1c2023"),
            ("#9ba2a9", "#656c73"),
        ],
    };
    Some([
        ("accent", plain.0, plain.1),
        ("accent-strong", strong.0, strong.1),
        ("on-accent", on.0, on.1),
        ("own-line", own.0, own.1),
    ])
}

impl Look {
    /// The look of this name: of a browser in a house, `dark-compact-plum`, or of the browser alone, `dark-compact`.
    pub fn called(name: &str) -> Option<Self> {
        let mut parts = name.split('-');
        let theme = parts.next()?;
        let theme = Theme::ALL.into_iter().find(|known| known.name() == theme)?;
        let density = parts.next()?;
        let density = (Density::ALL.into_iter()).find(|known| known.name() == density)?;
        let accent = match parts.next() {
            None => Accent::default(),
            Some(accent) => (Accent::ALL.into_iter()).find(|known| known.name() == accent)?,
        };
        let look = Self {
            theme,
            density,
            accent,
        };
        parts.next().is_none().then_some(look)
    }

    /// What of it is the browser's own, by name.
    pub fn own_name(self) -> String {
        format!("{}-{}", self.theme.name(), self.density.name())
    }

    /// The address of its sheet; `None` for the usual one, which has none.
    pub fn path(self) -> Option<String> {
        let is_usual = self == Self::default();
        let path = || format!("{PATH}{}-{}.css", self.own_name(), self.accent.name());
        (!is_usual).then(path)
    }

    /// Its sheet. What stands in no layer wins over all that does.
    pub fn css(self) -> String {
        let mut css = String::from(":root{");
        match self.theme {
            Theme::System => {}
            Theme::Light | Theme::Dark => {
                let _ = write!(css, "color-scheme:{};", self.theme.name());
            }
        }
        for (token, light, dark) in tokens(self.accent).into_iter().flatten() {
            let _ = write!(css, "--{token}:light-dark({light},{dark});");
        }
        css.push('}');
        if self.density == Density::Compact {
            css.push_str(COMPACT);
        }
        css
    }
}

/// Where a finger points things stay as large as it is.
const COMPACT: &str = "@media(pointer:fine){:root{--tap:1.875rem;--text-m:.875rem;--gutter:1rem;--measure:35.5rem}}\
    .message[data-opens]{margin-block-start:.375rem;padding-block-start:0}.day{padding-block-start:.75rem}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_read_back_by_its_name_and_the_usual_one_has_no_sheet() {
        assert_eq!(Look::default().path(), None);
        let dark = Look {
            theme: Theme::Dark,
            density: Density::Compact,
            accent: Accent::Plum,
        };
        let path = dark.path().unwrap();
        assert_eq!(path, "/pkg/look/dark-compact-plum.css");
        let name = path.strip_prefix(PATH).unwrap().strip_suffix(".css");
        assert_eq!(Look::called(name.unwrap()), Some(dark));
        let own = Look {
            accent: Accent::Green,
            ..dark
        };
        assert_eq!(Look::called(&dark.own_name()), Some(own));
        for nothing in [
            "",
            "dark",
            "dark-",
            "dark-compact-red",
            "dark-compact-plum-x",
            "<-x",
        ] {
            assert_eq!(Look::called(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_sheet_has_what_is_not_as_usual_and_no_more() {
        let light = Look {
            theme: Theme::Light,
            ..Look::default()
        };
        assert_eq!(light.css(), ":root{color-scheme:light;}");
        let blue = Look {
            accent: Accent::Blue,
            ..Look::default()
        };
        assert!(
            blue.css()
                .starts_with(":root{--accent:light-dark(#2d507d,#92bdf4);")
        );
    }
}
