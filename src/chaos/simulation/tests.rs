use super::*;
use crate::checker::ScreenMismatch;

/// Worlds within which a planted fault is found; some faults need a rare chance.
const WORLDS: u64 = 300;
/// Worlds that a test run plays.
const SEEDS: u64 = 500;

#[test]
fn whatever_happens_nothing_is_lost_doubled_or_reordered() {
    match run_many(1, SEEDS) {
        Ok(summary) => eprintln!("{summary}"),
        Err(failed) => panic!("{failed}"),
    }
}

/// `PARLOUR_SEED=42 cargo test -p parlour-chaos one_world`
#[test]
fn one_world_of_ones_choice_keeps_the_promise() {
    let seed = std::env::var("PARLOUR_SEED").ok();
    let seed = seed.map_or(0, |seed| seed.parse().expect("PARLOUR_SEED is a number"));
    let outcome = run(seed);
    if let Ok(file) = std::env::var("PARLOUR_HISTORY") {
        let file = std::fs::File::create(file).unwrap();
        outcome.history.write(file).unwrap();
    }
    let wrong = outcome.wrong();
    assert!(wrong.is_empty(), "{}", Failed { seed, wrong });
}

#[test]
fn the_same_seed_is_the_same_world() {
    for seed in [3, 19, 77] {
        let (first, second) = (run(seed), run(seed));
        assert_eq!(first.counters, second.counters);
        assert!(first.history == second.history, "seed {seed}");
    }
}

/// Plays worlds until `is_found` among their violations; how many it took.
fn worlds_until(planted: PlantedFault, is_found: impl Fn(&Violation) -> bool) -> u64 {
    let found = (1..=WORLDS).find(|&seed| {
        run_with(seed, Some(planted))
            .violations
            .iter()
            .any(&is_found)
    });
    found.unwrap_or_else(|| panic!("{planted:?} was not found in {WORLDS} worlds"))
}

#[test]
fn an_acknowledgement_before_the_commit_is_found() {
    worlds_until(PlantedFault::AcknowledgesBeforeCommit, |violation| {
        matches!(violation, Violation::AcknowledgedNotStored { .. })
    });
}

#[test]
fn a_dropped_frame_that_the_heartbeat_lies_about_is_found() {
    worlds_until(PlantedFault::LiesInHeartbeats, |violation| {
        matches!(violation, Violation::NotSeen { .. })
    });
    worlds_until(PlantedFault::LiesInHeartbeats, |violation| {
        let stale = |mismatch: &ScreenMismatch| matches!(mismatch, ScreenMismatch::Stale(_));
        matches!(violation, Violation::Screen { mismatch, .. } if stale(mismatch))
    });
}

#[test]
fn a_message_that_a_sync_leaves_out_is_found() {
    worlds_until(PlantedFault::SkipsInSyncs, |violation| {
        matches!(violation, Violation::NotSeen { .. })
    });
}

#[test]
fn a_message_told_to_outsiders_is_found() {
    worlds_until(PlantedFault::DeliversToOutsiders, |violation| {
        matches!(violation, Violation::Outsider { .. })
    });
}

#[test]
fn a_browser_that_forgets_its_outbox_is_found() {
    worlds_until(PlantedFault::ForgetsOutbox, |violation| {
        matches!(violation, Violation::Lost { .. })
    });
}

#[test]
fn a_server_that_stores_repeats_is_found() {
    worlds_until(PlantedFault::StoresRepeats, |violation| {
        matches!(violation, Violation::StoredTwice { .. })
    });
    worlds_until(PlantedFault::StoresRepeats, |violation| {
        matches!(violation, Violation::AcknowledgedTwice { .. })
    });
}
