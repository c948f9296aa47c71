//! Elements whose size is followed.

use leptos::prelude::{LocalStorage, StoredValue, WithValue, on_cleanup};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};

/// Calls `changed` whenever one of these has another size, before that is painted; ends with the caller's owner.
pub(super) fn on_resize(elements: &[Element], changed: impl Fn() + 'static) {
    let changed = Closure::<dyn Fn()>::new(changed);
    // Refused for nothing but what is no function.
    let Ok(observer) = ResizeObserver::new(changed.as_ref().unchecked_ref()) else {
        return;
    };
    for element in elements {
        observer.observe(element);
    }
    let kept = StoredValue::<_, LocalStorage>::new_local((observer, changed));
    on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
}
