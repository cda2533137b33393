// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IModelVerifier} from "../IModelVerifier.sol";

/// @title Claims to know a hidden image of a class
/// @notice Records that an account sent a proof, made for this account, that there is an image to which a network
/// gives a label. Nobody learns the image. A part for games, captchas and attestations: an application chooses a
/// purpose and reads here what an account claimed for it.
///
/// A proof is made for a context: the chain, this contract, the sender and the purpose. If one of these differs, the
/// proof is refused. An account claims once for each purpose, so the same proof cannot count twice. A purpose is any
/// 32 bytes, for example a counter, or the hash of an application's address and a challenge that it drew. The caller
/// chooses it, so an application looks up its own purpose and no other. An application that wants a fresh proof names a
/// purpose that could not be known before.
///
/// @dev WARNING: A claim does not show
/// - that the image is new. The same image serves for any number of proofs, for many accounts and purposes. An input
///   commitment does not identify an image, since the same pixels have many commitments; so it is neither stored nor
///   compared;
/// - that the sender drew or found the image, or even saw it: a program or another person can make the proof;
/// - that the image shows anything. Any pixels with the label will do, and noise with the label is easy to find;
/// - that an account is a person, or that two accounts are two persons.
///
/// The verifier is only called statically, so it cannot change anything here during a claim. It is trusted. If it is a
/// proxy, so is everybody who can change it.
contract HiddenImageClaims {
    struct Claim {
        bool exists;
        uint16 label;
    }

    /// @notice An account proved that it knows an image of a class.
    event Claimed(address indexed claimant, bytes32 indexed purpose, uint16 indexed label);

    /// @notice The verifier's address has no code.
    error NotAContract(address account);
    /// @notice The verifier is for a different network than the deployer named.
    error AnotherModel(bytes32 expected, bytes32 got);
    /// @notice The label is not below the number of the network's classes.
    error LabelOutOfRange(uint256 label, uint256 classCount);
    /// @notice The account has claimed for this purpose.
    error AlreadyClaimed(address claimant, bytes32 purpose, uint16 label);
    /// @notice The account has not claimed for this purpose.
    error NotClaimed(address claimant, bytes32 purpose);

    /// @notice Sets contexts of this contract apart from those that others make.
    bytes32 public constant DOMAIN = keccak256("zklens/hidden-image-claims/v1");

    /// @notice Checks the proofs.
    IModelVerifier public immutable verifier;
    /// @notice The network's id, as the verifier answered when this contract was deployed.
    bytes32 public immutable modelId;
    /// @notice The number of classes that the network tells apart. Every label is below it.
    uint256 public immutable classCount;

    mapping(address claimant => mapping(bytes32 purpose => Claim)) private _claims;

    /// @param modelId_ The network that the deployer means, so that a mistaken address is noticed.
    constructor(IModelVerifier verifier_, bytes32 modelId_) {
        require(address(verifier_).code.length != 0, NotAContract(address(verifier_)));
        bytes32 got = verifier_.modelId();
        require(got == modelId_, AnotherModel(modelId_, got));
        verifier = verifier_;
        modelId = modelId_;
        classCount = verifier_.classCount();
    }

    /// @notice Claims, for the sender and a purpose, to know an image of class `label`.
    /// @dev If the verifier refuses the proof, this reverts with the verifier's reason.
    /// @param input The input commitment of the one image of the proof.
    /// @param proof The proof tape, made for `contextOf(msg.sender, purpose)`.
    function claim(bytes32 purpose, uint16 label, bytes calldata input, bytes calldata proof) external {
        require(label < classCount, LabelOutOfRange(label, classCount));
        Claim storage own = _claims[msg.sender][purpose];
        require(!own.exists, AlreadyClaimed(msg.sender, purpose, own.label));

        // One label means one image: the verifier refuses an input of a different length.
        uint16[] memory labels = new uint16[](1);
        labels[0] = label;
        verifier.check(contextOf(msg.sender, purpose), labels, input, proof);

        own.exists = true;
        own.label = label;
        emit Claimed(msg.sender, purpose, label);
    }

    /// @notice The label that an account claimed for a purpose. Reverts if it did not claim.
    function labelOf(address claimant, bytes32 purpose) external view returns (uint16) {
        Claim storage own = _claims[claimant][purpose];
        require(own.exists, NotClaimed(claimant, purpose));
        return own.label;
    }

    /// @notice Whether an account has claimed for a purpose.
    function hasClaimed(address claimant, bytes32 purpose) external view returns (bool) {
        return _claims[claimant][purpose].exists;
    }

    /// @notice The context of a claimant's proof: the value of `zklens prove --context`.
    function contextOf(address claimant, bytes32 purpose) public view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN, block.chainid, address(this), claimant, purpose));
    }
}
