// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title Community token
/// @notice The currency of a development chain: ERC-20 with EIP-2612 permits and 6 decimals. Its deployer mints at will,
/// so it has no place where real money is meant: use a stablecoin there.
contract CommunityToken is ERC20, ERC20Permit {
    /// @notice Who may mint.
    address public immutable minter;

    /// @notice Only the minter may do this.
    error TokenUnauthorized(address caller);

    /// @param name_ The token's name, part of its permits' EIP-712 domain.
    /// @param symbol_ The token's symbol.
    constructor(string memory name_, string memory symbol_) ERC20(name_, symbol_) ERC20Permit(name_) {
        minter = msg.sender;
    }

    /// @notice Creates `amount` of the smallest unit for `account`. Minter only.
    function mint(address account, uint256 amount) external {
        if (msg.sender != minter) revert TokenUnauthorized(msg.sender);
        _mint(account, amount);
    }

    /// @inheritdoc ERC20
    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
