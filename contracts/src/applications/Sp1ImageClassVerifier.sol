// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IImageClassVerifier} from "./IImageClassVerifier.sol";
import {ISp1Verifier} from "./ISp1Verifier.sol";

/// @title Image classes proved by an SP1 program
/// @notice The program reads a file, computes its CID and its class, and writes both as its public values. One
/// contract of this kind is for one program, hence for one network.
/// @dev Does not protect from:
/// - a wrong `programVKey`. It names the program; that the program is zklens's, built from source that somebody read,
///   is for the deployer to see to and for users to check;
/// - whoever governs the gateway. SP1's routes by the first four bytes of a proof to verifiers that its owner adds
///   and freezes. Who does not want to trust the owner deploys this with one of these verifiers in its place.
contract Sp1ImageClassVerifier is IImageClassVerifier {
    /// @notice What the program writes, encoded as Solidity's ABI encodes a struct.
    struct PublicValuesStruct {
        string ipfsUri;
        uint8 label;
    }

    /// @notice The gateway was deployed wrongly: no code is there.
    error NotAContract(address gateway);
    /// @notice Labels have 8 bits, so there are between 1 and 256 classes.
    error ClassCountOutOfRange(uint256 classCount);
    /// @notice The public values decode, but are not what encoding them again gives.
    error NotCanonical(bytes publicValues);
    /// @notice The proof is about another file, or about another of this file's URIs.
    error AnotherUri(string expected, string got);
    /// @notice The program wrote a label that its network does not have.
    error LabelOutOfRange(uint256 label, uint256 classCount);

    /// @notice SP1's gateway, or one of its verifiers.
    ISp1Verifier public immutable gateway;
    /// @notice Which program, as SP1 names it.
    bytes32 public immutable programVKey;
    /// @inheritdoc IImageClassVerifier
    uint256 public immutable classCount;

    constructor(ISp1Verifier gateway_, bytes32 programVKey_, uint256 classCount_) {
        require(address(gateway_).code.length != 0, NotAContract(address(gateway_)));
        require(classCount_ != 0 && classCount_ <= 256, ClassCountOutOfRange(classCount_));
        gateway = gateway_;
        programVKey = programVKey_;
        classCount = classCount_;
    }

    /// @inheritdoc IImageClassVerifier
    /// @dev `proof` is `abi.encode(bytes publicValues, bytes proofBytes)`: the two byte strings that SP1 gives. What
    /// cannot be decoded reverts as the compiler has it, and a proof that the gateway refuses with its reason.
    function verifyClass(string calldata ipfsUri, bytes calldata proof) external view returns (uint16 label) {
        (bytes memory publicValues, bytes memory proofBytes) = abi.decode(proof, (bytes, bytes));
        PublicValuesStruct memory stated = abi.decode(publicValues, (PublicValuesStruct));

        // Decoding allows odd offsets and bytes after the end. The program writes neither.
        require(keccak256(abi.encode(stated)) == keccak256(publicValues), NotCanonical(publicValues));
        require(keccak256(bytes(stated.ipfsUri)) == keccak256(bytes(ipfsUri)), AnotherUri(ipfsUri, stated.ipfsUri));
        require(stated.label < classCount, LabelOutOfRange(stated.label, classCount));
        gateway.verifyProof(programVKey, publicValues, proofBytes);

        return stated.label;
    }
}
