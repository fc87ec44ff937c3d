// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {EnergyEscrow} from "../EnergyEscrow.sol";
import {SettlementCourt} from "../SettlementCourt.sol";
import {ICourtErrors} from "../interfaces/ICourtErrors.sol";
import {ICourtEvents} from "../interfaces/ICourtEvents.sol";
import {IEnergyEscrow} from "../interfaces/IEnergyEscrow.sol";
import {IEscrowErrors} from "../interfaces/IEscrowErrors.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {ISiteRegistry} from "../interfaces/ISiteRegistry.sol";
import {IVaultErrors} from "../interfaces/IVaultErrors.sol";
import {BatchHeader, BatchStatus, CommittedBatch} from "../types/Batch.sol";
import {CourtFixture} from "./utils/CourtFixture.sol";
import {vm} from "./utils/Vm.sol";

contract CourtBatchesTest is CourtFixture {
    function setUp() public {
        _setUpCourt();
        _deposit(0, 100e6);
        _deposit(1, 100e6);
    }

    function test_constructor_keepsItsTerms() public view {
        vm.assertEq(court.community(), COMMUNITY);
        vm.assertEq(address(court.token()), address(token));
        vm.assertEq(address(court.escrow()), address(escrow));
        vm.assertEq(address(court.registry()), address(registry));
        vm.assertEq(court.operator(), operator);
        vm.assertEq(court.guardian(), guardian);
        vm.assertEq(court.governance(), governance);
        vm.assertEq(court.challengeWindow(), WINDOW);
        vm.assertEq(court.responseTime(), RESPONSE);
        vm.assertEq(court.finalityLimit(), LIMIT);
        vm.assertEq(court.withdrawalDelay(), DELAY);
        vm.assertEq(court.silenceLimit(), SILENCE);
        vm.assertEq(court.pauseLimit(), PAUSE);
        vm.assertEq(court.minimumBond(), BOND);
        vm.assertEq(court.demandBond(), DEMAND_BOND);
        vm.assertEq(court.demandLimit(), DEMAND_LIMIT);
        vm.assertEq(court.ringSize(), RING);
        vm.assertTrue(court.isJudge(address(balanceJudge)), "a judge");
        vm.assertFalse(court.isJudge(operator), "no judge");
        vm.assertEq(address(escrow.token()), address(token));
        vm.assertEq(address(escrow.court()), address(court));
        vm.assertEq(escrow.withdrawalDelay(), DELAY);
        vm.assertEq(escrow.nanoPerUnit(), NANO);
    }

    function test_constructor_refusesWhatDoesNotFit() public {
        bytes memory invalid = abi.encodeWithSelector(ICourtErrors.CourtInvalidTerms.selector);
        for (uint256 field = 0; field < 11; ++field) {
            ISettlementCourt.Terms memory terms = _terms();
            terms.escrow = escrow;
            if (field == 0) terms.operator = address(0);
            if (field == 1) terms.challengeWindow = 0;
            if (field == 2) terms.ringSize = 2;
            if (field == 3) terms.minimumBond = 0;
            if (field == 4) terms.responseTime = 0;
            if (field == 5) terms.demandBond = 0;
            if (field == 6) terms.demandLimit = 0;
            if (field == 7) terms.silenceLimit = 0;
            if (field == 8) terms.rulesHash = 0;
            if (field == 9) terms.escrow = IEnergyEscrow(address(0));
            if (field == 10) terms.registry = ISiteRegistry(address(0));
            vm.expectRevert(invalid);
            new SettlementCourt(terms);
        }
    }

    function test_constructor_withdrawalsTakeLongerThanBatches() public {
        ISettlementCourt.Terms memory terms = _terms();
        terms.escrow = escrow;
        terms.withdrawalDelay = LIMIT + PAUSE;
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtDelayTooShort.selector, LIMIT + PAUSE, LIMIT + PAUSE));
        new SettlementCourt(terms);
        terms.withdrawalDelay += 1;
        vm.assertEq(new SettlementCourt(terms).withdrawalDelay(), LIMIT + PAUSE + 1);
        terms.token = IERC20(address(0));
        vm.expectRevert(abi.encodeWithSelector(IVaultErrors.VaultInvalidAddress.selector, address(0)));
        new SettlementCourt(terms);
    }

    function test_constructor_escrowAndCourtNameEachOther() public {
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowOtherCourt.selector, address(court)));
        new EnergyEscrow(court);
    }

    function test_commit_storesOneWordAndReports() public {
        _trade(0, 1, 10e6, 1e6);
        (BatchHeader memory header,) = _next();
        vm.expectEmit(address(court));
        emit ICourtEvents.BatchCommitted(1, this.hashHeader(header));
        _commitAs(header);
        vm.assertEq(court.head(), 1);
        vm.assertEq(court.finalNumber(), 0);
        _expectStatus(_batch(1), BatchStatus.Pending);
        _trade(1, 0, 3e6, 0);
        _commit();
        vm.assertEq(court.head(), 2);
        CommittedBatch memory other = _batch(1);
        other.committedAt += 1;
        _expectStatus(other, BatchStatus.None);
        other = _batch(1);
        other.header.archiveHash = 0;
        _expectStatus(other, BatchStatus.None);
        _expectStatus(noBatch, BatchStatus.None);
    }

    function test_commit_refusesOthersAndMissingBond() public {
        (BatchHeader memory header,) = _next();
        vm.prank(watcher);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtUnauthorized.selector, watcher));
        court.commit(header, 0);
        vm.prank(operator);
        court.withdrawBond(1, operator);
        _expectRefused(header, abi.encodeWithSelector(ICourtErrors.CourtBondTooLow.selector, BOND - 1, BOND));
        vm.prank(operator);
        court.depositBond(1);
        _commitAs(header);
    }

    function test_commit_refusesWrongHeaders() public {
        _trade(0, 1, 10e6, 1e6);
        _commit();
        BatchHeader memory header = _honest();
        header.community = "elsewhere";
        _expectRefused(header, abi.encodeWithSelector(ICourtErrors.CourtWrongCommunity.selector, header.community));
        header = _honest();
        header.number = 3;
        _expectRefused(header, abi.encodeWithSelector(ICourtErrors.CourtWrongNumber.selector, 3, 2));
        header.number = 1;
        _expectRefused(header, abi.encodeWithSelector(ICourtErrors.CourtWrongNumber.selector, 1, 2));
        header = _honest();
        header.previousHash = "other";
        _expectRefused(header, abi.encodeWithSelector(ICourtErrors.CourtWrongPrevious.selector, 1));
        header = _honest();
        header.feeTotal += 1;
        _expectRefused(
            header, abi.encodeWithSelector(ICourtErrors.CourtUnbalancedBatch.selector, 10e9, 11e9, uint256(1e9 + 1))
        );
        committedAt[1] += 1;
        _expectRefused(_honest(), abi.encodeWithSelector(ICourtErrors.CourtWrongPrevious.selector, 1));
    }

    function test_commit_firstHasNoPrevious() public {
        BatchHeader memory header = _honest();
        header.previousHash = "something";
        _expectRefused(header, abi.encodeWithSelector(ICourtErrors.CourtWrongPrevious.selector, 0));
    }

    function test_commit_theRingKeepsWhatIsNeeded() public {
        for (uint256 i = 0; i < RING - 1; ++i) {
            _commit();
        }
        _expectRefused(_honest(), abi.encodeWithSelector(ICourtErrors.CourtTooManyPending.selector, RING - 1));
        _finalize();
        _commit();
        // The latest final batch is still there, next to the one that is being made.
        _expectStatus(_batch(1), BatchStatus.Final);
        court.finalize(_batch(2));
        _commit();
        _expectStatus(_batch(1), BatchStatus.None);
        _expectStatus(_batch(2), BatchStatus.Final);
        vm.assertEq(court.head(), RING + 1);
    }

    function test_finalize_inOrderAfterTheWindow() public {
        _trade(0, 1, 10e6, 1e6);
        _commit();
        vm.warp(block.timestamp + 60);
        _commit();
        uint256 endsAt = block.timestamp - 60 + WINDOW;
        vm.assertEq(court.finalizableAt(_batch(1)), endsAt);
        vm.warp(endsAt - 1);
        CommittedBatch memory batch = _batch(1);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtNotFinalizable.selector, endsAt));
        court.finalize(batch);
        vm.warp(endsAt + 60);
        CommittedBatch memory second = _batch(2);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtWrongNumber.selector, 2, 1));
        court.finalize(second);
        vm.expectEmit(address(court));
        emit ICourtEvents.BatchFinalized(1, this.hashHeader(batch.header));
        vm.prank(watcher);
        court.finalize(batch);
        _expectStatus(batch, BatchStatus.Final);
        vm.assertEq(court.finalFeeTotal(), 1e9);
        court.finalize(second);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtWrongNumber.selector, 2, 3));
        court.finalize(second);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtBatchNotPending.selector, 2));
        court.finalizableAt(second);
    }

    function test_finalize_refusesAnotherHeader() public {
        _commit();
        vm.warp(block.timestamp + WINDOW);
        CommittedBatch memory batch = _batch(1);
        batch.header.feeTotal = 1e6;
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtBatchNotPending.selector, 1));
        court.finalize(batch);
    }

    function test_takeBack_judgesOnly() public {
        _commit();
        CommittedBatch memory batch = _batch(1);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtUnauthorized.selector, operator));
        court.takeBack(batch, operator, "overdraft");
        vm.prank(address(headerJudge));
        court.takeBack(batch, watcher, "sequence");
        _expectStatus(batch, BatchStatus.None);
        // The same header again, in the same block: another bond, and it stands.
        vm.prank(operator);
        court.depositBond(BOND);
        _commitAs(batch.header);
        _expectStatus(batch, BatchStatus.Pending);
        _checkConserved();
    }

    function test_takeBack_theOperatorGoesOnWithANewBond() public {
        _trade(0, 1, 100e6 + 1, 0);
        _commit();
        balanceJudge.balanceOverdraft(court, _batch(1), _proof(1, 0));
        debits[0] -= NANO;
        credits[1] -= NANO;
        _expectRefused(_honest(), abi.encodeWithSelector(ICourtErrors.CourtBondTooLow.selector, 0, BOND));
        vm.prank(operator);
        court.depositBond(BOND);
        _settleBatch();
        _settleAll(1);
        vm.assertEq(escrow.balanceOf(_home(0)), 0);
        vm.assertEq(escrow.balanceOf(_home(1)), 200e6);
        _checkConserved();
    }

    function test_submittedOrders_areKeptOnce() public {
        bytes memory order = "a signed order";
        bytes32 orderHash = keccak256(order);
        vm.assertEq(court.orderSubmittedAt(watcher, orderHash), 0);
        vm.expectEmit(address(court));
        emit ICourtEvents.OrderSubmitted(watcher, orderHash, order);
        vm.startPrank(watcher);
        court.submitOrder(order);
        vm.assertEq(court.orderSubmittedAt(watcher, orderHash), block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtOrderKnown.selector, orderHash));
        court.submitOrder(order);
        vm.stopPrank();
        // Nobody else's submission stands in the way.
        court.submitOrder(order);
    }

    function _honest() private returns (BatchHeader memory header) {
        (header,) = _next();
    }

    function _expectRefused(BatchHeader memory header, bytes memory reason) private {
        uint64 previous = committedAt[court.head()];
        vm.prank(operator);
        vm.expectRevert(reason);
        court.commit(header, previous);
    }

    function _expectStatus(CommittedBatch memory batch, BatchStatus status) private view {
        vm.assertEq(uint256(court.statusOf(batch)), uint256(status));
    }
}
