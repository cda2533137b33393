// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IpfsUri} from "../../src/applications/IpfsUri.sol";
import {Test} from "../Test.sol";

contract IpfsUriTest is Test {
    string private constant V0 = "ipfs://QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG";
    string private constant V1_LEAF = "ipfs://bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
    string private constant V1_NODE = "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

    function test_TakesBothVersions() external pure {
        vm.assertTrue(IpfsUri.isFile(V0));
        vm.assertTrue(IpfsUri.isFile(V1_LEAF));
        vm.assertTrue(IpfsUri.isFile(V1_NODE));
    }

    function test_RefusesWhatFollowsTheCid() external pure {
        string[8] memory tails = ["/", "/0.png", "/a/b", "?filename=a.png", "#a", " ", "\x00", "a"];
        for (uint256 i = 0; i < tails.length; ++i) {
            vm.assertFalse(IpfsUri.isFile(string.concat(V0, tails[i])), tails[i]);
            vm.assertFalse(IpfsUri.isFile(string.concat(V1_LEAF, tails[i])), tails[i]);
        }
    }

    function test_RefusesOtherNames() external pure {
        string[14] memory others = [
            "",
            "ipfs://",
            "ipfs://Qm",
            "ipfs://bafkrei",
            // no scheme, a different one, capitals, a gateway, the namespace twice
            "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
            "ipns://QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
            "IPFS://QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
            "https://ipfs.example/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
            "ipfs://ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
            // capitals where the form has none, a different base, a different hash, one character too few
            "ipfs://BAFKREIGH2AKISCAILDCQABSYG3DFR6CHU3FGPREGIYMSCK7E7AQA4S52ZY",
            "ipfs://bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zY",
            "ipfs://zb2rhYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
            "ipfs://bafkrwigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy",
            "ipfs://QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbd"
        ];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.assertFalse(IpfsUri.isFile(others[i]), others[i]);
        }
    }

    /// Every byte in every place: a URI is accepted exactly if the alphabet of the place, written out here, has the byte.
    function test_TakesTheAlphabetsOnly() external pure {
        bytes memory base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        bytes memory base32 = "abcdefghijklmnopqrstuvwxyz234567";
        for (uint256 c = 0; c < 256; ++c) {
            bytes1 char = bytes32(c)[31];
            vm.assertEq(IpfsUri.isFile(_with(V0, 9 + c % 44, char)), _contains(base58, char));
            vm.assertEq(IpfsUri.isFile(_with(V1_LEAF, 14 + c % 52, char)), _contains(base32, char));
        }
    }

    function testFuzz_RefusesAnyOtherPrefix(uint256 place, bytes1 char) external pure {
        place = bound(place, 0, 8);
        vm.assume(char != bytes(V0)[place]);
        vm.assertFalse(IpfsUri.isFile(_with(V0, place, char)));
    }

    function testFuzz_RefusesAnyTail(string calldata tail) external pure {
        vm.assume(bytes(tail).length != 0);
        vm.assertFalse(IpfsUri.isFile(string.concat(V0, tail)));
        vm.assertFalse(IpfsUri.isFile(string.concat(V1_NODE, tail)));
    }

    function _with(string memory uri, uint256 place, bytes1 char) private pure returns (string memory) {
        bytes memory text = bytes.concat(bytes(uri));
        text[place] = char;
        return string(text);
    }

    function _contains(bytes memory alphabet, bytes1 char) private pure returns (bool) {
        for (uint256 i = 0; i < alphabet.length; ++i) {
            if (alphabet[i] == char) return true;
        }
        return false;
    }
}
