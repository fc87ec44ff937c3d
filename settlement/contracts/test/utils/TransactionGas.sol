// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {vm} from "./Vm.sol";

/// @notice What whole transactions cost.
library TransactionGas {
    uint256 private constant BASE = 21_000;
    /// @dev What a cold account costs more than a warm one (EIP-2929). A transaction finds the contract that it is sent to
    /// warm, other than the call that is measured.
    uint256 private constant COLD_ACCOUNT = 2_500;

    /// @notice Sends `data` as a transaction would be sent, and returns what its receipt would say: base, calldata and
    /// the call with nothing warm, less refunds (at most a fifth, EIP-3529); or what a transaction pays at least for its
    /// calldata (EIP-7623).
    /// @param cold All contracts that the call may reach.
    function send(address sender, address target, bytes memory data, address[] memory cold)
        internal
        returns (uint256 gas)
    {
        for (uint256 i = 0; i < cold.length; ++i) {
            vm.cool(cold[i]);
        }
        vm.prank(sender);
        uint256 before = gasleft();
        (bool succeeded,) = target.call(data);
        uint256 used = before - gasleft() - COLD_ACCOUNT;
        uint256 refund = uint256(uint64(vm.lastCallGas().refunded));
        vm.assertTrue(succeeded, "the call succeeds");
        (uint256 zeros, uint256 others) = _count(data);
        gas = BASE + 4 * zeros + 16 * others + used;
        gas -= refund < gas / 5 ? refund : gas / 5;
        uint256 floor = BASE + 10 * zeros + 40 * others;
        if (gas < floor) gas = floor;
    }

    function _count(bytes memory data) private pure returns (uint256 zeros, uint256 others) {
        for (uint256 i = 0; i < data.length; ++i) {
            if (data[i] == 0) ++zeros;
        }
        others = data.length - zeros;
    }
}
