// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {FillLeaf, ORDER_LIVE, OrderLeaf, PHASE_CALL, PositionLeaf, ReadingLeaf} from "../types/Leaves.sol";
import {Accusations} from "./utils/Accusations.sol";
import {Bookkeeper} from "./utils/Bookkeeper.sol";
import {OrderSigner} from "./utils/OrderSigner.sol";
import {Street} from "./utils/Street.sol";
import {vm} from "./utils/Vm.sol";

/// @dev A batch in which one field of one leaf is not what it should be is taken back by some judge.
contract MutationsTest is Accusations {
    /// forge-config: default.fuzz.runs = 128
    function testFuzz_orderField(uint256 seed, uint256 index, uint256 field, uint256 change, bool isDigestMended)
        public
    {
        Street memory street = _street(seed, 2 + seed % 4, 3);
        vm.assume(street.orders.length > 1);
        index %= street.orders.length;
        OrderLeaf memory order = street.orders[index];
        field %= 8;
        _changeOrder(order, field, change);
        if (isDigestMended && field != 0 && field != 1) {
            order.digest = OrderSigner.orderDigest(_signedFor(), order);
        }
        _commitChanged(street);
        _accuseOrder(street, index);
        if (index > 0) _accuseOrder(street, index - 1);
        vm.assertTrue(_isCondemned(), "order");
    }

    function _changeOrder(OrderLeaf memory order, uint256 field, uint256 change) private pure {
        uint64 step = 1 + uint64(change) % 1000;
        if (field == 0) order.digest ^= bytes32(1 << change % 256);
        else if (field == 1) order.accountIndex ^= uint32(1 << change % 3);
        else if (field == 2) order.account = address(uint160(order.account) ^ uint160(step));
        else if (field == 3) order.isBid = !order.isBid;
        else if (field == 4) order.limitPrice += int64(step);
        else if (field == 5) order.energyWh += step;
        else if (field == 6) order.intervalIndex += step;
        else order.orderSalt ^= bytes32(uint256(step));
    }

    /// forge-config: default.fuzz.runs = 128
    function testFuzz_orderEnd(uint256 seed, uint256 index, uint8 ended) public {
        Street memory street = _street(seed, 2 + seed % 4, 3);
        uint256 live = _liveOrders(street);
        vm.assume(live > 1);
        index %= street.orders.length;
        vm.assume(street.orders[index].ended == ORDER_LIVE);
        street.orders[index].ended = 1 + ended % 5;
        _commitChanged(street);
        _accuseOrder(street, index);
        _accuseEnd(street, index);
        for (uint256 i = 0; i < street.orders.length; ++i) {
            _accusePair(street, index, i);
        }
        vm.assertTrue(_isCondemned(), "end");
    }

    function _liveOrders(Street memory street) private pure returns (uint256 count) {
        for (uint256 i = 0; i < street.orders.length; ++i) {
            if (street.orders[i].ended == ORDER_LIVE) ++count;
        }
    }

    /// forge-config: default.fuzz.runs = 128
    function testFuzz_fillField(uint256 seed, uint256 index, uint256 field, uint256 change) public {
        Street memory street = _street(seed, 3 + seed % 3, 3);
        vm.assume(street.fills.length > 0);
        index %= street.fills.length;
        _changeFill(street.fills[index], field % 17, 1 + uint32(change) % 1000);
        _commitChanged(street);
        _accuseFill(street, index);
        if (index + 1 < street.fills.length) _accuseFill(street, index + 1);
        vm.assertTrue(_isCondemned(), "fill");
    }

    function _changeFill(FillLeaf memory fill, uint256 field, uint32 step) private pure {
        if (field == 0) fill.twin += step;
        else if (field == 1) fill.accountIndex += step;
        else if (field == 2) fill.orderIndex += step;
        else if (field == 3) fill.isSeller = !fill.isSeller;
        else if (field == 4) fill.phase = fill.phase == 0 ? uint8(1 + step % 255) : uint8(0);
        else if (field == 5) fill.energyWh += step;
        else if (field == 6) fill.price -= int64(uint64(step));
        else if (field == 7) fill.settledWh += step;
        else _changeAmount(fill, field, step);
    }

    function _changeAmount(FillLeaf memory fill, uint256 field, uint32 step) private pure {
        if (field == 8) fill.paidNano += step;
        else if (field == 9) fill.sellerMakeWholeNano += step;
        else if (field == 10) fill.buyerMakeWholeNano += step;
        else if (field == 11) fill.feeNano += step;
        else if (field == 12) fill.orderFilledWh += step;
        else if (field == 13) fill.soldWh += step;
        else if (field == 14) fill.boughtWh += step;
        else if (field == 15) fill.creditNano += step;
        else fill.debitNano += step;
    }

    /// @dev The operator changes both leaves of a trade and all sums with them.
    /// forge-config: default.fuzz.runs = 128
    function testFuzz_tradeChangedOnBothSides(uint256 seed, uint256 index, uint256 field, uint256 change) public {
        Street memory street = _street(seed, 3 + seed % 3, 3);
        vm.assume(street.fills.length > 0);
        index %= street.fills.length;
        FillLeaf memory fill = street.fills[index];
        FillLeaf memory other = street.fills[fill.twin];
        field = 5 + field % 7;
        // Without any money in it, a trade has no wrong price as long as both limits are kept.
        vm.assume(field != 6 || fill.settledWh + fill.sellerMakeWholeNano + fill.buyerMakeWholeNano > 0);
        uint32 step = 1 + uint32(change) % 1000;
        _changeFill(fill, field, step);
        _changeFill(other, field, step);
        // A credit below zero cannot even be written down.
        vm.assume(fill.feeNano <= fill.paidNano + fill.buyerMakeWholeNano);
        Bookkeeper.sum(street);
        _commitChanged(street);
        _accuseFill(street, index);
        _accuseTrade(street, index);
        _accuseFill(street, fill.twin);
        _accusePosition(street, fill.accountIndex);
        vm.assertTrue(_isCondemned(), "trade");
    }

    /// forge-config: default.fuzz.runs = 128
    function testFuzz_positionField(uint256 seed, uint256 index, uint256 field, uint256 change) public {
        Street memory street = _street(seed, 2 + seed % 4, 2);
        index %= street.positions.length;
        PositionLeaf memory position = street.positions[index];
        field %= 12;
        vm.assume(field != 0 || position.siteId != 0);
        _changePosition(position, field, 1 + uint32(change) % 1000);
        _commitChanged(street);
        _accusePosition(street, index);
        vm.assertTrue(_isCondemned(), "position");
    }

    function _changePosition(PositionLeaf memory position, uint256 field, uint32 step) private pure {
        if (field == 0) position.account = address(uint160(position.account) ^ step);
        else if (field == 1) position.siteId ^= bytes32(uint256(step));
        else if (field == 2) position.soldWh += step;
        else if (field == 3) position.boughtWh += step;
        else if (field == 4) position.creditNano += step;
        else if (field == 5) position.debitNano += step;
        else if (field == 6) position.startReading += step;
        else if (field == 7) position.endReading += step;
        else if (field == 8) position.startImportWh += step;
        else if (field == 9) position.startExportWh += step;
        else if (field == 10) position.endImportWh += step;
        else position.endExportWh += step;
    }

    /// @dev Metered becomes unmetered with all its zeros, and the other way round.
    /// forge-config: default.fuzz.runs = 128
    function testFuzz_positionMetered(uint256 seed, uint256 index) public {
        Street memory street = _street(seed, 2 + seed % 4, 2);
        index %= street.positions.length;
        PositionLeaf memory position = street.positions[index];
        bool wasMetered = position.isMetered;
        uint256 start = position.startReading;
        uint256 end = position.endReading;
        position.isMetered = !wasMetered;
        (position.startReading, position.endReading) = (0, 0);
        (position.startImportWh, position.startExportWh) = (0, 0);
        (position.endImportWh, position.endExportWh) = (0, 0);
        _commitChanged(street);
        _accusePosition(street, index);
        if (wasMetered) _accuseUnmetered(street, index, start, end);
        vm.assertTrue(_isCondemned(), "metered");
    }

    /// forge-config: default.fuzz.runs = 128
    function testFuzz_readingField(uint256 seed, uint256 index, uint256 field, uint256 change) public {
        Street memory street = _street(seed, 2 + seed % 4, 1);
        vm.assume(street.readings.length > 0);
        index %= street.readings.length;
        _changeReading(street.readings[index], field % 7, 1 + uint32(change) % 1000);
        _commitChanged(street);
        _accuseReading(street, index);
        vm.assertTrue(_isCondemned(), "reading");
    }

    function _changeReading(ReadingLeaf memory reading, uint256 field, uint32 step) private pure {
        if (field == 0) reading.accountIndex += step;
        else if (field == 1) reading.siteId ^= bytes32(uint256(step));
        else if (field == 2) reading.siteHash ^= bytes32(uint256(step));
        else if (field == 3) reading.sequence += step;
        else if (field == 4) reading.takenAtMs += step;
        else if (field == 5) reading.importWh += step;
        else reading.exportWh += step;
    }

    /// forge-config: default.fuzz.runs = 128
    function testFuzz_clearingPrice(uint256 seed, int64 price) public {
        Street memory street = _street(seed, 4, 3);
        uint256 call = street.fills.length;
        for (uint256 i = 0; i < street.fills.length; ++i) {
            if (street.fills[i].phase == PHASE_CALL) call = i;
        }
        vm.assume(call < street.fills.length && price != street.batch.header.clearingPrice);
        street.batch.header.clearingPrice = price;
        _commitChanged(street);
        _accuseTrade(street, call);
        vm.assertTrue(_isCondemned(), "clearing price");
    }
}
