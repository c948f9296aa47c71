//! What the machine itself takes: a send on loopback, a write that reaches the disk, a row in SQLite or in PostgreSQL.
//! No server can be cheaper; how near one comes is what its figures say.

use crate::failure::{Failure, Outcome};
use crate::machine::{self, SERVER, thread_time};
use crate::net::{self, Interest, Watch};
use crate::postgres::{COPY, Running};
use crate::seed::postgres::COLUMNS;
use crate::seed::{self, INSERT, ROOMS, Row};
use hdrhistogram::Histogram;
use std::fs::{self, File};
use std::io::{IoSlice, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Sockets that the sender writes to.
const SOCKETS: usize = 1_000;
/// Time from one pass over them to the next: 20 messages a second.
const PASS: Duration = Duration::from_millis(50);
/// Bytes that one commit writes at least.
const PAGE: [u8; 4_096] = [b'p'; 4_096];
/// Rows in one transaction.
const ROWS: u64 = 128;

/// Processor nanoseconds per frame of a sender that writes `per_write` frames of `bytes` to each of
/// 1,000 sockets, twenty times a second, to a reader on the other processor.
pub fn send(bytes: usize, per_write: usize, passes: usize) -> Outcome<f64> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let mut watch = Watch::new()?;
    let mut receivers = Vec::with_capacity(SOCKETS);
    let mut senders = Vec::with_capacity(SOCKETS);
    for number in 0..SOCKETS {
        let receiver = net::connect(address, number)?;
        watch.add(&receiver, number, Interest::Read)?;
        receivers.push(receiver);
        let (sender, _) = listener.accept()?;
        sender.set_nodelay(true)?;
        senders.push(sender);
    }
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let sending = scope.spawn(|| {
            let spent = write_passes(&senders, bytes, per_write, passes);
            is_done.store(true, Ordering::Release);
            spent
        });
        let mut buffer = vec![0; 256 * 1024];
        let mut ready = Vec::new();
        while !is_done.load(Ordering::Acquire) {
            watch.wait(Duration::from_millis(20), &mut ready)?;
            for event in &ready {
                rustix::io::read(&receivers[event.number], &mut buffer[..])?;
            }
        }
        let spent = sending
            .join()
            .map_err(|_| Failure::new("the sender of the floor panicked"))??;
        Ok(spent.as_nanos() as f64 / (passes * SOCKETS * per_write) as f64)
    })
}

fn write_passes(
    senders: &[TcpStream],
    bytes: usize,
    per_write: usize,
    passes: usize,
) -> Outcome<Duration> {
    machine::pin(SERVER)?;
    let frame = vec![b'f'; bytes];
    let slices = vec![IoSlice::new(&frame); per_write];
    let began = Instant::now();
    let mut spent = Duration::ZERO;
    for pass in 0..passes {
        let due = PASS * pass as u32;
        thread::sleep(due.saturating_sub(began.elapsed()));
        let before = thread_time();
        for mut sender in senders {
            let written = sender.write_vectored(&slices)?;
            if written < bytes * per_write {
                return Err(Failure::new("the reader of the floor is too slow"));
            }
        }
        spent += thread_time() - before;
    }
    Ok(spent)
}

/// How long it takes to append 4 KiB and have them on disk, as nanoseconds; measured for `time` in
/// `folder`.
pub fn fdatasync(folder: &Path, time: Duration) -> Outcome<Histogram<u64>> {
    let path = folder.join("fdatasync");
    let mut file = File::create(&path)?;
    let mut times = Histogram::new_with_bounds(1_000, 60_000_000_000, 3)
        .map_err(Failure::to("make a histogram"))?;
    let began = Instant::now();
    while began.elapsed() < time {
        file.write_all(&PAGE)?;
        let start = Instant::now();
        file.sync_data()?;
        times.saturating_record(start.elapsed().as_nanos() as u64);
    }
    fs::remove_file(path)?;
    Ok(times)
}

/// Messages a second that SQLite stores in Parlour's own schema, 128 in a transaction, each
/// transaction on disk before the next; on the server's processor, in a copy of `database`. They are
/// those of the row `ingest`: two hundred rooms take turns, and each has an author of its own.
pub fn sqlite(database: &Path, time: Duration) -> Outcome<f64> {
    let folder = tempfile::TempDir::with_prefix("parlour-bench-")?;
    let file = folder.path().join("floor.db");
    fs::copy(database, &file)?;
    machine::pin(SERVER)?;
    let rate = insert_rows(&file, time);
    machine::pin(machine::GENERATOR)?;
    rate
}

fn insert_rows(file: &Path, time: Duration) -> Outcome<f64> {
    let mut connection = seed::open(file)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    let mut written = 0;
    let began = Instant::now();
    while began.elapsed() < time {
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached(INSERT)?;
            for at in written..written + ROWS {
                row(at).insert(&mut insert)?;
            }
        }
        transaction.commit()?;
        written += ROWS;
    }
    Ok(written as f64 / began.elapsed().as_secs_f64())
}

/// The `at`th row of a floor.
fn row(at: u64) -> Row {
    let (room, number) = (at % ROOMS as u64 + 1, at / ROOMS as u64 + 1);
    Row::new(room, number, room, at as i64)
}

/// The same rows in PostgreSQL, over one connection, by COPY, than which it has no quicker way: messages a second,
/// 128 in a transaction, each on disk before the next. Its client runs where Parlour would; rows are made beside it.
/// The time is the database's own, from the first transaction to the end of the last.
pub fn postgres(running: &Running, time: Duration) -> Outcome<f64> {
    running.copy()?;
    machine::pin(SERVER)?;
    let started = (running.client(COPY).stdin(Stdio::piped()))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    machine::pin(machine::GENERATOR)?;
    let mut client = started.map_err(Failure::to("start psql"))?;
    let fed = client.stdin.take().map(|input| copy_rows(input, time));
    let output = client.wait_with_output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("psql said: {}", said.trim())));
    }
    let written = fed.transpose()?.unwrap_or(0);
    let said = String::from_utf8_lossy(&output.stdout);
    let times: Vec<f64> = said.lines().filter_map(|line| line.parse().ok()).collect();
    match times[..] {
        [first, last] if last > first => Ok(written as f64 / (last - first)),
        _ => Err(Failure::new("psql did not say how long it took")),
    }
}

/// Writes transactions until the time is over, between two looks at the database's clock; answers how many rows.
fn copy_rows(mut input: impl Write, time: Duration) -> Outcome<u64> {
    const CLOCK: &[u8] = b"SELECT extract(epoch FROM clock_timestamp());\n";
    let mut transaction = String::new();
    let mut written = 0;
    input.write_all(CLOCK)?;
    let began = Instant::now();
    while began.elapsed() < time {
        transaction.clear();
        transaction.push_str("BEGIN;\nCOPY messages (");
        transaction.push_str(COLUMNS);
        transaction.push_str(") FROM STDIN;\n");
        for at in written..written + ROWS {
            row(at).write(&mut transaction);
        }
        transaction.push_str("\\.\nCOMMIT;\n");
        input.write_all(transaction.as_bytes())?;
        written += ROWS;
    }
    input.write_all(CLOCK)?;
    Ok(written)
}
