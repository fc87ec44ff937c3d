// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IHeaderJudge} from "../interfaces/IHeaderJudge.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {BatchHeaders} from "../libraries/BatchHeaders.sol";
import {MarketRules} from "../libraries/MarketRules.sol";
import {BatchHeader, CommittedBatch, Rules} from "../types/Batch.sol";

/// @title Header judge
/// @dev See `IHeaderJudge` for what each function shows.
contract HeaderJudge is IHeaderJudge {
    using BatchHeaders for BatchHeader;
    using MarketRules for Rules;

    uint256 private constant MS_PER_SECOND = 1000;

    /// @inheritdoc IHeaderJudge
    function headerSequence(ISettlementCourt court, BatchHeader calldata previous, CommittedBatch calldata batch)
        external
        override
    {
        BatchHeader calldata header = batch.header;
        bytes32 previousHash = previous.hash();
        if (previousHash != header.previousHash) revert JudgeWrongPreimage(previousHash, header.previousHash);
        bool isLater = header.intervalIndex > previous.intervalIndex && header.intervalStart >= previous.intervalEnd;
        bool fell = header.accountCount < previous.accountCount || header.creditTotal < previous.creditTotal
            || header.debitTotal < previous.debitTotal || header.feeTotal < previous.feeTotal;
        if (isLater && !fell) revert JudgeNothingWrong();
        court.takeBack(batch, msg.sender, "sequence");
    }

    /// @inheritdoc IHeaderJudge
    function headerInterval(ISettlementCourt court, CommittedBatch calldata batch, Rules calldata rules)
        external
        override
    {
        BatchHeader calldata header = batch.header;
        bytes32 rulesHash = rules.hash();
        if (rulesHash != header.rulesHash) revert JudgeWrongPreimage(rulesHash, header.rulesHash);
        uint256 startMs = uint256(header.intervalIndex) * rules.intervalMs;
        bool fits = header.intervalStart * MS_PER_SECOND == startMs
            && header.intervalEnd * MS_PER_SECOND == startMs + rules.intervalMs;
        if (fits) revert JudgeNothingWrong();
        court.takeBack(batch, msg.sender, "sequence");
    }

    /// @inheritdoc IHeaderJudge
    function headerRules(ISettlementCourt court, CommittedBatch calldata batch) external override {
        if (batch.header.rulesHash == court.rulesHashAt(batch.header.intervalStart)) revert JudgeNothingWrong();
        court.takeBack(batch, msg.sender, "rules");
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
        if (!isWrong) revert JudgeNothingWrong();
        court.takeBack(batch, msg.sender, "empty-tree");
    }

    /// @inheritdoc IHeaderJudge
    function headerAccounts(ISettlementCourt court, CommittedBatch calldata batch) external override {
        if (batch.header.accountCount <= court.escrow().accountCount()) revert JudgeNothingWrong();
        court.takeBack(batch, msg.sender, "unknown-accounts");
    }
}
