// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BalanceTree} from "../../libraries/BalanceTree.sol";
import {BalanceLeaf, BalanceNode, BalanceProof} from "../../types/Batch.sol";

/// @notice Builds balance trees and their proofs, which the contracts only verify.
library TreeBuilder {
    /// @notice The root over leaves that stand at their index.
    function root(BalanceLeaf[] memory leaves) internal pure returns (BalanceNode memory) {
        (BalanceNode memory top,) = _climb(leaves, 0);
        return top;
    }

    /// @notice The proof of the leaf at `index`; empty for an index beyond the leaves.
    function prove(BalanceLeaf[] memory leaves, uint256 index) internal pure returns (BalanceProof memory proof) {
        if (index >= leaves.length) {
            proof.leaf.index = uint32(index);
            return proof;
        }
        proof.leaf = leaves[index];
        (, proof.siblings) = _climb(leaves, index);
    }

    /// @notice The root that a proof leads to.
    function rootOf(BalanceProof memory proof) internal pure returns (BalanceNode memory node) {
        node = BalanceNode(BalanceTree.hashLeaf(proof.leaf), proof.leaf.credit, proof.leaf.debit);
        for (uint256 level = 0; level < proof.siblings.length; ++level) {
            bool isRight = (proof.leaf.index >> level) & 1 == 1;
            BalanceNode memory sibling = proof.siblings[level];
            node = isRight ? BalanceTree.parent(sibling, node) : BalanceTree.parent(node, sibling);
        }
    }

    function _climb(BalanceLeaf[] memory leaves, uint256 index)
        private
        pure
        returns (BalanceNode memory, BalanceNode[] memory siblings)
    {
        uint256 depth = BalanceTree.depth(leaves.length);
        BalanceNode[] memory row = new BalanceNode[](uint256(1) << depth);
        for (uint256 i = 0; i < leaves.length; ++i) {
            row[i] = BalanceNode(BalanceTree.hashLeaf(leaves[i]), leaves[i].credit, leaves[i].debit);
        }
        siblings = new BalanceNode[](depth);
        for (uint256 level = 0; level < depth; ++level) {
            siblings[level] = row[(index >> level) ^ 1];
            BalanceNode[] memory above = new BalanceNode[](row.length / 2);
            for (uint256 i = 0; i < above.length; ++i) {
                above[i] = BalanceTree.parent(row[2 * i], row[2 * i + 1]);
            }
            row = above;
        }
        return (row[0], siblings);
    }
}
