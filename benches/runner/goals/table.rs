//! The goals themselves.

use super::Against::{Above, Beside, Nothing, Own, Peer, PeerOver};
use super::Bound::{AtLeast, AtMost};
use super::Goal;
use super::{Against, Bound};
use crate::contender::{
    BUN_MEMORY, BUN_SQLITE, PARLOUR, PARLOUR_POSTGRES, SOCKETIO, SVELTEKIT, TWIN,
};

const CPU: &str = "cpu per delivery, µs";
pub(super) const FULL: &str = "saturated deliveries/s per core";
const FEW: &str = "16 × 8: deliveries/s";
const FIRST: &str = "first page p99, ms";
const FIRST_BARE: &str = "first page, a bare loop's p99, ms";
const DEEPEST: &str = "deepest page p99, ms";
const DEEPEST_BARE: &str = "deepest page, a bare loop's p99, ms";
const RANDOM: &str = "random page p99, ms";
const RANDOM_BARE: &str = "random page, a bare loop's p99, ms";
const ALONE: &str = "alone: ack p99, ms";
const SIGNING: &str = "beside 200 sign-ins: ack p99, ms";
const LETTING_IN: &str = "letting in p99, ms";
const PUTTING_OUT: &str = "putting out p99, ms";
const FIRST_PAGE: &str = "members, first part, page p99, ms";
const DEEPEST_PAGE: &str = "members, deepest part, page p99, ms";
const FIRST_LIST: &str = "members, first part, over REST p99, ms";
const DEEPEST_LIST: &str = "members, deepest part, over REST p99, ms";

pub(super) const fn goal(
    row: &'static str,
    figure: &'static str,
    against: Against,
    bound: Bound,
) -> Goal {
    Goal {
        row,
        of: PARLOUR,
        figure,
        against,
        bound,
    }
}

pub(super) const fn on_postgres(
    row: &'static str,
    figure: &'static str,
    against: Against,
    bound: Bound,
) -> Goal {
    Goal {
        of: PARLOUR_POSTGRES,
        ..goal(row, figure, against, bound)
    }
}

/// All goals, in the table's order.
pub const ALL: [Goal; 68] = [
    goal(
        "room",
        CPU,
        Own("floor of a send, 1 frames at once, µs"),
        AtMost(1.25),
    ),
    goal("room", CPU, Peer(BUN_MEMORY), AtMost(1.0)),
    goal("room", CPU, Peer(TWIN), AtMost(0.1)),
    goal("room", FULL, Peer(BUN_SQLITE), AtLeast(3.0)),
    goal("room", FULL, Peer(BUN_MEMORY), AtLeast(1.2)),
    goal("room", FULL, Peer(TWIN), AtLeast(50.0)),
    goal("room", FULL, Peer(SOCKETIO), AtLeast(8.0)),
    goal("pipelined", FEW, Own("128 × 1: deliveries/s"), AtLeast(0.9)),
    goal("pipelined", FEW, Peer(BUN_SQLITE), AtLeast(3.0)),
    goal("pipelined", FEW, Peer(BUN_MEMORY), AtLeast(1.0)),
    goal(
        "latency",
        "delivery p99, ms",
        Above("fdatasync p99, ms"),
        AtMost(3.0),
    ),
    goal("latency", "delivery p99, ms", Peer(TWIN), AtMost(0.1)),
    on_postgres("latency", "delivery p99, ms", Peer(PARLOUR), AtMost(2.0)),
    goal("idle", "memory at 10000, KB", Nothing, AtMost(2.6)),
    goal("idle", "memory at 18000, KB", Nothing, AtMost(2.6)),
    goal(
        "idle",
        "memory at 18000 after a burst, KB",
        Nothing,
        AtMost(2.6),
    ),
    goal("idle", "memory at 10000, KB", Peer(BUN_MEMORY), AtMost(1.0)),
    goal(
        "idle",
        "idle cpu per connection and second, µs",
        Nothing,
        AtMost(1.0),
    ),
    goal("storm", "storm failures at 10000", Nothing, AtMost(0.0)),
    goal(
        "storm",
        "storm join, bytes each at 10000",
        Own("storm join, bytes each at 5000"),
        AtMost(1.1),
    ),
    goal(
        "storm",
        "storm return, bytes each at 10000",
        Own("storm return, bytes each at 5000"),
        AtMost(1.1),
    ),
    goal(
        "storm",
        "storm join, s at 1000",
        PeerOver(TWIN),
        AtLeast(20.0),
    ),
    goal(
        "storm",
        "storm return, s at 1000",
        PeerOver(TWIN),
        AtLeast(20.0),
    ),
    goal(
        "ingest",
        "window 1: acks/s",
        Own("SQLite, rows/s in 128-row transactions"),
        AtLeast(0.6),
    ),
    goal(
        "ingest",
        "window 1: ack p99, ms",
        Own("fdatasync p99, ms"),
        AtMost(3.0),
    ),
    on_postgres(
        "ingest",
        "window 1: acks/s",
        Own("PostgreSQL, rows/s in 128-row transactions"),
        AtLeast(0.5),
    ),
    goal("history", FIRST, Beside(FIRST_BARE), AtMost(2.0)),
    goal("history", DEEPEST, Beside(DEEPEST_BARE), AtMost(2.0)),
    goal("history", RANDOM, Beside(RANDOM_BARE), AtMost(2.0)),
    goal(
        "history",
        "deepest page p50, ms",
        Own("first page p50, ms"),
        AtMost(1.1),
    ),
    // One of the two is the goal, for each kind of page: a machine with gaps has them in the bare loop, too.
    on_postgres("history", FIRST, Beside(FIRST_BARE), AtMost(3.0)),
    on_postgres("history", FIRST, Own(FIRST_BARE), AtMost(1.2)),
    on_postgres("history", DEEPEST, Beside(DEEPEST_BARE), AtMost(3.0)),
    on_postgres("history", DEEPEST, Own(DEEPEST_BARE), AtMost(1.2)),
    on_postgres("history", RANDOM, Beside(RANDOM_BARE), AtMost(3.0)),
    on_postgres("history", RANDOM, Own(RANDOM_BARE), AtMost(1.2)),
    on_postgres(
        "history",
        "deepest page p50, ms",
        Own("first page p50, ms"),
        AtMost(1.1),
    ),
    goal(
        "reading-while-writing",
        "beside 16 readers: ack p99, ms",
        Own("alone: ack p99, ms"),
        AtMost(3.0),
    ),
    goal("page", "pages/s per core", Peer(SVELTEKIT), AtLeast(10.0)),
    goal(
        "page",
        "page p99 at 70 %, ms",
        Beside("a bare loop's p99 at 70 %, ms"),
        AtMost(5.0),
    ),
    // This or the one before it is the goal: a machine with gaps has them in the bare loop, too.
    goal(
        "page",
        "page p99 at 70 %, ms",
        Own("a bare loop's p99 at 70 %, ms"),
        AtMost(1.2),
    ),
    // One of the two is the goal.
    goal("sign-in", SIGNING, Own(ALONE), AtMost(1.2)),
    goal("sign-in", SIGNING, Above(ALONE), AtMost(3.0)),
    goal(
        "sign-in",
        "sign-ins without an answer",
        Nothing,
        AtMost(0.0),
    ),
    goal(
        "sign-in",
        "memory for 200 sign-ins, MB",
        Nothing,
        AtMost(60.0),
    ),
    goal("sign-in", "medians apart, ms", Nothing, AtMost(1.0)),
    goal("members", LETTING_IN, Nothing, AtMost(50.0)),
    goal("members", PUTTING_OUT, Nothing, AtMost(50.0)),
    goal("members", FIRST_PAGE, Nothing, AtMost(50.0)),
    goal("members", DEEPEST_PAGE, Nothing, AtMost(50.0)),
    goal("members", FIRST_LIST, Nothing, AtMost(50.0)),
    goal("members", DEEPEST_LIST, Nothing, AtMost(50.0)),
    on_postgres("members", LETTING_IN, Nothing, AtMost(50.0)),
    on_postgres("members", PUTTING_OUT, Nothing, AtMost(50.0)),
    on_postgres("members", FIRST_PAGE, Nothing, AtMost(50.0)),
    on_postgres("members", DEEPEST_PAGE, Nothing, AtMost(50.0)),
    on_postgres("members", FIRST_LIST, Nothing, AtMost(50.0)),
    on_postgres("members", DEEPEST_LIST, Nothing, AtMost(50.0)),
    // With all that a call is besides, which would count as the query's.
    goal("sidebar", "of 20 rooms p50, ms", Nothing, AtMost(2.0)),
    goal("sidebar", "of 300 rooms p50, ms", Nothing, AtMost(2.0)),
    on_postgres("sidebar", "of 20 rooms p50, ms", Nothing, AtMost(2.0)),
    on_postgres("sidebar", "of 300 rooms p50, ms", Nothing, AtMost(2.0)),
    goal(
        "formatted",
        "formatted, cpu per delivery, µs",
        Own("plain, cpu per delivery, µs"),
        AtMost(1.25),
    ),
    goal(
        "reactions",
        "delivery, bytes at most",
        Nothing,
        AtMost(200.0),
    ),
    goal(
        "reactions",
        "people with what the message has",
        Nothing,
        AtLeast(1_000.0),
    ),
    goal("start", "start to first page, ms", Nothing, AtMost(200.0)),
    goal(
        "start",
        "memory of an idle server, MB",
        Nothing,
        AtMost(50.0),
    ),
    goal("start", "binary, MB", Nothing, AtMost(30.0)),
];
