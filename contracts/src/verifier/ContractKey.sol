// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "./Bn254.sol";
import {Place} from "./Opening.sol";

/// @title A verifying key as a contract reads it
/// @notice Twin of `crates/evm/src/key.rs`, which writes it: words of 32 bytes whose fields are packed from the most
/// significant bit on, in the order in which the structures here list them.
/// @dev Whoever deploys a key answers for it: a contract does not check that it is well formed. `zklens evm verify`
/// compares a deployed key with the one it derives from the network.
///
/// | word | |
/// |---|---|
/// | 0 | model id |
/// | 1 | digest of the setup |
/// | 2 … 5 | `[τ]₂`: x₁, x₀, y₁, y₀ |
/// | 6 | `Header` |
///
/// Then, each where the header says: tables, arrays, batches, class names (a byte of length before each), and to the
/// end the commitments to the weights.
library ContractKey {
    // Gadgets.
    uint256 internal constant PIXELS = 0;
    uint256 internal constant ACTIVATION = 1;
    uint256 internal constant CLIP = 2;
    uint256 internal constant LOOKUP = 3;
    uint256 internal constant COPY = 4;
    uint256 internal constant LABEL = 5;
    uint256 internal constant BYTES = 6;
    uint256 internal constant ENTRIES = 7;

    // Steps.
    uint256 internal constant SCALE = 0;
    uint256 internal constant CHANNELS = 1;
    uint256 internal constant AVERAGE = 2;

    // Layers with weights.
    uint256 internal constant NO_WEIGHTS = 0;
    uint256 internal constant DENSE = 1;
    uint256 internal constant CONV2D = 2;

    // Places of columns.
    uint256 internal constant IN_ONE_ROW = 0;
    uint256 internal constant CUT = 1;
    uint256 internal constant ARRAY = 2;

    /// @notice No column.
    uint256 internal constant NONE = 0xffff;

    /// @param classes How many there are.
    /// @param tables How many there are.
    /// @param weightRows Commitments to the weights.
    /// @param pixelRows Points of one input commitment.
    /// @param batches Numbers of images that one proof may be about.
    /// @param tablesAt Where tables begin, in bytes from the key's beginning; the others likewise.
    struct Header {
        uint256 classes; // 16 bits
        uint256 tables; // 16
        uint256 weightRows; // 16
        uint256 pixelRows; // 16
        uint256 batches; // 16
        uint256 tablesAt; // 32
        uint256 arraysAt; // 32
        uint256 batchesAt; // 32
        uint256 namesAt; // 32
        uint256 weightsAt; // 32
    }

    /// @notice How a proof about `images` images is laid out.
    /// @param values Columns of all tables: the values on the tape.
    /// @param blindsAt The mask row's cell with the first column's blind.
    /// @param placesAt Where the columns' places begin.
    struct Plan {
        uint256 images; // 16 bits
        uint256 numVars; // 8
        uint256 witnessRows; // 16
        uint256 helperRows; // 16
        uint256 values; // 16
        uint256 blindsAt; // 16
        uint256 placesAt; // 32
    }

    /// @notice Two words; a window follows if `hasWindow` is 1, then the paths.
    /// @param skipped, skippedToo Columns before `byteEnd` that are no bytes, or `NONE`.
    /// @param parameters The second word: the gadget's.
    /// @param next Where what follows begins.
    struct Table {
        uint256 gadget; // 8 bits
        uint256 isPerImage; // 8
        uint256 channels; // 16
        uint256 height; // 16
        uint256 width; // 16
        uint256 channelBits; // 8
        uint256 rowBits; // 8
        uint256 columnBits; // 8
        uint256 columns; // 16, before helpers
        uint256 helpers; // 16
        uint256 skipped; // 16
        uint256 skippedToo; // 16
        uint256 byteEnd; // 16
        uint256 paths; // 16
        uint256 hasWindow; // 8
        uint256 operandHeight; // 16
        uint256 operandWidth; // 16
        uint256 parameters;
        uint256 next;
    }

    /// @notice The word at a number of bytes from the key's beginning.
    function wordAt(bytes memory key, uint256 cursor) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(key, 0x20), cursor))
        }
    }

    /// @notice `bits` bits of a word, `from` bits after its most significant.
    function field(uint256 word, uint256 from, uint256 bits) internal pure returns (uint256) {
        unchecked {
            return (word << from) >> (256 - bits);
        }
    }

    /// @notice A signed 64-bit field, as a scalar.
    function signedField(uint256 word, uint256 from) internal pure returns (uint256) {
        unchecked {
            uint256 bits = field(word, from, 64);
            return bits >> 63 == 0 ? bits : R - (2 ** 64 - bits);
        }
    }

    function header(bytes memory key) internal pure returns (Header memory h) {
        uint256 word = wordAt(key, 192);
        h.classes = field(word, 0, 16);
        h.tables = field(word, 16, 16);
        h.weightRows = field(word, 32, 16);
        h.pixelRows = field(word, 48, 16);
        h.batches = field(word, 64, 16);
        h.tablesAt = field(word, 80, 32);
        h.arraysAt = field(word, 112, 32);
        h.batchesAt = field(word, 144, 32);
        h.namesAt = field(word, 176, 32);
        h.weightsAt = field(word, 208, 32);
    }

    /// @notice The plan for `count` images, if the key has one.
    function plan(bytes memory key, Header memory h, uint256 count) internal pure returns (Plan memory l, bool found) {
        unchecked {
            for (uint256 i = 0; i < h.batches; ++i) {
                uint256 word = wordAt(key, h.batchesAt + 32 * i);
                if (field(word, 0, 16) != count) continue;
                l.images = count;
                l.numVars = field(word, 16, 8);
                l.witnessRows = field(word, 24, 16);
                l.helperRows = field(word, 40, 16);
                l.values = field(word, 56, 16);
                l.blindsAt = field(word, 72, 16);
                l.placesAt = field(word, 88, 32);
                return (l, true);
            }
        }
    }

    /// @notice Reads the table at `cursor` into `t`.
    function readTable(bytes memory key, uint256 cursor, Table memory t) internal pure {
        unchecked {
            uint256 word = wordAt(key, cursor);
            t.gadget = field(word, 0, 8);
            t.isPerImage = field(word, 8, 8);
            t.channels = field(word, 16, 16);
            t.height = field(word, 32, 16);
            t.width = field(word, 48, 16);
            t.channelBits = field(word, 64, 8);
            t.rowBits = field(word, 72, 8);
            t.columnBits = field(word, 80, 8);
            t.columns = field(word, 88, 16);
            t.helpers = field(word, 104, 16);
            t.skipped = field(word, 120, 16);
            t.skippedToo = field(word, 136, 16);
            t.byteEnd = field(word, 152, 16);
            t.paths = field(word, 168, 16);
            t.hasWindow = field(word, 184, 8);
            t.operandHeight = field(word, 192, 16);
            t.operandWidth = field(word, 208, 16);
            t.parameters = wordAt(key, cursor + 32);
            t.next = cursor + 64;
        }
    }

    /// @notice Kernel, stride and padding before of one direction of a window's word: 0 for from row to row, 48 for
    /// from column to column.
    function slide(uint256 word, uint256 direction)
        internal
        pure
        returns (uint256 kernel, uint256 stride, uint256 before)
    {
        unchecked {
            return (field(word, direction, 16), field(word, direction + 16, 16), field(word, direction + 32, 16));
        }
    }

    /// @notice Where an array of the key lies. (Its sides are those of the axes that it is used with.)
    function array(bytes memory key, Header memory h, uint256 index) internal pure returns (Place) {
        unchecked {
            return Place.wrap(wordAt(key, h.arraysAt + 32 * index));
        }
    }

    /// @notice The numbers of images that there are plans for.
    function images(bytes memory key, Header memory h) internal pure returns (uint256[] memory numbers) {
        unchecked {
            numbers = new uint256[](h.batches);
            for (uint256 i = 0; i < h.batches; ++i) {
                numbers[i] = field(wordAt(key, h.batchesAt + 32 * i), 0, 16);
            }
        }
    }

    /// @notice The name of a class below `h.classes`.
    function name(bytes memory key, Header memory h, uint256 label) internal pure returns (string memory letters) {
        unchecked {
            uint256 cursor = h.namesAt;
            for (uint256 i = 0; i < label; ++i) {
                cursor += 1 + field(wordAt(key, cursor), 0, 8);
            }
            uint256 length = field(wordAt(key, cursor), 0, 8);
            letters = new string(length);
            assembly ("memory-safe") {
                mcopy(add(letters, 0x20), add(add(key, 0x21), cursor), length)
            }
        }
    }
}
