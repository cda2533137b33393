//! Whether a chain can do the curve's arithmetic at all.

use super::error::ChainError;
use super::node::{Called, Node};
use alloy_primitives::Address;
use zklens_field::{
    Point, encode_g2_point, encode_point, g2_generator, generator, linear_combination,
};

impl Node {
    /// Checks the precompiles of BN254 (EIP-196, EIP-197) on known inputs.
    ///
    /// # Errors
    ///
    /// A precompile is missing or wrong, or the node does not answer.
    pub fn check_precompiles(&self) -> Result<(), ChainError> {
        let (one, minus_one) = (generator(), -generator());
        let two = linear_combination(&[one], &[2u64.into()]);
        let sum = [encode_point(&one), encode_point(&one)].concat();
        self.probe(6, "addition", &sum, &encode_point(&two))?;
        let product = [&encode_point(&one)[..], &word(2)].concat();
        self.probe(7, "multiplication", &product, &encode_point(&two))?;
        let opposite = [pair(&one), pair(&minus_one)].concat();
        self.probe(8, "pairing", &opposite, &word(1))?;
        self.probe(8, "pairing", &pair(&one), &word(0))
    }

    fn probe(
        &self,
        address: u8,
        name: &'static str,
        input: &[u8],
        expected: &[u8],
    ) -> Result<(), ChainError> {
        let address = Address::with_last_byte(address);
        let works = match self.call(address, input) {
            Ok(Called::Returned(got)) => got == expected,
            Ok(Called::Reverted(_)) | Err(ChainError::Rpc { .. } | ChainError::OutOfGas { .. }) => {
                false
            }
            Err(error) => return Err(error),
        };
        if works {
            Ok(())
        } else {
            Err(ChainError::NoPrecompile { address, name })
        }
    }
}

/// A point of the first group and the generator of the second, encoded for the pairing.
fn pair(point: &Point) -> Vec<u8> {
    [
        &encode_point(point)[..],
        encode_g2_point(&g2_generator()).as_flattened(),
    ]
    .concat()
}

const fn word(number: u8) -> [u8; 32] {
    let mut word = [0; 32];
    word[31] = number;
    word
}
