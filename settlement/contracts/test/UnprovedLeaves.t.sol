// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IJudge} from "../interfaces/IJudge.sol";
import {FillProof, OrderProof, PositionProof, ReadingProof} from "../types/Leaves.sol";
import {PlainStreet} from "./utils/PlainStreet.sol";
import {Street, Streets} from "./utils/Street.sol";
import {vm} from "./utils/Vm.sol";

/// @dev No judge looks at a leaf that does not stand in the batch where its proof says: changed, elsewhere, beyond the last,
/// or with a path that is too short, too long, far too long or spoiled.
contract UnprovedLeavesTest is PlainStreet {
    using Streets for Street;

    uint256 private constant HUGE = 10_000;

    function test_orders() public {
        Street memory street = _plain();
        _commit(street);
        for (uint256 fault = 0; fault < 7; ++fault) {
            OrderProof memory proof = street.order(0);
            (proof.index, proof.siblings) = _spoil(fault, proof.siblings, 4);
            if (fault == 6) ++proof.leaf.energyWh;
            vm.expectRevert(abi.encodeWithSelector(IJudge.JudgeOrderUnproved.selector, proof.index));
            orderJudge.orderMalformed(court, street.batch, proof);
        }
    }

    function test_readings() public {
        Street memory street = _plain();
        _commit(street);
        for (uint256 fault = 0; fault < 7; ++fault) {
            ReadingProof memory proof = street.reading(0);
            (proof.index, proof.siblings) = _spoil(fault, proof.siblings, 12);
            if (fault == 6) ++proof.leaf.importWh;
            ReadingProof memory other = street.reading(1);
            vm.expectRevert(abi.encodeWithSelector(IJudge.JudgeReadingUnproved.selector, proof.index));
            readingJudge.readingUnsorted(court, street.batch, proof, other);
        }
    }

    function test_fills() public {
        Street memory street = _plain();
        _commit(street);
        uint32 count = street.batch.header.fillCount;
        for (uint256 fault = 0; fault < 7; ++fault) {
            FillProof memory proof = street.fill(0);
            (proof.index, proof.siblings) = _spoil(fault, proof.siblings, count);
            if (fault == 6) ++proof.leaf.energyWh;
            vm.expectRevert(abi.encodeWithSelector(IJudge.JudgeFillUnproved.selector, proof.index));
            priceJudge.callPrice(court, street.batch, proof);
        }
    }

    function test_positions() public {
        Street memory street = _plain();
        _commit(street);
        for (uint256 fault = 0; fault < 7; ++fault) {
            PositionProof memory proof = street.position(0);
            (proof.index, proof.siblings) = _spoil(fault, proof.siblings, 4);
            if (fault == 6) ++proof.leaf.soldWh;
            vm.expectRevert(abi.encodeWithSelector(IJudge.JudgePositionUnproved.selector, proof.index));
            positionJudge.positionShape(court, street.batch, proof);
        }
    }

    /// @dev What is wrong with the proof of leaf 0 by each fault; 6 leaves the proof as it is, for a leaf that is changed.
    function _spoil(uint256 fault, bytes32[] memory siblings, uint32 count)
        private
        pure
        returns (uint32 index, bytes32[] memory spoiled)
    {
        if (fault == 0) return (1, siblings);
        if (fault == 1) return (count, siblings);
        if (fault == 2) return (0, new bytes32[](siblings.length - 1));
        uint256 length = fault == 3 ? siblings.length + 1 : fault == 4 ? HUGE : siblings.length;
        spoiled = new bytes32[](length);
        for (uint256 level = 0; level < siblings.length; ++level) {
            spoiled[level] = siblings[level];
        }
        if (fault == 5) spoiled[siblings.length - 1] ^= bytes32(uint256(1));
    }
}
