// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBalanceJudge} from "../interfaces/IBalanceJudge.sol";
import {IEnergyEscrow} from "../interfaces/IEnergyEscrow.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {BalanceTree} from "../libraries/BalanceTree.sol";
import {BatchHeaders} from "../libraries/BatchHeaders.sol";
import {BalanceLeaf, BalanceNode, BalanceProof, BatchHeader, CommittedBatch} from "../types/Batch.sol";
import {PositionProof} from "../types/Leaves.sol";
import {Judge} from "./Judge.sol";

/// @title Balance judge
/// @dev See `IBalanceJudge` for what each function shows.
contract BalanceJudge is Judge, IBalanceJudge {
    using BalanceTree for BatchHeader;
    using BatchHeaders for BatchHeader;

    /// @inheritdoc IBalanceJudge
    function balanceOverdraft(ISettlementCourt court, CommittedBatch calldata batch, BalanceProof calldata proof)
        external
        override
    {
        _requireProof(batch.header, proof);
        bool isWrong = _netDebit(proof.leaf) > _ownNano(_placed(court, proof.leaf), proof.leaf.account);
        _takeBack(court, batch, isWrong, "overdraft");
    }

    /// @inheritdoc IBalanceJudge
    function balanceLockedSpending(
        ISettlementCourt court,
        BatchHeader calldata previous,
        BalanceProof calldata previousProof,
        CommittedBatch calldata batch,
        BalanceProof calldata proof
    ) external override {
        _requireSuccessive(previous, previousProof, batch.header, proof);
        int256 net = _netDebit(proof.leaf);
        bool isWrong = net > _netDebit(previousProof.leaf) && net > _freeNano(court, proof.leaf, batch.committedAt);
        _takeBack(court, batch, isWrong, "locked-spending");
    }

    /// @inheritdoc IBalanceJudge
    function balanceRegress(
        ISettlementCourt court,
        BatchHeader calldata previous,
        BalanceProof calldata previousProof,
        CommittedBatch calldata batch,
        BalanceProof calldata proof
    ) external override {
        _requireSuccessive(previous, previousProof, batch.header, proof);
        BalanceLeaf calldata before = previousProof.leaf;
        bool isWrong = proof.leaf.credit < before.credit || proof.leaf.debit < before.debit;
        _takeBack(court, batch, isWrong, "regress");
    }

    /// @inheritdoc IBalanceJudge
    function balanceDelta(
        ISettlementCourt court,
        BatchHeader calldata previous,
        BalanceProof calldata previousProof,
        CommittedBatch calldata batch,
        BalanceProof calldata proof,
        PositionProof calldata position
    ) external override {
        _requireSuccessive(previous, previousProof, batch.header, proof);
        _prove(batch.header, position);
        _requireAt(position.index, proof.leaf.index);
        BalanceLeaf calldata before = previousProof.leaf;
        // In 256 bits, where the sums cannot overflow.
        bool follows = proof.leaf.credit == uint256(before.credit) + position.leaf.creditNano
            && proof.leaf.debit == uint256(before.debit) + position.leaf.debitNano;
        _takeBack(court, batch, !follows, "balance-delta");
    }

    /// @inheritdoc IBalanceJudge
    function balanceMisplaced(ISettlementCourt court, CommittedBatch calldata batch, BalanceProof calldata proof)
        external
        override
    {
        _requireProof(batch.header, proof);
        bool hasLeaf = proof.leaf.index < batch.header.accountCount;
        bool isWrong = hasLeaf && !court.escrow().isAt(proof.leaf.account, proof.leaf.index);
        _takeBack(court, batch, isWrong, "misplaced-leaf");
    }

    /// @inheritdoc IBalanceJudge
    function positionMisplaced(ISettlementCourt court, CommittedBatch calldata batch, PositionProof calldata position)
        external
        override
    {
        _prove(batch.header, position);
        bool isWrong = !court.escrow().isAt(position.leaf.account, position.index);
        _takeBack(court, batch, isWrong, "misplaced-leaf");
    }

    /// @inheritdoc IBalanceJudge
    function balancePadding(ISettlementCourt court, CommittedBatch calldata batch, BalanceProof calldata last)
        external
        override
    {
        uint256 index = last.leaf.index;
        _requireAt(index + 1, batch.header.accountCount);
        _requireProof(batch.header, last);
        _takeBack(court, batch, !_isEmptyToTheRight(last), "padding");
    }

    /// @dev Where the last account's path goes left, the node beside it holds padding alone; together they hold all of it.
    function _isEmptyToTheRight(BalanceProof calldata last) private pure returns (bool) {
        BalanceNode memory empty;
        for (uint256 level = 0; level < last.siblings.length; ++level) {
            BalanceNode calldata sibling = last.siblings[level];
            bool isPadding = (last.leaf.index >> level) & 1 == 0;
            if (isPadding && (sibling.hash != empty.hash || sibling.credit != 0 || sibling.debit != 0)) return false;
            empty = BalanceTree.parent(empty, empty);
        }
        return true;
    }

    /// @dev Both leaves are one account's, in the batch and in the one before.
    function _requireSuccessive(
        BatchHeader calldata previous,
        BalanceProof calldata previousProof,
        BatchHeader calldata header,
        BalanceProof calldata proof
    ) private pure {
        _requireProof(header, proof);
        uint32 index = previousProof.leaf.index;
        _requireAt(index, proof.leaf.index);
        if (header.number == 1) {
            if (!BalanceTree.isEmpty(previousProof)) revert JudgeBalanceUnproved(index);
            return;
        }
        _requirePreimage(previous.hash(), header.previousHash);
        _requireProof(previous, previousProof);
    }

    function _requireProof(BatchHeader calldata header, BalanceProof calldata proof) private pure {
        if (!header.verify(proof)) revert JudgeBalanceUnproved(proof.leaf.index);
    }

    /// @dev What the account may spend beside its credits, given when the batch was committed: all, or what its request
    /// leaves once that is locked.
    function _freeNano(ISettlementCourt court, BalanceLeaf calldata leaf, uint64 committedAt)
        private
        view
        returns (int256)
    {
        IEnergyEscrow escrow = _placed(court, leaf);
        IEnergyEscrow.Withdrawal memory request = escrow.withdrawalOf(leaf.account);
        uint256 locksAt = uint256(request.requestedAt) + court.withdrawalDelay() - court.finalityLimit();
        bool isLocked = request.amount > 0 && committedAt >= locksAt;
        if (!isLocked) return type(int256).max;
        return _ownNano(escrow, leaf.account) - int256(request.amount * escrow.nanoPerUnit());
    }

    /// @dev The escrow; reverts unless the leaf's account has the leaf's index there: one that has not is misplaced.
    function _placed(ISettlementCourt court, BalanceLeaf calldata leaf) private view returns (IEnergyEscrow escrow) {
        escrow = court.escrow();
        if (!escrow.isAt(leaf.account, leaf.index)) revert JudgeBalanceMisplaced(leaf.account, leaf.index);
    }

    /// @dev Deposits less withdrawals, which may have taken out credits too.
    function _ownNano(IEnergyEscrow escrow, address account) private view returns (int256) {
        IEnergyEscrow.Account memory known = escrow.accountOf(account);
        return (int256(uint256(known.deposited)) - int256(uint256(known.withdrawn))) * int256(escrow.nanoPerUnit());
    }

    function _netDebit(BalanceLeaf calldata leaf) private pure returns (int256) {
        return int256(uint256(leaf.debit)) - int256(uint256(leaf.credit));
    }
}
