//! The parts of a URL that may be secret: all but scheme, host and port.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};
use std::cmp::Reverse;
use zeroize::Zeroizing;

/// Stands for a secret that was taken out.
const HIDDEN: char = '…';

/// A part shorter than this is taken out only where it is a word of its own: elsewhere it does not come from the URL, and
/// the remains of the words around it would tell which letters were taken out.
const SHORT: usize = 4;

/// The parts of a URL that must not be printed, in every form in which somebody may repeat them, the longest first.
#[derive(Clone)]
pub(super) struct Secrets(Vec<Zeroizing<String>>);

impl Secrets {
    pub(super) fn of(url: &str) -> Self {
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let userinfo = authority.rsplit_once('@').map(|(userinfo, _)| userinfo);
        let mut parts = vec![path];
        parts.extend(path.split(['/', '?', '#', '&', '=', ';', ',']));
        if let Some(userinfo) = userinfo {
            parts.push(userinfo);
            parts.extend(
                userinfo
                    .split_once(':')
                    .into_iter()
                    .flat_map(|(name, word)| [name, word]),
            );
        }
        let mut forms = Vec::new();
        for part in parts {
            // The header `authorization` has base64 of a user with a password.
            let in_header = userinfo.is_some_and(|userinfo| userinfo.contains(part));
            add_forms(&mut forms, part, in_header);
        }
        forms.retain(|form| form.chars().any(char::is_alphanumeric));
        forms.sort_by(|a, b| Reverse(a.len()).cmp(&Reverse(b.len())).then(a.cmp(b)));
        forms.dedup();
        Self(forms)
    }

    /// A text without them.
    pub(super) fn take_out_of(&self, text: &str) -> String {
        let each = self.0.iter();
        each.fold(text.to_owned(), |text, secret| without(&text, secret))
    }
}

/// A part as it is in the URL, as it is meant, and as others encode it.
fn add_forms(forms: &mut Vec<Zeroizing<String>>, part: &str, in_header: bool) {
    let decoded = Zeroizing::new(percent_decoded(part.as_bytes()));
    let spaced = Zeroizing::new(percent_decoded(part.replace('+', " ").as_bytes()));
    for meant in [&decoded, &spaced] {
        forms.push(Zeroizing::new(String::from_utf8_lossy(meant).into_owned()));
        forms.push(Zeroizing::new(percent_encoded(meant)));
    }
    forms.push(Zeroizing::new(part.to_owned()));
    if in_header {
        for bytes in [part.as_bytes(), &decoded] {
            for encoding in [BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD] {
                forms.push(Zeroizing::new(encoding.encode(bytes)));
            }
        }
    }
}

/// `text` with every `secret` in it hidden, in capital and small letters.
fn without(text: &str, secret: &str) -> String {
    let lowercase = (text.to_ascii_lowercase(), secret.to_ascii_lowercase());
    let is_short = secret.chars().count() < SHORT;
    let mut kept = String::new();
    let mut end = 0;
    for (start, _) in lowercase.0.match_indices(&lowercase.1) {
        let after = start + secret.len();
        let is_word = !text[..start].ends_with(char::is_alphanumeric)
            && !text[after..].starts_with(char::is_alphanumeric);
        if is_word || !is_short {
            kept.push_str(&text[end..start]);
            kept.push(HIDDEN);
            end = after;
        }
    }
    kept.push_str(&text[end..]);
    kept
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut bytes = Vec::new();
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let escaped = match after {
            [high, low, ..] if *first == b'%' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => bytes.push((high * 16 + low) as u8),
            None => bytes.push(*first),
        }
        rest = if escaped.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    bytes
}

/// With everything encoded but the unreserved characters (RFC 3986, section 2.3).
fn percent_encoded(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            text.push(char::from(*byte));
        } else {
            text += &format!("%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take_out(url: &str, text: &str) -> String {
        Secrets::of(url).take_out_of(text)
    }

    #[test]
    fn the_whole_url_is_not_repeated_but_for_its_host() {
        let url = "https://me:topsecret@eth.example:1/v2/0123456789abcdef?key=abcdefghij#frag";
        assert_eq!(take_out(url, url), "https://…@eth.example:1…");
    }

    #[test]
    fn secrets_of_every_length_are_hidden() {
        for length in 1..12 {
            let secret = &"s3cretpaSSwd"[..length];
            for url in [
                format!("http://user:{secret}@host/"),
                format!("http://{secret}@host/"),
                format!("http://host/{secret}"),
                format!("http://host/rpc/{secret}/x"),
                format!("http://host/?apikey={secret}&x=1"),
                format!("http://host/#{secret}"),
            ] {
                for echo in [secret.to_owned(), secret.to_ascii_uppercase()] {
                    for text in [
                        format!("no '{echo}' here"),
                        format!("{echo}: bad"),
                        format!("bad={echo}"),
                    ] {
                        let hidden = take_out(&url, &text);
                        assert_eq!(hidden, text.replace(&echo, "…"), "{url}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_short_secret_does_not_take_words_apart() {
        let url = "http://u:ab@host/v2";
        assert_eq!(take_out(url, "about v2: ab, u"), "about …: …, …");
    }

    #[test]
    fn encodings_of_a_secret_are_hidden() {
        // p@ss w/rd
        let url = "https://me:p%40ss%20w%2Frd@host/a+key/%6Bey2";
        for echo in [
            "p@ss w/rd",
            "p%40ss%20w%2Frd",
            "p%40ss%20w%2frd",
            // base64 of `me:p@ss w/rd`, as in the header, and as in the URL
            "bWU6cEBzcyB3L3Jk",
            "bWU6cCU0MHNzJTIwdyUyRnJk",
            // base64 of the password
            "cEBzcyB3L3Jk",
            "a key",
            "a+key",
            "a%20key",
            "key2",
            "%6Bey2",
        ] {
            assert_eq!(take_out(url, &format!("bad {echo}!")), "bad …!", "{echo}");
        }
        // With padding, and in the alphabet of URLs.
        let url = "https://a:%fb%ff@host";
        assert_eq!(take_out(url, "Basic YTr7/w== YTr7_w=="), "Basic … …");
    }

    #[test]
    fn what_is_no_escape_is_taken_as_it_is() {
        assert_eq!(percent_decoded(b"100%25%2%zz%"), b"100%%2%zz%");
        assert_eq!(take_out("http://h/100%zz", "100%zz"), "…");
    }
}
