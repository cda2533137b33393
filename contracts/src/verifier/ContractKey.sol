// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "./Bn254.sol";
import {Path, Program, Table, Tables} from "./KeyWords.sol";
import {Place} from "./Opening.sol";

/// @title A verifying key as a contract reads it
/// @notice Counterpart of `crates/evm/src/key.rs`, which writes it: words of 32 bytes with packed fields.
/// @dev WARNING: A contract does not check its key. The network, its commitments and the programs of its rules are whatever
/// the deployer wrote. Compare all bytes of `key()` with those that `contract_key` of `crates/evm` derives from the
/// network, as `zklens evm verify` does.
///
/// | word | |
/// |---|---|
/// | 0 | model id |
/// | 1 | digest of the setup |
/// | 2 … 5 | `[τ]₂`: x₁, x₀, y₁, y₀ |
/// | 6 | `Header`: fields from the most significant bit on, in their order |
///
/// Then come the constants and the programs of rules (see `Rules`). The header says where the others are: tables, arrays,
/// plans, class names (a byte with the length before each), and to the end the commitments to the weights.
///
/// A table is its `Table`, a window with the operand's sides if its rows have one, and its paths. A word in the plan says
/// where neighbouring columns lie. Its fields are: 8 bits with the kind of place, 16 with the number of columns, 16 with
/// the (first) vector or the array, 16 with the offset, 8 with the axis that is cut, 8 with `log2` of the indices in a vector,
/// 8 with the bytes of a number, and 16 with the vectors of one column or, for numbers, of one byte of it.
library ContractKey {
    /// @dev The header's offset in bytes from the key's beginning.
    uint256 private constant HEADER_AT = 192;

    // Steps.
    uint256 internal constant SCALE = 0;
    uint256 internal constant CHANNELS = 1;
    uint256 internal constant AVERAGE = 2;

    // Kinds of places of columns: in one vector; cut along an axis of the table; an array of the key; numbers whose bytes
    // are spread over several vectors.
    uint256 internal constant IN_ONE_ROW = 0;
    uint256 internal constant CUT = 1;
    uint256 internal constant ARRAY = 2;
    uint256 internal constant CUT_BYTES = 3;

    /// @param classes The number of classes; `tables` likewise.
    /// @param weightVectors The number of commitments to the weights.
    /// @param plans The number of plans, one for each number of images that a proof may be about.
    /// @param tablesAt The offset of the tables in bytes from the key's beginning; the others likewise.
    /// @param constants The number of constants of the programs.
    /// @param cells The number of cells that programs need: see `Rules`.
    struct Header {
        uint256 classes; // 16 bits
        uint256 tables; // 16
        uint256 weightVectors; // 16
        uint256 plans; // 16
        uint256 tablesAt; // 32
        uint256 arraysAt; // 32
        uint256 plansAt; // 32
        uint256 namesAt; // 32
        uint256 weightsAt; // 32
        uint256 constants; // 16
        uint256 cells; // 16
    }

    /// @notice How a proof about `images` images is laid out: two words.
    /// @param imageShape The shape of an axis of images: see `Axis`.
    /// @param pixelVectors The number of commitments to the pixels of all images.
    /// @param maskVector The index of the mask vector among all committed vectors.
    /// @param values The number of columns of all tables, each with a value on the tape.
    /// @param blindsAt The cell of the mask vector with the first column's blind.
    /// @param placesAt The offset of the columns' places.
    /// @param range The second word: the table `Range` of the bytes of all numbers, whose sides depend on the number of images.
    struct Plan {
        uint256 images; // 16 bits
        uint256 imageShape; // 48
        uint256 numVars; // 8
        uint256 pixelVectors; // 16
        uint256 witnessVectors; // 16
        uint256 maskVector; // 16
        uint256 helperVectors; // 16
        uint256 values; // 16
        uint256 blindsAt; // 16
        uint256 placesAt; // 32
        Table range;
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

    /// @notice Reads the header into `h`.
    function readHeader(bytes memory key, Header memory h) internal pure {
        uint256 word = wordAt(key, HEADER_AT);
        h.classes = field(word, 0, 16);
        h.tables = field(word, 16, 16);
        h.weightVectors = field(word, 32, 16);
        h.plans = field(word, 48, 16);
        h.tablesAt = field(word, 64, 32);
        h.arraysAt = field(word, 96, 32);
        h.plansAt = field(word, 128, 32);
        h.namesAt = field(word, 160, 32);
        h.weightsAt = field(word, 192, 32);
        h.constants = field(word, 224, 16);
        h.cells = field(word, 240, 16);
    }

    /// @notice The number of classes.
    function classes(bytes memory key) internal pure returns (uint256) {
        return field(wordAt(key, HEADER_AT), 0, 16);
    }

    /// @notice Reads the plan for `count` images into `l`, if the key has one.
    function readPlan(bytes memory key, Header memory h, uint256 count, Plan memory l)
        internal
        pure
        returns (bool found)
    {
        unchecked {
            for (uint256 i = 0; i < h.plans; ++i) {
                uint256 word = wordAt(key, h.plansAt + 64 * i);
                if (field(word, 0, 16) != count) continue;
                l.images = count;
                l.imageShape = field(word, 16, 48);
                l.numVars = field(word, 64, 8);
                l.pixelVectors = field(word, 72, 16);
                l.witnessVectors = field(word, 88, 16);
                l.maskVector = field(word, 104, 16);
                l.helperVectors = field(word, 120, 16);
                l.values = field(word, 136, 16);
                l.blindsAt = field(word, 152, 16);
                l.placesAt = field(word, 168, 32);
                l.range = Table.wrap(wordAt(key, h.plansAt + 64 * i + 32));
                return true;
            }
        }
    }

    /// @notice The table at `cursor`, as it is in the plan `l`.
    function table(bytes memory key, uint256 cursor, Plan memory l) internal pure returns (Table t) {
        t = Table.wrap(wordAt(key, cursor));
        if (t.kind() == Tables.RANGE) t = l.range;
    }

    /// @notice The program at `cursor`.
    function program(bytes memory key, uint256 cursor) internal pure returns (Program) {
        return Program.wrap(wordAt(key, cursor));
    }

    /// @notice Copies `count` constants to a list, and gives the pointer behind them.
    function copyConstants(bytes memory key, uint256 count, uint256 list) internal pure returns (uint256 end) {
        assembly ("memory-safe") {
            mcopy(list, add(key, add(0x40, HEADER_AT)), shl(5, count))
            end := add(list, shl(5, count))
        }
    }

    /// @notice The path at `cursor`.
    function path(bytes memory key, uint256 cursor) internal pure returns (Path) {
        return Path.wrap(wordAt(key, cursor) | cursor);
    }

    /// @notice Kernel, stride and padding before the first cell from a window's word, along an axis: 2 is height, 3 is width.
    function slide(uint256 word, uint256 axis) internal pure returns (uint256 kernel, uint256 stride, uint256 before) {
        unchecked {
            uint256 from = 48 * axis - 96;
            return (field(word, from, 16), field(word, from + 16, 16), field(word, from + 32, 16));
        }
    }

    /// @notice The number of cells under a window along such an axis.
    function under(uint256 word, uint256 axis) internal pure returns (uint256) {
        unchecked {
            return field(word, 16 * axis + 64, 16);
        }
    }

    /// @notice The place of an array of the key. Its sides are those of the axes that it is used with.
    function array(bytes memory key, Header memory h, uint256 index) internal pure returns (Place) {
        unchecked {
            return Place.wrap(wordAt(key, h.arraysAt + 32 * index));
        }
    }

    /// @notice The numbers of images that there are plans for.
    function images(bytes memory key) internal pure returns (uint256[] memory numbers) {
        unchecked {
            uint256 header = wordAt(key, HEADER_AT);
            numbers = new uint256[](field(header, 48, 16));
            for (uint256 i = 0; i < numbers.length; ++i) {
                numbers[i] = field(wordAt(key, field(header, 128, 32) + 64 * i), 0, 16);
            }
        }
    }

    /// @notice The name of a class below `classes`.
    function name(bytes memory key, uint256 label) internal pure returns (string memory letters) {
        unchecked {
            uint256 cursor = field(wordAt(key, HEADER_AT), 160, 32);
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
