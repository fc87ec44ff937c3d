// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {AccountLedger} from "./AccountLedger.sol";
import {TokenVault} from "./TokenVault.sol";
import {IEnergyEscrow} from "./interfaces/IEnergyEscrow.sol";
import {ISettlementCourt} from "./interfaces/ISettlementCourt.sol";
import {BalanceTree} from "./libraries/BalanceTree.sol";
import {Ledger} from "./libraries/Ledger.sol";
import {BalanceProof, BatchHeader, BatchStatus, CommittedBatch} from "./types/Batch.sol";

/// @title Energy escrow
/// @notice Where accounts meet the court's final batches: recording leaves, paying withdrawals and fees.
/// @dev See `IEnergyEscrow` for what each function promises.
contract EnergyEscrow is AccountLedger, EIP712, Nonces {
    using BalanceTree for BatchHeader;
    using SafeCast for uint256;

    bytes32 private constant FAST_WITHDRAWAL_TYPEHASH =
        keccak256("FastWithdrawal(address account,address recipient,uint256 amount,uint256 nonce,uint256 deadline)");

    /// @inheritdoc IEnergyEscrow
    ISettlementCourt public immutable override court;

    uint128 private _feesClaimed;

    /// @param court_ The court, deployed for this escrow's address.
    constructor(ISettlementCourt court_)
        TokenVault(court_.token())
        AccountLedger(court_)
        EIP712("Commonwatt EnergyEscrow", "1")
    {
        if (address(court_.escrow()) != address(this)) revert EscrowOtherCourt(address(court_));
        court = court_;
    }

    /// @inheritdoc IEnergyEscrow
    function settleAccounts(CommittedBatch calldata latest, BalanceProof[] calldata proofs)
        external
        override
        nonReentrant
    {
        _requireLatestFinal(latest);
        for (uint256 i = 0; i < proofs.length; ++i) {
            _recordProved(latest.header, proofs[i]);
        }
    }

    /// @inheritdoc IEnergyEscrow
    function withdraw(
        address account,
        CommittedBatch calldata latest,
        BalanceProof calldata proof,
        CommittedBatch calldata oldestPending
    ) external override nonReentrant returns (uint256 paid) {
        uint256 maturesAt = _maturesAt(account);
        _requireMature(maturesAt, maturesAt, oldestPending);
        _recordLatest(account, latest, proof);
        return _payRequest(account);
    }

    /// @inheritdoc IEnergyEscrow
    function withdrawRecorded(address account, CommittedBatch calldata oldestPending)
        external
        override
        nonReentrant
        returns (uint256 paid)
    {
        uint256 maturesAt = _maturesAt(account);
        _requireMature(maturesAt + withdrawalDelay, maturesAt, oldestPending);
        return _payRequest(account);
    }

    /// @inheritdoc IEnergyEscrow
    function withdrawFast(
        uint256 amount,
        address recipient,
        uint256 deadline,
        CommittedBatch calldata latest,
        BalanceProof calldata proof,
        bytes calldata signature
    ) external override nonReentrant {
        if (amount == 0) revert VaultZeroAmount();
        _requireOutside(recipient);
        _requireAgreed(amount, recipient, deadline, signature);
        _recordLatest(msg.sender, latest, proof);
        uint256 balance = balanceOf(msg.sender);
        if (amount > balance) revert EscrowBalanceTooLow(balance, amount);
        _pay(msg.sender, recipient, amount);
    }

    /// @inheritdoc IEnergyEscrow
    function claimFees(address recipient) external override nonReentrant returns (uint256 paid) {
        if (msg.sender != court.operator()) revert EscrowUnauthorized(msg.sender);
        _requireOutside(recipient);
        paid = feesOwed();
        if (paid == 0) revert VaultZeroAmount();
        _feesClaimed += paid.toUint128();
        emit FeesClaimed(recipient, paid);
        _push(recipient, paid);
    }

    /// @inheritdoc IEnergyEscrow
    function feesOwed() public view override returns (uint256) {
        return Ledger.fees(court.finalFeeTotal(), _feesClaimed, nanoPerUnit);
    }

    /// @inheritdoc IEnergyEscrow
    function nonces(address account) public view override(IEnergyEscrow, Nonces) returns (uint256) {
        return super.nonces(account);
    }

    /// @inheritdoc IEnergyEscrow
    function totalOwed() external view override returns (uint256) {
        return Math.saturatingSub(_held(), _feesClaimed);
    }

    /// @dev Reverts before `payableFrom`, and while a batch waits to become final that was committed before the lock of
    /// what matures at `maturesAt`: it may spend what is to be withdrawn. Batches are committed in order, so the oldest
    /// one decides.
    function _requireMature(uint256 payableFrom, uint256 maturesAt, CommittedBatch calldata oldestPending)
        private
        view
    {
        if (block.timestamp < payableFrom) revert EscrowWithdrawalNotMature(payableFrom);
        uint64 oldest = court.finalNumber() + 1;
        if (oldest > court.head()) return;
        bool isOldest = oldestPending.header.number == oldest && court.statusOf(oldestPending) == BatchStatus.Pending;
        if (!isOldest) revert EscrowNotOldestPending(oldest);
        if (uint256(oldestPending.committedAt) + _finalityLimit < maturesAt) revert EscrowEarlierBatchNotFinal(oldest);
    }

    function _requireAgreed(uint256 amount, address recipient, uint256 deadline, bytes calldata signature) private {
        if (block.timestamp > deadline) revert EscrowExpired(deadline);
        uint256 nonce = _useNonce(msg.sender);
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(FAST_WITHDRAWAL_TYPEHASH, msg.sender, recipient, amount, nonce, deadline))
        );
        (address signer, ECDSA.RecoverError fault,) = ECDSA.tryRecover(digest, signature);
        if (fault != ECDSA.RecoverError.NoError || signer != court.operator()) revert EscrowNotAgreed();
    }

    /// @dev Records the account's leaf of the latest final batch, if there is one.
    function _recordLatest(address account, CommittedBatch calldata latest, BalanceProof calldata proof) private {
        if (court.finalNumber() == 0) return;
        _requireLatestFinal(latest);
        if (proof.leaf.account != account) revert EscrowWrongAccount(proof.leaf.account, account);
        _recordProved(latest.header, proof);
    }

    function _requireLatestFinal(CommittedBatch calldata batch) private view {
        uint64 number = batch.header.number;
        bool isLatest = number == court.finalNumber() && court.statusOf(batch) == BatchStatus.Final;
        if (!isLatest) revert EscrowNotLatestFinal(number);
    }

    function _recordProved(BatchHeader calldata header, BalanceProof calldata proof) private {
        if (!header.verify(proof)) revert EscrowInvalidProof(proof.leaf.index);
        _record(proof.leaf, header.number);
    }
}
