// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SettlementCourt} from "../../SettlementCourt.sol";
import {SiteRegistry} from "../../SiteRegistry.sol";
import {ISiteRegistry} from "../../interfaces/ISiteRegistry.sol";
import {MarketRules} from "../../libraries/MarketRules.sol";
import {MeterKeys} from "../../libraries/MeterKeys.sol";
import {Preimages} from "../../libraries/Preimages.sol";
import {Rules} from "../../types/Batch.sol";
import {
    ORDER_ENDED,
    ORDER_GROUP_CANCELLED,
    ORDER_LIVE,
    ORDER_REFUSED,
    ORDER_VOID,
    OrderLeaf,
    PositionLeaf,
    ReadingLeaf
} from "../../types/Leaves.sol";
import {
    END_GROUP,
    InboxOrder,
    OrderEnd,
    OrderSignature,
    SIGNED_ALONE,
    SIGNED_IN_BULK
} from "../../types/Signatures.sol";
import {METER_P256, METER_SECP256K1, MeterKey, SiteVersion} from "../../types/Site.sol";
import {Bookkeeper} from "./Bookkeeper.sol";
import {MeterSigner} from "./MeterSigner.sol";
import {OrderSigner, SignedFor} from "./OrderSigner.sol";
import {Street, Streets} from "./Street.sol";
import {Traders} from "./Traders.sol";
import {vm} from "./Vm.sol";

/// @notice Makes streets at random, each with an honest batch: registered sites, signed readings and orders, trades, sums.
abstract contract StreetBuilder {
    using Streets for Street;

    bytes32 internal constant COMMUNITY = keccak256("street");
    uint64 internal constant INTERVAL = 2_000_000;
    uint64 internal constant INTERVAL_S = 900;
    uint64 internal constant START = INTERVAL * INTERVAL_S;
    uint64 internal constant POWER_MAX_W = 20_000;

    SettlementCourt internal court;
    SiteRegistry internal registry;

    function _rules() internal pure returns (Rules memory) {
        return Rules(300_000, 80_000, 12_345, INTERVAL_S * 1000, 3_600_000);
    }

    function _hashOf(Rules memory rules) internal pure returns (bytes32) {
        return keccak256(abi.encode(MarketRules.TYPEHASH, rules));
    }

    /// @dev A street of `accountCount` accounts with up to `ordersMax` orders each.
    function _street(uint256 seed, uint256 accountCount, uint256 ordersMax) internal returns (Street memory street) {
        _open(street);
        _addHomes(street, seed, accountCount);
        _addOrders(street, seed, ordersMax);
        _close(street, seed);
    }

    /// @dev The header as far as it is known before anything is traded.
    function _open(Street memory street) internal {
        vm.warp(START - 36 hours);
        street.rules = _rules();
        street.batch.header.community = COMMUNITY;
        street.batch.header.number = 1;
        street.batch.header.intervalIndex = INTERVAL;
        street.batch.header.intervalStart = START;
        street.batch.header.intervalEnd = START + INTERVAL_S;
        street.batch.header.rulesHash = _hashOf(street.rules);
    }

    /// @dev Trades, settles and seals; then it is a minute after the interval.
    function _close(Street memory street, uint256 seed) internal {
        Bookkeeper.settle(street, Traders.trade(street, seed));
        street.seal();
        vm.warp(START + INTERVAL_S + 60);
    }

    function _key(uint256 accountIndex) internal pure returns (uint256) {
        return 0x10000 + accountIndex;
    }

    /// @dev What orders must be signed for.
    function _signedFor() internal view returns (SignedFor memory) {
        return SignedFor("Commonwatt", "1", block.chainid, address(court), COMMUNITY);
    }

    function _siteName(uint256 accountIndex) internal pure returns (string memory) {
        return string.concat("home-", vm.toString(accountIndex));
    }

    function _random(uint256 seed, string memory what, uint256 i) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what, i)));
    }

    // ------------------------------------------------------------------ sites and readings

    function _addHomes(Street memory street, uint256 seed, uint256 count) private {
        street.positions = new PositionLeaf[](count);
        street.readings = new ReadingLeaf[](4 * count);
        street.meterKeys = new bytes[](4 * count);
        street.meterSignatures = new bytes[](4 * count);
        uint256 readingCount = 0;
        for (uint256 i = 0; i < count; ++i) {
            uint256 random = _random(seed, "home", i);
            PositionLeaf memory position = street.positions[i];
            position.account = vm.addr(_key(i));
            position.salt = bytes32(random);
            if (random % 8 == 0) continue;
            position.siteId = keccak256(bytes(_siteName(i)));
            readingCount = _addReadings(street, i, (random >> 16) % 6, random >> 8, readingCount);
        }
        (ReadingLeaf[] memory readings, bytes[] memory keys, bytes[] memory signatures) =
            (street.readings, street.meterKeys, street.meterSignatures);
        assembly ("memory-safe") {
            mstore(readings, readingCount)
            mstore(keys, readingCount)
            mstore(signatures, readingCount)
        }
    }

    /// @dev Readings around both ends (0, 1), at both ends (2), at the start only (3), none (4), or of a meter that is changed
    /// in between (5); from the index `from` on. Answers the index after them.
    function _addReadings(Street memory street, uint256 i, uint256 plan, uint256 random, uint256 from)
        internal
        returns (uint256)
    {
        uint8 kind = random % 5 == 0 ? METER_SECP256K1 : METER_P256;
        _register(street, i, _meterKey(i), kind, 0);
        if (plan == 5) _register(street, i, _meterKey(i) + 1, kind, START + INTERVAL_S / 2);
        uint256 count = plan == 4 ? 0 : plan == 3 ? 1 + random % 2 : plan == 2 ? 2 : 4;
        uint64 importWh = uint64(random >> 16) % 1e9;
        uint64 exportWh = uint64(random >> 32) % 1e9;
        for (uint256 n = 0; n < count; ++n) {
            importWh += uint64(random >> (40 + 8 * n)) % 250;
            exportWh += uint64(random >> (80 + 8 * n)) % 250;
            ReadingLeaf memory leaf = street.readings[from + n];
            leaf.accountIndex = uint32(i);
            leaf.siteId = street.positions[i].siteId;
            leaf.siteHash = sha256(bytes(_siteName(i)));
            leaf.sequence = uint64(10 + n);
            leaf.takenAtMs = _takenAt(plan, n, random);
            (leaf.importWh, leaf.exportWh) = (importWh, exportWh);
            leaf.salt = keccak256(abi.encode("reading", from + n));
            _signReading(street, from + n, _meterKey(i) + (plan == 5 && n > 1 ? 1 : 0), kind);
        }
        return from + count;
    }

    function _takenAt(uint256 plan, uint256 n, uint256 random) private pure returns (uint64) {
        uint64 startMs = START * 1000;
        uint64 endMs = startMs + INTERVAL_S * 1000;
        if (plan == 2) return n == 0 ? startMs : endMs;
        uint64 apart = 60_000 + uint64(random >> (120 + 8 * n)) % 240_000;
        if (n == 0) return startMs - apart;
        if (n == 1) return startMs + apart;
        return n == 2 ? endMs - apart : endMs + apart;
    }

    function _meterKey(uint256 accountIndex) internal pure returns (uint256) {
        return 0x20000 + 2 * accountIndex;
    }

    /// @dev Signs the reading as it stands, and hashes key and signature into it.
    function _signReading(Street memory street, uint256 index, uint256 key, uint8 kind) internal view {
        bytes32 domain = OrderSigner.separator(_signedFor());
        (street.meterKeys[index], street.meterSignatures[index]) =
            MeterSigner.signLeaf(domain, street.readings[index], key, kind);
    }

    function _register(Street memory street, uint256 i, uint256 key, uint8 kind, uint64 since) internal {
        MeterKey memory meterKey = MeterSigner.keyOf(key, kind);
        SiteVersion memory version =
            SiteVersion(street.positions[i].account, meterKey, POWER_MAX_W, POWER_MAX_W, bytes32("feeder"), since);
        bytes32 site = street.positions[i].siteId;
        uint64 deadline = uint64(block.timestamp) + 60;
        bytes32 digest = registry.recordDigest(site, version, registry.versionCount(site), deadline);
        bytes32 signed = kind == METER_P256 ? sha256(bytes.concat(digest)) : digest;
        bytes memory ofMeter = MeterSigner.sign(key, kind, signed);
        bytes memory ofOwner = OrderSigner.raw(_key(i), digest);
        registry.register(site, version, deadline, ISiteRegistry.RecordSignatures(ofOwner, "", ofMeter));
    }

    // ------------------------------------------------------------------ orders

    function _addOrders(Street memory street, uint256 seed, uint256 ordersMax) private {
        uint256 count = street.positions.length;
        street.orders = new OrderLeaf[](count * ordersMax);
        street.signatures = new OrderSignature[](count * ordersMax);
        street.ends = new OrderEnd[](count * ordersMax);
        bool isVoid = _random(seed, "void", 0) % 8 == 0;
        uint256 made = 0;
        for (uint256 i = 0; i < count; ++i) {
            uint256 own = _random(seed, "orders", i) % (ordersMax + 1);
            for (uint256 n = 0; n < own; ++n) {
                _addOrder(street, made++, i, _random(seed, "order", i * ordersMax + n), isVoid);
            }
        }
        (OrderLeaf[] memory orders, OrderSignature[] memory signatures, OrderEnd[] memory ends) =
            (street.orders, street.signatures, street.ends);
        assembly ("memory-safe") {
            mstore(orders, made)
            mstore(signatures, made)
            mstore(ends, made)
        }
        _sortOrders(street);
    }

    /// @dev An account has orders of one side only, as markets want it.
    function _addOrder(Street memory street, uint256 index, uint256 i, uint256 random, bool isVoid) private {
        OrderLeaf memory order = street.orders[index];
        order.accountIndex = uint32(i);
        order.account = street.positions[i].account;
        order.isBid = uint256(keccak256(abi.encode(order.account, street.positions[i].salt))) % 2 == 0;
        order.limitPrice = int64(uint64(100_000 + 20_000 * (random % 6)));
        order.energyWh = 1 + uint64(random >> 8) % 400;
        order.intervalIndex = INTERVAL;
        order.orderSalt = bytes32(random);
        order.salt = keccak256(abi.encode("order", random));
        order.digest = OrderSigner.orderDigest(_signedFor(), order);
        uint8 kind = uint8((random >> 72) % 3);
        _signOrder(street, index, kind, random >> 80);
        uint256 fate = (random >> 16) % 10;
        if (fate < 2) _end(street, index, uint8((random >> 24) % 4));
        else if (fate == 2 && kind == SIGNED_IN_BULK) _cancelGroup(street, index);
        else if (fate == 3) _refuse(street, index);
        else if (isVoid) order.ended = ORDER_VOID;
    }

    function _signOrder(Street memory street, uint256 index, uint8 kind, uint256 random) internal view {
        OrderLeaf memory order = street.orders[index];
        street.signatures[index] = OrderSigner.sign(_signedFor(), order, _key(order.accountIndex), kind, random);
        order.signedHash = Preimages.hash(street.signatures[index]);
    }

    function _end(Street memory street, uint256 index, uint8 scope) internal view {
        OrderLeaf memory order = street.orders[index];
        OrderSignature memory signature = street.signatures[index];
        if (scope == END_GROUP && signature.kind != SIGNED_IN_BULK) scope = SIGNED_ALONE;
        street.ends[index] = OrderSigner.end(_signedFor(), order, signature, _key(order.accountIndex), scope);
        order.ended = ORDER_ENDED;
        order.endedHash = Preimages.hash(street.ends[index]);
    }

    function _cancelGroup(Street memory street, uint256 index) internal {
        OrderSignature memory signature = street.signatures[index];
        // Another group, so that other orders of the account are not cancelled, too.
        signature.group = uint64(100 + index);
        _resignBulk(street, index);
        vm.prank(street.orders[index].account);
        registry.cancelGroup(uint8(signature.group), signature.counter + 1);
        street.orders[index].ended = ORDER_GROUP_CANCELLED;
    }

    function _refuse(Street memory street, uint256 index) internal {
        vm.prank(street.orders[index].account);
        court.submitOrder(abi.encode(_inboxOrder(street, index)));
        street.orders[index].ended = ORDER_REFUSED;
    }

    function _resignBulk(Street memory street, uint256 index) internal view {
        OrderLeaf memory order = street.orders[index];
        OrderSigner.resignBulk(_signedFor(), order, street.signatures[index], _key(order.accountIndex));
        order.signedHash = Preimages.hash(street.signatures[index]);
    }

    function _inboxOrder(Street memory street, uint256 index) internal pure returns (InboxOrder memory) {
        OrderLeaf memory order = street.orders[index];
        return InboxOrder(
            order.account,
            order.isBid,
            order.limitPrice,
            order.energyWh,
            order.intervalIndex,
            order.orderSalt,
            street.signatures[index]
        );
    }

    function _sortOrders(Street memory street) internal pure {
        for (uint256 i = 1; i < street.orders.length; ++i) {
            for (uint256 j = i; j > 0 && street.orders[j - 1].digest > street.orders[j].digest; --j) {
                (street.orders[j - 1], street.orders[j]) = (street.orders[j], street.orders[j - 1]);
                (street.signatures[j - 1], street.signatures[j]) = (street.signatures[j], street.signatures[j - 1]);
                (street.ends[j - 1], street.ends[j]) = (street.ends[j], street.ends[j - 1]);
            }
        }
    }
}
