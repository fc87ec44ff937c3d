// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What the court reports
interface ICourtEvents {
    /// @notice A batch opened its challenge window; the block's time is its `committedAt`.
    event BatchCommitted(uint64 indexed number, bytes32 headerHash);

    /// @notice Nothing can be brought against the batch any more: its balances count.
    event BatchFinalized(uint64 indexed number, bytes32 headerHash);

    /// @notice Batch `number` and every later one up to `oldHead` were taken back for `kind`.
    event BatchTakenBack(uint64 indexed number, uint64 oldHead, address indexed challenger, bytes32 indexed kind);

    /// @notice The bond was taken: `reward` to the challenger, `burned` out of anyone's reach.
    event BondSlashed(address indexed challenger, uint256 reward, uint256 burned);

    /// @notice The bond grew to `bond`.
    event BondDeposited(address indexed payer, uint256 amount, uint256 bond);

    /// @notice The bond fell to `bond`.
    event BondWithdrawn(address indexed recipient, uint256 amount, uint256 bond);

    /// @notice `account` took what it had been awarded.
    event RewardClaimed(address indexed account, address indexed recipient, uint256 amount);

    /// @notice The operator is to show a leaf before `deadline`.
    event LeafDemanded(
        uint64 indexed number, uint8 indexed tree, uint32 indexed index, address demander, uint64 deadline
    );

    /// @notice The leaf was shown, abi.encode(TYPEHASH, fields …, salt), with what it has hashes of.
    event LeafShown(uint64 indexed number, uint8 indexed tree, uint32 indexed index, bytes leaf, bytes[] evidence);

    /// @notice The question is void because its batch was taken back.
    event DemandReleased(uint64 indexed number, uint8 indexed tree, uint32 indexed index);

    /// @notice An order that the operator must not overlook.
    event OrderSubmitted(address indexed account, bytes32 indexed orderHash, bytes order);

    /// @notice No batch will ever follow.
    event CourtFroze(uint64 head);

    /// @notice No batch is committed before `until`.
    event CommitsPaused(uint64 until);

    /// @notice Another operator is in charge.
    event OperatorReplaced(address indexed former, address indexed operator);

    /// @notice Another guardian watches.
    event GuardianReplaced(address indexed former, address indexed guardian);

    /// @notice Intervals from `since` on are accounted by other rules.
    event RulesChanged(bytes32 indexed rulesHash, uint64 since);
}
