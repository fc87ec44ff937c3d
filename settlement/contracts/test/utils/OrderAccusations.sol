// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {JudgeFixture} from "./JudgeFixture.sol";
import {Street, Streets} from "./Street.sol";

/// @notice A challenge: which judge is called with what.
struct Accusation {
    address judge;
    bytes data;
}

/// @notice The challenges that can be put against the orders of a street, and the list that all challenges go into.
abstract contract OrderAccusations is JudgeFixture {
    using Streets for Street;

    Accusation[] internal calls;

    function _accuseOrder(Street memory street, uint256 i) internal {
        address judge = address(orderJudge);
        _add(
            judge, abi.encodeCall(orderJudge.orderForged, (court, street.batch, street.order(i), street.signatures[i]))
        );
        _add(judge, abi.encodeCall(orderJudge.orderMalformed, (court, street.batch, street.order(i))));
        uint256 account = street.orders[i].accountIndex;
        _add(
            judge,
            abi.encodeCall(orderJudge.orderMisplaced, (court, street.batch, street.order(i), street.position(account)))
        );
        _add(
            judge, abi.encodeCall(orderJudge.orderUnsorted, (court, street.batch, street.order(i), street.order(i + 1)))
        );
    }

    function _accuseEnd(Street memory street, uint256 i) internal {
        address judge = address(orderJudge);
        _add(
            judge,
            abi.encodeCall(
                orderJudge.cancelForged, (court, street.batch, street.order(i), street.signatures[i], street.ends[i])
            )
        );
        _add(
            judge,
            abi.encodeCall(
                orderJudge.groupCancelForged, (court, street.batch, street.rules, street.order(i), street.signatures[i])
            )
        );
        _add(
            judge,
            abi.encodeCall(orderJudge.refusalForged, (court, street.batch, street.order(i), street.signatures[i]))
        );
        _add(
            address(inclusionJudge),
            abi.encodeCall(
                inclusionJudge.ignoredOrder,
                (
                    court,
                    street.batch,
                    street.rules,
                    _inboxOrder(street, i),
                    street.position(street.orders[i].accountIndex),
                    street.placeOf(street.orders[i].digest)
                )
            )
        );
        _add(
            address(priceJudge),
            abi.encodeCall(priceJudge.betterUnfilled, (court, street.batch, street.order(i), street.fillsOf(i)))
        );
    }

    function _accusePair(Street memory street, uint256 i, uint256 j) internal {
        _add(
            address(orderJudge),
            abi.encodeCall(orderJudge.voidForged, (court, street.batch, street.order(i), street.order(j)))
        );
        _add(
            address(priceJudge),
            abi.encodeCall(
                priceJudge.crossing,
                (court, street.batch, street.order(i), street.fillsOf(i), street.order(j), street.fillsOf(j))
            )
        );
    }

    function _accuseCancelled(Street memory street, uint256 i) internal {
        uint256 orderIndex = street.fills[i].orderIndex;
        _add(
            address(orderJudge),
            abi.encodeCall(
                orderJudge.orderCancelled,
                (
                    court,
                    street.batch,
                    street.rules,
                    street.order(orderIndex),
                    street.signatures[orderIndex],
                    street.fill(i)
                )
            )
        );
    }

    function _add(address judge, bytes memory data) internal {
        calls.push(Accusation(judge, data));
    }
}
