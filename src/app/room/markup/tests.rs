//! What a browser reads out of the page is what the island draws: the same walk, over random trees.

use super::*;
use parlour_protocol::{Element, Reaction, UserId, samples};
use scraper::{ElementRef, Html as Read, Selector};

/// The walk as a browser's nodes would be, indented: `<tag name=value>`, and texts that stand beside each other as one.
#[derive(Default)]
struct Nodes {
    lines: Vec<String>,
    depth: usize,
    text: String,
}

impl Nodes {
    fn flush(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.lines
                .push(format!("{}{text:?}", "  ".repeat(self.depth)));
        }
    }

    fn line(&mut self, line: &str) {
        self.flush();
        self.lines
            .push(format!("{}{line}", "  ".repeat(self.depth)));
    }

    fn read(&mut self, element: ElementRef<'_>) {
        self.line(element.value().name());
        self.depth += 1;
        for (name, value) in element.value().attrs() {
            self.line(&format!("@{name}={value:?}"));
        }
        for child in element.children() {
            if let Some(text) = child.value().as_text() {
                self.text(text.to_string());
            } else if let Some(element) = ElementRef::wrap(child) {
                self.read(element);
            } else {
                panic!("neither an element nor a text: {:?}", child.value());
            }
        }
        self.close("");
    }

    /// The lines, with the attributes of each element in the order of their names.
    fn end(mut self) -> Vec<String> {
        self.flush();
        let mut lines = self.lines;
        let is_attribute = |line: &String| line.trim_start().starts_with('@');
        for group in lines.chunk_by_mut(|a, b| is_attribute(a) && is_attribute(b)) {
            group.sort();
        }
        lines
    }
}

impl Page for Nodes {
    fn open(&mut self, tag: &'static str) {
        self.line(tag);
        self.depth += 1;
    }

    fn attribute(&mut self, name: &'static str, value: &str) {
        self.line(&format!("@{name}={value:?}"));
    }

    fn text(&mut self, text: String) {
        self.text.push_str(&text);
    }

    fn close(&mut self, _: &'static str) {
        self.flush();
        self.depth -= 1;
    }
}

/// Numbers that look drawn, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn text(&mut self) -> String {
        const PIECES: [&str; 16] = [
            "a",
            " ",
            "\n",
            "  ",
            "<b>",
            "</p>",
            "&amp;",
            "\"",
            "'",
            "<!-- -->",
            "</script>",
            "é\u{301}",
            "文",
            "<details>",
            "\u{202e}",
            "]]>",
        ];
        (0..=self.roll(4)).map(|_| PIECES[self.roll(16)]).collect()
    }

    fn some(&mut self, mut make: impl FnMut(&mut Self) -> Node) -> Vec<Node> {
        (0..=self.roll(2)).map(|_| make(self)).collect()
    }

    fn element(&mut self, kind: Kind, children: Vec<Node>) -> Node {
        let value = match kind {
            Kind::Numbers => self.roll(100).to_string(),
            Kind::Task => ["open", "done"][self.roll(2)].to_owned(),
            Kind::Name | Kind::Cell => ["", "left", "center", "right"][self.roll(4)].to_owned(),
            Kind::Link => format!("https://example.org/{}", self.text()),
            Kind::Lines => self.text(),
            Kind::Mention => ["1", "2", "room"][self.roll(3)].to_owned(),
            Kind::RoomName => self.roll(100).to_string(),
            _ => String::new(),
        };
        Element {
            kind,
            value,
            children,
        }
        .into()
    }

    fn inline(&mut self, depth: usize, is_linked: bool) -> Node {
        let of = [
            Kind::Strong,
            Kind::Emphasis,
            Kind::Deleted,
            Kind::Code,
            Kind::Spoiler,
            Kind::Link,
            Kind::Mention,
            Kind::RoomName,
        ];
        match of[self.roll(if is_linked { 4 } else { 8 })] {
            _ if depth == 0 || self.roll(3) == 0 => Node::Text(self.text()),
            Kind::Code => {
                let text = Node::Text(self.text());
                self.element(Kind::Code, vec![text])
            }
            kind => {
                let is_linked =
                    is_linked || !matches!(kind, Kind::Strong | Kind::Emphasis | Kind::Deleted);
                let children = self.some(|dice| dice.inline(depth - 1, is_linked));
                self.element(kind, children)
            }
        }
    }

    fn line(&mut self) -> Vec<Node> {
        self.some(|dice| dice.inline(2, false))
    }

    fn block(&mut self, depth: usize) -> Node {
        let of = [
            Kind::Paragraph,
            Kind::Lines,
            Kind::Rule,
            Kind::Quote,
            Kind::Bullets,
            Kind::Numbers,
            Kind::Table,
        ];
        let kind = of[self.roll(if depth == 0 { 3 } else { 7 })];
        let children = match kind {
            Kind::Paragraph => self.line(),
            Kind::Lines => {
                let text = Node::Text(self.text());
                vec![self.element(Kind::Code, vec![text])]
            }
            Kind::Quote => self.some(|dice| dice.block(depth - 1)),
            Kind::Bullets | Kind::Numbers => self.some(|dice| {
                let kind = [Kind::Item, Kind::Task][dice.roll(2)];
                let children = match dice.roll(2) {
                    0 => dice.some(|dice| dice.block(depth - 1)),
                    _ => dice.line(),
                };
                dice.element(kind, children)
            }),
            Kind::Table => {
                let row = |dice: &mut Self, of| {
                    let cells = dice.some(|dice| {
                        let line = dice.line();
                        dice.element(of, line)
                    });
                    dice.element(Kind::Row, cells)
                };
                let head = vec![row(self, Kind::Name)];
                let body = self.some(|dice| row(dice, Kind::Cell));
                vec![
                    self.element(Kind::Head, head),
                    self.element(Kind::Body, body),
                ]
            }
            _ => Vec::new(),
        };
        self.element(kind, children)
    }
}

#[track_caller]
fn is_read_as_it_is_drawn(markup: &Markup) {
    let mut drawn = Nodes::default();
    markup.draw(&mut drawn);
    let mut html = String::new();
    let again = match markup {
        Markup::Of(message) => Markup::Of(Arc::clone(message)),
        Markup::Plain(text) => Markup::Plain(text.clone()),
        Markup::Quote(path, quote) => Markup::Quote(path.clone(), quote.clone()),
        Markup::Replies(path, count) => Markup::Replies(path.clone(), *count),
        Markup::Reactions(path, message) => Markup::Reactions(path.clone(), Arc::clone(message)),
        Markup::Undo(path) => Markup::Undo(path.clone()),
        Markup::Actions(path, is_own, stop) => Markup::Actions(path.clone(), *is_own, *stop),
    };
    again.to_html_with_buf(
        &mut html,
        &mut Position::FirstChild,
        true,
        false,
        Vec::new(),
    );
    let page = Read::parse_document(&format!("<!doctype html><main>{html}</main>"));
    let text = Selector::parse("main > *").unwrap();
    let found: Vec<_> = page.select(&text).collect();
    assert_eq!(found.len(), 1, "{html}");
    let mut read = Nodes::default();
    read.read(found[0]);
    assert_eq!(read.end(), drawn.end(), "{html}");
}

#[test]
fn the_page_of_any_tree_is_what_the_island_draws() {
    let mut dice = Dice(1);
    for _ in 0..10_000 {
        let nodes = dice.some(|dice| dice.block(3));
        let message = Message {
            doc: Some(Document(nodes)),
            mentions: vec![Person {
                id: UserId(1),
                name: dice.text(),
            }],
            ..samples::message(1)
        };
        is_read_as_it_is_drawn(&Markup::Of(message.into()));
    }
}

#[test]
fn so_is_the_page_of_a_text_without_one() {
    let mut dice = Dice(2);
    for _ in 0..1_000 {
        let message = Message {
            content: (0..9).map(|_| dice.text()).collect(),
            ..samples::message(1)
        };
        is_read_as_it_is_drawn(&Markup::Plain(message.content.clone()));
        is_read_as_it_is_drawn(&Markup::Of(message.into()));
    }
}

#[test]
fn so_are_what_stands_above_a_text_and_below_it() {
    let mut dice = Dice(3);
    for count in [1, 2, 100_u32] {
        let message = Message {
            reactions: vec![Reaction {
                emoji: "👍".to_owned(),
                count,
                mine: count == 2,
                user_ids: Vec::new(),
            }],
            ..samples::message(1)
        };
        let mut quote = Quote::of(&message);
        quote.text = dice.text();
        let path = || "/rooms/1-lobby/m/1".to_owned();
        is_read_as_it_is_drawn(&Markup::Quote(path(), quote));
        is_read_as_it_is_drawn(&Markup::Replies(path(), count.into()));
        is_read_as_it_is_drawn(&Markup::Actions(path(), count == 1, Some("0")));
        is_read_as_it_is_drawn(&Markup::Undo(path()));
        is_read_as_it_is_drawn(&Markup::Reactions(path(), message.into()));
    }
}
