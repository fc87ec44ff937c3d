// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICourtErrors} from "../interfaces/ICourtErrors.sol";
import {ICourtEvents} from "../interfaces/ICourtEvents.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {BalanceTree} from "../libraries/BalanceTree.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {BalanceProof, CommittedBatch} from "../types/Batch.sol";
import {PositionProof} from "../types/Leaves.sol";
import {ShowMeFixture} from "./utils/ShowMeFixture.sol";
import {vm} from "./utils/Vm.sol";

contract ShowMeTest is ShowMeFixture {
    function test_demand_isAnsweredAndPaidFor() public {
        _commit();
        CommittedBatch memory batch = _batch(1);
        uint64 deadline = uint64(block.timestamp) + RESPONSE;
        vm.expectEmit(address(court));
        emit ICourtEvents.LeafDemanded(1, POSITIONS, 0, watcher, deadline);
        _demand(batch, POSITIONS, 0);
        ISettlementCourt.Demand memory open = court.demandOf(batch, POSITIONS, 0);
        vm.assertEq(open.demander, watcher);
        vm.assertEq(open.deadline, deadline);
        vm.assertEq(court.finalizableAt(batch), type(uint256).max);
        _checkConserved();

        vm.warp(deadline);
        PositionProof memory position = _position(1, 0);
        bytes memory leaf = Leaves.encode(position.leaf);
        vm.expectEmit(address(court));
        emit ICourtEvents.LeafShown(1, POSITIONS, 0, leaf, nothing);
        court.answer(batch, POSITIONS, 0, leaf, position.siblings, nothing);
        vm.assertEq(court.demandOf(batch, POSITIONS, 0).demander, address(0));
        vm.assertEq(court.rewardOf(operator), DEMAND_BOND / 2);
        vm.assertEq(court.burnedTotal(), DEMAND_BOND / 2);
        _checkConserved();
        // It takes a response time more, so that what was shown can be judged.
        vm.assertEq(court.finalizableAt(batch), batch.committedAt + 2 * RESPONSE);
        vm.warp(batch.committedAt + WINDOW - 1);
        vm.prank(watcher);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtDemandKnown.selector, POSITIONS, 0));
        court.demand(batch, POSITIONS, 0);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtNoDemand.selector, POSITIONS, 0));
        court.answer(batch, POSITIONS, 0, leaf, position.siblings, nothing);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtNoDemand.selector, POSITIONS, 0));
        court.claimUnanswered(batch, POSITIONS, 0);
    }

    function test_demand_atTheLastMomentDelaysTwoResponses() public {
        _commit();
        CommittedBatch memory batch = _batch(1);
        vm.warp(batch.committedAt + WINDOW - 1);
        _demand(batch, BALANCES, 1);
        vm.warp(block.timestamp + RESPONSE);
        BalanceProof memory proof = _proof(1, 1);
        vm.expectEmit(address(court));
        emit ICourtEvents.LeafShown(1, BALANCES, 1, BalanceTree.encode(proof.leaf), nothing);
        court.answerBalance(batch, proof);
        uint256 earliest = uint256(batch.committedAt) + LIMIT - 1;
        vm.assertEq(court.finalizableAt(batch), earliest);
        vm.warp(earliest - 1);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtNotFinalizable.selector, earliest));
        court.finalize(batch);
        vm.warp(earliest);
        court.finalize(batch);
        vm.assertEq(court.finalNumber(), 1);
    }

    function test_demand_unansweredTakesTheBatchBack() public {
        _commit();
        _commit();
        CommittedBatch memory batch = _batch(1);
        _demand(batch, POSITIONS, 1);
        _demand(batch, BALANCES, 0);
        uint256 deadline = block.timestamp + RESPONSE;
        vm.warp(deadline);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtAnswerAwaited.selector, deadline));
        court.claimUnanswered(batch, POSITIONS, 1);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtDemandStands.selector, 1));
        court.releaseDemand(batch, BALANCES, 0);
        vm.warp(deadline + 1);
        PositionProof memory position = _position(1, 1);
        bytes memory leaf = Leaves.encode(position.leaf);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtAnswerTooLate.selector, deadline));
        court.answer(batch, POSITIONS, 1, leaf, position.siblings, nothing);
        vm.expectEmit(address(court));
        emit ICourtEvents.BatchTakenBack(1, 2, watcher, "withheld");
        vm.prank(operator);
        court.claimUnanswered(batch, POSITIONS, 1);
        vm.assertEq(court.head(), 0);
        vm.assertEq(court.rewardOf(watcher), BOND / 2 + DEMAND_BOND);
        _checkConserved();
        // The other question is void.
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtBatchNotPending.selector, 1));
        court.claimUnanswered(batch, BALANCES, 0);
        vm.expectEmit(address(court));
        emit ICourtEvents.DemandReleased(1, BALANCES, 0);
        court.releaseDemand(batch, BALANCES, 0);
        vm.assertEq(court.rewardOf(watcher), BOND / 2 + 2 * DEMAND_BOND);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtNoDemand.selector, BALANCES, 0));
        court.releaseDemand(batch, BALANCES, 0);
        vm.prank(watcher);
        court.claimReward(watcher);
        vm.assertEq(token.balanceOf(address(court)), court.burnedTotal());
        _checkConserved();
    }

    function test_demand_refuses() public {
        _commit();
        CommittedBatch memory batch = _batch(1);
        vm.startPrank(watcher);
        for (uint8 tree = 0; tree < 8; ++tree) {
            uint32 count = tree == POSITIONS || tree == BALANCES ? 2 : 0;
            vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtNoSuchLeaf.selector, tree, count));
            court.demand(batch, tree, count);
        }
        for (uint32 i = 0; i < DEMAND_LIMIT; ++i) {
            court.demand(batch, i < 2 ? POSITIONS : BALANCES, i % 2);
        }
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtTooManyDemands.selector, DEMAND_LIMIT));
        court.demand(batch, BALANCES, 1);
        vm.warp(block.timestamp + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtWindowOver.selector, block.timestamp));
        court.demand(batch, BALANCES, 1);
        batch.committedAt += 1;
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtBatchNotPending.selector, 1));
        court.demand(batch, BALANCES, 1);
        vm.stopPrank();
    }

    function test_answer_ofABalanceThatIsNotThere() public {
        _commit();
        CommittedBatch memory batch = _batch(1);
        BalanceProof memory proof = _proof(1, 0);
        proof.leaf.debit += 1;
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtWrongAnswer.selector, BALANCES, 0));
        court.answerBalance(batch, proof);
        proof = _proof(1, 2);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtWrongAnswer.selector, BALANCES, 2));
        court.answerBalance(batch, proof);
    }

    function test_answer_refusesHugeArrays() public {
        _commit();
        CommittedBatch memory batch = _batch(1);
        _demand(batch, POSITIONS, 0);
        PositionProof memory position = _position(1, 0);
        bytes memory leaf = Leaves.encode(position.leaf);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtWrongAnswer.selector, POSITIONS, 0));
        court.answer(batch, POSITIONS, 0, leaf, new bytes32[](10_000), nothing);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtWrongAnswer.selector, POSITIONS, 0));
        court.answer(batch, POSITIONS, 0, leaf, position.siblings, new bytes[](1_000));
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtWrongAnswer.selector, POSITIONS, 0));
        court.answer(batch, POSITIONS, 0, new bytes(100_000), position.siblings, nothing);
        court.answer(batch, POSITIONS, 0, leaf, position.siblings, nothing);
    }

    function test_answer_noTreeNoAnswer() public {
        _commit();
        CommittedBatch memory batch = _batch(1);
        for (uint8 tree = 0; tree < 7; ++tree) {
            if (tree == POSITIONS) continue;
            vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtWrongAnswer.selector, tree, 0));
            court.answer(batch, tree, 0, "", alone, nothing);
        }
    }
}
