// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {FillLeaf, OrderLeaf, PositionLeaf, ReadingLeaf} from "../types/Leaves.sol";

/// @title Hashes of leaves
/// @notice Each is keccak256(keccak256(abi.encode(TYPEHASH, leaf))); all fields are static, so a leaf encodes in place, one
/// word of 32 bytes a field.
library Leaves {
    bytes32 internal constant ORDER_TYPEHASH = keccak256(
        "OrderLeaf(bytes32 digest,uint32 accountIndex,address account,bool isBid,int64 limitPrice,uint64 energyWh,"
        "uint64 intervalIndex,bytes32 orderSalt,bytes32 signedHash,uint8 ended,bytes32 endedHash,bytes32 salt)"
    );

    bytes32 internal constant READING_TYPEHASH = keccak256(
        "ReadingLeaf(uint32 accountIndex,bytes32 siteId,bytes32 siteHash,uint64 sequence,uint64 takenAtMs,uint64 importWh,"
        "uint64 exportWh,bytes32 meterKeyHash,bytes32 signatureHash,bytes32 salt)"
    );

    bytes32 internal constant FILL_TYPEHASH = keccak256(
        "FillLeaf(uint32 twin,uint32 accountIndex,uint32 orderIndex,bool isSeller,uint8 phase,uint64 energyWh,int64 price,"
        "uint64 settledWh,uint128 paidNano,uint128 sellerMakeWholeNano,uint128 buyerMakeWholeNano,uint128 feeNano,"
        "uint64 orderFilledWh,uint64 soldWh,uint64 boughtWh,uint128 creditNano,uint128 debitNano,bytes32 salt)"
    );

    bytes32 internal constant POSITION_TYPEHASH = keccak256(
        "PositionLeaf(address account,bytes32 siteId,uint64 soldWh,uint64 boughtWh,uint128 creditNano,uint128 debitNano,"
        "bool isMetered,uint32 startReading,uint32 endReading,uint64 startImportWh,uint64 startExportWh,"
        "uint64 endImportWh,uint64 endExportWh,bytes32 salt)"
    );

    /// @notice The hash of an order's leaf.
    function hash(OrderLeaf memory leaf) internal pure returns (bytes32) {
        return again(keccak256(abi.encode(ORDER_TYPEHASH, leaf)));
    }

    /// @notice The hash of a reading's leaf.
    function hash(ReadingLeaf memory leaf) internal pure returns (bytes32) {
        return again(keccak256(abi.encode(READING_TYPEHASH, leaf)));
    }

    /// @notice The hash of a fill's leaf.
    function hash(FillLeaf memory leaf) internal pure returns (bytes32) {
        return again(keccak256(abi.encode(FILL_TYPEHASH, leaf)));
    }

    /// @notice The hash of a position's leaf.
    function hash(PositionLeaf memory leaf) internal pure returns (bytes32) {
        return again(keccak256(abi.encode(POSITION_TYPEHASH, leaf)));
    }

    /// @notice The hash of a hash: what makes a leaf of an encoding.
    function again(bytes32 inner) internal pure returns (bytes32) {
        return keccak256(bytes.concat(inner));
    }
}
