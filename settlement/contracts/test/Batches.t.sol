// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {EnergyEscrow} from "../EnergyEscrow.sol";
import {IEscrowErrors} from "../interfaces/IEscrowErrors.sol";
import {IEscrowEvents} from "../interfaces/IEscrowEvents.sol";
import {BatchHeader, BatchStatus} from "../types/Batch.sol";
import {EscrowFixture} from "./utils/EscrowFixture.sol";
import {vm} from "./utils/Vm.sol";

contract BatchesTest is EscrowFixture {
    function setUp() public {
        _setUpEscrow();
        _deposit(0, 100e6);
        _deposit(1, 100e6);
    }

    function test_constructor_keepsItsParameters() public view {
        vm.assertEq(address(escrow.token()), address(token));
        vm.assertEq(escrow.community(), COMMUNITY);
        vm.assertEq(escrow.operator(), operator);
        vm.assertEq(escrow.challengeWindow(), WINDOW);
        vm.assertEq(escrow.withdrawalDelay(), DELAY);
        vm.assertEq(escrow.minimumBond(), BOND);
    }

    function test_constructor_refuses() public {
        vm.expectRevert(IEscrowErrors.EscrowZeroParameter.selector);
        new EnergyEscrow(IERC20(address(0)), COMMUNITY, operator, 1, 2, 1);
        vm.expectRevert(IEscrowErrors.EscrowZeroParameter.selector);
        new EnergyEscrow(token, COMMUNITY, address(0), 1, 2, 1);
        vm.expectRevert(IEscrowErrors.EscrowZeroParameter.selector);
        new EnergyEscrow(token, COMMUNITY, operator, 0, 2, 1);
        vm.expectRevert(IEscrowErrors.EscrowZeroParameter.selector);
        new EnergyEscrow(token, COMMUNITY, operator, 1, 2, 0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowDelayTooShort.selector, uint64(2), uint64(2)));
        new EnergyEscrow(token, COMMUNITY, operator, 2, 2, 1);
    }

    function test_commit_storesAndReports() public {
        _trade(0, 1, 10e6, 1e6);
        (BatchHeader memory header,) = _next();
        bytes32 hash = escrow.hashHeader(header);
        vm.expectEmit(address(escrow));
        emit IEscrowEvents.BatchCommitted(1, hash, header);
        _commitAs(header);
        (bytes32 stored, uint64 committedAt, BatchStatus status) = escrow.batch(1);
        vm.assertEq(stored, hash);
        vm.assertEq(committedAt, block.timestamp);
        vm.assertTrue(status == BatchStatus.Pending, "pending");
        vm.assertEq(escrow.head(), 1);
        vm.assertEq(escrow.finalNumber(), 0);

        _trade(1, 0, 3e6, 0);
        _commit();
        vm.assertEq(escrow.head(), 2);
        (stored,, status) = escrow.batch(3);
        vm.assertTrue(status == BatchStatus.None && stored == bytes32(0), "none");
        (,, status) = escrow.batch(0);
        vm.assertTrue(status == BatchStatus.None, "none");
    }

    function test_commit_refusesOthersAndMissingBond() public {
        (BatchHeader memory header,) = _next();
        vm.prank(watcher);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowUnauthorized.selector, watcher));
        escrow.commitBatch(header, header);
        vm.prank(operator);
        escrow.withdrawBond(1, operator);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowBondTooLow.selector, BOND - 1, BOND));
        _commitAs(header);
    }

    function test_commit_refusesWrongHeaders() public {
        _trade(0, 1, 10e6, 1e6);
        _commit();
        bytes32 headHash = escrow.hashHeader(headers[1]);

        BatchHeader memory header = _honest();
        header.community = "elsewhere";
        _expectRefused(header, abi.encodeWithSelector(IEscrowErrors.EscrowWrongCommunity.selector, header.community));
        header = _honest();
        header.number = 3;
        _expectRefused(header, abi.encodeWithSelector(IEscrowErrors.EscrowWrongNumber.selector, 3, 2));
        header = _honest();
        header.number = 1;
        _expectRefused(header, abi.encodeWithSelector(IEscrowErrors.EscrowWrongNumber.selector, 1, 2));
        header = _honest();
        header.previousHash = "other";
        bytes32 other = "other";
        _expectRefused(header, abi.encodeWithSelector(IEscrowErrors.EscrowWrongHeader.selector, other, headHash));
        header = _honest();
        header.feeTotal += 1;
        _expectRefused(
            header, abi.encodeWithSelector(IEscrowErrors.EscrowUnbalancedBatch.selector, 10e6, 11e6, uint256(1e6 + 1))
        );
        header = _honest();
        header.accountCount = 3;
        _expectRefused(header, abi.encodeWithSelector(IEscrowErrors.EscrowTooManyAccounts.selector, 3, 2));
    }

    function test_commit_refusesFallingTotals() public {
        _trade(0, 1, 10e6, 1e6);
        _commit();
        bytes memory fell = abi.encodeWithSelector(IEscrowErrors.EscrowTotalsFell.selector);
        BatchHeader memory header = _honest();
        (header.creditTotal, header.debitTotal) = (header.creditTotal - 1, header.debitTotal - 1);
        _expectRefused(header, fell);
        header = _honest();
        (header.feeTotal, header.debitTotal) = (header.feeTotal - 1, header.debitTotal - 1);
        _expectRefused(header, fell);
        header = _honest();
        (header.creditTotal, header.feeTotal) = (header.creditTotal + 2, header.feeTotal - 2);
        _expectRefused(header, fell);
        header = _honest();
        header.accountCount = 1;
        _expectRefused(header, fell);
        header = _honest();
        header.intervalIndex -= 2;
        _expectRefused(header, fell);
    }

    function test_commit_refusesAForeignPreviousHeader() public {
        _commit();
        BatchHeader memory header = _honest();
        BatchHeader memory previous = headers[1];
        bytes32 headHash = escrow.hashHeader(previous);
        previous.archiveHash = "other";
        bytes32 hash = escrow.hashHeader(previous);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowWrongHeader.selector, hash, headHash));
        escrow.commitBatch(previous, header);
    }

    function test_commit_firstHasNoPrevious() public {
        BatchHeader memory header = _honest();
        header.previousHash = "something";
        _expectRefused(
            header, abi.encodeWithSelector(IEscrowErrors.EscrowWrongHeader.selector, bytes32("something"), bytes32(0))
        );
    }

    function test_finalize_inOrderAfterTheWindow() public {
        _trade(0, 1, 10e6, 1e6);
        _commit();
        vm.warp(block.timestamp + 60);
        _commit();
        uint256 endsAt = block.timestamp - 60 + WINDOW;
        vm.warp(endsAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowWindowOpen.selector, endsAt));
        escrow.finalizeBatch(headers[1]);
        vm.warp(endsAt + 60);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowWrongNumber.selector, 2, 1));
        escrow.finalizeBatch(headers[2]);

        bytes32 hash = escrow.hashHeader(headers[1]);
        vm.expectEmit(address(escrow));
        emit IEscrowEvents.BatchFinalized(1, hash);
        vm.prank(watcher);
        escrow.finalizeBatch(headers[1]);
        (,, BatchStatus status) = escrow.batch(1);
        vm.assertTrue(status == BatchStatus.Final, "final");
        vm.assertEq(escrow.feesOwed(), 1e6);
        escrow.finalizeBatch(headers[2]);
        BatchHeader memory third = _honest();
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowBatchNotPending.selector, 3));
        escrow.finalizeBatch(third);
    }

    function test_finalize_refusesAnotherHeader() public {
        _commit();
        vm.warp(block.timestamp + WINDOW);
        BatchHeader memory header = headers[1];
        bytes32 known = escrow.hashHeader(header);
        header.feeTotal = 1e6;
        header.debitTotal = 1e6;
        bytes32 hash = escrow.hashHeader(header);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowWrongHeader.selector, hash, known));
        escrow.finalizeBatch(header);
    }

    function test_fees_followFinalBatches() public {
        _trade(0, 1, 10e6, 1e6);
        _commit();
        vm.startPrank(operator);
        vm.expectRevert(IEscrowErrors.EscrowZeroAmount.selector);
        escrow.claimFees(operator);
        vm.stopPrank();
        _finalize();
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowUnauthorized.selector, watcher));
        vm.prank(watcher);
        escrow.claimFees(watcher);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowInvalidAddress.selector, address(0)));
        escrow.claimFees(address(0));

        vm.expectEmit(address(escrow));
        emit IEscrowEvents.FeesClaimed(watcher, 1e6);
        vm.prank(operator);
        vm.assertEq(escrow.claimFees(watcher), 1e6);
        vm.assertEq(token.balanceOf(watcher), 1e6);
        vm.prank(operator);
        vm.expectRevert(IEscrowErrors.EscrowZeroAmount.selector);
        escrow.claimFees(watcher);
        _trade(1, 0, 1e6, 2e6);
        _settleBatch();
        vm.assertEq(escrow.feesOwed(), 2e6);
        escrow.settleAccounts(headers[2], _allProofs(2));
        _checkConserved();
    }

    function test_bond_staysWhileBatchesArePending() public {
        vm.expectEmit(address(escrow));
        emit IEscrowEvents.BondDeposited(operator, 5, BOND + 5);
        vm.startPrank(operator);
        escrow.depositBond(5);
        vm.stopPrank();
        _commit();
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowBondTooLow.selector, BOND + 5, BOND + 6));
        escrow.withdrawBond(6, operator);
        vm.expectEmit(address(escrow));
        emit IEscrowEvents.BondWithdrawn(watcher, 5, BOND);
        escrow.withdrawBond(5, watcher);
        vm.stopPrank();
        _finalize();
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowBondTooLow.selector, BOND, BOND + 1));
        escrow.withdrawBond(BOND + 1, operator);
        escrow.withdrawBond(BOND, operator);
        vm.stopPrank();
        vm.assertEq(escrow.bond(), 0);
        _checkConserved();
    }

    function test_bond_refuses() public {
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowUnauthorized.selector, watcher));
        vm.prank(watcher);
        escrow.withdrawBond(1, watcher);
        vm.startPrank(operator);
        vm.expectRevert(IEscrowErrors.EscrowZeroAmount.selector);
        escrow.withdrawBond(0, operator);
        vm.expectRevert(IEscrowErrors.EscrowZeroAmount.selector);
        escrow.depositBond(0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowInvalidAddress.selector, address(escrow)));
        escrow.withdrawBond(1, address(escrow));
        uint256 all = type(uint256).max;
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowBondTooLow.selector, BOND, all));
        escrow.withdrawBond(all, operator);
        vm.stopPrank();
    }

    function _honest() private returns (BatchHeader memory header) {
        (header,) = _next();
    }

    function _expectRefused(BatchHeader memory header, bytes memory reason) private {
        BatchHeader memory previous = headers[escrow.head()];
        vm.prank(operator);
        vm.expectRevert(reason);
        escrow.commitBatch(previous, header);
    }
}
