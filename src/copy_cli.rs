//! The command line of `parlour copy`: a bar on a terminal, one sentence at the end.

use crate::terminal::{clear, write_over};
use parlour_server::Settings;
use parlour_server::clock::{SystemClock, SystemRandom};
use parlour_server::config::{DatabaseSettings, DatabaseUrl};
use parlour_server::store::copy::{self, CopyError, Progress};
use std::sync::Arc;

/// Characters of the bar.
const WIDTH: u64 = 30;

/// Copies one database to another; answers the sentence to print.
///
/// # Errors
/// As [`copy::copy`].
pub async fn copy(
    settings: &Settings,
    from: DatabaseUrl,
    to: DatabaseUrl,
) -> Result<String, CopyError> {
    let [from, to] = [from, to].map(|url| side(settings, url));
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let copied = copy::copy(&from, &to, clock, random, show).await;
    clear();
    let copied = copied?;
    let (tables, rows, rate) = (copied.tables, grouped(copied.rows), grouped(copied.rate()));
    Ok(format!(
        "{} now has all of {}, compared row by row: {tables} tables, {rows} rows, {rate} rows a second; \
        set database.url to it and start the server.\n",
        to.url, from.url
    ))
}

/// One of the two databases. What the settings name is spoken to as they say, with the password that they have for it.
fn side(settings: &Settings, mut url: DatabaseUrl) -> DatabaseSettings {
    if let (DatabaseUrl::Postgres(url), DatabaseUrl::Postgres(known)) =
        (&mut url, &settings.database.url)
        && (&url.hosts, &url.user, &url.database) == (&known.hosts, &known.user, &known.database)
        && url.password.is_none()
    {
        url.password.clone_from(&known.password);
    }
    DatabaseSettings {
        url,
        ..settings.database.clone()
    }
}

fn show(progress: Progress) {
    write_over(|| match progress {
        Progress::Copying { rows, of } => format!("copying {}", bar(rows, of)),
        Progress::Indexing => "making the indexes of the copy".to_owned(),
        Progress::Comparing { rows, of } => format!("comparing {}", bar(rows, of)),
    });
}

fn bar(rows: u64, of: u64) -> String {
    let (rows, of) = (rows.min(of), of.max(1));
    let filled = (rows * WIDTH / of) as usize;
    let (full, free) = ("#".repeat(filled), ".".repeat(WIDTH as usize - filled));
    let (rows, of) = (grouped(rows), grouped(of));
    format!("[{full}{free}] {rows} of {of} rows")
}

/// With a comma between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills() {
        assert_eq!(bar(0, 0), "[..............................] 0 of 1 rows");
        assert_eq!(
            bar(500_000, 1_000_000),
            "[###############...............] 500,000 of 1,000,000 rows"
        );
        assert!(bar(9, 7).starts_with("[##############################] 7"));
        assert_eq!(grouped(1_234), "1,234");
        assert_eq!(grouped(123), "123");
    }

    #[test]
    fn the_password_of_the_settings_is_for_their_database_alone() {
        let mut settings = Settings::default();
        settings.database.url = "postgres://u:secret@h/d".parse().unwrap();
        let password = |url: &str| match side(&settings, url.parse().unwrap()).url {
            DatabaseUrl::Postgres(url) => url.password,
            DatabaseUrl::Sqlite(_) => None,
        };
        assert!(password("postgres://u@h/d").is_some());
        for other in [
            "postgres://u@h/other",
            "postgres://u@other/d",
            "postgres://v@h/d",
        ] {
            assert!(password(other).is_none(), "{other}");
        }
    }
}
