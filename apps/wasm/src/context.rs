//! Contexts as JavaScript writes them: hexadecimal digits.

use crate::Error;
use zklens_evm::hex;
use zklens_verifier::Context;

/// 32 bytes from 64 digits, with or without `0x`; zeros if nothing is given.
pub(crate) fn parse(text: Option<&str>) -> Result<Context, Error> {
    let Some(text) = text else {
        return Ok(Context::default());
    };
    let mut context = Context::default();
    hex::decode_to_slice(text, &mut context).map_err(|_| Error::Context { text: text.into() })?;
    Ok(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_32_bytes_with_or_without_a_prefix() {
        let digits = "0102".repeat(16);
        let context = parse(Some(&digits)).unwrap();
        assert_eq!(context[..3], [1, 2, 1]);
        assert_eq!(parse(Some(&format!("0x{digits}"))), Ok(context));
        assert_eq!(parse(None), Ok([0; 32]));
        for text in ["", "0x", "0x01", &digits[1..], &format!("{digits}00"), "zz"] {
            assert!(
                matches!(parse(Some(text)), Err(Error::Context { .. })),
                "{text}"
            );
        }
    }
}
