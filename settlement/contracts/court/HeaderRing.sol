// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {BatchHeaders} from "../libraries/BatchHeaders.sol";
import {BatchHeader, BatchStatus, CommittedBatch} from "../types/Batch.sol";

/// @title Header ring
/// @notice The operator's batches, one after the other: one word each, in a ring that the next ones overwrite.
abstract contract HeaderRing is ISettlementCourt {
    using BatchHeaders for BatchHeader;

    /// @dev All that a commit looks at, in one word.
    struct Docket {
        address operator;
        uint32 head;
        uint16 pending;
        bool isBonded;
        bool isFrozen;
        uint32 pausedUntil;
    }

    /// @dev A slot that was never written. Not zero, so that the first commits cost what all cost.
    bytes32 private constant UNUSED = bytes32(uint256(1));
    /// @dev The latest final batch and one that is being committed need a slot each.
    uint16 private constant SLOTS_NOT_PENDING = 2;

    /// @dev Where the fields after the operator stand in the docket's word.
    uint256 private constant HEAD_BIT = 160;
    uint256 private constant PENDING_BIT = 192;
    uint256 internal constant BONDED_BIT = 208;
    uint256 internal constant FROZEN_BIT = 216;
    uint256 internal constant PAUSED_BIT = 224;
    /// @dev One more batch, and one more that is pending: what to add to the docket's word.
    uint256 private constant ONE_MORE = (1 << 160) | (1 << 192);

    /// @inheritdoc ISettlementCourt
    bytes32 public immutable override community;
    /// @inheritdoc ISettlementCourt
    uint64 public immutable override challengeWindow;
    /// @inheritdoc ISettlementCourt
    uint16 public immutable override ringSize;

    /// @inheritdoc ISettlementCourt
    uint128 public override finalFeeTotal;
    Docket internal _docket;
    mapping(uint256 slot => bytes32 word) private _ring;

    constructor(bytes32 community_, address operator_, uint64 challengeWindow_, uint16 ringSize_) {
        if (operator_ == address(0) || challengeWindow_ == 0 || ringSize_ <= SLOTS_NOT_PENDING) {
            revert CourtInvalidTerms();
        }
        community = community_;
        challengeWindow = challengeWindow_;
        ringSize = ringSize_;
        _docket.operator = operator_;
        for (uint256 slot = 0; slot < ringSize_; ++slot) {
            _ring[slot] = UNUSED;
        }
    }

    modifier onlyOperator() {
        if (msg.sender != _docket.operator) revert CourtUnauthorized(msg.sender);
        _;
    }

    /// @inheritdoc ISettlementCourt
    /// @dev Calls nobody, so it needs no lock against re-entry.
    function commit(BatchHeader calldata header, uint64 previousCommittedAt) external override {
        uint256 docket = _readDocket();
        _requireMayCommit(docket);
        if (header.community != community) revert CourtWrongCommunity(header.community);
        // Each cast cuts its field out of the word.
        // forge-lint: disable-next-line(unsafe-typecast)
        (uint32 latest, uint16 pending) = (uint32(docket >> HEAD_BIT), uint16(docket >> PENDING_BIT));
        uint64 number = uint64(latest) + 1;
        if (header.number != number) revert CourtWrongNumber(header.number, number);
        if (pending + SLOTS_NOT_PENDING > ringSize) revert CourtTooManyPending(pending);
        _requireFollows(header.previousHash, previousCommittedAt, latest);
        // In 256 bits: the sum of two 128-bit totals cannot overflow.
        if (uint256(header.creditTotal) + header.feeTotal != header.debitTotal) {
            revert CourtUnbalancedBatch(header.creditTotal, header.debitTotal, header.feeTotal);
        }

        bytes32 hash = header.hash();
        _ring[number % ringSize] = BatchHeaders.word(hash, uint64(block.timestamp));
        _countCommit(docket);
        emit BatchCommitted(number, hash);
    }

    /// @inheritdoc ISettlementCourt
    function finalize(CommittedBatch calldata batch) external override {
        uint64 number = finalNumber() + 1;
        if (batch.header.number != number) revert CourtWrongNumber(batch.header.number, number);
        uint256 earliest = _finalizableAt(batch, _requirePending(batch));
        if (block.timestamp < earliest) revert CourtNotFinalizable(earliest);
        --_docket.pending;
        if (finalFeeTotal != batch.header.feeTotal) finalFeeTotal = batch.header.feeTotal;
        emit BatchFinalized(number, batch.header.hash());
    }

    /// @inheritdoc ISettlementCourt
    function operator() external view override returns (address) {
        return _docket.operator;
    }

    /// @inheritdoc ISettlementCourt
    function head() external view override returns (uint64) {
        return _docket.head;
    }

    /// @inheritdoc ISettlementCourt
    function finalNumber() public view override returns (uint64) {
        return _docket.head - _docket.pending;
    }

    /// @inheritdoc ISettlementCourt
    function statusOf(CommittedBatch calldata batch) external view override returns (BatchStatus) {
        if (!_isKnown(batch)) return BatchStatus.None;
        return batch.header.number > finalNumber() ? BatchStatus.Pending : BatchStatus.Final;
    }

    /// @inheritdoc ISettlementCourt
    function finalizableAt(CommittedBatch calldata batch) external view override returns (uint256) {
        return _finalizableAt(batch, _requirePending(batch));
    }

    /// @dev The batch's word; reverts unless it is the court's and pending.
    function _requirePending(CommittedBatch calldata batch) internal view returns (bytes32) {
        uint64 number = batch.header.number;
        if (number <= finalNumber() || !_isKnown(batch)) revert CourtBatchNotPending(number);
        return _wordOf(batch);
    }

    /// @dev Whether the batch is pending or final and still remembered.
    function _isKnown(CommittedBatch calldata batch) internal view returns (bool) {
        uint64 number = batch.header.number;
        return number > 0 && number <= _docket.head && _ring[number % ringSize] == _wordOf(batch);
    }

    function _wordOf(CommittedBatch calldata batch) internal pure returns (bytes32) {
        return BatchHeaders.word(batch.header.hash(), batch.committedAt);
    }

    /// @dev Takes batch `number` and all later ones off the docket. Their words stay until others overwrite them.
    function _strike(uint64 number) internal {
        Docket memory docket = _docket;
        // The batch is pending: its number is at most the head, and no more are struck than are pending.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint32 struck = docket.head + 1 - uint32(number);
        docket.head -= struck;
        // forge-lint: disable-next-line(unsafe-typecast)
        docket.pending -= uint16(struck);
        _docket = docket;
    }

    /// @dev The docket's word: a commit reads it once and cuts out what it needs.
    function _readDocket() private view returns (uint256 docket) {
        assembly ("memory-safe") {
            docket := sload(_docket.slot)
        }
    }

    /// @dev One more batch and one more pending, by one write. Neither can run into its neighbour: fewer are pending than
    /// the ring has slots, and 2³² batches of five minutes are 40,000 years.
    function _countCommit(uint256 docket) private {
        assembly ("memory-safe") {
            sstore(_docket.slot, add(docket, ONE_MORE))
        }
    }

    /// @dev From when on the pending batch with this word can be made final.
    function _finalizableAt(CommittedBatch calldata batch, bytes32 word) internal view virtual returns (uint256);

    /// @dev Reverts unless the sender may commit now, by the docket's word.
    function _requireMayCommit(uint256 docket) internal view virtual;

    function _requireFollows(bytes32 previousHash, uint64 previousCommittedAt, uint32 previousNumber) private view {
        bool follows = previousNumber == 0
            ? previousHash == 0
            : _ring[previousNumber % ringSize] == BatchHeaders.word(previousHash, previousCommittedAt);
        if (!follows) revert CourtWrongPrevious(previousNumber);
    }
}
