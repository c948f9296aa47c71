//! One connection to PostgreSQL, driven by the thread that asks.
//!
//! The store's verbs are plain calls, so a session has a runtime of its own that runs while its thread waits: there is
//! no way to another thread and back. Statements that do not depend on each other are sent in one go (pipelined), and
//! `BEGIN` goes with the first of its transaction: what counts is how often the thread waits for the network, a *round
//! trip*, and tests count those.
//!
//! *Invariant:* after an answer that did not come, or came cut off, the session is lost and asks nothing more: what
//! became of its transaction is not known.

mod copying;

use super::failure::{self, Lost};
use crate::error::StoreError;
use crate::store::db::{Result, Value, trace_sql};
use futures::future::{join, join_all};
use futures::{TryStreamExt, pin_mut};
use smallvec::SmallVec;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row, Statement};

/// How a transaction begins that writes. What reads more than one state would be wrong to is one statement.
const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
/// How a transaction begins that reads one state of the database, in however many statements.
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// How much longer than a statement may take an answer is waited for: then the network is to blame.
pub(super) const NETWORK: Duration = Duration::from_secs(5);

/// A connection that is open.
pub(in crate::store) struct Session {
    runtime: Driver,
    client: Client,
    /// The statements that the server has prepared, by the SQL they were written as.
    prepared: RefCell<HashMap<&'static str, Statement>>,
    /// Whether the server keeps prepared statements for it; not behind a pooler that shares connections.
    keeps_statements: bool,
    /// How long a statement may take.
    timeout: Duration,
    transaction: Cell<Transaction>,
    is_lost: Cell<bool>,
    /// Asked at the beginning of each transaction that writes.
    fence: Option<Fence>,
    /// Answers that were asked for before they were needed.
    prefetched: RefCell<HashMap<Key, Answer>>,
}

/// A statement, and what its values look like.
type Key = (&'static str, String);

fn key(sql: &'static str, values: &[Value<'_>]) -> Key {
    (sql, format!("{values:?}"))
}

/// A statement that touches a row where the transaction may go on, and none where it may not.
pub(super) struct Fence {
    pub(super) sql: &'static str,
    pub(super) value: String,
}

/// Where a transaction stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Transaction {
    /// There is none.
    None,
    /// It begins so with the next statement.
    Wanted(&'static str),
    Open,
    /// A statement in it failed, so that nothing of it can be kept.
    Failed,
}

/// A statement with its values, to be asked with others.
pub(in crate::store) type Query<'q> = (&'static str, &'q [Value<'q>]);

/// What a statement answered.
pub(in crate::store) struct Answer {
    pub(in crate::store) rows: Vec<Row>,
    /// How many rows it found or changed.
    pub(in crate::store) count: u64,
}

/// What writes finds its rows by their keys. A statement that is kept has the plan of when it was first asked, and then
/// a table may have been empty: without this each group of sends would read all of `messages` until the server has
/// counted its rows.
const BY_KEYS: &str =
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";

impl Session {
    /// Connects with `connecting`, which is given as long as a statement.
    pub(super) fn open<C, F>(
        connecting: C,
        timeout: Duration,
        keeps_statements: bool,
    ) -> Result<Self>
    where
        C: FnOnce() -> F,
        F: Future<Output = std::result::Result<(Client, Driving), tokio_postgres::Error>>,
    {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| failure::lost(Lost::Runtime(error)))?;
        let connected = runtime.block_on(async {
            let connected = tokio::time::timeout(NETWORK, connecting()).await;
            let (client, driving) = connected.map_err(|_| failure::lost(Lost::NoAnswer))??;
            tokio::spawn(driving);
            Ok::<_, StoreError>(client)
        });
        let session = Self {
            client: connected?,
            runtime: Driver(Some(runtime)),
            prepared: RefCell::default(),
            keeps_statements,
            timeout,
            transaction: Cell::new(Transaction::None),
            is_lost: Cell::new(false),
            fence: None,
            prefetched: RefCell::default(),
        };
        // Behind a pooler it would be said of somebody else's connection: there each transaction says it.
        if keeps_statements {
            session.batch(&session.limits("SET"))?;
        }
        Ok(session)
    }

    /// So that also what nobody waits for any more ends.
    fn limits(&self, set: &str) -> String {
        let timeout = self.timeout.as_millis();
        format!(
            "{set} statement_timeout = {timeout}; {set} lock_timeout = {timeout}; \
            {set} idle_in_transaction_session_timeout = {timeout}"
        )
    }

    /// The same, with each transaction that writes behind this fence.
    pub(super) fn fenced(self, fence: Fence) -> Result<Self> {
        if self.keeps_statements {
            self.batch(BY_KEYS)?;
        }
        Ok(Self {
            fence: Some(fence),
            ..self
        })
    }

    /// Whether it can be asked nothing more.
    pub(in crate::store) fn is_lost(&self) -> bool {
        // What the server has said meanwhile, such as that it goes away, is read now.
        self.runtime.wait(async {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
        });
        self.is_lost.get() || self.client.is_closed()
    }

    /// Runs `work` in a transaction, and commits it. After an error nothing of it is left; but if the session is lost,
    /// that is not known.
    pub(in crate::store) fn write<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        trace_sql("begin");
        let transaction = self.begin(WRITE);
        let done = work()?;
        trace_sql("commit");
        transaction.commit()?;
        Ok(done)
    }

    /// Runs `work` on one state of the database.
    pub(in crate::store) fn read<T, E>(
        &self,
        work: impl FnOnce() -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let _transaction = self.begin(READ);
        work()
    }

    fn begin(&self, how: &'static str) -> InTransaction<'_> {
        self.transaction.set(Transaction::Wanted(how));
        InTransaction(self)
    }

    /// Whether a transaction is under way in which nothing failed.
    pub(in crate::store) fn is_in_transaction(&self) -> bool {
        matches!(
            self.transaction.get(),
            Transaction::Wanted(_) | Transaction::Open
        )
    }

    /// Asks statements in one round trip whose answers will be asked for, each once, in this transaction.
    pub(in crate::store) fn prefetch(&self, queries: &[Query<'_>]) -> Result<()> {
        let answers = self.ask_all(queries)?;
        let keys = queries.iter().map(|(sql, values)| key(sql, values));
        self.prefetched.borrow_mut().extend(keys.zip(answers));
        Ok(())
    }

    /// Asks one statement, unless its answer is there already.
    pub(in crate::store) fn ask(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Answer> {
        if !self.prefetched.borrow().is_empty()
            && let Some(answer) = self.prefetched.borrow_mut().remove(&key(sql, values))
        {
            return Ok(answer);
        }
        let mut answers = self.ask_all(&[(sql, values)])?;
        answers.pop().ok_or_else(crate::store::failure::no_row)
    }

    /// Asks statements in one round trip; they are run in their order, up to the first that fails.
    pub(in crate::store) fn ask_all(&self, queries: &[Query<'_>]) -> Result<Vec<Answer>> {
        let begin = match self.transaction.get() {
            Transaction::Wanted(how) => Some(how),
            _ => None,
        };
        let passing = self.fence.as_ref().map(|fence| [Value::from(&fence.value)]);
        let fence = match (begin, &self.fence, &passing) {
            (Some(WRITE), Some(fence), Some(value)) => Some((fence.sql, &value[..])),
            _ => None,
        };
        let queries: SmallVec<[Query<'_>; 4]> =
            fence.into_iter().chain(queries.iter().copied()).collect();
        if self.keeps_statements {
            self.prepare(&queries)?;
        }
        let prepared = self.prepared.borrow();
        let asked = queries.iter().map(|(sql, values)| async {
            match prepared.get(sql) {
                Some(statement) => {
                    let rows = self.client.query_raw(statement, values.iter()).await?;
                    collected(rows).await
                }
                None => {
                    let typed = values.iter().map(|value| (*value, value.of_type()));
                    let rows = self.client.query_typed_raw(&numbered(sql), typed).await?;
                    collected(rows).await
                }
            }
        });
        let (begun, answers) = self.wait(async {
            let begun = async {
                match begin {
                    Some(how) if self.keeps_statements => self.client.batch_execute(how).await,
                    Some(how) => {
                        let limits = self.limits("SET LOCAL");
                        self.client.batch_execute(&format!("{how}; {limits}")).await
                    }
                    None => Ok(()),
                }
            };
            // Polled in this order, and the first poll of each is what sends it.
            Ok(join(begun, join_all(asked)).await)
        })?;
        if begin.is_some() {
            self.transaction.set(Transaction::Open);
        }
        let answers =
            begun.and_then(|()| answers.into_iter().collect::<std::result::Result<_, _>>());
        let mut answers: Vec<Answer> = answers.map_err(|error| self.failed(error))?;
        if fence.is_some() && answers.remove(0).count == 0 {
            self.transaction.set(Transaction::Failed);
            return Err(failure::lost(Lost::Lease));
        }
        Ok(answers)
    }

    /// Hands the rows of a statement to `look` until it has seen enough, a part of them at a time: what comes after
    /// them is not read, however much it is. Within a transaction only.
    pub(in crate::store) fn scan(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
        mut look: impl FnMut(&Row) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        if let Transaction::Wanted(_) = self.transaction.get() {
            self.ask_all(&[])?;
        }
        let declare = format!("DECLARE scan NO SCROLL CURSOR FOR {}", numbered(sql));
        let typed: Vec<(&(dyn ToSql + Sync), Type)> = values
            .iter()
            .map(|value| (value as _, value.of_type()))
            .collect();
        let fetch = || self.client.query_typed("FETCH 200 FROM scan", &[]);
        let (declared, first) = self
            .wait(async { Ok(join(self.client.query_typed(&declare, &typed), fetch()).await) })?;
        let mut rows = declared.and(first).map_err(|error| self.failed(error))?;
        while !rows.is_empty() {
            for row in &rows {
                if look(row)?.is_break() {
                    return self.batch("CLOSE scan");
                }
            }
            rows = self.answered(fetch())?;
        }
        self.batch("CLOSE scan")
    }

    /// Runs statements without values.
    pub(in crate::store) fn batch(&self, sql: &str) -> Result<()> {
        if let Transaction::Wanted(_) = self.transaction.get() {
            self.ask_all(&[])?;
        }
        self.answered(self.client.batch_execute(sql))
    }

    /// What `sql` answers, which is not kept.
    pub(in crate::store) fn ask_once(&self, sql: &str) -> Result<Vec<Row>> {
        let parameters: [(&(dyn ToSql + Sync), Type); 0] = [];
        self.answered(self.client.query_typed(sql, &parameters))
    }

    /// Prepares those that are not yet, in one round trip.
    fn prepare(&self, queries: &[Query<'_>]) -> Result<()> {
        let mut missing: Vec<&'static str> = Vec::new();
        for (sql, _) in queries {
            if !self.prepared.borrow().contains_key(sql) && !missing.contains(sql) {
                missing.push(sql);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let preparing = missing.iter().map(|sql| async {
            let statement = self.client.prepare(&numbered(sql)).await?;
            Ok::<_, tokio_postgres::Error>((*sql, statement))
        });
        let statements = self.wait(async { Ok(join_all(preparing).await) })?;
        for prepared in statements {
            let (sql, statement) = prepared.map_err(|error| self.failed(error))?;
            self.prepared.borrow_mut().insert(sql, statement);
        }
        Ok(())
    }

    fn answered<T>(
        &self,
        asking: impl Future<Output = std::result::Result<T, tokio_postgres::Error>>,
    ) -> Result<T> {
        let answer = self.wait(async { Ok(asking.await) })?;
        answer.map_err(|error| self.failed(error))
    }

    /// One round trip.
    fn wait<T>(&self, asking: impl Future<Output = Result<T>>) -> Result<T> {
        if self.is_lost.get() {
            return Err(failure::lost(Lost::NoAnswer));
        }
        // For tests that count them.
        tracing::trace!(target: "round_trip", "waiting for the database");
        let patience = self.timeout + NETWORK;
        let answered = self
            .runtime
            .wait(async { tokio::time::timeout(patience, asking).await });
        answered.unwrap_or_else(|_| {
            self.is_lost.set(true);
            Err(failure::lost(Lost::NoAnswer))
        })
    }

    /// Notes what an error does to the transaction and to the session.
    fn failed(&self, error: tokio_postgres::Error) -> StoreError {
        if error.as_db_error().is_none() || self.client.is_closed() {
            self.is_lost.set(true);
        }
        if self.transaction.get() != Transaction::None {
            self.transaction.set(Transaction::Failed);
        }
        error.into()
    }
}

/// The runtime that runs while its thread waits.
struct Driver(Option<Runtime>);

impl Driver {
    fn wait<F: Future>(&self, future: F) -> F::Output {
        let runtime = self.0.as_ref().expect("it is there until it is dropped");
        runtime.block_on(future)
    }
}

impl Drop for Driver {
    /// Also where tasks run, and nothing may block.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// What a connection does while it is waited for.
pub(super) type Driving = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

async fn collected(
    rows: tokio_postgres::RowStream,
) -> std::result::Result<Answer, tokio_postgres::Error> {
    pin_mut!(rows);
    let mut all = Vec::new();
    while let Some(row) = rows.try_next().await? {
        all.push(row);
    }
    Ok(Answer {
        rows: all,
        count: rows.rows_affected().unwrap_or(0),
    })
}

/// A transaction that is rolled back when it is dropped.
struct InTransaction<'s>(&'s Session);

impl InTransaction<'_> {
    fn commit(self) -> Result<()> {
        let Self(session) = &self;
        match session.transaction.get() {
            // Nothing was asked in it.
            Transaction::None | Transaction::Wanted(_) => Ok(()),
            // `COMMIT` would answer that all is well, and roll back.
            Transaction::Failed => Err(crate::store::failure::transaction_lost()),
            Transaction::Open => {
                let committed = session.batch("COMMIT");
                if committed.is_err() && session.is_lost.get() {
                    return Err(failure::lost(Lost::InDoubt));
                }
                session.transaction.set(Transaction::None);
                committed
            }
        }
    }
}

impl Drop for InTransaction<'_> {
    /// Nobody waits for the answer: the next statement comes after it in any case.
    fn drop(&mut self) {
        let Self(session) = self;
        session.prefetched.borrow_mut().clear();
        let state = session.transaction.replace(Transaction::None);
        if matches!(state, Transaction::Open | Transaction::Failed) && !session.is_lost.get() {
            session.runtime.wait(async {
                let rollback = session.client.batch_execute("ROLLBACK");
                pin_mut!(rollback);
                // An error: it is lost, which the next one who asks finds.
                let _ = futures::poll!(rollback);
                tokio::task::yield_now().await;
            });
        }
    }
}

/// The SQL with PostgreSQL's placeholders: `$1` for the first `?`, or for each `?1`.
pub(in crate::store) fn numbered(sql: &str) -> String {
    let mut numbered = String::with_capacity(sql.len() + 16);
    let mut next = 0;
    let mut rest = sql.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '?' {
            numbered.push(character);
            continue;
        }
        numbered.push('$');
        if rest.peek().is_none_or(|digit| !digit.is_ascii_digit()) {
            next += 1;
            numbered.push_str(&next.to_string());
        }
    }
    numbered
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn placeholders_are_numbered_in_their_order_or_as_they_say() {
        assert_eq!(numbered("SELECT ? WHERE a = ?"), "SELECT $1 WHERE a = $2");
        assert_eq!(numbered("SELECT ?2 WHERE a = ?1"), "SELECT $2 WHERE a = $1");
        assert_eq!(numbered("SELECT 1"), "SELECT 1");
    }
}
