// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {BalanceProof, CommittedBatch} from "../types/Batch.sol";
import {IEscrowErrors} from "./IEscrowErrors.sol";
import {IEscrowEvents} from "./IEscrowEvents.sol";
import {ISettlementCourt} from "./ISettlementCourt.sol";

/// @title The escrow that a community trades from
/// @notice Homes deposit an ERC-20 token. What they earn and spend is in the batches that stand before the court; the
/// escrow pays by the latest final one. Withdrawals can be delayed, but nobody can block them.
/// @dev Deposits and withdrawals are in the token's smallest unit, credits and debits in nano money; a unit is
/// `nanoPerUnit` nano. A balance is rounded down to units once, here; the dust stays. Times in seconds. Immutable: no
/// owner, no pause, no proxy.
///
/// Why money cannot be withdrawn and spent: a request made at T locks its amount at T + withdrawalDelay −
/// finalityLimit and matures at T + withdrawalDelay. A batch committed before the lock is final, or can be made so,
/// before the request matures, and `withdraw` insists on it. A batch committed at the lock or later must not spend the
/// amount, or `BalanceJudge` takes it back. The time between the request and its lock is for trades that were agreed
/// before the request: withdrawalDelay − finalityLimit must be longer than a trade ever takes from being agreed to being
/// committed, and whoever agrees trades counts a requested amount as gone at once. Then an honest operator cannot be
/// slashed, whenever a home asks for its money.
interface IEnergyEscrow is IEscrowEvents, IEscrowErrors {
    /// @notice What the escrow knows of an account.
    /// @param deposited All that arrived for it, smallest unit.
    /// @param withdrawn All that was paid out to it, smallest unit.
    /// @param credit Cumulative credit, as last recorded, nano.
    /// @param debit Cumulative debit, as last recorded, nano.
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
    /// @param latest The latest final batch. Ignored while no batch is final.
    /// @param proof The account's leaf there. Ignored while no batch is final.
    /// @param oldestPending The oldest pending batch, which shows that nothing committed before the lock is left.
    /// Ignored while no batch is pending.
    /// @return paid What went to the recipient.
    function withdraw(
        address account,
        CommittedBatch calldata latest,
        BalanceProof calldata proof,
        CommittedBatch calldata oldestPending
    ) external returns (uint256 paid);

    /// @notice Executes a request without a leaf, when twice the withdrawal delay is over: for the case that nobody
    /// hands the account its leaf. Pays from the recorded balance; credits not recorded yet stay claimable.
    /// @dev Before that time whoever keeps the books records the leaf with `settleAccounts`, as the operator's client
    /// does after each batch; otherwise a debtor could leave with unrecorded debits.
    function withdrawRecorded(address account, CommittedBatch calldata oldestPending) external returns (uint256 paid);

    /// @notice Pays `amount` of the caller's balance at once, if the operator agrees. Leaves a request as it is.
    /// @param latest The latest final batch. Ignored while no batch is final.
    /// @param proof The caller's leaf there. Ignored while no batch is final.
    /// @param signature The operator's EIP-712 signature over FastWithdrawal(address account,address recipient,uint256
    /// amount,uint256 nonce,uint256 deadline), nonce = `nonces(account)`. By it the operator counts the amount as gone.
    function withdrawFast(
        uint256 amount,
        address recipient,
        uint256 deadline,
        CommittedBatch calldata latest,
        BalanceProof calldata proof,
        bytes calldata signature
    ) external;

    /// @notice Records the accounts' cumulative amounts from the latest final batch. Anyone may call it, any number of
    /// times: a leaf that is recorded already is skipped.
    function settleAccounts(CommittedBatch calldata latest, BalanceProof[] calldata proofs) external;

    /// @notice Pays the operator all fees of final batches that were not claimed yet, whole units. Operator only.
    function claimFees(address recipient) external returns (uint256 paid);

    // ------------------------------------------------------------------ views

    /// @notice The token that this escrow holds.
    function token() external view returns (IERC20);

    /// @notice The court whose final batches this escrow pays by.
    function court() external view returns (ISettlementCourt);

    /// @notice Nano money in one smallest unit of the token: 10^(9 − decimals).
    function nanoPerUnit() external view returns (uint256);

    /// @notice How long a withdrawal takes; the court's.
    function withdrawalDelay() external view returns (uint64);

    /// @notice Number of accounts; indices run from 0 to accountCount − 1. `AccountOpened` says which account has which.
    function accountCount() external view returns (uint256);

    /// @notice Whether the account has this index.
    function isAt(address account, uint256 index) external view returns (bool);

    /// @notice The account's index.
    function accountIndex(address account) external view returns (uint32);

    /// @notice All that the escrow knows of the account.
    function accountOf(address account) external view returns (Account memory);

    /// @notice Deposits − withdrawals + recorded credit − recorded debit, rounded down to the smallest unit; 0 if that
    /// is negative. What the latest final batch holds beyond the record is not in it.
    function balanceOf(address account) external view returns (uint256);

    /// @notice The account's withdrawal under way.
    function withdrawalOf(address account) external view returns (Withdrawal memory);

    /// @notice The account's next number for `withdrawFast`.
    function nonces(address account) external view returns (uint256);

    /// @notice Fees of final batches that the operator has not claimed yet, rounded down to the smallest unit.
    function feesOwed() external view returns (uint256);

    /// @notice What the escrow should hold by its own counters: deposits − withdrawals − fees claimed.
    /// @dev Kept apart from the accounts and from the token. An auditor compares three figures: the token's balance of
    /// this contract, this counter, and the sum that it makes itself over all accounts (`AccountOpened`, `balanceOf`) plus
    /// `feesOwed`. The first two are equal but for unasked gifts; with every leaf of the latest final batch recorded
    /// the third is below them by rounding alone: less than one unit for each account and one for the fees.
    function totalOwed() external view returns (uint256);
}
