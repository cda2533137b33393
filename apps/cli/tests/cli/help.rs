//! Help: every text of every command, in narrow and in wide terminals.

use crate::support::{root, text};
use std::process::Command;

/// Help of a command in a terminal with this number of columns.
fn help(arguments: &[&str], columns: usize) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zklens"));
    let command = command.args(arguments).env("COLUMNS", columns.to_string());
    let output = command.current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    text(&output)
}

/// The commands that the help of another one lists.
fn listed(help: &str) -> Vec<String> {
    let list = help.split("\nCommands:\n").nth(1).unwrap_or_default();
    let list = list.split("\n\n").next().unwrap_or_default();
    let names = list
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// All commands, each as its arguments.
fn commands() -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = vec![Vec::new()];
    let mut next = 0;
    while let Some(command) = found.get(next).cloned() {
        let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        let below = listed(&help(&[&arguments[..], &["--help"]].concat(), 100));
        found.extend(
            below
                .into_iter()
                .map(|name| [&command[..], &[name]].concat()),
        );
        next += 1;
    }
    assert!(found.len() > 15, "{found:?}");
    found
}

fn indentation(line: &str) -> usize {
    line.chars().take_while(|c| *c == ' ').count()
}

/// Where the text of a line begins, behind the terms of a list.
fn text_column(line: &str) -> usize {
    let (indent, rest) = (indentation(line), line.trim());
    let gap = rest
        .rfind("  ")
        .map_or(0, |gap| rest[..gap + 2].chars().count());
    let mark = if rest.starts_with("- ") { 2 } else { 0 };
    indent + gap.max(mark)
}

/// Whether a line could have held the first word of the next, which goes on with its paragraph.
fn ends_early(line: &str, next: &str, columns: usize) -> bool {
    let goes_on = indentation(next) == text_column(line) && !next.trim_start().starts_with("- ");
    let word = next.split_whitespace().next().unwrap_or_default();
    let is_option = word.starts_with('-') || word.starts_with('[') || word.starts_with('<');
    let len = line.chars().count() + 1 + word.chars().count();
    let is_heading = line.ends_with(':') && indentation(line) == 0;
    goes_on && !is_option && !is_heading && len <= columns
}

/// The lines of a help text that end before they are full, with those that follow them.
fn early_ends(help: &str, columns: usize) -> Vec<String> {
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    let mut is_code = false;
    let mut found = Vec::new();
    for pair in lines.windows(2) {
        let [line, next] = [pair[0], pair[1]];
        // Commands and code have lines of their own.
        is_code = (is_code && !line.is_empty()) || line.starts_with("Example");
        let is_quoted = is_code || line.starts_with("    ") && next.contains([';', '=', '{', '"']);
        if !is_quoted && !line.is_empty() && !next.is_empty() && ends_early(line, next, columns) {
            found.push(format!("{line}\n{next}"));
        }
    }
    found
}

#[test]
fn no_help_breaks_off_in_mid_sentence() {
    for command in commands() {
        let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        for columns in [80, 100] {
            for flag in ["--help", "-h"] {
                let help = help(&[&arguments[..], &[flag]].concat(), columns);
                for line in help.lines() {
                    // clap does not wrap usage, and a single word may be longer.
                    let can_wrap = !line.starts_with("Usage:") && line.trim().contains(' ');
                    let is_long = line.chars().count() > columns && can_wrap;
                    assert!(!is_long, "{arguments:?} at {columns}: {line}");
                }
                let found = early_ends(&help, columns);
                assert!(
                    found.is_empty(),
                    "{arguments:?} at {columns}:\n{}",
                    found.join("\n\n")
                );
            }
        }
    }
}

#[test]
fn a_break_in_mid_sentence_would_be_noticed() {
    let broken =
        "Terms:\n  label  This command: the proof is true, so the network\n         gives it.\n";
    assert_eq!(early_ends(broken, 80).len(), 1);
    let broken = "A proof says that\nthis is so.\n";
    assert_eq!(early_ends(broken, 80).len(), 1);
    let whole = "Terms:\n  a  b\n  c  d\n\nExamples:\n  zklens a\n  zklens b\n\nOne.\n";
    assert_eq!(early_ends(whole, 80), Vec::<String>::new());
    assert_eq!(
        early_ends("A proof says that\nthis is so.\n", 20),
        Vec::<String>::new()
    );
}
