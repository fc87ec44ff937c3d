// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Rules} from "../types/Batch.sol";

/// @title Rules hash
/// @notice The EIP-712 struct hash of the rules: keccak256(abi.encode(TYPEHASH, every field in order)).
library MarketRules {
    bytes32 internal constant TYPEHASH =
        keccak256("Rules(int64 retailPrice,int64 feedInPrice,uint32 feePpm,uint64 intervalMs,uint64 gateClosureMs)");

    /// @notice The hash of `rules`, which a header carries.
    function hash(Rules calldata rules) internal pure returns (bytes32) {
        return keccak256(abi.encode(TYPEHASH, rules));
    }
}
