// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IJudge} from "../interfaces/IJudge.sol";
import {IVaultErrors} from "../interfaces/IVaultErrors.sol";
import {BalanceProof} from "../types/Batch.sol";
import {CourtFixture} from "./utils/CourtFixture.sol";
import {bound, vm} from "./utils/Vm.sol";

/// @notice A request locks its amount from withdrawalDelay − finalityLimit on: neither may money leave twice, nor may
/// a home trip up an honest operator by asking for its money at the wrong moment.
contract LockedSpendingTest is CourtFixture {
    bytes private _nothingWrong = abi.encodeWithSelector(IJudge.JudgeNothingWrong.selector);

    function setUp() public {
        _setUpCourt();
        for (uint256 i = 0; i < 2; ++i) {
            _deposit(i, 100e6);
        }
    }

    function test_spendingAfterTheLockIsTakenBack() public {
        _trade(0, 1, 10e6, 0);
        _settleBatch();
        _request(0, 60e6);
        vm.warp(block.timestamp + DELAY - LIMIT);
        _trade(0, 1, 30e6, 0);
        _commit();
        _expectRefused(2);
        _trade(0, 1, 1, 0);
        _commit();
        _challenge(3);
        vm.assertEq(court.head(), 2);
    }

    function test_firstBatchOfAll() public {
        _request(0, 60e6);
        vm.warp(block.timestamp + DELAY - LIMIT);
        _trade(0, 1, 40e6 + 1, 0);
        _commit();
        BalanceProof memory nothing;
        BalanceProof memory proof = _proof(1, 0);
        balanceJudge.balanceLockedSpending(court, headers[0], nothing, _batch(1), proof);
        vm.assertEq(court.head(), 0);
    }

    function test_spendingBeforeTheLockIsHonest() public {
        _settleBatch();
        _request(0, 60e6);
        vm.warp(block.timestamp + DELAY - LIMIT - 1);
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
        vm.warp(block.timestamp + DELAY - LIMIT);
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
        vm.assertEq(court.head(), 3);
    }

    function test_cancellingEndsTheLock() public {
        _settleBatch();
        _request(0, 100e6);
        vm.warp(block.timestamp + DELAY - LIMIT);
        _trade(0, 1, 50e6, 0);
        _commit();
        vm.prank(_home(0));
        escrow.cancelWithdrawal();
        BalanceProof memory before = _proof(1, 0);
        BalanceProof memory proof = _proof(2, 0);
        vm.expectRevert(_nothingWrong);
        balanceJudge.balanceLockedSpending(court, headers[1], before, _batch(2), proof);
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
        uint256 committed = block.timestamp;
        _trade(0, 1, amount, 0);
        _commit();
        bool isWrong = committed >= requestedAt + DELAY - LIMIT && amount + requested > 100e6;
        if (isWrong) {
            _challenge(2);
            vm.assertEq(court.head(), 1);
            debits[0] = 0;
            credits[1] = 0;
        } else {
            _expectRefused(2);
        }
        vm.warp(requestedAt + DELAY);
        if (court.head() == 2 && committed + WINDOW <= block.timestamp) court.finalize(_batch(2));
        uint64 number = court.finalNumber();
        BalanceProof memory proof = _proof(number, 0);
        uint256 available = 100e6 - proof.leaf.debit / NANO;
        vm.prank(_home(0));
        if (available == 0) vm.expectRevert(IVaultErrors.VaultZeroAmount.selector);
        uint256 paid = escrow.withdraw(_home(0), _batch(number), proof, _batch(number + 1));
        vm.assertTrue(paid + debits[0] / NANO <= 100e6, "paid twice");
        if (court.head() > court.finalNumber()) {
            vm.warp(committed + WINDOW);
            court.finalize(_batch(2));
        }
        number = court.finalNumber();
        _settleAll(number);
        _checkConserved();
    }

    function _challenge(uint64 number) private {
        BalanceProof memory before = _proof(number - 1, 0);
        BalanceProof memory proof = _proof(number, 0);
        vm.prank(watcher);
        balanceJudge.balanceLockedSpending(court, headers[number - 1], before, _batch(number), proof);
    }

    function _expectRefused(uint64 number) private {
        _expectRefusedFor(number, 0);
    }

    function _expectRefusedFor(uint64 number, uint256 home) private {
        BalanceProof memory before = _proof(number - 1, home);
        BalanceProof memory proof = _proof(number, home);
        vm.expectRevert(_nothingWrong);
        balanceJudge.balanceLockedSpending(court, headers[number - 1], before, _batch(number), proof);
    }
}
