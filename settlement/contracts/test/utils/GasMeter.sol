// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {PlainStreet} from "./PlainStreet.sol";
import {Street} from "./Street.sol";
import {vm} from "./Vm.sol";

/// @notice Measures what one challenge costs in whole, against trees of 10,000 leaves each: the transaction's 21,000, its
/// calldata (or what a transaction pays at least for it, EIP-7623), and the call with nothing warm.
abstract contract GasMeter is PlainStreet {
    uint256 private constant CEILING = 300_000;

    function _crowded() internal returns (Street memory street) {
        street = _plain();
        street.crowd = 10_000;
    }

    function _measure(string memory name, address judge, bytes memory data) internal {
        uint256 zeros = 0;
        for (uint256 i = 0; i < data.length; ++i) {
            if (data[i] == 0) ++zeros;
        }
        vm.cool(address(court));
        vm.cool(address(registry));
        vm.cool(judge);
        uint256 before = gasleft();
        (bool condemned,) = judge.call(data);
        uint256 used = before - gasleft();
        vm.assertTrue(condemned, name);
        _assertTakenBack(name);
        uint256 nonzeros = data.length - zeros;
        uint256 paid = 21_000 + 4 * zeros + 16 * nonzeros + used;
        uint256 floor = 21_000 + 10 * zeros + 40 * nonzeros;
        uint256 gas = paid > floor ? paid : floor;
        vm.snapshotValue("judges", name, gas);
        vm.assertTrue(gas <= CEILING, name);
    }
}
