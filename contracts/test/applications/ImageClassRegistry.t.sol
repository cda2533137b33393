// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IImageClassVerifier} from "../../src/applications/IImageClassVerifier.sol";
import {ImageClassRegistry} from "../../src/applications/ImageClassRegistry.sol";
import {Sp1ImageClassVerifier} from "../../src/applications/Sp1ImageClassVerifier.sol";
import {Test} from "../Test.sol";
import {NotProved, StandInClassVerifier, StandInGateway} from "./StandIns.sol";
import {GasDependentToken, HugeToken, Pictures, RawToken, ReentrantToken} from "./Tokens.sol";

contract ImageClassRegistryTest is Test {
    string private constant SNEAKER = "ipfs://QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG";
    string private constant SHIRT = "ipfs://bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
    bytes private constant PROOF = "proof of a sneaker";
    bytes private constant SHIRT_PROOF = "proof of a shirt";

    StandInClassVerifier private verifier;
    ImageClassRegistry private registry;
    Pictures private pictures;

    function setUp() external {
        verifier = new StandInClassVerifier();
        verifier.accept(SNEAKER, PROOF, 7);
        verifier.accept(SHIRT, SHIRT_PROOF, 6);
        registry = new ImageClassRegistry(verifier);
        pictures = new Pictures();
        pictures.mint(1, SNEAKER);
        pictures.mint(2, SHIRT);
    }

    function test_RefusesAVerifierWithoutCode() external {
        vm.expectRevert(abi.encodeWithSelector(ImageClassRegistry.NotAContract.selector, address(0xdead)));
        new ImageClassRegistry(IImageClassVerifier(address(0xdead)));
    }

    function test_RecordsAClass() external {
        vm.expectEmit(address(registry));
        emit ImageClassRegistry.Classified(address(pictures), 1, 7, SNEAKER);
        vm.assertEq(registry.classify(address(pictures), 1, PROOF), 7);

        vm.assertEq(registry.labelOf(address(pictures), 1), 7);
        vm.assertTrue(registry.isCurrent(address(pictures), 1));
        ImageClassRegistry.Record memory record = registry.recordOf(address(pictures), 1);
        vm.assertEq(record.uriHash, keccak256(bytes(SNEAKER)));
        vm.assertEq(record.label, 7);
    }

    function test_KnowsNothingOfOtherTokens() external {
        registry.classify(address(pictures), 1, PROOF);

        vm.assertFalse(registry.isCurrent(address(pictures), 2));
        vm.assertEq(registry.recordOf(address(pictures), 2).uriHash, 0);
        vm.expectRevert(abi.encodeWithSelector(ImageClassRegistry.NotClassified.selector, pictures, 2));
        registry.labelOf(address(pictures), 2);
    }

    function testFuzz_TakesAProofFromAnybodyForAnyToken(
        address sender,
        uint256 tokenId,
        uint16 label,
        bytes calldata proof
    ) external {
        vm.assume(tokenId > 2);
        verifier.accept(SNEAKER, proof, label);
        pictures.mint(tokenId, SNEAKER);
        vm.prank(sender);
        registry.classify(address(pictures), tokenId, proof);
        vm.assertEq(registry.labelOf(address(pictures), tokenId), label);
    }

    function test_TakesOneProofForEveryTokenWithTheCid() external {
        Pictures others = new Pictures();
        others.mint(1, SNEAKER);
        pictures.mint(3, SNEAKER);
        registry.classify(address(pictures), 1, PROOF);
        registry.classify(address(pictures), 3, PROOF);
        registry.classify(address(others), 1, PROOF);
        vm.assertEq(registry.labelOf(address(others), 1), 7);
    }

    function test_RefusesAProofOfAnotherCid() external {
        vm.expectRevert(NotProved.selector);
        registry.classify(address(pictures), 2, PROOF);
        vm.assertEq(registry.recordOf(address(pictures), 2).uriHash, 0);
    }

    function testFuzz_RefusesAnyOtherProof(bytes calldata proof) external {
        vm.assume(keccak256(proof) != keccak256(PROOF));
        vm.expectRevert(NotProved.selector);
        registry.classify(address(pictures), 1, proof);
    }

    function test_RefusesAClassifiedToken() external {
        registry.classify(address(pictures), 1, PROOF);
        // Not even with a proof of a different label, if there could be one.
        verifier.accept(SNEAKER, "other", 3);
        vm.expectRevert(abi.encodeWithSelector(ImageClassRegistry.AlreadyClassified.selector, pictures, 1, 7));
        registry.classify(address(pictures), 1, PROOF);
        vm.expectRevert(abi.encodeWithSelector(ImageClassRegistry.AlreadyClassified.selector, pictures, 1, 7));
        registry.classify(address(pictures), 1, "other");
    }

    function test_RefusesAClassifiedTokenOfClassZero() external {
        verifier.accept(SNEAKER, "zero", 0);
        registry.classify(address(pictures), 1, "zero");
        vm.assertEq(registry.labelOf(address(pictures), 1), 0);
        vm.expectRevert(abi.encodeWithSelector(ImageClassRegistry.AlreadyClassified.selector, pictures, 1, 0));
        registry.classify(address(pictures), 1, PROOF);
    }

    function test_KeepsTheRecordWhenTheUriChangesAndSaysSo() external {
        registry.classify(address(pictures), 1, PROOF);
        pictures.setUri(1, SHIRT);

        vm.assertFalse(registry.isCurrent(address(pictures), 1));
        vm.assertEq(registry.recordOf(address(pictures), 1).label, 7);
        vm.assertEq(registry.recordOf(address(pictures), 1).uriHash, keccak256(bytes(SNEAKER)));
        vm.expectRevert(abi.encodeWithSelector(ImageClassRegistry.Outdated.selector, pictures, 1));
        registry.labelOf(address(pictures), 1);

        pictures.setUri(1, SNEAKER);
        vm.assertEq(registry.labelOf(address(pictures), 1), 7);
    }

    function test_ReplacesTheRecordWhenTheUriChanged() external {
        registry.classify(address(pictures), 1, PROOF);
        pictures.setUri(1, SHIRT);
        vm.expectRevert(NotProved.selector);
        registry.classify(address(pictures), 1, PROOF);

        vm.expectEmit(address(registry));
        emit ImageClassRegistry.Classified(address(pictures), 1, 6, SHIRT);
        registry.classify(address(pictures), 1, SHIRT_PROOF);
        vm.assertEq(registry.labelOf(address(pictures), 1), 6);

        // And back: the first proof is still true.
        pictures.setUri(1, SNEAKER);
        registry.classify(address(pictures), 1, PROOF);
        vm.assertEq(registry.labelOf(address(pictures), 1), 7);
    }

    function test_RefusesUrisThatDoNotNameAFileByCid() external {
        string[6] memory uris = [
            "",
            "https://pictures.example/1.json",
            string.concat(SNEAKER, "/"),
            string.concat(SNEAKER, "/0.png"),
            string.concat(SHIRT, "?filename=a.png"),
            "IPFS://QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG"
        ];
        for (uint256 i = 0; i < uris.length; ++i) {
            verifier.accept(uris[i], PROOF, 7);
            pictures.setUri(1, uris[i]);
            vm.expectRevert(abi.encodeWithSelector(ImageClassRegistry.UnsupportedUri.selector, uris[i]));
            registry.classify(address(pictures), 1, PROOF);
        }
    }

    function test_NamesUrisUpTo256BytesAndTheLengthOfLongerOnes() external {
        HugeToken longest = new HugeToken(256);
        vm.expectRevert(abi.encodeWithSelector(ImageClassRegistry.UnsupportedUri.selector, string(new bytes(256))));
        registry.classify(address(longest), 1, PROOF);

        HugeToken longer = new HugeToken(257);
        vm.expectRevert(abi.encodeWithSelector(ImageClassRegistry.UriTooLong.selector, 257));
        registry.classify(address(longer), 1, PROOF);

        HugeToken huge = new HugeToken(1_000_000);
        vm.expectRevert(abi.encodeWithSelector(ImageClassRegistry.UriTooLong.selector, 1_000_000));
        registry.classify(address(huge), 1, PROOF);
    }

    function test_RunsOutOfNoMoreGasThanItWasGiven() external {
        HugeToken endless = new HugeToken(1 << 40);
        (bool done,) =
            address(registry).call{gas: 1_000_000}(abi.encodeCall(registry.classify, (address(endless), 1, PROOF)));
        vm.assertFalse(done);
    }

    function test_RefusesATokenWithoutCode() external {
        vm.expectRevert(abi.encodeWithSelector(ImageClassRegistry.NotAContract.selector, address(0xdead)));
        registry.classify(address(0xdead), 1, PROOF);
    }

    function test_PassesOnWhyATokenReverts() external {
        bytes memory reason = abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 9);
        vm.expectRevert(reason);
        registry.classify(address(pictures), 9, PROOF);
    }

    function test_RevertsForABurntTokenRatherThanSayingNo() external {
        registry.classify(address(pictures), 1, PROOF);
        pictures.burn(1);
        bytes memory reason = abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 1);
        vm.expectRevert(reason);
        registry.isCurrent(address(pictures), 1);
        vm.expectRevert(reason);
        registry.labelOf(address(pictures), 1);
        vm.assertEq(registry.recordOf(address(pictures), 1).label, 7);
    }

    function test_RefusesATokenThatLostItsCode() external {
        registry.classify(address(pictures), 1, PROOF);
        vm.etch(address(pictures), "");
        vm.expectRevert(abi.encodeWithSelector(ImageClassRegistry.NotAContract.selector, pictures));
        registry.labelOf(address(pictures), 1);
    }

    function test_RefusesAnswersThatAreNoString() external {
        bytes[5] memory answers = [
            bytes(""),
            bytes(SNEAKER),
            abi.encode(uint256(1) << 64),
            abi.encode(uint256(0x20), uint256(53)),
            abi.encode(uint256(0x20), type(uint256).max)
        ];
        for (uint256 i = 0; i < answers.length; ++i) {
            RawToken token = new RawToken(answers[i]);
            vm.expectRevert();
            registry.classify(address(token), 1, PROOF);
        }
    }

    function testFuzz_RefusesAnyAnswerThatIsNotTheUri(bytes calldata answer) external {
        vm.assume(keccak256(answer) != keccak256(abi.encode(SNEAKER)));
        RawToken token = new RawToken(answer);
        vm.expectRevert();
        registry.classify(address(token), 1, PROOF);
    }

    function test_AsksATokenOnlyOnce() external {
        // With the right threshold, the first answer within one transaction is the rich one, and any later one poor.
        uint256 recorded = 0;
        for (uint256 threshold = 0; threshold < 300_000; threshold += 5000) {
            GasDependentToken token = new GasDependentToken(SHIRT, SNEAKER, threshold);
            (bool done,) =
                address(registry).call{gas: 300_000}(abi.encodeCall(registry.classify, (address(token), 1, PROOF)));
            if (!done) continue;
            ++recorded;
            // The record is about the URI that was proved, whatever the token answers at other times.
            ImageClassRegistry.Record memory record = registry.recordOf(address(token), 1);
            vm.assertEq(record.uriHash, keccak256(bytes(SNEAKER)));
            vm.assertEq(record.label, 7);
        }
        vm.assertTrue(recorded != 0 && recorded != 60);
    }

    function test_CannotBeReentered() external {
        ReentrantToken token = new ReentrantToken(registry, PROOF, SNEAKER);
        // The token can change neither its own state nor the registry's.
        vm.expectEmit(address(registry));
        emit ImageClassRegistry.Classified(address(token), 1, 7, SNEAKER);
        registry.classify(address(token), 1, PROOF);
        vm.assertEq(token.writes(), 0);

        // Outside of a static call it can, which shows that the token tries.
        ReentrantToken other = new ReentrantToken(registry, PROOF, SNEAKER);
        vm.assertEq(other.tokenURI(1), "written");
    }

    function test_WorksWithSp1() external {
        StandInGateway gateway = new StandInGateway();
        bytes32 program = keccak256("program");
        registry = new ImageClassRegistry(new Sp1ImageClassVerifier(gateway, program, 10));
        bytes memory publicValues = abi.encode(Sp1ImageClassVerifier.PublicValuesStruct(SNEAKER, 7));
        gateway.accept(program, publicValues, PROOF);

        registry.classify(address(pictures), 1, abi.encode(publicValues, PROOF));
        vm.assertEq(registry.labelOf(address(pictures), 1), 7);
        vm.expectRevert(abi.encodeWithSelector(Sp1ImageClassVerifier.AnotherUri.selector, SHIRT, SNEAKER));
        registry.classify(address(pictures), 2, abi.encode(publicValues, PROOF));
    }
}
