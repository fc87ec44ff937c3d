// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice What a batch claims. All totals are cumulative since the escrow was deployed, in the token's smallest unit.
/// @param community Must equal the escrow's community.
/// @param number 1 for the first batch, then one more each time.
/// @param previousHash Hash of the batch before; zero for the first.
/// @param intervalIndex The last delivery interval that the totals include.
/// @param tradesRoot Commits to the interval's trades.
/// @param readingsRoot Commits to the signed meter readings.
/// @param balancesRoot Hash of the root of the balance tree, see `BalanceTree`.
/// @param accountCount Accounts in the balance tree: the ones with index 0 … accountCount − 1.
/// @param creditTotal Sum of all credits in the tree.
/// @param debitTotal Sum of all debits in the tree; always creditTotal + feeTotal.
/// @param feeTotal What the operator has earned.
/// @param archiveHash Hash of the archive file from which all of this can be recomputed.
struct BatchHeader {
    bytes32 community;
    uint64 number;
    bytes32 previousHash;
    uint64 intervalIndex;
    bytes32 tradesRoot;
    bytes32 readingsRoot;
    bytes32 balancesRoot;
    uint32 accountCount;
    uint128 creditTotal;
    uint128 debitTotal;
    uint128 feeTotal;
    bytes32 archiveHash;
}

/// @notice Where a batch stands. A batch that a challenge took back is `None` again.
enum BatchStatus {
    None,
    Pending,
    Final
}

/// @notice One account's place in the balance tree.
/// @param index The account's index, which is also its position in the tree.
/// @param account The address that the escrow knows under this index.
/// @param credit All that the account has been credited since the start, smallest unit.
/// @param debit All that the account has been debited since the start, smallest unit.
/// @param salt Random, so that amounts cannot be guessed from the hashes in a neighbour's proof.
struct BalanceLeaf {
    uint32 index;
    address account;
    uint128 credit;
    uint128 debit;
    bytes32 salt;
}

/// @notice A node of the balance tree: its hash and the sums below it.
struct BalanceNode {
    bytes32 hash;
    uint128 credit;
    uint128 debit;
}

/// @notice A leaf with the siblings on its way to the root, lowest first.
/// @dev An account whose index is not below the batch's accountCount has no leaf: prove it with its index, zero credit
///      and debit, and no siblings.
struct BalanceProof {
    BalanceLeaf leaf;
    BalanceNode[] siblings;
}
