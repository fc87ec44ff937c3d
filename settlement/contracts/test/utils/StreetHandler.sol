// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEnergyEscrow} from "../../interfaces/IEnergyEscrow.sol";
import {ISettlementCourt} from "../../interfaces/ISettlementCourt.sol";
import {IVaultErrors} from "../../interfaces/IVaultErrors.sol";
import {BalanceProof, CommittedBatch} from "../../types/Batch.sol";
import {PositionProof} from "../../types/Leaves.sol";
import {CourtFixture} from "./CourtFixture.sol";
import {bound, vm} from "./Vm.sol";

/// @notice A street that lives at random: homes deposit, trade and leave, an honest operator keeps the books, others
/// challenge whatever they can. Every call that must succeed is made so that a revert fails the run.
contract StreetHandler is CourtFixture {
    uint256 internal constant HOMES = 5;

    /// @notice Challenges that took an honest batch back: must stay 0.
    uint256 public honestSlashed;
    /// @notice Fees that the operator took.
    uint256 public feesClaimed;
    /// @notice Tokens that strangers sent to the escrow unasked.
    uint256 public donated;
    /// @notice Questions that the operator answered.
    uint256 public answered;
    /// @dev When the oldest trade that no batch has yet was agreed; 0 if there is none.
    uint256 private _waitingSince;

    struct Asked {
        uint64 number;
        uint32 index;
    }

    Asked[] private _asked;

    /// @dev Not in the constructor, where nobody can call this contract.
    function open() external {
        _setUpCourt();
        for (uint256 i = 0; i < HOMES - 1; ++i) {
            _deposit(i, 50e6);
        }
    }

    /// @notice What the operator has: in its pocket, in its bond and to claim.
    function operatorsMoney() external view returns (uint256) {
        return token.balanceOf(operator) + court.bond() + court.rewardOf(operator);
    }

    /// @notice What it must have: what it began with, fees, and half of the bond of each question that it answered.
    function operatorsDue() external view returns (uint256) {
        return 10 * BOND + feesClaimed + answered * (DEMAND_BOND / 2);
    }

    function theEscrow() external view returns (IEnergyEscrow) {
        return escrow;
    }

    function theCourt() external view returns (ISettlementCourt) {
        return court;
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
        _tradeNano(buyer, seller, uint128(amount), uint128(bound(fee, 0, free - amount)));
        if (_waitingSince == 0) _waitingSince = block.timestamp;
    }

    function commit() public {
        _commit();
        _waitingSince = 0;
    }

    function finalizeDue() public {
        while (court.finalNumber() < court.head()) {
            CommittedBatch memory batch = _batch(court.finalNumber() + 1);
            if (court.finalizableAt(batch) > block.timestamp) return;
            court.finalize(batch);
        }
    }

    function settleOne(uint256 home) external {
        uint64 number = court.finalNumber();
        if (number == 0) return;
        BalanceProof[] memory proofs = new BalanceProof[](1);
        proofs[0] = _proof(number, home % headers[number].accountCount);
        escrow.settleAccounts(_batch(number), proofs);
    }

    function settleAll() public {
        uint64 number = court.finalNumber();
        if (number > 0) _settleAll(number);
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
        uint64 oldest = court.finalNumber() + 1;
        vm.prank(_home(home));
        escrow.withdrawRecorded(_home(home), _batch(oldest));
    }

    function claimFees() external {
        if (escrow.feesOwed() == 0) return;
        vm.prank(operator);
        feesClaimed += escrow.claimFees(operator);
    }

    /// @dev Time passes in steps that a living operator keeps up with: it commits trades before a request that came
    /// after them can lock their money, and records leaves before `withdrawRecorded` could do without them.
    function pass(uint256 time) external {
        uint256 next = block.timestamp + bound(time, 1, DELAY / 2);
        if (next > block.timestamp + RESPONSE / 2) answerAll();
        if (_asked.length > 0) next = block.timestamp + 1;
        if (_waitingSince != 0 && next >= _waitingSince + DELAY - LIMIT - PAUSE) commit();
        vm.warp(next);
        for (uint256 home = 0; home < credits.length; ++home) {
            if (!_isMature(home, DELAY + DELAY / 4)) continue;
            finalizeDue();
            settleAll();
            return;
        }
    }

    function challenge(uint256 pick, uint256 home, uint256 kind) external {
        uint64 open = court.head() - court.finalNumber();
        if (open == 0) return;
        uint64 number = court.finalNumber() + 1 + uint64(pick % open);
        BalanceProof memory proof = _proof(number, home % headers[number].accountCount);
        BalanceProof memory before;
        before.leaf.index = proof.leaf.index;
        if (number > 1) before = _proof(number - 1, proof.leaf.index);
        bytes memory call;
        kind %= 7;
        CommittedBatch memory batch = _batch(number);
        PositionProof memory position = _position(number, proof.leaf.index);
        if (kind == 0) call = abi.encodeCall(balanceJudge.balanceOverdraft, (court, batch, proof));
        if (kind == 1) call = abi.encodeCall(balanceJudge.balanceMisplaced, (court, batch, proof));
        if (kind == 2) {
            call = abi.encodeCall(balanceJudge.balanceRegress, (court, headers[number - 1], before, batch, proof));
        }
        if (kind == 3) {
            call =
                abi.encodeCall(balanceJudge.balanceLockedSpending, (court, headers[number - 1], before, batch, proof));
        }
        if (kind == 4) {
            call =
                abi.encodeCall(balanceJudge.balanceDelta, (court, headers[number - 1], before, batch, proof, position));
        }
        if (kind == 5) {
            call = abi.encodeCall(
                balanceJudge.balancePadding, (court, batch, _proof(number, headers[number].accountCount - 1))
            );
        }
        if (kind == 6) call = abi.encodeCall(balanceJudge.positionMisplaced, (court, batch, position));
        (bool accepted,) = address(balanceJudge).call(call);
        if (accepted) ++honestSlashed;
        if (kind < 4) _challengeHeader(number, kind);
    }

    function _challengeHeader(uint64 number, uint256 kind) private {
        CommittedBatch memory batch = _batch(number);
        bytes memory call;
        if (kind == 0) call = abi.encodeCall(headerJudge.headerSequence, (court, headers[number - 1], batch));
        if (kind == 1) call = abi.encodeCall(headerJudge.headerInterval, (court, batch, rules));
        if (kind == 2) call = abi.encodeCall(headerJudge.headerEmptyTree, (court, batch));
        if (kind == 3) call = abi.encodeCall(headerJudge.headerAccounts, (court, batch));
        (bool accepted,) = address(headerJudge).call(call);
        if (accepted) ++honestSlashed;
    }

    /// @notice Somebody asks for a balance; the operator answers what is open before it is late, see `pass`.
    function ask(uint256 pick, uint256 home) external {
        uint64 open = court.head() - court.finalNumber();
        if (open == 0) return;
        CommittedBatch memory batch = _batch(court.finalNumber() + 1 + uint64(pick % open));
        uint32 index = uint32(home % batch.header.accountCount);
        _fund(watcher, DEMAND_BOND);
        vm.prank(watcher);
        (bool asked,) = address(court).call(abi.encodeCall(court.demand, (batch, 5, index)));
        if (asked) _asked.push(Asked(batch.header.number, index));
    }

    function answerAll() public {
        while (_asked.length > 0) {
            Asked memory asked = _asked[_asked.length - 1];
            court.answerBalance(_batch(asked.number), _proof(asked.number, asked.index));
            _asked.pop();
            ++answered;
        }
    }

    /// @notice Everyone leaves, without the operator; afterwards only bond, fees and donations are in the escrow.
    function everyoneLeaves() external {
        answerAll();
        vm.warp(block.timestamp + LIMIT);
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

    /// @notice What the books of the latest final batch say that accounts and fees come to, in nano.
    function auditedNano() external view returns (uint256 sum) {
        uint64 number = court.finalNumber();
        sum = uint256(headers[number].feeTotal) - (feesClaimed * NANO);
        for (uint256 home = 0; home < credits.length; ++home) {
            sum += _worthNano(number, home);
        }
    }

    /// @dev Deposits − withdrawals + credit − debit by the batch; reverts when it is negative.
    function _worthNano(uint64 number, uint256 i) private view returns (uint256) {
        IEnergyEscrow.Account memory account = escrow.accountOf(_accountAt(i));
        bool hasLeaf = i < headers[number].accountCount;
        uint256 credit = hasLeaf ? leavesOf[number][i].credit : 0;
        uint256 debit = hasLeaf ? leavesOf[number][i].debit : 0;
        return uint256(account.deposited) * NANO + credit - uint256(account.withdrawn) * NANO - debit;
    }

    function _free(uint256 i) private view returns (uint256) {
        IEnergyEscrow.Account memory account = escrow.accountOf(_accountAt(i));
        uint256 locked = uint256(account.withdrawn) + escrow.withdrawalOf(_accountAt(i)).amount;
        uint256 gained = uint256(account.deposited) * NANO + credits[i];
        uint256 spent = locked * NANO + debits[i];
        return gained > spent ? gained - spent : 0;
    }

    function _withdraw(uint256 i) private {
        uint64 number = court.finalNumber();
        address account = _accountAt(i);
        BalanceProof memory proof = _proof(number, i);
        proof.leaf.account = account;
        uint256 amount = escrow.withdrawalOf(account).amount;
        uint256 worth = _worthNano(number, i) / NANO;
        vm.prank(account);
        if (worth == 0) {
            vm.expectRevert(IVaultErrors.VaultZeroAmount.selector);
            escrow.withdraw(account, _batch(number), proof, _batch(number + 1));
            return;
        }
        uint256 paid = escrow.withdraw(account, _batch(number), proof, _batch(number + 1));
        vm.assertEq(paid, amount < worth ? amount : worth, "an exit pays in full");
    }

    function _isMature(uint256 i, uint256 delay) private view returns (bool) {
        IEnergyEscrow.Withdrawal memory pending = escrow.withdrawalOf(_accountAt(i));
        return pending.amount > 0 && pending.requestedAt + delay <= block.timestamp;
    }
}
