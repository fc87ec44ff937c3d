// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Preimages} from "../libraries/Preimages.sol";
import {IJudge} from "../interfaces/IJudge.sol";
import {ORDER_REFUSED, ORDER_VOID} from "../types/Leaves.sol";
import {OrderSignature, SIGNED_ALONE, SIGNED_AS_REPLACEMENT} from "../types/Signatures.sol";
import {OrderSigner, SignedFor} from "./utils/OrderSigner.sol";
import {PlainStreet} from "./utils/PlainStreet.sol";
import {Street, Streets} from "./utils/Street.sol";
import {vm} from "./utils/Vm.sol";

/// @notice How an order was signed, what it looks like and where it stands.
contract OrderJudgeTest is PlainStreet {
    using Streets for Street;

    function _accuseForged(Street memory street, uint256 index) private {
        orderJudge.orderForged(court, street.batch, street.order(index), street.signatures[index]);
    }

    function _commitSigned(Street memory street, uint256 index) private {
        street.orders[index].signedHash = Preimages.hash(street.signatures[index]);
        _commitChanged(street);
    }

    function test_forged_byAnotherKey() public {
        Street memory street = _plain();
        uint256 index = _orderOf(street, 0);
        street.signatures[index].signature = OrderSigner.raw(_key(1), street.orders[index].digest);
        _commitSigned(street, index);
        _accuseForged(street, index);
        _assertTakenBack("forged");
    }

    function test_forged_byNoSignature() public {
        Street memory street = _plain();
        uint256 index = _orderOf(street, 0);
        street.signatures[index].signature = "";
        _commitSigned(street, index);
        _accuseForged(street, index);
        _assertTakenBack("no signature");
    }

    function test_forged_orderOfNobody() public {
        Street memory street = _plain();
        uint256 index = _orderOf(street, 0);
        street.orders[index].account = address(0);
        street.signatures[index].signature = new bytes(65);
        _commitSigned(street, index);
        _accuseForged(street, index);
        _assertTakenBack("nobody's");
    }

    function test_forged_signedForAnother() public {
        for (uint8 kind = SIGNED_ALONE; kind <= SIGNED_AS_REPLACEMENT; ++kind) {
            for (uint256 field = 0; field < 5; ++field) {
                setUp();
                Street memory street = _plain();
                uint256 index = _orderOf(street, 0);
                street.signatures[index] =
                    OrderSigner.sign(_misdirected(field), street.orders[index], _key(0), kind, 0x0301);
                _commitSigned(street, index);
                _accuseForged(street, index);
                _assertTakenBack("signed for another");
            }
        }
    }

    function test_malformed_digestOfAnother() public {
        for (uint256 field = 0; field < 5; ++field) {
            setUp();
            Street memory street = _plain();
            uint256 index = _orderOf(street, 3);
            street.orders[index].digest = OrderSigner.orderDigest(_misdirected(field), street.orders[index]);
            _commitChanged(street);
            orderJudge.orderMalformed(court, street.batch, street.order(index));
            _assertTakenBack("digest of another");
        }
    }

    function test_forged_onAForkOfTheChain() public {
        Street memory street = _plain();
        _commit(street);
        _nothingWrong();
        _accuseForged(street, 0);
        vm.chainId(block.chainid + 1);
        _accuseForged(street, 0);
        _assertTakenBack("signed for the chain before the fork");
    }

    function test_forged_unknownKind() public {
        Street memory street = _plain();
        uint256 index = _orderOf(street, 0);
        street.signatures[index].kind = 3;
        _commitSigned(street, index);
        _accuseForged(street, index);
        _assertTakenBack("kind 3");
    }

    function test_forged_bulkField() public {
        for (uint256 field = 0; field < 7; ++field) {
            setUp();
            _forgeBulkField(field);
        }
    }

    function _forgeBulkField(uint256 field) private {
        Street memory street = _plain();
        uint256 index = _orderOf(street, 1);
        OrderSignature memory signature = street.signatures[index];
        if (field == 0) ++signature.group;
        else if (field == 1) signature.group = 256;
        else if (field == 2) ++signature.counter;
        else if (field == 3) signature.index = 2;
        else if (field == 4) signature.index ^= 1;
        else if (field == 5) signature.proof = new bytes32[](0);
        else signature.proof = new bytes32[](9);
        _commitSigned(street, index);
        _accuseForged(street, index);
        _assertTakenBack("bulk");
    }

    function test_forged_honestKinds() public {
        Street memory street = _plain();
        _commit(street);
        for (uint256 i = 0; i < 4; ++i) {
            _nothingWrong();
            _accuseForged(street, i);
        }
        vm.expectPartialRevert(IJudge.JudgeWrongPreimage.selector);
        orderJudge.orderForged(court, street.batch, street.order(0), street.signatures[1]);
    }

    function test_malformed() public {
        for (uint256 field = 0; field < 7; ++field) {
            setUp();
            Street memory street = _plain();
            uint256 index = _orderOf(street, 3);
            if (field == 0) street.orders[index].energyWh = 0;
            else if (field == 1) street.orders[index].limitPrice = -1;
            else if (field == 2) ++street.orders[index].intervalIndex;
            else if (field == 3) street.orders[index].accountIndex = 4;
            else if (field == 4) street.orders[index].ended = ORDER_REFUSED + 1;
            else if (field == 5) street.orders[index].ended = ORDER_VOID;
            else street.orders[index].endedHash = bytes32(uint256(1));
            _mendDigest(street.orders[index]);
            _commitChanged(street);
            orderJudge.orderMalformed(court, street.batch, street.order(index));
            _assertTakenBack("malformed");
        }
    }

    function test_misplaced() public {
        Street memory street = _plain();
        uint256 index = _orderOf(street, 3);
        street.orders[index].accountIndex = 2;
        _commitChanged(street);
        vm.expectRevert(abi.encodeWithSelector(IJudge.JudgeUnrelated.selector, 3, 2));
        orderJudge.orderMisplaced(court, street.batch, street.order(index), street.position(3));
        orderJudge.orderMisplaced(court, street.batch, street.order(index), street.position(2));
        _assertTakenBack("misplaced");
    }

    function test_unsorted() public {
        Street memory street = _plain();
        (street.orders[1], street.orders[2]) = (street.orders[2], street.orders[1]);
        _commitChanged(street);
        vm.expectRevert(abi.encodeWithSelector(IJudge.JudgeUnrelated.selector, 1, 3));
        orderJudge.orderUnsorted(court, street.batch, street.order(2), street.order(1));
        orderJudge.orderUnsorted(court, street.batch, street.order(1), street.order(2));
        _assertTakenBack("unsorted");
    }

    function test_unsorted_twice() public {
        Street memory street = _plain();
        street.orders[2] = street.orders[1];
        _commitChanged(street);
        orderJudge.orderUnsorted(court, street.batch, street.order(1), street.order(2));
        _assertTakenBack("one order twice");
    }
}
