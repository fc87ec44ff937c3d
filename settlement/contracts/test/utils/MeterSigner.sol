// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ReadingLeaf} from "../../types/Leaves.sol";
import {METER_P256, METER_SECP256K1, MeterKey} from "../../types/Site.sol";
import {vm} from "./Vm.sol";

/// @notice Meters of both kinds.
library MeterSigner {
    uint256 private constant ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551;

    function keyOf(uint256 privateKey, uint8 kind) internal pure returns (MeterKey memory) {
        if (kind == METER_SECP256K1) {
            return MeterKey(METER_SECP256K1, bytes32(uint256(uint160(vm.addr(privateKey)))), 0);
        }
        (uint256 x, uint256 y) = vm.publicKeyP256(privateKey);
        return MeterKey(METER_P256, bytes32(x), bytes32(y));
    }

    function keyBytes(MeterKey memory key) internal pure returns (bytes memory) {
        if (key.kind == METER_SECP256K1) return abi.encodePacked(uint160(uint256(key.x)));
        return abi.encodePacked(uint8(4), key.x, key.y);
    }

    function sign(uint256 privateKey, uint8 kind, bytes32 hash) internal pure returns (bytes memory) {
        if (kind == METER_SECP256K1) {
            (uint8 v, bytes32 rr, bytes32 ss) = vm.sign(privateKey, hash);
            return abi.encodePacked(rr, ss, v);
        }
        (bytes32 r, bytes32 s) = vm.signP256(privateKey, hash);
        if (uint256(s) > ORDER / 2) s = bytes32(ORDER - uint256(s));
        return abi.encodePacked(r, s);
    }

    /// @notice Signs the reading as it stands, and hashes key and signature into it.
    function signLeaf(bytes32 domain, ReadingLeaf memory leaf, uint256 privateKey, uint8 kind)
        internal
        pure
        returns (bytes memory key, bytes memory signature)
    {
        key = keyBytes(keyOf(privateKey, kind));
        signature = sign(privateKey, kind, digest(domain, leaf));
        leaf.meterKeyHash = keccak256(key);
        leaf.signatureHash = keccak256(signature);
    }

    /// @notice What a meter signs, made byte by byte.
    function digest(bytes32 domain, ReadingLeaf memory leaf) internal pure returns (bytes32) {
        bytes memory head = bytes.concat(sha256("commonwatt.meter-reading.v2"), domain, leaf.siteHash);
        bytes memory times = bytes.concat(bytes8(leaf.sequence), bytes8(leaf.takenAtMs));
        return sha256(bytes.concat(head, times, bytes8(leaf.importWh), bytes8(leaf.exportWh)));
    }
}
