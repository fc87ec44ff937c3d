// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IJudge} from "../interfaces/IJudge.sol";
import {PositionProof} from "../types/Leaves.sol";
import {Accusations} from "./utils/Accusations.sol";
import {Accusation} from "./utils/OrderAccusations.sol";
import {Street} from "./utils/Street.sol";
import {vm} from "./utils/Vm.sol";

/// @dev No judge condemns an honest batch, whatever it is shown.
contract HonestStreetsTest is Accusations {
    /// forge-config: default.fuzz.runs = 128
    function testFuzz_everyRightProofShowsNothingWrong(uint256 seed, uint256 random) public {
        Street memory street = _street(seed, 2 + seed % 4, 3);
        _commit(street);
        Accusation[] memory all = _accuse(street, random);
        for (uint256 i = 0; i < all.length; ++i) {
            (bool condemned, bytes memory reason) = all[i].judge.call(all[i].data);
            vm.assertFalse(condemned, "an honest batch was condemned");
            vm.assertTrue(reason.length >= 4, "a refusal says why");
        }
        _assertStands("honest");
    }

    /// forge-config: default.fuzz.runs = 128
    function testFuzz_noChangeOfAProofCondemns(uint256 seed, uint256 random, uint256 change) public {
        Street memory street = _street(seed, 2 + seed % 4, 2);
        _commit(street);
        Accusation[] memory all = _accuse(street, random);
        for (uint256 i = 0; i < all.length; ++i) {
            bytes memory data = all[i].data;
            _spoil(data, uint256(keccak256(abi.encode(change, i))));
            (bool condemned,) = all[i].judge.call(data);
            vm.assertFalse(condemned, "condemned by a spoiled proof");
        }
        _assertStands("honest");
    }

    /// @dev Changes some words after the court's address: other leaves, indexes, lengths, offsets, signatures.
    function _spoil(bytes memory data, uint256 random) private pure {
        uint256 words = (data.length - 36) / 32;
        uint256 changes = 1 + random % 3;
        for (uint256 n = 0; n < changes; ++n) {
            uint256 fresh = uint256(keccak256(abi.encode(random, n)));
            uint256 place = 36 + 32 * (fresh % words);
            uint256 kind = (fresh >> 64) % 4;
            uint256 value;
            assembly ("memory-safe") {
                value := mload(add(add(data, 32), place))
            }
            if (kind == 0) value = fresh;
            else if (kind == 1) value ^= 1 << (fresh >> 128) % 8;
            else if (kind == 2) value = (fresh >> 128) % 4;
            else value = 0;
            assembly ("memory-safe") {
                mstore(add(add(data, 32), place), value)
            }
        }
    }

    function test_aStreetOfNothing() public {
        Street memory street = _street(1, 0, 0);
        _commit(street);
        vm.assertEq(_accuse(street, 0).length, 0);
        PositionProof memory nowhere;
        vm.expectRevert(abi.encodeWithSelector(IJudge.JudgePositionUnproved.selector, 0));
        positionJudge.positionShape(court, street.batch, nowhere);
    }
}
