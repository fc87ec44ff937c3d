// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPositionJudge} from "../interfaces/IPositionJudge.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {ISiteRegistry} from "../interfaces/ISiteRegistry.sol";
import {Registers} from "../libraries/Registers.sol";
import {BatchHeader, CommittedBatch} from "../types/Batch.sol";
import {FillCut, FillLeaf, PositionLeaf, PositionProof, ReadingLeaf, ReadingProof} from "../types/Leaves.sol";
import {FillCuts} from "./FillCuts.sol";

/// @title Judge of positions
/// @dev See `IPositionJudge` for what each function shows.
contract PositionJudge is FillCuts, IPositionJudge {
    bytes32 private constant SUM = "position-sum";
    bytes32 private constant METERING = "position-metering";

    /// @inheritdoc IPositionJudge
    function positionSum(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        PositionProof calldata position,
        FillCut calldata fills
    ) external override {
        _prove(batch.header, position);
        FillLeaf memory last;
        if (_hasFills(batch.header, fills, position.index)) last = fills.previous.leaf;
        PositionLeaf calldata leaf = position.leaf;
        bool isRight = leaf.soldWh == last.soldWh && leaf.boughtWh == last.boughtWh
            && leaf.creditNano == last.creditNano && leaf.debitNano == last.debitNano;
        _takeBack(court, batch, !isRight, SUM);
    }

    /// @inheritdoc IPositionJudge
    function positionShape(ISettlementCourt court, CommittedBatch calldata batch, PositionProof calldata position)
        external
        override
    {
        _prove(batch.header, position);
        PositionLeaf calldata leaf = position.leaf;
        uint32 count = batch.header.readingCount;
        bool isWrong = leaf.isMetered
            ? leaf.siteId == 0 || leaf.startReading >= count || leaf.endReading >= count
            : leaf.startReading > 0 || leaf.endReading > 0 || _hasRegisters(leaf);
        _takeBack(court, batch, isWrong, METERING);
    }

    /// @inheritdoc IPositionJudge
    function positionBoundary(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        PositionProof calldata position,
        bool isEnd,
        ReadingProof calldata before,
        ReadingProof calldata next
    ) external override {
        _prove(batch.header, position);
        if (!position.leaf.isMetered) revert JudgeNothingWrong();
        _requireAt(before.index, isEnd ? position.leaf.endReading : position.leaf.startReading);
        _proveNeighbours(batch.header, before, next);
        uint256 boundaryMs = _boundaryMs(batch.header, isEnd);
        bool isRight = before.leaf.siteId == position.leaf.siteId
            && _encloses(position.index, before, next, boundaryMs, batch.header)
            && _hasRegistersOf(position.leaf, isEnd, before.leaf, next.leaf, boundaryMs);
        _takeBack(court, batch, !isRight, METERING);
    }

    /// @inheritdoc IPositionJudge
    function positionMeters(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        PositionProof calldata position,
        ReadingProof calldata start,
        ReadingProof calldata end
    ) external override {
        _prove(batch.header, position);
        if (!position.leaf.isMetered) revert JudgeNothingWrong();
        _requireAt(start.index, position.leaf.startReading);
        _prove(batch.header, start);
        _requireAt(end.index, position.leaf.endReading);
        _prove(batch.header, end);
        _takeBack(court, batch, start.leaf.meterKeyHash != end.leaf.meterKeyHash, METERING);
    }

    /// @inheritdoc IPositionJudge
    function positionUnmetered(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        PositionProof calldata position,
        ReadingProof calldata start,
        ReadingProof calldata startNext,
        ReadingProof calldata end,
        ReadingProof calldata endNext
    ) external override {
        _prove(batch.header, position);
        _proveNeighbours(batch.header, start, startNext);
        _proveNeighbours(batch.header, end, endNext);
        bool isWrong = !position.leaf.isMetered && position.leaf.siteId != 0
            && start.leaf.meterKeyHash == end.leaf.meterKeyHash
            && _enclosesAt(batch.header, position.index, false, start, startNext)
            && _enclosesAt(batch.header, position.index, true, end, endNext);
        _takeBack(court, batch, isWrong, METERING);
    }

    /// @inheritdoc IPositionJudge
    function positionOwner(ISettlementCourt court, CommittedBatch calldata batch, PositionProof calldata position)
        external
        override
    {
        _prove(batch.header, position);
        bytes32 site = position.leaf.siteId;
        uint64 start = batch.header.intervalStart;
        ISiteRegistry registry = court.registry();
        bool isWrong = site != 0
            && (!registry.isRegisteredAt(site, start) || registry.versionAt(site, start).owner != position.leaf.account);
        _takeBack(court, batch, isWrong, METERING);
    }

    function _hasRegisters(PositionLeaf calldata leaf) private pure returns (bool) {
        return leaf.startImportWh > 0 || leaf.startExportWh > 0 || leaf.endImportWh > 0 || leaf.endExportWh > 0;
    }

    /// @dev Proves a reading and the one after it, if there is one.
    function _proveNeighbours(BatchHeader calldata header, ReadingProof calldata before, ReadingProof calldata next)
        private
        pure
    {
        _prove(header, before);
        if (!_hasNext(header, before)) return;
        _requireAt(next.index, uint256(before.index) + 1);
        _prove(header, next);
    }

    function _hasNext(BatchHeader calldata header, ReadingProof calldata before) private pure returns (bool) {
        return uint256(before.index) + 1 < header.readingCount;
    }

    function _boundaryMs(BatchHeader calldata header, bool isEnd) private pure returns (uint256) {
        return uint256(isEnd ? header.intervalEnd : header.intervalStart) * 1000;
    }

    function _enclosesAt(
        BatchHeader calldata header,
        uint32 accountIndex,
        bool isEnd,
        ReadingProof calldata before,
        ReadingProof calldata next
    ) private pure returns (bool) {
        return _encloses(accountIndex, before, next, _boundaryMs(header, isEnd), header);
    }

    /// @dev Whether `before` is the account's last reading that is not after the boundary, and either was taken at it or the
    /// next one is the same meter's.
    function _encloses(
        uint32 accountIndex,
        ReadingProof calldata before,
        ReadingProof calldata next,
        uint256 boundaryMs,
        BatchHeader calldata header
    ) private pure returns (bool) {
        if (before.leaf.accountIndex != accountIndex || before.leaf.takenAtMs > boundaryMs) {
            return false;
        }
        bool isNextOwn = _hasNext(header, before) && next.leaf.accountIndex == accountIndex;
        if (isNextOwn && next.leaf.takenAtMs <= boundaryMs) return false;
        if (before.leaf.takenAtMs == boundaryMs) return true;
        return isNextOwn && next.leaf.meterKeyHash == before.leaf.meterKeyHash;
    }

    function _hasRegistersOf(
        PositionLeaf calldata position,
        bool isEnd,
        ReadingLeaf calldata before,
        ReadingLeaf calldata next,
        uint256 boundaryMs
    ) private pure returns (bool) {
        (uint256 importWh, uint256 exportWh) = Registers.between(boundaryMs, before, next);
        return isEnd
            ? position.endImportWh == importWh && position.endExportWh == exportWh
            : position.startImportWh == importWh && position.startExportWh == exportWh;
    }
}
