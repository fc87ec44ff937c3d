// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {InboxOrder} from "../types/Signatures.sol";
import {GasMeter} from "./utils/GasMeter.sol";
import {Street, Streets} from "./utils/Street.sol";
import {vm} from "./utils/Vm.sol";

/// @dev See `GasMeter` for what is measured.
/// forge-config: default.isolate = true
contract MarketGasTest is GasMeter {
    using Streets for Street;

    function test_gas_callPrice() public {
        Street memory street = _crowded();
        street.batch.header.clearingPrice = 1;
        _commitChanged(street);
        _measure(
            "call-price",
            address(priceJudge),
            abi.encodeCall(priceJudge.callPrice, (court, street.batch, street.fill(0)))
        );
    }

    function test_gas_betterUnfilled() public {
        Street memory street = _crowded();
        uint256 index = _orderOf(street, 1);
        street.orders[index].energyWh = 1000;
        _commitChanged(street);
        _measure(
            "better-unfilled",
            address(priceJudge),
            abi.encodeCall(priceJudge.betterUnfilled, (court, street.batch, street.order(index), street.fillsOf(index)))
        );
    }

    function test_gas_crossing() public {
        Street memory street = _crowded();
        (uint256 bid, uint256 offer) = (_orderOf(street, 1), _orderOf(street, 0));
        (street.orders[bid].energyWh, street.orders[offer].energyWh) = (1000, 1000);
        _commitChanged(street);
        _measure("crossing", address(priceJudge), _crossingCall(street, bid, offer));
    }

    function _crossingCall(Street memory street, uint256 bid, uint256 offer) private view returns (bytes memory) {
        return abi.encodeCall(
            priceJudge.crossing,
            (court, street.batch, street.order(bid), street.fillsOf(bid), street.order(offer), street.fillsOf(offer))
        );
    }

    function test_gas_ignoredOrder() public {
        Street memory street = _crowded();
        uint256 missing = _orderOf(street, 1) == 0 ? 1 : _orderOf(street, 1);
        InboxOrder memory order = _inboxOrder(street, missing);
        vm.warp(START - 1 days);
        vm.prank(order.account);
        court.submitOrder(abi.encode(order));
        vm.warp(START + 1 hours);
        bytes32 digest = street.orders[missing].digest;
        street.orders[missing].digest = street.orders[missing + 1].digest;
        _commitChanged(street);
        _measure("ignored-order", address(inclusionJudge), _ignoredCall(street, order, digest));
    }

    function _ignoredCall(Street memory street, InboxOrder memory order, bytes32 digest)
        private
        view
        returns (bytes memory)
    {
        uint256 account = 0;
        while (street.positions[account].account != order.account) ++account;
        return abi.encodeCall(
            inclusionJudge.ignoredOrder,
            (court, street.batch, street.rules, order, street.position(account), street.placeOf(digest))
        );
    }
}
