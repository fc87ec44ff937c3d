// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IHeaderJudge} from "../interfaces/IHeaderJudge.sol";
import {IJudge} from "../interfaces/IJudge.sol";
import {BatchHeader, CommittedBatch, Rules} from "../types/Batch.sol";
import {CourtFixture} from "./utils/CourtFixture.sol";
import {MerkleBuilder} from "./utils/MerkleBuilder.sol";
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

    function test_padding_isEmptyInEveryTree() public {
        for (uint8 tree = 1; tree <= 4; ++tree) {
            // Five leaves in a tree of eight: the path of the last goes left at two levels.
            bytes32[] memory leaves = new bytes32[](8);
            for (uint256 i = 0; i < 5; ++i) {
                leaves[i] = keccak256(abi.encode(tree, i));
            }
            bytes32 last = leaves[4];
            bytes32[] memory siblings = MerkleBuilder.siblingsOf(leaves, 4);
            CommittedBatch memory batch = _committed(tree, leaves);
            vm.expectRevert(_nothingWrong);
            headerJudge.headerPadding(court, batch, tree, last, siblings);
            for (uint256 hidden = 5; hidden < 8; ++hidden) {
                leaves[hidden] = "hidden";
                siblings = MerkleBuilder.siblingsOf(leaves, 4);
                headerJudge.headerPadding(court, _committed(tree, leaves), tree, last, siblings);
                vm.assertEq(court.head(), 1 + tree);
                leaves[hidden] = 0;
                _bondAgain();
            }
        }
    }

    function _committed(uint8 tree, bytes32[] memory leaves) private returns (CommittedBatch memory) {
        _commitAs(_withTree(tree, MerkleBuilder.root(leaves), 5));
        return _batch(court.head());
    }

    function test_padding_isShownBesideTheLastLeaf() public {
        bytes32[] memory leaves = new bytes32[](3);
        (leaves[0], leaves[1], leaves[2]) = ("a", "b", "c");
        _commitAs(_withTree(3, MerkleBuilder.root(leaves), 3));
        bytes32[] memory siblings = MerkleBuilder.siblingsOf(leaves, 2);
        _expectUnproved(3, "b", siblings);
        _expectUnproved(3, "c", new bytes32[](0));
        _expectUnproved(0, "c", siblings);
        _expectUnproved(5, "c", siblings);
        // No leaf is the last of none.
        _expectUnproved(1, 0, new bytes32[](0));
    }

    function _expectUnproved(uint8 tree, bytes32 last, bytes32[] memory siblings) private {
        vm.expectRevert(abi.encodeWithSelector(IHeaderJudge.JudgeLeafUnproved.selector, tree));
        headerJudge.headerPadding(court, _batch(2), tree, last, siblings);
    }

    function _withTree(uint8 tree, bytes32 root, uint32 count) private returns (BatchHeader memory header) {
        header = _honest();
        if (tree == 1) (header.ordersRoot, header.orderCount) = (root, count);
        if (tree == 2) (header.readingsRoot, header.readingCount) = (root, count);
        if (tree == 3) (header.fillsRoot, header.fillCount) = (root, count);
        if (tree == 4) (header.positionsRoot, header.accountCount) = (root, count);
    }

    function _honest() private returns (BatchHeader memory header) {
        (header,) = _next();
    }

    function _bondAgain() private {
        _fund(operator, BOND);
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
