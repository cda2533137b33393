//! Contexts in parameters.

use serde::{Deserialize, Deserializer, de};
use zklens_verifier::Context;

/// 32 bytes as hex digits in a parameter.
pub(super) fn context<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Context>, D::Error> {
    let text = String::deserialize(value)?;
    let context = parse_context(&text);
    let expected = "expected 64 hex digits, which are 32 bytes";
    context.map(Some).ok_or_else(|| de::Error::custom(expected))
}

fn parse_context(text: &str) -> Option<Context> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    let mut context = Context::default();
    if digits.len() != 2 * context.len() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, pair) in context.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(context)
}
