//! Statements and proofs as contracts take them.
//!
//! The interface is `contracts/src/IModelVerifier.sol`.

use alloy_sol_types::{SolCall, SolValue, sol};
use zklens_field::{POINT_BYTES, Point, decode_point, encode_point};
use zklens_verifier::{ModelId, Statement};

sol! {
    /// The interface of every verifier, and the functions that only `ModelVerifier` has.
    #[derive(Debug)]
    interface IModelVerifier {
        function modelId() external view returns (bytes32);
        function classCount() external view returns (uint256);
        function className(uint256 label) external view returns (string memory);
        function verify(bytes32 context, uint16[] labels, bytes inputs, bytes proof) external view returns (bool);
        function check(bytes32 context, uint16[] labels, bytes inputs, bytes proof) external view;
        function key() external view returns (bytes memory);
        function batches() external view returns (uint256[] memory images);
    }

    #[derive(Debug)]
    struct PublicValues {
        bytes32 modelId;
        bytes32 context;
        uint16[] labels;
        bytes inputs;
    }
}

/// Why a statement cannot be encoded as calldata, or calldata cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AbiError {
    /// A label takes more than 16 bits.
    #[error("label {label} of image {}: contracts take labels up to 65535", image + 1)]
    Label {
        /// The image's index in the batch, from 0.
        image: usize,
        /// Its label.
        label: usize,
    },
    /// The calldata calls a function other than `verify`.
    #[error("the calldata does not begin with the selector of `verify`")]
    Selector,
    /// The calldata is not in the one encoding that [`calldata`] writes.
    #[error("the calldata is not the one encoding of its arguments")]
    Malformed,
    /// The length of the input commitments is not a multiple of a point's.
    #[error("{bytes} bytes of input commitments are not {POINT_BYTES} for every point")]
    Inputs {
        /// Their length in bytes.
        bytes: usize,
    },
    /// An input commitment is not a point on the curve.
    #[error("point {index} of the input commitments is not on the curve")]
    Point {
        /// Its index, from 0.
        index: usize,
    },
}

/// A call of `verify`, with selector.
///
/// # Errors
///
/// A label takes more than 16 bits.
pub fn calldata(statement: &Statement, proof: &[u8]) -> Result<Vec<u8>, AbiError> {
    let call = IModelVerifier::verifyCall {
        context: statement.context.into(),
        labels: labels(statement)?,
        inputs: inputs(statement).into(),
        proof: proof.to_vec().into(),
    };
    Ok(call.abi_encode())
}

/// A call of `check`, with selector.
///
/// # Errors
///
/// A label takes more than 16 bits.
pub fn check_calldata(statement: &Statement, proof: &[u8]) -> Result<Vec<u8>, AbiError> {
    let call = IModelVerifier::checkCall {
        context: statement.context.into(),
        labels: labels(statement)?,
        inputs: inputs(statement).into(),
        proof: proof.to_vec().into(),
    };
    Ok(call.abi_encode())
}

/// The statement and the proof of a call of `verify`, which names no model.
///
/// # Errors
///
/// The bytes differ from those that [`calldata`] writes for any statement and proof.
pub fn decode(model: ModelId, bytes: &[u8]) -> Result<(Statement, Vec<u8>), AbiError> {
    if !bytes.starts_with(&IModelVerifier::verifyCall::SELECTOR) {
        return Err(AbiError::Selector);
    }
    let call = IModelVerifier::verifyCall::abi_decode_validate(bytes);
    let call = call.map_err(|_| AbiError::Malformed)?;
    if call.abi_encode() != bytes {
        return Err(AbiError::Malformed);
    }
    let statement = Statement {
        model,
        labels: call.labels.iter().copied().map(usize::from).collect(),
        inputs: points(&call.inputs)?,
        context: call.context.0,
    };
    Ok((statement, call.proof.to_vec()))
}

/// A statement as `abi.encode(modelId, context, labels, inputs)` encodes it. A call of `verify` leaves the model to the
/// contract; here it is included.
///
/// # Errors
///
/// A label takes more than 16 bits.
pub fn public_values(statement: &Statement) -> Result<Vec<u8>, AbiError> {
    let values = PublicValues {
        modelId: statement.model.0.into(),
        context: statement.context.into(),
        labels: labels(statement)?,
        inputs: inputs(statement).into(),
    };
    Ok(values.abi_encode_params())
}

/// The input commitments, one after the other.
#[must_use]
pub fn inputs(statement: &Statement) -> Vec<u8> {
    statement.inputs.iter().flat_map(encode_point).collect()
}

fn labels(statement: &Statement) -> Result<Vec<u16>, AbiError> {
    let labels = statement.labels.iter().enumerate();
    labels
        .map(|(image, label)| {
            u16::try_from(*label).map_err(|_| AbiError::Label {
                image,
                label: *label,
            })
        })
        .collect()
}

fn points(bytes: &[u8]) -> Result<Vec<Point>, AbiError> {
    let (points, []) = bytes.as_chunks::<POINT_BYTES>() else {
        return Err(AbiError::Inputs { bytes: bytes.len() });
    };
    let decoded = points.iter().enumerate();
    decoded
        .map(|(index, point)| decode_point(point).ok_or(AbiError::Point { index }))
        .collect()
}

#[cfg(test)]
mod tests;
