//! Sumchecks are complete, every other proof is refused when its claims are checked, and messages are uniform for all
//! summands.

mod case;
mod complete;
mod hiding;
mod sound;
