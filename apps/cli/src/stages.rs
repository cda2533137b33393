//! The stages of a command: a spinner while they run, and their times afterwards.

use crate::output::{printable, tell};
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The time between two frames of a spinner.
const TICK: Duration = Duration::from_millis(100);

/// The spinner or bar on the terminal now.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Wall-clock times of stages, one after the other.
pub(crate) struct Stages {
    started: Instant,
    last: Instant,
    text: Vec<String>,
}

impl Stages {
    pub(crate) fn start() -> Self {
        let started = Instant::now();
        Self {
            started,
            last: started,
            text: Vec::new(),
        }
    }

    /// Ends a stage, and returns its time.
    pub(crate) fn end(&mut self, stage: &str) -> Duration {
        let now = Instant::now();
        let time = now - self.last;
        self.text.push(format!("{stage} {}", milliseconds(time)));
        self.last = now;
        time
    }

    pub(crate) fn finish(self) -> String {
        format!(
            "{}; total {}",
            self.text.join(", "),
            milliseconds(self.started.elapsed())
        )
    }
}

/// Does some work, with a spinner on standard error if that is a terminal.
pub(crate) fn spinning<T>(what: &'static str, work: impl FnOnce() -> T) -> T {
    let spinner = ProgressBar::new_spinner().with_message(what);
    showing(&spinner, work)
}

/// Does some work while a spinner or bar shows it.
pub(crate) fn showing<T>(bar: &ProgressBar, work: impl FnOnce() -> T) -> T {
    bar.enable_steady_tick(TICK);
    show(Some(bar.clone()));
    let done = work();
    clear();
    done
}

/// Removes the spinner or bar from the terminal, if there is one.
pub(crate) fn clear() {
    if let Some(bar) = show(None) {
        bar.finish_and_clear();
    }
}

/// Notes the bar that is shown from now on, and returns the one before.
fn show(bar: Option<ProgressBar>) -> Option<ProgressBar> {
    let mut shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::replace(&mut *shown, bar)
}

/// Does some long work that reports its progress. If standard error is a terminal, a spinner shows the latest report and
/// the time; otherwise each report is a line.
pub(crate) fn reporting<T>(what: &'static str, work: impl FnOnce(&mut dyn FnMut(&str)) -> T) -> T {
    let spinner = ProgressBar::new_spinner().with_message(what);
    let spinner = match ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        Ok(style) => spinner.with_style(style),
        Err(_) => spinner,
    };
    let report = &mut |text: &str| {
        if spinner.is_hidden() {
            tell!("{text}");
        } else {
            spinner.set_message(printable(text).into_owned());
        }
    };
    showing(&spinner, || work(report))
}

pub(crate) fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}
