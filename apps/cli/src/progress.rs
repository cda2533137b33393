//! The progress of a proof: a bar on a terminal, lines elsewhere.

use crate::interrupt;
use crate::output::tell;
use crate::stages::showing;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use zklens_prover::{Progress, Stage};

/// A proof that is predicted to take one core less than this gets no lines, only a bar.
const LONG: Duration = Duration::from_secs(1);

/// The bar's length. Its unit does not matter.
const BAR: u64 = 1000;

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Display {
    /// A bar if standard error is a terminal; otherwise a line for each stage of a long proof.
    Shown,
    Hidden,
}

impl Display {
    /// The display under `--quiet` and `--json`.
    pub(crate) const fn new(is_quiet: bool, is_json: bool) -> Self {
        if is_quiet || is_json {
            Self::Hidden
        } else {
            Self::Shown
        }
    }
}

/// Makes a proof, shows its progress, and ends it on Ctrl-C.
pub(crate) fn proving<T>(
    display: Display,
    prove: impl FnOnce(&mut dyn FnMut(Progress) -> ControlFlow<()>) -> T,
) -> T {
    let bar = bar(display);
    let mut report = Report {
        display,
        bar: bar.clone(),
        started: Instant::now(),
        stage: None,
    };
    let work = || {
        prove(&mut |progress| {
            report.show(progress);
            if interrupt::has_come() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
    };
    showing(&bar, || interrupt::until_stopped(work))
}

fn bar(display: Display) -> ProgressBar {
    let target = match display {
        Display::Shown => ProgressDrawTarget::stderr(),
        Display::Hidden => ProgressDrawTarget::hidden(),
    };
    let bar = ProgressBar::with_draw_target(Some(BAR), target);
    match ProgressStyle::with_template("{spinner} {bar:30} {percent:>3} %  {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

struct Report {
    display: Display,
    bar: ProgressBar,
    started: Instant,
    stage: Option<Stage>,
}

impl Report {
    fn show(&mut self, progress: Progress) {
        let begins = self.stage.replace(progress.stage) != Some(progress.stage);
        if self.display == Display::Hidden {
            return;
        }
        let text = text(progress, self.started.elapsed());
        if !self.bar.is_hidden() {
            self.bar.set_position(position(progress));
            self.bar.set_message(text);
        } else if begins && Duration::from_nanos(progress.total) >= LONG {
            tell!("{:>3.0} % {text}", 100.0 * progress.fraction());
        }
    }
}

fn position(progress: Progress) -> u64 {
    let position = u128::from(BAR) * u128::from(progress.done) / u128::from(progress.total);
    u64::try_from(position).unwrap_or(BAR)
}

/// The stage, and the time left if it can be estimated.
fn text(progress: Progress, elapsed: Duration) -> String {
    let stage = words(progress.stage);
    match progress.time_left(elapsed) {
        Some(left) => format!("{stage}, {} left", about(left)),
        None => stage.to_owned(),
    }
}

const fn words(stage: Stage) -> &'static str {
    match stage {
        Stage::Witness => "running the network",
        Stage::Commitment => "committing to its values",
        Stage::Lookups => "looking up every byte",
        Stage::Sumcheck => "summing up all rules",
        Stage::Opening => "opening the commitments",
        _ => "proving",
    }
}

/// An estimate of a time in words.
fn about(time: Duration) -> String {
    match time.as_secs() {
        0 => "less than a second".into(),
        seconds @ 1..=99 => format!("about {seconds} s"),
        seconds => format!("about {} min", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_estimates_in_words() {
        let about = |milliseconds| about(Duration::from_millis(milliseconds));
        assert_eq!(about(999), "less than a second");
        assert_eq!(about(12_700), "about 12 s");
        assert_eq!(about(99_999), "about 99 s");
        assert_eq!(about(100_000), "about 2 min");
        assert_eq!(about(121_000), "about 3 min");
    }

    #[test]
    fn quiet_and_json_show_nothing() {
        assert_eq!(Display::new(false, false), Display::Shown);
        assert_eq!(Display::new(true, false), Display::Hidden);
        assert_eq!(Display::new(false, true), Display::Hidden);
    }
}
