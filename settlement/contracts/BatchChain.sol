// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {TokenVault} from "./TokenVault.sol";
import {IEnergyEscrow} from "./interfaces/IEnergyEscrow.sol";
import {BatchHeaders} from "./libraries/BatchHeaders.sol";
import {BatchHeader, BatchStatus} from "./types/Batch.sol";

/// @title Batch chain
/// @notice The operator's batches, one after the other, the bond behind them and the fees they earn.
abstract contract BatchChain is TokenVault {
    using BatchHeaders for BatchHeader;
    using SafeCast for uint256;

    struct Batch {
        bytes32 hash;
        uint64 committedAt;
    }

    /// @inheritdoc IEnergyEscrow
    bytes32 public immutable override community;
    /// @inheritdoc IEnergyEscrow
    address public immutable override operator;
    /// @inheritdoc IEnergyEscrow
    uint64 public immutable override challengeWindow;
    /// @inheritdoc IEnergyEscrow
    uint256 public immutable override minimumBond;

    /// @inheritdoc IEnergyEscrow
    uint64 public override head;
    /// @inheritdoc IEnergyEscrow
    uint64 public override finalNumber;
    uint128 private _bond;
    uint128 private _feeTotal;
    uint128 private _feesClaimed;
    /// @dev A challenge leaves the records above the new head as they are; the next commits overwrite them.
    mapping(uint64 number => Batch) private _batches;

    modifier onlyOperator() {
        if (msg.sender != operator) revert EscrowUnauthorized(msg.sender);
        _;
    }

    constructor(bytes32 community_, address operator_, uint64 challengeWindow_, uint256 minimumBond_) {
        if (operator_ == address(0) || challengeWindow_ == 0 || minimumBond_ == 0) revert EscrowZeroParameter();
        community = community_;
        operator = operator_;
        challengeWindow = challengeWindow_;
        minimumBond = minimumBond_;
    }

    /// @inheritdoc IEnergyEscrow
    function depositBond(uint256 amount) external override nonReentrant returns (uint256 received) {
        uint128 arrived = _pull(amount);
        _bond += arrived;
        emit BondDeposited(msg.sender, arrived, _bond);
        return arrived;
    }

    /// @inheritdoc IEnergyEscrow
    function withdrawBond(uint256 amount, address recipient) external override onlyOperator nonReentrant {
        if (amount == 0) revert EscrowZeroAmount();
        _requireOutside(recipient);
        uint256 needed = Math.saturatingAdd(amount, head > finalNumber ? minimumBond : 0);
        if (_bond < needed) revert EscrowBondTooLow(_bond, needed);
        _bond -= amount.toUint128();
        emit BondWithdrawn(recipient, amount, _bond);
        _push(recipient, amount);
    }

    /// @inheritdoc IEnergyEscrow
    function commitBatch(BatchHeader calldata previous, BatchHeader calldata header)
        external
        override
        onlyOperator
        nonReentrant
    {
        if (_bond < minimumBond) revert EscrowBondTooLow(_bond, minimumBond);
        if (header.community != community) revert EscrowWrongCommunity(header.community);
        uint64 number = head + 1;
        if (header.number != number) revert EscrowWrongNumber(header.number, number);
        _requireBalanced(header);
        _requireFollows(previous, header);
        if (header.accountCount > accountCount()) revert EscrowTooManyAccounts(header.accountCount, accountCount());

        bytes32 hash = header.hash();
        head = number;
        _batches[number] = Batch(hash, uint64(block.timestamp));
        emit BatchCommitted(number, hash, header);
    }

    /// @inheritdoc IEnergyEscrow
    function finalizeBatch(BatchHeader calldata header) external override nonReentrant {
        uint64 number = finalNumber + 1;
        if (header.number != number) revert EscrowWrongNumber(header.number, number);
        bytes32 hash = _requirePending(header);
        uint256 endsAt = _windowEndsAt(number);
        if (block.timestamp < endsAt) revert EscrowWindowOpen(endsAt);
        finalNumber = number;
        _feeTotal = header.feeTotal;
        emit BatchFinalized(number, hash);
    }

    /// @inheritdoc IEnergyEscrow
    function claimFees(address recipient) external override onlyOperator nonReentrant returns (uint256 paid) {
        _requireOutside(recipient);
        paid = feesOwed();
        if (paid == 0) revert EscrowZeroAmount();
        _feesClaimed = _feeTotal;
        emit FeesClaimed(recipient, paid);
        _push(recipient, paid);
    }

    /// @inheritdoc IEnergyEscrow
    function accountCount() public view virtual override returns (uint256);

    /// @inheritdoc IEnergyEscrow
    function bond() public view override returns (uint256) {
        return _bond;
    }

    /// @inheritdoc IEnergyEscrow
    function feesOwed() public view override returns (uint256) {
        return _feeTotal - _feesClaimed;
    }

    /// @inheritdoc IEnergyEscrow
    function batch(uint64 number)
        external
        view
        override
        returns (bytes32 hash, uint64 committedAt, BatchStatus status)
    {
        if (number == 0 || number > head) {
            return (bytes32(0), 0, BatchStatus.None);
        }
        Batch storage known = _batches[number];
        return (known.hash, known.committedAt, number > finalNumber ? BatchStatus.Pending : BatchStatus.Final);
    }

    /// @inheritdoc IEnergyEscrow
    function hashHeader(BatchHeader calldata header) external pure override returns (bytes32) {
        return header.hash();
    }

    /// @dev The operator's share of what the contract should hold: bond − fees already taken out of deposits.
    function _bondLessFeesClaimed() internal view returns (int256) {
        return int256(uint256(_bond)) - int256(uint256(_feesClaimed));
    }

    /// @dev Reverts unless `header` is the latest final batch's.
    function _requireLatestFinal(BatchHeader calldata header) internal view {
        _requireHash(header.hash(), _batches[finalNumber].hash);
    }

    /// @dev Reverts unless `header` is a pending batch's whose window is open.
    function _requireChallengeable(BatchHeader calldata header) internal view {
        _requirePending(header);
        uint256 endsAt = _windowEndsAt(header.number);
        if (block.timestamp >= endsAt) revert EscrowWindowOver(endsAt);
    }

    /// @dev Reverts while a batch waits to become final that could be final before `maturesAt`: it was committed before
    /// the lock and may spend what is to be withdrawn. Batches are committed in order, so the oldest one decides.
    function _requireFinalBefore(uint256 maturesAt) internal view {
        uint64 oldest = finalNumber + 1;
        if (oldest <= head && _windowEndsAt(oldest) < maturesAt) revert EscrowEarlierBatchNotFinal(oldest);
    }

    /// @dev When the batch's window ends.
    function _windowEndsAt(uint64 number) internal view returns (uint256) {
        return uint256(_batches[number].committedAt) + challengeWindow;
    }

    /// @dev Takes back batch `number` and all later ones and the whole bond: half to the caller, the rest burned, so that
    /// an operator who challenges itself loses too.
    function _revertBatch(uint64 number, bytes4 challenge) internal {
        uint64 oldHead = head;
        uint256 slashed = _bond;
        uint256 reward = slashed / 2;
        head = number - 1;
        _bond = 0;
        emit BatchReverted(number, oldHead, msg.sender, challenge);
        // Nothing is left when a batch above this one was challenged before: the proof counts all the same.
        if (slashed == 0) return;
        emit BondSlashed(msg.sender, reward, slashed - reward);
        _push(BURN_ADDRESS, slashed - reward);
        if (reward > 0) _push(msg.sender, reward);
    }

    function _requirePending(BatchHeader calldata header) private view returns (bytes32 hash) {
        if (header.number <= finalNumber || header.number > head) revert EscrowBatchNotPending(header.number);
        hash = header.hash();
        _requireHash(hash, _batches[header.number].hash);
    }

    function _requireFollows(BatchHeader calldata previous, BatchHeader calldata header) private view {
        if (head == 0) {
            _requireHash(header.previousHash, bytes32(0));
            return;
        }
        bytes32 headHash = _batches[head].hash;
        _requireHash(header.previousHash, headHash);
        _requireHash(previous.hash(), headHash);
        bool fell = header.creditTotal < previous.creditTotal || header.debitTotal < previous.debitTotal
            || header.feeTotal < previous.feeTotal || header.accountCount < previous.accountCount
            || header.intervalIndex < previous.intervalIndex;
        if (fell) revert EscrowTotalsFell();
    }

    function _requireBalanced(BatchHeader calldata header) private pure {
        // In 256 bits: the sum of two 128-bit totals cannot overflow.
        if (uint256(header.creditTotal) + header.feeTotal != header.debitTotal) {
            revert EscrowUnbalancedBatch(header.creditTotal, header.debitTotal, header.feeTotal);
        }
    }

    /// @dev Reverts unless the two are the same header's.
    function _requireHash(bytes32 hash, bytes32 expected) internal pure {
        if (hash != expected) revert EscrowWrongHeader(hash, expected);
    }
}
