// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEnergyEscrow} from "../interfaces/IEnergyEscrow.sol";
import {IEscrowErrors} from "../interfaces/IEscrowErrors.sol";
import {IEscrowEvents} from "../interfaces/IEscrowEvents.sol";
import {BalanceLeaf, BalanceProof, BatchHeader, BatchStatus} from "../types/Batch.sol";
import {EscrowFixture} from "./utils/EscrowFixture.sol";
import {bound, vm} from "./utils/Vm.sol";

contract ChallengesTest is EscrowFixture {
    bytes private _nothingWrong = abi.encodeWithSelector(IEscrowErrors.EscrowNothingWrong.selector);

    function setUp() public {
        _setUpEscrow();
        for (uint256 i = 0; i < 3; ++i) {
            _deposit(i, 100e6);
        }
    }

    function test_overdraft_takesTheBatchBackAndSlashes() public {
        _trade(0, 1, 90e6, 0);
        _commit();
        _trade(0, 2, 10e6 + 1, 0);
        _commit();
        _commit();
        uint256 held = token.balanceOf(address(escrow));
        BalanceProof memory proof = _proof(2, 0);
        vm.expectEmit(address(escrow));
        emit IEscrowEvents.BatchReverted(2, 3, watcher, IEnergyEscrow.challengeOverdraft.selector);
        vm.expectEmit(address(escrow));
        emit IEscrowEvents.BondSlashed(watcher, BOND / 2, BOND / 2);
        vm.prank(watcher);
        escrow.challengeOverdraft(headers[2], proof);

        vm.assertEq(escrow.head(), 1);
        (,, BatchStatus status) = escrow.batch(2);
        vm.assertTrue(status == BatchStatus.None, "reverted");
        vm.assertEq(token.balanceOf(watcher), BOND / 2);
        vm.assertEq(token.balanceOf(address(0xdEaD)), BOND / 2);
        vm.assertEq(escrow.bond(), 0);
        vm.assertEq(token.balanceOf(address(escrow)), held - BOND, "accounts' funds are whole");
        vm.assertEq(escrow.totalOwed(), held - BOND);
        vm.prank(watcher);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowBatchNotPending.selector, 2));
        escrow.challengeOverdraft(headers[2], proof);
    }

    function test_overdraft_theOperatorGoesOnWithANewBond() public {
        _trade(0, 1, 100e6 + 1, 0);
        _commit();
        BalanceProof memory proof = _proof(1, 0);
        escrow.challengeOverdraft(headers[1], proof);
        debits[0] -= 1;
        credits[1] -= 1;
        (BatchHeader memory header,) = _next();
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowBondTooLow.selector, 0, BOND));
        escrow.commitBatch(header, header);
        vm.prank(operator);
        escrow.depositBond(BOND);
        _commitAs(header);
        _finalize();
        escrow.settleAccounts(headers[1], _allProofs(1));
        vm.assertEq(escrow.balanceOf(_home(0)), 0);
        vm.assertEq(escrow.balanceOf(_home(1)), 200e6);
        _checkConserved();
    }

    function test_overdraft_secondProofNeedsNoBond() public {
        _trade(0, 1, 100e6 + 1, 0);
        _commit();
        _trade(2, 1, 100e6 + 1, 0);
        _commit();
        BalanceProof memory later = _proof(2, 2);
        escrow.challengeOverdraft(headers[2], later);
        BalanceProof memory earlier = _proof(1, 0);
        vm.prank(watcher);
        escrow.challengeOverdraft(headers[1], earlier);
        vm.assertEq(escrow.head(), 0);
        vm.assertEq(token.balanceOf(watcher), 0);
    }

    function test_overdraft_oddBondsBurnTheLargerHalf() public {
        vm.prank(operator);
        escrow.depositBond(1);
        _trade(0, 1, 100e6 + 1, 0);
        _commit();
        BalanceProof memory proof = _proof(1, 0);
        vm.prank(watcher);
        escrow.challengeOverdraft(headers[1], proof);
        vm.assertEq(token.balanceOf(watcher), BOND / 2);
        vm.assertEq(token.balanceOf(address(0xdEaD)), BOND / 2 + 1);
    }

    function test_overdraft_refusesAnHonestBatch() public {
        _trade(0, 1, 100e6, 0);
        _commit();
        for (uint256 i = 0; i < 3; ++i) {
            BalanceProof memory proof = _proof(1, i);
            vm.expectRevert(_nothingWrong);
            escrow.challengeOverdraft(headers[1], proof);
        }
        BalanceProof memory empty;
        empty.leaf.index = 3;
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowUnknownIndex.selector, 3));
        escrow.challengeOverdraft(headers[1], empty);
    }

    function test_overdraft_countsCreditAndWithdrawals() public {
        // Home 1 earns 50, withdraws 150, earns 10 and spends 10: all fine. One more is an overdraft.
        _trade(0, 1, 50e6, 0);
        _settleBatch();
        _request(1, 150e6);
        vm.warp(block.timestamp + DELAY);
        escrow.withdraw(_home(1), headers[1], _proof(1, 1));
        _trade(2, 1, 10e6, 0);
        _trade(1, 0, 10e6, 0);
        _commit();
        BalanceProof memory proof = _proof(2, 1);
        vm.expectRevert(_nothingWrong);
        escrow.challengeOverdraft(headers[2], proof);
        _trade(1, 0, 1, 0);
        _commit();
        proof = _proof(3, 1);
        escrow.challengeOverdraft(headers[3], proof);
        vm.assertEq(escrow.head(), 2);
    }

    function test_challenges_endWithTheWindow() public {
        _trade(0, 1, 100e6 + 1, 0);
        _commit();
        uint256 endsAt = block.timestamp + WINDOW;
        BalanceProof memory proof = _proof(1, 0);
        vm.warp(endsAt);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowWindowOver.selector, endsAt));
        escrow.challengeOverdraft(headers[1], proof);
        vm.warp(endsAt - 1);
        escrow.challengeOverdraft(headers[1], proof);
        vm.assertEq(escrow.head(), 0);
    }

    function test_challenges_refuseFinalUnknownAndForeignHeaders() public {
        _trade(0, 1, 100e6 + 1, 0);
        _commit();
        BalanceProof memory proof = _proof(1, 0);
        BatchHeader memory header = headers[1];
        header.archiveHash = 0;
        vm.expectPartialRevert(IEscrowErrors.EscrowWrongHeader.selector);
        escrow.challengeOverdraft(header, proof);
        header.number = 2;
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowBatchNotPending.selector, 2));
        escrow.challengeOverdraft(header, proof);
        proof.leaf.debit += 1;
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowInvalidProof.selector, 0));
        escrow.challengeOverdraft(headers[1], proof);
        _finalize();
        proof.leaf.debit -= 1;
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowBatchNotPending.selector, 1));
        escrow.challengeOverdraft(headers[1], proof);
    }

    function test_regress_takesTheBatchBack() public {
        _trade(0, 1, 30e6, 0);
        _settleBatch();
        (, BalanceLeaf[] memory leaves) = _next();
        // Home 0's debit moves to home 2: the totals stay, only the leaves show it.
        (leaves[0].debit, leaves[2].debit) = (10e6, 20e6);
        _commitLeaves(2, leaves);
        BalanceProof memory before = _proof(1, 0);
        BalanceProof memory proof = _proof(2, 0);
        vm.prank(watcher);
        escrow.challengeRegress(headers[1], before, headers[2], proof);
        vm.assertEq(escrow.head(), 1);
        vm.assertEq(token.balanceOf(watcher), BOND / 2);
    }

    function test_regress_ofACredit() public {
        _trade(0, 1, 30e6, 0);
        _settleBatch();
        (, BalanceLeaf[] memory leaves) = _next();
        (leaves[1].credit, leaves[2].credit) = (10e6, 20e6);
        _commitLeaves(2, leaves);
        BalanceProof memory before = _proof(1, 1);
        BalanceProof memory proof = _proof(2, 1);
        escrow.challengeRegress(headers[1], before, headers[2], proof);
        vm.assertEq(escrow.head(), 1);
    }

    function test_regress_refuses() public {
        _trade(0, 1, 30e6, 0);
        _commit();
        _trade(1, 0, 5e6, 0);
        _commit();
        BalanceProof memory before = _proof(1, 0);
        BalanceProof memory proof = _proof(2, 0);
        vm.expectRevert(_nothingWrong);
        escrow.challengeRegress(headers[1], before, headers[2], proof);
        vm.expectPartialRevert(IEscrowErrors.EscrowWrongHeader.selector);
        escrow.challengeRegress(headers[2], proof, headers[2], proof);
        BalanceProof memory other = _proof(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowDifferentLeaves.selector, 1, 0));
        escrow.challengeRegress(headers[1], other, headers[2], proof);
        before.leaf.debit += 1;
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowInvalidProof.selector, 0));
        escrow.challengeRegress(headers[1], before, headers[2], proof);
        // Before the first batch all is zero, and nothing else can be claimed.
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowInvalidProof.selector, 0));
        escrow.challengeRegress(headers[0], before, headers[1], _proof(1, 0));
    }

    function test_misplacedLeaf() public {
        (, BalanceLeaf[] memory leaves) = _next();
        leaves[1].account = watcher;
        _commitLeaves(1, leaves);
        BalanceProof memory honest = _proof(1, 0);
        vm.expectRevert(_nothingWrong);
        escrow.challengeMisplacedLeaf(headers[1], honest);
        honest = _proof(1, 3);
        vm.expectRevert(_nothingWrong);
        escrow.challengeMisplacedLeaf(headers[1], honest);
        escrow.challengeMisplacedLeaf(headers[1], _proof(1, 1));
        vm.assertEq(escrow.head(), 0);
    }

    function testFuzz_overdraft_decidesExactly(uint256 spent, uint256 fee) public {
        uint128 amount = uint128(bound(spent, 1, 200e6));
        uint128 charged = uint128(bound(fee, 0, 5e6));
        _trade(0, 1, amount, charged);
        _commit();
        BalanceProof memory proof = _proof(1, 0);
        bool isWrong = uint256(amount) + charged > 100e6;
        if (!isWrong) vm.expectRevert(_nothingWrong);
        escrow.challengeOverdraft(headers[1], proof);
        vm.assertEq(escrow.head(), isWrong ? 0 : 1);
    }

    function _commitLeaves(uint64 number, BalanceLeaf[] memory leaves) private {
        BatchHeader memory header = _describe(number, leaves);
        _remember(header, leaves);
        _commitAs(header);
    }
}
