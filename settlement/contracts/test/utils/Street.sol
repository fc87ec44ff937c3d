// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Leaves} from "../../libraries/Leaves.sol";
import {MerkleTree} from "../../libraries/MerkleTree.sol";
import {CommittedBatch, Rules} from "../../types/Batch.sol";
import {
    FillCut,
    FillLeaf,
    FillProof,
    OrderCut,
    OrderLeaf,
    OrderProof,
    PositionLeaf,
    PositionProof,
    ReadingLeaf,
    ReadingProof
} from "../../types/Leaves.sol";
import {OrderEnd, OrderSignature} from "../../types/Signatures.sol";
import {MerkleBuilder} from "./MerkleBuilder.sol";

/// @notice What an operator knows of one interval: all leaves and what they have hashes of.
struct Street {
    CommittedBatch batch;
    Rules rules;
    OrderLeaf[] orders;
    OrderSignature[] signatures;
    OrderEnd[] ends;
    ReadingLeaf[] readings;
    bytes[] meterKeys;
    bytes[] meterSignatures;
    FillLeaf[] fills;
    PositionLeaf[] positions;
    /// Leaves that each tree is said to have; 0 for those that it has.
    uint32 crowd;
}

/// @notice Seals a street into its header's roots, and proves its leaves.
library Streets {
    using Leaves for *;
    using MerkleBuilder for bytes32[];

    /// @notice Writes roots and counts of the leaves as they are into the header.
    function seal(Street memory street) internal pure {
        street.batch.header.ordersRoot = _root(_orderHashes(street), street.crowd);
        street.batch.header.orderCount = _count(street.orders.length, street.crowd);
        street.batch.header.readingsRoot = _root(_readingHashes(street), street.crowd);
        street.batch.header.readingCount = _count(street.readings.length, street.crowd);
        street.batch.header.fillsRoot = _root(_fillHashes(street), street.crowd);
        street.batch.header.fillCount = _count(street.fills.length, street.crowd);
        street.batch.header.positionsRoot = _root(_positionHashes(street), street.crowd);
        street.batch.header.accountCount = _count(street.positions.length, street.crowd);
    }

    function order(Street memory street, uint256 index) internal pure returns (OrderProof memory proof) {
        if (index >= street.orders.length) return proof;
        return OrderProof(uint32(index), street.orders[index], _siblings(_orderHashes(street), index, street.crowd));
    }

    function reading(Street memory street, uint256 index) internal pure returns (ReadingProof memory proof) {
        if (index >= street.readings.length) return proof;
        return
            ReadingProof(uint32(index), street.readings[index], _siblings(_readingHashes(street), index, street.crowd));
    }

    function fill(Street memory street, uint256 index) internal pure returns (FillProof memory proof) {
        if (index >= street.fills.length) return proof;
        return FillProof(uint32(index), street.fills[index], _siblings(_fillHashes(street), index, street.crowd));
    }

    function position(Street memory street, uint256 index) internal pure returns (PositionProof memory proof) {
        if (index >= street.positions.length) return proof;
        return
            PositionProof(
                uint32(index), street.positions[index], _siblings(_positionHashes(street), index, street.crowd)
            );
    }

    /// @notice The place between the fills at `index` − 1 and `index`.
    function fillCut(Street memory street, uint256 index) internal pure returns (FillCut memory cut) {
        cut.index = uint32(index);
        if (index > 0) cut.previous = fill(street, index - 1);
        cut.next = fill(street, index);
    }

    /// @notice The place after the last fill of an order.
    function fillsOf(Street memory street, uint256 orderIndex) internal pure returns (FillCut memory) {
        return _cutAfter(street, _key(street.orders[orderIndex].accountIndex, orderIndex));
    }

    /// @notice The place after the last fill of an account.
    function fillsOfAccount(Street memory street, uint256 accountIndex) internal pure returns (FillCut memory) {
        return _cutAfter(street, _key(accountIndex, type(uint32).max));
    }

    /// @notice The place between the orders at `index` − 1 and `index`.
    function orderCut(Street memory street, uint256 index) internal pure returns (OrderCut memory cut) {
        cut.index = uint32(index);
        if (index > 0) cut.previous = order(street, index - 1);
        cut.next = order(street, index);
    }

    /// @notice The place after the last order whose digest is not above `digest`.
    function placeOf(Street memory street, bytes32 digest) internal pure returns (OrderCut memory) {
        uint256 index = 0;
        while (index < street.orders.length && street.orders[index].digest <= digest) ++index;
        return orderCut(street, index);
    }

    function _cutAfter(Street memory street, uint256 key) private pure returns (FillCut memory) {
        uint256 index = 0;
        while (index < street.fills.length && _keyOf(street.fills[index]) <= key) ++index;
        return fillCut(street, index);
    }

    function _keyOf(FillLeaf memory leaf) private pure returns (uint256) {
        return _key(leaf.accountIndex, leaf.orderIndex);
    }

    function _key(uint256 accountIndex, uint256 orderIndex) private pure returns (uint256) {
        return accountIndex << 32 | orderIndex;
    }

    function _count(uint256 count, uint32 crowd) private pure returns (uint32) {
        return crowd > 0 ? crowd : uint32(count);
    }

    /// @dev In a crowd the leaves are the first ones, and all that is right of them hashes to something.
    function _root(bytes32[] memory hashes, uint32 crowd) private pure returns (bytes32 node) {
        node = hashes.root();
        if (crowd == 0) return node;
        for (uint256 level = MerkleTree.depth(hashes.length); level < MerkleTree.depth(crowd); ++level) {
            node = keccak256(abi.encode(node, _stranger(level)));
        }
    }

    function _siblings(bytes32[] memory hashes, uint256 index, uint32 crowd)
        private
        pure
        returns (bytes32[] memory siblings)
    {
        bytes32[] memory known = hashes.siblingsOf(index);
        if (crowd == 0) return known;
        siblings = new bytes32[](MerkleTree.depth(crowd));
        for (uint256 level = 0; level < siblings.length; ++level) {
            siblings[level] = level < known.length ? known[level] : _stranger(level);
        }
    }

    function _stranger(uint256 level) private pure returns (bytes32) {
        return keccak256(abi.encode("stranger", level));
    }

    function _orderHashes(Street memory street) private pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](street.orders.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = street.orders[i].hash();
        }
    }

    function _readingHashes(Street memory street) private pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](street.readings.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = street.readings[i].hash();
        }
    }

    function _fillHashes(Street memory street) private pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](street.fills.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = street.fills[i].hash();
        }
    }

    function _positionHashes(Street memory street) private pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](street.positions.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = street.positions[i].hash();
        }
    }
}
