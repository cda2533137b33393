//! Openings of true claims are accepted, and all others are refused.

mod case;
mod commit;
mod complete;
mod hiding;
mod slow;
mod sound;
mod tape;
