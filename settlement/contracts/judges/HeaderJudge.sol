// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import {IHeaderJudge} from "../interfaces/IHeaderJudge.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {BatchHeaders} from "../libraries/BatchHeaders.sol";
import {MerkleTree} from "../libraries/MerkleTree.sol";
import {BatchHeader, CommittedBatch, Rules} from "../types/Batch.sol";
import {Judge} from "./Judge.sol";

/// @title Header judge
/// @dev See `IHeaderJudge` for what each function shows.
contract HeaderJudge is Judge, IHeaderJudge {
    using BatchHeaders for BatchHeader;
    using MerkleTree for bytes32;

    uint256 private constant MS_PER_SECOND = 1000;

    /// @inheritdoc IHeaderJudge
    function headerSequence(ISettlementCourt court, BatchHeader calldata previous, CommittedBatch calldata batch)
        external
        override
    {
        BatchHeader calldata header = batch.header;
        _requirePreimage(previous.hash(), header.previousHash);
        bool isLater = header.intervalIndex > previous.intervalIndex && header.intervalStart >= previous.intervalEnd;
        bool fell = header.accountCount < previous.accountCount || header.creditTotal < previous.creditTotal
            || header.debitTotal < previous.debitTotal || header.feeTotal < previous.feeTotal;
        _takeBack(court, batch, !isLater || fell, "sequence");
    }

    /// @inheritdoc IHeaderJudge
    function headerInterval(ISettlementCourt court, CommittedBatch calldata batch, Rules calldata rules)
        external
        override
    {
        BatchHeader calldata header = batch.header;
        _requireRules(header, rules);
        uint256 startMs = uint256(header.intervalIndex) * rules.intervalMs;
        bool fits = header.intervalStart * MS_PER_SECOND == startMs
            && header.intervalEnd * MS_PER_SECOND == startMs + rules.intervalMs;
        _takeBack(court, batch, !fits, "sequence");
    }

    /// @inheritdoc IHeaderJudge
    function headerRules(ISettlementCourt court, CommittedBatch calldata batch) external override {
        bool isWrong = batch.header.rulesHash != court.rulesHashAt(batch.header.intervalStart);
        _takeBack(court, batch, isWrong, "rules");
    }

    /// @inheritdoc IHeaderJudge
    function headerEmptyTree(ISettlementCourt court, CommittedBatch calldata batch) external override {
        BatchHeader calldata header = batch.header;
        bool isWrong = header.orderCount == 0 && header.ordersRoot != 0;
        isWrong = isWrong || (header.readingCount == 0 && header.readingsRoot != 0);
        isWrong = isWrong || (header.fillCount == 0 && header.fillsRoot != 0);
        isWrong = isWrong || header.fillCount % 2 == 1;
        // Debits are credits and fees, so without debits there is nothing.
        bool hasAccounts = header.positionsRoot != 0 || header.balancesRoot != 0 || header.debitTotal != 0;
        isWrong = isWrong || (header.accountCount == 0 && hasAccounts);
        _takeBack(court, batch, isWrong, "empty-tree");
    }

    /// @inheritdoc IHeaderJudge
    function headerAccounts(ISettlementCourt court, CommittedBatch calldata batch) external override {
        _takeBack(court, batch, batch.header.accountCount > court.escrow().accountCount(), "unknown-accounts");
    }

    /// @inheritdoc IHeaderJudge
    function headerPadding(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        uint8 tree,
        bytes32 last,
        bytes32[] calldata siblings
    ) external override {
        (bytes32 root, uint256 count) = _treeOf(batch.header, tree);
        if (count == 0 || !root.has(count, count - 1, last, siblings)) revert JudgeLeafUnproved(tree);
        _takeBack(court, batch, !_isEmptyToTheRight(count - 1, siblings), "padding");
    }

    function _treeOf(BatchHeader calldata header, uint8 tree) private pure returns (bytes32 root, uint256 count) {
        if (tree == 1) return (header.ordersRoot, header.orderCount);
        if (tree == 2) return (header.readingsRoot, header.readingCount);
        if (tree == 3) return (header.fillsRoot, header.fillCount);
        if (tree == 4) return (header.positionsRoot, header.accountCount);
    }

    /// @dev Where the last leaf's path goes left, the node beside it holds padding alone; together they hold all of it.
    function _isEmptyToTheRight(uint256 index, bytes32[] calldata siblings) private pure returns (bool) {
        bytes32 empty;
        for (uint256 level = 0; level < siblings.length; ++level) {
            if ((index >> level) & 1 == 0 && siblings[level] != empty) return false;
            empty = Hashes.efficientKeccak256(empty, empty);
        }
        return true;
    }
}
