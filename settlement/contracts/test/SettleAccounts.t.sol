// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEscrowErrors} from "../interfaces/IEscrowErrors.sol";
import {IEscrowEvents} from "../interfaces/IEscrowEvents.sol";
import {BalanceLeaf, BalanceNode, BalanceProof} from "../types/Batch.sol";
import {CourtFixture} from "./utils/CourtFixture.sol";
import {bound, vm} from "./utils/Vm.sol";

contract SettleAccountsTest is CourtFixture {
    function setUp() public {
        _setUpCourt();
        for (uint256 i = 0; i < 5; ++i) {
            _deposit(i, 100e6);
        }
    }

    function test_records() public {
        _trade(0, 3, 30e6, 2e6);
        _settleBatch();
        vm.expectEmit(address(escrow));
        emit IEscrowEvents.AccountSettled(_home(0), 1, 0, 32e9, 68e6);
        vm.prank(watcher);
        _settleAll(1);
        vm.assertEq(escrow.balanceOf(_home(3)), 130e6);
        vm.assertEq(escrow.accountOf(_home(3)).credit, 30e9);
        vm.assertEq(escrow.accountOf(_home(3)).settledNumber, 1);
        _checkConserved();
    }

    function test_isIdempotent() public {
        _trade(0, 3, 30e6, 2e6);
        _settleBatch();
        BalanceProof[] memory proofs = _allProofs(1);
        escrow.settleAccounts(_batch(1), proofs);
        escrow.settleAccounts(_batch(1), proofs);
        vm.assertEq(escrow.balanceOf(_home(0)), 68e6);
        _checkConserved();
    }

    function test_skippedBatchesCostNothing() public {
        _trade(0, 3, 30e6, 2e6);
        _settleBatch();
        _trade(0, 4, 5e6, 0);
        _settleBatch();
        _settleAll(2);
        vm.assertEq(escrow.balanceOf(_home(0)), 63e6);
        _checkConserved();
    }

    function test_refusesAllButTheLatestFinalBatch() public {
        _trade(0, 3, 30e6, 2e6);
        _commit();
        BalanceProof[] memory proofs = _allProofs(1);
        vm.expectPartialRevert(IEscrowErrors.EscrowNotLatestFinal.selector);
        escrow.settleAccounts(_batch(1), proofs);
        _finalize();
        _settleBatch();
        vm.expectPartialRevert(IEscrowErrors.EscrowNotLatestFinal.selector);
        escrow.settleAccounts(_batch(1), proofs);
    }

    function test_refusesBadProofs() public {
        _settleBatch();
        BalanceProof[] memory proofs = _allProofs(1);
        proofs[2].leaf.credit = 1;
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowInvalidProof.selector, 2));
        escrow.settleAccounts(_batch(1), proofs);
        proofs = new BalanceProof[](1);
        proofs[0].leaf.index = 5;
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowWrongIndex.selector, address(0), 5));
        escrow.settleAccounts(_batch(1), proofs);
    }

    function test_refusesPathsOfAnyOtherLength() public {
        _settleBatch();
        BalanceProof[] memory proofs = _allProofs(1);
        uint256[3] memory lengths = [uint256(0), 4, 10_000];
        for (uint256 i = 0; i < lengths.length; ++i) {
            proofs[1].siblings = new BalanceNode[](lengths[i]);
            vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowInvalidProof.selector, 1));
            escrow.settleAccounts(_batch(1), proofs);
        }
    }

    function test_refusesUnchallengedNonsense() public {
        // Nobody challenged these batches; the record still never falls and never lands on another account.
        _trade(0, 3, 30e6, 0);
        _settleBatch();
        _settleAll(1);
        (, BalanceLeaf[] memory leaves) = _next();
        (leaves[0].debit, leaves[1].debit) = (29e9, 1e9);
        (leaves[3].credit, leaves[4].credit) = (29e9, 1e9);
        leaves[2].account = watcher;
        _commitLeaves(2, leaves);
        _finalize();
        for (uint256 i = 0; i < 4; i += 3) {
            BalanceProof[] memory proofs = new BalanceProof[](1);
            proofs[0] = _proof(2, i);
            vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowLeafFell.selector, i));
            escrow.settleAccounts(_batch(2), proofs);
        }
        BalanceProof[] memory foreign = new BalanceProof[](1);
        foreign[0] = _proof(2, 2);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowWrongIndex.selector, watcher, 2));
        escrow.settleAccounts(_batch(2), foreign);
    }

    function test_anUnchallengedOverdraftShowsNoNegativeBalance() public {
        _trade(0, 3, 120e6, 0);
        _settleBatch();
        _settleAll(1);
        vm.assertEq(escrow.balanceOf(_home(0)), 0);
    }

    function testFuzz_conserves(uint256[12] memory picks, uint64[12] memory amounts) public {
        for (uint256 i = 0; i < picks.length; ++i) {
            uint256 buyer = picks[i] % 5;
            uint256 seller = (buyer + 1 + (picks[i] >> 8) % 4) % 5;
            // At most 12 × 8e6, so that nobody is overdrawn.
            _trade(buyer, seller, uint128(bound(amounts[i], 1, 7e6)), uint128(picks[i] % 1e6));
            if (i % 4 == 3) _settleBatch();
        }
        uint64 number = court.finalNumber();
        _settleAll(number);
        _checkConserved();
        if (escrow.feesOwed() > 0) {
            vm.prank(operator);
            escrow.claimFees(operator);
        }
        _checkConserved();
    }
}
