// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Vm} from "./Vm.sol";

/// @title The base of every test
abstract contract Test {
    /// @dev forge answers at this address. Nobody has its key.
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @dev Maps a value that forge drew to one from `low` to `high`, both included.
    function bound(uint256 drawn, uint256 low, uint256 high) internal pure returns (uint256) {
        if (low == 0 && high == type(uint256).max) return drawn;
        return low + drawn % (high - low + 1);
    }
}
