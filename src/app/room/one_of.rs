//! One of two views, by whether something holds.
//!
//! *Invariant:* whichever is shown was drawn when it last began or ceased to hold; what it shows follows
//! the view model by itself. So neither is ever turned into another one, and no code for that is needed, which
//! each of Leptos's own views of this kind brings along for its type.

use super::shown::Holds;
use crate::app::drawn_anew::{drawn_anew, without_attributes};
use leptos::prelude::*;
use leptos::reactive::effect::RenderEffect;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::renderer::types;
use leptos::tachys::view::{Mountable, Position};

/// What is shown while something holds.
pub fn when<V: RenderHtml + 'static>(
    holds: Holds,
    view: impl Fn() -> V + Send + 'static,
) -> impl IntoView {
    one_of(holds, view, || ())
}

/// What is shown while something holds, and what else.
pub fn one_of<V: RenderHtml + 'static, W: RenderHtml + 'static>(
    holds: Holds,
    view: impl Fn() -> V + Send + 'static,
    other: impl Fn() -> W + Send + 'static,
) -> impl IntoView {
    OneOf { holds, view, other }
}

struct OneOf<A, B> {
    holds: Holds,
    view: A,
    other: B,
}

/// The one that is in the page.
struct Shown(RenderEffect<Drawn>);

struct Drawn(Box<dyn Mountable>);

impl Shown {
    fn new(holds: Holds, draw: Box<dyn Fn(bool) -> Drawn>) -> Self {
        Self(RenderEffect::new(move |before: Option<Drawn>| {
            let mut drawn = draw(holds.get());
            if let Some(mut before) = before {
                before.0.insert_before_this(&mut *drawn.0);
                before.0.unmount();
            }
            drawn
        }))
    }
}

/// The effect's task would hold what is drawn until it runs again, and with it what follows the view model from in
/// there, which by then asks for what is gone.
impl Drop for Shown {
    fn drop(&mut self) {
        drop(self.0.take_value());
    }
}

impl<V, W, A, B> Render for OneOf<A, B>
where
    V: RenderHtml + 'static,
    W: RenderHtml + 'static,
    A: Fn() -> V + Send + 'static,
    B: Fn() -> W + Send + 'static,
{
    type State = Shown;

    fn build(self) -> Shown {
        let Self { holds, view, other } = self;
        let draw = move |holds| match holds {
            true => Drawn(Box::new(view().build())),
            false => Drawn(Box::new(other().build())),
        };
        Shown::new(holds, Box::new(draw))
    }

    fn rebuild(self, shown: &mut Shown) {
        let mut new = self.build();
        shown.insert_before_this(&mut new);
        shown.unmount();
        *shown = new;
    }
}

impl Mountable for Shown {
    fn unmount(&mut self) {
        self.0.with_value_mut(|drawn| drawn.0.unmount());
    }

    fn mount(&mut self, parent: &types::Element, before: Option<&types::Node>) {
        self.0.with_value_mut(|drawn| drawn.0.mount(parent, before));
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let inserted = |drawn: &mut Drawn| drawn.0.insert_before_this(child);
        self.0.with_value_mut(inserted).unwrap_or_default()
    }

    fn elements(&self) -> Vec<types::Element> {
        let elements = |drawn: &mut Drawn| drawn.0.elements();
        self.0.with_value_mut(elements).unwrap_or_default()
    }
}

impl<V, W, A, B> AddAnyAttr for OneOf<A, B>
where
    V: RenderHtml + 'static,
    W: RenderHtml + 'static,
    A: Fn() -> V + Send + 'static,
    B: Fn() -> W + Send + 'static,
{
    without_attributes!();
}

impl<V, W, A, B> RenderHtml for OneOf<A, B>
where
    V: RenderHtml + 'static,
    W: RenderHtml + 'static,
    A: Fn() -> V + Send + 'static,
    B: Fn() -> W + Send + 'static,
{
    drawn_anew!();

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        if self.holds.get() {
            (self.view)().to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
        } else {
            (self.other)().to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
        }
    }
}
