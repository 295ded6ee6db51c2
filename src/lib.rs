//! `pivot` measures a Python program, says what should become of each hot function, translates it to Rust or Go, and
//! proves the translation equal. The crate map is in `ARCHITECTURE.md`; the layers, from the bottom:
//!
//! 0. words everybody uses: [`span`], [`source`], [`target`], [`diagnostic`], [`host`]
//! 1. data between stages: [`python`], [`ir`], [`policy`], [`facts`], [`measurement`], [`recording`], [`artifact`]
//! 2. producers: [`lower`], [`survey`], [`profiler`], [`emit`]
//! 3. judgements and products: [`recommend`], [`verify`], [`scaffold`]
//! 4. outside: [`report`], [`pipeline`], [`cli`]

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests may touch the disk"))]

pub mod artifact;
pub mod cli;
pub mod diagnostic;
pub mod emit;
pub mod facts;
pub mod host;
pub mod ir;
pub mod lower;
pub mod measurement;
pub mod pipeline;
pub mod policy;
pub mod profiler;
pub mod python;
pub mod recommend;
pub mod recording;
pub mod report;
pub mod scaffold;
pub mod source;
pub mod span;
pub mod survey;
pub mod target;
pub mod verify;
