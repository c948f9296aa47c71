//! The tree of a message that has markup: what stands in what, as pages draw it.
//!
//! *Invariant:* a tree that was [read](Document::fits) from a text is no deeper, larger or longer than these bounds,
//! and has no addresses but of `http`, `https` and `mailto`. As JSON it reads back as what it was.

use crate::json::{Field, Fields, FromJson, Json};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};

/// How deep quotes, lists, tables, code and what stands out in a text may stand in each other.
pub const DEPTH_MAX: usize = 8;
/// Elements and texts in a tree.
pub const NODES_MAX: usize = 4_000;
/// Bytes of a tree as JSON.
pub const BYTES_MAX: usize = 64 * 1024;

/// A message's blocks, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document(pub Vec<Node>);

/// A text, or an element with others in it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub enum Node {
    /// A run of text. A line ends where it has a `\n`.
    Text(String),
    /// Whatever else there is.
    Element(Element),
}

/// What stands out of a text, or holds blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// What it is.
    pub kind: Kind,
    /// What belongs to it besides its content; empty for kinds [without](Kind::attribute) and where there is nothing.
    pub value: String,
    /// What is in it, in order.
    pub children: Vec<Node>,
}

/// Declares the kinds of elements, each with its name on the wire. All names together are one text: a table of them would
/// weigh three times as much in a browser.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $kind:ident = $name:literal;)*) => {
        /// What an element is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $($(#[doc = $doc])* $kind,)*
        }

        impl Kind {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            const NAMES: &'static str = concat!($($name, " "),*);
        }
    };
}

kinds! {
    /// Text of its own lines.
    Paragraph = "p";
    /// What somebody else said: blocks.
    Quote = "blockquote";
    /// Items with bullets.
    Bullets = "ul";
    /// Items with numbers, of which the first is its value.
    Numbers = "ol";
    /// An item: blocks, or text.
    Item = "li";
    /// An item that is to be done, or is: its value is `open` or `done`.
    Task = "task";
    /// Lines of code as one [`Code`](Kind::Code), in the language that is its value.
    Lines = "pre";
    /// Code in a text.
    Code = "code";
    /// Rows in a head and a body.
    Table = "table";
    /// The row of a table that names its columns.
    Head = "thead";
    /// The rows of a table.
    Body = "tbody";
    /// A row of cells.
    Row = "tr";
    /// The name of a column; its value is where texts stand in it: `left`, `center` or `right`.
    Name = "th";
    /// A cell, with a value like a name's.
    Cell = "td";
    /// A line between what is above and below.
    Rule = "hr";
    /// Text that matters, in bold.
    Strong = "strong";
    /// Text that is stressed, in italics.
    Emphasis = "em";
    /// Text that holds no more.
    Deleted = "del";
    /// Text that is hidden until somebody wants to see it.
    Spoiler = "spoiler";
    /// Text that leads to its value, an address.
    Link = "a";
    /// An emoji, which is its value, in the place of the short name in it.
    Emoji = "emoji";
    /// A word of code; its value says what it is.
    Token = "token";
    /// Who is mentioned, as it was written: its value is a person's id, or `here` or `room` for everybody there.
    Mention = "mention";
    /// A room that is named, as it was written: its value is the room's id.
    RoomName = "room";
    /// What a newer version knows: all in it is shown.
    Other = "span";
}

impl Kind {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        Self::NAMES
            .split(' ')
            .nth(self as usize)
            .unwrap_or_default()
    }

    /// The name of the element that it is on a page.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Task => Self::Item.name(),
            Self::Spoiler => "label",
            Self::Token | Self::Emoji => Self::Other.name(),
            Self::Mention | Self::RoomName => Self::Link.name(),
            kind => kind.name(),
        }
    }

    /// The attribute that says its value on a page; empty for a kind that has none.
    pub fn attribute(self) -> &'static str {
        match self {
            Self::Numbers => "start",
            Self::Task => "data-task",
            Self::Lines => "data-lang",
            Self::Name | Self::Cell => "data-align",
            Self::Link => "href",
            Self::Token => "data-token",
            Self::Mention => "data-mention",
            Self::RoomName => "data-room",
            Self::Emoji => "data-emoji",
            _ => "",
        }
    }

    /// Whether it is a part of another one, which it takes no deeper.
    pub fn is_part(self) -> bool {
        matches!(
            self,
            Self::Item | Self::Task | Self::Head | Self::Body | Self::Row | Self::Name | Self::Cell
        )
    }

    /// Whether it stands in a line of text.
    pub fn is_inline(self) -> bool {
        matches!(
            self,
            Self::Code
                | Self::Strong
                | Self::Emphasis
                | Self::Deleted
                | Self::Spoiler
                | Self::Link
                | Self::Mention
                | Self::RoomName
                | Self::Emoji
        )
    }

    fn of(name: &str) -> Self {
        let at = Self::NAMES.split(' ').position(|known| known == name);
        let known = at.and_then(|at| Self::ALL.get(at));
        known.copied().unwrap_or(Self::Other)
    }
}

impl Document {
    /// Whether it is in the bounds for trees; counts no further than they go.
    pub fn fits(&self) -> bool {
        let mut nodes = NODES_MAX;
        are_few(&self.0, DEPTH_MAX, &mut nodes)
    }
}

fn are_few(nodes: &[Node], depth: usize, left: &mut usize) -> bool {
    nodes.iter().all(|node| {
        let Some(fewer) = left.checked_sub(1) else {
            return false;
        };
        *left = fewer;
        match node {
            Node::Text(_) => true,
            Node::Element(element) => {
                let deeper = depth.checked_sub(usize::from(!element.kind.is_part()));
                deeper.is_some_and(|depth| are_few(&element.children, depth, left))
            }
        }
    })
}

impl Element {
    /// One without a value.
    pub fn new(kind: Kind, children: Vec<Node>) -> Self {
        Self {
            kind,
            value: String::new(),
            children,
        }
    }
}

impl Node {
    /// All text in it.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Element(element) => element.children.iter().map(Self::text).collect(),
        }
    }
}

impl From<Element> for Node {
    fn from(element: Element) -> Self {
        Self::Element(element)
    }
}

/// A text is a string; an element is a list of its name, its value if its kind has one, and what is in it.
impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Element(element) => {
                let mut list = serializer.serialize_seq(None)?;
                list.serialize_element(element.kind.name())?;
                if !element.kind.attribute().is_empty() {
                    list.serialize_element(&element.value)?;
                }
                for child in &element.children {
                    list.serialize_element(child)?;
                }
                list.end()
            }
        }
    }
}

/// What serde reads.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    List(Vec<Written>),
}

impl From<Written> for Json {
    fn from(written: Written) -> Self {
        match written {
            Written::Text(text) => Self::Text(text),
            Written::List(items) => Self::List(items.into_iter().map(Self::from).collect()),
        }
    }
}

impl TryFrom<Written> for Node {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        Self::from_json(written.into()).ok_or("no node of a tree")
    }
}

impl FromJson for Node {
    fn from_json(json: Json) -> Option<Self> {
        let Json::List(items) = json else {
            return String::from_json(json).map(Self::Text);
        };
        let mut items = items.into_iter();
        let kind = Kind::of(&String::from_json(items.next()?)?);
        let value = match kind.attribute() {
            "" => String::new(),
            _ => String::from_json(items.next()?)?,
        };
        let mut children = Vec::new();
        for child in items {
            children.push(Self::from_json(child)?);
        }
        Some(Self::Element(Element {
            kind,
            value,
            children,
        }))
    }
}

impl FromJson for Document {
    fn from_json(json: Json) -> Option<Self> {
        Vec::from_json(json).map(Self)
    }
}

impl Field for Document {
    fn needed(fields: &mut Fields, name: &str) -> Self {
        fields.needed(name, Self::default())
    }

    fn optional(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.maybe(name)
    }
}
