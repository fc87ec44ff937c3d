// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ReadingLeaf} from "../types/Leaves.sol";

/// @title Registers between readings
/// @notice A register at a moment between two readings is in proportion to time, rounded down, so what one interval ends
/// with the next one begins with, and no watt-hour is lost or counted twice.
library Registers {
    /// @notice Both registers at `timeMs`: those of `before` if it was taken then, else between it and `next`, which is later.
    function between(uint256 timeMs, ReadingLeaf calldata before, ReadingLeaf calldata next)
        internal
        pure
        returns (uint256 importWh, uint256 exportWh)
    {
        if (before.takenAtMs == timeMs) return (before.importWh, before.exportWh);
        uint256 elapsedMs = timeMs - before.takenAtMs;
        uint256 spanMs = next.takenAtMs - before.takenAtMs;
        importWh = _between(before.importWh, next.importWh, elapsedMs, spanMs);
        exportWh = _between(before.exportWh, next.exportWh, elapsedMs, spanMs);
    }

    /// @dev A register that falls is wrong by itself; here it stands still.
    function _between(uint256 from, uint256 to, uint256 elapsedMs, uint256 spanMs) private pure returns (uint256) {
        return to > from ? from + (to - from) * elapsedMs / spanMs : from;
    }
}
