// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BalanceLeaf, BalanceNode, BalanceProof, BatchHeader} from "../types/Batch.sol";
import {Leaves} from "./Leaves.sol";

/// @title Balance tree: a Merkle-sum tree over the account index
/// @notice The encoding, which every other implementation must meet bit for bit (examples in
/// `test/vectors/balance-tree.json`):
///
/// - leaf hash = keccak256(keccak256(encoded)), encoded being the packed index, account, credit, debit and salt: 88 bytes,
///   hashed twice so that no node can pass for a leaf. A leaf's sums are its credit and debit.
/// - node hash = keccak256 of the packed left.hash, left.credit, left.debit, right.hash, right.credit and right.debit:
///   128 bytes. A node's sums are those of its children added.
/// - depth = the least d with 2^d ≥ max(1, accountCount). The leaf of index i stands at position i from the left.
///   Positions from accountCount on hold the zero leaf: hash 0, credit 0, debit 0. Nodes above zero leaves are hashed
///   like any other.
/// - a proof lists the siblings from the leaf's level up; bit k of the index says whether the path's node at level k is
///   the left (0) or the right (1) child.
/// - the header's balancesRoot is the root's hash, and its creditTotal and debitTotal are the root's sums. With a single
///   account the root is that account's leaf; with none it is the zero leaf.
library BalanceTree {
    /// @notice A leaf as bytes.
    function encode(BalanceLeaf memory leaf) internal pure returns (bytes memory) {
        return abi.encodePacked(leaf.index, leaf.account, leaf.credit, leaf.debit, leaf.salt);
    }

    /// @notice The leaf's hash.
    function hashLeaf(BalanceLeaf memory leaf) internal pure returns (bytes32) {
        return Leaves.hashOf(encode(leaf));
    }

    /// @notice The parent of two nodes. Reverts when a sum leaves 128 bits.
    function parent(BalanceNode memory left, BalanceNode memory right) internal pure returns (BalanceNode memory) {
        bytes32 hash =
            keccak256(abi.encodePacked(left.hash, left.credit, left.debit, right.hash, right.credit, right.debit));
        return BalanceNode(hash, left.credit + right.credit, left.debit + right.debit);
    }

    /// @notice Levels between the leaves and the root of a tree of `accountCount` accounts.
    function depth(uint256 accountCount) internal pure returns (uint256 levels) {
        while ((uint256(1) << levels) < accountCount) ++levels;
    }

    /// @notice Whether the proof leads to the header's root and totals. For an index that is not below the header's
    /// accountCount it must be empty: no amounts, no siblings.
    function verify(BatchHeader calldata header, BalanceProof calldata proof) internal pure returns (bool) {
        BalanceLeaf calldata leaf = proof.leaf;
        if (leaf.index >= header.accountCount) return isEmpty(proof);
        if (proof.siblings.length != depth(header.accountCount)) return false;

        BalanceNode memory node = BalanceNode(hashLeaf(leaf), leaf.credit, leaf.debit);
        for (uint256 level = 0; level < proof.siblings.length; ++level) {
            BalanceNode memory sibling = proof.siblings[level];
            bool isRight = (leaf.index >> level) & 1 == 1;
            node = isRight ? parent(sibling, node) : parent(node, sibling);
        }
        return node.hash == header.balancesRoot && node.credit == header.creditTotal && node.debit == header.debitTotal;
    }

    /// @notice Whether the proof claims nothing: what stands for an account that has no leaf.
    function isEmpty(BalanceProof calldata proof) internal pure returns (bool) {
        return proof.leaf.credit == 0 && proof.leaf.debit == 0 && proof.siblings.length == 0;
    }
}
