//! The gas of calldata.

/// The gas of every transaction before its calldata and execution.
pub const BASE_GAS: u64 = 21_000;

/// Gas of a zero byte of calldata (EIP-2028).
const ZERO_BYTE: u64 = 4;

/// Gas of any other byte of calldata (EIP-2028).
const OTHER_BYTE: u64 = 16;

/// Gas of a token of calldata at the floor (EIP-7623): a zero byte is one, any other four.
const FLOOR_TOKEN: u64 = 10;

/// The gas of calldata (EIP-2028), without [`BASE_GAS`] and execution.
#[must_use]
pub fn calldata_gas(calldata: &[u8]) -> u64 {
    let zeros = zeros(calldata);
    zeros * ZERO_BYTE + (calldata.len() as u64 - zeros) * OTHER_BYTE
}

/// The least that a transaction with this calldata costs since Prague, however little it executes
/// (EIP-7623), without [`BASE_GAS`].
#[must_use]
pub fn floor_gas(calldata: &[u8]) -> u64 {
    let zeros = zeros(calldata);
    FLOOR_TOKEN * (zeros + 4 * (calldata.len() as u64 - zeros))
}

fn zeros(calldata: &[u8]) -> u64 {
    calldata.iter().filter(|byte| **byte == 0).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_byte_costs_a_quarter_of_any_other() {
        assert_eq!(calldata_gas(&[]), 0);
        assert_eq!(calldata_gas(&[0, 0, 0]), 12);
        assert_eq!(calldata_gas(&[1, 0, 255]), 36);
    }

    #[test]
    fn the_floor_is_ten_gas_a_token() {
        assert_eq!(floor_gas(&[]), 0);
        assert_eq!(floor_gas(&[0, 0, 0]), 30);
        assert_eq!(floor_gas(&[1, 0, 255]), 90);
    }

    #[test]
    fn the_floor_is_two_and_a_half_times_the_price() {
        let calldata: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        assert_eq!(2 * floor_gas(&calldata), 5 * calldata_gas(&calldata));
    }
}
