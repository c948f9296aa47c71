use super::*;
use std::collections::HashSet;

#[test]
fn a_seed_gives_its_plan_again_and_another_seed_another() {
    assert_eq!(Plan::draw(7, &Scale::SHORT), Plan::draw(7, &Scale::SHORT));
    assert_ne!(Plan::draw(7, &Scale::SHORT), Plan::draw(8, &Scale::SHORT));
}

#[test]
fn a_full_run_has_what_it_promises() {
    let plan = Plan::draw(1, &Scale::FULL);
    let sends: usize = plan.phases.iter().map(Phase::sends).sum();
    assert_eq!(sends, 100_000);
    let count = |is: fn(&InjectedFault) -> bool| {
        let injections = plan.phases.iter().flat_map(|phase| &phase.injections);
        injections.filter(|injection| is(&injection.fault)).count()
    };
    assert!(count(|fault| matches!(fault, InjectedFault::Kill { .. })) >= 200);
    assert!(count(|fault| matches!(fault, InjectedFault::Restart)) >= 20);
    assert!(count(|fault| matches!(fault, InjectedFault::Disk { .. })) >= 10);
}

#[test]
fn who_is_a_guest_becomes_somebody_once_and_at_the_end_of_a_run() {
    let whole = Plan::draw(1, &Scale::SHORT);
    let part = Plan::draw(1, &Scale::SHORT).only(|name| name.starts_with("one-way"));
    assert_eq!(part.phases.len(), 2);
    let clients = |phase: &Phase| {
        let signing_in = phase
            .actions
            .iter()
            .filter_map(|action| match action.action {
                Action::SignIn { is_other } => Some((action.client, is_other)),
                _ => None,
            });
        signing_in.collect::<HashSet<_>>()
    };
    for plan in [whole, part] {
        let (last, before) = plan.phases.split_last().unwrap();
        assert!(before.iter().all(|phase| clients(phase).is_empty()));
        let signing_in = clients(last);
        assert_eq!(signing_in.len(), 10);
        let is_there = |is: &bool| signing_in.iter().any(|(_, other)| other == is);
        assert!([true, false].iter().all(is_there));
    }
}

#[test]
fn every_room_has_somebody_and_everybody_is_an_outsider_somewhere() {
    for seed in 0..50 {
        for phase in Plan::draw(seed, &Scale::SHORT).phases {
            let taken: HashSet<usize> = phase.memberships.iter().flatten().copied().collect();
            assert_eq!(taken.len(), ROOMS + 1);
            for rooms in &phase.memberships {
                let open: HashSet<usize> = rooms.iter().copied().filter(|at| *at < ROOMS).collect();
                let closed = rooms.iter().filter(|at| **at == CLOSED).count();
                assert_eq!(open.len() + closed, rooms.len());
                assert!((1..ROOMS).contains(&open.len()));
            }
        }
    }
}

#[test]
fn who_is_in_the_closed_room_is_put_out_and_let_in_by_turns_in_every_phase() {
    for phase in Plan::draw(5, &Scale::SHORT).phases {
        let mut left_out = 0;
        for (client, rooms) in phase.memberships.iter().enumerate() {
            let turns = phase
                .actions
                .iter()
                .filter(|action| action.client == client);
            let turns = turns.filter_map(|action| match action.action {
                Action::PutOut => Some(false),
                Action::LetIn => Some(true),
                _ => None,
            });
            let turns: Vec<bool> = turns.collect();
            let is_member = rooms.contains(&CLOSED);
            assert_eq!(is_member && client > 0, !turns.is_empty());
            let by_turns = turns
                .iter()
                .enumerate()
                .all(|(at, is_in)| at % 2 == usize::from(*is_in));
            assert!(by_turns, "{turns:?}");
            left_out += usize::from(!is_member || turns.last() == Some(&false));
        }
        assert!(left_out > 0 && left_out < phase.memberships.len());
    }
}

#[test]
fn injections_come_in_order_and_before_the_last_action() {
    for phase in Plan::draw(3, &Scale::FULL).phases {
        assert!(
            phase
                .injections
                .is_sorted_by_key(|injection| injection.after)
        );
        assert!(
            phase
                .injections
                .iter()
                .all(|injection| injection.after < phase.actions.len())
        );
    }
}

#[test]
fn on_postgres_the_database_is_broken_in_place_of_its_disk() {
    let scale = Scale::FULL.on(Database::Postgres);
    let plan = Plan::draw(1, &scale);
    assert_eq!(plan, Plan::draw(1, &scale));
    assert_eq!(plan.phases.iter().map(Phase::sends).sum::<usize>(), 100_000);
    assert!(!plan.phases.iter().any(Phase::needs_disk));
    let count = |kind, is: fn(&InjectedFault) -> bool| {
        let phases = plan.phases.iter().filter(|phase| phase.kind == kind);
        let injections = phases.flat_map(|phase| &phase.injections);
        injections.filter(|injection| is(&injection.fault)).count()
    };
    for kind in [
        Kind::DatabaseKills,
        Kind::DatabaseRestarts,
        Kind::DatabaseSilence,
        Kind::DatabaseCuts,
    ] {
        let own = count(kind, |fault| matches!(fault, InjectedFault::Outage(_)));
        assert!(own >= 5, "{kind:?}");
    }
    let is_failover = |fault: &InjectedFault| matches!(fault, InjectedFault::Failover { .. });
    assert!(count(Kind::Failover, is_failover) >= 2);
    assert!(
        count(Kind::Mixed, |fault| matches!(
            fault,
            InjectedFault::Outage(_)
        )) >= 5
    );
    let short = Plan::draw(1, &Scale::SHORT.on(Database::Postgres));
    assert!(
        !short
            .phases
            .iter()
            .any(|phase| phase.kind == Kind::Failover)
    );
}
