// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {TokenVault} from "./TokenVault.sol";
import {IEnergyEscrow} from "./interfaces/IEnergyEscrow.sol";
import {ISettlementCourt} from "./interfaces/ISettlementCourt.sol";
import {Ledger} from "./libraries/Ledger.sol";
import {BalanceLeaf} from "./types/Batch.sol";

/// @title Account ledger
/// @notice Who deposited, withdrew and waits to withdraw, and what was last recorded of each account's trading.
abstract contract AccountLedger is IEnergyEscrow, TokenVault {
    using SafeCast for uint256;

    /// @dev Nano money has nine decimals.
    uint8 private constant NANO_DECIMALS = 9;

    /// @inheritdoc IEnergyEscrow
    uint256 public immutable override nanoPerUnit;
    /// @inheritdoc IEnergyEscrow
    uint64 public immutable override withdrawalDelay;
    /// @dev The longest that a batch takes to become final.
    uint64 internal immutable _finalityLimit;

    /// @dev All of an account in two words, so that its first deposit writes one, and a recorded leaf both. With at most
    /// nine decimals 96 bits hold 7.9 × 10¹⁹ whole tokens.
    struct Entry {
        uint96 deposited;
        uint96 withdrawn;
        /// As `Account.settledNumber`; the court counts batches in 32 bits.
        uint32 settledNumber;
        /// The account's index + 1; 0 for an address that never received a deposit.
        uint32 place;
        uint128 credit;
        uint128 debit;
    }

    /// @dev Over all accounts, in one word.
    struct Totals {
        uint112 deposited;
        uint112 withdrawn;
        uint32 accountCount;
    }

    Totals private _totals;
    mapping(address account => Entry) private _accounts;
    mapping(address account => Withdrawal) private _withdrawals;

    constructor(ISettlementCourt court_) {
        uint8 decimals = IERC20Metadata(address(_token)).decimals();
        if (decimals > NANO_DECIMALS) revert EscrowTooManyDecimals(decimals);
        nanoPerUnit = 10 ** (NANO_DECIMALS - decimals);
        withdrawalDelay = court_.withdrawalDelay();
        _finalityLimit = court_.finalityLimit();
    }

    /// @inheritdoc IEnergyEscrow
    function deposit(address account, uint256 amount) external override nonReentrant returns (uint256 received) {
        return _deposit(account, amount);
    }

    /// @inheritdoc IEnergyEscrow
    function depositWithPermit(address account, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        override
        nonReentrant
        returns (uint256 received)
    {
        // Failure is no reason to stop: whoever saw the permit may have submitted it first, and then the allowance is
        // there. If it is not, the transfer fails.
        try IERC20Permit(address(_token)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        return _deposit(account, amount);
    }

    /// @inheritdoc IEnergyEscrow
    function requestWithdrawal(uint256 amount, address recipient) external override nonReentrant {
        if (_accounts[msg.sender].place == 0) revert EscrowUnknownAccount(msg.sender);
        if (amount == 0) revert VaultZeroAmount();
        _requireOutside(recipient);
        if (_withdrawals[msg.sender].amount != 0) revert EscrowWithdrawalPending(msg.sender);
        _withdrawals[msg.sender] = Withdrawal(amount.toUint128(), uint64(block.timestamp), recipient);
        uint256 maturesAt = block.timestamp + withdrawalDelay;
        emit WithdrawalRequested(msg.sender, recipient, amount, maturesAt - _finalityLimit, maturesAt);
    }

    /// @inheritdoc IEnergyEscrow
    function cancelWithdrawal() external override nonReentrant {
        uint256 amount = _withdrawals[msg.sender].amount;
        if (amount == 0) revert EscrowNoWithdrawal(msg.sender);
        delete _withdrawals[msg.sender];
        emit WithdrawalCancelled(msg.sender, amount);
    }

    /// @inheritdoc IEnergyEscrow
    function token() external view override returns (IERC20) {
        return _token;
    }

    /// @inheritdoc IEnergyEscrow
    function accountCount() external view override returns (uint256) {
        return _totals.accountCount;
    }

    /// @inheritdoc IEnergyEscrow
    function isAt(address account, uint256 index) public view override returns (bool) {
        uint32 place = _accounts[account].place;
        return place > 0 && place - 1 == index;
    }

    /// @inheritdoc IEnergyEscrow
    function accountIndex(address account) external view override returns (uint32) {
        uint32 place = _accounts[account].place;
        if (place == 0) revert EscrowUnknownAccount(account);
        return place - 1;
    }

    /// @inheritdoc IEnergyEscrow
    function accountOf(address account) external view override returns (Account memory) {
        Entry memory known = _accounts[account];
        bool exists = known.place > 0;
        uint32 index = exists ? known.place - 1 : 0;
        return Account(known.deposited, known.withdrawn, known.credit, known.debit, known.settledNumber, index, exists);
    }

    /// @inheritdoc IEnergyEscrow
    function balanceOf(address account) public view override returns (uint256) {
        Entry memory known = _accounts[account];
        return Ledger.balance(known.deposited, known.withdrawn, known.credit, known.debit, nanoPerUnit);
    }

    /// @inheritdoc IEnergyEscrow
    function withdrawalOf(address account) external view override returns (Withdrawal memory) {
        return _withdrawals[account];
    }

    /// @dev Deposits − withdrawals of all accounts. Final batches may have moved money between them, never out.
    function _held() internal view returns (uint256) {
        return _totals.deposited - _totals.withdrawn;
    }

    /// @dev When the account's request matures; reverts without one.
    function _maturesAt(address account) internal view returns (uint256) {
        Withdrawal storage request = _withdrawals[account];
        if (request.amount == 0) revert EscrowNoWithdrawal(account);
        return uint256(request.requestedAt) + withdrawalDelay;
    }

    /// @dev Notes the cumulative amounts of a proved leaf; a second time for the same batch it does nothing.
    function _record(BalanceLeaf calldata leaf, uint64 number) internal {
        if (!isAt(leaf.account, leaf.index)) revert EscrowWrongIndex(leaf.account, leaf.index);
        Entry storage known = _accounts[leaf.account];
        if (known.settledNumber == number) return;
        if (leaf.credit < known.credit || leaf.debit < known.debit) revert EscrowLeafFell(leaf.index);
        known.credit = leaf.credit;
        known.debit = leaf.debit;
        known.settledNumber = uint256(number).toUint32();
        emit AccountSettled(leaf.account, number, leaf.credit, leaf.debit, balanceOf(leaf.account));
    }

    /// @dev Pays a mature request from the recorded balance and closes it.
    function _payRequest(address account) internal returns (uint256 paid) {
        Withdrawal memory request = _withdrawals[account];
        uint256 available = balanceOf(account);
        if (available == 0) revert VaultZeroAmount();
        if (available < request.amount && msg.sender != account) {
            revert EscrowPartialWithdrawal(request.amount, available);
        }
        paid = available < request.amount ? available : request.amount;

        delete _withdrawals[account];
        _pay(account, request.recipient, paid);
    }

    /// @dev Pays out of an account, which has that much.
    function _pay(address account, address recipient, uint256 amount) internal {
        _accounts[account].withdrawn += amount.toUint96();
        _totals.withdrawn += amount.toUint96();
        emit Withdrawn(account, recipient, amount);
        _push(recipient, amount);
    }

    function _deposit(address account, uint256 amount) private returns (uint256) {
        _requireOutside(account);
        uint96 received = uint256(_pull(amount)).toUint96();
        Totals memory totals = _totals;
        Entry storage known = _accounts[account];
        if (known.place == 0) {
            uint32 index = totals.accountCount;
            known.place = ++totals.accountCount;
            emit AccountOpened(account, index);
        }
        known.deposited += received;
        totals.deposited += received;
        _totals = totals;
        emit Deposited(account, msg.sender, received);
        return received;
    }
}
