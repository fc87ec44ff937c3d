// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SiteRegistry} from "../SiteRegistry.sol";
import {ISiteRegistry} from "../interfaces/ISiteRegistry.sol";
import {MeterKeys} from "../libraries/MeterKeys.sol";
import {METER_NONE, METER_P256, METER_SECP256K1, MeterKey, MeterReading, SiteVersion} from "../types/Site.sol";
import {RegistryFixture} from "./utils/RegistryFixture.sol";
import {bound, vm} from "./utils/Vm.sol";

contract RegistryTest is RegistryFixture {
    using MeterKeys for MeterKey;

    function test_registers_whatOwnerAndMeterSigned() public {
        SiteVersion memory version = _version(METER);
        version.since = 0;
        vm.expectEmit(address(registry));
        emit ISiteRegistry.SiteRegistered(SITE, vm.addr(OWNER), version.meterKey.hash(), version);
        _register(version);
        vm.assertEq(registry.versionCount(SITE), 1);
        SiteVersion memory known = registry.versionAt(SITE, 0);
        vm.assertEq(keccak256(abi.encode(known)), keccak256(abi.encode(version)));
        vm.assertEq(keccak256(abi.encode(registry.versionOf(SITE, 0))), keccak256(abi.encode(version)));
        vm.assertTrue(registry.isRegisteredAt(SITE, type(uint64).max), "for ever");
        vm.assertEq(registry.registrar(), address(0));
        vm.assertEq(registry.notice(), NOTICE);
        // A field that neither signed, and what was signed for another site, time or contract, counts for nothing.
        ISiteRegistry.RecordSignatures memory signatures = _signed(version, OWNER, OWNER, METER);
        vm.expectRevert(ISiteRegistry.RegistryNotSignedByOwner.selector);
        registry.register(keccak256("home-2"), version, type(uint64).max, signatures);
    }

    function test_registers_aSoftwareMeterAndNone() public {
        SiteVersion memory version = _version(METER);
        version.meterKey = MeterKey(METER_SECP256K1, bytes32(uint256(uint160(vm.addr(METER)))), 0);
        bytes32 digest = registry.recordDigest(SITE, version, 0, type(uint64).max);
        ISiteRegistry.RecordSignatures memory signatures;
        signatures.owner = _sign(OWNER, digest);
        signatures.meter = _sign(OWNER, digest);
        vm.expectRevert(ISiteRegistry.RegistryNotSignedByMeter.selector);
        registry.register(SITE, version, type(uint64).max, signatures);
        signatures.meter = _sign(METER, digest);
        registry.register(SITE, version, type(uint64).max, signatures);

        version.since = uint64(block.timestamp) + NOTICE;
        version.meterKey = MeterKey(METER_NONE, 0, 0);
        _register(version);
        vm.assertEq(registry.versionCount(SITE), 2);
    }

    function test_refuses_malformedRecords() public {
        SiteVersion memory version = _version(METER);
        version.owner = address(0);
        _expectMalformed(version);
        MeterKey[7] memory keys = [
            MeterKey(METER_P256, bytes32(uint256(1)), bytes32(uint256(1))),
            MeterKey(METER_SECP256K1, 0, 0),
            MeterKey(METER_SECP256K1, bytes32(uint256(1) << 160), 0),
            MeterKey(METER_SECP256K1, bytes32(uint256(1)), bytes32(uint256(1))),
            MeterKey(METER_NONE, bytes32(uint256(1)), 0),
            MeterKey(METER_NONE, 0, bytes32(uint256(1))),
            MeterKey(3, 0, 0)
        ];
        for (uint256 i = 0; i < keys.length; ++i) {
            version = _version(METER);
            version.meterKey = keys[i];
            _expectMalformed(version);
        }
    }

    function test_refuses_expiredAndUnsigned() public {
        SiteVersion memory version = _version(METER);
        ISiteRegistry.RecordSignatures memory signatures = _signed(version, OWNER, OWNER, METER);
        vm.expectRevert(abi.encodeWithSelector(ISiteRegistry.RegistryExpired.selector, block.timestamp - 1));
        registry.register(SITE, version, uint64(block.timestamp - 1), signatures);
        // The deadline is part of what was signed.
        vm.expectRevert(ISiteRegistry.RegistryNotSignedByOwner.selector);
        registry.register(SITE, version, uint64(block.timestamp), signatures);
        signatures = _signed(version, HEIR, HEIR, METER);
        vm.expectRevert(ISiteRegistry.RegistryNotSignedByOwner.selector);
        registry.register(SITE, version, type(uint64).max, signatures);
        signatures = _signed(version, OWNER, OWNER, OTHER_METER);
        vm.expectRevert(ISiteRegistry.RegistryNotSignedByMeter.selector);
        registry.register(SITE, version, type(uint64).max, signatures);
        signatures.meter = "short";
        vm.expectRevert(ISiteRegistry.RegistryNotSignedByMeter.selector);
        registry.register(SITE, version, type(uint64).max, signatures);
        signatures.owner = "short";
        vm.expectRevert(ISiteRegistry.RegistryNotSignedByOwner.selector);
        registry.register(SITE, version, type(uint64).max, signatures);
        vm.chainId(4242);
        signatures = _signed(version, OWNER, OWNER, METER);
        vm.chainId(31337);
        vm.expectRevert(ISiteRegistry.RegistryNotSignedByOwner.selector);
        registry.register(SITE, version, type(uint64).max, signatures);
    }

    /// @dev A record is signed for one contract of one name and version on one chain.
    function test_digest_bindsTheDomain() public {
        SiteVersion memory version = _version(METER);
        bytes32 typehash = keccak256(
            "SiteRecord(bytes32 site,address owner,uint8 meterKind,bytes32 meterX,bytes32 meterY,uint64 importMaxW,"
            "uint64 exportMaxW,bytes32 feeder,uint64 since,uint256 nonce,uint64 deadline)"
        );
        bytes memory fields = abi.encode(typehash, SITE, version);
        bytes32 record = keccak256(bytes.concat(fields, abi.encode(uint256(5), uint64(7))));
        bytes32 domainTypehash =
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        bytes32 names = keccak256("Commonwatt SiteRegistry");
        SiteRegistry other = new SiteRegistry(address(0), NOTICE);
        for (uint256 i = 0; i < 2; ++i) {
            vm.chainId(31337 + i);
            SiteRegistry at = i == 0 ? registry : other;
            bytes32 domain = keccak256(abi.encode(domainTypehash, names, keccak256("1"), block.chainid, address(at)));
            bytes32 digest = keccak256(abi.encodePacked("\x19\x01", domain, record));
            vm.assertEq(at.recordDigest(SITE, version, 5, 7), digest);
        }
    }

    function test_rotates_theMeterAhead() public {
        SiteVersion memory version = _version(METER);
        _register(version);
        SiteVersion memory next = _version(OTHER_METER);
        uint256 earliest = block.timestamp + NOTICE;
        next.since = uint64(earliest - 1);
        _expectWrongTime(next, earliest);
        next.since = uint64(earliest + NOTICE + 1);
        _expectWrongTime(next, earliest);
        next.since = uint64(earliest);
        _register(next);
        vm.assertEq(registry.versionAt(SITE, next.since - 1).meterKey.hash(), version.meterKey.hash());
        vm.assertEq(registry.versionAt(SITE, next.since).meterKey.hash(), next.meterKey.hash());
        // The next change cannot come before the one that is announced.
        vm.warp(block.timestamp + 1);
        SiteVersion memory third = _version(METER);
        third.since = next.since + 5;
        _register(third);
        third.since = next.since + 4;
        _expectWrongTime(third, next.since + 5);
    }

    function test_refuses_aFirstVersionFarAhead() public {
        SiteVersion memory version = _version(METER);
        version.since = uint64(block.timestamp) + 2 * NOTICE + 1;
        _expectWrongTime(version, 0);
        version.since -= 1;
        _register(version);
        vm.assertFalse(registry.isRegisteredAt(SITE, version.since - 1), "not yet");
        vm.expectRevert(abi.encodeWithSelector(ISiteRegistry.RegistryUnknownSite.selector, SITE));
        registry.versionAt(SITE, version.since - 1);
        vm.expectRevert(abi.encodeWithSelector(ISiteRegistry.RegistryUnknownSite.selector, SITE));
        registry.versionOf(SITE, 1);
    }

    function test_changesHands_whenBothSign() public {
        _register(_version(METER));
        SiteVersion memory version = _version(METER);
        version.owner = vm.addr(HEIR);
        version.since = uint64(block.timestamp) + NOTICE;
        ISiteRegistry.RecordSignatures memory signatures = _signed(version, OWNER, OWNER, METER);
        vm.expectRevert(ISiteRegistry.RegistryNotSignedByOwner.selector);
        registry.register(SITE, version, type(uint64).max, signatures);
        signatures = _signed(version, HEIR, HEIR, METER);
        vm.expectRevert(ISiteRegistry.RegistryNotSignedByOwner.selector);
        registry.register(SITE, version, type(uint64).max, signatures);
        signatures = _signed(version, OWNER, HEIR, METER);
        registry.register(SITE, version, type(uint64).max, signatures);
        vm.assertEq(registry.versionAt(SITE, version.since).owner, vm.addr(HEIR));
        // A record is used once: its number is signed too.
        version.since += 1;
        vm.expectRevert(ISiteRegistry.RegistryNotSignedByOwner.selector);
        registry.register(SITE, version, type(uint64).max, signatures);
    }

    function test_aMeterSpeaksForOneSite() public {
        SiteVersion memory version = _version(METER);
        _register(version);
        bytes32 other = keccak256("home-2");
        ISiteRegistry.RecordSignatures memory signatures = _signedFor(other, version, OWNER, OWNER, METER);
        vm.expectRevert(
            abi.encodeWithSelector(ISiteRegistry.RegistryMeterTaken.selector, version.meterKey.hash(), SITE)
        );
        registry.register(other, version, type(uint64).max, signatures);
    }

    function test_registrar_vouchesForLimits() public {
        registry = new SiteRegistry(address(this), NOTICE);
        SiteVersion memory version = _version(METER);
        ISiteRegistry.RecordSignatures memory signatures = _signed(version, OWNER, OWNER, METER);
        vm.prank(vm.addr(OWNER));
        vm.expectRevert(abi.encodeWithSelector(ISiteRegistry.RegistryUnauthorized.selector, vm.addr(OWNER)));
        registry.register(SITE, version, type(uint64).max, signatures);
        registry.register(SITE, version, type(uint64).max, signatures);
        for (uint256 field = 0; field < 4; ++field) {
            version = _version(METER);
            version.since = uint64(block.timestamp) + NOTICE;
            if (field == 0) version.importMaxW += 1;
            if (field == 1) version.exportMaxW += 1;
            if (field == 2) version.feeder = "other feeder";
            signatures = _signed(version, OWNER, OWNER, METER);
            vm.prank(vm.addr(OWNER));
            if (field < 3) {
                vm.expectRevert(abi.encodeWithSelector(ISiteRegistry.RegistryUnauthorized.selector, vm.addr(OWNER)));
            }
            registry.register(SITE, version, type(uint64).max, signatures);
        }
        vm.assertEq(registry.versionCount(SITE), 2);
    }

    function _reading(uint64 exportWh) private pure returns (MeterReading memory) {
        return MeterReading("court", sha256("home-1"), 7, 1_800_000_000_000, 5000, exportWh);
    }

    function test_revokes_aMeterThatSaysTwoThings() public {
        SiteVersion memory version = _version(METER);
        _register(version);
        MeterReading memory first = _reading(100);
        MeterReading memory second = _reading(101);
        _expectNothingWrong(first, first, METER, METER);
        _expectNothingWrong(first, second, METER, OTHER_METER);
        _expectNothingWrong(first, second, OTHER_METER, METER);
        second.sequence = 8;
        _expectNothingWrong(first, second, METER, METER);
        second.sequence = 7;
        // What a meter says to two courts need not be one count.
        second.domain = "another court";
        _expectNothingWrong(first, second, METER, METER);
        second.domain = first.domain;
        _revoke(first, second, METER, METER, "");
        vm.assertEq(registry.meterRevokedAt(version.meterKey.hash()), block.timestamp);
        bytes memory revoked =
            abi.encodeWithSelector(ISiteRegistry.RegistryMeterRevoked.selector, version.meterKey.hash());
        _revoke(first, second, METER, METER, revoked);
        version.since = uint64(block.timestamp) + NOTICE;
        ISiteRegistry.RecordSignatures memory signatures = _signed(version, OWNER, OWNER, METER);
        vm.expectRevert(revoked);
        registry.register(SITE, version, type(uint64).max, signatures);
    }

    function test_cancelsGroups_fromATimeOn() public {
        uint64 first = uint64(block.timestamp);
        vm.startPrank(vm.addr(OWNER));
        vm.expectEmit(address(registry));
        emit ISiteRegistry.GroupCancelled(vm.addr(OWNER), 3, 8);
        registry.cancelGroup(3, 8);
        vm.warp(first + 100);
        vm.expectRevert(abi.encodeWithSelector(ISiteRegistry.RegistryCounterFell.selector, 8, 8));
        registry.cancelGroup(3, 8);
        registry.cancelGroup(3, type(uint64).max);
        vm.stopPrank();
        vm.assertEq(registry.groupCounterAt(vm.addr(OWNER), 3, first - 1), 0);
        vm.assertEq(registry.groupCounterAt(vm.addr(OWNER), 3, first + 99), 8);
        vm.assertEq(registry.groupCounterAt(vm.addr(OWNER), 3, first + 100), type(uint64).max);
        vm.assertEq(registry.groupCounterAt(vm.addr(OWNER), 4, first + 100), 0);
        vm.assertEq(registry.groupCounterAt(vm.addr(HEIR), 3, first + 100), 0);
    }

    /// @dev Whenever a site is looked at, the version is the last that had begun.
    function testFuzz_versionAt(uint256[4] memory steps, uint256 at) public {
        SiteVersion memory version = _version(METER);
        // Without a meter, whose signatures take longest to make.
        version.meterKey = MeterKey(METER_NONE, 0, 0);
        uint64[5] memory begins;
        version.since = begins[0] = uint64(block.timestamp);
        _register(version);
        for (uint256 i = 0; i < steps.length; ++i) {
            vm.warp(block.timestamp + bound(steps[i], 0, 3 days));
            version.importMaxW += 1;
            uint64 earliest = uint64(block.timestamp) + NOTICE;
            version.since = begins[i + 1] = begins[i] > earliest ? begins[i] : earliest;
            _register(version);
        }
        at = bound(at, begins[0], begins[4] + 10);
        uint256 expected = 0;
        for (uint256 i = 0; i < begins.length; ++i) {
            if (begins[i] <= at) expected = i;
        }
        vm.assertEq(registry.versionAt(SITE, uint64(at)).importMaxW, 10_000 + expected);
    }
}
