// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";

import {METER_P256, METER_SECP256K1, MeterKey} from "../types/Site.sol";

/// @title Meter keys
/// @notice Names and checks keys of both kinds. P-256 is verified by the chain's precompile (EIP-7951, RIP-7212) where
/// there is one, else in Solidity.
library MeterKeys {
    uint256 private constant P256_SIGNATURE_LENGTH = 64;

    /// @notice Keccak-256 of the key as bytes: 0x04 ‖ x ‖ y for P-256, the 20 bytes of the address for secp256k1; zero
    /// for no key.
    function hash(MeterKey memory key) internal pure returns (bytes32) {
        if (key.kind == METER_P256) return keccak256(abi.encodePacked(bytes1(0x04), key.x, key.y));
        if (key.kind == METER_SECP256K1) return keccak256(abi.encodePacked(addressOf(key)));
        return bytes32(0);
    }

    /// @notice Whether `signature` is the key's over `digest`: r ‖ s with a low s for P-256, r ‖ s ‖ v for secp256k1.
    /// Any other length, or a key of no kind, is false.
    function verify(MeterKey memory key, bytes32 digest, bytes memory signature) internal view returns (bool) {
        if (key.kind == METER_P256) {
            if (signature.length != P256_SIGNATURE_LENGTH) return false;
            (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
            return P256.verify(digest, r, s, key.x, key.y);
        }
        if (key.kind != METER_SECP256K1) return false;
        (address signer, ECDSA.RecoverError fault,) = ECDSA.tryRecover(digest, signature);
        return fault == ECDSA.RecoverError.NoError && signer == addressOf(key);
    }

    /// @notice Whether the key's numbers fit its kind.
    function isWellFormed(MeterKey memory key) internal pure returns (bool) {
        if (key.kind == METER_P256) return P256.isValidPublicKey(key.x, key.y);
        if (key.y != 0) return false;
        if (key.kind == METER_SECP256K1) return key.x != 0 && uint256(key.x) <= type(uint160).max;
        return key.kind == 0 && key.x == 0;
    }

    /// @notice The address of a secp256k1 key.
    function addressOf(MeterKey memory key) internal pure returns (address) {
        return address(uint160(uint256(key.x)));
    }
}
