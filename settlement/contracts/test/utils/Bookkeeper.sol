// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {FillLeaf, PositionLeaf, ReadingLeaf} from "../../types/Leaves.sol";
import {Street} from "./Street.sol";
import {Trade, Traders} from "./Traders.sol";

/// @notice Meters and settles a street as DESIGN says; written apart from the contracts' libraries.
library Bookkeeper {
    /// @notice Fills in positions, fills and their sums.
    function settle(Street memory street, Trade[] memory trades) internal pure {
        street.fills = Traders.fillsOf(street, trades);
        for (uint256 i = 0; i < street.positions.length; ++i) {
            _meter(street, uint32(i));
        }
        for (uint256 i = 0; i < street.fills.length; ++i) {
            FillLeaf memory fill = street.fills[i];
            PositionLeaf memory position = street.positions[fill.accountIndex];
            if (fill.isSeller) position.soldWh += fill.energyWh;
            else position.boughtWh += fill.energyWh;
        }
        for (uint256 i = 0; i < street.fills.length; ++i) {
            FillLeaf memory fill = street.fills[i];
            FillLeaf memory other = street.fills[fill.twin];
            PositionLeaf memory seller = street.positions[(fill.isSeller ? fill : other).accountIndex];
            PositionLeaf memory buyer = street.positions[(fill.isSeller ? other : fill).accountIndex];
            _settle(street, fill, seller, buyer);
        }
        sum(street);
    }

    /// @notice Fills in the running sums, and what of them stands in the positions.
    function sum(Street memory street) internal pure {
        for (uint256 i = 0; i < street.fills.length; ++i) {
            FillLeaf memory fill = street.fills[i];
            FillLeaf memory before;
            if (i > 0 && street.fills[i - 1].accountIndex == fill.accountIndex) before = street.fills[i - 1];
            bool isSameOrder = i > 0 && before.orderIndex == fill.orderIndex && before.energyWh > 0;
            fill.orderFilledWh = (isSameOrder ? before.orderFilledWh : 0) + fill.energyWh;
            fill.soldWh = before.soldWh + (fill.isSeller ? fill.energyWh : 0);
            fill.boughtWh = before.boughtWh + (fill.isSeller ? 0 : fill.energyWh);
            _sumMoney(before, fill);
            PositionLeaf memory position = street.positions[fill.accountIndex];
            (position.creditNano, position.debitNano) = (fill.creditNano, fill.debitNano);
        }
    }

    function _sumMoney(FillLeaf memory before, FillLeaf memory fill) private pure {
        uint128 paid = fill.paidNano + fill.buyerMakeWholeNano;
        uint128 credit = fill.isSeller ? paid - fill.feeNano : fill.sellerMakeWholeNano;
        uint128 debit = fill.isSeller ? fill.sellerMakeWholeNano : paid;
        (fill.creditNano, fill.debitNano) = (before.creditNano + credit, before.debitNano + debit);
    }

    function _settle(Street memory street, FillLeaf memory fill, PositionLeaf memory seller, PositionLeaf memory buyer)
        private
        pure
    {
        uint256 a = fill.energyWh;
        if (seller.soldWh > seller.boughtWh) {
            uint256 net = seller.soldWh - seller.boughtWh;
            uint256 exported = seller.endExportWh - seller.startExportWh;
            a = a * (exported < net ? exported : net) / net;
        }
        uint256 c = fill.energyWh;
        if (buyer.boughtWh > buyer.soldWh) {
            uint256 net = buyer.boughtWh - buyer.soldWh;
            uint256 imported = buyer.endImportWh - buyer.startImportWh;
            c = c * (imported < net ? imported : net) / net;
        }
        fill.settledWh = uint64(a < c ? a : c);
        fill.paidNano = uint128(uint256(fill.settledWh) * uint64(fill.price));
        int256 missed = int256(c) - int256(a);
        int256 toBuyer = missed > 0 ? missed * (int256(street.rules.retailPrice) - fill.price) : int256(0);
        int256 toSeller = missed < 0 ? -missed * (int256(fill.price) - street.rules.feedInPrice) : int256(0);
        fill.sellerMakeWholeNano = uint128(uint256(toBuyer > 0 ? toBuyer : int256(0)));
        fill.buyerMakeWholeNano = uint128(uint256(toSeller > 0 ? toSeller : int256(0)));
        fill.feeNano = uint128(uint256(fill.paidNano) * street.rules.feePpm / 1_000_000);
    }

    /// @dev Metered when readings of one meter enclose both ends.
    function _meter(Street memory street, uint32 accountIndex) private pure {
        PositionLeaf memory position = street.positions[accountIndex];
        uint64 startMs = street.batch.header.intervalStart * 1000;
        uint64 endMs = street.batch.header.intervalEnd * 1000;
        (bool hasStart, uint256 start) = _lastUntil(street, accountIndex, startMs);
        (bool hasEnd, uint256 end) = _lastUntil(street, accountIndex, endMs);
        if (position.siteId == 0 || !hasStart || !hasEnd) return;
        bool isOneMeter = street.readings[start].meterKeyHash == street.readings[end].meterKeyHash;
        if (!isOneMeter || !_isEnclosed(street, start, startMs) || !_isEnclosed(street, end, endMs)) return;
        position.isMetered = true;
        (position.startReading, position.endReading) = (uint32(start), uint32(end));
        (position.startImportWh, position.startExportWh) = _registers(street, start, startMs);
        (position.endImportWh, position.endExportWh) = _registers(street, end, endMs);
    }

    function _lastUntil(Street memory street, uint32 accountIndex, uint64 timeMs)
        private
        pure
        returns (bool has, uint256 last)
    {
        for (uint256 i = 0; i < street.readings.length; ++i) {
            ReadingLeaf memory leaf = street.readings[i];
            if (leaf.accountIndex == accountIndex && leaf.takenAtMs <= timeMs) (has, last) = (true, i);
        }
    }

    function _isEnclosed(Street memory street, uint256 index, uint64 timeMs) private pure returns (bool) {
        ReadingLeaf memory leaf = street.readings[index];
        if (leaf.takenAtMs == timeMs) return true;
        if (index + 1 == street.readings.length) return false;
        ReadingLeaf memory next = street.readings[index + 1];
        return next.accountIndex == leaf.accountIndex && next.meterKeyHash == leaf.meterKeyHash;
    }

    function _registers(Street memory street, uint256 index, uint64 timeMs)
        private
        pure
        returns (uint64 importWh, uint64 exportWh)
    {
        ReadingLeaf memory leaf = street.readings[index];
        if (leaf.takenAtMs == timeMs) return (leaf.importWh, leaf.exportWh);
        ReadingLeaf memory next = street.readings[index + 1];
        uint64 elapsed = timeMs - leaf.takenAtMs;
        uint64 span = next.takenAtMs - leaf.takenAtMs;
        importWh = leaf.importWh + (next.importWh - leaf.importWh) * elapsed / span;
        exportWh = leaf.exportWh + (next.exportWh - leaf.exportWh) * elapsed / span;
    }
}
