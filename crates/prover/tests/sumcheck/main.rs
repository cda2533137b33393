//! Sumchecks are complete, every other proof is refused when its claims are settled, and what is sent
//! is uniform whatever the summands.

mod case;
mod complete;
mod hiding;
mod sound;
