// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IJudge} from "../interfaces/IJudge.sol";
import {BatchHeader, Rules} from "../types/Batch.sol";
import {CourtFixture} from "./utils/CourtFixture.sol";
import {vm} from "./utils/Vm.sol";

contract HeaderJudgeTest is CourtFixture {
    bytes private _nothingWrong = abi.encodeWithSelector(IJudge.JudgeNothingWrong.selector);

    function setUp() public {
        _setUpCourt();
        _deposit(0, 100e6);
        _deposit(1, 100e6);
        _trade(0, 1, 10e6, 1e6);
        _commit();
    }

    function test_anHonestHeaderStands() public {
        _trade(1, 0, 3e6, 0);
        _commit();
        vm.expectRevert(_nothingWrong);
        headerJudge.headerSequence(court, headers[1], _batch(2));
        vm.expectRevert(_nothingWrong);
        headerJudge.headerInterval(court, _batch(2), rules);
        vm.expectRevert(_nothingWrong);
        headerJudge.headerRules(court, _batch(2));
        vm.expectRevert(_nothingWrong);
        headerJudge.headerEmptyTree(court, _batch(2));
        vm.expectRevert(_nothingWrong);
        headerJudge.headerAccounts(court, _batch(2));
    }

    function test_sequence_nothingFallsAndTheIntervalRises() public {
        BatchHeader memory header = _honest();
        header.intervalIndex -= 1;
        _expectTakenBack(header);
        header = _honest();
        header.intervalStart -= 1;
        _expectTakenBack(header);
        header = _honest();
        header.accountCount -= 1;
        _expectTakenBack(header);
        header = _honest();
        (header.creditTotal, header.debitTotal) = (header.creditTotal - 1, header.debitTotal - 1);
        _expectTakenBack(header);
        header = _honest();
        (header.feeTotal, header.debitTotal) = (header.feeTotal - 1, header.debitTotal - 1);
        _expectTakenBack(header);
        header = _honest();
        (header.creditTotal, header.feeTotal) = (header.creditTotal + 2, header.feeTotal - 2);
        _expectTakenBack(header);
    }

    function test_sequence_refusesAForeignHeader() public {
        _commit();
        BatchHeader memory other = headers[1];
        other.archiveHash = "other";
        vm.expectPartialRevert(IJudge.JudgeWrongPreimage.selector);
        headerJudge.headerSequence(court, other, _batch(2));
        // The first batch has none before it.
        vm.expectPartialRevert(IJudge.JudgeWrongPreimage.selector);
        headerJudge.headerSequence(court, headers[0], _batch(1));
    }

    function test_interval_isWhereTheRulesPutIt() public {
        BatchHeader memory header = _honest();
        header.intervalStart += 1;
        _commitAs(header);
        Rules memory other = rules;
        other.intervalMs += 1;
        vm.expectPartialRevert(IJudge.JudgeWrongRules.selector);
        headerJudge.headerInterval(court, _batch(2), other);
        headerJudge.headerInterval(court, _batch(2), rules);
        vm.assertEq(court.head(), 1);
        _bondAgain();
        header = _honest();
        header.intervalEnd += 900;
        _commitAs(header);
        headerJudge.headerInterval(court, _batch(2), rules);
        vm.assertEq(court.head(), 1);
    }

    function test_rules_areTheCourts() public {
        // The operator would like a fee.
        rules.feePpm = 10_000;
        _commit();
        headerJudge.headerRules(court, _batch(2));
        vm.assertEq(court.head(), 1);
    }

    function test_emptyTrees_haveNoRoots() public {
        BatchHeader memory header = _honest();
        header.ordersRoot = "something";
        _expectEmptyTree(header);
        header = _honest();
        header.readingsRoot = "something";
        _expectEmptyTree(header);
        header = _honest();
        header.fillsRoot = "something";
        _expectEmptyTree(header);
        header = _honest();
        (header.fillCount, header.fillsRoot) = (3, "something");
        _expectEmptyTree(header);
    }

    function test_emptyTrees_noAccountsNoMoney() public {
        BatchHeader memory header = _honest();
        header.accountCount = 0;
        _expectEmptyTree(header);
        (header.positionsRoot, header.balancesRoot) = (0, "something");
        _expectEmptyTree(header);
        (header.positionsRoot, header.balancesRoot) = ("something", 0);
        (header.creditTotal, header.debitTotal, header.feeTotal) = (0, 0, 0);
        _expectEmptyTree(header);
        header.positionsRoot = 0;
        (header.debitTotal, header.feeTotal) = (1e9, 1e9);
        _expectEmptyTree(header);
        (header.debitTotal, header.feeTotal) = (0, 0);
        _commitAs(header);
        vm.expectRevert(_nothingWrong);
        headerJudge.headerEmptyTree(court, _batch(2));
    }

    function test_accounts_areTheEscrows() public {
        BatchHeader memory header = _honest();
        header.accountCount = 3;
        _commitAs(header);
        headerJudge.headerAccounts(court, _batch(2));
        vm.assertEq(court.head(), 1);
    }

    function _honest() private returns (BatchHeader memory header) {
        (header,) = _next();
    }

    function _bondAgain() private {
        vm.prank(operator);
        court.depositBond(BOND);
    }

    function _expectTakenBack(BatchHeader memory header) private {
        _commitAs(header);
        headerJudge.headerSequence(court, headers[1], _batch(2));
        vm.assertEq(court.head(), 1);
        _bondAgain();
    }

    function _expectEmptyTree(BatchHeader memory header) private {
        _commitAs(header);
        headerJudge.headerEmptyTree(court, _batch(2));
        vm.assertEq(court.head(), 1);
        _bondAgain();
    }
}
