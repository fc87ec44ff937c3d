// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {OrderEnd, OrderSignature} from "../types/Signatures.sol";

/// @title What an order's leaf has hashes of
/// @notice How it was signed and what ended it, packed as leaves are: fields one after the other, each as wide as its type. The
/// number of nodes stands before them, and the signature comes last, so that bytes can be read in one way only.
library Preimages {
    /// @dev What stands before the nodes of a signature: kind, replaces, group, counter, index and the number of nodes.
    uint256 private constant SIGNATURE_HEAD = 57;
    uint256 private constant NODE_COUNT = 53;
    uint256 private constant NODE_BYTES = 32;
    /// @dev What stands before the signature of an end: scope, group, counter and replacement.
    uint256 private constant END_HEAD = 49;

    /// @notice How an order was signed, as bytes.
    function encode(OrderSignature memory signed) internal pure returns (bytes memory) {
        // No transaction has so many nodes that their number is cut.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint32 nodes = uint32(signed.proof.length);
        return abi.encodePacked(
            signed.kind,
            signed.replaces,
            signed.group,
            signed.counter,
            signed.index,
            nodes,
            signed.proof,
            signed.signature
        );
    }

    /// @notice What ended an order, as bytes.
    function encode(OrderEnd memory end) internal pure returns (bytes memory) {
        return abi.encodePacked(end.scope, end.group, end.counter, end.replacement, end.signature);
    }

    /// @notice What the leaf's `signedHash` must be.
    function hash(OrderSignature memory signed) internal pure returns (bytes32) {
        return keccak256(encode(signed));
    }

    /// @notice What the leaf's `endedHash` must be.
    function hash(OrderEnd memory end) internal pure returns (bytes32) {
        return keccak256(encode(end));
    }

    /// @notice Whether bytes say how an order was signed.
    function isSignature(bytes calldata encoded) internal pure returns (bool) {
        if (encoded.length < SIGNATURE_HEAD) return false;
        uint256 nodes = uint32(bytes4(encoded[NODE_COUNT:SIGNATURE_HEAD]));
        return encoded.length >= SIGNATURE_HEAD + nodes * NODE_BYTES;
    }

    /// @notice Whether bytes say what ended an order.
    function isEnd(bytes calldata encoded) internal pure returns (bool) {
        return encoded.length >= END_HEAD;
    }
}
