//! The loop over the images of one command line.

use crate::failure::{EXIT_INPUT, Failure};
use crate::files;
use crate::output::{self, tell};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The images of a command, and how it reports on them.
pub(super) struct EachImage<'a> {
    /// The image files; folders are expanded already.
    pub(super) paths: &'a [PathBuf],
    /// The word beside the progress bar.
    pub(super) doing: &'static str,
    /// Whether a failure is also a line of JSON: `{"file": …, "error": …}`.
    pub(super) json: bool,
}

impl EachImage<'_> {
    /// Calls `work` for each image and `print` with its result, in order.
    ///
    /// If one image fails, the failure is reported and the next image follows; the exit code is then [`EXIT_INPUT`]. A
    /// failure for which `ends` is true ends the command: every other image would fail in the same way.
    pub(super) fn run<T>(
        &self,
        mut work: impl FnMut(&Path) -> Result<T, Failure>,
        print: impl Fn(&Path, T) -> Result<(), Failure>,
        ends: impl Fn(&Failure) -> bool,
    ) -> Result<ExitCode, Failure> {
        let bar = output::progress(self.paths.len(), self.doing);
        let mut failures = 0;
        for path in self.paths {
            let result = work(path);
            bar.suspend(|| match result {
                Ok(done) => print(path, done),
                Err(failure) if ends(&failure) => Err(failure),
                Err(failure) => {
                    failures += 1;
                    self.report(path, &failure)
                }
            })?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        if failures == 0 {
            return Ok(ExitCode::SUCCESS);
        }
        if self.paths.len() > 1 {
            tell!("{failures} of {} images failed", self.paths.len());
        }
        Ok(ExitCode::from(EXIT_INPUT))
    }

    fn report(&self, path: &Path, failure: &Failure) -> Result<(), Failure> {
        if self.json {
            let (file, error) = (files::name(path), failure.json());
            output::print_json_line(&serde_json::json!({ "file": file, "error": error }))?;
        }
        failure.report();
        Ok(())
    }
}
