// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {R} from "../../src/verifier/Bn254.sol";
import {ModelVerifier} from "../../src/verifier/ModelVerifier.sol";
import {Test} from "../Test.sol";

/// @title The JSON that `zklens evm prove` prints
struct Fixture {
    string model;
    bytes32 modelId;
    bytes32 context;
    uint16[] labels;
    string[] classes;
    bytes inputs;
    bytes proof;
    bytes publicValues;
    bytes call;
}

/// @title The verdicts of a contract of `zklens evm export` on a proof of `zklens evm prove`
/// @dev `make test-contracts` writes both anew, and each run proves with new randomness.
abstract contract ExportedVerifierTest is Test {
    /// @dev Bytes after a tape's scalar `value` of the opening, and it: 32, then two points.
    uint256 private constant LAST_SCALAR = 32 + 2 * 64;

    ModelVerifier private verifier;
    Fixture private made;
    Fixture private ofAnotherModel;

    /// @dev For measuring gas: `forge test -vv` shows what was logged with this name and shape.
    event log_named_uint(string what, uint256 value);

    /// @dev Deploys the contract, whose file declares `ModelVerifier` a second time.
    function deploy() internal virtual returns (address);

    /// @dev Names of fixtures: of the contract's network, and of a different one.
    function fixtures() internal pure virtual returns (string memory own, string memory other);

    /// @dev The network's name, and its first and last class.
    function expected() internal pure virtual returns (string memory model, string memory first, string memory last);

    function setUp() external {
        verifier = ModelVerifier(deploy());
        (string memory own, string memory other) = fixtures();
        made = _read(own);
        ofAnotherModel = _read(other);
    }

    // Answers about itself.

    function test_IsOfTheModel() external view {
        (string memory model, string memory first, string memory last) = expected();
        vm.assertEq(made.model, model);
        vm.assertEq(verifier.modelId(), made.modelId);
        vm.assertEq(verifier.classCount(), 10);
        vm.assertEq(verifier.className(0), first);
        vm.assertEq(verifier.className(9), last);
    }

    function test_NamesTheClassesOfTheProof() external view {
        vm.assertEq(made.labels.length, made.classes.length);
        for (uint256 i = 0; i < made.labels.length; ++i) {
            vm.assertEq(verifier.className(made.labels[i]), made.classes[i]);
        }
    }

    function test_HasNoNameForWhatIsNoClass() external {
        vm.expectRevert(abi.encodeWithSelector(ModelVerifier.NoClass.selector, 10, 10));
        verifier.className(10);
    }

    function test_IsForOneImageAtATime() external view {
        uint256[] memory batches = verifier.batches();
        vm.assertEq(batches.length, 1);
        vm.assertEq(batches[0], 1);
    }

    // Accepted proofs.

    function test_TakesTheProof() external view {
        vm.assertTrue(verifier.verify(made.context, made.labels, made.inputs, made.proof), "verify");
        verifier.check(made.context, made.labels, made.inputs, made.proof);
    }

    function test_TakesTheFixturesCall() external {
        bytes memory call = abi.encodeCall(verifier.verify, (made.context, made.labels, made.inputs, made.proof));
        vm.assertEq(made.call, call);

        uint256 before = gasleft();
        (bool returned, bytes memory answer) = address(verifier).staticcall(call);
        uint256 used = before - gasleft();

        vm.assertTrue(returned && abi.decode(answer, (bool)), "verify");
        // Without the transaction and its calldata. Printed and not asserted: snapshots/gas.json has the figures.
        emit log_named_uint(string.concat("gas of verify, ", made.model), used);
    }

    function test_IsAboutThePublicValues() external view {
        bytes memory values = abi.encode(verifier.modelId(), made.context, made.labels, made.inputs);
        vm.assertEq(made.publicValues, values);
    }

    // Refused proofs.

    function test_RefusesAnotherLabel() external {
        for (uint16 label = 0; label < 10; ++label) {
            if (label == made.labels[0]) continue;
            _refuses(ModelVerifier.Reason.False, made.context, _one(label), made.inputs, made.proof);
        }
    }

    function test_RefusesALabelThatIsNoClass() external {
        _refuses(ModelVerifier.Reason.Label, made.context, _one(10), made.inputs, made.proof);
        _refuses(ModelVerifier.Reason.Label, made.context, _one(type(uint16).max), made.inputs, made.proof);
    }

    function test_RefusesNumbersOfImagesThatItIsNotFor() external {
        uint16[] memory none = new uint16[](0);
        uint16[] memory two = new uint16[](2);
        _refuses(ModelVerifier.Reason.Batch, made.context, none, made.inputs, made.proof);
        _refuses(ModelVerifier.Reason.Batch, made.context, two, made.inputs, made.proof);
    }

    function testFuzz_RefusesAnotherContext(bytes32 context) external {
        vm.assume(context != made.context);
        _refuses(ModelVerifier.Reason.False, context, made.labels, made.inputs, made.proof);
    }

    function test_RefusesAnotherInput() external {
        // A point on the curve: the input commitment of the other proof, if it has the same length.
        vm.assertEq(ofAnotherModel.inputs.length, made.inputs.length);
        _refuses(ModelVerifier.Reason.False, made.context, made.labels, ofAnotherModel.inputs, made.proof);
    }

    function test_RefusesThePointAtInfinityForAnInput() external {
        // Infinity is zeros, as precompiles write it. Honest commitments are never infinity.
        _refuses(ModelVerifier.Reason.InputPoint, made.context, made.labels, new bytes(made.inputs.length), made.proof);
    }

    function testFuzz_RefusesInputsThatAreNoPoints(uint256 bit) external {
        // A wrong `y` for an `x`, which is not its negative either.
        bytes memory inputs = _flipped(made.inputs, 256 + bound(bit, 0, 255));
        _refuses(ModelVerifier.Reason.InputPoint, made.context, made.labels, inputs, made.proof);
    }

    function testFuzz_RefusesInputsOfAnotherLength(uint256 length) external {
        length = bound(length, 0, 2 * made.inputs.length);
        vm.assume(length != made.inputs.length);
        bytes memory inputs = _resized(made.inputs, length);
        _refuses(ModelVerifier.Reason.InputLength, made.context, made.labels, inputs, made.proof);
    }

    function testFuzz_RefusesAFlippedBit(uint256 bit) external {
        bytes memory proof = _flipped(made.proof, bound(bit, 0, 8 * made.proof.length - 1));
        vm.assertFalse(verifier.verify(made.context, made.labels, made.inputs, proof), "verify");
        vm.expectPartialRevert(ModelVerifier.Refused.selector);
        verifier.check(made.context, made.labels, made.inputs, proof);
    }

    function testFuzz_RefusesProofsOfAnotherLength(uint256 length) external {
        length = bound(length, 0, 2 * made.proof.length);
        vm.assume(length != made.proof.length);
        bytes memory proof = _resized(made.proof, length);
        _refuses(ModelVerifier.Reason.ProofLength, made.context, made.labels, made.inputs, proof);
    }

    function testFuzz_RefusesAPointThatIsNone(uint256 bit) external {
        // A tape starts with a point.
        bytes memory proof = _flipped(made.proof, 256 + bound(bit, 0, 255));
        _refuses(ModelVerifier.Reason.Point, made.context, made.labels, made.inputs, proof);
    }

    function test_RefusesAScalarThatIsNotReduced() external {
        bytes memory proof = made.proof;
        uint256 end = 32 + proof.length - LAST_SCALAR;
        // The same scalar, written with the modulus added. It always fits.
        assembly ("memory-safe") {
            let scalar := add(proof, end)
            mstore(scalar, add(mload(scalar), R))
        }
        _refuses(ModelVerifier.Reason.Scalar, made.context, made.labels, made.inputs, proof);
    }

    function test_RefusesAScalarThatIsAnother() external {
        bytes memory proof = _flipped(made.proof, 8 * (made.proof.length - LAST_SCALAR) + 255);
        // Only the last check can tell.
        _refuses(ModelVerifier.Reason.False, made.context, made.labels, made.inputs, proof);
    }

    function test_RefusesAProofOfAnotherModel() external {
        Fixture storage other = ofAnotherModel;
        vm.assertNotEq(other.modelId, made.modelId);
        _refuses(ModelVerifier.Reason.ProofLength, other.context, other.labels, other.inputs, other.proof);
    }

    function _refuses(
        ModelVerifier.Reason reason,
        bytes32 context,
        uint16[] memory labels,
        bytes memory inputs,
        bytes memory proof
    ) private {
        vm.assertFalse(verifier.verify(context, labels, inputs, proof), "verify");
        vm.expectRevert(abi.encodeWithSelector(ModelVerifier.Refused.selector, reason));
        verifier.check(context, labels, inputs, proof);
    }

    function _read(string memory name) private view returns (Fixture memory fixture) {
        string memory json = vm.readFile(string.concat("test/exported/", name, ".json"));
        fixture.model = vm.parseJsonString(json, ".model");
        fixture.modelId = vm.parseJsonBytes32(json, ".modelId");
        fixture.context = vm.parseJsonBytes32(json, ".context");
        fixture.labels = _narrow(vm.parseJsonUintArray(json, ".labels"));
        fixture.classes = vm.parseJsonStringArray(json, ".classes");
        fixture.inputs = vm.parseJsonBytes(json, ".inputs");
        fixture.proof = vm.parseJsonBytes(json, ".proof");
        fixture.publicValues = vm.parseJsonBytes(json, ".publicValues");
        fixture.call = vm.parseJsonBytes(json, ".calldata");
    }

    function _narrow(uint256[] memory wide) private pure returns (uint16[] memory narrow) {
        narrow = new uint16[](wide.length);
        for (uint256 i = 0; i < wide.length; ++i) {
            require(wide[i] <= type(uint16).max);
            // forge-lint: disable-next-line(unsafe-typecast)
            narrow[i] = uint16(wide[i]);
        }
    }

    function _one(uint16 label) private pure returns (uint16[] memory labels) {
        labels = new uint16[](1);
        labels[0] = label;
    }

    /// @dev Bits count from the first byte's highest.
    function _flipped(bytes memory original, uint256 bit) private pure returns (bytes memory changed) {
        changed = bytes.concat(original);
        changed[bit / 8] ^= bytes1(uint8(0x80 >> (bit % 8)));
    }

    /// @dev Cut off at the end, or followed by zeros.
    function _resized(bytes memory original, uint256 length) private pure returns (bytes memory changed) {
        changed = new bytes(length);
        for (uint256 i = 0; i < length && i < original.length; ++i) {
            changed[i] = original[i];
        }
    }
}
