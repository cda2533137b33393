// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {ModelVerifier} from "./ModelVerifier.sol";

/// @title A verifier whose key is in a second contract, as data
/// @notice Its code is the same for every network, so that `zklens evm deploy` needs no compiler.
/// @dev The data contract never runs: its first byte is the opcode `STOP`. A verification costs 2,600 gas more than with a key
/// in the contract's own code.
contract StoredKeyVerifier is ModelVerifier {
    /// @notice The contract whose code is the key, after one byte.
    address public immutable KEY_DATA;

    /// @notice The data contract could not be made: the key is too long, or gas ran out.
    error KeyNotStored();

    /// @dev A contract is 24,576 bytes long at most, and a key one byte less.
    constructor(bytes memory newKey) {
        // Copies to memory what follows these 11 bytes, and returns it: 00 and the key.
        bytes memory creation = abi.encodePacked(hex"600b5981380380925939f3", hex"00", newKey);
        address data;
        assembly ("memory-safe") {
            data := create(0, add(creation, 0x20), mload(creation))
        }
        if (data == address(0)) revert KeyNotStored();
        KEY_DATA = data;
    }

    /// @inheritdoc ModelVerifier
    function key() public view override returns (bytes memory stored) {
        bytes memory code = KEY_DATA.code;
        // Without the first byte.
        assembly ("memory-safe") {
            stored := add(code, 1)
            mstore(stored, sub(mload(code), 1))
        }
    }
}
