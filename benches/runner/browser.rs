//! What a browser measured: the files that `benches/browser` leaves, and what is to be reached there.

use crate::digits::digits;
use crate::goals::{Bound, Verdict};
use crate::results::Spread;
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// How the files' names begin.
const PREFIX: &str = "browser-";

/// All files beside the results, by what they are of.
pub fn read(folder: &Path) -> Value {
    let mut all = serde_json::Map::new();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    for path in files {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let Some(row) = name.as_deref().and_then(row_of) else {
            continue;
        };
        let text = fs::read_to_string(&path).unwrap_or_default();
        match serde_json::from_str(&text) {
            Ok(figures) => {
                all.insert(row.to_owned(), figures);
            }
            Err(error) => eprintln!("{} is left out: {error}", path.display()),
        }
    }
    Value::Object(all)
}

fn row_of(file: &str) -> Option<&str> {
    file.strip_prefix(PREFIX)?.strip_suffix(".json")
}

/// A goal: a figure by its path in a file's medians, against a number or another figure.
struct Goal {
    row: &'static str,
    figure: &'static str,
    over: Option<&'static str>,
    bound: Bound,
    words: &'static str,
}

use Bound::{AtLeast, AtMost};

const fn goal(row: &'static str, figure: &'static str, bound: Bound, words: &'static str) -> Goal {
    Goal {
        row,
        figure,
        over: None,
        bound,
        words,
    }
}

const fn ratio(
    row: &'static str,
    figure: &'static str,
    over: &'static str,
    most: f64,
    words: &'static str,
) -> Goal {
    Goal {
        row,
        figure,
        over: Some(over),
        bound: AtMost(most),
        words,
    }
}

const FIRST: &str = "/parlour/first/wire";
const PAINT: &str = "/parlour/firstMessage";

const GOALS: [Goal; 24] = [
    goal(
        "weight",
        FIRST,
        AtMost(138_000.0),
        "first visit, bytes: ≤ 138,000",
    ),
    ratio(
        "weight",
        FIRST,
        "/thelounge/first/wire",
        1.0,
        "first visit: below The Lounge",
    ),
    ratio(
        "weight",
        FIRST,
        "/conversejs/first/wire",
        1.0,
        "first visit: below Converse.js",
    ),
    goal(
        "weight",
        "/parlour/second/wire",
        AtMost(8_000.0),
        "second visit, bytes: ≤ 8,000",
    ),
    ratio(
        "paint",
        PAINT,
        "/thelounge/firstMessage",
        0.35,
        "first message painted: ≤ 0.35 × The Lounge",
    ),
    goal("paint", "/parlour/lcp", AtMost(1_200.0), "LCP, ms: ≤ 1,200"),
    goal(
        "paint",
        "/parlour/interactive",
        AtMost(2_200.0),
        "interactive, ms: ≤ 2,200",
    ),
    goal("paint", "/parlour/cls", AtMost(0.01), "CLS: ≤ 0.01"),
    ratio(
        "unread",
        "/unread/fcp",
        "/read/fcp",
        1.05,
        "60 unread, first paint: as with all of it read",
    ),
    ratio(
        "unread",
        "/unread/interactive",
        "/read/interactive",
        1.05,
        "60 unread, interactive: as with all of it read",
    ),
    goal("unread", "/unread/cls", AtMost(0.01), "CLS: ≤ 0.01"),
    goal(
        "lighthouse",
        "/mobile/performance",
        AtLeast(100.0),
        "Lighthouse, performance: 100",
    ),
    goal(
        "lighthouse",
        "/mobile/accessibility",
        AtLeast(100.0),
        "Lighthouse, accessibility: 100",
    ),
    goal(
        "lighthouse",
        "/mobile/best-practices",
        AtLeast(100.0),
        "Lighthouse, best practices: 100",
    ),
    goal(
        "lighthouse",
        "/mobile/seo",
        AtLeast(100.0),
        "Lighthouse, SEO: 100",
    ),
    goal(
        "switching",
        "/first",
        AtMost(50.0),
        "a room for the first time, ms: ≤ 50",
    ),
    goal(
        "switching",
        "/again",
        AtMost(50.0),
        "a room again, ms: ≤ 50",
    ),
    goal(
        "switching",
        "/again_worst",
        AtMost(50.0),
        "a room again, the slowest of all, ms: ≤ 50",
    ),
    goal(
        "crowd",
        "/longest_frame",
        AtMost(16.8),
        "the longest frame of a run while 40/s arrive, ms: ≤ 16.8",
    ),
    goal(
        "crowd",
        "/worst_frame",
        AtMost(33.4),
        "the longest of all runs, ms: ≤ 33.4",
    ),
    goal(
        "large-room",
        "/elements",
        AtMost(400.0),
        "message elements: ≤ 400",
    ),
    goal(
        "large-room",
        "/longest_frame_scrolling",
        AtMost(32.0),
        "longest frame while scrolling, ms: ≤ 32",
    ),
    goal(
        "large-room",
        "/longest_frame_appending",
        AtMost(32.0),
        "longest frame while 50/s arrive, ms: ≤ 32",
    ),
    goal("large-room", "/inp", AtMost(50.0), "INP, ms: ≤ 50"),
];

impl Goal {
    fn reached(&self, measured: &Value) -> Option<(f64, f64)> {
        let medians = measured.get(self.row)?.get("medians")?;
        let ours = medians.pointer(self.figure)?.as_f64()?;
        let reached = match self.over {
            None => ours,
            Some(path) => ours / medians.pointer(path)?.as_f64()?,
        };
        Some((ours, reached))
    }
}

/// The goals' table, then every median.
pub fn tables(measured: &Value, out: &mut String) {
    let Some(rows) = measured.as_object().filter(|rows| !rows.is_empty()) else {
        return;
    };
    out.push_str(
        "\n## In a browser\n\nChromium, by `benches/browser`; not in the rounds of the others. Slow 4G and a processor \
         four times slower for paint.\n\n| row | goal | Parlour | reached | |\n|---|---|---|---|---|\n",
    );
    for goal in &GOALS {
        let reached = goal.reached(measured);
        let verdict = reached.map_or(Verdict::NotRun, |(_, value)| {
            goal.bound.verdict(Spread::one(value))
        });
        let shown = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), digits);
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            goal.row,
            goal.words,
            shown(reached.map(|(ours, _)| ours)),
            shown(reached.map(|(_, reached)| reached)),
            verdict.words(),
        );
    }
    for (name, figures) in rows {
        let when = figures
            .get("at")
            .and_then(Value::as_str)
            .unwrap_or("at some time");
        let _ = writeln!(
            out,
            "\n### {name}\n\nMeasured {when}.\n\n| figure | median |\n|---|---|"
        );
        if let Some(medians) = figures.get("medians") {
            flat(medians, "", out);
        }
    }
}

fn flat(value: &Value, path: &str, out: &mut String) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let below = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}, {name}")
                };
                flat(value, &below, out);
            }
        }
        Value::Number(number) => {
            let value = digits(number.as_f64().unwrap_or(0.0));
            let _ = writeln!(out, "| {path} | {value} |");
        }
        Value::String(text) => {
            let _ = writeln!(out, "| {path} | {} |", text.replace('|', "/"));
        }
        Value::Bool(is) => {
            let _ = writeln!(out, "| {path} | {} |", if *is { "yes" } else { "no" });
        }
        // Lists are explanations; the file has them.
        Value::Array(_) | Value::Null => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_browsers_files_are_read() {
        assert_eq!(row_of("browser-large-room.json"), Some("large-room"));
        assert_eq!(row_of("full.json"), None);
    }

    #[test]
    fn goals_are_read_from_the_medians() {
        let measured = json!({"weight": {"at": "today", "medians": {
            "parlour": {"first": {"wire": 140_000}, "second": {"wire": 9_000}},
            "thelounge": {"first": {"wire": 700_000}},
        }}});
        let mut out = String::new();
        tables(&measured, &mut out);
        assert!(
            out.contains(
                "| weight | first visit, bytes: ≤ 138,000 | 140,000 | 140,000 | **missed** |"
            ),
            "{out}"
        );
        assert!(out.contains("| weight | first visit: below The Lounge | 140,000 | 0.200 | met |"));
        assert!(out.contains("| weight | first visit: below Converse.js | – | – | not run |"));
        assert!(
            out.contains("| weight | second visit, bytes: ≤ 8,000 | 9000 | 9000 | **missed** |")
        );
        assert!(out.contains("| parlour, first, wire | 140,000 |"));
    }
}
