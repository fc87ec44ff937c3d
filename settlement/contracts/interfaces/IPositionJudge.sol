// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CommittedBatch} from "../types/Batch.sol";
import {FillCut, PositionProof, ReadingProof} from "../types/Leaves.sol";
import {IJudge} from "./IJudge.sol";
import {ISettlementCourt} from "./ISettlementCourt.sol";

/// @title Judge of positions
/// @notice Takes back a batch in which an account's sums are not those of its fills, or its registers not those of its
/// readings.
interface IPositionJudge is IJudge {
    /// @notice `position-sum`: sold, bought, credit or debit are not those of the account's last fill, or not zero without.
    /// @param fills The place after the account's last fill, or where its fills would stand.
    function positionSum(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        PositionProof calldata position,
        FillCut calldata fills
    ) external;

    /// @notice `position-metering`: metered without a site, a reading beyond the readings, or unmetered with anything else
    /// than zeros.
    function positionShape(ISettlementCourt court, CommittedBatch calldata batch, PositionProof calldata position)
        external;

    /// @notice `position-metering`: a metered position's registers at the start or the end are not those of its readings.
    /// @param isEnd Which end of the interval.
    /// @param before The reading that the position names for it.
    /// @param next The reading after that; ignored when `before` is the last of all.
    function positionBoundary(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        PositionProof calldata position,
        bool isEnd,
        ReadingProof calldata before,
        ReadingProof calldata next
    ) external;

    /// @notice `position-metering`: a metered position whose start and end are not the same meter's.
    /// @param start The reading that the position names for the start.
    /// @param end The reading that the position names for the end.
    function positionMeters(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        PositionProof calldata position,
        ReadingProof calldata start,
        ReadingProof calldata end
    ) external;

    /// @notice `position-metering`: unmetered, although readings of one meter of the site enclose both ends.
    /// @param start The last reading that is not after the start.
    /// @param startNext The one after it; ignored when `start` is the last of all.
    /// @param end The last reading that is not after the end.
    /// @param endNext The one after it; ignored when `end` is the last of all.
    function positionUnmetered(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        PositionProof calldata position,
        ReadingProof calldata start,
        ReadingProof calldata startNext,
        ReadingProof calldata end,
        ReadingProof calldata endNext
    ) external;

    /// @notice `position-metering`: the site is registered to another account at the interval's start, or to none.
    function positionOwner(ISettlementCourt court, CommittedBatch calldata batch, PositionProof calldata position)
        external;
}
