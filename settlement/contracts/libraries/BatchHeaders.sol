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

    /// @dev All fields of a header, a word each.
    uint256 private constant HEADER_BYTES = 21 * 32;

    /// @notice The hash of `header`. Reverts for words that no header has: bits beyond a field's width.
    /// @dev All fields are static, so a header in calldata is encoded already: it is copied and hashed as it stands, which
    /// is a third of what the compiler's encoder takes word by word.
    function hash(BatchHeader calldata header) internal pure returns (bytes32 result) {
        bytes32 typehash = TYPEHASH;
        assembly ("memory-safe") {
            // The numbers of 64 bits, the price, the counts of 32 and the totals of 128.
            let dirt := or(calldataload(add(header, 0x20)), calldataload(add(header, 0x60)))
            dirt := shr(64, or(dirt, or(calldataload(add(header, 0x80)), calldataload(add(header, 0xa0)))))
            let price := calldataload(add(header, 0xe0))
            dirt := or(dirt, xor(price, signextend(7, price)))
            let counts := or(calldataload(add(header, 0x120)), calldataload(add(header, 0x160)))
            counts := or(counts, or(calldataload(add(header, 0x1a0)), calldataload(add(header, 0x200))))
            dirt := or(dirt, shr(32, counts))
            let totals :=
                or(
                    calldataload(add(header, 0x220)),
                    or(calldataload(add(header, 0x240)), calldataload(add(header, 0x260)))
                )
            dirt := or(dirt, shr(128, totals))
            if dirt { revert(0, 0) }
            let words := mload(0x40)
            mstore(words, typehash)
            calldatacopy(add(words, 0x20), header, HEADER_BYTES)
            result := keccak256(words, add(HEADER_BYTES, 0x20))
        }
    }

    /// @notice The one word by which the court remembers a batch.
    function word(bytes32 headerHash, uint64 committedAt) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            mstore(0, headerHash)
            mstore(0x20, and(committedAt, 0xffffffffffffffff))
            result := keccak256(0, 0x40)
        }
    }
}
