//! Help text, wrapped to the width of the terminal.
//!
//! clap wraps paragraphs only. The text after the options also has lists, which are wrapped here. An item is indented by
//! two spaces; at least two spaces separate its term from its text; lines below continue the text. Lines under *Examples*
//! are commands. Lines that are indented by four spaces stay as they are.

use clap::Command;
use console::Term;

/// The longest line, however wide the terminal is.
const WIDEST: usize = 100;

/// The shortest limit for lines, however narrow the terminal is.
const NARROWEST: usize = 40;

/// The indentation of the further lines of a command.
const COMMAND_INDENT: &str = "      ";

/// The width for help, in columns: that of the terminal, or of the variable `COLUMNS`.
pub(crate) fn width() -> usize {
    let of = |terminal: Term| terminal.size_checked();
    let size = of(Term::stdout()).or_else(|| of(Term::stderr()));
    let from_size = size.map(|(_, columns)| usize::from(columns));
    let from_variable = || std::env::var("COLUMNS").ok()?.parse().ok();
    let columns = from_size.or_else(from_variable).unwrap_or(WIDEST);
    columns.clamp(NARROWEST, WIDEST)
}

/// The command and its subcommands with all help in lines of at most `width` columns.
pub(crate) fn fit(command: Command, width: usize) -> Command {
    let after = command.get_after_help().map(ToString::to_string);
    let command = command.term_width(width);
    let command = match after {
        Some(after) => command.after_help(fill(&after, width)),
        None => command,
    };
    command.mut_subcommands(|subcommand| fit(subcommand, width))
}

/// A text or a command that is being wrapped.
struct Item {
    /// The text before the first line.
    prefix: String,
    /// The spaces before the other lines.
    indent: usize,
    text: String,
    is_command: bool,
}

impl Item {
    fn of_line(line: &str, is_command: bool) -> Self {
        let start = text_column(line);
        let (prefix, text) = line.split_at(start);
        Self {
            prefix: prefix.to_owned(),
            indent: prefix.chars().count(),
            text: text.to_owned(),
            is_command,
        }
    }

    /// Whether a line continues this item.
    fn takes(&self, line: &str) -> bool {
        if line.is_empty() {
            false
        } else if self.is_command {
            self.text.ends_with('\\')
        } else {
            indentation(line) == self.indent && text_column(line) == self.indent
        }
    }

    fn append(&mut self, line: &str) {
        let text = self.text.trim_end_matches('\\').trim_end();
        self.text = format!("{text} {}", line.trim());
    }

    /// The parts between which a line may break. A shell's quotes keep words together.
    fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        let mut is_quoted = false;
        for word in self.text.split_whitespace() {
            match words.last_mut() {
                Some(last) if is_quoted => {
                    last.push(' ');
                    last.push_str(word);
                }
                _ => words.push(word.to_owned()),
            }
            is_quoted ^= self.is_command && word.matches('\'').count() % 2 == 1;
        }
        words
    }

    fn print(&self, width: usize, out: &mut String) {
        let indent = " ".repeat(self.indent);
        let (indent, end) = if self.is_command {
            (COMMAND_INDENT, " \\")
        } else {
            (indent.as_str(), "")
        };
        let mut line = self.prefix.clone();
        let mut is_empty = true;
        for word in self.words() {
            let len = line.chars().count() + usize::from(!is_empty) + word.chars().count();
            if !is_empty && len + end.len() > width {
                out.push_str(&line);
                out.push_str(end);
                out.push('\n');
                line = indent.to_owned();
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(&word);
            is_empty = false;
        }
        out.push_str(&line);
        out.push('\n');
    }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The column where a line's text begins: after its term, if it has one.
fn text_column(line: &str) -> usize {
    let indent = indentation(line);
    let gap = line.trim_end().rfind("  ").map(|gap| gap + 2);
    gap.filter(|gap| *gap > indent).unwrap_or(indent)
}

/// Wraps paragraphs and items of a text to lines of at most `width` columns.
fn fill(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut item: Option<Item> = None;
    let mut is_example = false;
    for line in text.lines() {
        if let Some(item) = item.as_mut().filter(|item| item.takes(line)) {
            item.append(line);
            continue;
        }
        if let Some(item) = item.take() {
            item.print(width, &mut out);
        }
        let is_term = text_column(line) > indentation(line);
        if line.is_empty() {
            is_example = false;
            out.push('\n');
        } else if indentation(line) >= 4 && !is_example && !is_term {
            out.push_str(line);
            out.push('\n');
        } else {
            is_example |= line.starts_with("Example");
            let is_command = is_example && indentation(line) > 0;
            item = Some(Item::of_line(line, is_command));
        }
    }
    if let Some(item) = item {
        item.print(width, &mut out);
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn paragraphs_and_items_are_filled() {
        let text =
            "Terms:\n  a     one two three\n        four five\n  b  c  six\nEnd of\nit.\n\nMore:";
        let filled =
            "Terms:\n  a     one two three four\n        five\n  b  c  six\nEnd of it.\n\nMore:";
        assert_eq!(fill(text, 28), filled);
    }

    #[test]
    fn commands_can_be_copied() {
        let text = "Examples:\n  zklens prove photo.jpg -o photo.zkp\n  curl -F 'a b' \\\n       -o b\n\nAll.";
        let filled = "Examples:\n  zklens prove photo.jpg \\\n      -o photo.zkp\n  curl -F 'a b' -o b\n\nAll.";
        assert_eq!(fill(text, 28), filled);
    }

    #[test]
    fn code_stays_as_it_is() {
        let text = "Code:\n    one();\n    two(\"a\");\nMore text\nthan a line has.";
        assert_eq!(
            fill(text, 24),
            "Code:\n    one();\n    two(\"a\");\nMore text than a line\nhas."
        );
    }
}
