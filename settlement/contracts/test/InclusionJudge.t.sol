// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IInclusionJudge} from "../interfaces/IInclusionJudge.sol";
import {IJudge} from "../interfaces/IJudge.sol";
import {OrderLeaf} from "../types/Leaves.sol";
import {InboxOrder, SIGNED_ALONE, SIGNED_AS_REPLACEMENT, SIGNED_IN_BULK} from "../types/Signatures.sol";
import {OrderSigner} from "./utils/OrderSigner.sol";
import {PlainStreet} from "./utils/PlainStreet.sol";
import {Street, Streets} from "./utils/Street.sol";
import {vm} from "./utils/Vm.sol";

contract InclusionJudgeTest is PlainStreet {
    using Streets for Street;

    uint64 private constant CLOSURE = START - 1 hours;

    OrderLeaf private _leaf;
    /// @dev The plain street, encoded: its meters' signatures take long to make.
    bytes private _made;

    function setUp() public override {
        super.setUp();
        _made = abi.encode(_plain());
    }

    function _standing() private view returns (Street memory) {
        return abi.decode(_made, (Street));
    }

    /// @dev An order of home 3 that the operator does not have in its batch.
    function _order(uint8 kind) private view returns (InboxOrder memory order) {
        OrderLeaf memory leaf = _leaf;
        if (leaf.account == address(0)) leaf = _freshLeaf();
        order.account = leaf.account;
        order.isBid = leaf.isBid;
        order.limitPrice = leaf.limitPrice;
        order.energyWh = leaf.energyWh;
        order.intervalIndex = leaf.intervalIndex;
        order.orderSalt = leaf.orderSalt;
        order.signature = OrderSigner.sign(_signedFor(), leaf, _key(3), kind, 5);
    }

    function _freshLeaf() private pure returns (OrderLeaf memory leaf) {
        leaf.account = vm.addr(_key(3));
        leaf.isBid = true;
        leaf.limitPrice = 130_000;
        leaf.energyWh = 10;
        leaf.intervalIndex = INTERVAL;
        leaf.orderSalt = keccak256("forced");
    }

    function _digestOf(InboxOrder memory order) private view returns (bytes32) {
        OrderLeaf memory leaf;
        leaf.account = order.account;
        leaf.isBid = order.isBid;
        leaf.limitPrice = order.limitPrice;
        leaf.energyWh = order.energyWh;
        leaf.intervalIndex = order.intervalIndex;
        leaf.orderSalt = order.orderSalt;
        return OrderSigner.orderDigest(_signedFor(), leaf);
    }

    function _submit(InboxOrder memory order, uint256 time) private {
        vm.warp(time);
        vm.prank(order.account);
        court.submitOrder(abi.encode(order));
        vm.warp(START + INTERVAL_S + 60);
    }

    function _accuse(Street memory street, InboxOrder memory order) private {
        inclusionJudge.ignoredOrder(
            court, street.batch, street.rules, order, street.position(3), street.placeOf(_digestOf(order))
        );
    }

    function test_ignored_bothKinds() public {
        for (uint8 kind = SIGNED_ALONE; kind <= SIGNED_IN_BULK; ++kind) {
            setUp();
            Street memory street = _standing();
            InboxOrder memory order = _order(kind);
            _submit(order, CLOSURE - 5 minutes);
            _commit(street);
            _accuse(street, order);
            _assertTakenBack("ignored");
        }
    }

    function testFuzz_ignored_whereverItWouldStand(bytes32 salt) public {
        Street memory street = _standing();
        _leaf = _freshLeaf();
        _leaf.orderSalt = salt;
        InboxOrder memory order = _order(SIGNED_ALONE);
        _submit(order, CLOSURE - 1 days);
        _commit(street);
        uint256 right = street.placeOf(_digestOf(order)).index;
        for (uint256 place = 0; place <= 5; ++place) {
            if (place == right) continue;
            vm.expectRevert(abi.encodeWithSelector(IJudge.JudgeWrongPlace.selector, place));
            inclusionJudge.ignoredOrder(
                court, street.batch, street.rules, order, street.position(3), street.orderCut(place)
            );
        }
        _accuse(street, order);
        _assertTakenBack("ignored");
    }

    function test_ignored_amongNoOrders() public {
        Street memory street = _standing();
        delete street.orders;
        InboxOrder memory order = _order(SIGNED_ALONE);
        _submit(order, CLOSURE - 1 days);
        _commitChanged(street);
        _accuse(street, order);
        _assertTakenBack("ignored");
    }

    function test_included() public {
        Street memory street = _standing();
        InboxOrder memory order = _inboxOrder(street, _orderOf(street, 3));
        _submit(order, CLOSURE - 1 days);
        _commit(street);
        _nothingWrong();
        _accuse(street, order);
    }

    function test_submittedLateOrNever() public {
        Street memory street = _standing();
        InboxOrder memory order = _order(SIGNED_ALONE);
        _commit(street);
        bytes4 late = IInclusionJudge.JudgeSubmittedLate.selector;
        vm.expectRevert(abi.encodeWithSelector(late, 0, CLOSURE - 5 minutes));
        _accuse(street, order);
        vm.prank(operator);
        court.submitOrder(abi.encode(order));
        vm.expectRevert(abi.encodeWithSelector(late, 0, CLOSURE - 5 minutes));
        _accuse(street, order);
        _submit(order, CLOSURE - 5 minutes + 1);
        vm.expectRevert(abi.encodeWithSelector(late, CLOSURE - 5 minutes + 1, CLOSURE - 5 minutes));
        _accuse(street, order);
        _assertStands("late");
    }

    function test_gateThatClosedBeforeTimeBegan() public {
        Street memory street = _standing();
        street.rules.gateClosureMs = type(uint64).max;
        street.batch.header.rulesHash = _hashOf(street.rules);
        InboxOrder memory order = _order(SIGNED_ALONE);
        _submit(order, CLOSURE - 1 days);
        _commitChanged(street);
        vm.expectRevert(abi.encodeWithSelector(IInclusionJudge.JudgeSubmittedLate.selector, CLOSURE - 1 days, 0));
        _accuse(street, order);
    }

    function test_unsoundOrdersNeedNotBeIncluded() public {
        for (uint256 fault = 0; fault < 9; ++fault) {
            setUp();
            Street memory street = _standing();
            _leaf = _freshLeaf();
            if (fault == 0) _leaf.energyWh = 0;
            else if (fault == 1) _leaf.energyWh = 2 ** 53;
            else if (fault == 2) _leaf.limitPrice = -1;
            else if (fault == 3) _leaf.limitPrice = 2 ** 53;
            InboxOrder memory order = _order(fault == 4 ? SIGNED_AS_REPLACEMENT : SIGNED_ALONE);
            if (fault == 5) order.signature.signature = OrderSigner.raw(_key(2), _digestOf(order));
            if (fault == 6) order.signature.counter = 2 ** 53;
            if (fault == 7) (order.account, order.signature.signature) = (address(0), new bytes(65));
            if (fault == 8) order.signature.group = 2 ** 53;
            _submit(order, CLOSURE - 1 days);
            _commit(street);
            vm.expectRevert(abi.encodeWithSelector(IInclusionJudge.JudgeUnsoundOrder.selector, _digestOf(order)));
            _accuse(street, order);
        }
    }

    function test_ofAnotherIntervalOrAccount() public {
        Street memory street = _standing();
        _leaf = _freshLeaf();
        InboxOrder memory order = _order(SIGNED_ALONE);
        _submit(order, CLOSURE - 1 days);
        _commit(street);
        _nothingWrong();
        inclusionJudge.ignoredOrder(
            court, street.batch, street.rules, order, street.position(2), street.placeOf(_digestOf(order))
        );
        ++order.intervalIndex;
        vm.expectRevert(abi.encodeWithSelector(IJudge.JudgeUnrelated.selector, INTERVAL + 1, INTERVAL));
        _accuse(street, order);
    }
}
