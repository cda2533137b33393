//! Compares `jpeg::sample` with the reference decoder, whose result it must have.

mod build;
mod covered;
mod damaged;
mod handmade;
mod headers;
mod support;
