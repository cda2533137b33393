// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title What networks a verifier has code for
/// @notice Here everything. `zklens evm export` writes this library anew for one network, so that the compiler leaves out
/// what the network does not have; what is left is the same code.
library Features {
    /// @dev Activations looked up in tables of values.
    bool internal constant LOOKUPS = true;
    /// @dev Maxima over windows.
    bool internal constant WINDOWS = true;
    /// @dev Convolutions.
    bool internal constant CONVOLUTIONS = true;
    /// @dev Convolutions in groups of channels.
    bool internal constant GROUPS = true;
    /// @dev Averages, concatenations and shifts.
    bool internal constant STEPS = true;
    /// @dev Arrays of which one index of the first axis takes more than one row.
    bool internal constant LARGE_ARRAYS = true;
}
