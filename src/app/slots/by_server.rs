//! Slots on the server, which draws what is in them or notes where they are.

use super::{HOUSE, Slot};
use crate::app::drawn_anew::{drawn_anew, without_attributes};
use leptos::prelude::*;
use leptos::tachys::html::attribute::AttributeValue;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::renderer::types;
use leptos::tachys::view::Position;
use std::sync::{Arc, Mutex, PoisonError};

/// Takes down where in a rendered text its slots are.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Mutex<Vec<(usize, Slot)>>>);

impl Recorder {
    /// A recorder of the views that are made under the current owner.
    pub fn provide() -> Self {
        let recorder = Self::default();
        provide_context(recorder.clone());
        recorder
    }

    /// The slots that were met, each with the length of the text before it, in order.
    pub fn slots(&self) -> Vec<(usize, Slot)> {
        let Self(slots) = self;
        slots.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, at: usize, slot: Slot) {
        let Self(slots) = self;
        let mut slots = slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.push((at, slot));
    }
}

/// What is in a message is reached by Tab one by one.
pub const STOP: Option<&str> = None;

/// What one can do with a message is there from the start.
pub const AT_HAND: bool = true;

/// What the house is called whose page is rendered.
#[derive(Clone, Debug)]
pub struct HouseName(pub String);

/// What the house is called.
pub fn house() -> String {
    use_context().map_or_else(|| HOUSE.to_owned(), |HouseName(name)| name)
}

/// What stands in this slot.
pub fn slot<V: RenderHtml + 'static>(slot: Slot, view: V) -> Slotted<V> {
    Slotted {
        slot,
        view,
        recorder: use_context(),
    }
}

/// What stands in this slot where there is no script.
pub fn printed<V: RenderHtml + 'static>(slot: Slot, view: impl FnOnce() -> V) -> Slotted<V> {
    self::slot(slot, view())
}

/// An attribute's value that is in this slot.
pub fn value(slot: Slot, text: String) -> SlottedValue {
    SlottedValue {
        slot,
        text,
        recorder: use_context(),
    }
}

/// A view in a slot.
pub struct Slotted<V> {
    slot: Slot,
    view: V,
    recorder: Option<Recorder>,
}

impl<V: Render> Render for Slotted<V> {
    type State = V::State;

    fn build(self) -> Self::State {
        self.view.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.view.rebuild(state);
    }
}

impl<V: RenderHtml + 'static> AddAnyAttr for Slotted<V> {
    without_attributes!();
}

impl<V: RenderHtml + 'static> RenderHtml for Slotted<V> {
    drawn_anew!();

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        match self.recorder {
            Some(recorder) => recorder.note(buf.len(), self.slot),
            None => {
                (self.view).to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
            }
        }
        *position = Position::NextChild;
    }
}

/// An attribute's value in a slot.
#[derive(Clone, Debug)]
pub struct SlottedValue {
    slot: Slot,
    text: String,
    recorder: Option<Recorder>,
}

impl AttributeValue for SlottedValue {
    type State = <String as AttributeValue>::State;
    type AsyncOutput = Self;
    type Cloneable = Self;
    type CloneableOwned = Self;

    fn html_len(&self) -> usize {
        self.text.len()
    }

    fn to_html(self, key: &str, buf: &mut String) {
        let Some(recorder) = self.recorder else {
            return AttributeValue::to_html(self.text, key, buf);
        };
        buf.push(' ');
        buf.push_str(key);
        buf.push_str("=\"");
        recorder.note(buf.len(), self.slot);
        buf.push('"');
    }

    fn to_template(_: &str, _: &mut String) {}

    fn hydrate<const FROM_SERVER: bool>(self, key: &str, el: &types::Element) -> Self::State {
        AttributeValue::hydrate::<FROM_SERVER>(self.text, key, el)
    }

    fn build(self, el: &types::Element, key: &str) -> Self::State {
        AttributeValue::build(self.text, el, key)
    }

    fn rebuild(self, key: &str, state: &mut Self::State) {
        AttributeValue::rebuild(self.text, key, state);
    }

    fn into_cloneable(self) -> Self {
        self
    }

    fn into_cloneable_owned(self) -> Self {
        self
    }

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }
}
