//! The command line of `parlour backup` and `parlour restore`: progress on a terminal, one sentence at the end.

use crate::terminal::{clear, write_over};
use parlour_server::Settings;
use parlour_server::clock::{SystemClock, SystemRandom};
use parlour_server::store::backup::{self, BackupError, Copied, Progress};
use std::path::Path;

/// Makes a backup; answers the sentence to print.
///
/// # Errors
/// As [`backup::backup`].
pub async fn backup(settings: &Settings, file: &Path) -> Result<String, BackupError> {
    let copied = backup::backup(settings, file, &SystemRandom, show).await;
    clear();
    let copied = held(copied?);
    Ok(format!(
        "{} is a whole and checked copy: {copied}.\n",
        file.display()
    ))
}

/// Restores a backup; answers the sentence to print.
///
/// # Errors
/// As [`backup::restore`].
pub async fn restore(settings: &Settings, file: &Path) -> Result<String, BackupError> {
    let restored = backup::restore(settings, file, &SystemClock, &SystemRandom, show).await;
    clear();
    let restored = restored?;
    let old = match restored.aside {
        Some(aside) => format!("what was there before is {}", aside.display()),
        None => "there was none before".to_owned(),
    };
    Ok(format!(
        "The database {} is now that of {}: {}; {old}.\n",
        restored.database.display(),
        file.display(),
        held(restored.copied)
    ))
}

fn held(copied: Copied) -> String {
    let Copied {
        bytes,
        rooms,
        messages,
    } = copied;
    let counted = |number: i64, what: &str| match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    };
    let (rooms, messages) = (counted(rooms, "room"), counted(messages, "message"));
    format!("{}, {rooms}, {messages}", size(bytes))
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

fn show(progress: Progress) {
    write_over(|| match progress {
        Progress::Copying(bytes) => format!("copying: {}", size(bytes)),
        Progress::Checking => "checking the copy".to_owned(),
    });
}
