// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IJudge} from "../interfaces/IJudge.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {MarketRules} from "../libraries/MarketRules.sol";
import {MerkleTree} from "../libraries/MerkleTree.sol";
import {OrderDomain, OrderSignatures} from "../libraries/OrderSignatures.sol";
import {BatchHeader, CommittedBatch, Rules} from "../types/Batch.sol";
import {FillProof, OrderProof, PositionProof, ReadingProof} from "../types/Leaves.sol";

/// @title What all judges do
/// @notice A judge holds nothing and trusts nothing that it is told: leaves are proved against the header, and the court
/// makes sure that the header is a pending batch's.
abstract contract Judge is IJudge {
    using Leaves for *;
    using MerkleTree for bytes32;
    using MarketRules for Rules;

    /// @dev How long the operator has to take notice of what happens on chain, in seconds.
    uint256 internal constant NOTICE = 5 minutes;

    /// @dev Has the court take the batch back, or reverts when nothing is wrong.
    function _takeBack(ISettlementCourt court, CommittedBatch calldata batch, bool isWrong, bytes32 kind) internal {
        if (!isWrong) revert JudgeNothingWrong();
        court.takeBack(batch, msg.sender, kind);
    }

    function _prove(BatchHeader calldata header, OrderProof calldata proof) internal pure {
        bool stands = header.ordersRoot.has(header.orderCount, proof.index, proof.leaf.hash(), proof.siblings);
        if (!stands) revert JudgeOrderUnproved(proof.index);
    }

    function _prove(BatchHeader calldata header, ReadingProof calldata proof) internal pure {
        bool stands = header.readingsRoot.has(header.readingCount, proof.index, proof.leaf.hash(), proof.siblings);
        if (!stands) revert JudgeReadingUnproved(proof.index);
    }

    function _prove(BatchHeader calldata header, FillProof calldata proof) internal pure {
        bool stands = header.fillsRoot.has(header.fillCount, proof.index, proof.leaf.hash(), proof.siblings);
        if (!stands) revert JudgeFillUnproved(proof.index);
    }

    function _prove(BatchHeader calldata header, PositionProof calldata proof) internal pure {
        bool stands = header.positionsRoot.has(header.accountCount, proof.index, proof.leaf.hash(), proof.siblings);
        if (!stands) revert JudgePositionUnproved(proof.index);
    }

    /// @dev Reverts unless a leaf that is shown stands where another one says.
    function _requireAt(uint256 index, uint256 expected) internal pure {
        if (index != expected) revert JudgeUnrelated(index, expected);
    }

    /// @dev What orders and readings of the batch must be signed for. Who names another court than the batch's gets nowhere: only
    /// the batch's own takes it back.
    function _domain(ISettlementCourt court, BatchHeader calldata header) internal view returns (OrderDomain memory) {
        return OrderSignatures.domainOf(header.community, address(court));
    }

    function _requirePreimage(bytes32 hash, bytes32 expected) internal pure {
        if (hash != expected) revert JudgeWrongPreimage(hash, expected);
    }

    function _requireRules(BatchHeader calldata header, Rules calldata rules) internal pure {
        bytes32 hash = rules.hash();
        if (hash != header.rulesHash) revert JudgeWrongRules(hash, header.rulesHash);
    }

    /// @dev When the interval's orders were fixed, in seconds; 0 for a gate that closed before 1970.
    function _gateClosure(BatchHeader calldata header, Rules calldata rules) internal pure returns (uint256) {
        uint256 startMs = uint256(header.intervalStart) * 1000;
        return startMs > rules.gateClosureMs ? (startMs - rules.gateClosureMs) / 1000 : 0;
    }
}
