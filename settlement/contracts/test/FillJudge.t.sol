// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IJudge} from "../interfaces/IJudge.sol";
import {FillLeaf, ORDER_ENDED, PositionLeaf} from "../types/Leaves.sol";
import {Bookkeeper} from "./utils/Bookkeeper.sol";
import {PlainStreet} from "./utils/PlainStreet.sol";
import {Street, Streets} from "./utils/Street.sol";
import {vm} from "./utils/Vm.sol";

contract FillJudgeTest is PlainStreet {
    using Streets for Street;

    function _accuseTwin(Street memory street, uint256 index) private {
        fillJudge.twin(court, street.batch, street.fill(index), street.fill(street.fills[index].twin));
    }

    function _accuseOrder(Street memory street, uint256 index) private {
        fillJudge.fillOrder(court, street.batch, street.fill(index), street.order(street.fills[index].orderIndex));
    }

    function _accuseSum(Street memory street, uint256 index) private {
        uint256 previous = index == 0 ? 0 : index - 1;
        fillJudge.runningSum(court, street.batch, street.fill(previous), street.fill(index));
    }

    function _accuseSettlement(Street memory street, uint256 index, uint256 seller, uint256 buyer) private {
        uint256 twin = street.fills[index].twin;
        fillJudge.settlement(
            court,
            street.batch,
            street.rules,
            street.fill(index),
            street.fill(twin),
            street.position(seller),
            street.position(buyer)
        );
    }

    function test_plainStreetTradesTwice() public {
        Street memory street = _plain();
        vm.assertEq(street.fills.length, 4);
        vm.assertEq(uint64(street.batch.header.clearingPrice), 160_000);
    }

    function test_twin_beyondTheFills() public {
        Street memory street = _plain();
        street.fills[0].twin = 4;
        _commitChanged(street);
        fillJudge.twin(court, street.batch, street.fill(0), street.fill(0));
        _assertTakenBack("no twin");
    }

    function test_twin_itself() public {
        Street memory street = _plain();
        street.fills[0].twin = 0;
        _commitChanged(street);
        _accuseTwin(street, 0);
        _assertTakenBack("its own twin");
    }

    function test_twin_ofAnother() public {
        Street memory street = _plain();
        street.fills[0].twin = street.fills[1].twin;
        _commitChanged(street);
        vm.expectPartialRevert(IJudge.JudgeUnrelated.selector);
        fillJudge.twin(court, street.batch, street.fill(0), street.fill(1));
        _accuseTwin(street, 0);
        _assertTakenBack("another's twin");
    }

    function test_twin_eachFieldOfTheOther() public {
        for (uint256 field = 0; field < 10; ++field) {
            setUp();
            Street memory street = _plain();
            FillLeaf memory other = street.fills[street.fills[0].twin];
            if (field == 0) other.isSeller = !other.isSeller;
            else if (field == 1) other.accountIndex = street.fills[0].accountIndex;
            else if (field == 2) other.phase ^= 1;
            else if (field == 3) ++other.energyWh;
            else if (field == 4) ++other.price;
            else if (field == 5) ++other.settledWh;
            else if (field == 6) ++other.paidNano;
            else if (field == 7) ++other.sellerMakeWholeNano;
            else if (field == 8) ++other.buyerMakeWholeNano;
            else ++other.feeNano;
            _commitChanged(street);
            _accuseTwin(street, 0);
            _assertTakenBack("unlike");
        }
    }

    function test_fillOrder() public {
        for (uint256 field = 0; field < 8; ++field) {
            setUp();
            Street memory street = _plain();
            uint256 index = _fillOf(street, 2);
            FillLeaf memory fill = street.fills[index];
            if (field == 0) fill.orderIndex = 4;
            else if (field == 1) fill.accountIndex = 1;
            else if (field == 2) fill.isSeller = true;
            else if (field == 3) fill.price = 160_001;
            else if (field == 4) fill.phase = 2;
            else if (field == 5) fill.energyWh = 0;
            else if (field == 6) street.orders[fill.orderIndex].ended = ORDER_ENDED;
            else street.fills[index = _fillOf(street, 0)].price = 99_999;
            _commitChanged(street);
            _accuseOrder(street, index);
            _assertTakenBack("not its order's");
        }
    }

    function test_overfill() public {
        Street memory street = _plain();
        uint256 index = _fillOf(street, 1);
        street.fills[index].orderFilledWh = 201;
        _commitChanged(street);
        uint256 orderIndex = street.fills[index].orderIndex;
        vm.expectPartialRevert(IJudge.JudgeUnrelated.selector);
        fillJudge.overfill(court, street.batch, street.fill(index), street.order((orderIndex + 1) % 4));
        fillJudge.overfill(court, street.batch, street.fill(index), street.order(orderIndex));
        _assertTakenBack("overfilled");
    }

    function test_overfill_exactly() public {
        Street memory street = _plain();
        _commit(street);
        uint256 index = _fillOf(street, 1);
        vm.assertEq(street.fills[index].orderFilledWh, 200);
        _nothingWrong();
        fillJudge.overfill(court, street.batch, street.fill(index), street.order(street.fills[index].orderIndex));
    }

    function test_runningSum_eachSumOfEachFill() public {
        for (uint256 i = 0; i < 20; ++i) {
            setUp();
            Street memory street = _plain();
            FillLeaf memory fill = street.fills[i / 5];
            if (i % 5 == 0) ++fill.orderFilledWh;
            else if (i % 5 == 1) ++fill.soldWh;
            else if (i % 5 == 2) ++fill.boughtWh;
            else if (i % 5 == 3) ++fill.creditNano;
            else ++fill.debitNano;
            _commitChanged(street);
            _accuseSum(street, i / 5);
            _assertTakenBack("sum");
        }
    }

    function test_runningSum_doesNotHideBehindAnOverflow() public {
        Street memory street = _plain();
        street.fills[0].orderFilledWh = type(uint64).max;
        street.fills[0].soldWh = type(uint64).max;
        street.fills[0].creditNano = type(uint128).max;
        street.fills[0].debitNano = type(uint128).max;
        street.fills[0].paidNano = type(uint128).max;
        street.fills[0].buyerMakeWholeNano = type(uint128).max;
        _commitChanged(street);
        _accuseSum(street, 1);
        _assertTakenBack("overflow");
    }

    function test_runningSum_unsorted() public {
        for (uint256 field = 0; field < 3; ++field) {
            setUp();
            Street memory street = _plain();
            // Home 0 sells in fills 0 and 1, by one order; the sums are made right for the wrong order.
            if (field == 0) (street.fills[1], street.fills[2]) = (street.fills[2], street.fills[1]);
            if (field == 1) street.fills[0].orderIndex = street.fills[1].orderIndex + 1;
            if (field == 2) (street.fills[0], street.fills[1]) = (street.fills[1], street.fills[0]);
            Bookkeeper.sum(street);
            _commitChanged(street);
            uint256 index = field == 0 ? 2 : 1;
            vm.expectPartialRevert(IJudge.JudgeUnrelated.selector);
            fillJudge.runningSum(court, street.batch, street.fill(3), street.fill(index));
            _accuseSum(street, index);
            _assertTakenBack("unsorted");
        }
    }

    /// @dev Both leaves say the same, and all sums are right.
    function _commitTrade(Street memory street) private {
        FillLeaf memory fill = street.fills[0];
        FillLeaf memory other = street.fills[fill.twin];
        other.settledWh = fill.settledWh;
        (other.paidNano, other.feeNano) = (fill.paidNano, fill.feeNano);
        other.sellerMakeWholeNano = fill.sellerMakeWholeNano;
        other.buyerMakeWholeNano = fill.buyerMakeWholeNano;
        Bookkeeper.sum(street);
        _commitChanged(street);
    }

    function test_settlement_eachAmount() public {
        for (uint256 field = 0; field < 6; ++field) {
            setUp();
            Street memory street = _plain();
            FillLeaf memory fill = street.fills[0];
            uint256 buyer = street.fills[fill.twin].accountIndex;
            if (field == 0) ++fill.settledWh;
            else if (field == 1) ++fill.paidNano;
            else if (field == 2) ++fill.sellerMakeWholeNano;
            else if (field == 3) ++fill.buyerMakeWholeNano;
            else if (field == 4) ++fill.feeNano;
            else fill.price = -1;
            _commitTrade(street);
            vm.expectPartialRevert(IJudge.JudgeUnrelated.selector);
            _accuseSettlement(street, 0, buyer, buyer);
            vm.expectPartialRevert(IJudge.JudgeUnrelated.selector);
            _accuseSettlement(street, 0, 0, 0);
            _accuseSettlement(street, 0, 0, buyer);
            _assertTakenBack("settlement");
        }
    }

    function test_settlement_seenFromTheBuyer() public {
        Street memory street = _plain();
        ++street.fills[0].paidNano;
        _commitTrade(street);
        uint256 twin = street.fills[0].twin;
        _accuseSettlement(street, twin, 0, street.fills[twin].accountIndex);
        _assertTakenBack("settlement");
    }

    function test_settlement_byOtherRules() public {
        Street memory street = _plain();
        _commit(street);
        ++street.rules.retailPrice;
        vm.expectPartialRevert(IJudge.JudgeWrongRules.selector);
        _accuseSettlement(street, 0, 0, 1);
    }

    /// @dev Registers that run backwards count as nothing, they do not stop the judge.
    function test_settlement_withFallingRegisters() public {
        Street memory street = _plain();
        PositionLeaf memory seller = street.positions[0];
        (seller.startExportWh, seller.endExportWh) = (seller.endExportWh + 1, seller.startExportWh);
        _commitChanged(street);
        vm.assertTrue(street.fills[0].settledWh > 0, "something settled");
        _accuseSettlement(street, 0, 0, street.fills[street.fills[0].twin].accountIndex);
        _assertTakenBack("nothing was delivered");
    }
}
