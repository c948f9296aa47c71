//! Compression on the worker threads of `share`, and the limit of answers that are not read yet.

use super::Problem;
use crate::{ClientAddress, Context, ServiceError};
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{Extensions, HeaderMap, Method, StatusCode, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Left with an answer that is made while it is read: compressed it would be in memory as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Streamed;

/// Whether an answer is compressed.
pub(super) fn is_compressed(
    _: StatusCode,
    _: Version,
    _: &HeaderMap,
    extensions: &Extensions,
) -> bool {
    extensions.get::<Streamed>().is_none()
}

/// The layer around tower-http's, which compresses while its body is read: on a worker thread. When too much work
/// waits there, the answer goes out uncompressed.
pub(super) async fn in_its_share(
    State(ctx): State<Arc<Context>>,
    mut request: Request,
    next: Next,
) -> Response {
    if request.method() == Method::HEAD || !request.headers().contains_key(ACCEPT_ENCODING) {
        return next.run(request).await;
    }
    let address = address(&request);
    if !ctx.share.has_room(address) {
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
    let response = next.run(request).await;
    let headers = response.headers();
    // A file that the build has compressed knows its length.
    if !headers.contains_key(CONTENT_ENCODING) || headers.contains_key(CONTENT_LENGTH) {
        return response;
    }
    let (parts, body) = response.into_parts();
    match ctx.share.run(address, to_bytes(body, usize::MAX)).await {
        Ok(Ok(bytes)) => Response::from_parts(parts, Body::from(bytes)),
        Ok(Err(error)) => {
            Problem::from(ServiceError::Io(std::io::Error::other(error))).into_response()
        }
        Err(error) => Problem::from(error).into_response(),
    }
}

/// The layer inside of it: counts the bytes of an answer for its address until they are read.
pub(super) async fn counted(
    State(ctx): State<Arc<Context>>,
    request: Request,
    next: Next,
) -> Response {
    let address = address(&request);
    let mut response = next.run(request).await;
    // Files are streamed.
    let kind = response.headers().get(CONTENT_TYPE);
    let is_ours = kind.is_some_and(|kind| {
        let kind = kind.as_bytes();
        kind.starts_with(b"application/json") || kind.starts_with(b"text/html")
    });
    let length = response.body().size_hint().exact().filter(|_| is_ours);
    let length = length.and_then(|length| usize::try_from(length).ok());
    match ctx.limits.answer(address, length.unwrap_or(0)) {
        Ok(None) => {}
        Ok(Some(guard)) => {
            response.extensions_mut().insert(Arc::new(guard));
        }
        Err(error) => return Problem::from(error).into_response(),
    }
    response
}

/// The client's address, which the layer `trace` has put into the request.
fn address(request: &Request) -> ClientAddress {
    let address = request.extensions().get::<ClientAddress>();
    address.copied().unwrap_or(ClientAddress::Unreadable)
}
