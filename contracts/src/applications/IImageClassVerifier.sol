// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title A contract that checks which class a network gives an image file
/// @notice A proof says: the file with this IPFS address, decoded and prepared as the book's chapter "The statement"
/// has it, gets this label from the network of this verifier. Nothing in it is hidden, and nothing ties it to a
/// chain, a contract or a sender: it is as true for everybody as a sum is.
/// @dev What it does not say: that the label is right, who made the file, or that the file can be had anywhere. An
/// adapter for each proof system implements this; how `proof` is laid out is for the adapter to say.
interface IImageClassVerifier {
    /// @notice How many classes the network tells apart. Labels are below it.
    function classCount() external view returns (uint256);

    /// @notice Reverts unless `proof` proves the class of the file that `ipfsUri` names.
    /// @dev One file has several URIs (CID versions 0 and 1, other ways to cut it into blocks); a proof is for one
    /// of them, compared byte for byte.
    /// @param ipfsUri `ipfs://` and the CID's text, as `zklens cid` prints it.
    /// @param proof The proof, laid out as the adapter says.
    /// @return label The number of the class, below `classCount`. There is at most one for which a proof exists.
    function verifyClass(string calldata ipfsUri, bytes calldata proof) external view returns (uint16 label);
}
