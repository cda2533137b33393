// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title A contract that checks proofs about one network
/// @notice A proof says: whoever made it knew, for every image, pixels inside the input commitments that this network
/// gives the label stated.
/// @dev What it does not say: who sent it, where the pixels come from, or that it was never shown before. Whoever
/// acts on a proof chooses `context` (a chain, a contract, a user, a nonce) so that a proof made for somebody else
/// or seen elsewhere is no proof here.
interface IModelVerifier {
    /// @notice Which network: Keccak-256 of its key, as `zklens keygen` and `zklens inspect` print it.
    function modelId() external view returns (bytes32);

    /// @notice How many classes the network tells apart. Labels are below it.
    function classCount() external view returns (uint256);

    /// @notice The name of a class, for people to read.
    function className(uint256 label) external view returns (string memory);

    /// @notice Whether `proof` proves that the images in `inputs` have `labels`.
    /// @param context Any 32 bytes; the proof was made for exactly these.
    /// @param labels For each image of the batch, the number of its class.
    /// @param inputs The input commitments: points, 64 bytes each, one after the other. Images of a batch share them.
    /// @param proof The proof tape.
    /// @return Whether it does: false as well for a label that is no class, for inputs or a proof of another length than
    /// they have, for points and scalars that are none. It reverts only if calldata is not the encoding of these
    /// arguments, or gas or a precompile is lacking.
    function verify(bytes32 context, uint16[] calldata labels, bytes calldata inputs, bytes calldata proof)
        external
        view
        returns (bool);

    /// @notice Returns if `verify` would be true, and otherwise reverts with an error that says why.
    function check(bytes32 context, uint16[] calldata labels, bytes calldata inputs, bytes calldata proof) external view;
}
