// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {ISp1Verifier} from "../../src/applications/ISp1Verifier.sol";
import {Sp1ImageClassVerifier} from "../../src/applications/Sp1ImageClassVerifier.sol";
import {Test} from "../Test.sol";
import {NotProved, StandInGateway} from "./StandIns.sol";

contract Sp1ImageClassVerifierTest is Test {
    string private constant URI = "ipfs://QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG";
    bytes32 private constant PROGRAM = keccak256("program");
    bytes private constant PROOF = "\x01\x02\x03\x04 proof";

    StandInGateway private gateway;
    Sp1ImageClassVerifier private verifier;

    function setUp() external {
        gateway = new StandInGateway();
        verifier = new Sp1ImageClassVerifier(gateway, PROGRAM, 10);
    }

    function test_SaysWhatItWasMadeFor() external view {
        vm.assertEq(address(verifier.gateway()), address(gateway));
        vm.assertEq(verifier.programVKey(), PROGRAM);
        vm.assertEq(verifier.classCount(), 10);
    }

    function test_RefusesAGatewayWithoutCode() external {
        ISp1Verifier nobody = ISp1Verifier(address(0xdead));
        vm.expectRevert(abi.encodeWithSelector(Sp1ImageClassVerifier.NotAContract.selector, address(0xdead)));
        new Sp1ImageClassVerifier(nobody, PROGRAM, 10);
    }

    function test_RefusesCountsThatLabelsCannotHave() external {
        uint256[3] memory counts = [uint256(0), 257, type(uint256).max];
        for (uint256 i = 0; i < counts.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Sp1ImageClassVerifier.ClassCountOutOfRange.selector, counts[i]));
            new Sp1ImageClassVerifier(gateway, PROGRAM, counts[i]);
        }
    }

    /// The layout, word by word, as alloy's `abi_encode` of the struct gives it.
    function test_TakesTheEncodingOfAStruct() external {
        bytes memory publicValues = bytes.concat(
            bytes32(uint256(0x20)), // where the struct starts
            bytes32(uint256(0x40)), // where its string starts, from there
            bytes32(uint256(7)), // label
            bytes32(uint256(53)), // length of the string
            bytes(URI),
            new bytes(11)
        );
        vm.assertEq(publicValues, _publicValues(URI, 7));
        gateway.accept(PROGRAM, publicValues, PROOF);
        vm.assertEq(verifier.verifyClass(URI, abi.encode(publicValues, PROOF)), 7);
    }

    function testFuzz_GivesTheLabelProved(string calldata uri, uint8 label, bytes calldata proofBytes) external {
        label = uint8(bound(label, 0, 9));
        gateway.accept(PROGRAM, _publicValues(uri, label), proofBytes);
        vm.assertEq(verifier.verifyClass(uri, abi.encode(_publicValues(uri, label), proofBytes)), label);
    }

    function test_TakesLabel255OfANetworkWith256Classes() external {
        verifier = new Sp1ImageClassVerifier(gateway, PROGRAM, 256);
        gateway.accept(PROGRAM, _publicValues(URI, 255), PROOF);
        vm.assertEq(verifier.verifyClass(URI, abi.encode(_publicValues(URI, 255), PROOF)), 255);
    }

    function testFuzz_RefusesLabelsThatTheNetworkLacks(uint8 label) external {
        label = uint8(bound(label, 10, 255));
        gateway.accept(PROGRAM, _publicValues(URI, label), PROOF);
        vm.expectRevert(abi.encodeWithSelector(Sp1ImageClassVerifier.LabelOutOfRange.selector, label, 10));
        verifier.verifyClass(URI, abi.encode(_publicValues(URI, label), PROOF));
    }

    function testFuzz_RefusesAnotherUri(string calldata other) external {
        vm.assume(keccak256(bytes(other)) != keccak256(bytes(URI)));
        gateway.accept(PROGRAM, _publicValues(other, 7), PROOF);
        vm.expectRevert(abi.encodeWithSelector(Sp1ImageClassVerifier.AnotherUri.selector, URI, other));
        verifier.verifyClass(URI, abi.encode(_publicValues(other, 7), PROOF));
    }

    function test_RefusesAnotherProgram() external {
        gateway.accept(keccak256("other program"), _publicValues(URI, 7), PROOF);
        vm.expectRevert(NotProved.selector);
        verifier.verifyClass(URI, abi.encode(_publicValues(URI, 7), PROOF));
    }

    function test_RefusesAnotherLabelThanTheOneProved() external {
        gateway.accept(PROGRAM, _publicValues(URI, 7), PROOF);
        vm.expectRevert(NotProved.selector);
        verifier.verifyClass(URI, abi.encode(_publicValues(URI, 6), PROOF));
    }

    function testFuzz_RefusesWhatTheGatewayRefuses(bytes calldata proofBytes) external {
        vm.expectRevert(NotProved.selector);
        verifier.verifyClass(URI, abi.encode(_publicValues(URI, 7), proofBytes));
    }

    // Below, the gateway accepts any public values; the adapter has to refuse them by itself.

    function test_RefusesBytesAfterTheEnd() external {
        _refusesAsNotCanonical(bytes.concat(_publicValues(URI, 7), hex"00"));
        _refusesAsNotCanonical(bytes.concat(_publicValues(URI, 7), new bytes(32)));
        _refusesAsNotCanonical(bytes.concat(_publicValues(URI, 7), _publicValues(URI, 8)));
    }

    function test_RefusesDirtyPadding() external {
        bytes memory publicValues = _publicValues(URI, 7);
        publicValues[publicValues.length - 1] = 0x01;
        _refusesAsNotCanonical(publicValues);
    }

    function test_RefusesAMissingPadding() external {
        // The string ends with the public values.
        _refuses(bytes.concat(_words(0x20, 0x40, 7, 53), bytes(URI)));
    }

    function test_RefusesTheStructElsewhere() external {
        bytes memory body = bytes.concat(_words(0x40, 7, 53), bytes(URI), new bytes(11));
        _refusesAsNotCanonical(bytes.concat(_words(0x40, 0), body));
        // The offset itself is the struct's first word, too.
        _refuses(bytes.concat(_words(0x00, 7, 53), bytes(URI), new bytes(11)));
    }

    function test_RefusesTheStringElsewhere() external {
        _refusesAsNotCanonical(bytes.concat(_words(0x20, 0x60, 7, 0, 53), bytes(URI), new bytes(11)));
        // The label doubles as the length of the string.
        _refusesAsNotCanonical(bytes.concat(_words(0x20, 0x20, 7), "ipfs://", new bytes(25)));
    }

    function test_RefusesMembersWithoutAStruct() external {
        bytes memory publicValues = abi.encode(URI, uint8(7));
        vm.assertEq(publicValues.length, _publicValues(URI, 7).length - 32);
        _refuses(publicValues);
    }

    function test_RefusesOffsetsAndLengthsThatLeaveTheBytes() external {
        uint256[4] memory far = [uint256(0xa0), 1 << 32, 1 << 64, type(uint256).max];
        for (uint256 i = 0; i < far.length; ++i) {
            bytes memory tail = bytes.concat(bytes(URI), new bytes(11));
            _refuses(bytes.concat(_words(far[i], 0x40, 7, 53), tail));
            _refuses(bytes.concat(_words(0x20, far[i], 7, 53), tail));
            _refuses(bytes.concat(_words(0x20, 0x40, 7, far[i]), tail));
        }
    }

    function testFuzz_RefusesLabelsOfMoreThanEightBits(uint256 label) external {
        label = bound(label, 256, type(uint256).max);
        _refuses(bytes.concat(_words(0x20, 0x40, label, 53), bytes(URI), new bytes(11)));
    }

    function test_RefusesTruncations() external {
        bytes memory publicValues = _publicValues(URI, 7);
        for (uint256 length = 0; length < publicValues.length; ++length) {
            bytes memory cut = new bytes(length);
            for (uint256 i = 0; i < length; ++i) {
                cut[i] = publicValues[i];
            }
            _refuses(cut);
        }
    }

    /// Public values that differ in one bit are not a second encoding of the same statement.
    function test_RefusesEveryFlippedBit() external {
        bytes memory publicValues = _publicValues(URI, 7);
        for (uint256 bit = 0; bit < 8 * publicValues.length; ++bit) {
            // Bits of the label make a different statement, which a program could have written.
            if (bit / 8 == 95) continue;
            bytes memory flipped = bytes.concat(publicValues);
            flipped[bit / 8] ^= bytes1(0x01) << (bit % 8);
            _refuses(flipped);
        }
    }

    function testFuzz_RefusesAnyOtherPublicValues(bytes calldata publicValues) external {
        _refuses(publicValues);
    }

    function test_RefusesAProofThatIsNotTwoByteStrings() external {
        vm.expectRevert(bytes(""));
        verifier.verifyClass(URI, "");
        vm.expectRevert();
        verifier.verifyClass(URI, _words(0x40, 1 << 64));
    }

    function testFuzz_RefusesAnyOtherProof(bytes calldata proof) external {
        vm.expectRevert();
        verifier.verifyClass(URI, proof);
    }

    function _refusesAsNotCanonical(bytes memory publicValues) private {
        gateway.accept(PROGRAM, publicValues, PROOF);
        vm.expectRevert(abi.encodeWithSelector(Sp1ImageClassVerifier.NotCanonical.selector, publicValues));
        verifier.verifyClass(URI, abi.encode(publicValues, PROOF));
    }

    function _refuses(bytes memory publicValues) private {
        gateway.accept(PROGRAM, publicValues, PROOF);
        vm.expectRevert();
        verifier.verifyClass(URI, abi.encode(publicValues, PROOF));
    }

    function _publicValues(string memory uri, uint8 label) private pure returns (bytes memory) {
        return abi.encode(Sp1ImageClassVerifier.PublicValuesStruct(uri, label));
    }

    function _words(uint256 a, uint256 b) private pure returns (bytes memory) {
        return abi.encode(a, b);
    }

    function _words(uint256 a, uint256 b, uint256 c) private pure returns (bytes memory) {
        return abi.encode(a, b, c);
    }

    function _words(uint256 a, uint256 b, uint256 c, uint256 d) private pure returns (bytes memory) {
        return abi.encode(a, b, c, d);
    }

    function _words(uint256 a, uint256 b, uint256 c, uint256 d, uint256 e) private pure returns (bytes memory) {
        return abi.encode(a, b, c, d, e);
    }
}
