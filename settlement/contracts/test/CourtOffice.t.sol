// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {SettlementCourt} from "../SettlementCourt.sol";
import {ICourtErrors} from "../interfaces/ICourtErrors.sol";
import {ICourtEvents} from "../interfaces/ICourtEvents.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {BatchHeader, CommittedBatch} from "../types/Batch.sol";
import {CourtFixture} from "./utils/CourtFixture.sol";
import {bound, vm} from "./utils/Vm.sol";

contract CourtOfficeTest is CourtFixture {
    TimelockController private _timelock;
    bytes private _frozen = abi.encodeWithSelector(ICourtErrors.CourtFrozen.selector);

    function setUp() public {
        address[] memory members = new address[](1);
        members[0] = address(this);
        _timelock = new TimelockController(DELAY + 1, members, members, address(0));
        governance = address(_timelock);
        _setUpCourt();
        _deposit(0, 100e6);
        _deposit(1, 100e6);
    }

    function test_freeze_afterSilence() public {
        uint256 silentSince = block.timestamp;
        vm.warp(silentSince + SILENCE - 1);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtNotSilent.selector, silentSince + SILENCE));
        court.freeze(noBatch);
        _commit();
        CommittedBatch memory latest = _batch(1);
        vm.warp(latest.committedAt + SILENCE - 1);
        vm.expectRevert(
            abi.encodeWithSelector(ICourtErrors.CourtNotSilent.selector, uint256(latest.committedAt) + SILENCE)
        );
        court.freeze(latest);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtWrongPrevious.selector, 1));
        court.freeze(noBatch);
        vm.warp(latest.committedAt + SILENCE);
        latest.committedAt -= 1;
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtWrongPrevious.selector, 1));
        court.freeze(latest);
        latest.committedAt += 1;
        vm.expectEmit(address(court));
        emit ICourtEvents.CourtFroze(1);
        vm.prank(watcher);
        court.freeze(latest);
        vm.assertTrue(court.isFrozen(), "frozen");
        vm.expectRevert(_frozen);
        court.freeze(latest);
        _expectNoCommit(_frozen);
    }

    function test_freeze_whatIsPendingEndsAndAllLeave() public {
        _trade(0, 1, 40e6, 0);
        _commit();
        vm.warp(block.timestamp + SILENCE);
        court.freeze(_batch(1));
        court.finalize(_batch(1));
        _request(0, 60e6);
        _request(1, 140e6);
        vm.warp(block.timestamp + DELAY);
        vm.assertEq(escrow.withdraw(_home(0), _batch(1), _proof(1, 0), noBatch), 60e6);
        vm.assertEq(escrow.withdraw(_home(1), _batch(1), _proof(1, 1), noBatch), 140e6);
        vm.assertEq(token.balanceOf(address(escrow)), 0);
        vm.prank(operator);
        court.withdrawBond(BOND, operator);
        _checkConserved();
    }

    function test_freeze_aBatchTakenBackIsNoSilence() public {
        _commit();
        vm.warp(block.timestamp + SILENCE / 2);
        CommittedBatch memory batch = _batch(1);
        vm.prank(address(headerJudge));
        court.takeBack(batch, watcher, "sequence");
        uint256 earliest = block.timestamp + SILENCE;
        vm.warp(earliest - 1);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtNotSilent.selector, earliest));
        court.freeze(noBatch);
        vm.warp(earliest);
        court.freeze(noBatch);
    }

    function test_pause_stopsCommitsAlone() public {
        _trade(0, 1, 10e6, 0);
        _commit();
        _request(0, 10e6);
        uint64 until = uint64(block.timestamp) + PAUSE;
        vm.expectEmit(address(court));
        emit ICourtEvents.CommitsPaused(until);
        vm.prank(guardian);
        court.pauseCommits(PAUSE);
        vm.assertEq(court.pausedUntil(), until);
        _expectNoCommit(abi.encodeWithSelector(ICourtErrors.CourtPaused.selector, until));
        vm.warp(until - 1);
        _expectNoCommit(abi.encodeWithSelector(ICourtErrors.CourtPaused.selector, until));
        // The pause ends by itself.
        vm.warp(until);
        court.finalize(_batch(1));
        _commit();
        vm.prank(guardian);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtPausedRecently.selector, uint256(until) + PAUSE));
        court.pauseCommits(1);
        vm.warp(uint256(until) + PAUSE);
        vm.prank(guardian);
        court.pauseCommits(1);
        vm.assertEq(court.pausedUntil(), block.timestamp + 1);
    }

    function test_pause_isNoSilence() public {
        _commit();
        vm.warp(block.timestamp + SILENCE - 1);
        vm.prank(guardian);
        court.pauseCommits(PAUSE);
        vm.warp(block.timestamp + 1);
        CommittedBatch memory latest = _batch(1);
        uint256 earliest = uint256(court.pausedUntil()) + SILENCE;
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtNotSilent.selector, earliest));
        court.freeze(latest);
    }

    function test_pause_refuses() public {
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtUnauthorized.selector, operator));
        court.pauseCommits(1);
        vm.startPrank(guardian);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtPauseTooLong.selector, 0, PAUSE));
        court.pauseCommits(0);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtPauseTooLong.selector, PAUSE + 1, PAUSE));
        court.pauseCommits(PAUSE + 1);
        vm.stopPrank();
    }

    /// @dev However the guardian goes about it, two thirds of the time are the operator's.
    function testFuzz_pause_neverHoldsLong(uint256 wait) public {
        vm.startPrank(guardian);
        court.pauseCommits(PAUSE);
        uint256 begunAt = block.timestamp;
        vm.warp(begunAt + bound(wait, 0, 4 * PAUSE));
        if (block.timestamp < begunAt + 2 * PAUSE) vm.expectPartialRevert(ICourtErrors.CourtPausedRecently.selector);
        court.pauseCommits(PAUSE);
        vm.stopPrank();
    }

    function test_governance_replacesTheOperator() public {
        _commit();
        _expectThroughTimelock(abi.encodeCall(court.replaceOperator, (watcher)));
        vm.assertEq(court.operator(), watcher);
        // What was committed is untouched, and the bond is the office's.
        court.finalize(_batch(1));
        vm.assertEq(court.bond(), BOND);
        _expectNoCommit(abi.encodeWithSelector(ICourtErrors.CourtUnauthorized.selector, operator));
        operator = watcher;
        _commit();
        _finalize();
        vm.prank(operator);
        court.withdrawBond(BOND, operator);
        vm.assertEq(token.balanceOf(watcher), BOND);
    }

    function test_governance_replacesTheGuardian() public {
        _expectThroughTimelock(abi.encodeCall(court.replaceGuardian, (watcher)));
        vm.assertEq(court.guardian(), watcher);
        vm.prank(watcher);
        court.pauseCommits(1);
    }

    function test_governance_changesRulesAheadOfTime() public {
        bytes32 former = court.rulesHashAt(0);
        _commit();
        uint64 since = uint64(block.timestamp) + 2 * DELAY;
        _expectThroughTimelock(abi.encodeCall(court.changeRules, ("new rules", since)));
        vm.assertEq(court.rulesHashAt(headers[1].intervalStart), former);
        vm.assertEq(court.rulesHashAt(since - 1), former);
        vm.assertEq(court.rulesHashAt(since), "new rules");
        vm.assertEq(court.rulesHashAt(type(uint64).max), "new rules");
        vm.startPrank(governance);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtRulesTooSoon.selector, since - 1, since));
        court.changeRules("others", since - 1);
        vm.expectRevert(ICourtErrors.CourtInvalidTerms.selector);
        court.changeRules(0, since);
        vm.warp(since + 1);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtRulesTooSoon.selector, since, since + 1));
        court.changeRules("others", since);
        court.changeRules("others", since + 1);
        vm.stopPrank();
        vm.assertEq(court.rulesHashAt(since), "new rules");
    }

    function test_governance_onlyItAndOnlySlowly() public {
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtUnauthorized.selector, operator));
        court.replaceOperator(operator);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtUnauthorized.selector, operator));
        court.replaceGuardian(operator);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtUnauthorized.selector, operator));
        court.changeRules("rules", type(uint64).max);
        vm.stopPrank();
        vm.prank(governance);
        vm.expectRevert(ICourtErrors.CourtInvalidTerms.selector);
        court.replaceOperator(address(0));
        // A timelock that shortened its delay has no say any more.
        vm.prank(governance);
        _timelock.updateDelay(DELAY);
        vm.prank(governance);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtTimelockTooShort.selector, uint256(DELAY), DELAY));
        court.replaceOperator(watcher);
        ISettlementCourt.Terms memory terms = _terms();
        terms.escrow = escrow;
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtTimelockTooShort.selector, uint256(DELAY), DELAY));
        new SettlementCourt(terms);
    }

    function _expectThroughTimelock(bytes memory call) private {
        uint256 delay = _timelock.getMinDelay();
        _timelock.schedule(address(court), 0, call, 0, 0, delay);
        vm.warp(block.timestamp + delay);
        _timelock.execute(address(court), 0, call, 0, 0);
    }

    function _expectNoCommit(bytes memory reason) private {
        (BatchHeader memory header,) = _next();
        uint64 previous = committedAt[court.head()];
        vm.prank(operator);
        vm.expectRevert(reason);
        court.commit(header, previous);
    }
}
