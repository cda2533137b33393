// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

// Each file is complete, so both declare contracts and libraries of the same names.
import {FashionMlpVerifier} from "../exported/FashionMlpVerifier.sol";
import {MnistCnnVerifier} from "../exported/MnistCnnVerifier.sol";
import {ExportedVerifierTest} from "./ExportedVerifierTest.sol";

contract FashionMlpTest is ExportedVerifierTest {
    function deploy() internal override returns (address) {
        return address(new FashionMlpVerifier());
    }

    function fixtures() internal pure override returns (string memory own, string memory other) {
        return ("fashion-mlp", "mnist-cnn");
    }

    function expected() internal pure override returns (string memory model, string memory first, string memory last) {
        return ("fashion-mlp", "T-shirt/top", "Ankle boot");
    }
}

contract MnistCnnTest is ExportedVerifierTest {
    function deploy() internal override returns (address) {
        return address(new MnistCnnVerifier());
    }

    function fixtures() internal pure override returns (string memory own, string memory other) {
        return ("mnist-cnn", "fashion-mlp");
    }

    function expected() internal pure override returns (string memory model, string memory first, string memory last) {
        return ("mnist-cnn", "0", "9");
    }
}
