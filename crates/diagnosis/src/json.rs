//! The few members of a JSON object that say where a token's image is (RFC 8259, and EIP-721's metadata).

use std::iter::Peekable;
use std::str::Chars;

/// Members that name the image, the first is the most usual.
const IMAGE: [&str; 4] = ["image", "image_url", "image_data", "imageUrl"];

/// The members of an object that are about an image.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// The text of the first member of [`IMAGE`] that is there.
    pub(crate) image: Option<String>,
    /// Whether other members are those of a token's metadata.
    pub(crate) is_of_token: bool,
}

/// Reads an object, as far as it is one; `None` if the text does not begin like an object.
pub(crate) fn metadata(text: &str) -> Option<Metadata> {
    let mut chars = text.trim_start().chars().peekable();
    if chars.next() != Some('{') {
        return None;
    }
    let mut found: [Option<String>; IMAGE.len()] = Default::default();
    let mut is_of_token = false;
    while let Some((key, value)) = member(&mut chars) {
        is_of_token |= matches!(
            key.as_str(),
            "attributes" | "tokenId" | "external_url" | "animation_url"
        );
        let place = IMAGE.iter().position(|name| *name == key);
        if let Some(place) = place.and_then(|place| found.get_mut(place)) {
            *place = value;
        }
    }
    let image = found.into_iter().flatten().next();
    Some(Metadata { image, is_of_token })
}

/// The next member of the object, and its value if that is a string.
fn member(chars: &mut Peekable<Chars<'_>>) -> Option<(String, Option<String>)> {
    while chars.next_if(|c| c.is_whitespace() || *c == ',').is_some() {}
    let key = string(chars)?;
    while chars.next_if(|c| c.is_whitespace() || *c == ':').is_some() {}
    if chars.peek() == Some(&'"') {
        return Some((key, Some(string(chars)?)));
    }
    skip(chars);
    Some((key, None))
}

/// A string, from its quotation mark on.
fn string(chars: &mut Peekable<Chars<'_>>) -> Option<String> {
    chars.next_if_eq(&'"')?;
    let mut text = String::new();
    loop {
        match chars.next()? {
            '"' => return Some(text),
            '\\' => match chars.next()? {
                'u' => {
                    let digits: String = chars.by_ref().take(4).collect();
                    let code = u32::from_str_radix(&digits, 16).ok();
                    text.push(
                        code.and_then(char::from_u32)
                            .unwrap_or(char::REPLACEMENT_CHARACTER),
                    );
                }
                'n' | 'r' | 't' | 'b' | 'f' => text.push(' '),
                escaped => text.push(escaped),
            },
            c => text.push(c),
        }
    }
}

/// Passes over a value that is not a string, to the comma or brace after it.
fn skip(chars: &mut Peekable<Chars<'_>>) {
    let mut depth = 0usize;
    while let Some(c) = chars.peek() {
        match c {
            '"' => {
                if string(chars).is_none() {
                    return;
                }
                continue;
            }
            '{' | '[' => depth = depth.saturating_add(1),
            '}' | ']' if depth > 0 => depth = depth.saturating_sub(1),
            ',' | '}' | ']' if depth == 0 => return,
            _ => {}
        }
        chars.next();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(text: &str) -> Option<String> {
        metadata(text).unwrap().image
    }

    #[test]
    fn finds_the_image_among_other_members() {
        for text in [
            r#"{"image":"a"}"#,
            r#" { "x" : [1, {"image": "no"}, "]"], "y": null , "image" : "a" } "#,
            r#"{"image_url":"b","image":"a"}"#,
            r#"{"name":"\"image\":\"b\"","image":"\u0061"}"#,
            r#"{"image":"a","rest":"#,
        ] {
            assert_eq!(image(text).as_deref(), Some("a"), "{text}");
        }
        for text in [
            "{}",
            "{",
            r#"{"image":1}"#,
            r#"{"x":{"image":"a"}}"#,
            r#"{"image":"a"#,
        ] {
            assert_eq!(image(text), None, "{text}");
        }
        assert_eq!(metadata("[]"), None);
    }
}
