// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC721URIStorage} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721URIStorage.sol";

import {ImageClassRegistry} from "../../src/applications/ImageClassRegistry.sol";

/// @dev A token as artists deploy it.
contract Pictures is ERC721URIStorage {
    constructor() ERC721("Pictures", "PIC") {}

    function mint(uint256 tokenId, string calldata uri) external {
        _mint(msg.sender, tokenId);
        _setTokenURI(tokenId, uri);
    }

    function setUri(uint256 tokenId, string calldata uri) external {
        _setTokenURI(tokenId, uri);
    }

    function burn(uint256 tokenId) external {
        _burn(tokenId);
    }
}

/// @dev Answers with any bytes, from a fallback function, which has no return type.
contract RawToken {
    bytes private _answer;

    constructor(bytes memory answer) {
        _answer = answer;
    }

    fallback(bytes calldata) external returns (bytes memory) {
        return _answer;
    }
}

/// @dev Shows one URI when it gets much gas and another when it gets little.
contract GasDependentToken {
    string private _poor;
    string private _rich;
    uint256 private _threshold;

    constructor(string memory poor, string memory rich, uint256 threshold) {
        _poor = poor;
        _rich = rich;
        _threshold = threshold;
    }

    function tokenURI(uint256) external view returns (string memory) {
        return gasleft() < _threshold ? _poor : _rich;
    }
}

/// @dev Answers with zeros until its gas is used up.
contract HugeToken {
    uint256 private immutable _length;

    constructor(uint256 length) {
        _length = length;
    }

    function tokenURI(uint256) external view returns (string memory) {
        return string(new bytes(_length));
    }
}

/// @dev Tries to record a class when it is asked for its URI. The URI shows whether it could.
contract ReentrantToken {
    ImageClassRegistry private immutable _registry;
    bytes private _proof;
    string private _uri;
    uint256 public writes;

    constructor(ImageClassRegistry registry, bytes memory proof, string memory uri) {
        _registry = registry;
        _proof = proof;
        _uri = uri;
    }

    /// @dev The interface declares it `view` and it is called so, but a token need not declare it.
    function tokenURI(uint256 tokenId) external returns (string memory) {
        // A change within a static call costs all the gas that it was given.
        (bool written,) = address(this).call{gas: 50_000}(abi.encodeCall(this.write, ()));
        if (written) return "written";
        (bool classified,) =
            address(_registry).call{gas: 200_000}(abi.encodeCall(_registry.classify, (address(this), tokenId, _proof)));
        return classified ? "classified" : _uri;
    }

    function write() external {
        ++writes;
    }
}
