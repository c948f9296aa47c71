//! Redirects a path with a slash at its end to the one without it.

use axum::extract::Request;
use axum::http::header::LOCATION;
use axum::http::{StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// The layer: redirects with 308.
pub(super) async fn slash(request: Request, next: Next) -> Response {
    match without_slash(request.uri()) {
        Some(place) => (StatusCode::PERMANENT_REDIRECT, [(LOCATION, place)]).into_response(),
        None => next.run(request).await,
    }
}

/// The path without its slash; `None` for one that a browser could read as another server, such as `//evil.example/`.
fn without_slash(uri: &Uri) -> Option<String> {
    let bare = uri.path().strip_suffix('/')?.trim_end_matches('/');
    if bare.is_empty() || bare.contains("//") || bare.contains('\\') {
        return None;
    }
    Some(match uri.query() {
        Some(query) => format!("{bare}?{query}"),
        None => bare.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_leads_to_another_server() {
        let place = |uri: &str| without_slash(&uri.parse().unwrap());
        assert_eq!(place("/rooms/1-lobby/").as_deref(), Some("/rooms/1-lobby"));
        assert_eq!(place("/me///?a=b/").as_deref(), Some("/me?a=b/"));
        for uri in [
            "/",
            "/me",
            "//",
            "//evil.example/",
            "/\\evil.example/",
            "/.//evil.example/",
        ] {
            assert_eq!(place(uri), None, "{uri}");
        }
    }
}
