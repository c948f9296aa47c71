//! Text that stays right whatever becomes of the node it stands in.
//!
//! Translators put elements of their own in the place of text, and others split it. What Leptos then writes goes into a
//! node that nobody sees any more, or that is but a piece of what one sees; these words notice, and
//! take their element over again.
//!
//! *Invariant:* they are all that their element holds.

use super::shown::Text;
use crate::app::drawn_anew::{drawn_anew, without_attributes};
use leptos::prelude::*;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::renderer::{Rndr, types};
use leptos::tachys::view::{Mountable, Position};

/// Words that follow what they are about.
pub fn words(of: impl Text) -> impl IntoView + Copy {
    move || Words(of().unwrap_or_default())
}

/// Words that change only when what is around them is drawn again.
pub struct Words(pub String);

/// The words as they are in the page.
pub struct Written {
    text: String,
    node: types::Text,
    element: Option<types::Element>,
}

impl Written {
    /// The element, when something else is in it than the node.
    fn taken_from(&self) -> Option<&types::Element> {
        let is_there = Rndr::get_parent(&self.node).is_some();
        let is_all = is_there && Rndr::next_sibling(&self.node).is_none();
        self.element.as_ref().filter(|_| !is_all)
    }
}

impl Render for Words {
    type State = Written;

    fn build(self) -> Written {
        Written {
            node: Rndr::create_text_node(&self.0),
            text: self.0,
            element: None,
        }
    }

    fn rebuild(self, written: &mut Written) {
        if self.0 == written.text {
            return;
        }
        Rndr::set_text(&written.node, &self.0);
        written.text = self.0;
        if let Some(element) = written.taken_from() {
            Rndr::clear_children(element);
            Rndr::insert_node(element, &written.node, None);
        }
    }
}

impl Mountable for Written {
    fn unmount(&mut self) {
        self.node.unmount();
    }

    fn mount(&mut self, parent: &types::Element, before: Option<&types::Node>) {
        self.node.mount(parent, before);
        self.element = Some(parent.clone());
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        if let Some(element) = self.taken_from() {
            Rndr::clear_children(element);
            child.mount(element, None);
            return true;
        }
        self.node.insert_before_this(child)
    }

    fn elements(&self) -> Vec<types::Element> {
        Vec::new()
    }
}

impl AddAnyAttr for Words {
    without_attributes!();
}

impl RenderHtml for Words {
    drawn_anew!();

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.0
            .to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }
}
