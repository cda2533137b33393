// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {HiddenImageClaims} from "../../src/applications/HiddenImageClaims.sol";
import {IModelVerifier} from "../../src/IModelVerifier.sol";
import {Test} from "../Test.sol";
import {NotProved, StandInModelVerifier} from "./StandIns.sol";

contract HiddenImageClaimsTest is Test {
    bytes32 private constant MODEL = keccak256("model");
    bytes32 private constant PURPOSE = keccak256("purpose");
    address private constant ALICE = address(0xa11ce);
    address private constant BOB = address(0xb0b);
    bytes private constant INPUT = "input commitment";
    bytes private constant PROOF = "proof";

    StandInModelVerifier private verifier;
    HiddenImageClaims private claims;

    function setUp() external {
        verifier = new StandInModelVerifier(MODEL);
        claims = new HiddenImageClaims(verifier, MODEL);
        _prove(claims.contextOf(ALICE, PURPOSE), 7);
    }

    function test_SaysWhatItWasMadeFor() external view {
        vm.assertEq(address(claims.verifier()), address(verifier));
        vm.assertEq(claims.modelId(), MODEL);
        vm.assertEq(claims.classCount(), 10);
    }

    function test_RefusesAVerifierOfAnotherModel() external {
        bytes32 other = keccak256("other model");
        vm.expectRevert(abi.encodeWithSelector(HiddenImageClaims.AnotherModel.selector, other, MODEL));
        new HiddenImageClaims(verifier, other);
    }

    function test_RefusesAVerifierWithoutCode() external {
        vm.expectRevert(abi.encodeWithSelector(HiddenImageClaims.NotAContract.selector, address(0xdead)));
        new HiddenImageClaims(IModelVerifier(address(0xdead)), MODEL);
    }

    function test_RecordsAClaim() external {
        vm.assertFalse(claims.hasClaimed(ALICE, PURPOSE));

        vm.expectEmit(address(claims));
        emit HiddenImageClaims.Claimed(ALICE, PURPOSE, 7);
        vm.prank(ALICE);
        claims.claim(PURPOSE, 7, INPUT, PROOF);

        vm.assertTrue(claims.hasClaimed(ALICE, PURPOSE));
        vm.assertEq(claims.labelOf(ALICE, PURPOSE), 7);
    }

    function testFuzz_RecordsAnyClaim(
        address claimant,
        bytes32 purpose,
        uint16 label,
        bytes calldata input,
        bytes calldata proof
    ) external {
        label = uint16(bound(label, 0, 9));
        verifier.accept(claims.contextOf(claimant, purpose), _one(label), input, proof);
        vm.prank(claimant);
        claims.claim(purpose, label, input, proof);
        vm.assertEq(claims.labelOf(claimant, purpose), label);
    }

    function test_KnowsNothingOfOtherAccountsAndPurposes() external {
        vm.prank(ALICE);
        claims.claim(PURPOSE, 7, INPUT, PROOF);

        vm.assertFalse(claims.hasClaimed(BOB, PURPOSE));
        vm.expectRevert(abi.encodeWithSelector(HiddenImageClaims.NotClaimed.selector, BOB, PURPOSE));
        claims.labelOf(BOB, PURPOSE);
        vm.expectRevert(abi.encodeWithSelector(HiddenImageClaims.NotClaimed.selector, ALICE, bytes32(0)));
        claims.labelOf(ALICE, 0);
    }

    function test_RefusesASecondClaimForAPurpose() external {
        vm.prank(ALICE);
        claims.claim(PURPOSE, 7, INPUT, PROOF);
        bytes memory refusal = abi.encodeWithSelector(HiddenImageClaims.AlreadyClaimed.selector, ALICE, PURPOSE, 7);

        vm.prank(ALICE);
        vm.expectRevert(refusal);
        claims.claim(PURPOSE, 7, INPUT, PROOF);

        // A second proof with a different label does not help.
        _prove(claims.contextOf(ALICE, PURPOSE), 3);
        vm.prank(ALICE);
        vm.expectRevert(refusal);
        claims.claim(PURPOSE, 3, INPUT, PROOF);
    }

    function test_RefusesASecondClaimAfterLabelZero() external {
        _prove(claims.contextOf(ALICE, PURPOSE), 0);
        vm.prank(ALICE);
        claims.claim(PURPOSE, 0, INPUT, PROOF);
        vm.assertTrue(claims.hasClaimed(ALICE, PURPOSE));
        vm.assertEq(claims.labelOf(ALICE, PURPOSE), 0);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(HiddenImageClaims.AlreadyClaimed.selector, ALICE, PURPOSE, 0));
        claims.claim(PURPOSE, 7, INPUT, PROOF);
    }

    function test_RefusesAProofMadeForAnotherSender() external {
        vm.prank(BOB);
        vm.expectRevert(NotProved.selector);
        claims.claim(PURPOSE, 7, INPUT, PROOF);
        vm.assertFalse(claims.hasClaimed(BOB, PURPOSE));
    }

    function test_RefusesAProofMadeForAnotherPurpose() external {
        vm.prank(ALICE);
        vm.expectRevert(NotProved.selector);
        claims.claim(keccak256("other purpose"), 7, INPUT, PROOF);
    }

    function test_RefusesAProofMadeForAnotherChain() external {
        vm.chainId(block.chainid + 1);
        vm.prank(ALICE);
        vm.expectRevert(NotProved.selector);
        claims.claim(PURPOSE, 7, INPUT, PROOF);
    }

    function test_RefusesAProofMadeForAnotherContract() external {
        HiddenImageClaims twin = new HiddenImageClaims(verifier, MODEL);
        vm.prank(ALICE);
        vm.expectRevert(NotProved.selector);
        twin.claim(PURPOSE, 7, INPUT, PROOF);
    }

    function testFuzz_RefusesAnotherLabel(uint16 label) external {
        label = uint16(bound(label, 0, 9));
        vm.assume(label != 7);
        vm.prank(ALICE);
        vm.expectRevert(NotProved.selector);
        claims.claim(PURPOSE, label, INPUT, PROOF);
    }

    function testFuzz_RefusesAnotherInputOrProof(bytes calldata input, bytes calldata proof) external {
        vm.assume(keccak256(input) != keccak256(INPUT) || keccak256(proof) != keccak256(PROOF));
        vm.prank(ALICE);
        vm.expectRevert(NotProved.selector);
        claims.claim(PURPOSE, 7, input, proof);
    }

    function testFuzz_RefusesLabelsThatTheNetworkLacks(uint16 label) external {
        label = uint16(bound(label, 10, type(uint16).max));
        // Also if the verifier would accept them.
        _prove(claims.contextOf(ALICE, PURPOSE), label);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(HiddenImageClaims.LabelOutOfRange.selector, label, 10));
        claims.claim(PURPOSE, label, INPUT, PROOF);
    }

    function test_RefusesABatch() external {
        uint16[] memory labels = new uint16[](2);
        labels[0] = labels[1] = 5;
        verifier.accept(claims.contextOf(ALICE, PURPOSE), labels, INPUT, PROOF);
        vm.prank(ALICE);
        vm.expectRevert(NotProved.selector);
        claims.claim(PURPOSE, 5, INPUT, PROOF);
    }

    function test_ContextIsTheHashOfAllItDependsOn() external view {
        vm.assertEq(
            claims.contextOf(ALICE, PURPOSE),
            keccak256(
                bytes.concat(
                    keccak256("zklens/hidden-image-claims/v1"),
                    bytes32(block.chainid),
                    bytes32(uint256(uint160(address(claims)))),
                    bytes32(uint256(uint160(ALICE))),
                    PURPOSE
                )
            )
        );
    }

    function testFuzz_ContextsDiffer(address a, bytes32 purposeA, address b, bytes32 purposeB) external view {
        vm.assume(a != b || purposeA != purposeB);
        vm.assertNotEq(claims.contextOf(a, purposeA), claims.contextOf(b, purposeB));
    }

    function _prove(bytes32 context, uint16 label) private {
        verifier.accept(context, _one(label), INPUT, PROOF);
    }

    function _one(uint16 label) private pure returns (uint16[] memory labels) {
        labels = new uint16[](1);
        labels[0] = label;
    }
}
