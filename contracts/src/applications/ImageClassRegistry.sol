// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";

import {IImageClassVerifier} from "./IImageClassVerifier.sol";
import {IpfsUri} from "./IpfsUri.sol";

/// @title The classes of tokens' images
/// @notice Records which class a network gives the image of an ERC-721 token, once somebody proves it. The image is
/// the file that `tokenURI` names: `ipfs://` and a CID, and nothing more (see `IpfsUri`).
///
/// Anyone may send a proof for any token. A proof shows that the file with this CID has this class. That is public, and
/// true for every token with this CID, on every chain and for every sender, so nobody gains by replaying a proof or by
/// sending it first. The answer of `tokenURI`, in the transaction that records the class, ties the proof to a token. The
/// record lives in this contract only.
///
/// A token keeps its first record as long as its URI stays the same. When the URI changes, the record stays but is no
/// longer current, and a proof for the new URI replaces it. The events keep all records.
///
/// @dev WARNING: Does not protect from
/// - tokens that lie. `tokenURI` may change by the hour, answer this contract differently from others, or exist
///   without the rest of ERC-721; nothing else shows here that a token exists. A record about a token is worth
///   as much as the token's contract;
/// - tokens that waste gas. A caller who does not know the token must limit the gas, also for reading: `isCurrent` and
///   `labelOf` ask the token;
/// - metadata. If `tokenURI` names a JSON file, as is common, a proof would have to be about that file, and JSON cannot
///   be decoded as an image;
/// - two names for one file. The CID must be the one that was proved, in the same version.
///
/// Token and verifier are only called statically, so neither can change anything here during a call.
contract ImageClassRegistry {
    /// @notice The class that was proved for a token.
    struct Record {
        /// Keccak-256 of the URI, which the event has in full. Zero if nothing was proved.
        bytes32 uriHash;
        /// The number of the class.
        uint16 label;
    }

    /// @notice It was proved that the image of a token has a class.
    event Classified(address indexed token, uint256 indexed tokenId, uint16 indexed label, string ipfsUri);

    /// @notice The address of the token or the verifier has no code.
    error NotAContract(address account);
    /// @notice The token's URI is not `ipfs://` and the CID of a file.
    error UnsupportedUri(string uri);
    /// @notice The token's URI is longer than any supported one, and too long to repeat in an error.
    error UriTooLong(uint256 length);
    /// @notice The token has a class, and its URI has not changed since.
    error AlreadyClassified(address token, uint256 tokenId, uint16 label);
    /// @notice No class was proved for the token.
    error NotClassified(address token, uint256 tokenId);
    /// @notice The token's URI changed since its class was proved.
    error Outdated(address token, uint256 tokenId);

    /// @notice Checks the proofs, all of which are about its network.
    IImageClassVerifier public immutable verifier;

    mapping(address token => mapping(uint256 tokenId => Record record)) private _records;

    constructor(IImageClassVerifier verifier_) {
        require(address(verifier_).code.length != 0, NotAContract(address(verifier_)));
        verifier = verifier_;
    }

    /// @notice Records the class of a token's image. Reverts unless `proof` proves it for the token's current URI.
    /// @dev If the token or the verifier reverts, this reverts with the same reason.
    function classify(address token, uint256 tokenId, bytes calldata proof) external returns (uint16 label) {
        // Asked only once: the token could answer differently the next time.
        string memory uri = _uriOf(token, tokenId);
        require(bytes(uri).length <= 256, UriTooLong(bytes(uri).length));
        require(IpfsUri.isFile(uri), UnsupportedUri(uri));

        Record storage record = _records[token][tokenId];
        bytes32 uriHash = keccak256(bytes(uri));
        require(record.uriHash != uriHash, AlreadyClassified(token, tokenId, record.label));

        label = verifier.verifyClass(uri, proof);

        record.uriHash = uriHash;
        record.label = label;
        emit Classified(token, tokenId, label, uri);
    }

    /// @notice The class of a token's image. Reverts if none was proved, or if the token's URI changed since.
    function labelOf(address token, uint256 tokenId) external view returns (uint16) {
        Record storage record = _records[token][tokenId];
        require(record.uriHash != 0, NotClassified(token, tokenId));
        require(_isCurrent(record, token, tokenId), Outdated(token, tokenId));
        return record.label;
    }

    /// @notice Whether a class was proved for the URI that the token has now.
    /// @dev Reverts if the token reverts, as it does for burnt tokens. If this answered "no" instead, a caller could force
    /// that answer by sending too little gas.
    function isCurrent(address token, uint256 tokenId) external view returns (bool) {
        Record storage record = _records[token][tokenId];
        return record.uriHash != 0 && _isCurrent(record, token, tokenId);
    }

    /// @notice The last record of a token, current or not. Its `uriHash` is zero if nothing was recorded.
    function recordOf(address token, uint256 tokenId) external view returns (Record memory) {
        return _records[token][tokenId];
    }

    function _isCurrent(Record storage record, address token, uint256 tokenId) private view returns (bool) {
        return record.uriHash == keccak256(bytes(_uriOf(token, tokenId)));
    }

    function _uriOf(address token, uint256 tokenId) private view returns (string memory) {
        require(token.code.length != 0, NotAContract(token));
        return IERC721Metadata(token).tokenURI(tokenId);
    }
}
