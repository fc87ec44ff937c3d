// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BatchHeader} from "../types/Batch.sol";
import {FillLeaf, OrderLeaf, PositionLeaf, ReadingLeaf} from "../types/Leaves.sol";
import {OrderEnd, OrderSignature} from "../types/Signatures.sol";
import {Leaves} from "./Leaves.sol";
import {MerkleTree} from "./MerkleTree.sol";

/// @title Leaves as bytes
/// @notice Decides whether bytes are the leaf that a batch has at a place, in the one form that judges can take up. Bytes
/// that merely hash to what stands there are not enough: they must decode to the leaf, and so must all that the leaf has
/// hashes of, or nobody could show what is wrong with it.
library LeafCodec {
    uint8 internal constant ORDERS = 1;
    uint8 internal constant READINGS = 2;
    uint8 internal constant FILLS = 3;
    uint8 internal constant POSITIONS = 4;
    uint8 internal constant BALANCES = 5;

    uint256 private constant WORD = 32;

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
        bytes32 hash = Leaves.again(keccak256(leaf));
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

    function _isWellFormed(uint8 tree, bytes calldata leaf, bytes[] calldata evidence) private pure returns (bool) {
        if (leaf.length < WORD) return false;
        bytes32 typehash = bytes32(leaf[:WORD]);
        bytes calldata fields = leaf[WORD:];
        if (tree == ORDERS) {
            if (typehash != Leaves.ORDER_TYPEHASH) return false;
            OrderLeaf memory order = abi.decode(fields, (OrderLeaf));
            return leaf.length == abi.encode(typehash, order).length && _explains(order, evidence);
        }
        if (tree == READINGS) {
            if (typehash != Leaves.READING_TYPEHASH) return false;
            ReadingLeaf memory reading = abi.decode(fields, (ReadingLeaf));
            return leaf.length == abi.encode(typehash, reading).length && evidence.length == 1
                && keccak256(evidence[0]) == reading.signatureHash;
        }
        if (evidence.length > 0) return false;
        if (tree == FILLS) {
            return typehash == Leaves.FILL_TYPEHASH
                && leaf.length == abi.encode(typehash, abi.decode(fields, (FillLeaf))).length;
        }
        return typehash == Leaves.POSITION_TYPEHASH
            && leaf.length == abi.encode(typehash, abi.decode(fields, (PositionLeaf))).length;
    }

    /// @dev Decoded and encoded again, because judges encode what they are given.
    function _explains(OrderLeaf memory order, bytes[] calldata evidence) private pure returns (bool) {
        if (evidence.length != (order.endedHash == 0 ? 1 : 2)) return false;
        OrderSignature memory signed = abi.decode(evidence[0], (OrderSignature));
        if (keccak256(abi.encode(signed)) != order.signedHash) return false;
        if (order.endedHash == 0) return true;
        OrderEnd memory ended = abi.decode(evidence[1], (OrderEnd));
        return keccak256(abi.encode(ended)) == order.endedHash;
    }
}
