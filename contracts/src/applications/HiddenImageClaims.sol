// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IModelVerifier} from "../IModelVerifier.sol";

/// @title Claims to know a hidden image of a class
/// @notice Records that an account sent a proof, made for this account, that there is an image to which a network
/// gives a label. Nobody learns the image. A part for games, captchas and attestations: an application chooses a
/// purpose and reads here what an account claimed for it.
///
/// A proof is made for a context, which holds the chain, this contract, the sender and the purpose; with any other
/// of these it is no proof. For each purpose an account claims once and for good, so the same proof cannot count
/// twice. Purposes are any 32 bytes: a counter, or the hash of an application's address and a challenge that it
/// drew. They are the caller's choice, so an application looks up its own purpose and no other. An application that
/// wants a fresh proof has to name a purpose that could not be known before.
///
/// @dev Does not protect from, and no proof says:
/// - that the image is new. The same image serves for any number of proofs, for many accounts and purposes. Input
///   commitments are no names of images, since the same pixels can be committed to in many ways; so they are neither
///   stored nor compared;
/// - that the sender drew or found the image, or even saw it: a program or another person can make the proof;
/// - that it is a picture of anything. Any pixels on which the network gives the label will do, and noise that does
///   is easy to find;
/// - that an account is a person, or that two accounts are two persons.
///
/// The verifier is only ever called statically, so it can change nothing here in between. It is trusted: a proxy in
/// its place would be trusted together with whoever can change it.
contract HiddenImageClaims {
    struct Claim {
        bool exists;
        uint16 label;
    }

    /// @notice An account proved that it knows an image of a class.
    event Claimed(address indexed claimant, bytes32 indexed purpose, uint16 indexed label);

    /// @notice No code is there, so no verifier.
    error NotAContract(address account);
    /// @notice The verifier is for another network than the deployer said.
    error AnotherModel(bytes32 expected, bytes32 got);
    /// @notice The network has no such class.
    error LabelOutOfRange(uint256 label, uint256 classCount);
    /// @notice The account has claimed for this purpose.
    error AlreadyClaimed(address claimant, bytes32 purpose, uint16 label);
    /// @notice The account has not claimed for this purpose.
    error NotClaimed(address claimant, bytes32 purpose);

    /// @notice Sets contexts of this contract apart from those that others make.
    bytes32 public constant DOMAIN = keccak256("zklens/hidden-image-claims/v1");

    /// @notice Checks the proofs.
    IModelVerifier public immutable verifier;
    /// @notice Which network, as the verifier said when this contract was made.
    bytes32 public immutable modelId;
    /// @notice How many classes the network tells apart. Labels are below it.
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
    /// @dev Where the verifier refuses the proof, this reverts with the verifier's reason.
    /// @param input The input commitment of the one image of the proof.
    /// @param proof The proof tape, made for `contextOf(msg.sender, purpose)`.
    function claim(bytes32 purpose, uint16 label, bytes calldata input, bytes calldata proof) external {
        require(label < classCount, LabelOutOfRange(label, classCount));
        Claim storage own = _claims[msg.sender][purpose];
        require(!own.exists, AlreadyClaimed(msg.sender, purpose, own.label));

        // One label, so one image: the verifier refuses an input of more.
        uint16[] memory labels = new uint16[](1);
        labels[0] = label;
        verifier.check(contextOf(msg.sender, purpose), labels, input, proof);

        own.exists = true;
        own.label = label;
        emit Claimed(msg.sender, purpose, label);
    }

    /// @notice The label that an account claimed for a purpose. Reverts if there is none.
    function labelOf(address claimant, bytes32 purpose) external view returns (uint16) {
        Claim storage own = _claims[claimant][purpose];
        require(own.exists, NotClaimed(claimant, purpose));
        return own.label;
    }

    /// @notice Whether an account has claimed for a purpose.
    function hasClaimed(address claimant, bytes32 purpose) external view returns (bool) {
        return _claims[claimant][purpose].exists;
    }

    /// @notice What a claimant makes a proof for: the value of `zklens prove --context`.
    function contextOf(address claimant, bytes32 purpose) public view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN, block.chainid, address(this), claimant, purpose));
    }
}
