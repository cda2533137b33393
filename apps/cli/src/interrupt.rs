//! Ctrl-C while a proof is made.
//!
//! Outside [`until_stopped`], SIGINT ends the process at once: nothing is half done there. Inside, the first SIGINT only sets
//! a flag, and the work ends itself at its next report; a second one ends the process at once.

use crate::failure::{EXIT_INTERRUPTED, Failure};
use crate::stages;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether SIGINT has come.
static HAS_COME: AtomicBool = AtomicBool::new(false);

/// Whether the work at hand asks [`has_come`] and ends itself.
static ENDS_ITSELF: AtomicBool = AtomicBool::new(false);

/// Waits for SIGINT from now on, on a thread of its own. Failures are also printed as JSON if `is_json`.
///
/// Where a process has no signals, the system's own way of ending it stays.
#[cfg(unix)]
pub(crate) fn watch(is_json: bool) -> Result<(), Failure> {
    use crate::failure::EXIT_OUTPUT;
    use signal_hook::consts::SIGINT;
    use signal_hook::iterator::Signals;

    let no_signals = |error| Failure::new(EXIT_OUTPUT, "signals", error);
    let mut signals = Signals::new([SIGINT]).map_err(no_signals)?;
    std::thread::spawn(move || {
        for _ in &mut signals {
            let is_first = !HAS_COME.swap(true, Ordering::SeqCst);
            if is_first && ENDS_ITSELF.load(Ordering::SeqCst) {
                continue;
            }
            stages::clear();
            if is_json {
                failure().print_json(false);
            }
            let _ = failure().report();
            std::process::exit(i32::from(EXIT_INTERRUPTED));
        }
    });
    Ok(())
}

/// See the other definition.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the other definition can fail")]
pub(crate) const fn watch(_: bool) -> Result<(), Failure> {
    Ok(())
}

/// Does some work that asks [`has_come`] several times a second, and ends itself when it has.
pub(crate) fn until_stopped<T>(work: impl FnOnce() -> T) -> T {
    ENDS_ITSELF.store(true, Ordering::SeqCst);
    let done = work();
    ENDS_ITSELF.store(false, Ordering::SeqCst);
    done
}

/// Whether SIGINT has come.
pub(crate) fn has_come() -> bool {
    HAS_COME.load(Ordering::SeqCst)
}

/// The failure of a command that was interrupted.
pub(crate) fn failure() -> Failure {
    Failure::of(EXIT_INTERRUPTED, "interrupted; no proof was written")
}
