//! Statements and proofs as contracts take them.
//!
//! The interface is `contracts/src/IModelVerifier.sol`.

use alloy_sol_types::{SolCall, SolValue, sol};
use zklens_field::{POINT_BYTES, Point, decode_point, encode_point};
use zklens_verifier::{ModelId, Statement};

sol! {
    /// With what `StoredKeyVerifier` has besides.
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

/// Why a statement is no calldata, or calldata no statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AbiError {
    /// A label takes more than 16 bits.
    #[error("label {label} of image {}: contracts take labels up to 65535", image + 1)]
    Label {
        /// Which image of the batch, from 0.
        image: usize,
        /// Its label.
        label: usize,
    },
    /// Calldata is of another function.
    #[error("the calldata does not begin with the selector of `verify`")]
    Selector,
    /// Calldata is not what [`calldata`] writes.
    #[error("the calldata is not the one encoding of its arguments")]
    Malformed,
    /// The input commitments are no whole number of points.
    #[error("{bytes} bytes of input commitments are not {POINT_BYTES} for every point")]
    Inputs {
        /// How long they are.
        bytes: usize,
    },
    /// An input commitment is no point of the curve.
    #[error("point {index} of the input commitments is not on the curve")]
    Point {
        /// Which one, from 0.
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
/// The bytes are not exactly what [`calldata`] writes.
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

/// A statement as `abi.encode(modelId, context, labels, inputs)` gives it, with the model that a call
/// leaves to the contract.
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
