//! Arguments of `completions` and `man`.

use clap::Args;
use clap_complete::Shell;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zklens completions bash > ~/.local/share/bash-completion/completions/zklens
  zklens completions zsh > ~/.zfunc/_zklens
  zklens completions fish > ~/.config/fish/completions/zklens.fish

For zsh, the folder has to be in `fpath` before `compinit` runs: `fpath+=~/.zfunc` in .zshrc does that.")]
pub(crate) struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zklens man ~/.local/share/man/man1
  man zklens-prove")]
pub(crate) struct ManArguments {
    /// An existing folder; a page for each command is written into it
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Overwrite existing pages
    #[arg(long)]
    pub(crate) force: bool,
}
