//! Asking the server something.

use js_sys::futures::JsFuture;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Headers, RequestInit, Response};

/// Asks for what is at `path`; whether there was an answer of success, and what it says. `None` when
/// the server was not reached.
pub async fn get(path: &str) -> Option<(bool, String)> {
    fetch(path, &RequestInit::new()).await
}

/// Posts JSON; whether that went well, and what was answered. `None` when the server was not reached.
pub async fn post(path: &str, json: &str) -> Option<(bool, String)> {
    let headers = Headers::new().ok()?;
    headers.set("content-type", "application/json").ok()?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&JsValue::from_str(json));
    fetch(path, &request).await
}

async fn fetch(path: &str, request: &RequestInit) -> Option<(bool, String)> {
    let answer = leptos::prelude::window().fetch_with_str_and_init(path, request);
    let response: Response = JsFuture::from(answer).await.ok()?.dyn_into().ok()?;
    let text = JsFuture::from(response.text().ok()?).await.ok()?;
    Some((response.ok(), text.as_string()?))
}
