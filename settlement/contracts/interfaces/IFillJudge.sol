// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CommittedBatch, Rules} from "../types/Batch.sol";
import {FillProof, OrderProof, PositionProof} from "../types/Leaves.sol";
import {IJudge} from "./IJudge.sol";
import {ISettlementCourt} from "./ISettlementCourt.sol";

/// @title Judge of fills
/// @notice Takes back a batch with a trade that its orders do not allow, that is not the same for both parties, or that is
/// settled otherwise than the rules and the meters say.
interface IFillJudge is IJudge {
    /// @notice `twin`: the two leaves of a trade are not each other's, not of two accounts and two sides, or differ.
    /// @param other The leaf that `fill` names as its twin; ignored when there can be none at that index.
    function twin(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        FillProof calldata fill,
        FillProof calldata other
    ) external;

    /// @notice `fill-order`: the fill is not its order's: account, side, limit, zero energy, unknown phase, or a call
    /// auction's fill of an order that had ended.
    /// @param order The order that `fill` names; ignored when there can be none at that index.
    function fillOrder(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        FillProof calldata fill,
        OrderProof calldata order
    ) external;

    /// @notice `overfill`: the order was filled with more than it asked for.
    function overfill(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        FillProof calldata fill,
        OrderProof calldata order
    ) external;

    /// @notice `running-sum`: two neighbours are not sorted, or a sum is not that of the leaf before plus the leaf's own.
    /// @param previous The leaf before `fill`; ignored when `fill` is the first.
    function runningSum(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        FillProof calldata previous,
        FillProof calldata fill
    ) external;

    /// @notice `settlement`: what settles, is paid, makes whole or is charged is not what the rules make of both positions.
    /// @param fill Either leaf of the trade; the amounts that it says are judged.
    /// @param other Its twin.
    /// @param seller The position of the party that sells.
    /// @param buyer The position of the party that buys.
    function settlement(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        Rules calldata rules,
        FillProof calldata fill,
        FillProof calldata other,
        PositionProof calldata seller,
        PositionProof calldata buyer
    ) external;
}
