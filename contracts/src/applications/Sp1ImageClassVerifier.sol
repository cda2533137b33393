// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IImageClassVerifier} from "./IImageClassVerifier.sol";
import {ISp1Verifier} from "./ISp1Verifier.sol";

/// @title Image classes proved by an SP1 program
/// @notice The program reads a file, computes its CID and its class, and writes both as its public values. One
/// contract of this kind is for one program, hence for one network.
/// @dev WARNING: Does not protect from
/// - a wrong `programVKey`. It names the program. Deployers must make sure, and users check, that it is the key of a program
///   of zklens that was built from source that somebody read;
/// - the owner of the gateway. SP1's gateway chooses, by the first four bytes of a proof, one of the verifiers that its owner
///   adds and freezes. To avoid trust in the owner, deploy this contract with one of these verifiers as the gateway.
contract Sp1ImageClassVerifier is IImageClassVerifier {
    /// @notice The program's public values, encoded as Solidity's ABI encodes a struct.
    struct PublicValuesStruct {
        string ipfsUri;
        uint8 label;
    }

    /// @notice The gateway's address has no code.
    error NotAContract(address gateway);
    /// @notice The number of classes is not between 1 and 256, as labels of 8 bits need it.
    error ClassCountOutOfRange(uint256 classCount);
    /// @notice The public values decode, but encoding them again gives other bytes.
    error NotCanonical(bytes publicValues);
    /// @notice The proof is about a different file, or about a different URI of this file.
    error AnotherUri(string expected, string got);
    /// @notice The program wrote a label that its network does not have.
    error LabelOutOfRange(uint256 label, uint256 classCount);

    /// @notice SP1's gateway, or one of its verifiers.
    ISp1Verifier public immutable gateway;
    /// @notice The program's verifying key, as SP1 computes it.
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
    /// @dev `proof` is `abi.encode(bytes publicValues, bytes proofBytes)`: the two byte strings that SP1 gives. Bytes
    /// that cannot be decoded revert without a reason, and a proof that the gateway refuses reverts with its reason.
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
