//! What pages of earlier releases still ask for.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::json;

/// The calls of pages from before calls were REST. Their form is not spoken here any more; what is answered has
/// such a page load itself anew when it is to show another room, and say so when anything else is asked of it.
pub(super) async fn call(Path(call): Path<String>) -> impl IntoResponse {
    let code = match call.as_str() {
        "open_room" => "room_not_found",
        _ => "not_found",
    };
    let message = "Parlour is newer than this page. Please reload it.";
    let refusal = json!({"Said": {"code": code, "message": message}});
    let kind = [(CONTENT_TYPE, "application/json")];
    (StatusCode::NOT_FOUND, kind, refusal.to_string())
}
