// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEnergyEscrow} from "../interfaces/IEnergyEscrow.sol";
import {IEscrowErrors} from "../interfaces/IEscrowErrors.sol";
import {IEscrowEvents} from "../interfaces/IEscrowEvents.sol";
import {IVaultErrors} from "../interfaces/IVaultErrors.sol";
import {BalanceProof, CommittedBatch} from "../types/Batch.sol";
import {CourtFixture} from "./utils/CourtFixture.sol";
import {bound, vm} from "./utils/Vm.sol";

contract WithdrawalsTest is CourtFixture {
    function setUp() public {
        _setUpCourt();
        _deposit(0, 100e6);
        _deposit(1, 100e6);
    }

    function test_request_isKeptAndCancelled() public {
        uint256 maturesAt = block.timestamp + DELAY;
        vm.expectEmit(address(escrow));
        emit IEscrowEvents.WithdrawalRequested(_home(0), watcher, 40e6, maturesAt - LIMIT, maturesAt);
        vm.startPrank(_home(0));
        escrow.requestWithdrawal(40e6, watcher);
        IEnergyEscrow.Withdrawal memory request = escrow.withdrawalOf(_home(0));
        vm.assertEq(request.amount, 40e6);
        vm.assertEq(request.requestedAt, block.timestamp);
        vm.assertEq(request.recipient, watcher);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowWithdrawalPending.selector, _home(0)));
        escrow.requestWithdrawal(1, watcher);
        vm.expectEmit(address(escrow));
        emit IEscrowEvents.WithdrawalCancelled(_home(0), 40e6);
        escrow.cancelWithdrawal();
        vm.assertEq(escrow.withdrawalOf(_home(0)).amount, 0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowNoWithdrawal.selector, _home(0)));
        escrow.cancelWithdrawal();
        vm.stopPrank();
    }

    function test_request_refuses() public {
        vm.prank(watcher);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowUnknownAccount.selector, watcher));
        escrow.requestWithdrawal(1, watcher);
        vm.startPrank(_home(0));
        vm.expectRevert(IVaultErrors.VaultZeroAmount.selector);
        escrow.requestWithdrawal(0, watcher);
        vm.expectRevert(abi.encodeWithSelector(IVaultErrors.VaultInvalidAddress.selector, address(escrow)));
        escrow.requestWithdrawal(1, address(escrow));
        vm.expectRevert(abi.encodeWithSelector(IVaultErrors.VaultInvalidAddress.selector, address(0)));
        escrow.requestWithdrawal(1, address(0));
        vm.stopPrank();
    }

    function test_withdraw_beforeAnyBatch() public {
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowNoWithdrawal.selector, _home(0)));
        escrow.withdraw(_home(0), noBatch, noProof, noBatch);
        _request(0, 40e6);
        uint256 maturesAt = block.timestamp + DELAY;
        vm.warp(maturesAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowWithdrawalNotMature.selector, maturesAt));
        escrow.withdraw(_home(0), noBatch, noProof, noBatch);
        vm.warp(maturesAt);
        vm.expectEmit(address(escrow));
        emit IEscrowEvents.Withdrawn(_home(0), _home(0), 40e6);
        vm.prank(watcher);
        vm.assertEq(escrow.withdraw(_home(0), noBatch, noProof, noBatch), 40e6);
        vm.assertEq(token.balanceOf(_home(0)), 40e6);
        vm.assertEq(escrow.balanceOf(_home(0)), 60e6);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowNoWithdrawal.selector, _home(0)));
        escrow.withdraw(_home(0), noBatch, noProof, noBatch);
        _checkConserved();
    }

    function test_withdraw_paysCreditFromTheLeaf() public {
        _trade(0, 1, 30e6, 1e6);
        _settleBatch();
        _request(1, 130e6);
        vm.warp(block.timestamp + DELAY);
        vm.expectEmit(address(escrow));
        emit IEscrowEvents.AccountSettled(_home(1), 1, 30e9, 0, 130e6);
        vm.assertEq(escrow.withdraw(_home(1), _batch(1), _proof(1, 1), noBatch), 130e6);
        vm.assertEq(token.balanceOf(_home(1)), 130e6);
        _settleAll(1);
        _checkConserved();
    }

    function test_withdraw_partOnlyForTheAccountItself() public {
        _trade(0, 1, 30e6, 0);
        _settleBatch();
        _request(0, 100e6);
        vm.warp(block.timestamp + DELAY);
        BalanceProof memory proof = _proof(1, 0);
        vm.prank(watcher);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowPartialWithdrawal.selector, 100e6, 70e6));
        escrow.withdraw(_home(0), _batch(1), proof, noBatch);
        vm.prank(_home(0));
        vm.assertEq(escrow.withdraw(_home(0), _batch(1), proof, noBatch), 70e6);
        vm.assertEq(escrow.withdrawalOf(_home(0)).amount, 0);
        // Nothing left: the request stays until there is.
        _request(0, 1);
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(IVaultErrors.VaultZeroAmount.selector);
        vm.prank(_home(0));
        escrow.withdraw(_home(0), _batch(1), proof, noBatch);
    }

    function test_withdraw_withoutLeafForALateAccount() public {
        _settleBatch();
        _deposit(2, 7e6);
        _request(2, 7e6);
        vm.warp(block.timestamp + DELAY);
        BalanceProof memory empty = _proof(1, 2);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowWrongAccount.selector, address(0), _home(2)));
        escrow.withdraw(_home(2), _batch(1), empty, noBatch);
        empty.leaf.account = _home(2);
        vm.assertEq(escrow.withdraw(_home(2), _batch(1), empty, noBatch), 7e6);
    }

    function test_withdraw_refusesWrongLeaves() public {
        _trade(0, 1, 30e6, 0);
        _settleBatch();
        _request(0, 10e6);
        vm.warp(block.timestamp + DELAY);
        CommittedBatch memory batch = _batch(1);
        BalanceProof memory proof = _proof(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowWrongAccount.selector, _home(1), _home(0)));
        escrow.withdraw(_home(0), batch, proof, noBatch);
        proof = _proof(1, 0);
        proof.leaf.debit = 0;
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowInvalidProof.selector, 0));
        escrow.withdraw(_home(0), batch, proof, noBatch);
        // An account that is in the tree cannot claim to have no leaf.
        proof.siblings = noProof.siblings;
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowInvalidProof.selector, 0));
        escrow.withdraw(_home(0), batch, proof, noBatch);
        batch.header.accountCount = 0;
        vm.expectPartialRevert(IEscrowErrors.EscrowNotLatestFinal.selector);
        escrow.withdraw(_home(0), batch, proof, noBatch);
    }

    function test_withdraw_refusesAnOlderFinalBatch() public {
        _settleBatch();
        _request(0, 100e6);
        _trade(0, 1, 30e6, 0);
        _settleBatch();
        vm.warp(block.timestamp + DELAY);
        BalanceProof memory proof = _proof(1, 0);
        vm.expectPartialRevert(IEscrowErrors.EscrowNotLatestFinal.selector);
        escrow.withdraw(_home(0), _batch(1), proof, noBatch);
    }

    function test_withdraw_waitsForBatchesThatMaySpend() public {
        // Committed just before the lock: the batch may spend, so it must be final first, and by then anyone can do it.
        _request(0, 100e6);
        uint256 requestedAt = block.timestamp;
        vm.warp(requestedAt + DELAY - LIMIT - 1);
        _trade(0, 1, 30e6, 0);
        _commit();
        vm.warp(requestedAt + DELAY);
        CommittedBatch memory pending = _batch(1);
        vm.startPrank(_home(0));
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowEarlierBatchNotFinal.selector, 1));
        escrow.withdraw(_home(0), noBatch, noProof, pending);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowNotOldestPending.selector, 1));
        escrow.withdraw(_home(0), noBatch, noProof, noBatch);
        // Nor does it help to claim another time of commit.
        pending.committedAt += 1;
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowNotOldestPending.selector, 1));
        escrow.withdraw(_home(0), noBatch, noProof, pending);
        vm.stopPrank();
        court.finalize(_batch(1));
        BalanceProof memory proof = _proof(1, 0);
        vm.prank(_home(0));
        vm.assertEq(escrow.withdraw(_home(0), _batch(1), proof, noBatch), 70e6);
    }

    function test_withdraw_doesNotWaitForBatchesAfterTheLock() public {
        _request(0, 100e6);
        vm.warp(block.timestamp + DELAY - LIMIT);
        _commit();
        vm.warp(block.timestamp + LIMIT);
        vm.assertEq(escrow.withdraw(_home(0), noBatch, noProof, _batch(1)), 100e6);
    }

    function test_withdrawRecorded_whenNobodyGivesTheLeaf() public {
        _trade(0, 1, 30e6, 0);
        _settleBatch();
        _request(1, 130e6);
        uint256 requestedAt = block.timestamp;
        vm.warp(requestedAt + 2 * DELAY - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IEscrowErrors.EscrowWithdrawalNotMature.selector, requestedAt + 2 * DELAY)
        );
        escrow.withdrawRecorded(_home(1), noBatch);
        vm.warp(requestedAt + 2 * DELAY);
        // The credit was not recorded, so it is not paid yet; it is not lost either.
        vm.prank(_home(1));
        vm.assertEq(escrow.withdrawRecorded(_home(1), noBatch), 100e6);
        BalanceProof[] memory proofs = _allProofs(1);
        escrow.settleAccounts(_batch(1), proofs);
        vm.assertEq(escrow.balanceOf(_home(1)), 30e6);
        _checkConserved();
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowNoWithdrawal.selector, _home(1)));
        escrow.withdrawRecorded(_home(1), noBatch);
    }

    function test_withdrawRecorded_paysARecordedDebtorTheRest() public {
        _trade(0, 1, 30e6, 0);
        _settleBatch();
        _settleAll(1);
        _request(0, 100e6);
        vm.warp(block.timestamp + 2 * DELAY);
        vm.prank(_home(0));
        vm.assertEq(escrow.withdrawRecorded(_home(0), noBatch), 70e6);
        _checkConserved();
    }

    function testFuzz_withdraw_paysTheLesserAndConserves(uint256 traded, uint256 requested) public {
        uint128 amount = uint128(bound(traded, 1, 100e6));
        requested = bound(requested, 1, 250e6);
        _trade(0, 1, amount, 0);
        _settleBatch();
        _request(1, requested);
        vm.warp(block.timestamp + DELAY);
        BalanceProof memory proof = _proof(1, 1);
        vm.prank(_home(1));
        uint256 paid = escrow.withdraw(_home(1), _batch(1), proof, noBatch);
        vm.assertEq(paid, requested < 100e6 + amount ? requested : 100e6 + amount);
        vm.assertEq(token.balanceOf(_home(1)), paid);
        _settleAll(1);
        _checkConserved();
    }
}
