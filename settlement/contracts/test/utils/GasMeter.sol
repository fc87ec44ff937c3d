// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {PlainStreet} from "./PlainStreet.sol";
import {Street} from "./Street.sol";
import {TransactionGas} from "./TransactionGas.sol";
import {vm} from "./Vm.sol";

/// @notice Measures what one challenge costs in whole, against trees of 10,000 leaves each.
abstract contract GasMeter is PlainStreet {
    uint256 private constant CEILING = 300_000;

    function _crowded() internal returns (Street memory street) {
        street = _plain();
        street.crowd = 10_000;
    }

    function _measure(string memory name, address judge, bytes memory data) internal {
        uint256 gas = TransactionGas.send(vm.addr(0xBEEF), judge, data);
        _assertTakenBack(name);
        vm.snapshotValue("judges", name, gas);
        vm.assertTrue(gas <= CEILING, name);
    }
}
