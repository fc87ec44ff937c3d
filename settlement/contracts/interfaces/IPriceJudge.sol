// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CommittedBatch} from "../types/Batch.sol";
import {FillCut, FillProof, OrderProof} from "../types/Leaves.sol";
import {IJudge} from "./IJudge.sol";
import {ISettlementCourt} from "./ISettlementCourt.sol";

/// @title Judge of the clearing price
/// @notice Takes back a batch whose call auction is not one at a uniform price that trades the most: one order is enough to
/// show it.
interface IPriceJudge is IJudge {
    /// @notice `call-price`: a fill of the call auction at another price than the clearing price.
    function callPrice(ISettlementCourt court, CommittedBatch calldata batch, FillProof calldata fill) external;

    /// @notice `better-unfilled`: an order that was live, strictly better than the clearing price, and is not full.
    /// @param fills The place after the order's last fill, or where its fills would stand.
    function betterUnfilled(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        OrderProof calldata order,
        FillCut calldata fills
    ) external;

    /// @notice `crossing`: a bid and an offer of two accounts that were live, cross, and are both not full.
    /// @param bidFills The place after the bid's last fill, or where its fills would stand.
    /// @param offerFills The place after the offer's last fill, or where its fills would stand.
    function crossing(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        OrderProof calldata bid,
        FillCut calldata bidFills,
        OrderProof calldata offer,
        FillCut calldata offerFills
    ) external;
}
