// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEscrowErrors} from "../interfaces/IEscrowErrors.sol";
import {BalanceProof} from "../types/Batch.sol";
import {EscrowFixture} from "./utils/EscrowFixture.sol";
import {bound, vm} from "./utils/Vm.sol";

/// @notice A request locks its amount from withdrawalDelay − challengeWindow on: neither may money leave twice, nor may
/// a home trip up an honest operator by asking for its money at the wrong moment.
contract LockedSpendingTest is EscrowFixture {
    bytes private _nothingWrong = abi.encodeWithSelector(IEscrowErrors.EscrowNothingWrong.selector);

    function setUp() public {
        _setUpEscrow();
        for (uint256 i = 0; i < 2; ++i) {
            _deposit(i, 100e6);
        }
    }

    function test_spendingAfterTheLockIsTakenBack() public {
        _trade(0, 1, 10e6, 0);
        _settleBatch();
        _request(0, 60e6);
        vm.warp(block.timestamp + DELAY - WINDOW);
        _trade(0, 1, 30e6, 0);
        _commit();
        _expectRefused(2);
        _trade(0, 1, 1, 0);
        _commit();
        _challenge(3);
        vm.assertEq(escrow.head(), 2);
    }

    function test_firstBatchOfAll() public {
        _request(0, 60e6);
        vm.warp(block.timestamp + DELAY - WINDOW);
        _trade(0, 1, 40e6 + 1, 0);
        _commit();
        BalanceProof memory nothing;
        BalanceProof memory proof = _proof(1, 0);
        escrow.challengeLockedSpending(headers[0], nothing, headers[1], proof);
        vm.assertEq(escrow.head(), 0);
    }

    function test_spendingBeforeTheLockIsHonest() public {
        _settleBatch();
        _request(0, 60e6);
        vm.warp(block.timestamp + DELAY - WINDOW - 1);
        _trade(0, 1, 100e6, 0);
        _commit();
        _expectRefused(2);
        // A request in the same block as the commit, just before it, harms nobody either.
        _request(1, 200e6);
        _trade(1, 0, 50e6, 0);
        _commit();
        _expectRefusedFor(3, 1);
    }

    function test_oldDebitsAreNoSpending() public {
        // More is requested than there is, and an earlier batch has spent: later batches that spend nothing are honest.
        _trade(0, 1, 60e6, 0);
        _commit();
        _request(0, 500e6);
        vm.warp(block.timestamp + DELAY - WINDOW);
        _commit();
        _expectRefused(2);
        // Nor is it spending to trade to and fro within a batch.
        _trade(0, 1, 5e6, 0);
        _trade(1, 0, 5e6, 0);
        _commit();
        _expectRefused(3);
        _trade(0, 1, 1, 0);
        _commit();
        _challenge(4);
        vm.assertEq(escrow.head(), 3);
    }

    function test_cancellingEndsTheLock() public {
        _settleBatch();
        _request(0, 100e6);
        vm.warp(block.timestamp + DELAY - WINDOW);
        _trade(0, 1, 50e6, 0);
        _commit();
        vm.prank(_home(0));
        escrow.cancelWithdrawal();
        BalanceProof memory before = _proof(1, 0);
        BalanceProof memory proof = _proof(2, 0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowNoWithdrawal.selector, _home(0)));
        escrow.challengeLockedSpending(headers[1], before, headers[2], proof);
    }

    /// @dev Whatever the times: either the challenge takes the batch back, or the withdrawal sees its debit. Money
    /// never leaves twice.
    function testFuzz_moneyLeavesOnce(uint256 wait, uint256 spent, uint256 requested) public {
        _settleBatch();
        uint128 amount = uint128(bound(spent, 1, 100e6));
        requested = bound(requested, 1, 100e6);
        uint256 requestedAt = block.timestamp;
        _request(0, requested);
        vm.warp(requestedAt + bound(wait, 0, DELAY));
        uint256 committedAt = block.timestamp;
        _trade(0, 1, amount, 0);
        _commit();
        bool isWrong = committedAt >= requestedAt + DELAY - WINDOW && amount + requested > 100e6;
        if (isWrong) {
            _challenge(2);
            vm.assertEq(escrow.head(), 1);
            debits[0] = 0;
            credits[1] = 0;
        } else {
            _expectRefused(2);
        }
        vm.warp(requestedAt + DELAY);
        if (escrow.head() == 2 && committedAt + WINDOW <= block.timestamp) escrow.finalizeBatch(headers[2]);
        uint64 number = escrow.finalNumber();
        BalanceProof memory proof = _proof(number, 0);
        uint256 available = 100e6 - proof.leaf.debit;
        vm.prank(_home(0));
        if (available == 0) vm.expectRevert(IEscrowErrors.EscrowZeroAmount.selector);
        uint256 paid = escrow.withdraw(_home(0), headers[number], proof);
        vm.assertTrue(paid + debits[0] <= 100e6, "paid twice");
        if (escrow.head() > escrow.finalNumber()) {
            vm.warp(committedAt + WINDOW);
            escrow.finalizeBatch(headers[2]);
        }
        number = escrow.finalNumber();
        escrow.settleAccounts(headers[number], _allProofs(number));
        _checkConserved();
    }

    function _challenge(uint64 number) private {
        BalanceProof memory before = _proof(number - 1, 0);
        BalanceProof memory proof = _proof(number, 0);
        vm.prank(watcher);
        escrow.challengeLockedSpending(headers[number - 1], before, headers[number], proof);
    }

    function _expectRefused(uint64 number) private {
        _expectRefusedFor(number, 0);
    }

    function _expectRefusedFor(uint64 number, uint256 home) private {
        BalanceProof memory before = _proof(number - 1, home);
        BalanceProof memory proof = _proof(number, home);
        vm.expectRevert(_nothingWrong);
        escrow.challengeLockedSpending(headers[number - 1], before, headers[number], proof);
    }
}
