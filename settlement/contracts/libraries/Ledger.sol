// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What an account and the operator have
/// @notice The whole arithmetic of the escrow's ledger, in one place: `npm run prove` shows that, with batches that
/// balance and overdraw nobody, what it says all have together is never more than the escrow holds.
library Ledger {
    /// @notice What an account has in the token's smallest unit, rounded down, the one rounding; 0 if it is negative.
    /// @param deposited All that arrived for it, smallest unit.
    /// @param withdrawn All that was paid out to it, smallest unit.
    /// @param credit Cumulative nano.
    /// @param debit Cumulative nano.
    function balance(uint256 deposited, uint256 withdrawn, uint256 credit, uint256 debit, uint256 nanoPerUnit)
        internal
        pure
        returns (uint256)
    {
        uint256 gained = deposited * nanoPerUnit + credit;
        uint256 spent = withdrawn * nanoPerUnit + debit;
        return gained > spent ? (gained - spent) / nanoPerUnit : 0;
    }

    /// @notice What the operator has earned and not claimed, in the token's smallest unit, rounded down.
    /// @param feeTotal Cumulative nano.
    /// @param claimed Smallest unit.
    function fees(uint256 feeTotal, uint256 claimed, uint256 nanoPerUnit) internal pure returns (uint256) {
        return feeTotal / nanoPerUnit - claimed;
    }
}
