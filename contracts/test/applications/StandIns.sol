// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IModelVerifier} from "../../src/IModelVerifier.sol";
import {IImageClassVerifier} from "../../src/applications/IImageClassVerifier.sol";
import {ISp1Verifier} from "../../src/applications/ISp1Verifier.sol";

// Verifiers that accept the proof that a test names, and refuse every proof that differs from it in a byte.

/// @dev The error with which each of them reverts.
error NotProved();

contract StandInGateway is ISp1Verifier {
    mapping(bytes32 digest => bool) private _true;

    function accept(bytes32 programVKey, bytes calldata publicValues, bytes calldata proofBytes) external {
        _true[keccak256(abi.encode(programVKey, publicValues, proofBytes))] = true;
    }

    function verifyProof(bytes32 programVKey, bytes calldata publicValues, bytes calldata proofBytes) external view {
        require(_true[keccak256(abi.encode(programVKey, publicValues, proofBytes))], NotProved());
    }
}

contract StandInClassVerifier is IImageClassVerifier {
    uint256 public constant classCount = 10;

    mapping(bytes32 digest => bool) private _true;
    mapping(bytes32 digest => uint16) private _label;

    function accept(string calldata ipfsUri, bytes calldata proof, uint16 label) external {
        bytes32 digest = keccak256(abi.encode(ipfsUri, proof));
        _true[digest] = true;
        _label[digest] = label;
    }

    function verifyClass(string calldata ipfsUri, bytes calldata proof) external view returns (uint16 label) {
        bytes32 digest = keccak256(abi.encode(ipfsUri, proof));
        require(_true[digest], NotProved());
        return _label[digest];
    }
}

contract StandInModelVerifier is IModelVerifier {
    bytes32 public immutable modelId;
    uint256 public constant classCount = 10;

    mapping(bytes32 digest => bool) private _true;

    constructor(bytes32 modelId_) {
        modelId = modelId_;
    }

    function accept(bytes32 context, uint16[] calldata labels, bytes calldata inputs, bytes calldata proof) external {
        _true[keccak256(abi.encode(context, labels, inputs, proof))] = true;
    }

    function className(uint256) external pure returns (string memory) {
        return "";
    }

    function verify(bytes32 context, uint16[] calldata labels, bytes calldata inputs, bytes calldata proof)
        public
        view
        returns (bool)
    {
        return _true[keccak256(abi.encode(context, labels, inputs, proof))];
    }

    function check(bytes32 context, uint16[] calldata labels, bytes calldata inputs, bytes calldata proof)
        external
        view
    {
        require(verify(context, labels, inputs, proof), NotProved());
    }
}
