// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BatchHeader} from "../types/Batch.sol";
import {Leaves} from "./Leaves.sol";
import {MerkleTree} from "./MerkleTree.sol";
import {Preimages} from "./Preimages.sol";

/// @title Leaves as bytes
/// @notice Decides whether bytes are the leaf that a batch has at a place, in the one form that judges can take up. Bytes
/// that merely hash to what stands there are not enough: they must be a leaf of its kind, and so must all that the leaf has
/// hashes of be what a judge takes up, or nobody could show what is wrong with it.
library LeafCodec {
    uint8 internal constant ORDERS = 1;
    uint8 internal constant READINGS = 2;
    uint8 internal constant FILLS = 3;
    uint8 internal constant POSITIONS = 4;
    uint8 internal constant BALANCES = 5;

    // Where fields begin that more is asked of than that they are there, see `Leaves.encode`.
    uint256 private constant ORDER_IS_BID = 56;
    uint256 private constant ORDER_SIGNED_HASH = 113;
    uint256 private constant ORDER_ENDED_HASH = 146;
    uint256 private constant READING_SIGNATURE_HASH = 132;
    uint256 private constant FILL_IS_SELLER = 12;
    uint256 private constant POSITION_IS_METERED = 100;

    /// @notice Number of leaves in a batch's tree; 0 for a tree that there is not.
    function countOf(BatchHeader calldata header, uint8 tree) internal pure returns (uint256) {
        if (tree == ORDERS) return header.orderCount;
        if (tree == READINGS) return header.readingCount;
        if (tree == FILLS) return header.fillCount;
        return tree == POSITIONS || tree == BALANCES ? header.accountCount : 0;
    }

    /// @notice Whether `leaf`, with its siblings, is what the batch has at `index`, and `evidence` all that it has hashes
    /// of. Reverts without data when bytes do not decode. Not for the balance tree.
    function isShown(
        BatchHeader calldata header,
        uint8 tree,
        uint32 index,
        bytes calldata leaf,
        bytes32[] calldata siblings,
        bytes[] calldata evidence
    ) internal pure returns (bool) {
        bytes32 hash = Leaves.hashOf(leaf);
        if (!MerkleTree.has(_rootOf(header, tree), countOf(header, tree), index, hash, siblings)) return false;
        return _isWellFormed(tree, leaf, evidence);
    }

    function _rootOf(BatchHeader calldata header, uint8 tree) private pure returns (bytes32) {
        if (tree == ORDERS) return header.ordersRoot;
        if (tree == READINGS) return header.readingsRoot;
        if (tree == FILLS) return header.fillsRoot;
        // No leaf hashes to the highest number.
        return tree == POSITIONS ? header.positionsRoot : bytes32(type(uint256).max);
    }

    /// @dev Any bytes of the right length are a leaf, but for those of its fields that are true or false.
    function _isWellFormed(uint8 tree, bytes calldata leaf, bytes[] calldata evidence) private pure returns (bool) {
        if (tree == ORDERS) {
            return leaf.length == Leaves.ORDER_BYTES && _isBool(leaf[ORDER_IS_BID]) && _explains(leaf, evidence);
        }
        if (tree == READINGS) {
            return leaf.length == Leaves.READING_BYTES && evidence.length == 1
                && keccak256(evidence[0]) == bytes32(leaf[READING_SIGNATURE_HASH:]);
        }
        if (evidence.length > 0) return false;
        if (tree == FILLS) return leaf.length == Leaves.FILL_BYTES && _isBool(leaf[FILL_IS_SELLER]);
        return leaf.length == Leaves.POSITION_BYTES && _isBool(leaf[POSITION_IS_METERED]);
    }

    function _isBool(bytes1 value) private pure returns (bool) {
        return uint8(value) < 2;
    }

    function _explains(bytes calldata order, bytes[] calldata evidence) private pure returns (bool) {
        bytes32 endedHash = bytes32(order[ORDER_ENDED_HASH:]);
        if (evidence.length != (endedHash == 0 ? 1 : 2)) return false;
        if (!Preimages.isSignature(evidence[0])) return false;
        if (keccak256(evidence[0]) != bytes32(order[ORDER_SIGNED_HASH:])) return false;
        return endedHash == 0 || (Preimages.isEnd(evidence[1]) && keccak256(evidence[1]) == endedHash);
    }
}
