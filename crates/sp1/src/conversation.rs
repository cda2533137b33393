//! One task for the worker: starts it, sends the request, and reads its messages.

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

/// The number of bytes kept from the end of the worker's standard error.
const LAST_WORDS: usize = 4096;

/// The bytes of an unfinished line that are held back; a longer one is shown before it ends.
const LONGEST_LINE: usize = 1 << 16;

/// The time in which a worker must end after it has answered or closed its output.
const PATIENCE: Duration = Duration::from_secs(5);

/// The time between two checks whether the worker has ended.
const LOOK: Duration = Duration::from_millis(10);

/// Variables that make SP1 check less, or check against other keys. Only provers need them, so they
/// are removed for every other task.
const SETTINGS: [&str; 6] = [
    "WITHOUT_VK_VERIFICATION",
    "SP1_CIRCUIT_MODE",
    "SP1_GROTH16_CIRCUIT_PATH",
    "SP1_PLONK_CIRCUIT_PATH",
    "SP1_DUMP",
    "SKIP_SIMULATION",
];

/// The variable with the private key of an account at the Prover Network. Removed for every task
/// that does not use this network.
const ACCOUNT_KEY: &str = "NETWORK_PRIVATE_KEY";

/// A running worker. It is killed when this is dropped.
pub(crate) struct Conversation {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// The last bytes that the worker wrote to standard error, at most [`LAST_WORDS`].
    last_words: Arc<Mutex<Vec<u8>>>,
    /// Closed once the worker's standard error is closed.
    is_silent: Receiver<()>,
}

impl Conversation {
    /// Starts the worker at `path`, and sends the request. If `verbose`, its standard error is
    /// shown.
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
        // Without this variable, SP1 logs nothing at all.
        if verbose && std::env::var_os("RUST_LOG").is_none() {
            command.env("RUST_LOG", "info");
        }
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.stderr(Stdio::piped()).spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(mut stdin), Some(stdout), Some(stderr)) = pipes else {
            // This cannot happen, since all three are piped above.
            return Err(io::Error::other("no pipes"));
        };
        // In threads, since the worker may write before it has read everything. If it ends early,
        // the pipe breaks; `answer` then reports why.
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

    /// Waits for the worker's answer. Until then, `progress` receives the text of each progress
    /// message. `path` is the worker's file, for errors.
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
                    // The worker may still have to end programs that it started itself.
                    self.wait();
                    return Ok(with_plain_words(answer));
                }
            }
        }
    }

    /// The error for a worker that has closed its output without an answer.
    fn end(&mut self) -> WorkerError {
        let status = self.wait();
        // A program that the worker started may hold standard error open, so the wait is limited.
        let _ = self.is_silent.recv_timeout(Duration::from_secs(1));
        let locked = self.last_words.lock();
        let stderr = last_lines(&locked.unwrap_or_else(PoisonError::into_inner));
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

    /// Waits until the worker ends, at most for [`PATIENCE`].
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
        // Neither call does anything if the worker has ended and been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads the worker's standard error, so that the worker never has to wait, and keeps the last
/// bytes.
fn listen(mut stderr: ChildStderr, last_words: &Mutex<Vec<u8>>, verbose: bool) {
    let mut chunk = [0; LAST_WORDS];
    let mut unshown = Vec::new();
    while let Ok(len @ 1..) = stderr.read(&mut chunk) {
        let new = &chunk[..len];
        if verbose {
            unshown.extend(new);
            show_lines(&mut unshown);
        }
        let locked = last_words.lock();
        let mut words = locked.unwrap_or_else(PoisonError::into_inner);
        words.extend(new);
        let excess = words.len().saturating_sub(LAST_WORDS);
        words.drain(..excess);
    }
    show(&unshown);
}

/// Shows the whole lines, and keeps the rest. A rest that is too long is shown as well.
fn show_lines(unshown: &mut Vec<u8>) {
    let last = unshown.iter().rposition(|byte| *byte == b'\n');
    let whole = last.map_or(0, |last| last + 1);
    let end = if unshown.len() - whole < LONGEST_LINE {
        whole
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

/// The whole lines at the end of standard error, safe to print on a terminal.
fn last_lines(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines = match text.split_once('\n') {
        // The beginning of the first line is lost.
        Some((_, rest)) if bytes.len() == LAST_WORDS => rest,
        _ => &text,
    };
    printable_lines(lines.trim_end()).into_owned()
}

/// Makes an answer safe to print on a terminal. A worker repeats texts of strangers, such as names
/// in a proof and the answers of a server.
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

/// Whether the worker was killed, or was a shell whose program was killed.
fn is_killed(status: ExitStatus) -> bool {
    #[cfg(unix)]
    if std::os::unix::process::ExitStatusExt::signal(&status) == Some(9) {
        return true;
    }
    status.code() == Some(128 + 9)
}
