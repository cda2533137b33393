// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @notice A table's word, whose fields are, from the most significant bit on: 8 bits with the kind of table, 8 that are 1
/// if there is a table for each image, 8 that are 1 if its rows have a window, 16 with the number of paths, 16 with
/// that of columns before helpers, 16 with that of helpers, for channels, height and width 48 each with the
/// shape of their axis (see `Axis`), and 32 with where its `Program` is in the key.
type Table is uint256;

using Tables for Table global;

/// @title Fields of a `Table`
library Tables {
    // Kinds.
    uint256 internal constant OPERATOR = 0;
    uint256 internal constant LABEL = 1;
    uint256 internal constant RANGE = 2;
    uint256 internal constant BYTES = 3;
    uint256 internal constant ENTRIES = 4;

    function kind(Table t) internal pure returns (uint256) {
        return Table.unwrap(t) >> 248;
    }

    function isPerImage(Table t) internal pure returns (bool) {
        return (Table.unwrap(t) >> 240) & 0xff == 1;
    }

    function hasWindow(Table t) internal pure returns (bool) {
        return (Table.unwrap(t) >> 232) & 0xff == 1;
    }

    function paths(Table t) internal pure returns (uint256) {
        return (Table.unwrap(t) >> 216) & 0xffff;
    }

    function columns(Table t) internal pure returns (uint256) {
        return (Table.unwrap(t) >> 200) & 0xffff;
    }

    function helpers(Table t) internal pure returns (uint256) {
        return (Table.unwrap(t) >> 184) & 0xffff;
    }

    function channelShape(Table t) internal pure returns (uint256) {
        return (Table.unwrap(t) >> 136) & 0xffffffffffff;
    }

    function heightShape(Table t) internal pure returns (uint256) {
        return (Table.unwrap(t) >> 88) & 0xffffffffffff;
    }

    function widthShape(Table t) internal pure returns (uint256) {
        return (Table.unwrap(t) >> 40) & 0xffffffffffff;
    }

    function programAt(Table t) internal pure returns (uint256) {
        return (Table.unwrap(t) >> 8) & 0xffffffff;
    }
}

/// @notice The first word of the program of a table's rules, whose fields are, from the most significant bit on: 16 bits
/// with the number of words behind it, five steps each; 16 with the number of columns that it reads,
/// helpers included; 8 that are 1 if all columns are bytes; 8 that are 1 if it reads the row's own number; 16 with the
/// number of rules before the inputs, without those of helpers of bytes; 16 with the number of inputs; and 16
/// each with the cells of four results: see `Rules`.
type Program is uint256;

using Programs for Program global;

/// @title Fields of a `Program`
library Programs {
    function words(Program p) internal pure returns (uint256) {
        return Program.unwrap(p) >> 240;
    }

    function columns(Program p) internal pure returns (uint256) {
        return (Program.unwrap(p) >> 224) & 0xffff;
    }

    function isOfBytes(Program p) internal pure returns (bool) {
        return (Program.unwrap(p) >> 216) & 0xff == 1;
    }

    function readsOwnNumber(Program p) internal pure returns (bool) {
        return (Program.unwrap(p) >> 208) & 0xff == 1;
    }

    function rules(Program p) internal pure returns (uint256) {
        return (Program.unwrap(p) >> 192) & 0xffff;
    }

    function inputs(Program p) internal pure returns (uint256) {
        return (Program.unwrap(p) >> 176) & 0xffff;
    }

    /// @dev The cell with `Σ λ^i·rule_i` over all these rules and then the inputs.
    function local(Program p) internal pure returns (uint256) {
        return (Program.unwrap(p) >> 160) & 0xffff;
    }

    /// @dev The cell with `Σ λ^i·constant_i` over the inputs.
    function constants(Program p) internal pure returns (uint256) {
        return (Program.unwrap(p) >> 144) & 0xffff;
    }

    /// @dev The cell with the output of the row.
    function output(Program p) internal pure returns (uint256) {
        return (Program.unwrap(p) >> 128) & 0xffff;
    }

    /// @dev The cell with the helpers' share of the sums over lookups, without helpers of bytes.
    function free(Program p) internal pure returns (uint256) {
        return (Program.unwrap(p) >> 112) & 0xffff;
    }
}

/// @notice A path's word, whose fields are, from the most significant bit on: 8 bits with the number of steps, 8 with the
/// layer with weights, 16 with its array, 16 with the groups of a convolution, 16 with the source, 8 that are 1 for
/// a convolution of stride one right under a window whose taps are all inside the picture; and, to the end of the word, its
/// offset in the key. The window of a convolution follows it there, then the steps, two words each.
type Path is uint256;

using Paths for Path global;

/// @title Fields of a `Path`
library Paths {
    // Layers with weights.
    uint256 internal constant NO_WEIGHTS = 0;
    uint256 internal constant DENSE = 1;
    uint256 internal constant CONV2D = 2;

    function steps(Path p) internal pure returns (uint256) {
        return Path.unwrap(p) >> 248;
    }

    function map(Path p) internal pure returns (uint256) {
        return (Path.unwrap(p) >> 240) & 0xff;
    }

    function array(Path p) internal pure returns (uint256) {
        return (Path.unwrap(p) >> 224) & 0xffff;
    }

    function groups(Path p) internal pure returns (uint256) {
        return (Path.unwrap(p) >> 208) & 0xffff;
    }

    function source(Path p) internal pure returns (uint256) {
        return (Path.unwrap(p) >> 192) & 0xffff;
    }

    function isUnderWindow(Path p) internal pure returns (bool) {
        return (Path.unwrap(p) >> 184) & 0xff == 1;
    }

    function windowAt(Path p) internal pure returns (uint256) {
        unchecked {
            return (Path.unwrap(p) & 0xffffffff) + 32;
        }
    }

    function stepsAt(Path p) internal pure returns (uint256) {
        unchecked {
            return p.windowAt() + (p.map() == CONV2D ? 32 : 0);
        }
    }

    function next(Path p) internal pure returns (uint256) {
        unchecked {
            return p.stepsAt() + 64 * p.steps();
        }
    }
}
