//! What the views of our own have in common, as Leptos asks for it.
//!
//! *Invariant:* none of them is hydrated: none takes the server's elements over when a page wakes up, each is drawn anew
//! in their place. None waits for anything, and none is an element that an attribute could stand on.

/// In an `impl RenderHtml`: all of it but `to_html_with_buf`.
macro_rules! drawn_anew {
    () => {
        type AsyncOutput = Self;
        type Owned = Self;

        const MIN_LENGTH: usize = 0;

        fn dry_resolve(&mut self) {}

        async fn resolve(self) -> Self {
            self
        }

        fn hydrate<const FROM_SERVER: bool>(
            self,
            _: &leptos::tachys::hydration::Cursor,
            _: &leptos::tachys::view::PositionState,
        ) -> Self::State {
            self.build()
        }

        fn into_owned(self) -> Self {
            self
        }
    };
}

/// In an `impl AddAnyAttr`: all of it.
macro_rules! without_attributes {
    () => {
        type Output<SomeAttr: leptos::tachys::html::attribute::Attribute> = Self;

        fn add_any_attr<SomeAttr: leptos::tachys::html::attribute::Attribute>(
            self,
            _: SomeAttr,
        ) -> Self::Output<SomeAttr> {
            self
        }
    };
}

pub(super) use {drawn_anew, without_attributes};
