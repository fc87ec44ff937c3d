// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEnergyEscrow} from "../../interfaces/IEnergyEscrow.sol";
import {IEscrowErrors} from "../../interfaces/IEscrowErrors.sol";
import {BalanceProof} from "../../types/Batch.sol";
import {EscrowFixture} from "./EscrowFixture.sol";
import {bound, vm} from "./Vm.sol";

/// @notice A street that lives at random: homes deposit, trade and leave, an honest operator keeps the books, others
/// challenge whatever they can. Every call that must succeed is made so that a revert fails the run.
contract StreetHandler is EscrowFixture {
    uint256 internal constant HOMES = 5;

    /// @notice Challenges that took an honest batch back: must stay 0.
    uint256 public honestSlashed;
    /// @notice Tokens that strangers sent to the escrow unasked.
    uint256 public donated;
    /// @dev When the oldest trade that no batch has yet was agreed; 0 if there is none.
    uint256 private _waitingSince;

    constructor() {
        _setUpEscrow();
        for (uint256 i = 0; i < HOMES - 1; ++i) {
            _deposit(i, 50e6);
        }
    }

    function theEscrow() external view returns (IEnergyEscrow) {
        return escrow;
    }

    function deposit(uint256 home, uint256 amount) external {
        _deposit(home % HOMES, bound(amount, 1, 100e6));
    }

    function donate(uint256 amount) external {
        amount = bound(amount, 1, 1e6);
        donated += amount;
        token.mint(address(escrow), amount);
    }

    /// @dev The operator lets a buyer spend only what is free by what the chain shows now.
    function trade(uint256 buyer, uint256 seller, uint256 amount, uint256 fee) external {
        buyer %= credits.length;
        seller %= credits.length;
        uint256 free = _free(buyer);
        if (buyer == seller || free == 0) return;
        amount = bound(amount, 1, free);
        _trade(buyer, seller, uint128(amount), uint128(bound(fee, 0, free - amount)));
        if (_waitingSince == 0) _waitingSince = block.timestamp;
    }

    function commit() public {
        _commit();
        _waitingSince = 0;
    }

    function finalizeDue() public {
        while (escrow.finalNumber() < escrow.head()) {
            uint64 number = escrow.finalNumber() + 1;
            (, uint64 committedAt,) = escrow.batch(number);
            if (committedAt + WINDOW > block.timestamp) return;
            escrow.finalizeBatch(headers[number]);
        }
    }

    function settleOne(uint256 home) external {
        uint64 number = escrow.finalNumber();
        if (number == 0) return;
        BalanceProof[] memory proofs = new BalanceProof[](1);
        proofs[0] = _proof(number, home % headers[number].accountCount);
        escrow.settleAccounts(headers[number], proofs);
    }

    function settleAll() public {
        uint64 number = escrow.finalNumber();
        if (number > 0) escrow.settleAccounts(headers[number], _allProofs(number));
    }

    function request(uint256 home, uint256 amount) external {
        home %= credits.length;
        if (escrow.withdrawalOf(_home(home)).amount == 0) _request(home, bound(amount, 1, 300e6));
    }

    function cancel(uint256 home) external {
        home %= credits.length;
        if (escrow.withdrawalOf(_home(home)).amount == 0) return;
        vm.prank(_home(home));
        escrow.cancelWithdrawal();
    }

    function withdraw(uint256 home) external {
        home %= credits.length;
        if (!_isMature(home, DELAY)) return;
        finalizeDue();
        _withdraw(home);
    }

    function withdrawRecorded(uint256 home) external {
        home %= credits.length;
        if (!_isMature(home, 2 * DELAY) || escrow.balanceOf(_home(home)) == 0) return;
        finalizeDue();
        vm.prank(_home(home));
        escrow.withdrawRecorded(_home(home));
    }

    function claimFees() external {
        if (escrow.feesOwed() == 0) return;
        vm.prank(operator);
        escrow.claimFees(operator);
    }

    /// @dev Time passes in steps that a living operator keeps up with: it commits trades before a request that came
    /// after them can lock their money, and records leaves before `withdrawRecorded` could do without them.
    function pass(uint256 time) external {
        uint256 next = block.timestamp + bound(time, 1, DELAY / 2);
        if (_waitingSince != 0 && next >= _waitingSince + DELAY - WINDOW) commit();
        vm.warp(next);
        for (uint256 home = 0; home < credits.length; ++home) {
            if (!_isMature(home, DELAY + DELAY / 4)) continue;
            finalizeDue();
            settleAll();
            return;
        }
    }

    function challenge(uint256 pick, uint256 home, uint256 kind) external {
        uint64 open = escrow.head() - escrow.finalNumber();
        if (open == 0) return;
        uint64 number = escrow.finalNumber() + 1 + uint64(pick % open);
        BalanceProof memory proof = _proof(number, home % headers[number].accountCount);
        BalanceProof memory before;
        before.leaf.index = proof.leaf.index;
        if (number > 1) before = _proof(number - 1, proof.leaf.index);
        bytes memory call;
        kind %= 4;
        if (kind == 0) call = abi.encodeCall(escrow.challengeOverdraft, (headers[number], proof));
        if (kind == 1) call = abi.encodeCall(escrow.challengeMisplacedLeaf, (headers[number], proof));
        if (kind == 2) {
            call = abi.encodeCall(escrow.challengeRegress, (headers[number - 1], before, headers[number], proof));
        }
        if (kind == 3) {
            call = abi.encodeCall(escrow.challengeLockedSpending, (headers[number - 1], before, headers[number], proof));
        }
        (bool accepted,) = address(escrow).call(call);
        if (accepted) ++honestSlashed;
    }

    /// @notice Everyone leaves, without the operator; afterwards only bond, fees and donations are in the escrow.
    function everyoneLeaves() external {
        vm.warp(block.timestamp + WINDOW);
        finalizeDue();
        for (uint256 home = 0; home < credits.length; ++home) {
            vm.startPrank(_home(home));
            if (escrow.withdrawalOf(_home(home)).amount > 0) escrow.cancelWithdrawal();
            escrow.requestWithdrawal(type(uint128).max, _home(home));
            vm.stopPrank();
        }
        vm.warp(block.timestamp + DELAY);
        for (uint256 home = 0; home < credits.length; ++home) {
            _withdraw(home);
        }
        settleAll();
    }

    /// @notice What the books of the latest final batch say that accounts, bond and fees come to.
    function auditedSum() external view returns (uint256 sum) {
        sum = escrow.bond() + escrow.feesOwed();
        uint64 number = escrow.finalNumber();
        for (uint256 home = 0; home < credits.length; ++home) {
            sum += _worth(number, home);
        }
    }

    /// @dev Deposits − withdrawals + credit − debit by the batch; reverts when it is negative.
    function _worth(uint64 number, uint256 i) private view returns (uint256) {
        IEnergyEscrow.Account memory account = escrow.accountOf(escrow.accountAt(i));
        bool hasLeaf = i < headers[number].accountCount;
        uint256 credit = hasLeaf ? leavesOf[number][i].credit : 0;
        uint256 debit = hasLeaf ? leavesOf[number][i].debit : 0;
        return account.deposited + credit - account.withdrawn - debit;
    }

    function _free(uint256 i) private view returns (uint256) {
        IEnergyEscrow.Account memory account = escrow.accountOf(escrow.accountAt(i));
        uint256 gained = uint256(account.deposited) + credits[i];
        uint256 spent = uint256(account.withdrawn) + debits[i] + escrow.withdrawalOf(escrow.accountAt(i)).amount;
        return gained > spent ? gained - spent : 0;
    }

    function _withdraw(uint256 i) private {
        uint64 number = escrow.finalNumber();
        address account = escrow.accountAt(i);
        BalanceProof memory proof = _proof(number, i);
        proof.leaf.account = account;
        uint256 amount = escrow.withdrawalOf(account).amount;
        uint256 worth = _worth(number, i);
        vm.prank(account);
        if (worth == 0) {
            vm.expectRevert(IEscrowErrors.EscrowZeroAmount.selector);
            escrow.withdraw(account, headers[number], proof);
            return;
        }
        uint256 paid = escrow.withdraw(account, headers[number], proof);
        vm.assertEq(paid, amount < worth ? amount : worth, "an exit pays in full");
    }

    function _isMature(uint256 i, uint256 delay) private view returns (bool) {
        IEnergyEscrow.Withdrawal memory pending = escrow.withdrawalOf(escrow.accountAt(i));
        return pending.amount > 0 && pending.requestedAt + delay <= block.timestamp;
    }
}
