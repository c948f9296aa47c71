//! How a file answers a request: which of its compressed forms, whether it has changed (RFC 9110, 13),
//! and which part of it (RFC 9110, 14).

use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH,
    CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use http_range_header::{StartPosition, SyntacticallyCorrectRange};
use std::hash::{DefaultHasher, Hasher};
use std::ops::RangeInclusive;

/// A file as it is, and as the build compressed it.
#[derive(Clone, Debug)]
pub(super) struct File {
    bytes: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    digest: u64,
}

/// One of a file's forms.
struct Form<'f> {
    bytes: &'f Bytes,
    coding: Option<&'static str>,
}

impl File {
    pub(super) fn new(bytes: Bytes, brotli: Option<Bytes>, gzip: Option<Bytes>) -> Self {
        let mut hasher = DefaultHasher::new();
        hasher.write(&bytes);
        Self {
            // In a header of every answer: twelve digits are as good as sixteen.
            digest: hasher.finish() >> 16,
            bytes,
            brotli,
            gzip,
        }
    }

    /// Equal for equal contents.
    pub(super) fn digest(&self) -> u64 {
        self.digest
    }

    /// All its forms, each with the suffix of its name.
    pub(super) fn forms(&self) -> impl Iterator<Item = (&'static str, &Bytes)> {
        let forms = [
            ("", Some(&self.bytes)),
            (".br", self.brotli.as_ref()),
            (".gz", self.gzip.as_ref()),
        ];
        forms
            .into_iter()
            .filter_map(|(suffix, bytes)| Some((suffix, bytes?)))
    }

    /// The smallest form that is understood.
    fn form(&self, accepted: &HeaderMap) -> Form<'_> {
        let forms = [("br", &self.brotli), ("gzip", &self.gzip)];
        let compressed = forms.into_iter().find_map(|(coding, bytes)| {
            let bytes = bytes.as_ref().filter(|_| accepts(accepted, coding))?;
            Some(Form {
                bytes,
                coding: Some(coding),
            })
        });
        compressed.unwrap_or(Form {
            bytes: &self.bytes,
            coding: None,
        })
    }

    fn tag(&self, form: &Form) -> String {
        match form.coding {
            Some(coding) => format!("\"{:x}-{coding}\"", self.digest),
            None => format!("\"{:x}\"", self.digest),
        }
    }
}

/// The answer to a request for this file, which browsers keep as `keep` says.
pub(super) fn answer(
    method: &Method,
    headers: &HeaderMap,
    file: &File,
    path: &str,
    keep: HeaderValue,
) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    let has_twins = file.forms().count() > 1;
    let part = part(headers, file);
    // A part is a part of the file as it is.
    let form = match part {
        Part::All => file.form(headers),
        _ => Form {
            bytes: &file.bytes,
            coding: None,
        },
    };
    let tag = file.tag(&form);
    let is_known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .any(|known| matches!(known.trim(), "*") || known.trim().trim_start_matches("W/") == tag);

    let mut answer = Response::new(Body::empty());
    let head = answer.headers_mut();
    // Nobody asks whether what is kept for ever has changed.
    let may_change = keep != super::FOR_EVER;
    head.insert(CACHE_CONTROL, keep);
    if may_change && let Ok(tag) = HeaderValue::from_str(&tag) {
        head.insert(ETAG, tag);
    }
    if has_twins {
        // Which of the compressed forms it is depends on who asked.
        head.insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    if is_known {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        return answer;
    }
    let kind = mime_guess::from_path(path).first_raw();
    let kind = HeaderValue::from_static(kind.unwrap_or("application/octet-stream"));
    head.insert(CONTENT_TYPE, kind);
    if form.coding.is_none() {
        head.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    }
    if let Some(coding) = form.coding {
        head.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    let all = form.bytes.len();
    let (status, bytes, range) = match part {
        Part::All => (StatusCode::OK, form.bytes.clone(), None),
        Part::One(range) => {
            let said = format!("bytes {}-{}/{all}", range.start(), range.end());
            (
                StatusCode::PARTIAL_CONTENT,
                form.bytes.slice(range),
                Some(said),
            )
        }
        Part::Nowhere => {
            let said = format!("bytes */{all}");
            (StatusCode::RANGE_NOT_SATISFIABLE, Bytes::new(), Some(said))
        }
    };
    if let Some(range) = range.and_then(|range| HeaderValue::try_from(range).ok()) {
        head.insert(CONTENT_RANGE, range);
    }
    head.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    *answer.status_mut() = status;
    if method != Method::HEAD {
        *answer.body_mut() = Body::from(bytes);
    }
    answer
}

/// Which part of a file is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// All of it: nothing was said, or nothing that is understood, or several parts, which are never
    /// smaller than the files that there are.
    All,
    One(RangeInclusive<usize>),
    /// Behind its end.
    Nowhere,
}

fn part(headers: &HeaderMap, file: &File) -> Part {
    let asked = headers.get(RANGE).and_then(|range| range.to_str().ok());
    let Some(asked) = asked.and_then(|range| http_range_header::parse_range_header(range).ok())
    else {
        return Part::All;
    };
    // A part of what somebody has the rest of, if that is still the same. A date is no strong
    // validator, and none was given.
    let plain = Form {
        bytes: &file.bytes,
        coding: None,
    };
    let has_the_rest = headers
        .get(IF_RANGE)
        .is_none_or(|tag| tag.as_bytes() == file.tag(&plain).as_bytes());
    if !has_the_rest {
        return Part::All;
    }
    let length = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
    // Of a file that is shorter than the end of it that is asked for, that is all (RFC 9110, 14.1.2). The
    // library takes it for a part that is not there.
    if let [
        SyntacticallyCorrectRange {
            start: StartPosition::FromLast(count),
            ..
        },
    ] = asked.ranges[..]
        && count > length
        && length > 0
    {
        return Part::One(0..=file.bytes.len() - 1);
    }
    match asked.validate(length) {
        Ok(ranges) => match ranges.as_slice() {
            [range] => match (
                usize::try_from(*range.start()),
                usize::try_from(*range.end()),
            ) {
                (Ok(start), Ok(end)) => Part::One(start..=end),
                _ => Part::All,
            },
            _ => Part::All,
        },
        // Several of which some overlap are refused by the library too.
        Err(_) if asked.ranges.len() > 1 => Part::All,
        Err(_) => Part::Nowhere,
    }
}

/// Whether this coding may be used (RFC 9110, 12.5.3).
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|offer| {
            let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
            let is_refused = weight
                .trim()
                .strip_prefix("q=")
                .and_then(|weight| weight.trim().parse().ok())
                .is_some_and(|weight: f32| weight <= 0.0);
            name.trim().eq_ignore_ascii_case(coding) && !is_refused
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> File {
        let compressed = Some(Bytes::from_static(b"br"));
        File::new(Bytes::from_static(b"0123456789"), compressed, None)
    }

    fn asked(pairs: &[(&'static str, &str)]) -> Response {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        let keep = HeaderValue::from_static("no-cache");
        answer(&Method::GET, &headers, &file(), "pkg/a.wasm", keep)
    }

    fn header(answer: &Response, name: &str) -> String {
        let value = answer.headers().get(name);
        value.map_or(String::new(), |value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn a_form_is_chosen_by_what_is_accepted() {
        for (accepted, coding, length) in [
            ("br, gzip", "br", "2"),
            ("gzip", "", "10"),
            ("br;q=0", "", "10"),
            ("BR ; q=0.5", "br", "2"),
            ("", "", "10"),
        ] {
            let answer = asked(&[("accept-encoding", accepted)]);
            assert_eq!(header(&answer, "content-encoding"), coding, "{accepted}");
            assert_eq!(header(&answer, "content-length"), length, "{accepted}");
            assert_eq!(header(&answer, "vary"), "accept-encoding");
        }
    }

    #[test]
    fn parts_are_of_the_file_as_it_is() {
        for (range, status, said) in [
            ("bytes=0-3", 206, "bytes 0-3/10"),
            ("bytes=8-", 206, "bytes 8-9/10"),
            ("bytes=-3", 206, "bytes 7-9/10"),
            ("bytes=-10", 206, "bytes 0-9/10"),
            ("bytes=-500", 206, "bytes 0-9/10"),
            ("bytes=-0", 200, ""),
            ("bytes=5-500", 206, "bytes 5-9/10"),
            ("bytes=10-", 416, "bytes */10"),
            ("bytes=0-1,4-5", 200, ""),
            ("bytes=0-1, 1-5", 200, ""),
            ("bytes=x", 200, ""),
            ("lines=1-2", 200, ""),
        ] {
            let answer = asked(&[("range", range), ("accept-encoding", "br")]);
            assert_eq!(answer.status().as_u16(), status, "{range}");
            assert_eq!(header(&answer, "content-range"), said, "{range}");
        }
    }

    #[test]
    fn the_rest_of_another_file_is_not_given() {
        let tag = header(&asked(&[]), "etag");
        let part = ("range", "bytes=2-3");
        assert_eq!(asked(&[part, ("if-range", &tag)]).status(), 206);
        let date = "Sat, 28 Nov 2026 00:00:00 GMT";
        for other in ["\"other\"", &format!("W/{tag}"), date] {
            assert_eq!(asked(&[part, ("if-range", other)]).status(), 200, "{other}");
        }
    }

    #[test]
    fn what_has_not_changed_is_not_sent_again() {
        let tag = header(&asked(&[]), "etag");
        let compressed = header(&asked(&[("accept-encoding", "br")]), "etag");
        assert_ne!(tag, compressed);
        for known in [
            tag.clone(),
            format!("W/{tag}"),
            format!("\"x\", {tag}"),
            "*".to_owned(),
        ] {
            let answer = asked(&[("if-none-match", &known)]);
            assert_eq!(answer.status(), 304, "{known}");
            assert_eq!(header(&answer, "etag"), tag);
        }
        assert_eq!(asked(&[("if-none-match", &compressed)]).status(), 200);
    }
}
