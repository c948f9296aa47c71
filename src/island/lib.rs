//! Parlour in the browser: the WASM file that brings a page's island to life.

#[cfg(feature = "hydrate")]
mod hydrate;
