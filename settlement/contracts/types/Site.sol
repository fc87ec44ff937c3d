// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @dev Kinds of meter keys. A key of kind 0 signs nothing: the site has no meter.
uint8 constant METER_NONE = 0;
uint8 constant METER_P256 = 1;
uint8 constant METER_SECP256K1 = 2;

/// @notice What a meter signs with.
/// @param kind `METER_P256`: x and y are the public point. `METER_SECP256K1`, for software meters: x is the key's
/// address as a number, y is zero. `METER_NONE`: both are zero.
struct MeterKey {
    uint8 kind;
    bytes32 x;
    bytes32 y;
}

/// @notice One version of what is known about a site.
/// @param owner The account that trades for the site.
/// @param meterKey What its meter signs with.
/// @param importMaxW The most power that it can draw, nameplate.
/// @param exportMaxW The most power that it can feed in, nameplate.
/// @param feeder Names the feeder that the site hangs on.
/// @param since From when on this version counts, in seconds since 1970.
struct SiteVersion {
    address owner;
    MeterKey meterKey;
    uint64 importMaxW;
    uint64 exportMaxW;
    bytes32 feeder;
    uint64 since;
}

/// @notice A reading as a meter signs it: cumulative registers.
/// @param domain The EIP-712 domain separator of the community before its court, on the court's chain: the one that
/// its orders are signed in, too. A reading counts before no other court.
/// @param siteHash SHA-256 of the site's name.
/// @param sequence Rises with every reading of the meter.
/// @param takenAtMs Milliseconds since 1970.
/// @param importWh Import register.
/// @param exportWh Export register.
struct MeterReading {
    bytes32 domain;
    bytes32 siteHash;
    uint64 sequence;
    uint64 takenAtMs;
    uint64 importWh;
    uint64 exportWh;
}
