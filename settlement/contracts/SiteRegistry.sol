// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

import {ISiteRegistry} from "./interfaces/ISiteRegistry.sol";
import {MeterKeys} from "./libraries/MeterKeys.sol";
import {MeterReadings} from "./libraries/MeterReadings.sol";
import {METER_NONE, METER_P256, MeterKey, MeterReading, SiteVersion} from "./types/Site.sol";

/// @title Site registry
/// @dev See `ISiteRegistry` for what each function promises.
contract SiteRegistry is ISiteRegistry, EIP712 {
    using Checkpoints for Checkpoints.Trace208;
    using MeterKeys for MeterKey;
    using MeterReadings for MeterReading;

    bytes32 private constant RECORD_TYPEHASH = keccak256(
        "SiteRecord(bytes32 site,address owner,uint8 meterKind,bytes32 meterX,bytes32 meterY,uint64 importMaxW,"
        "uint64 exportMaxW,bytes32 feeder,uint64 since,uint256 nonce,uint64 deadline)"
    );

    /// @inheritdoc ISiteRegistry
    address public immutable override registrar;
    /// @inheritdoc ISiteRegistry
    uint64 public immutable override notice;

    mapping(bytes32 site => SiteVersion[]) private _versions;
    /// @dev By time: how many versions have begun.
    mapping(bytes32 site => Checkpoints.Trace208) private _begun;
    mapping(bytes32 meterKeyHash => bytes32) private _siteOfMeter;
    mapping(address account => mapping(uint8 group => Checkpoints.Trace208)) private _groupCounters;
    /// @inheritdoc ISiteRegistry
    mapping(bytes32 meterKeyHash => uint64) public override meterRevokedAt;

    /// @param registrar_ Who vouches for sites; zero for nobody.
    /// @param notice_ How far ahead a change must be announced, in seconds.
    constructor(address registrar_, uint64 notice_) EIP712("Commonwatt SiteRegistry", "1") {
        registrar = registrar_;
        notice = notice_;
    }

    /// @inheritdoc ISiteRegistry
    function register(bytes32 site, SiteVersion calldata version, uint64 deadline, RecordSignatures calldata signatures)
        external
        override
    {
        if (block.timestamp > deadline) revert RegistryExpired(deadline);
        if (version.owner == address(0) || !version.meterKey.isWellFormed()) revert RegistryMalformed();
        SiteVersion[] storage versions = _versions[site];
        _requireTimely(versions, version);
        _requireVouched(versions, version);
        bytes32 digest = _digest(site, version, versions.length, deadline);
        _requireOwners(versions, version.owner, digest, signatures);
        bytes32 meterKeyHash = _bindMeter(site, version.meterKey, digest, signatures.meter);

        versions.push(version);
        _begun[site].push(uint48(version.since), uint208(versions.length));
        emit SiteRegistered(site, version.owner, meterKeyHash, version);
    }

    /// @inheritdoc ISiteRegistry
    function revokeMeter(
        MeterKey calldata meterKey,
        MeterReading calldata first,
        bytes calldata firstSignature,
        MeterReading calldata second,
        bytes calldata secondSignature
    ) external override {
        bytes32 meterKeyHash = meterKey.hash();
        if (meterRevokedAt[meterKeyHash] != 0) revert RegistryMeterRevoked(meterKeyHash);
        bytes32 firstDigest = first.digest();
        bytes32 secondDigest = second.digest();
        bool isEquivocation = first.domain == second.domain && first.sequence == second.sequence
            && firstDigest != secondDigest && meterKey.verify(firstDigest, firstSignature)
            && meterKey.verify(secondDigest, secondSignature);
        if (!isEquivocation) revert RegistryNothingWrong();
        meterRevokedAt[meterKeyHash] = uint64(block.timestamp);
        emit MeterRevoked(meterKeyHash, msg.sender);
    }

    /// @inheritdoc ISiteRegistry
    function cancelGroup(uint8 group, uint64 counter) external override {
        Checkpoints.Trace208 storage counters = _groupCounters[msg.sender][group];
        uint64 current = uint64(counters.latest());
        if (counter <= current) revert RegistryCounterFell(counter, current);
        counters.push(uint48(block.timestamp), counter);
        emit GroupCancelled(msg.sender, group, counter);
    }

    /// @inheritdoc ISiteRegistry
    function versionAt(bytes32 site, uint64 time) external view override returns (SiteVersion memory) {
        uint256 begun = _begunAt(site, time);
        if (begun == 0) revert RegistryUnknownSite(site);
        return _versions[site][begun - 1];
    }

    /// @inheritdoc ISiteRegistry
    function isRegisteredAt(bytes32 site, uint64 time) external view override returns (bool) {
        return _begunAt(site, time) > 0;
    }

    /// @inheritdoc ISiteRegistry
    function versionCount(bytes32 site) external view override returns (uint256) {
        return _versions[site].length;
    }

    /// @inheritdoc ISiteRegistry
    function versionOf(bytes32 site, uint256 versionIndex) external view override returns (SiteVersion memory) {
        if (versionIndex >= _versions[site].length) revert RegistryUnknownSite(site);
        return _versions[site][versionIndex];
    }

    /// @inheritdoc ISiteRegistry
    function groupCounterAt(address account, uint8 group, uint64 time) external view override returns (uint64) {
        return uint64(_groupCounters[account][group].upperLookupRecent(_toKey(time)));
    }

    /// @inheritdoc ISiteRegistry
    function recordDigest(bytes32 site, SiteVersion calldata version, uint256 nonce, uint64 deadline)
        external
        view
        override
        returns (bytes32)
    {
        return _digest(site, version, nonce, deadline);
    }

    /// @dev A meter signs the record too, is not revoked and speaks for no other site.
    function _bindMeter(bytes32 site, MeterKey calldata meterKey, bytes32 digest, bytes calldata signature)
        private
        returns (bytes32 meterKeyHash)
    {
        meterKeyHash = meterKey.hash();
        if (meterKey.kind == METER_NONE) return meterKeyHash;
        if (meterRevokedAt[meterKeyHash] != 0) revert RegistryMeterRevoked(meterKeyHash);
        bytes32 boundTo = _siteOfMeter[meterKeyHash];
        if (boundTo != 0 && boundTo != site) revert RegistryMeterTaken(meterKeyHash, boundTo);
        // What signs with P-256 hashes its message by SHA-256 first.
        bytes32 signed = meterKey.kind == METER_P256 ? sha256(bytes.concat(digest)) : digest;
        if (!meterKey.verify(signed, signature)) revert RegistryNotSignedByMeter();
        _siteOfMeter[meterKeyHash] = site;
    }

    function _requireTimely(SiteVersion[] storage versions, SiteVersion calldata version) private view {
        uint256 earliest = 0;
        uint256 latest = block.timestamp + 2 * uint256(notice);
        if (versions.length > 0) {
            earliest = block.timestamp + notice;
            uint64 lastSince = versions[versions.length - 1].since;
            if (lastSince > earliest) earliest = lastSince;
        }
        if (version.since < earliest || version.since > latest) {
            revert RegistryWrongTime(version.since, earliest, latest);
        }
    }

    function _requireVouched(SiteVersion[] storage versions, SiteVersion calldata version) private view {
        if (registrar == address(0) || msg.sender == registrar) return;
        if (versions.length == 0) revert RegistryUnauthorized(msg.sender);
        SiteVersion storage last = versions[versions.length - 1];
        bool isWithin = version.importMaxW <= last.importMaxW && version.exportMaxW <= last.exportMaxW
            && version.feeder == last.feeder;
        if (!isWithin) revert RegistryUnauthorized(msg.sender);
    }

    /// @dev Who owns the site agrees, and who takes it over.
    function _requireOwners(
        SiteVersion[] storage versions,
        address owner,
        bytes32 digest,
        RecordSignatures calldata signatures
    ) private view {
        address last = versions.length == 0 ? owner : versions[versions.length - 1].owner;
        bool isAgreed = _isSignedBy(last, digest, signatures.owner)
            && (owner == last || _isSignedBy(owner, digest, signatures.newOwner));
        if (!isAgreed) revert RegistryNotSignedByOwner();
    }

    function _begunAt(bytes32 site, uint64 time) private view returns (uint256) {
        return _begun[site].upperLookupRecent(_toKey(time));
    }

    function _digest(bytes32 site, SiteVersion calldata version, uint256 nonce, uint64 deadline)
        private
        view
        returns (bytes32)
    {
        // All fields are static, so both parts encode in place, as if each field were an argument.
        bytes memory fields = abi.encode(RECORD_TYPEHASH, site, version);
        return _hashTypedDataV4(keccak256(bytes.concat(fields, abi.encode(nonce, deadline))));
    }

    function _isSignedBy(address signer, bytes32 digest, bytes calldata signature) private pure returns (bool) {
        (address recovered, ECDSA.RecoverError fault,) = ECDSA.tryRecover(digest, signature);
        return fault == ECDSA.RecoverError.NoError && recovered == signer;
    }

    /// @dev Checkpoints keep times in 48 bits; nothing begins after their last second.
    function _toKey(uint64 time) private pure returns (uint48) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return time > type(uint48).max ? type(uint48).max : uint48(time);
    }
}
