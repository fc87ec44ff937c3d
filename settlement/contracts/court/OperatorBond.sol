// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {TokenVault} from "../TokenVault.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {HeaderRing} from "./HeaderRing.sol";

/// @title Operator's bond
/// @notice The money behind the batches, and what becomes of it. Nothing is sent when a bond is taken: the challenger
/// claims its reward, and what is burned stays here for ever, so a token that refuses a transfer cannot stop a proof.
abstract contract OperatorBond is HeaderRing, TokenVault {
    using SafeCast for uint256;

    /// @inheritdoc ISettlementCourt
    uint256 public immutable override minimumBond;

    uint128 private _bond;
    uint128 private _burned;
    /// @dev Rewards not claimed and bonds of open questions.
    uint256 private _owed;
    mapping(address account => uint256) private _rewards;

    constructor(uint128 minimumBond_) {
        if (minimumBond_ == 0) revert CourtInvalidTerms();
        minimumBond = minimumBond_;
    }

    /// @inheritdoc ISettlementCourt
    function depositBond(uint256 amount) external override nonReentrant returns (uint256 received) {
        received = _pull(amount);
        _setBond(_bond + received);
        emit BondDeposited(msg.sender, received, _bond);
    }

    /// @inheritdoc ISettlementCourt
    function withdrawBond(uint256 amount, address recipient) external override onlyOperator nonReentrant {
        if (amount == 0) revert VaultZeroAmount();
        _requireOutside(recipient);
        uint256 needed = Math.saturatingAdd(amount, _docket.pending > 0 ? minimumBond : 0);
        if (_bond < needed) revert CourtBondTooLow(_bond, needed);
        _setBond(_bond - amount);
        emit BondWithdrawn(recipient, amount, _bond);
        _push(recipient, amount);
    }

    /// @inheritdoc ISettlementCourt
    function claimReward(address recipient) external override nonReentrant returns (uint256 paid) {
        _requireOutside(recipient);
        paid = _rewards[msg.sender];
        if (paid == 0) revert VaultZeroAmount();
        _rewards[msg.sender] = 0;
        _owed -= paid;
        emit RewardClaimed(msg.sender, recipient, paid);
        _push(recipient, paid);
    }

    /// @inheritdoc ISettlementCourt
    function token() external view override returns (IERC20) {
        return _token;
    }

    /// @inheritdoc ISettlementCourt
    function bond() public view override returns (uint256) {
        return _bond;
    }

    /// @inheritdoc ISettlementCourt
    function rewardOf(address account) external view override returns (uint256) {
        return _rewards[account];
    }

    /// @inheritdoc ISettlementCourt
    function burnedTotal() external view override returns (uint256) {
        return _burned;
    }

    /// @inheritdoc ISettlementCourt
    function totalHeld() external view override returns (uint256) {
        return uint256(_bond) + _burned + _owed;
    }

    /// @dev Takes the bond of a question from the sender.
    function _takeDemandBond(uint256 amount) internal returns (uint128 received) {
        received = _pull(amount);
        _owed += received;
    }

    /// @dev Of the bond of a question that was answered half goes to the operator, the rest is burned, so that an
    /// operator that questions itself loses too.
    function _splitDemandBond(uint128 amount) internal {
        uint128 reward = amount / 2;
        _rewards[_docket.operator] += reward;
        _burned += amount - reward;
        _owed -= amount - reward;
    }

    /// @dev Awards the bond of a question back.
    function _returnDemandBond(address demander, uint128 amount) internal {
        _rewards[demander] += amount;
    }

    /// @dev Takes the whole bond: half to the challenger, the rest burned, so that an operator that challenges itself
    /// loses too. Nothing is left when a later batch was taken back before: the proof counts all the same.
    function _slash(address challenger) internal {
        uint128 slashed = _bond;
        if (slashed == 0) return;
        uint128 reward = slashed / 2;
        _setBond(0);
        _rewards[challenger] += reward;
        _owed += reward;
        _burned += slashed - reward;
        emit BondSlashed(challenger, reward, slashed - reward);
    }

    function _setBond(uint256 amount) private {
        _bond = amount.toUint128();
        bool isBonded = amount >= minimumBond;
        if (_docket.isBonded != isBonded) _docket.isBonded = isBonded;
    }
}
