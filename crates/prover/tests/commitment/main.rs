//! Openings: what is true is accepted, and nothing else.

mod case;
mod commit;
mod complete;
mod hiding;
mod slow;
mod sound;
mod tape;
