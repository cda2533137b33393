// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title A contract that checks which class a network gives an image file
/// @notice A proof shows that this verifier's network gives this label to the file with this IPFS address, decoded and prepared
/// as the book's chapter "The statement" describes. Nothing in it is hidden, and nothing ties it to a chain, a contract or a
/// sender.
/// @dev WARNING: A proof does not show that the label is right, who made the file, or that the file is available anywhere.
/// Each proof system has an adapter that implements this interface and defines the layout of `proof`.
interface IImageClassVerifier {
    /// @notice The number of classes that the network tells apart. Every label is below it.
    function classCount() external view returns (uint256);

    /// @notice Reverts unless `proof` proves the class of the file that `ipfsUri` names.
    /// @dev One file has several URIs (CID versions 0 and 1, other ways to cut it into blocks); a proof is for one
    /// of them, compared byte for byte.
    /// @param ipfsUri `ipfs://` and the CID's text, as `zklens cid` prints it.
    /// @param proof The proof, in the adapter's layout.
    /// @return label The class, below `classCount`. A file has at most one class for which a proof exists.
    function verifyClass(string calldata ipfsUri, bytes calldata proof) external view returns (uint16 label);
}
