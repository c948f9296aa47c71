//! The routes of the site, as its routers have them, and the frames of the sockets, as they are declared.

use super::asked::Route;

/// Each router, and what stands before its addresses.
const ROUTERS: [(&str, &str); 3] = [
    ("/api/chat", include_str!("../../server/http/rest.rs")),
    ("", include_str!("../../server/http/router.rs")),
    ("", include_str!("../../site/routes.rs")),
];

const PATHS: &str = include_str!("../../protocol/paths.rs");
const FRAMES: &str = include_str!("../../protocol/frames.rs");

const METHODS: [(&str, &str); 6] = [
    ("get", "GET"),
    ("post", "POST"),
    ("put", "PUT"),
    ("patch", "PATCH"),
    ("delete", "DELETE"),
    ("any", "GET"),
];

/// Every method of every route.
pub fn all() -> Vec<Route> {
    let routers = ROUTERS.iter();
    routers
        .flat_map(|(before, source)| {
            let calls = source.split(".route(").skip(1);
            calls.flat_map(move |call| of(before, call))
        })
        .collect()
}

fn of(before: &'static str, call: &str) -> Vec<Route> {
    let call = arguments(call);
    let (path, methods) = call.split_once(',').expect("a path and its methods");
    let path = match path.trim().strip_prefix("paths::") {
        Some(name) => constant(name),
        None => path.trim().trim_matches('"').to_owned(),
    };
    let has = |name: &str| {
        let mut words = methods.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        words.any(|word| word == name) && methods.contains(&format!("{name}("))
    };
    let known = METHODS.iter().filter(|(name, _)| has(name));
    let found: Vec<Route> = known
        .map(|(_, method)| Route {
            method,
            path: format!("{before}{path}"),
        })
        .collect();
    assert!(!found.is_empty(), "{call}");
    found
}

/// What stands between the parenthesis that is open and its end.
fn arguments(rest: &str) -> &str {
    let mut depth = 1;
    for (at, c) in rest.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &rest[..at];
        }
    }
    panic!("a call that ends: {rest}");
}

/// The address of this name.
fn constant(name: &str) -> String {
    let declared = PATHS.split(&format!("pub const {name}: &str = \"")).nth(1);
    let declared = declared.unwrap_or_else(|| panic!("{name} is an address"));
    declared.split('"').next().unwrap_or_default().to_owned()
}

/// The types of the frames that a client sends.
pub fn frames() -> Vec<String> {
    let declared = FRAMES.split("pub enum ClientFrame {").nth(1);
    let declared = declared.expect("they are declared there");
    let declared = declared.split("\n}\n").next().unwrap_or_default();
    let named = declared.split("#[serde(rename = \"").skip(1);
    let names = named.map(|rest| rest.split('"').next().unwrap_or_default().to_owned());
    let names: Vec<_> = names.collect();
    assert!(names.len() > 8, "{names:?}");
    names
}
