// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SiteRegistry} from "../../SiteRegistry.sol";
import {ISiteRegistry} from "../../interfaces/ISiteRegistry.sol";
import {MeterKeys} from "../../libraries/MeterKeys.sol";
import {MeterReadings} from "../../libraries/MeterReadings.sol";
import {METER_P256, MeterKey, MeterReading, SiteVersion} from "../../types/Site.sol";
import {vm} from "./Vm.sol";

/// @notice A register, and the records that an owner, an heir and two meters sign for it.
abstract contract RegistryFixture {
    using MeterKeys for MeterKey;

    bytes32 internal constant SITE = keccak256("home-1");
    uint64 internal constant NOTICE = 1 days;
    uint256 internal constant OWNER = 0x0A;
    uint256 internal constant HEIR = 0x0B;
    uint256 internal constant METER = 0x3E7E4;
    uint256 internal constant OTHER_METER = 0x3E7E5;

    SiteRegistry internal registry;
    ISiteRegistry.RecordSignatures internal unsigned;

    function setUp() public {
        vm.warp(1_800_000_000);
        registry = new SiteRegistry(address(0), NOTICE);
    }

    function _version(uint256 meter) internal view returns (SiteVersion memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(meter);
        MeterKey memory key = MeterKey(METER_P256, bytes32(x), bytes32(y));
        return SiteVersion(vm.addr(OWNER), key, 10_000, 8_000, "feeder", uint64(block.timestamp));
    }

    function _register(SiteVersion memory version) internal {
        registry.register(SITE, version, type(uint64).max, _signed(version, OWNER, OWNER, METER));
    }

    function _signed(SiteVersion memory version, uint256 owner, uint256 newOwner, uint256 meter)
        internal
        view
        returns (ISiteRegistry.RecordSignatures memory)
    {
        return _signedFor(SITE, version, owner, newOwner, meter);
    }

    /// @dev With the key that the version names when `meter` is the usual one, so that rotations are signed by the new.
    function _signedFor(bytes32 site, SiteVersion memory version, uint256 owner, uint256 newOwner, uint256 meter)
        internal
        view
        returns (ISiteRegistry.RecordSignatures memory signatures)
    {
        bytes32 digest = registry.recordDigest(site, version, registry.versionCount(site), type(uint64).max);
        signatures.owner = _sign(owner, digest);
        if (newOwner != owner) signatures.newOwner = _sign(newOwner, digest);
        if (version.meterKey.kind != METER_P256) return signatures;
        (uint256 x,) = vm.publicKeyP256(OTHER_METER);
        if (meter == METER && version.meterKey.x == bytes32(x)) meter = OTHER_METER;
        signatures.meter = _signP256(meter, sha256(bytes.concat(digest)));
    }

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _signP256(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (bytes32 r, bytes32 s) = vm.signP256(key, digest);
        uint256 order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551;
        return abi.encodePacked(r, uint256(s) > order / 2 ? bytes32(order - uint256(s)) : s);
    }

    function _revoke(
        MeterReading memory first,
        MeterReading memory second,
        uint256 firstKey,
        uint256 secondKey,
        bytes memory reason
    ) internal {
        bytes memory firstSignature = _signP256(firstKey, MeterReadings.digest(first));
        bytes memory secondSignature = _signP256(secondKey, MeterReadings.digest(second));
        if (reason.length > 0) {
            vm.expectRevert(reason);
        } else {
            vm.expectEmit(address(registry));
            emit ISiteRegistry.MeterRevoked(_version(METER).meterKey.hash(), address(this));
        }
        registry.revokeMeter(_version(METER).meterKey, first, firstSignature, second, secondSignature);
    }

    function _expectNothingWrong(
        MeterReading memory first,
        MeterReading memory second,
        uint256 firstKey,
        uint256 secondKey
    ) internal {
        bytes memory reason = abi.encodeWithSelector(ISiteRegistry.RegistryNothingWrong.selector);
        _revoke(first, second, firstKey, secondKey, reason);
    }

    function _expectMalformed(SiteVersion memory version) internal {
        vm.expectRevert(ISiteRegistry.RegistryMalformed.selector);
        registry.register(SITE, version, type(uint64).max, unsigned);
    }

    function _expectWrongTime(SiteVersion memory version, uint256 earliest) internal {
        uint256 latest = block.timestamp + 2 * NOTICE;
        vm.expectRevert(
            abi.encodeWithSelector(ISiteRegistry.RegistryWrongTime.selector, version.since, earliest, latest)
        );
        registry.register(SITE, version, type(uint64).max, unsigned);
    }
}
