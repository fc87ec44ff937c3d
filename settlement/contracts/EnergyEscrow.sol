// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {AccountLedger} from "./AccountLedger.sol";
import {BatchChain} from "./BatchChain.sol";
import {TokenVault} from "./TokenVault.sol";
import {IEnergyEscrow} from "./interfaces/IEnergyEscrow.sol";
import {BalanceTree} from "./libraries/BalanceTree.sol";
import {BatchHeaders} from "./libraries/BatchHeaders.sol";
import {BalanceLeaf, BalanceProof, BatchHeader} from "./types/Batch.sol";

/// @title Energy escrow
/// @notice Where the accounts and the batches meet: recording leaves, paying withdrawals, taking wrong batches back.
/// @dev See `IEnergyEscrow` for what each function promises.
contract EnergyEscrow is AccountLedger, BatchChain {
    using BalanceTree for BatchHeader;
    using BatchHeaders for BatchHeader;

    /// @param token_ The token that accounts, bond and fees are paid in.
    /// @param community_ Names the community; part of every header.
    /// @param operator_ Who commits batches.
    /// @param challengeWindow_ Seconds for which a batch can be challenged; not zero.
    /// @param withdrawalDelay_ Seconds that a withdrawal takes; longer than the window, by more than a trade takes from
    /// being agreed to being committed.
    /// @param minimumBond_ Bond needed to commit; not zero.
    constructor(
        IERC20 token_,
        bytes32 community_,
        address operator_,
        uint64 challengeWindow_,
        uint64 withdrawalDelay_,
        uint256 minimumBond_
    )
        TokenVault(token_)
        AccountLedger(withdrawalDelay_)
        BatchChain(community_, operator_, challengeWindow_, minimumBond_)
    {
        if (withdrawalDelay_ <= challengeWindow_) {
            revert EscrowDelayTooShort(withdrawalDelay_, challengeWindow_);
        }
    }

    /// @inheritdoc IEnergyEscrow
    function settleAccounts(BatchHeader calldata header, BalanceProof[] calldata proofs)
        external
        override
        nonReentrant
    {
        _requireLatestFinal(header);
        for (uint256 i = 0; i < proofs.length; ++i) {
            _requireProof(header, proofs[i]);
            _record(proofs[i].leaf, header.number);
        }
    }

    /// @inheritdoc IEnergyEscrow
    function withdraw(address account, BatchHeader calldata header, BalanceProof calldata proof)
        external
        override
        nonReentrant
        returns (uint256 paid)
    {
        _requireMature(account, _maturesAt(account));
        if (finalNumber > 0) {
            _requireLatestFinal(header);
            _requireProof(header, proof);
            if (proof.leaf.account != account) revert EscrowWrongAccount(proof.leaf.account, account);
            _record(proof.leaf, header.number);
        }
        return _payRequest(account);
    }

    /// @inheritdoc IEnergyEscrow
    function withdrawRecorded(address account) external override nonReentrant returns (uint256 paid) {
        _requireMature(account, _maturesAt(account) + withdrawalDelay);
        return _payRequest(account);
    }

    /// @inheritdoc IEnergyEscrow
    function challengeOverdraft(BatchHeader calldata header, BalanceProof calldata proof)
        external
        override
        nonReentrant
    {
        _requireChallengeable(header);
        _requireProof(header, proof);
        if (_netDebit(proof.leaf) <= _ownFunds(accountAt(proof.leaf.index))) revert EscrowNothingWrong();
        _revertBatch(header.number, IEnergyEscrow.challengeOverdraft.selector);
    }

    /// @inheritdoc IEnergyEscrow
    function challengeLockedSpending(
        BatchHeader calldata previous,
        BalanceProof calldata previousProof,
        BatchHeader calldata header,
        BalanceProof calldata proof
    ) external override nonReentrant {
        _requireSuccessive(previous, previousProof, header, proof);
        address account = accountAt(proof.leaf.index);
        bool isLocked = _maturesAt(account) <= _windowEndsAt(header.number);
        int256 freeFunds = _ownFunds(account) - int256(uint256(withdrawalOf(account).amount));
        int256 net = _netDebit(proof.leaf);
        if (!isLocked || net <= freeFunds || net <= _netDebit(previousProof.leaf)) revert EscrowNothingWrong();
        _revertBatch(header.number, IEnergyEscrow.challengeLockedSpending.selector);
    }

    /// @inheritdoc IEnergyEscrow
    function challengeRegress(
        BatchHeader calldata previous,
        BalanceProof calldata previousProof,
        BatchHeader calldata header,
        BalanceProof calldata proof
    ) external override nonReentrant {
        _requireSuccessive(previous, previousProof, header, proof);
        BalanceLeaf calldata before = previousProof.leaf;
        if (proof.leaf.credit >= before.credit && proof.leaf.debit >= before.debit) revert EscrowNothingWrong();
        _revertBatch(header.number, IEnergyEscrow.challengeRegress.selector);
    }

    /// @inheritdoc IEnergyEscrow
    function challengeMisplacedLeaf(BatchHeader calldata header, BalanceProof calldata proof)
        external
        override
        nonReentrant
    {
        _requireChallengeable(header);
        _requireProof(header, proof);
        bool hasLeaf = proof.leaf.index < header.accountCount;
        if (!hasLeaf || proof.leaf.account == accountAt(proof.leaf.index)) revert EscrowNothingWrong();
        _revertBatch(header.number, IEnergyEscrow.challengeMisplacedLeaf.selector);
    }

    /// @inheritdoc IEnergyEscrow
    function totalOwed() external view override returns (uint256) {
        // Fees claimed were part of the deposits, so the sum is not negative.
        return uint256(int256(_held()) + _bondLessFeesClaimed());
    }

    /// @inheritdoc IEnergyEscrow
    function accountCount() public view override(AccountLedger, BatchChain) returns (uint256) {
        return AccountLedger.accountCount();
    }

    function _challengeWindow() internal view override returns (uint64) {
        return challengeWindow;
    }

    function _requireMature(address account, uint256 payableFrom) private view {
        if (block.timestamp < payableFrom) revert EscrowWithdrawalNotMature(payableFrom);
        _requireFinalBefore(_maturesAt(account));
    }

    /// @dev Both leaves are one account's, in a pending batch and in the one before.
    function _requireSuccessive(
        BatchHeader calldata previous,
        BalanceProof calldata previousProof,
        BatchHeader calldata header,
        BalanceProof calldata proof
    ) private view {
        _requireChallengeable(header);
        _requireProof(header, proof);
        if (previousProof.leaf.index != proof.leaf.index) {
            revert EscrowDifferentLeaves(previousProof.leaf.index, proof.leaf.index);
        }
        if (header.number == 1) {
            if (!BalanceTree.isEmpty(previousProof)) revert EscrowInvalidProof(previousProof.leaf.index);
            return;
        }
        _requireHash(previous.hash(), header.previousHash);
        _requireProof(previous, previousProof);
    }

    function _requireProof(BatchHeader calldata header, BalanceProof calldata proof) private pure {
        if (!header.verify(proof)) revert EscrowInvalidProof(proof.leaf.index);
    }

    function _netDebit(BalanceLeaf calldata leaf) private pure returns (int256) {
        return int256(uint256(leaf.debit)) - int256(uint256(leaf.credit));
    }
}
