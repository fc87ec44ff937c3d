// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CommittedBatch, Rules} from "../types/Batch.sol";
import {OrderCut, PositionProof} from "../types/Leaves.sol";
import {InboxOrder} from "../types/Signatures.sol";
import {IJudge} from "./IJudge.sol";
import {ISettlementCourt} from "./ISettlementCourt.sol";

/// @title Judge of forced inclusion
/// @notice Takes back a batch that lacks an order which lay in the court's inbox in time. The order may stand there as
/// turned down by the market's rules, but it may not be overlooked.
interface IInclusionJudge is IJudge {
    /// @notice The order is not rightly signed, or not one that a batch must have: no energy, a negative limit, in place of
    /// another.
    error JudgeUnsoundOrder(bytes32 digest);

    /// @notice The order was submitted at `submittedAt`, 0 for never, and had to be by `latest`.
    error JudgeSubmittedLate(uint256 submittedAt, uint256 latest);

    /// @notice `ignored-order`: an order of this interval, by an account of this batch, was in the inbox five minutes before
    /// gate closure and is not in the batch.
    /// @param position The position of the order's account.
    /// @param place Where the order would stand.
    function ignoredOrder(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        Rules calldata rules,
        InboxOrder calldata order,
        PositionProof calldata position,
        OrderCut calldata place
    ) external;
}
