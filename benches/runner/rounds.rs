//! Rounds: everybody once, in an order that is drawn anew each time, and what does not count.
//!
//! *Invariant:* a block during which the host took processor time away, or that failed, is repeated a
//! bounded number of times; a round in which the machine itself changed is void as a whole.

use crate::contender::Contender;
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
/// How far the floor may have moved from the start of a round to its end.
const DRIFT_MAX: f64 = 0.15;
/// How often a block is tried.
const TRIES: usize = 3;
/// How often it may fail: what fails twice will fail again, and may take its time to.
const FAILURES: usize = 2;
/// Rounds that may be repeated as a whole.
const REPEATS: usize = 1;
/// Bytes and passes of the probe.
const PROBE: (usize, usize) = (420, 15);

/// Measures everything that was asked for. What there is after each round is written to `file`.
pub fn run(stage: &Stage, options: &Options, results: &mut Results, file: &Path) -> Outcome<()> {
    let mut random = fastrand::Rng::with_seed(options.seed);
    let mut repeats = REPEATS;
    let mut round = 1;
    while round <= options.rounds {
        let began = Instant::now();
        let mut samples = Vec::new();
        let before = floors::send(PROBE.0, 1, PROBE.1)?;
        for row in rows::ALL.iter().filter(|row| options.wants_row(row.key)) {
            let mut order = taking_part(stage, options, row, results);
            order.retain(|contender| round == 1 || !row.once.contains(contender));
            random.shuffle(&mut order);
            for contender in order {
                block(stage, row, &contender, round, &mut samples);
            }
        }
        let after = floors::send(PROBE.0, 1, PROBE.1)?;
        let drift = (after - before).abs() / before;
        eprintln!(
            "round {round}: {:.0} s, a send cost {before:.0} ns before and {after:.0} ns after",
            began.elapsed().as_secs_f64()
        );
        let has_drifted = drift > DRIFT_MAX;
        if has_drifted {
            let why = format!("the floor moved by {:.0} % in this round", drift * 100.0);
            for sample in samples.iter_mut().filter(|sample| is_relative(&sample.row)) {
                sample.void.get_or_insert_with(|| why.clone());
            }
        }
        results.samples.append(&mut samples);
        results.write(file)?;
        if has_drifted && repeats > 0 && stage.pace == Pace::Full {
            eprintln!(
                "round {round} is void ({:.0} % drift) and is repeated",
                drift * 100.0
            );
            repeats -= 1;
        } else {
            round += 1;
        }
    }
    Ok(())
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
    for contender in all.iter().filter(|contender| options.wants(contender)) {
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
    let mut failures = 0;
    for attempt in 1..=TRIES {
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
        let is_over = void.is_none() || attempt == TRIES || failures == FAILURES;
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
    const NAMES: [(&str, &str); 10] = [
        ("cpu per delivery, µs", "µs each"),
        ("saturated deliveries/s per core", "/s/core"),
        ("delivery p50, ms", "ms p50"),
        ("delivery p99, ms", "ms p99"),
        ("window 1: acks/s", "acks/s"),
        ("pages/s per core", "pages/s/core"),
        ("random page p99, ms", "ms p99"),
        ("start to first page, ms", "ms"),
        ("storm return, s at 1000", "s back"),
        ("memory at 1000, KB", "KB"),
    ];
    NAMES
        .iter()
        .filter_map(|(name, unit)| {
            let value = figures.get(*name)?;
            Some(format!("  {} {unit}", crate::report::digits(*value)))
        })
        .collect()
}
