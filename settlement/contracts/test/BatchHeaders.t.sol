// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BatchHeaders} from "../libraries/BatchHeaders.sol";
import {BatchHeader} from "../types/Batch.sol";
import {vm} from "./utils/Vm.sol";

/// @dev A header is hashed as it stands in calldata, and only when it is one.
contract BatchHeadersTest {
    /// @dev How wide the field of each word is.
    uint16[21] private _bits =
        [256, 64, 256, 64, 64, 64, 256, 64, 256, 32, 256, 32, 256, 32, 256, 256, 32, 128, 128, 128, 256];

    function hashOf(BatchHeader calldata header) external pure returns (bytes32) {
        return BatchHeaders.hash(header);
    }

    function testFuzz_hashIsThatOfTheStructure(BatchHeader memory header, bytes calldata before) public view {
        vm.assertEq(this.hashOf(header), keccak256(abi.encode(BatchHeaders.TYPEHASH, header)), "struct hash");
        vm.assertEq(this.hashBehind(before, header), this.hashOf(header), "wherever it stands");
    }

    function hashBehind(bytes calldata, BatchHeader calldata header) external pure returns (bytes32) {
        return BatchHeaders.hash(header);
    }

    function testFuzz_refusesBitsBeyondAField(BatchHeader memory header, uint256 word, uint256 bit) public view {
        word = word % _bits.length;
        uint256 width = _bits[word];
        bytes memory data = abi.encodeCall(this.hashOf, (header));
        uint256 at = 36 + 32 * word;
        bool isNarrow = width < 256;
        bit = isNarrow ? width + bit % (256 - width) : bit % 256;
        assembly ("memory-safe") {
            mstore(add(data, at), xor(mload(add(data, at)), shl(bit, 1)))
        }
        (bool succeeded,) = address(this).staticcall(data);
        vm.assertTrue(succeeded == !isNarrow, "only what a header has");
    }
}
