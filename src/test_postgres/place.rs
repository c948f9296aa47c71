//! Where a server lives and as whom: its folder, the system's user, and the programs that are run there.

use crate::Failure;
use std::env;
use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};

/// Of the folder's path: with the name of the socket it must fit into what systems have for one (104 bytes).
const FOLDER_LENGTH_MAX: usize = 88;
/// Linux's folder in memory.
const MEMORY: &str = "/dev/shm";
/// Kilobytes that must be free there: the server is 60 MB, its log up to 300, and each database 8.
const MEMORY_MIN: u64 = 1_000_000;

/// The system's user that the server runs as: PostgreSQL refuses to be root.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    uid: u32,
    gid: u32,
}

/// Where nothing waits for a disk: what most tests are about is the order of things. A database is there and gone
/// again within 60 ms, and not within seconds while a compiler writes beside it.
pub fn quick_parent() -> PathBuf {
    let memory = Path::new(MEMORY);
    let df = Command::new("df").arg("-Pk").arg(memory).output().ok();
    let free = df.and_then(|output| {
        let table = String::from_utf8(output.stdout).ok()?;
        let columns = table.lines().nth(1)?;
        columns.split_whitespace().nth(3)?.parse::<u64>().ok()
    });
    match free {
        Some(kilobytes) if kilobytes >= MEMORY_MIN => memory.to_owned(),
        _ => env::temp_dir(),
    }
}

/// A folder of its own, for this user alone; for root's sake of who the server runs as.
pub fn new_folder(parent: &Path) -> Result<(PathBuf, Option<Account>), Failure> {
    let parent = fs::canonicalize(parent).map_err(Failure::to("find the temporary folder"))?;
    let (folder, user) = (0..)
        .find_map(|number: u32| {
            let folder = parent.join(format!("parlour-postgres-{}-{number}", process::id()));
            match DirBuilder::new().mode(0o700).create(&folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => None,
                made => Some(
                    made.and_then(|()| fs::metadata(&folder))
                        .map(|metadata| (folder, metadata.uid())),
                ),
            }
        })
        .unwrap_or_else(|| Err(io::ErrorKind::AlreadyExists.into()))
        .map_err(Failure::to("make a temporary folder"))?;
    let prepared = if folder.as_os_str().len() > FOLDER_LENGTH_MAX {
        let path = folder.display();
        Err(Failure::new(format!(
            "{path} is too long for a socket's path: set TMPDIR to a shorter one."
        )))
    } else if user == 0 {
        postgres_account().and_then(|account| {
            chown(&folder, Some(account.uid), Some(account.gid))
                .map_err(Failure::to("give the temporary folder away"))?;
            Ok(Some(account))
        })
    } else {
        Ok(None)
    };
    if prepared.is_err() {
        // What made it fail is what is told.
        let _ = fs::remove_dir(&folder);
    }
    Ok((folder, prepared?))
}

fn postgres_account() -> Result<Account, Failure> {
    let number = |of: &str| {
        let output = Command::new("id").args([of, "postgres"]).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        text.trim().parse().ok()
    };
    match (number("-u"), number("-g")) {
        (Some(uid), Some(gid)) => Ok(Account { uid, gid }),
        _ => Err(Failure::new(
            "PostgreSQL does not run as root, and there is no user `postgres` to run it as: \
             make one (useradd --system postgres), or run this as somebody else.",
        )),
    }
}

/// A program with nothing of this process's environment: no PGHOST, no language.
pub fn command(program: &Path, folder: &Path, account: Option<Account>) -> Command {
    let mut command = Command::new(program);
    let path = env::var_os("PATH").unwrap_or_default();
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder)
        .env("LC_ALL", "C");
    if let Some(Account { uid, gid }) = account {
        command.uid(uid).gid(gid);
    }
    command
}

/// Runs a program to its end with this input; answers what it wrote.
pub fn ran(mut command: Command, input: &str) -> Result<String, Failure> {
    let program = command.get_program().display().to_string();
    let failed = |why: String| Failure::new(format!("{program}: {}", why.trim()));
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.map_err(|cause| failed(cause.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // Who ends without reading says why.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child
        .wait_with_output()
        .map_err(|cause| failed(cause.to_string()))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        let (said, refused) = (text(&output.stdout), text(&output.stderr));
        Err(failed(format!("{refused}{said}")))
    }
}
