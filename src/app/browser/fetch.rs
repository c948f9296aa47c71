//! Asking the server something.

use js_sys::futures::JsFuture;
use parlour_protocol::calls::{Answer, Answered, Request};
use parlour_protocol::paths::PANEL;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Headers, RequestInit, Response};

/// Makes a call; `None` when the server was not reached.
pub async fn call(call: Request) -> Answer {
    let request = RequestInit::new();
    request.set_method(call.method);
    let headers = Headers::new().ok()?;
    // Nothing but a page has anything else to show to a panel.
    headers.set(PANEL, "1").ok()?;
    if let Some(body) = call.body {
        headers.set("content-type", call.kind).ok()?;
        request.set_body(&JsValue::from_str(&body));
    }
    request.set_headers(&headers);
    let answer = leptos::prelude::window().fetch_with_str_and_init(&call.path, &request);
    let response: Response = JsFuture::from(answer).await.ok()?.dyn_into().ok()?;
    let text = JsFuture::from(response.text().ok()?).await.ok()?;
    Some(Answered {
        is_ok: response.ok(),
        text: text.as_string()?,
    })
}
