// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @dev Order of BN254's groups: the scalar field's modulus.
uint256 constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;

/// @title The curve BN254: its scalar field, and its first group through the precompiles of EIP-196 and EIP-197
/// @notice Counterpart of `crates/field`. Scalars are below `R`; arguments are not checked again here.
/// @dev A precompile that fails takes all the gas it was given, so points of a proof are checked before they reach one. If
/// a precompile fails all the same, the chain lacks it or gas ran out. The call then reverts: "not enough gas" must never
/// look like "the proof is false".
library Bn254 {
    /// @dev Modulus of the coordinates.
    uint256 private constant P = 21888242871839275222246405745257275088696311157297823662689037894645226208583;

    /// @dev The second group's generator, in the order of EIP-197: imaginary parts first.
    uint256 private constant G2_X1 = 0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2;
    uint256 private constant G2_X0 = 0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed;
    uint256 private constant G2_Y1 = 0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b;
    uint256 private constant G2_Y0 = 0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa;

    /// @notice A precompile is missing, or there was not enough gas for it.
    error PrecompileFailed(uint256 precompile);

    /// @notice `−a`.
    function neg(uint256 a) internal pure returns (uint256) {
        unchecked {
            return a == 0 ? 0 : R - a;
        }
    }

    /// @notice `a + b`.
    function add(uint256 a, uint256 b) internal pure returns (uint256 sum) {
        // Solidity's own `addmod` would check that the modulus is not zero.
        assembly ("memory-safe") {
            sum := addmod(a, b, R)
        }
    }

    /// @notice `a − b`.
    function sub(uint256 a, uint256 b) internal pure returns (uint256 difference) {
        assembly ("memory-safe") {
            difference := addmod(a, sub(R, b), R)
        }
    }

    /// @notice `a·b`.
    function mul(uint256 a, uint256 b) internal pure returns (uint256 product) {
        assembly ("memory-safe") {
            product := mulmod(a, b, R)
        }
    }

    /// @notice `a^-1`, and 0 for 0, by Fermat's little theorem.
    function inverse(uint256 a) internal view returns (uint256 result) {
        bool done;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, 0x20)
            mstore(add(free, 0x20), 0x20)
            mstore(add(free, 0x40), 0x20)
            mstore(add(free, 0x60), a)
            mstore(add(free, 0x80), sub(R, 2))
            mstore(add(free, 0xa0), R)
            done := and(eq(returndatasize(), 0x20), staticcall(gas(), 5, free, 0xc0, 0, 0x20))
            result := mload(0)
        }
        if (!done) revert PrecompileFailed(5);
    }

    /// @notice Whether `count` points of 64 bytes, from `offset` on in calldata, are all on the curve, not infinity, and have
    /// coordinates below the modulus.
    function areOnCurve(uint256 offset, uint256 count) internal pure returns (bool valid) {
        assembly ("memory-safe") {
            valid := 1
            for { let end := add(offset, shl(6, count)) } lt(offset, end) { offset := add(offset, 0x40) } {
                let x := calldataload(offset)
                let y := calldataload(add(offset, 0x20))
                let square := mulmod(y, y, P)
                let cube := addmod(mulmod(x, mulmod(x, x, P), P), 3, P)
                valid := and(valid, and(eq(square, cube), and(lt(x, P), lt(y, P))))
            }
        }
    }

    /// @notice `Σ_{i < count} coefficient_i·point_i − point`. Points take 64 bytes and coefficients 32, in memory; the last
    /// point is at `minus` in calldata, on the curve and not infinity.
    function combine(uint256 points, uint256 coefficients, uint256 count, uint256 minus)
        internal
        view
        returns (uint256 x, uint256 y)
    {
        uint256 failed;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, calldataload(minus))
            mstore(add(free, 0x20), sub(P, calldataload(add(minus, 0x20))))
            for { let end := add(points, shl(6, count)) } lt(points, end) { points := add(points, 0x40) } {
                mcopy(add(free, 0x40), points, 0x40)
                mstore(add(free, 0x80), mload(coefficients))
                let done := staticcall(gas(), 7, add(free, 0x40), 0x60, add(free, 0x40), 0x40)
                if iszero(and(done, eq(returndatasize(), 0x40))) { failed := 7 }
                done := staticcall(gas(), 6, free, 0x80, free, 0x40)
                if iszero(and(done, eq(returndatasize(), 0x40))) { failed := 6 }
                coefficients := add(coefficients, 0x20)
            }
            x := mload(free)
            y := mload(add(free, 0x20))
        }
        if (failed != 0) revert PrecompileFailed(failed);
    }

    /// @notice Whether `e((x, y), [1]₂) = e(witness, [τ]₂)`. The point `witness` is at `offset` in calldata and not infinity;
    /// `[τ]₂` is in memory at `tau`.
    function pairingsAgree(uint256 x, uint256 y, uint256 offset, uint256 tau) internal view returns (bool agree) {
        bool done;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, x)
            mstore(add(free, 0x20), y)
            mstore(add(free, 0x40), G2_X1)
            mstore(add(free, 0x60), G2_X0)
            mstore(add(free, 0x80), G2_Y1)
            mstore(add(free, 0xa0), G2_Y0)
            mstore(add(free, 0xc0), calldataload(offset))
            mstore(add(free, 0xe0), sub(P, calldataload(add(offset, 0x20))))
            mcopy(add(free, 0x100), tau, 0x80)
            done := and(eq(returndatasize(), 0x20), staticcall(gas(), 8, free, 0x180, 0, 0x20))
            agree := eq(mload(0), 1)
        }
        if (!done) revert PrecompileFailed(8);
    }
}
