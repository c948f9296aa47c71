//! The page that people read: goals, figures, who persists, what was not run.

use crate::browser;
use crate::contender::{Contender, EARLIER, PARLOUR};
use crate::digits::digits;
use crate::goals::{self, Goal};
use crate::plot::{self, Bar};
use crate::results::{Results, Spread};
use crate::rows::{self, Row};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The whole page. `plots` is where its drawings are, from where the page is.
pub fn page(results: &Results, plots: &str) -> String {
    let mut out = String::from(
        "# Results\n\nWritten by `make bench`; [CONTRIBUTING.md](../CONTRIBUTING.md) says how it measures. \
         Ratios are of figures of the same round; in brackets the rounds' extremes. Absolute figures hold for \
         the machine below and for nothing else.\n\n",
    );
    for (name, value) in &results.description {
        let _ = writeln!(out, "- {name}: {value}");
    }
    let _ = writeln!(out, "- rounds: {}", results.rounds());
    goals_table(results, &mut out);
    earlier_table(results, &mut out);
    browser::tables(&results.browser, &mut out);
    drawings(results, plots, &mut out);
    out.push_str("\n## Every figure\n\nMedians over the rounds.\n");
    for row in &rows::ALL {
        row_table(results, row, &mut out);
    }
    not_run(results, &mut out);
    out
}

fn goals_table(results: &Results, out: &mut String) {
    out.push_str(
        "\n## Goals\n\n| row | figure | Parlour | against | reached | goal | |\n|---|---|---|---|---|---|---|\n",
    );
    let measured: BTreeSet<&str> = (results.samples.iter())
        .map(|sample| sample.row.as_str())
        .collect();
    for goal in goals::ALL.iter().filter(|goal| measured.contains(goal.row)) {
        let ours = results.median(goal.row, &goal.of.name(), goal.figure);
        let reached = goal.reached(results);
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |",
            goal.row,
            goal.title(),
            ours.map_or_else(|| "–".to_owned(), digits),
            against(goal, results),
            reached.map_or_else(|| "–".to_owned(), range),
            goal.words(),
            goal.verdict(reached).words(),
        );
    }
    out.push_str(
        "\nParlour has every message on disk before anybody hears it. What a peer keeps stands beside its figure: \
         one that stores nothing does less.\n",
    );
}

/// Every figure that has a goal, beside the earlier release's. In which direction better lies is the goal's word.
fn earlier_table(results: &Results, out: &mut String) {
    let mut lines = String::new();
    let mut seen = BTreeSet::new();
    for goal in goals::ALL.iter().filter(|goal| goal.of == PARLOUR) {
        let (row, figure) = (goal.row, goal.figure);
        let Some(ratio) = goals::ratio(results, row, figure, &PARLOUR, &EARLIER) else {
            continue;
        };
        if !seen.insert((row, figure)) {
            continue;
        }
        let median = |contender: &Contender| {
            let value = results.median(row, &contender.name(), figure);
            let void = match results.counts(row, &contender.name()) {
                true => "",
                false => " (void)",
            };
            value.map_or_else(|| "–".to_owned(), |value| digits(value) + void)
        };
        let _ = writeln!(
            lines,
            "| {row} | {figure} | {} | {} | {} | {} |",
            median(&PARLOUR),
            median(&EARLIER),
            range(ratio),
            goal.change(ratio),
        );
    }
    if !lines.is_empty() {
        let _ = write!(
            out,
            "\n## Beside an earlier release\n\n\
             Better or worse is what every round says, of what is measured once the one; where the rounds disagree, \
             it is their spread.\n\n\
             | row | figure | Parlour | earlier | ratio | |\n|---|---|---|---|---|---|\n{lines}"
        );
    }
}

/// The reference's own figure, and what that peer keeps.
fn against(goal: &Goal, results: &Results) -> String {
    use goals::Against::{Above, Beside, Nothing, Own, Peer, PeerOver};
    let (_, figure, contender) = goal.reference();
    let value = results.median(goal.row, &contender.name(), figure);
    let value = value.map_or_else(|| "not run".to_owned(), digits);
    match goal.against {
        Nothing => "–".to_owned(),
        Beside(_) => format!("{value} (a bare loop)"),
        Own(_) | Above(_) => value,
        Peer(peer) | PeerOver(peer) => {
            format!(
                "{value} ({}; persists: {})",
                peer.title,
                peer.persists.words()
            )
        }
    }
}

fn range(spread: Spread) -> String {
    if spread.least == spread.most {
        digits(spread.median)
    } else {
        format!(
            "{} ({} – {})",
            digits(spread.median),
            digits(spread.least),
            digits(spread.most)
        )
    }
}

fn row_table(results: &Results, row: &Row, out: &mut String) {
    let (figures, contenders) = results.names(row.key);
    if contenders.is_empty() {
        return;
    }
    let title = |name: &String| {
        let contender = Contender::named(name);
        contender.map_or_else(|| name.clone(), |contender| contender.title.to_owned())
    };
    let keeps = |name: &String| Contender::named(name).map_or("", |one| one.persists.words());
    let _ = writeln!(out, "\n### {}\n", row.title);
    let titles: Vec<String> = contenders.iter().map(title).collect();
    let _ = writeln!(out, "| | {} |", titles.join(" | "));
    let _ = writeln!(out, "|---|{}", "---|".repeat(contenders.len()));
    let kept: Vec<&str> = contenders.iter().map(keeps).collect();
    let _ = writeln!(out, "| persists | {} |", kept.join(" | "));
    for figure in &figures {
        let cells: Vec<String> = contenders
            .iter()
            .map(|contender| {
                let value = results.median(row.key, contender, figure);
                let mut cell = value.map_or_else(String::new, digits);
                if value.is_some() && !results.counts(row.key, contender) {
                    cell.push_str(" (void)");
                }
                cell
            })
            .collect();
        let _ = writeln!(out, "| {figure} | {} |", cells.join(" | "));
    }
}

fn not_run(results: &Results, out: &mut String) {
    let void: Vec<_> = (results.samples.iter())
        .filter_map(|sample| Some((sample, sample.void.as_ref()?)))
        .collect();
    if !results.not_run.is_empty() {
        out.push_str("\n## Not run\n\n");
        for (name, why) in &results.not_run {
            let _ = writeln!(out, "- {name}: {why}");
        }
    }
    if !void.is_empty() {
        let _ = writeln!(
            out,
            "\n## Void\n\n{} of {} blocks do not count:\n",
            void.len(),
            results.samples.len()
        );
        let reasons: BTreeSet<String> = void
            .iter()
            .map(|(sample, why)| {
                format!(
                    "- {} of {}, round {}: {}",
                    sample.row,
                    sample.contender,
                    sample.round,
                    one_line(why)
                )
            })
            .collect();
        for reason in reasons {
            let _ = writeln!(out, "{reason}");
        }
    }
}

fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(300)
        .collect();
    plain.replace('`', "'").replace('<', "‹")
}

/// A drawing: its file, the row and figure it shows, its title, and whether less is better.
const DRAWINGS: [(&str, &str, &[&str], &str); 5] = [
    (
        "cpu",
        "room",
        &["cpu per delivery, µs"],
        "Processor time per delivery, µs (less is better)",
    ),
    (
        "saturated",
        "room",
        &["saturated deliveries/s per core"],
        "Deliveries a second per core (more is better)",
    ),
    (
        "latency",
        "latency",
        &["delivery p50, ms", "delivery p99, ms", "delivery p99.9, ms"],
        "Delivery latency, 5,000 sockets: p50, p99, p99.9 in ms (less is better)",
    ),
    (
        "memory",
        "idle",
        &["memory at 10000, KB"],
        "Memory per idle connection, KB (less is better)",
    ),
    (
        "ingest",
        "ingest",
        &["window 1: acks/s"],
        "Messages stored and acknowledged a second (more is better)",
    ),
];

/// The drawings' names and texts.
pub fn svgs(results: &Results) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (file, row, figures, title) in DRAWINGS {
        let (_, contenders) = results.names(row);
        let bars: Vec<Bar> = contenders
            .iter()
            .filter_map(|name| {
                let contender = Contender::named(name)?;
                let values: Vec<f64> = figures
                    .iter()
                    .filter_map(|figure| results.median(row, name, figure))
                    .filter(|value| *value > 0.0)
                    .collect();
                (!values.is_empty()).then(|| Bar {
                    label: contender.title.to_owned(),
                    note: contender.persists.words().to_owned(),
                    values,
                    is_ours: contender == PARLOUR,
                })
            })
            .collect();
        if !bars.is_empty() {
            all.push((format!("{file}.svg"), plot::bars(title, &bars)));
        }
    }
    all
}

fn drawings(results: &Results, plots: &str, out: &mut String) {
    let all = svgs(results);
    if all.is_empty() {
        return;
    }
    out.push_str("\n## Drawings\n\nAll scales are logarithmic.\n\n");
    for (file, _) in all {
        let name = file.trim_end_matches(".svg");
        let title = DRAWINGS.iter().find(|drawing| drawing.0 == name);
        let title = title.map_or(name, |drawing| drawing.3);
        let _ = writeln!(out, "![{title}]({plots}/{file})\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Sample;
    use crate::rows::Figures;

    #[test]
    fn a_missing_peer_is_not_run_and_the_page_says_so() {
        let mut results = Results::default();
        results.samples.push(Sample {
            row: "room".to_owned(),
            contender: "parlour".to_owned(),
            round: 1,
            figures: Figures::from([("cpu per delivery, µs".to_owned(), 5.0)]),
            steal: 0.0,
            void: None,
        });
        (results.not_run).insert("bun:memory".to_owned(), "not installed".to_owned());
        let page = page(&results, "results/full");
        assert!(page.contains("| room | cpu per delivery, µs | 5.00 | not run (Bun, storing nothing; persists: nothing) | – | ≤ 1 × Bun, storing nothing | not run |"), "{page}");
        assert!(page.contains("- bun:memory: not installed"));
        assert!(!page.contains("| latency |"));
    }
}
