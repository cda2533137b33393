//! Bytes as hexadecimal digits after `0x`.

use zklens_evm::hex;

pub(crate) fn hex(bytes: &[u8]) -> String {
    hex::encode_prefixed(bytes)
}
