// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Why the energy escrow refuses
interface IEscrowErrors {
    /// @notice A constructor argument is zero where it must not be.
    error EscrowZeroParameter();

    /// @notice The withdrawal delay must be longer than the challenge window.
    error EscrowDelayTooShort(uint64 withdrawalDelay, uint64 challengeWindow);

    /// @notice The zero address or this escrow cannot be an account or a recipient.
    error EscrowInvalidAddress(address value);

    /// @notice Only the operator may do this.
    error EscrowUnauthorized(address caller);

    /// @notice An amount of zero, or nothing that can be paid.
    error EscrowZeroAmount();

    /// @notice The token moved less than zero or nothing at all.
    error EscrowNothingReceived();

    /// @notice The account has never received a deposit.
    error EscrowUnknownAccount(address account);

    /// @notice No account has this index.
    error EscrowUnknownIndex(uint256 index);

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

    /// @notice The bond is below what is needed.
    error EscrowBondTooLow(uint256 bond, uint256 needed);

    /// @notice The batch belongs to another community.
    error EscrowWrongCommunity(bytes32 community);

    /// @notice The batch's number does not follow.
    error EscrowWrongNumber(uint64 number, uint64 expected);

    /// @notice The header is not the one that the escrow knows.
    error EscrowWrongHeader(bytes32 hash, bytes32 expected);

    /// @notice Debits must equal credits and fees.
    error EscrowUnbalancedBatch(uint256 creditTotal, uint256 debitTotal, uint256 feeTotal);

    /// @notice A cumulative total, the interval or the account count fell.
    error EscrowTotalsFell();

    /// @notice The batch has more accounts than the escrow.
    error EscrowTooManyAccounts(uint256 accountCount, uint256 known);

    /// @notice The batch can be finalised from `endsAt` on.
    error EscrowWindowOpen(uint256 endsAt);

    /// @notice The batch could be challenged until `endedAt`.
    error EscrowWindowOver(uint256 endedAt);

    /// @notice The number names no batch that waits for the end of its window.
    error EscrowBatchNotPending(uint64 number);

    /// @notice The proof does not lead from its leaf to the batch's balances root and totals.
    error EscrowInvalidProof(uint32 index);

    /// @notice The leaf names another account than the escrow has under this index.
    error EscrowWrongAccount(address account, address expected);

    /// @notice The leaf is below what was recorded before.
    error EscrowLeafFell(uint32 index);

    /// @notice The two leaves compared are not the same account's.
    error EscrowDifferentLeaves(uint32 previousIndex, uint32 index);

    /// @notice The batch is not wrong in the way that this challenge can show.
    error EscrowNothingWrong();
}
