// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IVaultErrors} from "./IVaultErrors.sol";

/// @title Why the energy escrow refuses
interface IEscrowErrors is IVaultErrors {
    /// @notice The court was deployed for another escrow or another token.
    error EscrowOtherCourt(address court);

    /// @notice The token has more decimals than nano money can hold.
    error EscrowTooManyDecimals(uint8 decimals);

    /// @notice Only the operator may do this.
    error EscrowUnauthorized(address caller);

    /// @notice The batch is not the latest final one.
    error EscrowNotLatestFinal(uint64 number);

    /// @notice The batch is not the oldest pending one.
    error EscrowNotOldestPending(uint64 number);

    /// @notice The operator's agreement was good until `deadline`.
    error EscrowExpired(uint256 deadline);

    /// @notice The operator did not agree to this withdrawal.
    error EscrowNotAgreed();

    /// @notice The account has less than it asked for.
    error EscrowBalanceTooLow(uint256 balance, uint256 amount);

    /// @notice The account has never received a deposit.
    error EscrowUnknownAccount(address account);

    /// @notice The account has a withdrawal under way already: cancel it or wait for it.
    error EscrowWithdrawalPending(address account);

    /// @notice The account has no withdrawal under way.
    error EscrowNoWithdrawal(address account);

    /// @notice The withdrawal can be executed from `maturesAt` on.
    error EscrowWithdrawalNotMature(uint256 maturesAt);

    /// @notice Batch `number` may spend what is to be withdrawn: finalise it first, which anyone can do by now.
    error EscrowEarlierBatchNotFinal(uint64 number);

    /// @notice The account has less than it requested: only the account itself may settle for `available`.
    error EscrowPartialWithdrawal(uint256 requested, uint256 available);

    /// @notice The proof does not lead from its leaf to the batch's balances root and totals.
    error EscrowInvalidProof(uint32 index);

    /// @notice The leaf is another account's than the one that is paid.
    error EscrowWrongAccount(address account, address expected);

    /// @notice The leaf names an account that has not this index in the escrow.
    error EscrowWrongIndex(address account, uint32 index);

    /// @notice The leaf is below what was recorded before.
    error EscrowLeafFell(uint32 index);
}
