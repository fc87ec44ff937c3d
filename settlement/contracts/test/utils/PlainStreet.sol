// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {OrderLeaf, PositionLeaf, ReadingLeaf} from "../../types/Leaves.sol";
import {
    OrderEnd,
    OrderSignature,
    SIGNED_ALONE,
    SIGNED_AS_REPLACEMENT,
    SIGNED_IN_BULK
} from "../../types/Signatures.sol";
import {JudgeFixture} from "./JudgeFixture.sol";
import {OrderSigner} from "./OrderSigner.sol";
import {Street, Streets} from "./Street.sol";
import {CALL_ONLY} from "./Traders.sol";
import {vm} from "./Vm.sol";

/// @notice One street that is always the same, for tests of single cases.
abstract contract PlainStreet is JudgeFixture {
    using Streets for Street;

    /// @dev Home 0 offers 300 Wh from 100,000 on; homes 1, 2 and 3 bid 200,000, 160,000 and 120,000 for 200 Wh each, and all
    /// but home 3, which has neither site nor meter, have readings around both ends. The call clears at 160,000: home 1 gets
    /// 200 Wh, home 2 100 Wh, home 3 nothing. The bid of home 1 is signed in bulk, that of home 2 as a replacement.
    function _plain() internal returns (Street memory street) {
        street = _plainOrders();
        _close(street, CALL_ONLY);
    }

    /// @dev Before anything is traded.
    function _plainOrders() internal returns (Street memory street) {
        _open(street);
        street.positions = new PositionLeaf[](4);
        street.readings = new ReadingLeaf[](12);
        street.meterKeys = new bytes[](12);
        street.meterSignatures = new bytes[](12);
        for (uint256 i = 0; i < 4; ++i) {
            street.positions[i].account = vm.addr(_key(i));
            street.positions[i].salt = keccak256(abi.encode("position", i));
            if (i == 3) continue;
            street.positions[i].siteId = keccak256(bytes(_siteName(i)));
            // Home 1 has a software meter.
            _addReadings(street, i, 0, (_random(7, "meter", i) / 5) * 5 + (i == 1 ? 0 : 1), 4 * i);
        }
        street.orders = new OrderLeaf[](4);
        street.signatures = new OrderSignature[](4);
        street.ends = new OrderEnd[](4);
        _plainOrder(street, 0, 100_000, 300, SIGNED_ALONE);
        _plainOrder(street, 1, 200_000, 200, SIGNED_IN_BULK);
        _plainOrder(street, 2, 160_000, 200, SIGNED_AS_REPLACEMENT);
        _plainOrder(street, 3, 120_000, 200, SIGNED_ALONE);
        _sortOrders(street);
    }

    function _plainOrder(Street memory street, uint256 i, int64 limitPrice, uint64 energyWh, uint8 kind) private view {
        OrderLeaf memory order = street.orders[i];
        order.accountIndex = uint32(i);
        order.account = street.positions[i].account;
        order.isBid = i > 0;
        order.limitPrice = limitPrice;
        order.energyWh = energyWh;
        order.intervalIndex = INTERVAL;
        order.orderSalt = keccak256(abi.encode("order salt", i));
        order.salt = keccak256(abi.encode("salt", i));
        _mendDigest(order);
        _signOrder(street, i, kind, 0x0301);
    }

    function _mendDigest(OrderLeaf memory order) internal view {
        order.digest = OrderSigner.orderDigest(_signedFor(), order);
    }

    /// @dev The index of the order of home `i`.
    function _orderOf(Street memory street, uint256 i) internal pure returns (uint256 index) {
        while (street.orders[index].accountIndex != i) ++index;
    }

    /// @dev The index of the first fill of home `i`.
    function _fillOf(Street memory street, uint256 i) internal pure returns (uint256 index) {
        while (street.fills[index].accountIndex != i) ++index;
    }
}
