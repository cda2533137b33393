// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title What zklens calls of SP1's verifiers
/// @notice SP1's gateway has this function, and so has each verifier behind it.
interface ISp1Verifier {
    /// @notice Reverts unless `proofBytes` proves that the program with `programVKey` wrote `publicValues`.
    function verifyProof(bytes32 programVKey, bytes calldata publicValues, bytes calldata proofBytes) external view;
}
