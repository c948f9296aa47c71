//! Rounds: everybody once, in an order that is drawn anew each time, and what does not count.
//!
//! *Invariant:* a block during which the host took processor time away, or that failed, is repeated a
//! bounded number of times; a row during which the machine itself changed is void as a whole.

use crate::contender::{Contender, EARLIER, PARLOUR};
use crate::failure::Outcome;
use crate::floors;
use crate::machine::Stolen;
use crate::options::Options;
use crate::results::{Results, Sample};
use crate::rows::{self, Figures, Pace, Row, Stage};
use std::path::Path;
use std::time::Instant;

/// The share of processor time that may be stolen.
const STEAL_MAX: f64 = 0.02;
/// How far the floor may have moved from the start of a row to its end.
const DRIFT_MAX: f64 = 0.15;
/// How often a block is tried, where there is time for that.
const TRIES: usize = 3;
/// How often it may fail: what fails twice will fail again, and may take its time to.
const FAILURES: usize = 2;
/// Rows that may be repeated as a whole, in all rounds together.
const REPEATS: usize = 3;
/// Bytes and passes of the probe.
const PROBE: (usize, usize) = (420, 15);

/// Measures everything that was asked for. What there is after each round is written to `file`.
pub fn run(stage: &Stage, options: &Options, results: &mut Results, file: &Path) -> Outcome<()> {
    let mut random = fastrand::Rng::with_seed(options.seed);
    let mut repeats = match stage.pace {
        Pace::Full => REPEATS,
        Pace::Quick => 0,
    };
    for round in 1..=options.rounds() {
        let began = Instant::now();
        let mut before = floors::send(PROBE.0, 1, PROBE.1)?;
        for row in rows::ALL.iter().filter(|row| options.wants_row(row.key)) {
            loop {
                let mut order = taking_part(stage, options, row, results);
                // What is measured once is not repeated with the others.
                order.retain(|contender| {
                    !is_once(row, contender) || !results.was_tried(row.key, &contender.name())
                });
                random.shuffle(&mut order);
                let mut samples = Vec::new();
                for contender in order {
                    block(stage, row, &contender, round, &mut samples);
                }
                let after = floors::send(PROBE.0, 1, PROBE.1)?;
                let drift = (after - before).abs() / before;
                before = after;
                let has_drifted = drift > DRIFT_MAX && is_relative(row.key);
                if has_drifted {
                    let why = format!("the floor moved by {:.0} % meanwhile", drift * 100.0);
                    eprintln!("  round {round} {:8} VOID: {why}", row.key);
                    for sample in &mut samples {
                        sample.void.get_or_insert_with(|| why.clone());
                    }
                }
                results.samples.append(&mut samples);
                results.write(file)?;
                if !has_drifted || repeats == 0 {
                    break;
                }
                repeats -= 1;
            }
        }
        eprintln!(
            "round {round}: {:.0} s, a send costs {before:.0} ns",
            began.elapsed().as_secs_f64()
        );
    }
    Ok(())
}

/// Whether the first round must do; of an earlier release, where it must do for this one.
fn is_once(row: &Row, contender: &Contender) -> bool {
    let counts_as = match contender.is_parlour() {
        true => &PARLOUR,
        false => contender,
    };
    row.once.contains(counts_as)
}

/// Memory does not depend on how fast the machine is at a moment.
fn is_relative(row: &str) -> bool {
    row != "idle"
}

fn taking_part(
    stage: &Stage,
    options: &Options,
    row: &Row,
    results: &mut Results,
) -> Vec<Contender> {
    let all = match stage.pace {
        Pace::Full => row.contenders,
        Pace::Quick => row.quick,
    };
    let mut here = Vec::new();
    let earlier = options.earlier.as_ref().map(|_| &EARLIER);
    for contender in (all.iter().chain(earlier)).filter(|contender| options.wants(contender)) {
        match stage.places.missing(contender) {
            None => here.push(*contender),
            Some(why) => {
                results.not_run.insert(contender.name(), why);
            }
        }
    }
    here
}

fn block(stage: &Stage, row: &Row, contender: &Contender, round: usize, samples: &mut Vec<Sample>) {
    let tries = match stage.pace {
        Pace::Full => TRIES,
        Pace::Quick => 1,
    };
    let mut failures = 0;
    for attempt in 1..=tries {
        let (began, before) = (Instant::now(), Stolen::now());
        let measured = (row.measure)(stage, contender);
        let steal = Stolen::now().share_since(before);
        let (figures, void) = match measured {
            Ok(figures) => {
                let void = (steal > STEAL_MAX)
                    .then(|| format!("{:.1} % of the processors were stolen", steal * 100.0));
                (figures, void)
            }
            Err(failure) => {
                failures += 1;
                (Figures::new(), Some(failure.to_string()))
            }
        };
        let is_over = void.is_none() || attempt == tries || failures == FAILURES;
        eprintln!(
            "  round {round} {:8} {:16} {:5.1} s{}{}",
            row.key,
            contender.name(),
            began.elapsed().as_secs_f64(),
            brief(&figures),
            void.as_ref()
                .map_or_else(String::new, |why| format!("  VOID: {why}")),
        );
        samples.push(Sample {
            row: row.key.to_owned(),
            contender: contender.name(),
            round,
            figures,
            steal,
            void,
        });
        if is_over {
            return;
        }
    }
}

/// The figures that say most, for who watches.
fn brief(figures: &Figures) -> String {
    const NAMES: [(&str, &str); 14] = [
        ("cpu per delivery, µs", "µs each"),
        ("saturated deliveries/s per core", "/s/core"),
        ("16 × 8: deliveries/s", "/s"),
        ("delivery p50, ms", "ms p50"),
        ("delivery p99, ms", "ms p99"),
        ("window 1: acks/s", "acks/s"),
        ("pages/s per core", "pages/s/core"),
        ("random page p99, ms", "ms p99"),
        ("beside 200 sign-ins: ack p99, ms", "ms p99"),
        ("letting in p99, ms", "ms p99"),
        ("of 20 rooms p50, ms", "ms p50"),
        ("start to first page, ms", "ms"),
        ("storm return, s at 1000", "s back"),
        ("memory at 1000, KB", "KB"),
    ];
    NAMES
        .iter()
        .filter_map(|(name, unit)| {
            let value = figures.get(*name)?;
            Some(format!("  {} {unit}", crate::digits::digits(*value)))
        })
        .collect()
}
