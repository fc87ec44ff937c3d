// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {MeterReading} from "../types/Site.sol";

/// @title What a meter signs
/// @notice SHA-256 over 128 bytes: SHA-256 of what kind of message it is, the domain that it is signed for, SHA-256 of
/// the site's name, then sequence, time in ms, import and export register in Wh, each as an unsigned big-endian 64-bit
/// integer.
library MeterReadings {
    bytes32 internal constant KIND = sha256("commonwatt.meter-reading.v2");

    /// @notice The digest of `reading`, which its meter signs.
    function digest(MeterReading memory reading) internal pure returns (bytes32) {
        return sha256(
            abi.encodePacked(
                KIND,
                reading.domain,
                reading.siteHash,
                reading.sequence,
                reading.takenAtMs,
                reading.importWh,
                reading.exportWh
            )
        );
    }
}
