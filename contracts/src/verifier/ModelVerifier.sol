// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IModelVerifier} from "../IModelVerifier.sol";
import {Bn254} from "./Bn254.sol";
import {Closing} from "./Closing.sol";
import {ClosingState, ClosingSum} from "./ClosingState.sol";
import {ContractKey} from "./ContractKey.sol";
import {Labels} from "./Labels.sol";
import {Opening} from "./Opening.sol";
import {Sumcheck} from "./Sumcheck.sol";
import {Transcript} from "./Transcript.sol";
import {Vectors} from "./Vectors.sol";

/// @title Verifies that a network gives hidden images the labels of a statement
/// @notice Counterpart of `crates/verifier`, with its step numbers. The network is in the key, which the final contract has.
/// @dev It has no owner and no storage, and calls precompiles only.
///
/// WARNING: It does not check its key. Compare `key()` with a key derived from the network, as `zklens evm verify` does.
/// `IModelVerifier` says what a proof does not show.
abstract contract ModelVerifier is IModelVerifier {
    using ContractKey for bytes;
    using Transcript for Transcript.Tape;

    /// @notice The reason to refuse a proof.
    enum Reason {
        None,
        /// The key has no layout for this number of images.
        Batch,
        /// A label is not below the number of classes.
        Label,
        /// The input commitments have more or fewer bytes than the images need.
        InputLength,
        /// A point of an input commitment is not on the curve.
        InputPoint,
        /// The tape is longer or shorter than every proof about this number of images.
        ProofLength,
        /// A scalar of the proof is not below the modulus.
        Scalar,
        /// A point of the proof is not on the curve.
        Point,
        /// Challenges coincide, which is as likely as guessing one; an honest prover proves again.
        Challenges,
        /// The proof does not prove the statement.
        False
    }

    /// @notice The proof is refused.
    error Refused(Reason reason);

    /// @notice The label is not below the number of classes.
    error NoClass(uint256 label, uint256 classes);

    /// @inheritdoc IModelVerifier
    function verify(bytes32 context, uint16[] calldata labels, bytes calldata inputs, bytes calldata proof)
        external
        view
        returns (bool)
    {
        return reasonToRefuse(context, labels, inputs, proof) == Reason.None;
    }

    /// @inheritdoc IModelVerifier
    function check(bytes32 context, uint16[] calldata labels, bytes calldata inputs, bytes calldata proof)
        external
        view
    {
        Reason reason = reasonToRefuse(context, labels, inputs, proof);
        if (reason != Reason.None) revert Refused(reason);
    }

    /// @inheritdoc IModelVerifier
    function modelId() external view returns (bytes32) {
        return bytes32(key().wordAt(0));
    }

    /// @inheritdoc IModelVerifier
    function classCount() external view returns (uint256) {
        return key().classes();
    }

    /// @inheritdoc IModelVerifier
    function className(uint256 label) external view returns (string memory) {
        bytes memory k = key();
        uint256 classes = k.classes();
        if (label >= classes) revert NoClass(label, classes);
        return k.name(label);
    }

    /// @notice The numbers of images that one proof may be about, in the order of the key.
    function batches() external view returns (uint256[] memory images) {
        return key().images();
    }

    /// @notice The key, whose words `ContractKey` describes.
    function key() public view virtual returns (bytes memory);

    /// @dev The results of steps 1 to 6 beside the sum. `witnessAt` and `helpersAt` are offsets in calldata.
    struct Read {
        Transcript.Tape tape;
        Opening.Messages opening;
        uint256 witnessAt;
        uint256 helpersAt;
    }

    /// @dev Steps 0 to 6. `Reason.None` if the proof is true.
    function reasonToRefuse(bytes32 context, uint16[] calldata labels, bytes calldata inputs, bytes calldata proof)
        internal
        view
        returns (Reason)
    {
        unchecked {
            bytes memory k = key();
            ClosingState memory state;
            (ContractKey.Header memory header, ContractKey.Plan memory plan) = (state.header, state.plan);
            k.readHeader(header);
            if (!k.readPlan(header, labels.length, plan)) return Reason.Batch;
            uint256[] memory labelWords = new uint256[](labels.length);
            for (uint256 i = 0; i < labels.length; ++i) {
                labelWords[i] = labels[i];
                if (labelWords[i] >= header.classes) return Reason.Label;
            }
            if (inputs.length != 64 * plan.pixelVectors) return Reason.InputLength;
            uint256 labelsAt;
            uint256 inputsAt;
            uint256 proofAt;
            assembly ("memory-safe") {
                labelsAt := add(labelWords, 0x20)
                inputsAt := inputs.offset
                proofAt := proof.offset
            }
            if (!Bn254.areOnCurve(inputsAt, plan.pixelVectors)) return Reason.InputPoint;
            if (proof.length != tapeLength(plan)) return Reason.ProofLength;

            // 0. The statement, and the messages and challenges of steps 1 to 6.
            bytes32 statement = statementDigest(k, plan, context, labelWords, inputs);
            Read memory r = read(plan, statement, proofAt, state.sum);
            if (r.tape.badScalar) return Reason.Scalar;
            if (r.tape.badPoint) return Reason.Point;

            // 6. Claims on vectors.
            (state.key, state.labels, state.gamma) = (k, labelsAt, r.opening.gamma);
            uint256 rows = header.weightVectors + plan.pixelVectors + plan.witnessVectors + plan.helperVectors;
            if (!Opening.start(r.opening, rows, state.batch)) return Reason.Challenges;
            Closing.close(state);
            uint256 points = commitments(k, header, plan, r, inputsAt);
            uint256 tau;
            assembly ("memory-safe") {
                tau := add(k, 0x60)
            }
            return Opening.verify(state.batch, r.opening, rows, points, tau) ? Reason.None : Reason.False;
        }
    }

    /// @dev Copies points of 64 bytes to memory: the commitments to vectors (weights, pixels, witness, helpers), then `[A]`,
    /// `[B]`, `[1]` and `[W]`. Returns the pointer to the first.
    function commitments(
        bytes memory k,
        ContractKey.Header memory header,
        ContractKey.Plan memory plan,
        Read memory r,
        uint256 inputsAt
    ) private pure returns (uint256 points) {
        unchecked {
            uint256 pixels = 64 * plan.pixelVectors;
            uint256 witness = 64 * plan.witnessVectors;
            uint256 helpers = 64 * plan.helperVectors;
            uint256 weights = 64 * header.weightVectors;
            points = Vectors.allocate((weights + pixels + witness + helpers) / 32 + 2 * Opening.OTHER_POINTS);
            uint256 weightsAt = header.weightsAt;
            uint256 to = points;
            uint256 witnessAt = r.witnessAt;
            uint256 helpersAt = r.helpersAt;
            uint256 productAt = r.opening.product;
            uint256 openingAt = r.opening.witness;
            assembly ("memory-safe") {
                mcopy(to, add(add(k, 0x20), weightsAt), weights)
                to := add(to, weights)
                calldatacopy(to, inputsAt, pixels)
                to := add(to, pixels)
                calldatacopy(to, witnessAt, witness)
                to := add(to, witness)
                calldatacopy(to, helpersAt, helpers)
                to := add(to, helpers)
                calldatacopy(to, productAt, 0x80)
                mstore(add(to, 0x80), 1)
                mstore(add(to, 0xa0), 2)
                calldatacopy(add(to, 0xc0), openingAt, 0x40)
            }
        }
    }

    /// @dev The length of a tape in bytes: points of witness, helpers and opening; scalars of rounds, columns and opening.
    function tapeLength(ContractKey.Plan memory plan) private pure returns (uint256) {
        unchecked {
            uint256 points = plan.witnessVectors + plan.helperVectors + 4;
            return 64 * points + 32 * (Sumcheck.DEGREE * plan.numVars + plan.values + 1);
        }
    }

    /// @dev The statement's digest, as `Statement::digest` in `crates/verifier` computes it.
    function statementDigest(
        bytes memory k,
        ContractKey.Plan memory plan,
        bytes32 context,
        uint256[] memory labels,
        bytes calldata inputs
    ) private pure returns (bytes32) {
        bytes memory preimage = abi.encodePacked(
            "zklens/statement", k.wordAt(32), k.wordAt(0), context, labels.length, labels, plan.pixelVectors, inputs
        );
        return keccak256(preimage);
    }

    /// @dev Reads all messages and draws all challenges of steps 1 to 6.
    function read(ContractKey.Plan memory plan, bytes32 statement, uint256 proofAt, ClosingSum memory sum)
        internal
        pure
        returns (Read memory r)
    {
        Transcript.Tape memory tape = r.tape;
        tape.open(statement, proofAt);

        // 1. The witness.
        r.witnessAt = tape.readPoints(Labels.WITNESS_ROWS, plan.witnessVectors);

        // 2. Helpers of lookups.
        sum.alpha = tape.draw(Labels.LOOKUP_POLE);
        sum.beta = tape.draw(Labels.LOOKUP_PAIR);
        r.helpersAt = tape.readPoints(Labels.HELPER_ROWS, plan.helperVectors);

        // 3. One sum of all rules.
        sum.point = tape.drawPoint(Labels.RULE_POINT, plan.numVars - 1);
        sum.lambda = tape.draw(Labels.RULE_POWERS);

        // 4. Sumcheck.
        (sum.end, sum.endValue) = Sumcheck.reduceZero(tape, plan.numVars);

        // 5. The columns' values.
        sum.values = tape.readScalars(Labels.COLUMN_VALUES, plan.values);

        // 6. The opening.
        Opening.read(tape, r.opening);
    }
}
