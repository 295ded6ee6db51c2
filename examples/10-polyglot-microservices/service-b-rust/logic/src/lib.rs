//! The logic of `pricing`, translated from Python.
//!
//! This code is yours: change it as you like.

#![allow(clippy::manual_find, clippy::neg_cmp_op_on_partial_ord, clippy::nonminimal_bool, clippy::unnecessary_unwrap)]
#![allow(unused_assignments)]

pub mod monolith;
pub mod pricing;
mod boundary;
#[allow(dead_code)]
mod call;
mod session;
mod wire;
pub mod state;
pub mod support;
pub use session::{Answer, RouteAnswer, RouteRequest, Session};
