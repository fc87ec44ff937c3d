// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {FillLeaf, OrderLeaf, PositionLeaf, ReadingLeaf} from "../types/Leaves.sol";

/// @title Leaves and their hashes
/// @notice A leaf is keccak256(keccak256(encoded)), where its fields stand one after the other, each as wide as its type and
/// with its highest byte first (`abi.encodePacked`): a few blocks for Keccak instead of many. Each kind of leaf has a length
/// of its own, and none is as long as two hashes, so that no leaf passes for one of another kind or for a node.
library Leaves {
    uint256 internal constant ORDER_BYTES = 210;
    uint256 internal constant READING_BYTES = 196;
    uint256 internal constant FILL_BYTES = 190;
    uint256 internal constant POSITION_BYTES = 173;

    /// @notice An order's leaf as bytes.
    function encode(OrderLeaf memory leaf) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked(
                leaf.digest,
                leaf.accountIndex,
                leaf.account,
                leaf.isBid,
                leaf.limitPrice,
                leaf.energyWh,
                leaf.intervalIndex
            ),
            abi.encodePacked(leaf.orderSalt, leaf.signedHash, leaf.ended, leaf.endedHash, leaf.salt)
        );
    }

    /// @notice A reading's leaf as bytes.
    function encode(ReadingLeaf memory leaf) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked(leaf.accountIndex, leaf.siteId, leaf.siteHash, leaf.sequence, leaf.takenAtMs),
            abi.encodePacked(leaf.importWh, leaf.exportWh, leaf.meterKeyHash, leaf.signatureHash, leaf.salt)
        );
    }

    /// @notice A fill's leaf as bytes.
    function encode(FillLeaf memory leaf) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked(
                leaf.twin,
                leaf.accountIndex,
                leaf.orderIndex,
                leaf.isSeller,
                leaf.phase,
                leaf.energyWh,
                leaf.price,
                leaf.settledWh
            ),
            abi.encodePacked(
                leaf.paidNano, leaf.sellerMakeWholeNano, leaf.buyerMakeWholeNano, leaf.feeNano, leaf.orderFilledWh
            ),
            abi.encodePacked(leaf.soldWh, leaf.boughtWh, leaf.creditNano, leaf.debitNano, leaf.salt)
        );
    }

    /// @notice A position's leaf as bytes.
    function encode(PositionLeaf memory leaf) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked(
                leaf.account,
                leaf.siteId,
                leaf.soldWh,
                leaf.boughtWh,
                leaf.creditNano,
                leaf.debitNano,
                leaf.isMetered,
                leaf.startReading
            ),
            abi.encodePacked(
                leaf.endReading, leaf.startImportWh, leaf.startExportWh, leaf.endImportWh, leaf.endExportWh, leaf.salt
            )
        );
    }

    /// @notice The hash of an order's leaf.
    function hash(OrderLeaf memory leaf) internal pure returns (bytes32) {
        return hashOf(encode(leaf));
    }

    /// @notice The hash of a reading's leaf.
    function hash(ReadingLeaf memory leaf) internal pure returns (bytes32) {
        return hashOf(encode(leaf));
    }

    /// @notice The hash of a fill's leaf.
    function hash(FillLeaf memory leaf) internal pure returns (bytes32) {
        return hashOf(encode(leaf));
    }

    /// @notice The hash of a position's leaf.
    function hash(PositionLeaf memory leaf) internal pure returns (bytes32) {
        return hashOf(encode(leaf));
    }

    /// @notice The hash of a leaf that is there as bytes.
    function hashOf(bytes memory encoded) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(encoded)));
    }
}
