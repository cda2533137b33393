//! The stream for messages to zklens.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use zklens_sp1::protocol::Message;

/// Standard output as it was when the program began. Everything else that prints to standard
/// output, such as SP1 and the programs that it runs, is led to standard error.
pub(crate) struct Output(File);

impl Output {
    /// Takes standard output for messages. To be called once, before anything is printed.
    pub(crate) fn take() -> io::Result<Self> {
        let messages = io::stdout().as_fd().try_clone_to_owned()?;
        rustix::stdio::dup2_stdout(io::stderr())?;
        Ok(Self(File::from(messages)))
    }

    pub(crate) fn say(&self, message: &Message) -> io::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        (&self.0).write_all(&line)
    }

    /// Reports the step that begins. A failure to write is ignored here, and noticed with the
    /// answer.
    pub(crate) fn progress(&self, text: impl Into<String>) {
        let _ = self.say(&Message::Progress(text.into()));
    }
}
