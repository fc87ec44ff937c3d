// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {NO_CLEARING_PRICE} from "../../types/Batch.sol";
import {FillLeaf, ORDER_LIVE, ORDER_VOID, OrderLeaf, PHASE_CALL, PHASE_CONTINUOUS} from "../../types/Leaves.sol";
import {Street} from "./Street.sol";

/// @notice A trade as the market makes it.
struct Trade {
    uint256 bid;
    uint256 offer;
    uint8 phase;
    uint64 energyWh;
    int64 price;
}

/// @dev The seed of a street in which nothing is traded before the call auction.
uint256 constant CALL_ONLY = 0;

/// @notice A small market: some continuous trades, then the call auction.
library Traders {
    struct Floor {
        Trade[] trades;
        uint256 count;
        uint64[] leftWh;
    }

    /// @notice Trades the street's orders and writes the clearing price into its header.
    function trade(Street memory street, uint256 seed) internal pure returns (Trade[] memory trades) {
        Floor memory floor;
        uint256 orderCount = street.orders.length;
        floor.trades = new Trade[](2 * orderCount * orderCount);
        floor.leftWh = new uint64[](orderCount);
        for (uint256 i = 0; i < orderCount; ++i) {
            floor.leftWh[i] = street.orders[i].energyWh;
        }
        _tradeContinuously(street, floor, seed);
        street.batch.header.clearingPrice = _call(street, floor);
        trades = floor.trades;
        uint256 count = floor.count;
        assembly ("memory-safe") {
            mstore(trades, count)
        }
    }

    function _tradeContinuously(Street memory street, Floor memory floor, uint256 seed) private pure {
        if (seed == CALL_ONLY) return;
        for (uint256 bid = 0; bid < street.orders.length; ++bid) {
            for (uint256 offer = 0; offer < street.orders.length; ++offer) {
                uint256 random = uint256(keccak256(abi.encode(seed, bid, offer)));
                if (random % 6 != 0 || !_cross(street.orders[bid], street.orders[offer])) continue;
                uint64 mostWh = _least(floor.leftWh[bid], floor.leftWh[offer]);
                if (mostWh == 0) continue;
                int64 price = random % 4 < 2 ? street.orders[bid].limitPrice : street.orders[offer].limitPrice;
                _record(floor, Trade(bid, offer, PHASE_CONTINUOUS, 1 + uint64(random >> 64) % mostWh, price));
            }
        }
    }

    /// @dev Always the best bid with the best offer, until they do not cross; then one price for all of it.
    function _call(Street memory street, Floor memory floor) private pure returns (int64 price) {
        uint256 first = floor.count;
        while (true) {
            uint256 bid = _best(street, floor, true);
            uint256 offer = _best(street, floor, false);
            bool isOver = bid == type(uint256).max || offer == type(uint256).max
                || !_cross(street.orders[bid], street.orders[offer]);
            if (isOver) break;
            _record(floor, Trade(bid, offer, PHASE_CALL, _least(floor.leftWh[bid], floor.leftWh[offer]), 0));
        }
        if (floor.count == first) return NO_CLEARING_PRICE;
        price = _price(street, floor);
        for (uint256 i = first; i < floor.count; ++i) {
            floor.trades[i].price = price;
        }
    }

    /// @dev Between the last filled and the best rejected of both sides.
    function _price(Street memory street, Floor memory floor) private pure returns (int64) {
        Trade memory last = floor.trades[floor.count - 1];
        int64 low = street.orders[last.offer].limitPrice;
        int64 high = street.orders[last.bid].limitPrice;
        uint256 bid = _best(street, floor, true);
        uint256 offer = _best(street, floor, false);
        if (bid != type(uint256).max && street.orders[bid].limitPrice > low) low = street.orders[bid].limitPrice;
        if (offer != type(uint256).max && street.orders[offer].limitPrice < high) {
            high = street.orders[offer].limitPrice;
        }
        return low + (high - low) / 2;
    }

    function _best(Street memory street, Floor memory floor, bool isBid) private pure returns (uint256 best) {
        best = type(uint256).max;
        for (uint256 i = 0; i < street.orders.length; ++i) {
            OrderLeaf memory order = street.orders[i];
            if (order.isBid != isBid || order.ended != ORDER_LIVE || floor.leftWh[i] == 0) continue;
            if (best == type(uint256).max) best = i;
            int64 known = street.orders[best].limitPrice;
            if (isBid ? order.limitPrice > known : order.limitPrice < known) best = i;
        }
    }

    function _cross(OrderLeaf memory bid, OrderLeaf memory offer) private pure returns (bool) {
        // Only a refused order never stood in the book.
        return bid.isBid && !offer.isBid && bid.limitPrice >= offer.limitPrice && bid.ended <= ORDER_VOID
            && offer.ended <= ORDER_VOID;
    }

    function _record(Floor memory floor, Trade memory made) private pure {
        floor.trades[floor.count++] = made;
        floor.leftWh[made.bid] -= made.energyWh;
        floor.leftWh[made.offer] -= made.energyWh;
    }

    function _least(uint64 a, uint64 b) private pure returns (uint64) {
        return a < b ? a : b;
    }

    /// @notice The fills of the trades, sorted, with nothing settled yet.
    function fillsOf(Street memory street, Trade[] memory trades) internal pure returns (FillLeaf[] memory fills) {
        uint256 count = 2 * trades.length;
        // By account, order, the other's account and order, and trade: then twins rise within an order, too.
        uint256[] memory keys = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            Trade memory made = trades[i / 2];
            (uint256 own, uint256 other) = i % 2 == 0 ? (made.offer, made.bid) : (made.bid, made.offer);
            uint256 key = uint256(street.orders[own].accountIndex) << 224 | own << 192;
            keys[i] = key | uint256(street.orders[other].accountIndex) << 160 | other << 128 | i;
        }
        _sort(keys);
        uint256[] memory placeOf = new uint256[](count);
        for (uint256 place = 0; place < count; ++place) {
            placeOf[keys[place] & type(uint64).max] = place;
        }
        fills = new FillLeaf[](count);
        for (uint256 i = 0; i < count; ++i) {
            fills[placeOf[i]] = _fillOf(street, trades[i / 2], i % 2 == 0, placeOf[i ^ 1]);
        }
    }

    function _fillOf(Street memory street, Trade memory made, bool isSeller, uint256 twin)
        private
        pure
        returns (FillLeaf memory fill)
    {
        uint256 orderIndex = isSeller ? made.offer : made.bid;
        fill.twin = uint32(twin);
        fill.accountIndex = street.orders[orderIndex].accountIndex;
        fill.orderIndex = uint32(orderIndex);
        fill.isSeller = isSeller;
        fill.phase = made.phase;
        fill.energyWh = made.energyWh;
        fill.price = made.price;
        fill.salt = keccak256(abi.encode("fill", twin));
    }

    function _sort(uint256[] memory keys) private pure {
        for (uint256 i = 1; i < keys.length; ++i) {
            for (uint256 j = i; j > 0 && keys[j - 1] > keys[j]; --j) {
                (keys[j - 1], keys[j]) = (keys[j], keys[j - 1]);
            }
        }
    }
}
