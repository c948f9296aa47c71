//! The accents that a house can have.

use serde::{Deserialize, Serialize};

/// The colour of what can be pressed and of one's own, in a house.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Accent {
    /// The bottle green of a parlour's walls.
    #[default]
    Green,
    /// A blue of ink.
    Blue,
    /// A dark red with blue in it.
    Plum,
    /// A brown yellow.
    Ochre,
    /// Hardly a colour.
    Slate,
}

impl Accent {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Green,
        Self::Blue,
        Self::Plum,
        Self::Ochre,
        Self::Slate,
    ];

    /// What it is called in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Plum => "plum",
            Self::Ochre => "ochre",
            Self::Slate => "slate",
        }
    }
}
