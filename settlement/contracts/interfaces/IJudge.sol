// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Why a judge refuses
/// @notice Judges hold nothing: a challenge proves its point against the header that the court knows and has the court
/// take the batch back, or it reverts.
interface IJudge {
    /// @notice All that was shown is as it should be.
    error JudgeNothingWrong();

    /// @notice The order is not in the batch at this index.
    error JudgeOrderUnproved(uint32 index);

    /// @notice The reading is not in the batch at this index.
    error JudgeReadingUnproved(uint32 index);

    /// @notice The fill is not in the batch at this index.
    error JudgeFillUnproved(uint32 index);

    /// @notice The position is not in the batch at this index.
    error JudgePositionUnproved(uint32 index);

    /// @notice The two leaves shown do not belong together: `index` should be `expected`.
    error JudgeUnrelated(uint256 index, uint256 expected);

    /// @notice What was shown is not what the leaf has the hash of.
    error JudgeWrongPreimage(bytes32 hash, bytes32 expected);

    /// @notice These are not the rules of the batch.
    error JudgeWrongRules(bytes32 hash, bytes32 expected);

    /// @notice What is looked for does not stand, or would not stand, at this place.
    error JudgeWrongPlace(uint32 index);
}
