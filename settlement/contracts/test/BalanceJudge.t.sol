// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBalanceJudge} from "../interfaces/IBalanceJudge.sol";
import {ICourtErrors} from "../interfaces/ICourtErrors.sol";
import {ICourtEvents} from "../interfaces/ICourtEvents.sol";
import {IJudge} from "../interfaces/IJudge.sol";
import {BalanceLeaf, BalanceNode, BalanceProof, BatchHeader, CommittedBatch} from "../types/Batch.sol";
import {PositionProof} from "../types/Leaves.sol";
import {CourtFixture} from "./utils/CourtFixture.sol";
import {TreeBuilder} from "./utils/TreeBuilder.sol";
import {bound, vm} from "./utils/Vm.sol";

contract BalanceJudgeTest is CourtFixture {
    bytes private _nothingWrong = abi.encodeWithSelector(IJudge.JudgeNothingWrong.selector);

    function setUp() public {
        _setUpCourt();
        for (uint256 i = 0; i < 3; ++i) {
            _deposit(i, 100e6);
        }
    }

    function test_overdraft_takesTheBatchBack() public {
        _trade(0, 1, 90e6, 0);
        _commit();
        _tradeNano(0, 2, 10e6 * NANO + 1, 0);
        _commit();
        _commit();
        uint256 held = token.balanceOf(address(escrow));
        BalanceProof memory proof = _proof(2, 0);
        vm.expectEmit(address(court));
        emit ICourtEvents.BatchTakenBack(2, 3, watcher, "overdraft");
        vm.expectEmit(address(court));
        emit ICourtEvents.BondSlashed(watcher, BOND / 2, BOND / 2);
        vm.prank(watcher);
        balanceJudge.balanceOverdraft(court, _batch(2), proof);
        vm.assertEq(court.head(), 1);
        vm.assertEq(court.rewardOf(watcher), BOND / 2);
        vm.assertEq(court.burnedTotal(), BOND / 2);
        vm.assertEq(court.bond(), 0);
        vm.assertEq(token.balanceOf(address(escrow)), held, "accounts' funds are whole");
        vm.prank(watcher);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtBatchNotPending.selector, 2));
        balanceJudge.balanceOverdraft(court, _batch(2), proof);
        _checkConserved();
    }

    function test_overdraft_secondProofNeedsNoBond() public {
        _trade(0, 1, 100e6 + 1, 0);
        _commit();
        _trade(2, 1, 100e6 + 1, 0);
        _commit();
        balanceJudge.balanceOverdraft(court, _batch(2), _proof(2, 2));
        BalanceProof memory earlier = _proof(1, 0);
        vm.prank(watcher);
        balanceJudge.balanceOverdraft(court, _batch(1), earlier);
        vm.assertEq(court.head(), 0);
        vm.assertEq(court.rewardOf(watcher), 0);
    }

    function test_overdraft_refusesAnHonestBatch() public {
        _trade(0, 1, 100e6, 0);
        _commit();
        for (uint256 i = 0; i < 3; ++i) {
            BalanceProof memory proof = _proof(1, i);
            vm.expectRevert(_nothingWrong);
            balanceJudge.balanceOverdraft(court, _batch(1), proof);
        }
        BalanceProof memory empty;
        empty.leaf.index = 3;
        vm.expectRevert(abi.encodeWithSelector(IBalanceJudge.JudgeBalanceMisplaced.selector, address(0), 3));
        balanceJudge.balanceOverdraft(court, _batch(1), empty);
    }

    function test_overdraft_countsCreditAndWithdrawals() public {
        // Home 1 earns 50, withdraws 150, earns 10 and spends 10: all fine. One nano more is an overdraft.
        _trade(0, 1, 50e6, 0);
        _settleBatch();
        _request(1, 150e6);
        vm.warp(block.timestamp + DELAY);
        escrow.withdraw(_home(1), _batch(1), _proof(1, 1), noBatch);
        _trade(2, 1, 10e6, 0);
        _trade(1, 0, 10e6, 0);
        _commit();
        BalanceProof memory proof = _proof(2, 1);
        vm.expectRevert(_nothingWrong);
        balanceJudge.balanceOverdraft(court, _batch(2), proof);
        _tradeNano(1, 0, 1, 0);
        _commit();
        balanceJudge.balanceOverdraft(court, _batch(3), _proof(3, 1));
        vm.assertEq(court.head(), 2);
    }

    function test_refusesFinalUnknownAndForeignBatches() public {
        _trade(0, 1, 100e6 + 1, 0);
        _commit();
        BalanceProof memory proof = _proof(1, 0);
        CommittedBatch memory batch = _batch(1);
        batch.header.archiveHash = 0;
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtBatchNotPending.selector, 1));
        balanceJudge.balanceOverdraft(court, batch, proof);
        batch = _batch(1);
        batch.committedAt += 1;
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtBatchNotPending.selector, 1));
        balanceJudge.balanceOverdraft(court, batch, proof);
        proof.leaf.debit += 1;
        vm.expectRevert(abi.encodeWithSelector(IBalanceJudge.JudgeBalanceUnproved.selector, 0));
        balanceJudge.balanceOverdraft(court, _batch(1), proof);
        _finalize();
        proof.leaf.debit -= 1;
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtBatchNotPending.selector, 1));
        balanceJudge.balanceOverdraft(court, _batch(1), proof);
    }

    function test_regress_ofADebitAndOfACredit() public {
        _trade(0, 1, 30e6, 0);
        _settleBatch();
        for (uint256 side = 0; side < 2; ++side) {
            (, BalanceLeaf[] memory leaves) = _next();
            // An amount moves to home 2: the totals stay, only the leaves show it.
            if (side == 0) (leaves[0].debit, leaves[2].debit) = (10e9, 20e9);
            if (side == 1) (leaves[1].credit, leaves[2].credit) = (10e9, 20e9);
            _commitLeaves(2, leaves);
            BalanceProof memory before = _proof(1, side);
            BalanceProof memory proof = _proof(2, side);
            vm.prank(watcher);
            balanceJudge.balanceRegress(court, headers[1], before, _batch(2), proof);
            vm.assertEq(court.head(), 1);
            vm.prank(operator);
            court.depositBond(BOND);
        }
        vm.assertEq(court.rewardOf(watcher), BOND);
    }

    function test_regress_refuses() public {
        _trade(0, 1, 30e6, 0);
        _commit();
        _trade(1, 0, 5e6, 0);
        _commit();
        BalanceProof memory before = _proof(1, 0);
        BalanceProof memory proof = _proof(2, 0);
        vm.expectRevert(_nothingWrong);
        balanceJudge.balanceRegress(court, headers[1], before, _batch(2), proof);
        vm.expectPartialRevert(IJudge.JudgeWrongPreimage.selector);
        balanceJudge.balanceRegress(court, headers[2], proof, _batch(2), proof);
        BalanceProof memory other = _proof(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IJudge.JudgeUnrelated.selector, 1, 0));
        balanceJudge.balanceRegress(court, headers[1], other, _batch(2), proof);
        before.leaf.debit += 1;
        vm.expectRevert(abi.encodeWithSelector(IBalanceJudge.JudgeBalanceUnproved.selector, 0));
        balanceJudge.balanceRegress(court, headers[1], before, _batch(2), proof);
        // Before the first batch all is zero, and nothing else can be claimed.
        proof = _proof(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IBalanceJudge.JudgeBalanceUnproved.selector, 0));
        balanceJudge.balanceRegress(court, headers[0], before, _batch(1), proof);
    }

    function testFuzz_delta_decidesExactly(uint256 home, int256 creditBy, int256 debitBy, bool isFirst) public {
        if (!isFirst) {
            _trade(0, 1, 30e6, 1e6);
            _settleBatch();
        }
        _trade(2, 1, 7e6, 1e6);
        home %= 3;
        uint64 number = court.head() + 1;
        (, BalanceLeaf[] memory leaves) = _next();
        BatchHeader memory header = _describe(number, leaves);
        // The positions are honest; the balance of one home is not.
        creditBy = int256(bound(uint256(creditBy), 0, 2));
        debitBy = int256(bound(uint256(debitBy), 0, 2));
        leaves[home].credit += uint128(uint256(creditBy));
        leaves[home].debit += uint128(uint256(debitBy));
        bytes32 positionsRoot = header.positionsRoot;
        PositionProof memory position = _position(number, home);
        header = _describe(number, leaves);
        header.positionsRoot = positionsRoot;
        header.feeTotal = header.debitTotal - header.creditTotal;
        _remember(header, leaves);
        _commitAs(header);
        BalanceProof memory before;
        before.leaf.index = uint32(home);
        if (!isFirst) before = _proof(1, home);
        BalanceProof memory proof = _proof(number, home);
        bool isWrong = creditBy != 0 || debitBy != 0;
        if (!isWrong) vm.expectRevert(_nothingWrong);
        balanceJudge.balanceDelta(court, headers[number - 1], before, _batch(number), proof, position);
        vm.assertEq(court.head(), isWrong ? number - 1 : number);
    }

    function test_delta_refusesLeavesThatDoNotBelongTogether() public {
        _trade(0, 1, 30e6, 0);
        _commit();
        BalanceProof memory nothing;
        BalanceProof memory proof = _proof(1, 0);
        PositionProof memory position = _position(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IJudge.JudgeUnrelated.selector, 1, 0));
        balanceJudge.balanceDelta(court, headers[0], nothing, _batch(1), proof, position);
        position = _position(1, 0);
        position.leaf.creditNano += 1;
        vm.expectRevert(abi.encodeWithSelector(IJudge.JudgePositionUnproved.selector, 0));
        balanceJudge.balanceDelta(court, headers[0], nothing, _batch(1), proof, position);
    }

    function test_misplacedBalance() public {
        (, BalanceLeaf[] memory leaves) = _next();
        leaves[1].account = watcher;
        _commitLeaves(1, leaves);
        for (uint256 i = 0; i < 4; i += 3) {
            BalanceProof memory honest = _proof(1, i);
            vm.expectRevert(_nothingWrong);
            balanceJudge.balanceMisplaced(court, _batch(1), honest);
        }
        balanceJudge.balanceMisplaced(court, _batch(1), _proof(1, 1));
        vm.assertEq(court.head(), 0);
    }

    /// @dev Of a misplaced account's money nobody can say anything, honest or not: it has a judgement of its own.
    function test_misplacedBalance_isNoOverdraft() public {
        _trade(0, 1, 100e6 + 1, 0);
        (, BalanceLeaf[] memory leaves) = _next();
        leaves[0].account = watcher;
        _commitLeaves(1, leaves);
        BalanceProof memory proof = _proof(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IBalanceJudge.JudgeBalanceMisplaced.selector, watcher, 0));
        balanceJudge.balanceOverdraft(court, _batch(1), proof);
        balanceJudge.balanceMisplaced(court, _batch(1), proof);
        vm.assertEq(court.head(), 0);
    }

    function test_misplacedPosition() public {
        (, BalanceLeaf[] memory leaves) = _next();
        leaves[1].account = watcher;
        _commitLeaves(1, leaves);
        PositionProof memory honest = _position(1, 0);
        vm.expectRevert(_nothingWrong);
        balanceJudge.positionMisplaced(court, _batch(1), honest);
        balanceJudge.positionMisplaced(court, _batch(1), _position(1, 1));
        vm.assertEq(court.head(), 0);
    }

    function test_padding_debitsOfNobodyWouldBeTheOperatorsFees() public {
        _trade(0, 1, 30e6, 0);
        (BatchHeader memory header,) = _next();
        // Three accounts stand in a tree of four: the fourth place hides a debit.
        BalanceProof memory last = _proof(1, 2);
        last.siblings[0] = BalanceNode(keccak256("hidden"), 0, 50e9);
        _commitRootOf(header, last);
        BalanceProof memory other = last;
        other.leaf.index = 1;
        vm.expectRevert(abi.encodeWithSelector(IJudge.JudgeUnrelated.selector, 2, 3));
        balanceJudge.balancePadding(court, _batch(1), other);
        last.leaf.index = 2;
        balanceJudge.balancePadding(court, _batch(1), last);
        vm.assertEq(court.head(), 0);
    }

    function test_padding_isHonestWithAnyNumberOfAccounts() public {
        for (uint256 i = 3; i < 10; ++i) {
            uint64 number = _commit();
            BalanceProof memory last = _proof(number, i - 1);
            vm.expectRevert(_nothingWrong);
            balanceJudge.balancePadding(court, _batch(number), last);
            _deposit(i, 1);
        }
    }

    function testFuzz_overdraft_decidesExactly(uint256 spent, uint256 fee) public {
        uint128 amount = uint128(bound(spent, 1, 200e9));
        uint128 charged = uint128(bound(fee, 0, 5e9));
        _tradeNano(0, 1, amount, charged);
        _commit();
        BalanceProof memory proof = _proof(1, 0);
        bool isWrong = uint256(amount) + charged > 100e9;
        if (!isWrong) vm.expectRevert(_nothingWrong);
        balanceJudge.balanceOverdraft(court, _batch(1), proof);
        vm.assertEq(court.head(), isWrong ? 0 : 1);
    }

    /// @dev Commits a header whose balance tree is what the proof leads to.
    function _commitRootOf(BatchHeader memory header, BalanceProof memory proof) private {
        BalanceNode memory node = TreeBuilder.rootOf(proof);
        header.balancesRoot = node.hash;
        header.creditTotal = node.credit;
        header.debitTotal = node.debit;
        header.feeTotal = node.debit - node.credit;
        _commitAs(header);
    }
}
