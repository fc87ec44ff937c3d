// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BatchHeader} from "../types/Batch.sol";

/// @title Batch header hash
/// @notice The EIP-712 struct hash of a header: keccak256(abi.encode(TYPEHASH, every field in order)).
library BatchHeaders {
    bytes32 internal constant TYPEHASH = keccak256(
        "BatchHeader(bytes32 community,uint64 number,bytes32 previousHash,uint64 intervalIndex,uint64 intervalStart,"
        "uint64 intervalEnd,bytes32 rulesHash,int64 clearingPrice,bytes32 ordersRoot,uint32 orderCount,"
        "bytes32 readingsRoot,uint32 readingCount,bytes32 fillsRoot,uint32 fillCount,bytes32 positionsRoot,"
        "bytes32 balancesRoot,uint32 accountCount,uint128 creditTotal,uint128 debitTotal,uint128 feeTotal,"
        "bytes32 archiveHash)"
    );

    /// @notice The hash of `header`.
    function hash(BatchHeader calldata header) internal pure returns (bytes32) {
        // All fields are static, so the struct encodes in place, as if each were an argument.
        return keccak256(abi.encode(TYPEHASH, header));
    }

    /// @notice The one word by which the court remembers a batch.
    function word(bytes32 headerHash, uint64 committedAt) internal pure returns (bytes32) {
        return keccak256(abi.encode(headerHash, committedAt));
    }
}
