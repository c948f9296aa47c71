//! What is to be reached, as figures against figures of the same round.

mod table;

pub use table::ALL;

use crate::contender::{Contender, PARLOUR};
use crate::results::{Results, Spread};

/// What a figure is held against.
#[derive(Clone, Copy, Debug)]
pub enum Against {
    /// Compared with a number.
    Nothing,
    /// A number; what the machine itself takes, another figure of the same block, stands beside it and
    /// decides nothing.
    Beside(&'static str),
    /// Another figure of the same block, as a ratio.
    Own(&'static str),
    /// Another figure of the same block; what lies between them.
    Above(&'static str),
    /// The same figure of a peer in the same round, as a ratio.
    Peer(Contender),
    /// The same, turned round: how many times less ours is.
    PeerOver(Contender),
}

/// Where it must be.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
}

/// One goal of the benchmark.
#[derive(Clone, Copy, Debug)]
pub struct Goal {
    /// The row's key.
    pub row: &'static str,
    /// Whose figure it is: Parlour, on one database or the other.
    pub of: Contender,
    /// The figure that counts.
    pub figure: &'static str,
    /// What it is held against.
    pub against: Against,
    /// Where it must be.
    pub bound: Bound,
}

/// What came of a goal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// In every round.
    Met,
    /// In the middle of the rounds, not in each.
    MetByTheMedian,
    /// Neither every round nor their median reaches it.
    Missed,
    /// Something is missing.
    NotRun,
}

impl Verdict {
    /// For the table.
    pub fn words(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::MetByTheMedian => "met by the median",
            Self::Missed => "**missed**",
            Self::NotRun => "not run",
        }
    }
}

use Against::{Above, Beside, Nothing, Own, Peer, PeerOver};
use Bound::{AtLeast, AtMost};

impl Goal {
    /// The figure, with whose it is where that is not plain.
    pub fn title(&self) -> String {
        match self.of == PARLOUR {
            true => self.figure.to_owned(),
            false => format!("{} ({})", self.figure, self.of.title),
        }
    }

    /// What it asks for, in words.
    pub fn words(&self) -> String {
        let bound = match self.bound {
            AtMost(most) => format!("≤ {most}"),
            AtLeast(least) => format!("≥ {least}"),
        };
        match self.against {
            Nothing | Beside(_) => bound,
            Own(figure) => format!("{bound} × {figure}"),
            Above(figure) => format!("{bound} above {figure}"),
            Peer(peer) => format!("{bound} × {}", peer.title),
            PeerOver(peer) => format!("{} times as fast as {}", bound, peer.title),
        }
    }

    /// What ours is held against.
    pub fn reference(&self) -> (String, &'static str, Contender) {
        match self.against {
            Nothing => (String::new(), self.figure, self.of),
            Beside(figure) | Own(figure) | Above(figure) => (String::new(), figure, self.of),
            Peer(peer) | PeerOver(peer) => (peer.title.to_owned(), self.figure, peer),
        }
    }

    /// What was reached, over all rounds in which both sides were measured.
    pub fn reached(&self, results: &Results) -> Option<Spread> {
        let ours = results.by_round(self.row, &self.of.name(), self.figure);
        let (_, figure, contender) = self.reference();
        let theirs = results.by_round(self.row, &contender.name(), figure);
        let values: Vec<f64> = ours
            .iter()
            .filter_map(|(round, &ours)| {
                let theirs = *theirs.get(round)?;
                Some(match self.against {
                    Nothing | Beside(_) => ours,
                    Own(_) | Peer(_) => ours / theirs,
                    Above(_) => ours - theirs,
                    PeerOver(_) => theirs / ours,
                })
            })
            .filter(|value| value.is_finite())
            .collect();
        Spread::of(&values)
    }

    /// Whether it was reached.
    pub fn verdict(&self, reached: Option<Spread>) -> Verdict {
        reached.map_or(Verdict::NotRun, |reached| self.bound.verdict(reached))
    }
}

/// How a figure of one contender stands to the same of another, over the rounds that have both.
pub fn ratio(
    results: &Results,
    row: &str,
    figure: &str,
    one: &Contender,
    other: &Contender,
) -> Option<Spread> {
    let others = results.by_round(row, &other.name(), figure);
    let ratios: Vec<f64> = (results.by_round(row, &one.name(), figure).iter())
        .filter_map(|(round, &value)| {
            let other = *others.get(round)?;
            // Nothing beside nothing is the same, and something beside nothing is infinitely more.
            Some(if value == other { 1.0 } else { value / other })
        })
        .collect();
    Spread::of(&ratios)
}

impl Goal {
    /// What the ratio to an earlier figure means, if all rounds agree.
    pub fn change(&self, ratio: Spread) -> &'static str {
        let is_less_better = matches!(
            (self.bound, self.against),
            (AtMost(_), _) | (_, PeerOver(_))
        );
        match (ratio.most < 1.0, ratio.least > 1.0) {
            (true, _) if is_less_better => "better",
            (_, true) if is_less_better => "**worse**",
            (true, _) => "**worse**",
            (_, true) => "better",
            _ => "within the spread",
        }
    }
}

impl Bound {
    /// Whether something is where it must be.
    pub fn verdict(self, reached: Spread) -> Verdict {
        let (middle, every) = match self {
            AtMost(most) => (reached.median <= most, reached.most <= most),
            AtLeast(least) => (reached.median >= least, reached.least >= least),
        };
        match (middle, every) {
            (_, true) => Verdict::Met,
            (true, false) => Verdict::MetByTheMedian,
            (false, false) => Verdict::Missed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::table::{FULL, goal, on_postgres};
    use super::*;
    use crate::contender::{BUN_SQLITE, PARLOUR_POSTGRES, TWIN};
    use crate::results::Sample;
    use crate::rows::Figures;

    fn results(rounds: &[(f64, f64)]) -> Results {
        let mut results = Results::default();
        for (at, &(ours, theirs)) in rounds.iter().enumerate() {
            for (contender, value) in [(PARLOUR, ours), (BUN_SQLITE, theirs)] {
                results.samples.push(Sample {
                    row: "room".to_owned(),
                    contender: contender.name(),
                    round: at + 1,
                    figures: Figures::from([(FULL.to_owned(), value), ("own".to_owned(), 2.0)]),
                    steal: 0.0,
                    void: None,
                });
            }
        }
        results
    }

    #[test]
    fn ratios_are_of_the_same_round() {
        let results = results(&[(40.0, 10.0), (80.0, 40.0), (9.0, 3.0)]);
        let goal = goal("room", FULL, Peer(BUN_SQLITE), AtLeast(3.0));
        let reached = goal.reached(&results).unwrap();
        assert_eq!(
            (reached.least, reached.median, reached.most),
            (2.0, 3.0, 4.0)
        );
        assert_eq!(goal.verdict(Some(reached)), Verdict::MetByTheMedian);
    }

    #[test]
    fn a_change_is_what_every_round_says() {
        let ratio = |rounds: &[(f64, f64)]| {
            ratio(&results(rounds), "room", FULL, &PARLOUR, &BUN_SQLITE).unwrap()
        };
        let less = ratio(&[(9.0, 10.0), (40.0, 80.0)]);
        assert_eq!((less.least, less.most), (0.5, 0.9));
        let change = |against, bound, ratio| goal("room", FULL, against, bound).change(ratio);
        assert_eq!(change(Peer(TWIN), AtLeast(3.0), less), "**worse**");
        assert_eq!(change(Nothing, AtMost(3.0), less), "better");
        // How many times as fast: the figure itself is a time.
        assert_eq!(change(PeerOver(TWIN), AtLeast(20.0), less), "better");
        let both = ratio(&[(9.0, 10.0), (80.0, 40.0)]);
        let unclear = change(Peer(TWIN), AtLeast(3.0), both);
        assert_eq!(unclear, "within the spread");
        let failures = ratio(&[(3.0, 0.0)]);
        assert_eq!(change(Nothing, AtMost(0.0), failures), "**worse**");
        let none = ratio(&[(0.0, 0.0)]);
        assert_eq!(change(Nothing, AtMost(0.0), none), "within the spread");
    }

    #[test]
    fn a_round_that_only_one_side_has_is_left_out() {
        let mut results = results(&[(40.0, 10.0), (80.0, 40.0)]);
        results.samples.pop();
        let goal = goal("room", FULL, Peer(BUN_SQLITE), AtLeast(3.0));
        assert_eq!(goal.reached(&results).map(|spread| spread.least), Some(4.0));
        assert_eq!(goal.verdict(goal.reached(&results)), Verdict::Met);
    }

    #[test]
    fn a_figure_is_held_against_its_own_floor() {
        let results = results(&[(3.0, 1.0)]);
        let ratio = goal("room", FULL, Own("own"), AtMost(1.25));
        assert_eq!(
            ratio.reached(&results).map(|spread| spread.median),
            Some(1.5)
        );
        assert_eq!(ratio.verdict(ratio.reached(&results)), Verdict::Missed);
        let beside = goal("room", FULL, Beside("own"), AtMost(2.0));
        assert_eq!(
            beside.reached(&results).map(|spread| spread.median),
            Some(3.0)
        );
        let above = goal("room", FULL, Above("own"), AtMost(3.0));
        assert_eq!(
            above.reached(&results).map(|spread| spread.median),
            Some(1.0)
        );
        let turned = goal("room", FULL, PeerOver(BUN_SQLITE), AtMost(1.0));
        assert_eq!(
            turned.reached(&results).map(|spread| spread.median),
            Some(1.0 / 3.0)
        );
    }

    #[test]
    fn a_goal_on_postgresql_is_of_its_own_figures() {
        let mut results = results(&[(3.0, 1.0)]);
        let ratio = on_postgres("room", FULL, Peer(PARLOUR), AtMost(2.0));
        assert_eq!(ratio.verdict(ratio.reached(&results)), Verdict::NotRun);
        let mut sample = results.samples[0].clone();
        sample.contender = PARLOUR_POSTGRES.name();
        sample.figures = Figures::from([(FULL.to_owned(), 6.0), ("own".to_owned(), 12.0)]);
        results.samples.push(sample);
        assert_eq!(
            ratio.reached(&results).map(|spread| spread.median),
            Some(2.0)
        );
        let floor = on_postgres("room", FULL, Own("own"), AtLeast(0.5));
        assert_eq!(floor.verdict(floor.reached(&results)), Verdict::Met);
    }

    #[test]
    fn without_a_peer_nothing_is_claimed() {
        let goal = goal("room", FULL, Peer(TWIN), AtLeast(50.0));
        assert_eq!(
            goal.verdict(goal.reached(&results(&[(1.0, 1.0)]))),
            Verdict::NotRun
        );
    }
}
