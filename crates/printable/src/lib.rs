//! Makes strangers' text safe to print on a terminal.
//!
//! Names in models and keys, answers of nodes, output of other programs and names of files can contain characters that
//! control a terminal, reverse the direction of a line or show nothing at all. Here they become escapes such as
//! `\u{202e}`, so that people read the same text as programs.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

use std::borrow::Cow;
use std::fmt::Write;

/// A text on one line: line breaks are escaped, too.
///
/// ```
/// assert_eq!(zklens_printable::printable("caf\u{e9}\u{202e}\n"), "café\\u{202e}\\n");
/// ```
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    escape(text, is_shown, put_escape)
}

/// A text of several lines: line breaks and tabs stay.
#[must_use]
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    escape(text, |c| is_shown(c) || c == '\n' || c == '\t', put_escape)
}

/// The same JSON, with such characters as escapes of JSON.
///
/// ```
/// assert_eq!(zklens_printable::printable_json("[\"\u{202e}\"]"), r#"["\u202e"]"#);
/// ```
#[must_use]
pub fn printable_json(json: &str) -> Cow<'_, str> {
    // Outside strings, JSON has no characters but these.
    let stays = |c| is_shown(c) || matches!(c, '\n' | '\r' | '\t');
    escape(json, stays, |to, c| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(to, "\\u{unit:04x}");
        }
    })
}

/// The first `most` characters of a text on one line, and `…` if there are more.
#[must_use]
pub fn excerpt(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => printable(&text[..end]).into_owned() + "…",
        None => printable(text).into_owned(),
    }
}

fn escape(
    text: &str,
    stays: impl Fn(char) -> bool,
    put: impl Fn(&mut String, char),
) -> Cow<'_, str> {
    if text.chars().all(&stays) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if stays(c) {
            escaped.push(c);
        } else {
            put(&mut escaped, c);
        }
    }
    escaped.into()
}

fn put_escape(to: &mut String, c: char) {
    to.extend(c.escape_default());
}

/// Whether a character is shown as it is: all are, except those of Unicode's categories Cc, Cf, Zl, Zp, Co and Cn, and
/// spaces other than U+0020.
fn is_shown(c: char) -> bool {
    if c.is_ascii() {
        return c == ' ' || c.is_ascii_graphic();
    }
    // The standard library knows these categories, for `{:?}`. It also escapes marks that combine with a letter, but not
    // after a letter.
    let mut letter_and_mark = String::from('a');
    letter_and_mark.push(c);
    letter_and_mark.escape_debug().nth(2).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The categories Cc, Cf, Zl and Zp of Unicode 16.0, from `DerivedGeneralCategory.txt`.
    const HIDDEN: [(u32, u32); 24] = [
        (0x0000, 0x001f),
        (0x007f, 0x009f),
        (0x00ad, 0x00ad),
        (0x0600, 0x0605),
        (0x061c, 0x061c),
        (0x06dd, 0x06dd),
        (0x070f, 0x070f),
        (0x0890, 0x0891),
        (0x08e2, 0x08e2),
        (0x180e, 0x180e),
        (0x200b, 0x200f),
        (0x2028, 0x2029),
        (0x202a, 0x202e),
        (0x2060, 0x2064),
        (0x2066, 0x206f),
        (0xfeff, 0xfeff),
        (0xfff9, 0xfffb),
        (0x110bd, 0x110bd),
        (0x110cd, 0x110cd),
        (0x13430, 0x1343f),
        (0x1bca0, 0x1bca3),
        (0x1d173, 0x1d17a),
        (0xe0001, 0xe0001),
        (0xe0020, 0xe007f),
    ];

    fn hidden() -> impl Iterator<Item = char> {
        let all = HIDDEN.into_iter().flat_map(|(first, last)| first..=last);
        all.filter_map(char::from_u32)
    }

    #[test]
    fn no_hidden_character_is_left() {
        for c in hidden() {
            let text = format!("a{c}b");
            let shown = printable(&text);
            assert!(!shown.contains(c), "{shown}");
            assert_eq!(shown, format!("a{}b", c.escape_default()));
            let lines = printable_lines(&text);
            assert_eq!(lines.contains(c), c == '\n' || c == '\t', "{lines}");
            let string = serde_json::to_string(&text).unwrap();
            let json = printable_json(&string);
            assert!(!json.contains(c), "{json}");
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }

    #[test]
    fn letters_of_all_scripts_stay() {
        for text in [
            "T-shirt/top, it's \"5\" \\ 100 %",
            "café, cafe\u{301}, Größe, 数字, цифра, رقم, अंक, 숫자, τ·2³ → ∑ …",
            "👟 ✓",
        ] {
            assert_eq!(printable(text), text);
            assert_eq!(printable_json(text), text);
        }
    }

    #[test]
    fn spaces_that_look_like_others_are_told_apart() {
        assert_eq!(printable("a\u{a0}b\u{3000}c"), "a\\u{a0}b\\u{3000}c");
        assert_eq!(printable("a\nb\tc\r"), "a\\nb\\tc\\r");
        assert_eq!(printable_lines("a\nb\tc\r"), "a\nb\tc\\r");
    }

    #[test]
    fn json_has_two_escapes_for_a_character_beyond_16_bits() {
        assert_eq!(
            printable_json("\"\u{e0041}\u{7f}\""),
            r#""\udb40\udc41\u007f""#
        );
    }

    #[test]
    fn an_excerpt_counts_characters_and_not_escapes() {
        assert_eq!(excerpt("\u{202e}éa", 3), "\\u{202e}éa");
        assert_eq!(excerpt("\u{202e}éab", 3), "\\u{202e}éa…");
        assert_eq!(excerpt("ab", 0), "…");
    }

    proptest! {
        #[test]
        fn escaping_twice_is_escaping_once(text: String) {
            let once = printable(&text).into_owned();
            prop_assert_eq!(printable(&once), once.as_str());
        }

        #[test]
        fn json_says_what_it_said(texts: Vec<String>) {
            let json = serde_json::to_string_pretty(&texts).unwrap();
            let read: Vec<String> = serde_json::from_str(&printable_json(&json)).unwrap();
            prop_assert_eq!(read, texts);
        }
    }
}
