// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICourtErrors} from "../interfaces/ICourtErrors.sol";
import {ICourtEvents} from "../interfaces/ICourtEvents.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {BalanceTree} from "../libraries/BalanceTree.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {Preimages} from "../libraries/Preimages.sol";
import {BalanceProof, BatchHeader, CommittedBatch} from "../types/Batch.sol";
import {FillLeaf, OrderLeaf, PositionLeaf, PositionProof, ReadingLeaf} from "../types/Leaves.sol";
import {OrderEnd, OrderSignature} from "../types/Signatures.sol";
import {ShowMeFixture} from "./utils/ShowMeFixture.sol";
import {bound, vm} from "./utils/Vm.sol";

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

    function test_answer_showsAnOrderWithItsSignatureAndItsEnd() public {
        OrderSignature memory signed;
        signed.signature = "sixty-five bytes";
        OrderEnd memory ended;
        ended.signature = "sixty-five others";
        OrderLeaf memory order;
        order.account = _home(0);
        order.signedHash = Preimages.hash(signed);
        CommittedBatch memory batch = _withOrder(order);
        _demand(batch, ORDERS, 0);
        bytes memory leaf = Leaves.encode(order);
        bytes[] memory evidence = new bytes[](1);
        _expectWrong(batch, ORDERS, leaf, nothing);
        evidence[0] = "no signature at all";
        _expectWrong(batch, ORDERS, leaf, evidence);
        evidence[0] = Preimages.encode(OrderSignature(0, 0, 0, 0, 0, alone, "another"));
        _expectWrong(batch, ORDERS, leaf, evidence);
        evidence[0] = Preimages.encode(signed);
        // All of its fields, but not in the form that a judge takes up.
        _expectWrong(batch, ORDERS, abi.encode(order), evidence);
        court.answer(batch, ORDERS, 0, leaf, alone, evidence);

        order.endedHash = Preimages.hash(ended);
        batch = _withOrder(order);
        _demand(batch, ORDERS, 0);
        leaf = Leaves.encode(order);
        _expectWrong(batch, ORDERS, leaf, evidence);
        evidence = new bytes[](2);
        evidence[0] = Preimages.encode(signed);
        ended.counter = 1;
        evidence[1] = Preimages.encode(ended);
        _expectWrong(batch, ORDERS, leaf, evidence);
        ended.counter = 0;
        evidence[1] = Preimages.encode(ended);
        court.answer(batch, ORDERS, 0, leaf, alone, evidence);
    }

    /// @dev What has the right hash, but is too short to be how an order was signed, or what ended it.
    function test_answer_refusesPreimagesThatAreNone() public {
        OrderSignature memory signed;
        bytes[] memory evidence = new bytes[](1);
        evidence[0] = Preimages.encode(signed);
        vm.assertEq(evidence[0].length, 57);
        _checkPreimages(evidence, true);
        evidence[0] = new bytes(56);
        _checkPreimages(evidence, false);
        // One node is said to be there.
        evidence[0] = new bytes(88);
        evidence[0][56] = 0x01;
        _checkPreimages(evidence, false);
        evidence[0] = bytes.concat(evidence[0], hex"00");
        _checkPreimages(evidence, true);

        OrderEnd memory ended;
        evidence = new bytes[](2);
        evidence[0] = Preimages.encode(signed);
        evidence[1] = Preimages.encode(ended);
        vm.assertEq(evidence[1].length, 49);
        _checkPreimages(evidence, true);
        evidence[1] = new bytes(48);
        _checkPreimages(evidence, false);
    }

    function _checkPreimages(bytes[] memory evidence, bool isTaken) private {
        OrderLeaf memory order;
        order.signedHash = keccak256(evidence[0]);
        if (evidence.length > 1) order.endedHash = keccak256(evidence[1]);
        bytes memory leaf = Leaves.encode(order);
        CommittedBatch memory batch = _demandAlone(ORDERS, leaf);
        if (isTaken) court.answer(batch, ORDERS, 0, leaf, alone, evidence);
        else _expectWrong(batch, ORDERS, leaf, evidence);
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

    function test_answer_showsAReadingWithItsSignature() public {
        ReadingLeaf memory reading;
        reading.signatureHash = keccak256("r and s");
        BatchHeader memory header = _honest();
        bytes memory leaf = Leaves.encode(reading);
        (header.readingCount, header.readingsRoot) = (1, Leaves.hashOf(leaf));
        CommittedBatch memory batch = _committed(header);
        _demand(batch, READINGS, 0);
        _expectWrong(batch, READINGS, leaf, nothing);
        bytes[] memory evidence = new bytes[](1);
        evidence[0] = "others";
        _expectWrong(batch, READINGS, leaf, evidence);
        evidence[0] = "r and s";
        court.answer(batch, READINGS, 0, leaf, alone, evidence);
    }

    function test_answer_showsAFill() public {
        FillLeaf memory fill;
        fill.energyWh = 7;
        BatchHeader memory header = _honest();
        bytes memory leaf = Leaves.encode(fill);
        bytes32 sibling = keccak256("sibling");
        header.fillCount = 2;
        header.fillsRoot = keccak256(abi.encodePacked(Leaves.hashOf(leaf), sibling));
        CommittedBatch memory batch = _committed(header);
        _demand(batch, FILLS, 0);
        bytes32[] memory siblings = new bytes32[](1);
        siblings[0] = sibling;
        bytes[] memory evidence = new bytes[](1);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtWrongAnswer.selector, FILLS, 0));
        court.answer(batch, FILLS, 0, leaf, siblings, evidence);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtWrongAnswer.selector, FILLS, 1));
        court.answer(batch, FILLS, 1, leaf, siblings, nothing);
        court.answer(batch, FILLS, 0, leaf, siblings, nothing);
    }

    /// @dev What merely hashes to a leaf, but is none, is no answer: nobody could say what is wrong with it.
    function testFuzz_answer_refusesBytesThatAreNoLeaf(uint8 tree, uint256 form, bytes32 noise) public {
        tree = uint8(bound(tree, ORDERS, POSITIONS));
        bytes memory leaf = _malformed(tree, bound(form, 0, 3), noise);
        CommittedBatch memory batch = _demandAlone(tree, leaf);
        bytes[] memory evidence = new bytes[](tree <= READINGS ? 1 : 0);
        vm.expectRevert();
        court.answer(batch, tree, 0, leaf, alone, evidence);
        vm.warp(block.timestamp + RESPONSE + 1);
        court.claimUnanswered(batch, tree, 0);
        vm.assertEq(court.head(), 0);
    }

    function test_answer_refusesLessThanALeaf() public {
        for (uint8 tree = ORDERS; tree <= POSITIONS; ++tree) {
            bytes memory leaf = new bytes(31);
            CommittedBatch memory batch = _demandAlone(tree, leaf);
            _expectWrong(batch, tree, leaf, nothing);
        }
    }

    /// @dev Asks for the only leaf of a tree.
    function _demandAlone(uint8 tree, bytes memory leaf) private returns (CommittedBatch memory batch) {
        BatchHeader memory header = _honest();
        bytes32 root = Leaves.hashOf(leaf);
        if (tree == ORDERS) (header.orderCount, header.ordersRoot) = (1, root);
        if (tree == READINGS) (header.readingCount, header.readingsRoot) = (1, root);
        if (tree == FILLS) (header.fillCount, header.fillsRoot) = (1, root);
        if (tree == POSITIONS) (header.accountCount, header.positionsRoot) = (1, root);
        batch = _committed(header);
        _demand(batch, tree, 0);
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

    /// @dev A byte that is neither true nor false stands for nothing that a judge could hash.
    function test_answer_refusesWhatIsNeitherTrueNorFalse() public {
        OrderSignature memory signed;
        OrderLeaf memory order;
        FillLeaf memory fill;
        PositionLeaf memory position;
        bytes[] memory evidence = new bytes[](1);
        evidence[0] = Preimages.encode(signed);
        order.signedHash = keccak256(evidence[0]);
        (order.isBid, fill.isSeller, position.isMetered) = (true, true, true);
        _checkBool(ORDERS, Leaves.encode(order), 56, evidence);
        _checkBool(FILLS, Leaves.encode(fill), 12, nothing);
        _checkBool(POSITIONS, Leaves.encode(position), 100, nothing);
    }

    function _checkBool(uint8 tree, bytes memory leaf, uint256 place, bytes[] memory evidence) private {
        vm.assertEq(uint8(leaf[place]), 1);
        court.answer(_demandAlone(tree, leaf), tree, 0, leaf, alone, evidence);
        leaf[place] = 0x02;
        _expectWrong(_demandAlone(tree, leaf), tree, leaf, evidence);
    }

    function _malformed(uint8 tree, uint256 form, bytes32 noise) private pure returns (bytes memory) {
        uint256[4] memory lengths = [Leaves.ORDER_BYTES, Leaves.READING_BYTES, Leaves.FILL_BYTES, Leaves.POSITION_BYTES];
        if (form == 0) return abi.encodePacked(noise);
        if (form == 1) return new bytes(lengths[tree - 1] - 1);
        bytes memory fields = new bytes(lengths[tree - 1]);
        if (form == 2) return bytes.concat(fields, noise);
        // Of all kinds but readings, whose signature is not shown, there is then a byte that is neither true nor false.
        for (uint256 i = 0; i < fields.length; ++i) {
            fields[i] = 0xff;
        }
        return fields;
    }
}
