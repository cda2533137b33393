// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Every label the transcript absorbs: Keccak-256 of its name
/// @notice Generated from `crates/transcript/src/labels.rs`: a test of `crates/evm` compares, and writes it anew if asked to.
library Labels {
    /// @dev `zklens/v1`
    bytes32 internal constant PROTOCOL = keccak256("zklens/v1");
    /// @dev `proof/witness`
    bytes32 internal constant WITNESS_ROWS = keccak256("proof/witness");
    /// @dev `lookup/pole`
    bytes32 internal constant LOOKUP_POLE = keccak256("lookup/pole");
    /// @dev `lookup/pair`
    bytes32 internal constant LOOKUP_PAIR = keccak256("lookup/pair");
    /// @dev `lookup/helpers`
    bytes32 internal constant HELPER_ROWS = keccak256("lookup/helpers");
    /// @dev `rules/point`
    bytes32 internal constant RULE_POINT = keccak256("rules/point");
    /// @dev `rules/powers`
    bytes32 internal constant RULE_POWERS = keccak256("rules/powers");
    /// @dev `proof/columns`
    bytes32 internal constant COLUMN_VALUES = keccak256("proof/columns");
    /// @dev `commitment/claims`
    bytes32 internal constant OPENING_CLAIMS = keccak256("commitment/claims");
    /// @dev `commitment/product`
    bytes32 internal constant OPENING_PRODUCT = keccak256("commitment/product");
    /// @dev `commitment/point`
    bytes32 internal constant OPENING_POINT = keccak256("commitment/point");
    /// @dev `commitment/value`
    bytes32 internal constant OPENING_VALUE = keccak256("commitment/value");
    /// @dev `commitment/quotient`
    bytes32 internal constant OPENING_QUOTIENT = keccak256("commitment/quotient");
    /// @dev `commitment/fold`
    bytes32 internal constant OPENING_FOLD = keccak256("commitment/fold");
    /// @dev `commitment/witness`
    bytes32 internal constant OPENING_WITNESS = keccak256("commitment/witness");
    /// @dev `sumcheck/round`
    bytes32 internal constant SUMCHECK_ROUND = keccak256("sumcheck/round");
    /// @dev `sumcheck/bind`
    bytes32 internal constant SUMCHECK_BIND = keccak256("sumcheck/bind");
}
