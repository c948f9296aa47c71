//! PostgreSQL, 15 or newer.

mod cluster;
mod connect;
mod doubt;
mod failure;
mod lease;
mod posting;
mod read_receipts;
mod served;
mod session;
mod tls;
mod value;

#[cfg(test)]
mod tests;

pub(in crate::store) use cluster::{examine, identity, refuse_other_product};
pub(in crate::store) use connect::Endpoint;
pub(in crate::store) use failure::{Lost, is_lease_lost, lost};
pub(in crate::store) use lease::Node;
pub(in crate::store) use posting::store as store_posts;
pub(in crate::store) use read_receipts::{move_on as move_receipts_on, take_seqs};
pub(in crate::store) use served::{Leased, RENEWAL, Served, renewing, take_or_wait};
pub(in crate::store) use session::{Session, numbered};
