// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {MerkleTree} from "../../libraries/MerkleTree.sol";

/// @notice Builds Merkle trees by position and their proofs, which the contracts only verify.
library MerkleBuilder {
    /// @notice The root over hashed leaves; 0 without any.
    function root(bytes32[] memory leaves) internal pure returns (bytes32 top) {
        (top,) = _climb(leaves, 0);
    }

    /// @notice The siblings of the leaf at `index`, lowest first.
    function siblingsOf(bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory siblings) {
        (, siblings) = _climb(leaves, index);
    }

    /// @notice The root that a leaf and its siblings lead to.
    function rootOf(bytes32 leaf, uint256 index, bytes32[] memory siblings) internal pure returns (bytes32 node) {
        node = leaf;
        for (uint256 level = 0; level < siblings.length; ++level) {
            bool isRight = (index >> level) & 1 == 1;
            node = keccak256(isRight ? abi.encode(siblings[level], node) : abi.encode(node, siblings[level]));
        }
    }

    function _climb(bytes32[] memory leaves, uint256 index) private pure returns (bytes32, bytes32[] memory siblings) {
        uint256 depth = MerkleTree.depth(leaves.length);
        bytes32[] memory row = new bytes32[](uint256(1) << depth);
        for (uint256 i = 0; i < leaves.length; ++i) {
            row[i] = leaves[i];
        }
        siblings = new bytes32[](depth);
        for (uint256 level = 0; level < depth; ++level) {
            siblings[level] = row[(index >> level) ^ 1];
            bytes32[] memory above = new bytes32[](row.length / 2);
            for (uint256 i = 0; i < above.length; ++i) {
                above[i] = keccak256(abi.encodePacked(row[2 * i], row[2 * i + 1]));
            }
            row = above;
        }
        return (row[0], siblings);
    }
}
