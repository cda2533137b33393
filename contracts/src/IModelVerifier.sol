// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title A contract that checks proofs about one network
/// @notice A true proof shows that its maker knew, for every image, pixels that open the input commitments and to which
/// this network gives the stated label.
/// @dev WARNING: A proof does not show who sent it, where the pixels come from, or that it was never used before.
///
/// WARNING: Anyone who sees a proof can send it again. A contract that acts on proofs must choose `context` from the
/// chain, itself, the user and a nonce, so that a proof made for somebody else, or used elsewhere, is refused.
///
/// WARNING: A contract of this interface can be written by anybody and can answer anything. Compare its key and its code
/// before you rely on it, as `zklens evm verify` does.
interface IModelVerifier {
    /// @notice The network's id: Keccak-256 of its verifying key, as `zklens keygen` and `zklens inspect` print it.
    function modelId() external view returns (bytes32);

    /// @notice The number of classes that the network tells apart. Every label is below it.
    function classCount() external view returns (uint256);

    /// @notice The name of a class, for people to read. Reverts if `label` is not below `classCount`.
    function className(uint256 label) external view returns (string memory);

    /// @notice Whether `proof` proves that the images in `inputs` have `labels`.
    /// @param context Any 32 bytes; the proof was made for exactly these.
    /// @param labels The class of each image of the batch.
    /// @param inputs The input commitments: points of 64 bytes, one after the other. The images of a batch share them.
    /// @param proof The proof tape.
    /// @return True if it does. False if it does not, and also if a label is not below `classCount`, if `inputs` or `proof`
    /// has a wrong length, or if a point or scalar in them is malformed.
    /// @dev WARNING: The call reverts if calldata does not encode these arguments, or if gas or a precompile is missing. A
    /// caller that catches the revert must not take it for "false".
    function verify(bytes32 context, uint16[] calldata labels, bytes calldata inputs, bytes calldata proof)
        external
        view
        returns (bool);

    /// @notice Returns if `verify` would return true, and otherwise reverts with an error that says why.
    function check(bytes32 context, uint16[] calldata labels, bytes calldata inputs, bytes calldata proof) external view;
}
