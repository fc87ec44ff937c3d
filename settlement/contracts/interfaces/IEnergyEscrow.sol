// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {BalanceProof, BatchHeader, BatchStatus} from "../types/Batch.sol";
import {IEscrowErrors} from "./IEscrowErrors.sol";
import {IEscrowEvents} from "./IEscrowEvents.sol";

/// @title The escrow that a community trades from
/// @notice Homes deposit an ERC-20 token. For each delivery interval the operator commits one small header, backed by a
/// bond, that binds every account's cumulative credit and debit. Until its challenge window is over anyone can take a
/// wrong batch back with one proof, for half of the bond. Final batches are paid from; withdrawals can be delayed, but
/// nobody can block them.
/// @dev Amounts are in the token's smallest unit, times in seconds. Immutable: no owner, no pause, no proxy.
///
/// Why money cannot be withdrawn and spent: a request made at T locks its amount at T + withdrawalDelay −
/// challengeWindow and matures at T + withdrawalDelay. A batch committed before the lock is final, or can be made so,
/// before the request matures, and `withdraw` insists on it. A batch committed at the lock or later must not spend the
/// amount, or `challengeLockedSpending` takes it back. The time between the request and its lock is for trades that were
/// agreed before the request: withdrawalDelay − challengeWindow must be longer than a trade ever takes from being agreed
/// to being committed, and whoever agrees trades counts a requested amount as gone at once. Then an honest operator
/// cannot be slashed, whenever a home asks for its money.
interface IEnergyEscrow is IEscrowEvents, IEscrowErrors {
    /// @notice What the escrow knows of an account.
    /// @param deposited All that arrived for it.
    /// @param withdrawn All that was paid out to it.
    /// @param credit Cumulative credit, as last recorded.
    /// @param debit Cumulative debit, as last recorded.
    /// @param settledNumber The batch from which credit and debit were recorded; 0 before the first.
    /// @param index Place in the order of first deposits.
    /// @param exists False for an address that never received a deposit.
    struct Account {
        uint128 deposited;
        uint128 withdrawn;
        uint128 credit;
        uint128 debit;
        uint64 settledNumber;
        uint32 index;
        bool exists;
    }

    /// @notice A withdrawal under way; all zero when there is none.
    struct Withdrawal {
        uint128 amount;
        uint64 requestedAt;
        address recipient;
    }

    // ------------------------------------------------------------------ accounts

    /// @notice Takes `amount` from the caller and credits what arrived to `account`, which gets the next index with
    /// its first deposit. Needs an allowance.
    /// @return received What arrived: less than `amount` for a token that charges transfers.
    function deposit(address account, uint256 amount) external returns (uint256 received);

    /// @notice As `deposit`, with the caller's EIP-2612 permit for exactly `amount` instead of an allowance.
    /// @dev A permit that someone else has submitted already does no harm: the allowance that it left is used.
    function depositWithPermit(address account, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256 received);

    /// @notice Asks for `amount` of the caller's balance to be paid to `recipient` after the withdrawal delay. One
    /// request at a time. More than the balance may be asked for: what is there then is paid.
    function requestWithdrawal(uint256 amount, address recipient) external;

    /// @notice Calls the caller's request off; its lock ends.
    function cancelWithdrawal() external;

    /// @notice Executes a mature request against the latest final batch; records the account's leaf on the way. Anyone
    /// may call it. Pays the requested amount; if there is less, all there is, but then only for the account itself,
    /// so that nobody can cut a request short that a coming batch would cover. Closes the request.
    /// @param header The latest final batch's header. Ignored while no batch is final.
    /// @param proof The account's leaf there. Ignored while no batch is final.
    /// @return paid What went to the recipient.
    function withdraw(address account, BatchHeader calldata header, BalanceProof calldata proof)
        external
        returns (uint256 paid);

    /// @notice Executes a request without a leaf, when twice the withdrawal delay is over: for the case that nobody
    /// hands the account its leaf. Pays from the recorded balance; credits not recorded yet stay claimable.
    /// @dev Before that time whoever keeps the books records the leaf with `settleAccounts`, as the operator's client
    /// does after each batch; otherwise a debtor could leave with unrecorded debits.
    function withdrawRecorded(address account) external returns (uint256 paid);

    /// @notice Records the accounts' cumulative amounts from the latest final batch. Anyone may call it, any number of
    /// times: a leaf that is recorded already is skipped.
    function settleAccounts(BatchHeader calldata header, BalanceProof[] calldata proofs) external;

    // ------------------------------------------------------------------ operator

    /// @notice Adds to the operator's bond; anyone may pay. Needs an allowance.
    /// @return received What arrived.
    function depositBond(uint256 amount) external returns (uint256 received);

    /// @notice Takes from the bond: all of it while no batch is pending, else down to the minimum. Operator only.
    function withdrawBond(uint256 amount, address recipient) external;

    /// @notice Commits the next batch. Operator only, with the minimum bond in place.
    /// @param previous The head's header, whose totals `header` must not fall below; ignored for the first batch.
    /// @param header The batch: number = head + 1, previousHash = hash of `previous`.
    function commitBatch(BatchHeader calldata previous, BatchHeader calldata header) external;

    /// @notice Makes the oldest pending batch final when its window is over. Anyone may call it.
    function finalizeBatch(BatchHeader calldata header) external;

    /// @notice Pays the operator all fees of final batches that were not claimed yet. Operator only.
    function claimFees(address recipient) external returns (uint256 paid);

    // ------------------------------------------------------------------ challenges

    /// @notice Shows that a pending batch leaves an account with a net debit above all that it has in the escrow
    /// (deposits less withdrawals).
    function challengeOverdraft(BatchHeader calldata header, BalanceProof calldata proof) external;

    /// @notice Shows that a pending batch raised an account's net debit into money that a withdrawal request had locked
    /// when the batch was committed.
    /// @param previous The header before; ignored when `header` is the first batch, and so is everything but the index
    /// of `previousProof`.
    function challengeLockedSpending(
        BatchHeader calldata previous,
        BalanceProof calldata previousProof,
        BatchHeader calldata header,
        BalanceProof calldata proof
    ) external;

    /// @notice Shows that a cumulative amount fell from the batch before to a pending batch.
    function challengeRegress(
        BatchHeader calldata previous,
        BalanceProof calldata previousProof,
        BatchHeader calldata header,
        BalanceProof calldata proof
    ) external;

    /// @notice Shows that a leaf of a pending batch names another account than the escrow has under its index.
    function challengeMisplacedLeaf(BatchHeader calldata header, BalanceProof calldata proof) external;

    // ------------------------------------------------------------------ views

    /// @notice The token that this escrow holds.
    function token() external view returns (IERC20);

    /// @notice Names the community; part of every header.
    function community() external view returns (bytes32);

    /// @notice Who commits batches and owns the bond.
    function operator() external view returns (address);

    /// @notice How long a batch can be challenged.
    function challengeWindow() external view returns (uint64);

    /// @notice How long a withdrawal takes; longer than the challenge window.
    function withdrawalDelay() external view returns (uint64);

    /// @notice The bond needed to commit.
    function minimumBond() external view returns (uint256);

    /// @notice Number of accounts; indices run from 0 to accountCount − 1.
    function accountCount() external view returns (uint256);

    /// @notice The account with this index.
    function accountAt(uint256 index) external view returns (address);

    /// @notice The account's index.
    function accountIndex(address account) external view returns (uint32);

    /// @notice All that the escrow knows of the account.
    function accountOf(address account) external view returns (Account memory);

    /// @notice Deposits − withdrawals + recorded credit − recorded debit; 0 if that is negative. What the latest final
    /// batch holds beyond the record is not in it.
    function balanceOf(address account) external view returns (uint256);

    /// @notice The account's withdrawal under way.
    function withdrawalOf(address account) external view returns (Withdrawal memory);

    /// @notice The operator's bond.
    function bond() external view returns (uint256);

    /// @notice Fees of final batches that the operator has not claimed yet.
    function feesOwed() external view returns (uint256);

    /// @notice Number of the latest batch, 0 before the first.
    function head() external view returns (uint64);

    /// @notice Number of the latest final batch, 0 before the first.
    function finalNumber() external view returns (uint64);

    /// @notice The header hash, the time of commit and the status of a batch; zeros for one that is not there.
    function batch(uint64 number) external view returns (bytes32 hash, uint64 committedAt, BatchStatus status);

    /// @notice The hash under which the escrow stores this header.
    function hashHeader(BatchHeader calldata header) external pure returns (bytes32);

    /// @notice What the escrow should hold by its own counters: deposits − withdrawals + bond − fees claimed.
    /// @dev Kept apart from the accounts and from the token. An auditor compares three figures: the token's balance of
    /// this contract, this counter, and the sum that it makes itself over all accounts (`accountAt`, `balanceOf`) plus
    /// `bond` plus `feesOwed`. With every leaf of the latest final batch recorded all three are equal.
    function totalOwed() external view returns (uint256);
}
