// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Why a contract that holds tokens refuses to move them
interface IVaultErrors {
    /// @notice The zero address or this contract cannot be an account or a recipient.
    error VaultInvalidAddress(address value);

    /// @notice An amount of zero, or nothing that can be paid.
    error VaultZeroAmount();

    /// @notice The token moved less than zero or nothing at all.
    error VaultNothingReceived();
}
