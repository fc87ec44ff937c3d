// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IVaultErrors} from "./interfaces/IVaultErrors.sol";

/// @title Token vault
/// @notice Moves the one token in and out, counting what really arrived.
abstract contract TokenVault is IVaultErrors, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    IERC20 internal immutable _token;

    constructor(IERC20 token_) {
        if (address(token_) == address(0)) revert VaultInvalidAddress(address(0));
        _token = token_;
    }

    /// @dev Takes `amount` from the caller and returns what arrived. State that depends on it can only change after
    /// this call; every caller is therefore `nonReentrant`.
    function _pull(uint256 amount) internal returns (uint128) {
        if (amount == 0) revert VaultZeroAmount();
        uint256 balanceBefore = _token.balanceOf(address(this));
        _token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 balanceAfter = _token.balanceOf(address(this));
        if (balanceAfter <= balanceBefore) revert VaultNothingReceived();
        return (balanceAfter - balanceBefore).toUint128();
    }

    function _push(address recipient, uint256 amount) internal {
        _token.safeTransfer(recipient, amount);
    }

    /// @dev Money sent to the escrow itself would belong to nobody.
    function _requireOutside(address value) internal view {
        if (value == address(0) || value == address(this)) revert VaultInvalidAddress(value);
    }
}
