// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title The parts of the verifier that a network may do without
/// @notice Here all are present. `zklens evm export` writes this library anew for one network, so that the compiler leaves out
/// the parts that the network does not need; the others stay the same code.
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
    /// @dev Arrays whose cells for one index of the first axis take more than one vector.
    bool internal constant LARGE_ARRAYS = true;
}
