// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IReadingJudge} from "../interfaces/IReadingJudge.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {ISiteRegistry} from "../interfaces/ISiteRegistry.sol";
import {MeterKeys} from "../libraries/MeterKeys.sol";
import {MeterReadings} from "../libraries/MeterReadings.sol";
import {BatchHeader, CommittedBatch} from "../types/Batch.sol";
import {PositionProof, ReadingLeaf, ReadingProof} from "../types/Leaves.sol";
import {METER_P256, METER_SECP256K1, MeterKey, MeterReading, SiteVersion} from "../types/Site.sol";
import {Judge} from "./Judge.sol";

/// @title Judge of readings
/// @dev See `IReadingJudge` for what each function shows.
contract ReadingJudge is Judge, IReadingJudge {
    bytes32 private constant FORGED = "reading-forged";
    bytes32 private constant UNREGISTERED = "reading-unregistered";
    bytes32 private constant UNSORTED = "reading-unsorted";
    bytes32 private constant DECREASE = "register-decrease";
    bytes32 private constant ABOVE_NAMEPLATE = "above-nameplate";

    uint256 private constant P256_KEY_LENGTH = 65;
    uint256 private constant ADDRESS_LENGTH = 20;
    /// @dev Milliseconds in an hour: W × ms are as many times a Wh.
    uint256 private constant HOUR_MS = 3_600_000;

    /// @inheritdoc IReadingJudge
    function readingForged(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        ReadingProof calldata reading,
        bytes calldata meterKey,
        bytes calldata signature
    ) external override {
        _prove(batch.header, reading);
        _requirePreimage(keccak256(meterKey), reading.leaf.meterKeyHash);
        _requirePreimage(keccak256(signature), reading.leaf.signatureHash);
        bytes32 digest = _digest(_domain(court, batch.header).separator, reading.leaf);
        bool isSigned = MeterKeys.verify(_keyOf(meterKey), digest, signature);
        _takeBack(court, batch, !isSigned, FORGED);
    }

    /// @inheritdoc IReadingJudge
    function readingUnregistered(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        ReadingProof calldata reading,
        PositionProof calldata position
    ) external override {
        _prove(batch.header, reading);
        bool isWrong = reading.leaf.accountIndex >= batch.header.accountCount;
        if (!isWrong) {
            _requireAt(position.index, reading.leaf.accountIndex);
            _prove(batch.header, position);
            isWrong = position.leaf.siteId != reading.leaf.siteId || !_isMeterOfSite(court.registry(), reading.leaf)
                || _isRevoked(court.registry(), reading.leaf, batch.committedAt);
        }
        _takeBack(court, batch, isWrong, UNREGISTERED);
    }

    /// @inheritdoc IReadingJudge
    function readingMisnamed(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        ReadingProof calldata reading,
        string calldata siteName
    ) external override {
        _prove(batch.header, reading);
        _requirePreimage(keccak256(bytes(siteName)), reading.leaf.siteId);
        _takeBack(court, batch, sha256(bytes(siteName)) != reading.leaf.siteHash, UNREGISTERED);
    }

    /// @inheritdoc IReadingJudge
    function readingUnsorted(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        ReadingProof calldata first,
        ReadingProof calldata second
    ) external override {
        _proveNeighbours(batch.header, first, second);
        bool isWrong = !_isSorted(first.leaf, second.leaf)
            || (_isSameMeter(first.leaf, second.leaf) && !_isLater(first.leaf, second.leaf));
        _takeBack(court, batch, isWrong, UNSORTED);
    }

    /// @inheritdoc IReadingJudge
    function registerDecrease(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        ReadingProof calldata first,
        ReadingProof calldata second
    ) external override {
        _proveNeighbours(batch.header, first, second);
        bool falls = second.leaf.importWh < first.leaf.importWh || second.leaf.exportWh < first.leaf.exportWh;
        _takeBack(court, batch, _isSameMeter(first.leaf, second.leaf) && falls, DECREASE);
    }

    /// @inheritdoc IReadingJudge
    function aboveNameplate(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        ReadingProof calldata first,
        ReadingProof calldata second
    ) external override {
        _proveNeighbours(batch.header, first, second);
        bool isWrong =
            _isSameMeter(first.leaf, second.leaf) && _exceedsNameplate(court.registry(), first.leaf, second.leaf);
        _takeBack(court, batch, isWrong, ABOVE_NAMEPLATE);
    }

    function _proveNeighbours(BatchHeader calldata header, ReadingProof calldata first, ReadingProof calldata second)
        private
        pure
    {
        _prove(header, first);
        _requireAt(second.index, uint256(first.index) + 1);
        _prove(header, second);
    }

    /// @dev The key of these bytes; one of no kind, which signs nothing, when they are none.
    function _keyOf(bytes calldata meterKey) private pure returns (MeterKey memory key) {
        if (meterKey.length == P256_KEY_LENGTH && meterKey[0] == 0x04) {
            return MeterKey(METER_P256, bytes32(meterKey[1:33]), bytes32(meterKey[33:]));
        }
        if (meterKey.length == ADDRESS_LENGTH) {
            // The 20 bytes stand on the left of the word.
            // forge-lint: disable-next-line(unsafe-typecast)
            return MeterKey(METER_SECP256K1, bytes32(meterKey) >> 96, 0);
        }
    }

    function _digest(bytes32 domain, ReadingLeaf calldata leaf) private pure returns (bytes32) {
        return MeterReadings.digest(
            MeterReading(domain, leaf.siteHash, leaf.sequence, leaf.takenAtMs, leaf.importWh, leaf.exportWh)
        );
    }

    function _isMeterOfSite(ISiteRegistry registry, ReadingLeaf calldata leaf) private view returns (bool) {
        uint64 takenAt = leaf.takenAtMs / 1000;
        if (!registry.isRegisteredAt(leaf.siteId, takenAt)) return false;
        return MeterKeys.hash(registry.versionAt(leaf.siteId, takenAt).meterKey) == leaf.meterKeyHash;
    }

    function _isRevoked(ISiteRegistry registry, ReadingLeaf calldata leaf, uint64 committedAt)
        private
        view
        returns (bool)
    {
        uint256 revokedAt = registry.meterRevokedAt(leaf.meterKeyHash);
        return revokedAt > 0 && leaf.takenAtMs / 1000 > revokedAt && committedAt >= revokedAt + NOTICE;
    }

    function _isSorted(ReadingLeaf calldata first, ReadingLeaf calldata second) private pure returns (bool) {
        if (first.accountIndex != second.accountIndex) return first.accountIndex < second.accountIndex;
        if (first.takenAtMs != second.takenAtMs) return first.takenAtMs < second.takenAtMs;
        return first.sequence < second.sequence;
    }

    function _isSameMeter(ReadingLeaf calldata first, ReadingLeaf calldata second) private pure returns (bool) {
        return first.accountIndex == second.accountIndex && first.siteId == second.siteId
            && first.meterKeyHash == second.meterKeyHash;
    }

    function _isLater(ReadingLeaf calldata first, ReadingLeaf calldata second) private pure returns (bool) {
        return first.takenAtMs < second.takenAtMs && first.sequence < second.sequence;
    }

    /// @dev Only under one version of the site's record: limits that changed in between allow what nobody can tell.
    function _exceedsNameplate(ISiteRegistry registry, ReadingLeaf calldata first, ReadingLeaf calldata second)
        private
        view
        returns (bool)
    {
        SiteVersion memory version = registry.versionAt(first.siteId, first.takenAtMs / 1000);
        if (registry.versionAt(second.siteId, second.takenAtMs / 1000).since != version.since) return false;
        uint256 spanMs = second.takenAtMs > first.takenAtMs ? second.takenAtMs - first.takenAtMs : 0;
        return _exceeds(first.importWh, second.importWh, version.importMaxW * spanMs)
            || _exceeds(first.exportWh, second.exportWh, version.exportMaxW * spanMs);
    }

    /// @dev Whether a register rose by more than `mostWms` (W × ms) and one Wh.
    function _exceeds(uint256 fromWh, uint256 toWh, uint256 mostWms) private pure returns (bool) {
        return toWh > fromWh && (toWh - fromWh - 1) * HOUR_MS > mostWms;
    }
}
