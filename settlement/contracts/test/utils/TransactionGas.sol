// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {vm} from "./Vm.sol";

/// @notice What whole transactions cost. Tests that ask for it run with `isolate`, so that each call of theirs is a
/// transaction of its own.
library TransactionGas {
    /// @notice Sends `data` in a transaction, and returns what its receipt says.
    function send(address sender, address target, bytes memory data) internal returns (uint256 gas) {
        vm.prank(sender);
        (bool succeeded,) = target.call(data);
        gas = vm.lastCallGas().used;
        vm.assertTrue(succeeded, "the call succeeds");
    }
}
