// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BalanceProof, BatchHeader, CommittedBatch} from "../types/Batch.sol";
import {PositionProof} from "../types/Leaves.sol";
import {IJudge} from "./IJudge.sol";
import {ISettlementCourt} from "./ISettlementCourt.sol";

/// @title Judge of balances
/// @notice Takes back a batch with a balance that does not follow from the one before, that spends what is not there or
/// that hides beside the accounts.
/// @dev `previous` and `previousProof` are the header before and the same account's balance there. When `batch` is the
/// first one the header is ignored, and `previousProof` claims nothing but the index. A proof for an account without a leaf
/// names the account all the same.
interface IBalanceJudge is IJudge {
    /// @notice The balance is not in the batch at this index.
    error JudgeBalanceUnproved(uint32 index);

    /// @notice The account has not this index in the escrow: that is `balanceMisplaced`.
    error JudgeBalanceMisplaced(address account, uint32 index);

    /// @notice `overdraft`: an account's net debit is above all that it has in the escrow, deposits less withdrawals.
    function balanceOverdraft(ISettlementCourt court, CommittedBatch calldata batch, BalanceProof calldata proof)
        external;

    /// @notice `locked-spending`: the batch raised an account's net debit into money that a withdrawal request had locked
    /// when it was committed.
    function balanceLockedSpending(
        ISettlementCourt court,
        BatchHeader calldata previous,
        BalanceProof calldata previousProof,
        CommittedBatch calldata batch,
        BalanceProof calldata proof
    ) external;

    /// @notice `regress`: a cumulative amount fell.
    function balanceRegress(
        ISettlementCourt court,
        BatchHeader calldata previous,
        BalanceProof calldata previousProof,
        CommittedBatch calldata batch,
        BalanceProof calldata proof
    ) external;

    /// @notice `balance-delta`: a balance is not the one before and the account's position of the interval.
    function balanceDelta(
        ISettlementCourt court,
        BatchHeader calldata previous,
        BalanceProof calldata previousProof,
        CommittedBatch calldata batch,
        BalanceProof calldata proof,
        PositionProof calldata position
    ) external;

    /// @notice `misplaced-leaf`: a balance names another account than the escrow has under its index.
    function balanceMisplaced(ISettlementCourt court, CommittedBatch calldata batch, BalanceProof calldata proof)
        external;

    /// @notice `misplaced-leaf`: a position names another account than the escrow has under its index.
    function positionMisplaced(ISettlementCourt court, CommittedBatch calldata batch, PositionProof calldata position)
        external;

    /// @notice `padding`: something stands to the right of the last account.
    /// @param last The balance of the account with the highest index.
    function balancePadding(ISettlementCourt court, CommittedBatch calldata batch, BalanceProof calldata last) external;
}
