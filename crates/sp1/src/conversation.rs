//! One task: the worker is started, asked, and listened to.

use crate::WorkerError;
use crate::memory;
use crate::protocol::{Failure, MAX_MESSAGE_BYTES, Message, Prover, Request, Task};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use zklens_printable::printable_lines;

/// How much of what it writes to standard error is kept.
const LAST_WORDS: usize = 4096;

/// How much of a line that does not end is kept until it is shown.
const LONGEST_LINE: usize = 1 << 16;

/// How long a worker that has answered, or closed its output, may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Between two looks at whether it has ended.
const LOOK: Duration = Duration::from_millis(10);

/// Variables by which SP1 is told to check less, or against other keys. Nobody but provers has a use for them.
const SETTINGS: [&str; 6] = [
    "WITHOUT_VK_VERIFICATION",
    "SP1_CIRCUIT_MODE",
    "SP1_GROTH16_CIRCUIT_PATH",
    "SP1_PLONK_CIRCUIT_PATH",
    "SP1_DUMP",
    "SKIP_SIMULATION",
];

/// The private key of an account of the Prover Network, which nobody else has a use for.
const ACCOUNT_KEY: &str = "NETWORK_PRIVATE_KEY";

/// A worker at work. It is killed when this is dropped.
pub(crate) struct Conversation {
    child: Child,
    stdout: BufReader<ChildStdout>,
    last_words: Arc<Mutex<Vec<u8>>>,
    /// Closed when its standard error is.
    is_silent: Receiver<()>,
}

impl Conversation {
    /// Starts the worker in `path`, and asks it. What it writes to standard error is shown if `verbose`.
    pub(crate) fn start(path: &Path, request: Request, verbose: bool) -> Result<Self, io::Error> {
        let mut command = Command::new(path);
        if matches!(request.task, Task::Prove { .. }) {
            for name in memory::one_at_a_time() {
                command.env(name, "1");
            }
        } else {
            for name in SETTINGS {
                command.env_remove(name);
            }
        }
        if !matches!(
            request.task,
            Task::Prove {
                prover: Prover::Network,
                ..
            }
        ) {
            command.env_remove(ACCOUNT_KEY);
        }
        // Colours would be printed as escapes.
        command.env("NO_COLOR", "1");
        // Without it, SP1 says nothing at all.
        if verbose && std::env::var_os("RUST_LOG").is_none() {
            command.env("RUST_LOG", "info");
        }
        let command = command.stdin(Stdio::piped());
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(mut stdin), Some(stdout), Some(stderr)) = pipes else {
            // All three were asked for.
            return Err(io::Error::other("no pipes"));
        };
        // In threads, since it may write before it has read everything. A worker that ends early breaks
        // the pipe; why, is said elsewhere.
        thread::spawn(move || {
            let mut line = serde_json::to_vec(&request).unwrap_or_default();
            drop(request);
            line.push(b'\n');
            let _ = stdin.write_all(&line);
        });
        let last_words = Arc::default();
        let words = Arc::clone(&last_words);
        let (sender, is_silent) = channel();
        thread::spawn(move || {
            listen(stderr, &words, verbose);
            drop(sender);
        });
        Ok(Self {
            child,
            stdout: BufReader::new(stdout),
            last_words,
            is_silent,
        })
    }

    /// What the worker in `path` answers in the end. `progress` is told what it does before.
    pub(crate) fn answer(
        mut self,
        path: &Path,
        mut progress: impl FnMut(&str),
    ) -> Result<Message, WorkerError> {
        let garbled = || WorkerError::Garbled { path: path.into() };
        loop {
            let mut line = Vec::new();
            let mut limited = self.stdout.by_ref().take(MAX_MESSAGE_BYTES as u64 + 1);
            let read = limited.read_until(b'\n', &mut line);
            let is_too_long = line.len() > MAX_MESSAGE_BYTES;
            if !is_too_long && (read.unwrap_or_default() == 0 || !line.ends_with(b"\n")) {
                return Err(self.end());
            }
            match Message::decode(&line).ok_or_else(garbled)? {
                Message::Progress(text) => progress(&printable_lines(&text)),
                answer => {
                    // It may have to end programs that it started itself.
                    self.wait();
                    return Ok(with_plain_words(answer));
                }
            }
        }
    }

    /// Why there is no answer.
    fn end(&mut self) -> WorkerError {
        let status = self.wait();
        // A program that it started may hold standard error open; then this is all there is.
        let _ = self.is_silent.recv_timeout(Duration::from_secs(1));
        let words = self.last_words.lock();
        let stderr = last_lines(&words.unwrap_or_else(PoisonError::into_inner));
        match status {
            Some(status) if is_killed(status) => WorkerError::Killed { stderr },
            Some(status) => WorkerError::Ended {
                status: status.to_string(),
                stderr,
            },
            None => WorkerError::Ended {
                status: "still running".into(),
                stderr,
            },
        }
    }

    /// Waits for the end of the worker, as long as [`PATIENCE`] lasts.
    fn wait(&mut self) -> Option<ExitStatus> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(LOOK);
        }
        None
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        // Neither does anything if it has ended and been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keeps the end of what the worker writes, so that it never waits for a reader.
fn listen(mut stderr: ChildStderr, last_words: &Mutex<Vec<u8>>, verbose: bool) {
    let mut chunk = [0; LAST_WORDS];
    let mut unshown = Vec::new();
    while let Ok(len @ 1..) = stderr.read(&mut chunk) {
        let new = &chunk[..len];
        if verbose {
            unshown.extend(new);
            show_lines(&mut unshown);
        }
        let words = last_words.lock();
        let mut words = words.unwrap_or_else(PoisonError::into_inner);
        words.extend(new);
        let excess = words.len().saturating_sub(LAST_WORDS);
        words.drain(..excess);
    }
    show(&unshown);
}

/// Shows a worker's whole lines, or all of a line that is too long, and keeps the rest.
fn show_lines(unshown: &mut Vec<u8>) {
    let end = unshown.iter().rposition(|byte| *byte == b'\n');
    let end = end.map_or(0, |last| last + 1);
    let end = if unshown.len() - end < LONGEST_LINE {
        end
    } else {
        unshown.len()
    };
    show(&unshown[..end]);
    unshown.drain(..end);
}

fn show(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = io::stderr().write_all(printable_lines(&text).as_bytes());
}

/// Whole lines as a terminal may show them.
fn last_lines(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text = match text.split_once('\n') {
        Some((_, rest)) if bytes.len() == LAST_WORDS => rest,
        _ => &text,
    };
    printable_lines(text.trim_end()).into_owned()
}

/// A worker repeats what strangers wrote: names in a proof, the answers of a server.
fn with_plain_words(message: Message) -> Message {
    let plain = |text: &str| printable_lines(text).into_owned();
    match message {
        Message::Verified(fault) => Message::Verified(fault.map(|fault| plain(&fault))),
        Message::Failed(failure) => Message::Failed(Failure {
            kind: failure.kind,
            message: plain(&failure.message),
            help: failure.help.map(|help| plain(&help)),
        }),
        other => other,
    }
}

/// Whether it was killed, or was a shell whose program was.
fn is_killed(status: ExitStatus) -> bool {
    #[cfg(unix)]
    if std::os::unix::process::ExitStatusExt::signal(&status) == Some(9) {
        return true;
    }
    status.code() == Some(128 + 9)
}
