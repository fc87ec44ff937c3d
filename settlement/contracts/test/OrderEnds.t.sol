// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Preimages} from "../libraries/Preimages.sol";
import {IJudge} from "../interfaces/IJudge.sol";
import {
    ORDER_ENDED,
    ORDER_GROUP_CANCELLED,
    ORDER_LIVE,
    ORDER_REFUSED,
    ORDER_VOID,
    PHASE_CONTINUOUS
} from "../types/Leaves.sol";
import {END_GROUP, END_INTERVAL, END_ORDER, END_REPLACEMENT, OrderSignature} from "../types/Signatures.sol";
import {OrderSigner, SignedFor} from "./utils/OrderSigner.sol";
import {PlainStreet} from "./utils/PlainStreet.sol";
import {Street, Streets} from "./utils/Street.sol";
import {CALL_ONLY} from "./utils/Traders.sol";
import {vm} from "./utils/Vm.sol";

/// @notice How an order ended: cancelled alone or with its group, void or refused.
contract OrderEndsTest is PlainStreet {
    using Streets for Street;

    uint64 private constant CLOSURE = START - 1 hours;

    function _accuseCancel(Street memory street, uint256 index) private {
        orderJudge.cancelForged(court, street.batch, street.order(index), street.signatures[index], street.ends[index]);
    }

    function test_cancel_honestScopes() public {
        for (uint8 scope = END_ORDER; scope <= END_REPLACEMENT; ++scope) {
            setUp();
            Street memory street = _plainOrders();
            uint256 index = _orderOf(street, 1);
            _end(street, index, scope);
            _close(street, CALL_ONLY);
            _commit(street);
            _nothingWrong();
            _accuseCancel(street, index);
            street.ends[index].replacement = bytes32(uint256(1));
            vm.expectPartialRevert(IJudge.JudgeWrongPreimage.selector);
            _accuseCancel(street, index);
        }
    }

    function test_cancel_bySomebodyElse() public {
        for (uint8 scope = END_ORDER; scope <= END_REPLACEMENT; ++scope) {
            setUp();
            Street memory street = _plainOrders();
            uint256 index = _orderOf(street, 1);
            _end(street, index, scope);
            street.ends[index].signature =
            OrderSigner.end(_signedFor(), street.orders[index], street.signatures[index], _key(2), scope).signature;
            _commitEnd(street, index);
            _accuseCancel(street, index);
            _assertTakenBack("somebody else's");
        }
    }

    function test_cancel_signedForAnother() public {
        for (uint8 scope = END_ORDER; scope <= END_REPLACEMENT; ++scope) {
            for (uint256 field = 0; field < 5; ++field) {
                setUp();
                Street memory street = _plainOrders();
                uint256 index = _orderOf(street, 1);
                _end(street, index, scope);
                SignedFor memory domain = _signedFor();
                if (field == 0) domain.name = "Uncommonwatt";
                else if (field == 1) domain.version = "2";
                else if (field == 2) ++domain.chainId;
                else if (field == 3) domain.court = address(orderJudge);
                else domain.community = keccak256("another street");
                street.ends[index].signature =
                OrderSigner.end(domain, street.orders[index], street.signatures[index], _key(1), scope).signature;
                _commitEnd(street, index);
                _accuseCancel(street, index);
                _assertTakenBack("signed for another");
            }
        }
    }

    function _commitEnd(Street memory street, uint256 index) private {
        street.orders[index].endedHash = Preimages.hash(street.ends[index]);
        _close(street, CALL_ONLY);
        _commit(street);
    }

    function test_cancel_unknownScope() public {
        Street memory street = _plainOrders();
        uint256 index = _orderOf(street, 1);
        _end(street, index, END_INTERVAL);
        street.ends[index].scope = END_REPLACEMENT + 1;
        _commitEnd(street, index);
        _accuseCancel(street, index);
        _assertTakenBack("scope");
    }

    function test_cancel_ofAnotherGroup() public {
        for (uint256 field = 0; field < 3; ++field) {
            setUp();
            Street memory street = _plainOrders();
            uint256 index = _orderOf(street, field == 2 ? 3 : 1);
            _end(street, index, END_INTERVAL);
            street.ends[index] = OrderSigner.end(
                _signedFor(), street.orders[index], street.signatures[index], _key(field == 2 ? 3 : 1), END_GROUP
            );
            if (field == 0) ++street.ends[index].group;
            if (field == 1) --street.ends[index].counter;
            _commitEnd(street, index);
            _accuseCancel(street, index);
            _assertTakenBack("the group's cancel did not mean the order");
        }
    }

    function test_cancel_withoutEvidence() public {
        Street memory street = _plain();
        uint256 index = _orderOf(street, 3);
        street.orders[index].ended = ORDER_ENDED;
        _commitChanged(street);
        _accuseCancel(street, index);
        _assertTakenBack("no evidence");
    }

    function _accuseGroupCancel(Street memory street, uint256 index) private {
        orderJudge.groupCancelForged(court, street.batch, street.rules, street.order(index), street.signatures[index]);
    }

    function _commitGroupCancelled(uint256 home) private returns (Street memory street, uint256 index) {
        street = _plainOrders();
        index = _orderOf(street, home);
        street.orders[index].ended = ORDER_GROUP_CANCELLED;
        _close(street, CALL_ONLY);
        _commit(street);
    }

    function test_groupCancel_never() public {
        (Street memory street, uint256 index) = _commitGroupCancelled(1);
        _accuseGroupCancel(street, index);
        _assertTakenBack("never cancelled");
    }

    function test_groupCancel_ofOrderSignedAlone() public {
        (Street memory street, uint256 index) = _commitGroupCancelled(3);
        _accuseGroupCancel(street, index);
        _assertTakenBack("in no group");
    }

    function _cancelAt(uint256 time) private {
        vm.warp(time);
        vm.prank(vm.addr(_key(1)));
        registry.cancelGroup(1, 4);
        vm.warp(START + INTERVAL_S + 60);
    }

    function test_groupCancel_upToFiveMinutesAfterClosure() public {
        (Street memory street, uint256 index) = _commitGroupCancelled(1);
        _cancelAt(CLOSURE + 5 minutes);
        _nothingWrong();
        _accuseGroupCancel(street, index);
        street.rules.feePpm = 1;
        vm.expectPartialRevert(IJudge.JudgeWrongRules.selector);
        _accuseGroupCancel(street, index);
    }

    function test_groupCancel_later() public {
        (Street memory street, uint256 index) = _commitGroupCancelled(1);
        _cancelAt(CLOSURE + 5 minutes + 1);
        _accuseGroupCancel(street, index);
        _assertTakenBack("cancelled later");
    }

    function _accuseCancelled(Street memory street, uint256 index, uint256 fill) private {
        orderJudge.orderCancelled(
            court, street.batch, street.rules, street.order(index), street.signatures[index], street.fill(fill)
        );
    }

    function test_cancelled_fiveMinutesBeforeClosure() public {
        Street memory street = _plain();
        _cancelAt(CLOSURE - 5 minutes);
        _commit(street);
        vm.expectPartialRevert(IJudge.JudgeUnrelated.selector);
        _accuseCancelled(street, _orderOf(street, 1), _fillOf(street, 2));
        _accuseCancelled(street, _orderOf(street, 1), _fillOf(street, 1));
        _assertTakenBack("filled though cancelled");
    }

    function test_cancelled_tooLate() public {
        Street memory street = _plain();
        _cancelAt(CLOSURE - 5 minutes + 1);
        _commit(street);
        _nothingWrong();
        _accuseCancelled(street, _orderOf(street, 1), _fillOf(street, 1));
    }

    function test_cancelled_afterAContinuousTrade() public {
        Street memory street = _plain();
        _cancelAt(CLOSURE - 5 minutes);
        street.fills[_fillOf(street, 1)].phase = PHASE_CONTINUOUS;
        _commitChanged(street);
        _nothingWrong();
        _accuseCancelled(street, _orderOf(street, 1), _fillOf(street, 1));
    }

    function test_cancelled_gateThatClosedBeforeTimeBegan() public {
        Street memory street = _plain();
        street.rules.gateClosureMs = type(uint64).max;
        street.batch.header.rulesHash = _hashOf(street.rules);
        _commitChanged(street);
        _nothingWrong();
        _accuseCancelled(street, _orderOf(street, 1), _fillOf(street, 1));
    }

    function test_void() public {
        Street memory street = _plain();
        street.orders[0].ended = ORDER_VOID;
        street.orders[1].ended = ORDER_LIVE;
        _commitChanged(street);
        _nothingWrong();
        orderJudge.voidForged(court, street.batch, street.order(1), street.order(0));
        orderJudge.voidForged(court, street.batch, street.order(0), street.order(1));
        _assertTakenBack("void for one order only");
    }

    function _accuseRefusal(Street memory street, uint256 index) private {
        orderJudge.refusalForged(court, street.batch, street.order(index), street.signatures[index]);
    }

    function test_refusal_byTheOperatorAlone() public {
        Street memory street = _plain();
        uint256 index = _orderOf(street, 3);
        vm.prank(operator);
        court.submitOrder(abi.encode(_inboxOrder(street, index)));
        street.orders[index].ended = ORDER_REFUSED;
        _commitChanged(street);
        _accuseRefusal(street, index);
        _assertTakenBack("not submitted by its account");
    }

    function test_refusal_honest() public {
        Street memory street = _plainOrders();
        uint256 index = _orderOf(street, 3);
        _refuse(street, index);
        _close(street, CALL_ONLY);
        _commit(street);
        _nothingWrong();
        _accuseRefusal(street, index);
    }
}
