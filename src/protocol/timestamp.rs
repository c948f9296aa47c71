//! Points in time: milliseconds since 1970 in UTC, RFC 3339 on the wire.
//!
//! Written here and not taken from a date library because the WASM needs three conversions only. The calendar
//! arithmetic is Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms" (`days_from_civil`, `civil_from_days`).

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;
use std::str::FromStr;

/// Milliseconds since 1970-01-01T00:00:00Z. Decoration: no order is ever decided by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A [`Timestamp`] taken apart in some time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Year of the proleptic Gregorian calendar.
    pub year: i64,
    /// The month, 1–12.
    pub month: u32,
    /// The day of the month, 1–31.
    pub day: u32,
    /// The hour, 0–23.
    pub hour: u32,
    /// The minute, 0–59.
    pub minute: u32,
    /// The second, 0–59.
    pub second: u32,
    /// The millisecond, 0–999.
    pub millisecond: u32,
    /// Days since 1970-01-01 in that zone: equal for two times of one day.
    pub day_number: i64,
}

/// Milliseconds in a day.
pub const MS_PER_DAY: i64 = 86_400_000;

impl Timestamp {
    /// The beginning of a day in UTC, as `2026-01-02`.
    pub fn of_day(text: &str) -> Option<Self> {
        let is_day = text.len() == "2026-01-02".len();
        is_day
            .then(|| format!("{text}T00:00:00Z").parse().ok())
            .flatten()
    }

    /// The calendar fields `offset_minutes` east of UTC.
    pub fn civil(self, offset_minutes: i32) -> Civil {
        let local = self.0 + i64::from(offset_minutes) * 60_000;
        let day_number = local.div_euclid(MS_PER_DAY);
        let ms = local.rem_euclid(MS_PER_DAY);
        let (year, month, day) = civil_from_days(day_number);
        let part = |unit: i64, modulus: i64| ((ms / unit) % modulus) as u32;
        Civil {
            year,
            month,
            day,
            hour: part(3_600_000, 24),
            minute: part(60_000, 60),
            second: part(1_000, 60),
            millisecond: part(1, 1_000),
            day_number,
        }
    }
}

impl Civil {
    /// The time of day, as in `14:05`.
    pub fn clock(&self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }

    /// `3 January 2026`.
    pub fn date(&self) -> String {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let month = MONTHS[(self.month as usize).clamp(1, 12) - 1];
        format!("{} {month} {}", self.day, self.year)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = self.civil(0);
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            c.year, c.month, c.day, c.hour, c.minute, c.second, c.millisecond
        )
    }
}

/// Text that is not `YYYY-MM-DDTHH:MM:SS[.fff]Z`.
#[derive(Debug, PartialEq, Eq)]
pub struct NotATimestamp;

impl fmt::Display for NotATimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time must look like 2026-01-02T03:04:05.678Z")
    }
}

impl FromStr for Timestamp {
    type Err = NotATimestamp;

    fn from_str(text: &str) -> Result<Self, NotATimestamp> {
        let field = |range: std::ops::Range<usize>| -> Result<i64, NotATimestamp> {
            let digits = text.get(range).ok_or(NotATimestamp)?;
            if !digits.bytes().all(|b| b.is_ascii_digit()) {
                return Err(NotATimestamp);
            }
            digits.parse().map_err(|_| NotATimestamp)
        };
        let sep = |at: usize, byte: u8| text.as_bytes().get(at) == Some(&byte);
        let shaped =
            sep(4, b'-') && sep(7, b'-') && sep(10, b'T') && sep(13, b':') && sep(16, b':');
        let millisecond = match text.get(19..) {
            Some("Z") => 0,
            Some(rest) if rest.len() == 5 && rest.starts_with('.') && rest.ends_with('Z') => {
                field(20..23)?
            }
            _ => return Err(NotATimestamp),
        };
        let (year, month, day) = (field(0..4)?, field(5..7)?, field(8..10)?);
        let (hour, minute, second) = (field(11..13)?, field(14..16)?, field(17..19)?);
        let days = days_from_civil(year, month, day);
        let exists = civil_from_days(days) == (year, month as u32, day as u32);
        if !shaped || !exists || hour > 23 || minute > 59 || second > 59 {
            return Err(NotATimestamp);
        }
        let seconds = (hour * 60 + minute) * 60 + second;
        Ok(Timestamp(days * MS_PER_DAY + seconds * 1_000 + millisecond))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month as u32, day as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_survives_the_wire() {
        for text in [
            "1970-01-01T00:00:00.000Z",
            "2026-01-02T03:04:05.678Z",
            "2024-02-29T23:59:59.999Z",
            "1969-12-31T23:59:59.999Z",
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), text);
        }
        assert_eq!(
            "2026-01-02T03:04:05.678Z".parse(),
            Ok(Timestamp(1_767_323_045_678))
        );
    }

    #[test]
    fn a_day_that_does_not_exist_is_refused() {
        for text in [
            "2025-02-29T00:00:00Z",
            "2025-13-01T00:00:00Z",
            "2025-01-01 00:00:00Z",
            "x",
            "",
            "2025-01-01T00:00:00é",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(NotATimestamp), "{text}");
        }
    }

    #[test]
    fn a_zone_moves_the_clock_and_the_day() {
        let late: Timestamp = "2026-01-31T23:30:00Z".parse().unwrap();
        assert_eq!(late.civil(60).date(), "1 February 2026");
        assert_eq!(late.civil(60).clock(), "00:30");
        assert_eq!(late.civil(-90).clock(), "22:00");
    }
}
