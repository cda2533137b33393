// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Bn254, R} from "./Bn254.sol";
import {Labels} from "./Labels.sol";
import {Vectors} from "./Vectors.sol";

/// @title A proof as a byte tape, and Fiat–Shamir challenges from Keccak-256
/// @notice Twin of `crates/transcript`: reading a message absorbs it.
/// @dev The caller has checked that the tape is exactly as long as all that will be read, so reading does not look
/// for its end. Malformed words are remembered, and refused when all is read.
library Transcript {
    /// @param state What has been absorbed.
    /// @param cursor Where the next message begins, in calldata.
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
    /// @return cursor Where they are, in calldata.
    function readPoints(Tape memory tape, bytes32 label, uint256 count) internal pure returns (uint256 cursor) {
        cursor = absorb(tape, label, 2 * count);
        if (!Bn254.areOnCurve(cursor, count)) tape.badPoint = true;
    }

    /// @notice Reads `count` scalars.
    /// @return scalars The pointer to the first: see `Vectors`.
    function readScalars(Tape memory tape, bytes32 label, uint256 count) internal pure returns (uint256 scalars) {
        uint256 cursor = absorb(tape, label, count);
        scalars = Vectors.allocate(count);
        assembly ("memory-safe") {
            let valid := 1
            let to := scalars
            for { let end := add(cursor, shl(5, count)) } lt(cursor, end) { cursor := add(cursor, 0x20) } {
                let scalar := calldataload(cursor)
                valid := and(valid, lt(scalar, R))
                mstore(to, scalar)
                to := add(to, 0x20)
            }
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

    /// @notice Draws `count` challenges.
    /// @return point The pointer to the first: see `Vectors`.
    function drawPoint(Tape memory tape, bytes32 label, uint256 count) internal pure returns (uint256 point) {
        unchecked {
            point = Vectors.allocate(count);
            for (uint256 i = 0; i < count; ++i) {
                Vectors.store(point, i, draw(tape, label));
            }
        }
    }

    /// @notice Keccak-256 of `said` and, for each image, the number of its points and these.
    function digestWithInputs(bytes memory said, bytes calldata inputs, uint256 points, uint256 images)
        internal
        pure
        returns (bytes32 digest)
    {
        assembly ("memory-safe") {
            let free := mload(0x40)
            let length := mload(said)
            mcopy(free, add(said, 0x20), length)
            let to := add(free, length)
            let from := inputs.offset
            let bytesOfImage := shl(6, points)
            for {} images { images := sub(images, 1) } {
                mstore(to, points)
                calldatacopy(add(to, 0x20), from, bytesOfImage)
                from := add(from, bytesOfImage)
                to := add(add(to, 0x20), bytesOfImage)
            }
            digest := keccak256(free, sub(to, free))
        }
    }

    /// @dev Absorbs the next `words` words of the tape.
    function absorb(Tape memory tape, bytes32 label, uint256 words) private pure returns (uint256 cursor) {
        cursor = tape.cursor;
        assembly ("memory-safe") {
            let free := mload(0x40)
            let bytesOfWords := shl(5, words)
            mstore(free, mload(tape))
            mstore(add(free, 0x20), label)
            mstore(add(free, 0x40), words)
            calldatacopy(add(free, 0x60), cursor, bytesOfWords)
            mstore(tape, keccak256(free, add(0x60, bytesOfWords)))
            mstore(add(tape, 0x20), add(cursor, bytesOfWords))
        }
    }
}
