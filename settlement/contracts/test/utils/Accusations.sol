// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {FillLeaf, FillProof, PositionLeaf, PositionProof} from "../../types/Leaves.sol";
import {Accusation, OrderAccusations} from "./OrderAccusations.sol";
import {Street, Streets} from "./Street.sol";

/// @notice What a settlement is judged by.
struct Parties {
    FillProof fill;
    FillProof other;
    PositionProof seller;
    PositionProof buyer;
}

/// @notice The challenges that can be put against leaves of a street, whether there is something wrong or not.
abstract contract Accusations is OrderAccusations {
    using Streets for Street;

    /// @dev All that can be said against one order, fill, position and reading, and two pairs of orders, chosen at random.
    function _accuse(Street memory street, uint256 random) internal returns (Accusation[] memory) {
        delete calls;
        if (street.orders.length > 0) {
            uint256 i = random % street.orders.length;
            _accuseOrder(street, i);
            _accuseEnd(street, i);
            _accusePair(street, i, (random >> 32) % street.orders.length);
            _accusePair(street, (random >> 40) % street.orders.length, i);
        }
        if (street.fills.length > 0) {
            _accuseFill(street, (random >> 64) % street.fills.length);
            _accuseTrade(street, (random >> 64) % street.fills.length);
        }
        if (street.positions.length > 0) {
            _accusePosition(street, (random >> 96) % street.positions.length);
            _accuseMetering(street, (random >> 96) % street.positions.length, random >> 128);
        }
        if (street.readings.length > 0) {
            uint256 i = (random >> 160) % street.readings.length;
            _accuseReading(street, i);
            if (i + 1 < street.readings.length) _accuseReadings(street, i);
        }
        return calls;
    }

    /// @dev Puts all challenges that were gathered before the judges, until one takes the batch back.
    function _isCondemned() internal returns (bool) {
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool condemned,) = calls[i].judge.call(calls[i].data);
            if (condemned) return true;
        }
        return false;
    }

    function _accuseFill(Street memory street, uint256 i) internal {
        FillLeaf memory fill = street.fills[i];
        _add(
            address(fillJudge),
            abi.encodeCall(fillJudge.twin, (court, street.batch, street.fill(i), street.fill(fill.twin)))
        );
        _add(
            address(fillJudge),
            abi.encodeCall(fillJudge.fillOrder, (court, street.batch, street.fill(i), street.order(fill.orderIndex)))
        );
        _add(
            address(fillJudge),
            abi.encodeCall(fillJudge.overfill, (court, street.batch, street.fill(i), street.order(fill.orderIndex)))
        );
        uint256 previous = i == 0 ? 0 : i - 1;
        _add(
            address(fillJudge),
            abi.encodeCall(fillJudge.runningSum, (court, street.batch, street.fill(previous), street.fill(i)))
        );
    }

    function _accuseTrade(Street memory street, uint256 i) internal {
        FillLeaf memory fill = street.fills[i];
        _add(address(priceJudge), abi.encodeCall(priceJudge.callPrice, (court, street.batch, street.fill(i))));
        if (fill.orderIndex < street.orders.length) _accuseCancelled(street, i);
        if (fill.twin < street.fills.length) _accuseSettlement(street, i);
    }

    function _accuseSettlement(Street memory street, uint256 i) internal {
        FillLeaf memory fill = street.fills[i];
        FillLeaf memory other = street.fills[fill.twin];
        Parties memory shown;
        shown.fill = street.fill(i);
        shown.other = street.fill(fill.twin);
        shown.seller = street.position((fill.isSeller ? fill : other).accountIndex);
        shown.buyer = street.position((fill.isSeller ? other : fill).accountIndex);
        _add(address(fillJudge), _settlementCall(street, shown));
    }

    /// @dev Few variables, or the stack is too deep without the optimiser.
    function _settlementCall(Street memory street, Parties memory shown) private view returns (bytes memory) {
        return abi.encodeCall(
            fillJudge.settlement,
            (court, street.batch, street.rules, shown.fill, shown.other, shown.seller, shown.buyer)
        );
    }

    function _accusePosition(Street memory street, uint256 i) internal {
        PositionLeaf memory leaf = street.positions[i];
        address judge = address(positionJudge);
        _add(
            judge,
            abi.encodeCall(
                positionJudge.positionSum, (court, street.batch, street.position(i), street.fillsOfAccount(i))
            )
        );
        _add(judge, abi.encodeCall(positionJudge.positionShape, (court, street.batch, street.position(i))));
        _add(judge, abi.encodeCall(positionJudge.positionOwner, (court, street.batch, street.position(i))));
        _add(
            judge,
            abi.encodeCall(
                positionJudge.positionMeters,
                (
                    court,
                    street.batch,
                    street.position(i),
                    street.reading(leaf.startReading),
                    street.reading(leaf.endReading)
                )
            )
        );
        _accuseBoundary(street, i, false, leaf.startReading);
        _accuseBoundary(street, i, true, leaf.endReading);
    }

    function _accuseBoundary(Street memory street, uint256 i, bool isEnd, uint256 index) internal {
        _add(
            address(positionJudge),
            abi.encodeCall(
                positionJudge.positionBoundary,
                (court, street.batch, street.position(i), isEnd, street.reading(index), street.reading(index + 1))
            )
        );
    }

    /// @dev With two of the account's readings.
    function _accuseMetering(Street memory street, uint256 i, uint256 random) internal {
        uint256 first = 0;
        while (first < street.readings.length && street.readings[first].accountIndex < i) ++first;
        uint256 last = first;
        while (last < street.readings.length && street.readings[last].accountIndex == i) ++last;
        if (first == last) return;
        uint256 start = first + random % (last - first);
        _accuseUnmetered(street, i, start, start + (random >> 8) % (last - start));
    }

    function _accuseUnmetered(Street memory street, uint256 i, uint256 start, uint256 end) internal {
        _add(
            address(positionJudge),
            abi.encodeCall(
                positionJudge.positionUnmetered,
                (
                    court,
                    street.batch,
                    street.position(i),
                    street.reading(start),
                    street.reading(start + 1),
                    street.reading(end),
                    street.reading(end + 1)
                )
            )
        );
    }

    function _accuseReading(Street memory street, uint256 i) internal {
        address judge = address(readingJudge);
        uint256 account = street.readings[i].accountIndex;
        _add(
            judge,
            abi.encodeCall(
                readingJudge.readingForged,
                (court, street.batch, street.reading(i), street.meterKeys[i], street.meterSignatures[i])
            )
        );
        _add(
            judge,
            abi.encodeCall(
                readingJudge.readingUnregistered, (court, street.batch, street.reading(i), street.position(account))
            )
        );
        _add(
            judge,
            abi.encodeCall(readingJudge.readingMisnamed, (court, street.batch, street.reading(i), _siteName(account)))
        );
    }

    function _accuseReadings(Street memory street, uint256 i) internal {
        address judge = address(readingJudge);
        _add(
            judge,
            abi.encodeCall(
                readingJudge.readingUnsorted, (court, street.batch, street.reading(i), street.reading(i + 1))
            )
        );
        _add(
            judge,
            abi.encodeCall(
                readingJudge.registerDecrease, (court, street.batch, street.reading(i), street.reading(i + 1))
            )
        );
        _add(
            judge,
            abi.encodeCall(readingJudge.aboveNameplate, (court, street.batch, street.reading(i), street.reading(i + 1)))
        );
    }
}
