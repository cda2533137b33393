// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// Answers like a verifier and verifies nothing: tests of the chain side need no proofs for it.
/// The key is a model id and whatever follows. A proof is "true" if it is whole words and does not begin with ff.
contract StandIn {
    error Refused(uint8 reason);
    error NoClass(uint256 label, uint256 classes);
    error KeyNotStored();

    bytes public key;

    constructor(bytes memory newKey) {
        if (newKey.length < 32) revert KeyNotStored();
        key = newKey;
    }

    function modelId() external view returns (bytes32) {
        return bytes32(key);
    }

    function classCount() external pure returns (uint256) {
        return 10;
    }

    function className(uint256 label) external pure returns (string memory) {
        if (label > 9) revert NoClass(label, 10);
        return "class";
    }

    function batches() external pure returns (uint256[] memory images) {
        images = new uint256[](2);
        (images[0], images[1]) = (1, 4);
    }

    function verify(bytes32, uint16[] calldata, bytes calldata, bytes calldata proof) external pure returns (bool) {
        return reason(proof) == 0;
    }

    function check(bytes32, uint16[] calldata, bytes calldata, bytes calldata proof) external pure {
        if (reason(proof) != 0) revert Refused(reason(proof));
    }

    function reason(bytes calldata proof) private pure returns (uint8) {
        if (proof.length == 0 || proof.length % 32 != 0) return 5;
        if (proof[0] == 0xfe) revert();
        if (proof[0] == 0xfd) while (true) {}
        return proof[0] == 0xff ? 9 : 0;
    }
}
