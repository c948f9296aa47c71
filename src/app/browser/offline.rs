//! The site's service worker (`shell/offline.js`), which keeps pages to be read where there is no network.

use js_sys::futures::JsFuture;
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ServiceWorkerContainer, ServiceWorkerRegistration};

/// Whether this page came by way of it.
pub fn brought_page() -> bool {
    container().is_some_and(|container| container.controller().is_some())
}

/// Has it keep the page at this path; with none, forget them all. It is told as soon as it is there.
pub async fn keep(path: &str) -> Option<()> {
    let ready = JsFuture::from(container()?.ready().ok()?).await;
    let worker = ready.ok()?.dyn_into::<ServiceWorkerRegistration>().ok()?;
    let told = worker.active()?.post_message(&JsValue::from_str(path));
    told.ok()
}

/// Whether a page is kept at this path.
pub async fn has(path: &str) -> bool {
    let caches = window().caches().ok();
    let Some(caches) = caches.filter(|caches| !caches.is_undefined()) else {
        return false;
    };
    let found = JsFuture::from(caches.match_with_str(path)).await;
    found.is_ok_and(|page| !page.is_undefined())
}

/// Nothing is there over plain HTTP, and in some private windows.
fn container() -> Option<ServiceWorkerContainer> {
    let container = window().navigator().service_worker();
    (!container.is_undefined()).then_some(container)
}
