//! The text of a message: its tree as elements, on the server as text and in the browser as nodes of the page.
//!
//! *Invariant:* both are drawn by one walk over the tree. A name of an element or of an attribute is one that is written
//! here or in the table of kinds, never one of the text's; what the text has is put in as text, or as an attribute's value.

#[cfg(test)]
mod tests;

use super::marks::laid_out;
use crate::app::drawn_anew::{drawn_anew, without_attributes};
use crate::app::slots::STOP;
use leptos::prelude::*;
use leptos::tachys::html::attribute::AttributeValue;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::renderer::{Rndr, types};
use leptos::tachys::view::{Mountable, Position};
use parlour_protocol::display::is_few_emoji;
use parlour_protocol::quote::{REPLIES_MAX, read};
use parlour_protocol::reactions::{REACT, THUMB};
use parlour_protocol::text::nodes;
use parlour_protocol::{Document, Kind, Message, Node, Person, Quote, paths};
use std::sync::Arc;

/// The button that copies the code behind it; `browser/code.rs` hears it.
const COPY: &str = "copy live-only";

/// What a message says, as it is drawn.
pub enum Markup {
    /// Of a message that is stored: its tree, or its text with addresses as links.
    Of(Arc<Message>),
    /// Of one that is not: its text.
    Plain(String),
    /// Of a reply: the way to what it answers, and what it quotes of that.
    Quote(String, Quote),
    /// Of the first message of a thread: the way there, and how many answer.
    Replies(String, i64),
    /// Of one that was just deleted by who is looking: the button that gives it back, and where that is sent.
    Undo(String),
    /// Of one that somebody has reacted to: a button for each kind, which adds one's own or takes it back, and where
    /// they are sent. The server prints every one as nobody's own, and puts in which are the reader's where it stands side
    /// by side here: the name, the state and the value (`live_page/template.rs`).
    Reactions(String, Arc<Message>),
    /// What is done most often with a message, and the way to all else: where the message is, whether it is one's own,
    /// and whether Tab stops there.
    Actions(String, bool, Option<&'static str>),
}

/// What is said of a message that was deleted.
const REMOVED: &str = "This message was removed.";

impl Markup {
    /// Whether it is a few emoji and nothing else.
    fn is_large(&self) -> bool {
        match self {
            Self::Plain(text) => is_few_emoji(text),
            Self::Of(message) => match &message.doc {
                Some(doc) => is_few_emoji(&read("", Some(doc), "")),
                None => is_few_emoji(&message.content),
            },
            _ => false,
        }
    }

    fn draw(&self, page: &mut impl Page) {
        match self {
            Self::Of(_) | Self::Plain(_) => self.draw_text(page),
            Self::Quote(path, quote) => {
                begin_way("quote", path, page);
                page.open("bdi");
                page.text(laid_out(&quote.username));
                page.close("bdi");
                page.text(" ".to_owned());
                page.open("span");
                page.attribute("dir", "auto");
                page.text(match quote.text.as_str() {
                    "" => REMOVED.to_owned(),
                    text => laid_out(text),
                });
                page.close("span");
                end_way(page);
            }
            Self::Replies(path, count) => {
                begin_way("replies", path, page);
                page.text(match *count {
                    1 => "1 reply".to_owned(),
                    REPLIES_MAX.. => "99+ replies".to_owned(),
                    count => format!("{count} replies"),
                });
                end_way(page);
            }
            Self::Reactions(path, message) => draw_reactions(path, message, page),
            Self::Actions(path, is_own, stop) => draw_actions(path, *is_own, *stop, page),
            Self::Undo(path) => {
                begin_form("give-back", path, page);
                // What only changes something is sent from where one is (`shell/loader.js`).
                page.attribute("data-quiet", "true");
                page.open("button");
                page.attribute("class", "undo");
                page.text("Undo".to_owned());
                page.close("button");
                page.close("form");
            }
        }
    }

    fn draw_text(&self, page: &mut impl Page) {
        page.open("div");
        page.attribute(
            "class",
            if self.is_large() {
                "text large"
            } else {
                "text"
            },
        );
        page.attribute("dir", "auto");
        match self {
            Self::Plain(text) => page.text(laid_out(text)),
            Self::Of(message) => match &message.doc {
                Some(Document(nodes)) => draw(nodes, &message.mentions, page),
                None => draw(&nodes(&message.content, &message.links), &[], page),
            },
            _ => {}
        }
        page.close("div");
    }
}

/// A line that leads somewhere; `browser/pressed.rs` hears it.
fn begin_way(class: &'static str, path: &str, page: &mut impl Page) {
    page.open("p");
    page.attribute("class", class);
    page.open("a");
    page.attribute("href", path);
    stop(page, STOP);
}

fn end_way(page: &mut impl Page) {
    page.close("a");
    page.close("p");
}

fn begin_form(class: &'static str, path: &str, page: &mut impl Page) {
    page.open("form");
    page.attribute("class", class);
    page.attribute("method", "post");
    page.attribute("action", path);
}

fn draw_reactions(path: &str, message: &Message, page: &mut impl Page) {
    begin_form("reactions", path, page);
    for reaction in &message.reactions {
        let (name, pressed) = match reaction.mine {
            true => ("off", "true"),
            false => ("emoji", "false"),
        };
        page.open("button");
        page.attribute("class", "reaction");
        page.attribute("name", name);
        page.attribute("aria-pressed", pressed);
        page.attribute("value", &reaction.emoji);
        stop(page, STOP);
        page.text(format!("{} {}", reaction.emoji, reaction.count));
        page.close("button");
    }
    page.close("form");
}

fn draw_actions(path: &str, is_own: bool, tab: Option<&'static str>, page: &mut impl Page) {
    page.open("form");
    page.attribute("class", "message-actions");
    page.attribute("method", "post");
    page.attribute("action", &format!("{path}/react"));
    page.open("button");
    page.attribute("class", "action react");
    page.attribute("name", "emoji");
    page.attribute("value", THUMB);
    page.attribute("aria-label", REACT);
    stop(page, tab);
    page.text(THUMB.to_owned());
    page.close("button");
    for (class, end, label) in [
        ("action react", "react", "React"),
        ("action reply", "thread", "Reply"),
        ("action edit", "edit", "Edit"),
        ("action more", "actions", "More"),
    ] {
        if end != "edit" || is_own {
            page.open("a");
            page.attribute("class", class);
            page.attribute("href", &format!("{path}/{end}"));
            stop(page, tab);
            page.text(label.to_owned());
            page.close("a");
        }
    }
    page.close("form");
}

/// Where a tree is drawn.
trait Page {
    /// Begins an element.
    fn open(&mut self, tag: &'static str);

    /// Says something of the element that has just begun.
    fn attribute(&mut self, name: &'static str, value: &str);

    fn text(&mut self, text: String);

    /// Ends the element that began last.
    fn close(&mut self, tag: &'static str);
}

fn draw(nodes: &[Node], people: &[Person], page: &mut impl Page) {
    for node in nodes {
        let element = match node {
            Node::Text(text) => {
                page.text(laid_out(text));
                continue;
            }
            Node::Element(element) => element,
        };
        let kind = element.kind;
        page.open(kind.tag());
        if kind == Kind::Emoji {
            // What was typed is read where somebody asks for it.
            page.attribute("title", &node.text());
            page.text(element.value.clone());
            page.close(kind.tag());
            continue;
        }
        if !element.value.is_empty() {
            page.attribute(kind.attribute(), &element.value);
        }
        match kind {
            Kind::Link => {
                page.attribute("rel", "noopener noreferrer nofollow ugc");
                page.attribute("target", "_blank");
                stop(page, STOP);
            }
            // By the name that they have now; who is no more is no link.
            Kind::Mention => {
                let named = |person: &&Person| person.id.to_string() == element.value;
                if let Some(person) = people.iter().find(named) {
                    page.attribute("href", &paths::person(person.id));
                    stop(page, STOP);
                    page.text(format!("@{}", person.name));
                    page.close(kind.tag());
                    continue;
                }
            }
            Kind::RoomName => {
                page.attribute("href", &format!("/rooms/{}", element.value));
                stop(page, STOP);
            }
            // What is too wide is scrolled, by keys, too.
            Kind::Table => stop(page, STOP.or(Some("0"))),
            Kind::Lines => {
                stop(page, STOP.or(Some("0")));
                page.open("button");
                page.attribute("class", COPY);
                page.attribute("type", "button");
                stop(page, STOP);
                page.text("Copy".to_owned());
                page.close("button");
            }
            Kind::Spoiler => {
                page.attribute("class", "spoiler");
                page.open("input");
                page.attribute("type", "checkbox");
                page.attribute("aria-label", "Spoiler");
                stop(page, STOP);
                page.close("input");
                page.open("span");
            }
            _ => {}
        }
        draw(&element.children, people, page);
        if kind == Kind::Spoiler {
            page.close("span");
        }
        page.close(kind.tag());
    }
}

fn stop(page: &mut impl Page, stop: Option<&'static str>) {
    if let Some(stop) = stop {
        page.attribute("tabindex", stop);
    }
}

/// The page in the browser: the elements that have begun, and the last one that has ended.
#[derive(Default)]
struct Elements(Vec<types::Element>);

impl Page for Elements {
    fn open(&mut self, tag: &'static str) {
        let element = Rndr::create_element(tag, None);
        if let Some(parent) = self.0.last() {
            Rndr::insert_node(parent, &element, None);
        }
        self.0.push(element);
    }

    fn attribute(&mut self, name: &'static str, value: &str) {
        if let Some(element) = self.0.last() {
            Rndr::set_attribute(element, name, value);
        }
    }

    fn text(&mut self, text: String) {
        if let Some(element) = self.0.last() {
            Rndr::insert_node(element, &Rndr::create_text_node(&text), None);
        }
    }

    fn close(&mut self, _: &'static str) {
        if self.0.len() > 1 {
            self.0.pop();
        }
    }
}

impl Render for Markup {
    type State = types::Element;

    fn build(self) -> Self::State {
        let mut page = Elements::default();
        self.draw(&mut page);
        page.0.swap_remove(0)
    }

    fn rebuild(self, state: &mut Self::State) {
        let mut new = self.build();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

/// The page on the server.
struct Html<'b> {
    buf: &'b mut String,
    /// The tag that began last has no end yet.
    is_begun: bool,
}

impl Html<'_> {
    fn end_tag(&mut self) {
        if std::mem::take(&mut self.is_begun) {
            self.buf.push('>');
        }
    }
}

impl Page for Html<'_> {
    fn open(&mut self, tag: &'static str) {
        self.end_tag();
        self.buf.push('<');
        self.buf.push_str(tag);
        self.is_begun = true;
    }

    fn attribute(&mut self, name: &'static str, value: &str) {
        AttributeValue::to_html(value, name, self.buf);
    }

    fn text(&mut self, text: String) {
        self.end_tag();
        text.to_html_with_buf(self.buf, &mut Position::FirstChild, true, false, Vec::new());
    }

    fn close(&mut self, tag: &'static str) {
        self.end_tag();
        if !matches!(tag, "hr" | "input") {
            self.buf.push_str("</");
            self.buf.push_str(tag);
            self.buf.push('>');
        }
    }
}

impl AddAnyAttr for Markup {
    without_attributes!();
}

impl RenderHtml for Markup {
    drawn_anew!();

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        _escape: bool,
        _mark_branches: bool,
        _extra_attrs: Vec<AnyAttribute>,
    ) {
        let is_begun = false;
        self.draw(&mut Html { buf, is_begun });
        *position = Position::NextChild;
    }
}
