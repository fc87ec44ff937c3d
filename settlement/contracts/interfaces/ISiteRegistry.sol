// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {MeterKey, MeterReading, SiteVersion} from "../types/Site.sol";

/// @title Who owns which site, and which meter speaks for it
/// @notice A site is known by the Keccak-256 hash of its name. Each version of its record is signed by the owner and by
/// the meter over the whole record, so neither can be bound to something that it did not agree to. Times in seconds.
/// @dev A change counts from its `since` on: at least `notice` ahead, so that all see it coming, and at most twice that,
/// so that nobody blocks the site's changes for long. A site's first version may begin at any time before. A meter speaks
/// for one site only. Limits and feeder are what the registrar vouches for: only it may register a site, raise its
/// limits or move it. With no registrar (zero) anyone may, and they are what owner and meter say.
interface ISiteRegistry {
    /// @notice Who agrees to a record.
    /// @param owner The owner before the change; of a new site, the owner. r ‖ s ‖ v.
    /// @param newOwner Another owner who takes over; else empty.
    /// @param meter P-256 over the SHA-256 hash of the digest, r ‖ s with a low s; or secp256k1 over the digest itself,
    /// r ‖ s ‖ v. Empty for a site without a meter.
    struct RecordSignatures {
        bytes owner;
        bytes newOwner;
        bytes meter;
    }

    /// @notice A version counts from its `since` on.
    event SiteRegistered(
        bytes32 indexed site, address indexed owner, bytes32 indexed meterKeyHash, SiteVersion version
    );

    /// @notice The meter signed two readings with one sequence number: nothing that it says later counts.
    event MeterRevoked(bytes32 indexed meterKeyHash, address indexed reporter);

    /// @notice All orders of the account's bulk signatures in `group` with a counter below `counter` are cancelled.
    event GroupCancelled(address indexed account, uint8 indexed group, uint64 counter);

    /// @notice The signatures were good until `deadline`.
    error RegistryExpired(uint256 deadline);

    /// @notice Only the registrar may register a site or raise its limits.
    error RegistryUnauthorized(address caller);

    /// @notice The owner is zero, or the key is none of its kind.
    error RegistryMalformed();

    /// @notice A change can begin from `earliest` to `latest`.
    error RegistryWrongTime(uint64 since, uint256 earliest, uint256 latest);

    /// @notice The owner that a change needs did not sign it.
    error RegistryNotSignedByOwner();

    /// @notice The meter did not sign the record.
    error RegistryNotSignedByMeter();

    /// @notice The site was never registered, or not yet at that time.
    error RegistryUnknownSite(bytes32 site);

    /// @notice The meter speaks for another site.
    error RegistryMeterTaken(bytes32 meterKeyHash, bytes32 site);

    /// @notice The two readings are no equivocation of this key.
    error RegistryNothingWrong();

    /// @notice The meter is revoked.
    error RegistryMeterRevoked(bytes32 meterKeyHash);

    /// @notice A counter can only rise.
    error RegistryCounterFell(uint64 counter, uint64 current);

    /// @notice Registers a site, or changes it from `version.since` on. All sign the EIP-712 structure SiteRecord(bytes32
    /// site,address owner,uint8 meterKind,bytes32 meterX,bytes32 meterY,uint64 importMaxW,uint64 exportMaxW,bytes32
    /// feeder,uint64 since,uint256 nonce,uint64 deadline), nonce = `versionCount(site)`, in the domain of name
    /// "Commonwatt SiteRegistry" and version "1".
    function register(bytes32 site, SiteVersion calldata version, uint64 deadline, RecordSignatures calldata signatures)
        external;

    /// @notice Revokes a meter that signed two different readings with one sequence number for one court. Anyone may
    /// show it.
    function revokeMeter(
        MeterKey calldata meterKey,
        MeterReading calldata first,
        bytes calldata firstSignature,
        MeterReading calldata second,
        bytes calldata secondSignature
    ) external;

    /// @notice Cancels all orders of the caller's bulk signatures in `group` with a counter below `counter`.
    function cancelGroup(uint8 group, uint64 counter) external;

    /// @notice Who vouches for sites; zero for nobody.
    function registrar() external view returns (address);

    /// @notice How far ahead a change must be announced.
    function notice() external view returns (uint64);

    /// @notice The version that counts at `time`. Reverts with `RegistryUnknownSite` when there is none.
    function versionAt(bytes32 site, uint64 time) external view returns (SiteVersion memory);

    /// @notice Whether the site has a version that counts at `time`.
    function isRegisteredAt(bytes32 site, uint64 time) external view returns (bool);

    /// @notice Number of versions; the next record's nonce.
    function versionCount(bytes32 site) external view returns (uint256);

    /// @notice Version `versionIndex` of the site, the first is 0.
    function versionOf(bytes32 site, uint256 versionIndex) external view returns (SiteVersion memory);

    /// @notice When the key was revoked, 0 if it is not: readings taken after that do not count.
    function meterRevokedAt(bytes32 meterKeyHash) external view returns (uint64);

    /// @notice The account's counter for the group at `time`: bulk orders with a lower one were cancelled by then.
    function groupCounterAt(address account, uint8 group, uint64 time) external view returns (uint64);

    /// @notice The EIP-712 digest that owner and meter sign.
    function recordDigest(bytes32 site, SiteVersion calldata version, uint256 nonce, uint64 deadline)
        external
        view
        returns (bytes32);
}
