// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @title Merkle tree by position
/// @notice The encoding of the trees of orders, readings, fills and positions:
///
/// - leaf = keccak256(keccak256(encoded)), see `Leaves`: hashed twice, so that no node can pass for a leaf.
/// - node = keccak256(left ‖ right), 64 bytes.
/// - depth = the least d with 2^d ≥ max(1, count). Leaf i stands at position i from the left; positions from count on
///   are 0, and nodes above them are hashed like any other. With one leaf the root is that leaf, with none it is 0.
/// - a proof lists the siblings from the leaf's level up; bit k of the index says whether the path's node at level k is
///   the left (0) or the right (1) child.
library MerkleTree {
    /// @notice Levels between the leaves and the root of a tree of `count` leaves.
    function depth(uint256 count) internal pure returns (uint256 levels) {
        while ((uint256(1) << levels) < count) ++levels;
    }

    /// @notice Whether the tree of `count` leaves under `root` has `leaf` at `index`. False for an index from count on and
    /// for a proof of another length than the tree is deep.
    function has(bytes32 root, uint256 count, uint256 index, bytes32 leaf, bytes32[] calldata siblings)
        internal
        pure
        returns (bool)
    {
        if (index >= count || siblings.length != depth(count)) return false;
        bytes32 node = leaf;
        for (uint256 level = 0; level < siblings.length; ++level) {
            bool isRight = (index >> level) & 1 == 1;
            node = isRight
                ? Hashes.efficientKeccak256(siblings[level], node)
                : Hashes.efficientKeccak256(node, siblings[level]);
        }
        return node == root;
    }
}
