//! Marks as the browser knows them, which has the table already.

pub use crate::app::browser::marks::laid_out;
