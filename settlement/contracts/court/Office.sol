// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {CommittedBatch} from "../types/Batch.sol";
import {ShowMe} from "./ShowMe.sol";

/// @title The operator's office
/// @notice What becomes of commits when the operator is silent, suspect or replaced, and the rules that all are
/// accounted by. None of it reaches the withdrawals.
abstract contract Office is ShowMe {
    struct RulesVersion {
        uint64 since;
        bytes32 hash;
    }

    /// @inheritdoc ISettlementCourt
    address public immutable override governance;
    /// @inheritdoc ISettlementCourt
    uint64 public immutable override withdrawalDelay;
    /// @inheritdoc ISettlementCourt
    uint64 public immutable override silenceLimit;
    /// @inheritdoc ISettlementCourt
    uint64 public immutable override pauseLimit;

    /// @inheritdoc ISettlementCourt
    address public override guardian;
    uint64 private _pausedAt;
    /// @dev From when on silence counts at the earliest.
    uint64 internal _silentSince;

    RulesVersion[] private _rules;

    constructor(Terms memory terms) {
        if (terms.silenceLimit == 0 || terms.rulesHash == 0) revert CourtInvalidTerms();
        _rules.push(RulesVersion(0, terms.rulesHash));
        governance = terms.governance;
        withdrawalDelay = terms.withdrawalDelay;
        silenceLimit = terms.silenceLimit;
        pauseLimit = terms.pauseLimit;
        guardian = terms.guardian;
        _silentSince = uint64(block.timestamp);
        uint64 longest = finalityLimit() + terms.pauseLimit;
        if (terms.withdrawalDelay <= longest) revert CourtDelayTooShort(terms.withdrawalDelay, longest);
        if (terms.governance != address(0)) _requireSlow();
    }

    modifier onlyGovernance() {
        if (msg.sender != governance) revert CourtUnauthorized(msg.sender);
        _requireSlow();
        _;
    }

    /// @inheritdoc ISettlementCourt
    function freeze(CommittedBatch calldata latest) external override {
        Docket memory docket = _docket;
        if (docket.isFrozen) revert CourtFrozen();
        uint256 since = Math.max(_silentSince, docket.pausedUntil);
        if (docket.head > 0) {
            if (latest.header.number != docket.head || !_isKnown(latest)) revert CourtWrongPrevious(docket.head);
            since = Math.max(since, latest.committedAt);
        }
        if (block.timestamp < since + silenceLimit) revert CourtNotSilent(since + silenceLimit);
        _docket.isFrozen = true;
        emit CourtFroze(docket.head);
    }

    /// @inheritdoc ISettlementCourt
    function pauseCommits(uint64 duration) external override {
        if (msg.sender != guardian) revert CourtUnauthorized(msg.sender);
        if (duration == 0 || duration > pauseLimit) revert CourtPauseTooLong(duration, pauseLimit);
        uint256 earliest = _pausedAt == 0 ? 0 : uint256(_pausedAt) + 2 * uint256(pauseLimit);
        if (block.timestamp < earliest) revert CourtPausedRecently(earliest);
        _pausedAt = uint64(block.timestamp);
        uint64 until = uint64(block.timestamp) + duration;
        // Until the year 2106.
        // forge-lint: disable-next-line(unsafe-typecast)
        _docket.pausedUntil = uint32(until);
        emit CommitsPaused(until);
    }

    /// @inheritdoc ISettlementCourt
    function replaceOperator(address successor) external override onlyGovernance {
        if (successor == address(0)) revert CourtInvalidTerms();
        emit OperatorReplaced(_docket.operator, successor);
        _docket.operator = successor;
        _silentSince = uint64(block.timestamp);
    }

    /// @inheritdoc ISettlementCourt
    function replaceGuardian(address successor) external override onlyGovernance {
        emit GuardianReplaced(guardian, successor);
        guardian = successor;
    }

    /// @inheritdoc ISettlementCourt
    function changeRules(bytes32 rulesHash, uint64 since) external override onlyGovernance {
        if (rulesHash == 0) revert CourtInvalidTerms();
        uint256 earliest = Math.max(block.timestamp, _rules[_rules.length - 1].since);
        if (since < earliest) revert CourtRulesTooSoon(since, earliest);
        _rules.push(RulesVersion(since, rulesHash));
        emit RulesChanged(rulesHash, since);
    }

    /// @inheritdoc ISettlementCourt
    function rulesHashAt(uint64 time) external view override returns (bytes32) {
        uint256 i = _rules.length - 1;
        while (_rules[i].since > time) --i;
        return _rules[i].hash;
    }

    /// @inheritdoc ISettlementCourt
    function isFrozen() external view override returns (bool) {
        return _docket.isFrozen;
    }

    /// @inheritdoc ISettlementCourt
    function pausedUntil() external view override returns (uint64) {
        return _docket.pausedUntil;
    }

    function _requireMayCommit(uint256 docket) internal view override {
        // Each cast cuts its field out of the word.
        // forge-lint: disable-start(unsafe-typecast)
        if (msg.sender != address(uint160(docket))) revert CourtUnauthorized(msg.sender);
        if (uint8(docket >> FROZEN_BIT) != 0) revert CourtFrozen();
        uint32 resumesAt = uint32(docket >> PAUSED_BIT);
        if (block.timestamp < resumesAt) revert CourtPaused(resumesAt);
        if (uint8(docket >> BONDED_BIT) == 0) revert CourtBondTooLow(bond(), minimumBond);
        // forge-lint: disable-end(unsafe-typecast)
    }

    /// @dev The timelock can shorten its own delay, so it is asked each time.
    function _requireSlow() private view {
        uint256 delay = TimelockController(payable(governance)).getMinDelay();
        if (delay <= withdrawalDelay) revert CourtTimelockTooShort(delay, withdrawalDelay);
    }
}
