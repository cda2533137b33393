//! Where messages go.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use zklens_sp1::protocol::Message;

/// Standard output as it was when the program began. Whatever else prints there, SP1 and the programs it
/// runs among them, prints to standard error.
pub(crate) struct Output(File);

impl Output {
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

    /// Says what is being done. That nobody listens is noticed at the end.
    pub(crate) fn progress(&self, text: impl Into<String>) {
        let _ = self.say(&Message::Progress(text.into()));
    }
}
