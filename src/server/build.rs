//! Refuses to build with other compile options of SQLite than everything was measured with: a build outside of the
//! clone, where cargo does not read `.cargo/config.toml`, would silently be another program.

use std::env;

/// What `.cargo/config.toml` tells libsqlite3-sys, and why.
const FLAGS: [&str; 3] = [
    "-DHAVE_FDATASYNC=1",
    "-DSQLITE_DEFAULT_MEMSTATUS=0",
    "-USQLITE_ENABLE_MEMORY_MANAGEMENT",
];

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=LIBSQLITE3_FLAGS");
    let given = env::var("LIBSQLITE3_FLAGS").unwrap_or_default();
    let has = |flag: &&str| given.split_whitespace().any(|one| one == *flag);
    if FLAGS.iter().all(has) {
        return Ok(());
    }
    Err(format!(
        "SQLite must be compiled as .cargo/config.toml has it, which is read where cargo is started in the \
         clone; elsewhere set LIBSQLITE3_FLAGS=\"{}\".",
        FLAGS.join(" ")
    ))
}
