//! A screen against the truth: a window without holes, each row as it is now.

use super::ScreenMismatch;
use crate::history::Shown;

/// The first thing in which `screen` is no window of `truth`. It has to reach the end unless it
/// says that there are newer rows; where it begins is its own affair.
pub(super) fn compare(
    screen: &[Shown],
    has_newer: bool,
    truth: &[Shown],
) -> Option<ScreenMismatch> {
    let Some(first) = screen.first() else {
        let missing = truth.last().filter(|_| !has_newer)?;
        return Some(ScreenMismatch::Missing(missing.number));
    };
    let Some(start) = truth.iter().position(|row| row.number == first.number) else {
        return Some(ScreenMismatch::Foreign(first.number));
    };
    let mut stored = truth[start..].iter();
    for shown in screen {
        let Some(stored) = stored.next() else {
            return Some(ScreenMismatch::Foreign(shown.number));
        };
        if shown.number > stored.number {
            return Some(ScreenMismatch::Missing(stored.number));
        }
        if shown.number < stored.number {
            return Some(ScreenMismatch::Foreign(shown.number));
        }
        let is_other =
            matches!((&shown.key, &stored.key), (Some(shown), Some(stored)) if shown != stored);
        // What stands in the place of a removed text is the screen's own words.
        let is_same =
            shown.deleted == stored.deleted && (stored.deleted || shown.content == stored.content);
        let is_reacted_so = match (&shown.reactions, &stored.reactions) {
            (Some(shown), Some(stored)) => shown == stored,
            _ => true,
        };
        if is_other || !is_same || !is_reacted_so {
            return Some(ScreenMismatch::Stale(shown.number));
        }
    }
    let missing = stored.next().filter(|_| !has_newer)?;
    Some(ScreenMismatch::Missing(missing.number))
}
