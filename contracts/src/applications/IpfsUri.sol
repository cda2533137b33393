// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title URIs that name one file by its content and nothing else
library IpfsUri {
    /// @notice Whether `uri` is `ipfs://` and a CID's text, in one of the two forms that `zklens cid` prints.
    /// @dev The forms are `Qm` and 44 more characters of base58, and `bafkrei` or `bafybei` and 52 more of base32 in
    /// lower case. Everything else is refused, even if it names the same file: other hashes and encodings, a
    /// scheme in capitals, `ipfs://ipfs/…`, gateways over HTTP. Text behind the CID is refused too: a path goes through a
    /// directory, whose CID says nothing about a file without the blocks between, and `/`, `?` or `#` make a second
    /// name of the same file.
    ///
    /// Does not check that the text decodes, nor that it names a file: no proof exists for a CID that no file has.
    function isFile(string memory uri) internal pure returns (bool) {
        bytes memory text = bytes(uri);
        if (_startsWith(text, "ipfs://Qm")) {
            return text.length == 53 && _allFrom(text, 9, _isBase58);
        }
        if (_startsWith(text, "ipfs://bafkrei") || _startsWith(text, "ipfs://bafybei")) {
            return text.length == 66 && _allFrom(text, 14, _isBase32);
        }
        return false;
    }

    function _startsWith(bytes memory text, bytes memory prefix) private pure returns (bool) {
        if (text.length < prefix.length) return false;
        for (uint256 i = 0; i < prefix.length; ++i) {
            if (text[i] != prefix[i]) return false;
        }
        return true;
    }

    function _allFrom(bytes memory text, uint256 start, function(bytes1) pure returns (bool) isAllowed)
        private
        pure
        returns (bool)
    {
        for (uint256 i = start; i < text.length; ++i) {
            if (!isAllowed(text[i])) return false;
        }
        return true;
    }

    /// @dev Bitcoin's alphabet: no `0`, `I`, `O` or `l`.
    function _isBase58(bytes1 c) private pure returns (bool) {
        return
            (c >= "1" && c <= "9") || (c >= "A" && c <= "Z" && c != "I" && c != "O")
                || (c >= "a" && c <= "z" && c != "l");
    }

    function _isBase32(bytes1 c) private pure returns (bool) {
        return (c >= "a" && c <= "z") || (c >= "2" && c <= "7");
    }
}
