// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BatchHeader, CommittedBatch, Rules} from "../types/Batch.sol";
import {IJudge} from "./IJudge.sol";
import {ISettlementCourt} from "./ISettlementCourt.sol";

/// @title Judge of headers
/// @notice Takes back a batch whose header is wrong by itself or after the one before.
interface IHeaderJudge is IJudge {
    /// @notice The leaf is not the last one of this tree.
    error JudgeLeafUnproved(uint8 tree);

    /// @notice `sequence`: the interval is not after the one before, or a count or a cumulative total fell.
    /// @param previous The header before; there is none to compare the first batch with.
    function headerSequence(ISettlementCourt court, BatchHeader calldata previous, CommittedBatch calldata batch)
        external;

    /// @notice `sequence`: the interval does not begin and end where the rules put the interval of this index.
    /// @param rules The preimage of the header's rulesHash.
    function headerInterval(ISettlementCourt court, CommittedBatch calldata batch, Rules calldata rules) external;

    /// @notice `rules`: the rules are not those that the court has for the interval.
    function headerRules(ISettlementCourt court, CommittedBatch calldata batch) external;

    /// @notice `empty-tree`: a tree without leaves has a root that is not zero, balances without accounts have totals, or
    /// the number of fills is odd.
    function headerEmptyTree(ISettlementCourt court, CommittedBatch calldata batch) external;

    /// @notice `padding`: something stands to the right of the last leaf of a tree, where nobody could ask for it.
    /// @param tree 1 orders, 2 readings, 3 fills, 4 positions.
    /// @param last The hash of the tree's last leaf, at count − 1.
    /// @param siblings The nodes beside its way to the root, lowest first.
    function headerPadding(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        uint8 tree,
        bytes32 last,
        bytes32[] calldata siblings
    ) external;

    /// @notice `unknown-accounts`: the batch has more accounts than the escrow.
    function headerAccounts(ISettlementCourt court, CommittedBatch calldata batch) external;
}
