// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICourtErrors} from "../interfaces/ICourtErrors.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {Preimages} from "../libraries/Preimages.sol";
import {BatchHeader, CommittedBatch} from "../types/Batch.sol";
import {FillLeaf, OrderLeaf, PositionLeaf, ReadingLeaf} from "../types/Leaves.sol";
import {OrderEnd, OrderSignature} from "../types/Signatures.sol";
import {ShowMeFixture} from "./utils/ShowMeFixture.sol";
import {bound, vm} from "./utils/Vm.sol";

/// @dev What passes for a leaf that was asked for, and what does not.
contract ShownLeavesTest is ShowMeFixture {
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
