// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What the energy escrow reports
/// @notice Credits and debits are nano money, all else is in the token's smallest unit; numbers are batch numbers.
interface IEscrowEvents {
    /// @notice An account received its index with its first deposit.
    event AccountOpened(address indexed account, uint32 indexed index);

    /// @notice `amount` arrived from `payer` for `account`.
    event Deposited(address indexed account, address indexed payer, uint256 amount);

    /// @notice From `locksAt` on no batch may spend the requested amount; from `maturesAt` on it can be withdrawn.
    event WithdrawalRequested(
        address indexed account, address indexed recipient, uint256 amount, uint256 locksAt, uint256 maturesAt
    );

    /// @notice The account called its withdrawal off.
    event WithdrawalCancelled(address indexed account, uint256 amount);

    /// @notice `amount` was paid; it is below what was requested when the account had less.
    event Withdrawn(address indexed account, address indexed recipient, uint256 amount);

    /// @notice The account's cumulative amounts of batch `number` were recorded; `balance` is what it has now.
    event AccountSettled(
        address indexed account, uint64 indexed number, uint256 credit, uint256 debit, uint256 balance
    );

    /// @notice The operator took fees of final batches.
    event FeesClaimed(address indexed recipient, uint256 amount);
}
