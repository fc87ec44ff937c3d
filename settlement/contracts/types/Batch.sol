// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @dev The clearing price of an interval whose call auction cleared nothing.
int64 constant NO_CLEARING_PRICE = type(int64).min;

/// @notice What a batch claims about one delivery interval. Totals are cumulative since the escrow was deployed, in
/// nano money (10⁻⁹ of the currency).
/// @param community Must equal the court's community.
/// @param number 1 for the first batch, then one more each time.
/// @param previousHash Hash of the header of the batch before; zero for the first.
/// @param intervalIndex The delivery interval that the batch accounts; rises from batch to batch.
/// @param intervalStart When the interval begins, in seconds since 1970.
/// @param intervalEnd When it ends, in seconds since 1970.
/// @param rulesHash Hash of the `Rules` that the interval was accounted by, see `MarketRules`.
/// @param clearingPrice Price of the call auction, micro per kWh; `NO_CLEARING_PRICE` when it cleared nothing.
/// @param ordersRoot Root over the order leaves, sorted by digest.
/// @param orderCount Number of order leaves.
/// @param readingsRoot Root over the reading leaves, sorted by account, time and sequence number.
/// @param readingCount Number of reading leaves.
/// @param fillsRoot Root over the fill leaves, sorted by account, order and twin; each trade stands there twice.
/// @param fillCount Number of fill leaves: two per trade.
/// @param positionsRoot Root over the accounts' positions in this interval, by account index.
/// @param balancesRoot Hash of the root of the balance tree, see `BalanceTree`.
/// @param accountCount Accounts in the trees of positions and balances: the ones with index 0 … accountCount − 1.
/// @param creditTotal Sum of all credits in the balance tree.
/// @param debitTotal Sum of all debits in the balance tree; always creditTotal + feeTotal.
/// @param feeTotal What the operator has earned.
/// @param archiveHash Hash of the archive file from which all of this can be recomputed.
struct BatchHeader {
    bytes32 community;
    uint64 number;
    bytes32 previousHash;
    uint64 intervalIndex;
    uint64 intervalStart;
    uint64 intervalEnd;
    bytes32 rulesHash;
    int64 clearingPrice;
    bytes32 ordersRoot;
    uint32 orderCount;
    bytes32 readingsRoot;
    uint32 readingCount;
    bytes32 fillsRoot;
    uint32 fillCount;
    bytes32 positionsRoot;
    bytes32 balancesRoot;
    uint32 accountCount;
    uint128 creditTotal;
    uint128 debitTotal;
    uint128 feeTotal;
    bytes32 archiveHash;
}

/// @notice A batch as the court knows it: its header and when it was committed, in seconds since 1970. The court keeps
/// one word that only both together match.
struct CommittedBatch {
    BatchHeader header;
    uint64 committedAt;
}

/// @notice What an interval is accounted by.
/// @param retailPrice What the grid sells at, micro per kWh.
/// @param feedInPrice What the grid buys at, micro per kWh.
/// @param feePpm The operator's fee in millionths of what a trade pays, off the seller's credit, rounded down.
/// @param intervalMs Length of a delivery interval.
/// @param gateClosureMs How long before an interval begins its orders are fixed.
struct Rules {
    int64 retailPrice;
    int64 feedInPrice;
    uint32 feePpm;
    uint64 intervalMs;
    uint64 gateClosureMs;
}

/// @notice Where a batch stands. A batch that was taken back is `None` again.
enum BatchStatus {
    None,
    Pending,
    Final
}

/// @notice One account's place in the balance tree.
/// @param index The account's index, which is also its position in the tree.
/// @param account The address that the escrow knows under this index.
/// @param credit All that the account has been credited since the start, nano.
/// @param debit All that the account has been debited since the start, nano.
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
/// @dev An account whose index is not below the batch's accountCount has no leaf: prove it with its index and
///      address, zero credit and debit, and no siblings.
struct BalanceProof {
    BalanceLeaf leaf;
    BalanceNode[] siblings;
}
