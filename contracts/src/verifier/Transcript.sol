// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Bn254, R} from "./Bn254.sol";
import {Labels} from "./Labels.sol";
import {Vectors} from "./Vectors.sol";

/// @title A proof as a byte tape, and Fiat–Shamir challenges from Keccak-256
/// @notice Counterpart of `crates/transcript`: reading a message absorbs it.
/// @dev WARNING: Reading does not look for the end of the tape. The caller must have checked that it is exactly as long as
/// all messages together. Malformed words are remembered: the caller refuses them once all is read.
library Transcript {
    /// @param state The digest of all that was absorbed.
    /// @param cursor The offset of the next message in calldata.
    /// @param badScalar Whether some scalar was not below the modulus.
    /// @param badPoint Whether some point was not on the curve.
    struct Tape {
        uint256 state;
        uint256 cursor;
        bool badScalar;
        bool badPoint;
    }

    /// @notice Opens the tape at `cursor` in calldata, bound to the digest of the statement it claims to prove.
    function open(Tape memory tape, bytes32 statement, uint256 cursor) internal pure {
        tape.cursor = cursor;
        bytes32 label = Labels.PROTOCOL;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, 0)
            mstore(add(free, 0x20), label)
            mstore(add(free, 0x40), 1)
            mstore(add(free, 0x60), statement)
            mstore(tape, keccak256(free, 0x80))
        }
    }

    /// @notice Reads `count` points.
    /// @return cursor Their offset in calldata.
    function readPoints(Tape memory tape, bytes32 label, uint256 count) internal pure returns (uint256 cursor) {
        cursor = absorb(tape, label, 2 * count, freeMemory());
        if (!Bn254.areOnCurve(cursor, count)) tape.badPoint = true;
    }

    /// @notice Reads `count` scalars.
    /// @return scalars The pointer to the first: see `Vectors`.
    function readScalars(Tape memory tape, bytes32 label, uint256 count) internal pure returns (uint256 scalars) {
        uint256 preimage = Vectors.allocate(count + 3);
        absorb(tape, label, count, preimage);
        assembly ("memory-safe") {
            scalars := add(preimage, 0x60)
            let scalar := scalars
            let end := add(scalars, shl(5, count))
            let valid := 1
            // Four at a time, then the rest.
            for { let most := sub(end, and(shl(5, count), 0x60)) } lt(scalar, most) { scalar := add(scalar, 0x80) } {
                let first := and(lt(mload(scalar), R), lt(mload(add(scalar, 0x20)), R))
                let second := and(lt(mload(add(scalar, 0x40)), R), lt(mload(add(scalar, 0x60)), R))
                valid := and(valid, and(first, second))
            }
            for {} lt(scalar, end) { scalar := add(scalar, 0x20) } { valid := and(valid, lt(mload(scalar), R)) }
            if iszero(valid) { mstore(add(tape, 0x40), 1) }
        }
    }

    /// @notice Draws a challenge, uniform in `[0, 2^253)`.
    function draw(Tape memory tape, bytes32 label) internal pure returns (uint256 challenge) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, mload(tape))
            mstore(add(free, 0x20), label)
            mstore(add(free, 0x40), 0)
            let state := keccak256(free, 0x60)
            mstore(tape, state)
            challenge := shr(3, state)
        }
    }

    /// @notice Draws `count` coordinates of a point, which are in memory from the last to the first.
    /// @return point The pointer to the last: see `Vectors`.
    function drawPoint(Tape memory tape, bytes32 label, uint256 count) internal pure returns (uint256 point) {
        point = Vectors.allocate(count);
        assembly ("memory-safe") {
            let free := mload(0x40)
            let state := mload(tape)
            mstore(add(free, 0x20), label)
            mstore(add(free, 0x40), 0)
            for {} count {} {
                mstore(free, state)
                state := keccak256(free, 0x60)
                count := sub(count, 1)
                mstore(add(point, shl(5, count)), shr(3, state))
            }
            mstore(tape, state)
        }
    }

    /// @dev Absorbs the next `words` words of the tape. The hash's preimage is written to memory at `preimage`: three words,
    /// and then those that were read.
    function absorb(Tape memory tape, bytes32 label, uint256 words, uint256 preimage)
        private
        pure
        returns (uint256 cursor)
    {
        cursor = tape.cursor;
        assembly ("memory-safe") {
            let bytesOfWords := shl(5, words)
            mstore(preimage, mload(tape))
            mstore(add(preimage, 0x20), label)
            mstore(add(preimage, 0x40), words)
            calldatacopy(add(preimage, 0x60), cursor, bytesOfWords)
            mstore(tape, keccak256(preimage, add(0x60, bytesOfWords)))
            mstore(add(tape, 0x20), add(cursor, bytesOfWords))
        }
    }

    /// @dev The free memory pointer.
    function freeMemory() private pure returns (uint256 free) {
        assembly ("memory-safe") {
            free := mload(0x40)
        }
    }
}
