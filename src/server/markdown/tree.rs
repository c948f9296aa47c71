//! The parser's events as a tree.
//!
//! *Invariant:* it gives up as soon as a tree is out of its bounds, or when a letter of the text is in none of the events.

use super::inline::{has_link, push_text, resolved, spread, text_of, unlinked};
use super::shield::{restored, shielded};
use super::{addresses, code};
use parlour_protocol::document::{DEPTH_MAX, NODES_MAX};
use parlour_protocol::{Element, Kind, Node};
use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// How often a text that was indented is read again, within one that was.
const AGAIN_MAX: usize = 4;

/// The blocks of a text; none where a letter would be lost, or there would be too much.
pub(super) fn blocks(text: &str, has_colours: bool) -> Option<Vec<Node>> {
    let mut tree = Tree {
        open: vec![Open::default()],
        nodes: 0,
        kept: 0,
        again: AGAIN_MAX,
        has_colours,
    };
    tree.read(&shielded(text)?)?;
    let is_whole = tree.kept == letters(text);
    let blocks = tree.open.pop()?.children;
    is_whole.then_some(blocks)
}

/// How many cells the line of a table has.
fn cells(row: &str) -> usize {
    let row = row.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let mut is_escaped = false;
    let mut ends = 0;
    let mut is_open = true;
    for c in row.chars() {
        is_open = true;
        if c == '|' && !is_escaped {
            ends += 1;
            is_open = false;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    ends + usize::from(is_open)
}

/// The number that an item is written with.
fn number(item: &str) -> Option<u64> {
    let item = item.trim_start();
    let end = item.find(|c: char| !c.is_ascii_digit())?;
    item.get(..end)?.parse().ok()
}

/// Whether an item has the number that it is shown with: the next one, or the first again, which many write for all.
fn goes_on((first, next): &mut (u64, u64), written: Option<u64>) -> bool {
    let expected = *next;
    *next += 1;
    written == Some(expected) || written == Some(*first)
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).count()
}

struct Tree {
    /// What was begun and has not ended, the outermost first: the document.
    open: Vec<Open>,
    /// Events that make a node.
    nodes: usize,
    /// Letters of the text that were met.
    kept: usize,
    /// How often what is indented may still be read again.
    again: usize,
    /// Whether words of code have colours.
    has_colours: bool,
}

#[derive(Default)]
struct Open {
    what: What,
    value: String,
    children: Vec<Node>,
    /// Where it begins in the text that is read.
    start: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum What {
    #[default]
    Document,
    Element(Kind),
    Heading,
    Struck,
    Image,
    /// Lines that stand so far from the margin that they would be code.
    Indented,
}

impl Tree {
    fn read(&mut self, text: &str) -> Option<()> {
        let options =
            Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
        let mut columns = Vec::new();
        // Of each list that is open, with numbers: the first and the next.
        let mut lists: Vec<Option<(u64, u64)>> = Vec::new();
        for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
            match event {
                Event::Start(tag) => {
                    match &tag {
                        Tag::Table(of) => columns = of.clone(),
                        // What has no column the parser leaves out.
                        Tag::TableRow if cells(text.get(range.clone())?) > columns.len() => {
                            return None;
                        }
                        Tag::List(first) => lists.push(first.map(|first| (first, first))),
                        Tag::Item => {
                            let numbers = lists.last_mut().and_then(Option::as_mut);
                            let written = number(text.get(range.clone())?);
                            if !numbers.is_none_or(|numbers| goes_on(numbers, written)) {
                                return None;
                            }
                        }
                        _ => {}
                    }
                    self.begin(tag, range.start, &columns)?;
                }
                Event::End(tag) => {
                    if matches!(tag, TagEnd::List(_)) {
                        lists.pop();
                    }
                    self.end(tag, text, range.end)?;
                }
                Event::Text(words) | Event::Html(words) | Event::InlineHtml(words) => {
                    self.text(&words)?;
                }
                Event::Code(code) => {
                    self.count()?;
                    let code = self.met(&code);
                    let code = Element::new(Kind::Code, vec![Node::Text(code)]);
                    self.top()?.children.push(code.into());
                }
                Event::SoftBreak | Event::HardBreak => push_text(&mut self.top()?.children, "\n"),
                Event::Rule => {
                    self.count()?;
                    let rule = Element::new(Kind::Rule, Vec::new());
                    self.top()?.children.push(rule.into());
                }
                Event::TaskListMarker(is_done) => self.task(is_done)?,
                Event::FootnoteReference(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {
                    return None;
                }
            }
        }
        Some(())
    }

    fn begin(&mut self, tag: Tag<'_>, start: usize, columns: &[Alignment]) -> Option<()> {
        let mut value = String::new();
        let kind = match tag {
            Tag::Paragraph => Kind::Paragraph,
            Tag::Heading { .. } => return self.open(What::Heading, value, start),
            Tag::BlockQuote(_) => Kind::Quote,
            Tag::CodeBlock(CodeBlockKind::Indented) => {
                return self.open(What::Indented, value, start);
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(about)) => {
                value = self.met(&about);
                Kind::Lines
            }
            Tag::List(None) => Kind::Bullets,
            Tag::List(Some(first)) => {
                value = first.to_string();
                Kind::Numbers
            }
            Tag::Item => Kind::Item,
            Tag::Table(_) => Kind::Table,
            Tag::TableHead => {
                self.open(What::Element(Kind::Head), value, start)?;
                return self.open(What::Element(Kind::Row), String::new(), start);
            }
            Tag::TableRow => {
                if self.top()?.what == What::Element(Kind::Table) {
                    self.open(What::Element(Kind::Body), String::new(), start)?;
                }
                Kind::Row
            }
            Tag::TableCell => {
                let column = columns.get(self.top()?.children.len());
                value = match column {
                    Some(Alignment::Left) => "left",
                    Some(Alignment::Center) => "center",
                    Some(Alignment::Right) => "right",
                    _ => "",
                }
                .to_owned();
                let rows = self
                    .open
                    .len()
                    .checked_sub(2)
                    .map(|row| self.open[row].what);
                match rows {
                    Some(What::Element(Kind::Head)) => Kind::Name,
                    _ => Kind::Cell,
                }
            }
            Tag::Emphasis => Kind::Emphasis,
            Tag::Strong => Kind::Strong,
            Tag::Strikethrough => return self.open(What::Struck, value, start),
            Tag::Link {
                dest_url, title, ..
            } => {
                return self.link(What::Element(Kind::Link), &dest_url, &title, start);
            }
            Tag::Image {
                dest_url, title, ..
            } => {
                return self.link(What::Image, &dest_url, &title, start);
            }
            _ => return None,
        };
        self.open(What::Element(kind), value, start)
    }

    /// Its value is the address, and on a line of its own what would be said of it.
    fn link(&mut self, what: What, address: &str, title: &str, start: usize) -> Option<()> {
        self.kept += letters(address) + letters(title);
        let title = match title {
            "" => String::new(),
            title => format!("\n{title}"),
        };
        self.open(what, format!("{address}{title}"), start)
    }

    fn open(&mut self, what: What, value: String, start: usize) -> Option<()> {
        self.count()?;
        // Parts of others go no deeper, which the tree's own bounds know; these keep a reader's memory in theirs.
        if self.open.len() > 4 * DEPTH_MAX {
            return None;
        }
        self.open.push(Open {
            what,
            value,
            children: Vec::new(),
            start,
        });
        Some(())
    }

    fn end(&mut self, tag: TagEnd, text: &str, end: usize) -> Option<()> {
        // The row of a head is none of the parser's, nor is the body of a table.
        let is_open = |tree: &Self, kind| tree.open.last().is_some_and(|open| open.what == kind);
        let inner = match tag {
            TagEnd::TableHead => Kind::Row,
            TagEnd::Table => Kind::Body,
            _ => return self.close(text, end),
        };
        if is_open(self, What::Element(inner)) {
            self.close(text, end)?;
        }
        self.close(text, end)
    }

    fn close(&mut self, text: &str, end: usize) -> Option<()> {
        let open = self.open.pop()?;
        let source = text.get(open.start..end).unwrap_or_default();
        match open.what {
            What::Document => None,
            What::Element(Kind::Link) => self.link_ends("[", open),
            What::Element(Kind::Lines) => self.lines_end(open),
            What::Element(kind) => self.put(kind, open.value, open.children),
            What::Image => self.link_ends("![", open),
            What::Heading => self.heading_ends(open.children, source),
            What::Struck if source.starts_with("~~") => {
                self.put(Kind::Deleted, String::new(), open.children)
            }
            // One alone is what people write before a number.
            What::Struck => self.without("~", open.children, "~"),
            What::Indented => self.again(&open.children),
        }
    }

    fn put(&mut self, kind: Kind, value: String, children: Vec<Node>) -> Option<()> {
        let element = Element {
            kind,
            value,
            children: resolved(children),
        };
        self.top()?.children.push(element.into());
        Some(())
    }

    /// Puts the nodes where they would be without what was around them, which is text.
    fn without(&mut self, before: &str, nodes: Vec<Node>, behind: &str) -> Option<()> {
        let to = &mut self.top()?.children;
        push_text(to, before);
        spread(to, nodes);
        push_text(to, behind);
        Some(())
    }

    /// A line in bold. What was underlined with dashes has a line below it, as it looked.
    fn heading_ends(&mut self, children: Vec<Node>, source: &str) -> Option<()> {
        let strong = Element::new(Kind::Strong, resolved(children));
        let is_marked = source.trim_start().starts_with('#');
        if is_marked {
            let line = match strong.children.is_empty() {
                true => Node::Text(source.trim().to_owned()),
                false => strong.into(),
            };
            return self.put(Kind::Paragraph, String::new(), vec![line]);
        }
        let below = source.trim_end().rsplit('\n').next().unwrap_or_default();
        let below = below.trim_matches([' ', '\t', '>']);
        let mut line = strong.children;
        let is_rule = below.starts_with("---");
        if !is_rule {
            push_text(&mut line, "\n");
            push_text(&mut line, below);
        }
        self.put(Kind::Paragraph, String::new(), line)?;
        match is_rule {
            true => self.put(Kind::Rule, String::new(), Vec::new()),
            false => Some(()),
        }
    }

    /// A link, where it leads somewhere it may, its text does not say that it leads elsewhere, and no other one is in it.
    fn link_ends(&mut self, before: &str, open: Open) -> Option<()> {
        let (address, title) = match open.value.split_once('\n') {
            Some((address, title)) => (address, format!(" \"{title}\"")),
            None => (&*open.value, String::new()),
        };
        let said = text_of(&open.children);
        let leads = addresses::destination(&restored(address));
        let is_whole =
            |href: &String| !addresses::names_another(&said, href) && !has_link(&open.children);
        let leads = leads.filter(is_whole);
        let Some(href) = leads else {
            return self.without(before, open.children, &format!("]({address}{title})"));
        };
        let mut children = unlinked(open.children);
        if !addresses::is_seen(&said) {
            children = vec![Node::Text(restored(address))];
        }
        let link = Element {
            kind: Kind::Link,
            value: href,
            children,
        };
        let to = &mut self.top()?.children;
        to.push(link.into());
        push_text(to, &title);
        Some(())
    }

    /// Code. What stands behind the fence and is no language is its first line.
    fn lines_end(&mut self, open: Open) -> Option<()> {
        let mut code = text_of(&open.children);
        if code.ends_with('\n') {
            code.pop();
        }
        let about = open.value;
        let (value, code) = match code::is_known(&about) || about.is_empty() {
            true => (about, code),
            false => (String::new(), format!("{about}\n{code}")),
        };
        let language = if self.has_colours { &*value } else { "" };
        let code = code::coloured(&code, language);
        let lines = Element {
            kind: Kind::Lines,
            value,
            children: vec![Element::new(Kind::Code, code).into()],
        };
        self.top()?.children.push(lines.into());
        Some(())
    }

    /// Reads what was indented as if it were not.
    fn again(&mut self, lines: &[Node]) -> Option<()> {
        let lines = lines.iter().map(|node| match node {
            Node::Text(text) => text.as_str(),
            Node::Element(_) => "",
        });
        let lines: String = lines.collect();
        let lines: Vec<_> = lines.lines().map(str::trim_start).collect();
        self.again = self.again.checked_sub(1)?;
        self.read(&lines.join("\n"))?;
        self.again += 1;
        Some(())
    }

    /// The item that is a task by what it begins with.
    fn task(&mut self, is_done: bool) -> Option<()> {
        let is_item = |open: &&mut Open| open.what == What::Element(Kind::Item);
        let item = self.open.iter_mut().rev().find(is_item)?;
        item.what = What::Element(Kind::Task);
        item.value = if is_done { "done" } else { "open" }.to_owned();
        // Of `[x]`.
        self.kept += usize::from(is_done);
        Some(())
    }

    fn text(&mut self, words: &str) -> Option<()> {
        // What is indented is read again.
        if self.top()?.what != What::Indented {
            self.kept += letters(words);
        }
        push_text(&mut self.top()?.children, words);
        Some(())
    }

    /// What was written where nothing is markup.
    fn met(&mut self, text: &str) -> String {
        self.kept += letters(text);
        restored(text)
    }

    fn count(&mut self) -> Option<()> {
        self.nodes += 1;
        (self.nodes <= NODES_MAX).then_some(())
    }

    fn top(&mut self) -> Option<&mut Open> {
        self.open.last_mut()
    }
}
