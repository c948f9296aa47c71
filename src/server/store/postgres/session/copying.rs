//! `COPY`: many rows as lines of text, from the server and to it.
//!
//! *Invariant:* what is not yet asked for waits at the server, so memory is bounded however many rows there are.

use super::{Session, Transaction};
use crate::store::db::Result;
use bytes::Bytes;
use futures::stream::ReadyChunks;
use futures::{SinkExt, StreamExt, pin_mut};
use std::pin::Pin;
use tokio_postgres::CopyOutStream;

/// Parts that are taken at once, at most.
const PARTS: usize = 256;

impl Session {
    /// What `COPY … TO STDOUT` says, some of it at a time: what is not yet asked for waits at the server.
    pub(in crate::store) fn copy_out(&self, sql: &str) -> Result<CopyOut<'_>> {
        let stream = self.answered(self.client.copy_out(sql))?;
        let parts = Box::pin(stream.ready_chunks(PARTS));
        Ok(CopyOut {
            session: self,
            parts,
        })
    }

    /// Tells `COPY … FROM STDIN` these rows.
    pub(in crate::store) fn copy_in(&self, sql: &str, rows: Bytes) -> Result<()> {
        if let Transaction::Wanted(_) = self.transaction.get() {
            self.ask_all(&[])?;
        }
        self.answered(async {
            let sink = self.client.copy_in(sql).await?;
            pin_mut!(sink);
            sink.send(rows).await?;
            sink.finish().await.map(drop)
        })
    }
}

/// What a `COPY … TO STDOUT` says.
pub(in crate::store) struct CopyOut<'s> {
    session: &'s Session,
    parts: Pin<Box<ReadyChunks<CopyOutStream>>>,
}

impl CopyOut<'_> {
    /// The next parts; none at the end.
    pub(in crate::store) fn next(&mut self) -> Result<Option<Vec<Bytes>>> {
        self.session.answered(async {
            let parts = self.parts.next().await;
            let parts = parts.map(|parts| parts.into_iter().collect());
            parts.transpose()
        })
    }
}
