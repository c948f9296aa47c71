//! What time it is where somebody is: how far their clock is from UTC, as `/settings` offers it and a card shows it.

use leptos::prelude::*;
use parlour_protocol::Timestamp;

/// The distances that there are, in minutes, from west to east.
const OFFSETS: [i64; 39] = [
    -720, -660, -600, -570, -540, -480, -420, -360, -300, -240, -210, -180, -150, -120, -60, 0, 60,
    120, 180, 210, 240, 270, 300, 330, 345, 360, 390, 420, 480, 525, 540, 570, 600, 630, 660, 720,
    765, 780, 840,
];

/// What time it is there: `14:05 (UTC+02:00)`.
pub fn told_time(now: Timestamp, offset: i64) -> String {
    let minutes = i32::try_from(offset).unwrap_or_default();
    let clock = now.civil(minutes).clock();
    let sign = if offset < 0 { '\u{2212}' } else { '+' };
    let away = offset.unsigned_abs();
    format!("{clock} (UTC{sign}{:02}:{:02})", away / 60, away % 60)
}

/// The choice of one of them, by what time it is there now.
#[component]
pub fn OffsetField(
    /// The one that is chosen.
    chosen: Option<i64>,
    /// What time it is.
    now: Timestamp,
) -> impl IntoView {
    // A program may have chosen another one.
    let other = chosen.filter(|chosen| !OFFSETS.contains(chosen));
    let offsets = OFFSETS.into_iter().chain(other);
    let options = offsets.map(|offset| {
        let is_chosen = chosen == Some(offset);
        view! { <option value=offset.to_string() selected=is_chosen>{told_time(now, offset)}</option> }
    });
    view! {
        <div class="field">
            <label for="utc_offset">"Your clock"</label>
            <select id="utc_offset" name="utc_offset">
                <option value="" selected={chosen.is_none()}>"Not shown"</option>
                {options.collect_view()}
            </select>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_told_with_its_distance() {
        let noon = Timestamp(12 * 60 * 60 * 1_000);
        for (offset, told) in [
            (0, "12:00 (UTC+00:00)"),
            (345, "17:45 (UTC+05:45)"),
            (-210, "08:30 (UTC\u{2212}03:30)"),
            (840, "02:00 (UTC+14:00)"),
        ] {
            assert_eq!(told_time(noon, offset), told);
        }
    }
}
