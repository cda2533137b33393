//! `--engine sp1`, with a stand-in for the program that runs SP1.

mod execute;
mod prove;
mod refusals;
mod stand_in;
mod verify;
