// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Vm} from "./Vm.sol";

/// @title What every test starts from
abstract contract Test {
    /// @dev forge answers at this address, which nobody has a key for.
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @dev A value from `low` to `high`, both included, made of one that forge drew.
    function bound(uint256 drawn, uint256 low, uint256 high) internal pure returns (uint256) {
        if (low == 0 && high == type(uint256).max) return drawn;
        return low + drawn % (high - low + 1);
    }
}
