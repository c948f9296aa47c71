//! Asking the server something.

use js_sys::futures::JsFuture;
use parlour_protocol::calls::{Answer, Answered, Request};
use parlour_protocol::paths::PANEL;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Headers, RequestInit, Response};

/// Makes a call; `None` when the server was not reached.
pub async fn call(call: Request) -> Answer {
    let body = call.body.map(|json| ("application/json", json));
    answer(call.method, &call.path, false, body).await
}

/// Asks for what a panel shows of a page, or sends its form; `None` when the server was not reached.
pub async fn panel(path: &str, form: Option<String>) -> Answer {
    let method = if form.is_some() { "POST" } else { "GET" };
    let form = form.map(|form| ("application/x-www-form-urlencoded", form));
    answer(method, path, true, form).await
}

async fn answer(method: &str, path: &str, is_panel: bool, body: Option<(&str, String)>) -> Answer {
    let request = RequestInit::new();
    request.set_method(method);
    let headers = Headers::new().ok()?;
    if is_panel {
        headers.set(PANEL, "1").ok()?;
    }
    if let Some((kind, text)) = body {
        headers.set("content-type", kind).ok()?;
        request.set_body(&JsValue::from_str(&text));
    }
    request.set_headers(&headers);
    let answer = leptos::prelude::window().fetch_with_str_and_init(path, &request);
    let response: Response = JsFuture::from(answer).await.ok()?.dyn_into().ok()?;
    let text = JsFuture::from(response.text().ok()?).await.ok()?;
    Some(Answered {
        is_ok: response.ok(),
        text: text.as_string()?,
    })
}
