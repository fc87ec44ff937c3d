// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BatchHeader} from "../types/Batch.sol";
import {FillCut, FillLeaf} from "../types/Leaves.sol";
import {Judge} from "./Judge.sol";

/// @title Places between fills
/// @notice Fills are sorted by account and order, so the leaf before the place after a key is the key's last, or there is
/// none.
abstract contract FillCuts is Judge {
    /// @dev What an order was filled with in all.
    function _filledWh(BatchHeader calldata header, FillCut calldata cut, uint32 accountIndex, uint32 orderIndex)
        internal
        pure
        returns (uint64)
    {
        uint64 key = _key(accountIndex, orderIndex);
        _requirePlace(header, cut, key);
        return cut.index > 0 && _keyOf(cut.previous.leaf) == key ? cut.previous.leaf.orderFilledWh : 0;
    }

    /// @dev Whether the account has fills; then the cut's previous leaf is the last of them.
    function _hasFills(BatchHeader calldata header, FillCut calldata cut, uint32 accountIndex)
        internal
        pure
        returns (bool)
    {
        _requirePlace(header, cut, _key(accountIndex, type(uint32).max));
        return cut.index > 0 && cut.previous.leaf.accountIndex == accountIndex;
    }

    /// @dev Reverts unless the place is after all leaves up to the key and before all others.
    function _requirePlace(BatchHeader calldata header, FillCut calldata cut, uint64 key) private pure {
        if (cut.index > header.fillCount) revert JudgeWrongPlace(cut.index);
        if (cut.index > 0) {
            _requireAt(cut.previous.index, cut.index - 1);
            _prove(header, cut.previous);
            if (_keyOf(cut.previous.leaf) > key) revert JudgeWrongPlace(cut.index);
        }
        if (cut.index < header.fillCount) {
            _requireAt(cut.next.index, cut.index);
            _prove(header, cut.next);
            if (_keyOf(cut.next.leaf) <= key) revert JudgeWrongPlace(cut.index);
        }
    }

    function _keyOf(FillLeaf calldata leaf) private pure returns (uint64) {
        return _key(leaf.accountIndex, leaf.orderIndex);
    }

    function _key(uint32 accountIndex, uint32 orderIndex) private pure returns (uint64) {
        return uint64(accountIndex) << 32 | orderIndex;
    }
}
