// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IVaultErrors} from "./IVaultErrors.sol";

/// @title Why the court refuses
interface ICourtErrors is IVaultErrors {
    /// @notice A constructor argument is zero where it must not be, or they do not fit together.
    error CourtInvalidTerms();

    /// @notice A withdrawal must take longer than a batch takes to become final.
    error CourtDelayTooShort(uint64 withdrawalDelay, uint64 finalityLimit);

    /// @notice The timelock's delay must be above the withdrawal delay, so that all can leave before a change.
    error CourtTimelockTooShort(uint256 delay, uint64 withdrawalDelay);

    /// @notice This caller may not do this.
    error CourtUnauthorized(address caller);

    /// @notice Commits have ended for good.
    error CourtFrozen();

    /// @notice Commits are paused until `until`.
    error CourtPaused(uint256 until);

    /// @notice The bond is below what is needed.
    error CourtBondTooLow(uint256 bond, uint256 needed);

    /// @notice The batch belongs to another community.
    error CourtWrongCommunity(bytes32 community);

    /// @notice The batch's number does not follow.
    error CourtWrongNumber(uint64 number, uint64 expected);

    /// @notice The batch does not follow the one that the court has under this number.
    error CourtWrongPrevious(uint64 number);

    /// @notice Debits must equal credits and fees.
    error CourtUnbalancedBatch(uint256 creditTotal, uint256 debitTotal, uint256 feeTotal);

    /// @notice So many batches are pending that the next one would overwrite one that is still needed.
    error CourtTooManyPending(uint256 pending);

    /// @notice The court has no pending batch with this header and this time of commit.
    error CourtBatchNotPending(uint64 number);

    /// @notice The batch can be made final from `earliest` on.
    error CourtNotFinalizable(uint256 earliest);

    /// @notice The batch could be asked about until `endedAt`.
    error CourtWindowOver(uint256 endedAt);

    /// @notice The batch has no such leaf.
    error CourtNoSuchLeaf(uint8 tree, uint32 index);

    /// @notice The leaf has been asked about before.
    error CourtDemandKnown(uint8 tree, uint32 index);

    /// @notice As many questions about the batch are open as may be.
    error CourtTooManyDemands(uint32 open);

    /// @notice No question about this leaf is open.
    error CourtNoDemand(uint8 tree, uint32 index);

    /// @notice The operator can answer until `deadline`.
    error CourtAnswerAwaited(uint256 deadline);

    /// @notice The time to answer ended at `deadline`.
    error CourtAnswerTooLate(uint256 deadline);

    /// @notice The answer is not the leaf that the batch has there.
    error CourtWrongAnswer(uint8 tree, uint32 index);

    /// @notice The question is not void: its batch stands.
    error CourtDemandStands(uint64 number);

    /// @notice The order was submitted before.
    error CourtOrderKnown(bytes32 orderHash);

    /// @notice The court can be frozen from `earliest` on, if nothing is committed before.
    error CourtNotSilent(uint256 earliest);

    /// @notice The pause is zero or too long.
    error CourtPauseTooLong(uint64 duration, uint64 limit);

    /// @notice The next pause can begin at `earliest`.
    error CourtPausedRecently(uint256 earliest);

    /// @notice Rules change in the future, one change after the other: from `earliest` on.
    error CourtRulesTooSoon(uint64 since, uint256 earliest);
}
