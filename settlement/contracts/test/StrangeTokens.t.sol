// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {EnergyEscrow} from "../EnergyEscrow.sol";
import {IEscrowErrors} from "../interfaces/IEscrowErrors.sol";
import {BalanceProof, BatchHeader} from "../types/Batch.sol";
import {
    CallingToken,
    ChargingToken,
    LyingToken,
    OpenToken,
    RefusingToken,
    SilentToken
} from "./mocks/StrangeTokens.sol";
import {bound, vm} from "./utils/Vm.sol";

contract StrangeTokensTest {
    uint64 private constant WINDOW = 60;
    uint64 private constant DELAY = 180;
    BatchHeader private _noHeader;
    BalanceProof private _noProof;
    address private _home = vm.addr(1);

    function testFuzz_chargingToken_creditsWhatArrived(uint256 amount) public {
        amount = bound(amount, 1, type(uint96).max);
        EnergyEscrow escrow = _escrowWith(new ChargingToken(), amount);
        vm.prank(_home);
        uint256 received = escrow.deposit(_home, amount);
        vm.assertEq(received, amount - amount / 100);
        vm.assertEq(escrow.balanceOf(_home), received);
        vm.assertEq(escrow.totalOwed(), escrow.token().balanceOf(address(escrow)));
        _withdrawAll(escrow, received);
        vm.assertEq(escrow.token().balanceOf(address(escrow)), 0);
    }

    function test_chargingToken_bondCountsWhatArrived() public {
        EnergyEscrow escrow = _escrowWith(new ChargingToken(), 1000);
        vm.prank(_home);
        vm.assertEq(escrow.depositBond(1000), 990);
        vm.assertEq(escrow.bond(), 990);
    }

    function test_lyingToken_creditsNothing() public {
        EnergyEscrow escrow = _escrowWith(new LyingToken(), 1000);
        vm.startPrank(_home);
        vm.expectRevert(IEscrowErrors.EscrowNothingReceived.selector);
        escrow.deposit(_home, 1000);
        vm.expectRevert(IEscrowErrors.EscrowNothingReceived.selector);
        escrow.depositBond(1000);
        vm.stopPrank();
        vm.assertEq(escrow.accountCount(), 0);
    }

    function test_refusingToken_revertsAndKeepsTheRequest() public {
        RefusingToken token = new RefusingToken();
        EnergyEscrow escrow = _escrowWith(token, 1000);
        bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token));
        token.setRefuses(true);
        vm.prank(_home);
        vm.expectRevert(failed);
        escrow.deposit(_home, 1000);
        token.setRefuses(false);
        vm.startPrank(_home);
        escrow.deposit(_home, 1000);
        escrow.requestWithdrawal(1000, _home);
        vm.stopPrank();
        vm.warp(block.timestamp + DELAY);
        token.setRefuses(true);
        vm.expectRevert(failed);
        escrow.withdraw(_home, _noHeader, _noProof);
        token.setRefuses(false);
        vm.assertEq(escrow.withdraw(_home, _noHeader, _noProof), 1000);
    }

    function test_silentToken_works() public {
        SilentToken token = new SilentToken();
        EnergyEscrow escrow = _escrowWith(OpenToken(address(token)), 1000);
        vm.prank(_home);
        vm.assertEq(escrow.deposit(_home, 1000), 1000);
        _withdrawAll(escrow, 1000);
        vm.assertEq(token.balanceOf(_home), 1000);
    }

    function test_permitOnATokenWithoutPermits_usesTheAllowance() public {
        EnergyEscrow escrow = _escrowWith(new OpenToken(), 1000);
        vm.prank(_home);
        vm.assertEq(escrow.depositWithPermit(_home, 1000, block.timestamp, 27, 0, 0), 1000);
    }

    function test_callingToken_cannotReenterADeposit() public {
        _reenter(abi.encodeCall(EnergyEscrow(address(0)).deposit, (_home, 1)));
        _reenter(abi.encodeCall(EnergyEscrow(address(0)).depositWithPermit, (_home, 1, 0, 0, 0, 0)));
        _reenter(abi.encodeCall(EnergyEscrow(address(0)).depositBond, (1)));
        _reenter(abi.encodeCall(EnergyEscrow(address(0)).requestWithdrawal, (1, _home)));
        _reenter(abi.encodeCall(EnergyEscrow(address(0)).cancelWithdrawal, ()));
        _reenter(abi.encodeCall(EnergyEscrow(address(0)).withdraw, (_home, _noHeader, _noProof)));
        _reenter(abi.encodeCall(EnergyEscrow(address(0)).withdrawRecorded, (_home)));
        _reenter(abi.encodeCall(EnergyEscrow(address(0)).settleAccounts, (_noHeader, new BalanceProof[](0))));
        _reenter(abi.encodeCall(EnergyEscrow(address(0)).finalizeBatch, (_noHeader)));
        _reenter(abi.encodeCall(EnergyEscrow(address(0)).challengeOverdraft, (_noHeader, _noProof)));
        _reenter(abi.encodeCall(EnergyEscrow(address(0)).challengeMisplacedLeaf, (_noHeader, _noProof)));
        _reenter(abi.encodeCall(EnergyEscrow(address(0)).challengeRegress, (_noHeader, _noProof, _noHeader, _noProof)));
        _reenter(
            abi.encodeCall(EnergyEscrow(address(0)).challengeLockedSpending, (_noHeader, _noProof, _noHeader, _noProof))
        );
    }

    function test_callingToken_theOperatorCannotReenterEither() public {
        CallingToken token = new CallingToken();
        EnergyEscrow escrow = new EnergyEscrow(token, "c", address(token), WINDOW, DELAY, 1);
        _give(token, escrow, 1000);
        _expectBlocked(token, escrow, abi.encodeCall(escrow.commitBatch, (_noHeader, _noHeader)));
        _expectBlocked(token, escrow, abi.encodeCall(escrow.withdrawBond, (1, _home)));
        _expectBlocked(token, escrow, abi.encodeCall(escrow.claimFees, (_home)));
    }

    function test_callingToken_cannotBePaidTwice() public {
        CallingToken token = new CallingToken();
        EnergyEscrow escrow = _escrowWith(token, 1000);
        vm.startPrank(_home);
        escrow.deposit(vm.addr(2), 500);
        escrow.deposit(_home, 500);
        escrow.requestWithdrawal(500, _home);
        vm.stopPrank();
        vm.warp(block.timestamp + DELAY);
        token.arm(address(escrow), abi.encodeCall(escrow.withdraw, (_home, _noHeader, _noProof)));
        escrow.withdraw(_home, _noHeader, _noProof);
        vm.assertFalse(token.succeeded(), "second withdrawal inside the first");
        vm.assertEq(token.balanceOf(_home), 500);
    }

    function _reenter(bytes memory call) private {
        CallingToken token = new CallingToken();
        EnergyEscrow escrow = _escrowWith(token, 1000);
        _expectBlocked(token, escrow, call);
    }

    function _expectBlocked(CallingToken token, EnergyEscrow escrow, bytes memory call) private {
        token.arm(address(escrow), call);
        vm.prank(_home);
        escrow.deposit(_home, 100);
        vm.assertFalse(token.succeeded(), "re-entered");
        bytes4 reason = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
        vm.assertEq(keccak256(token.answer()), keccak256(abi.encodePacked(reason)));
        token.arm(address(0), "");
    }

    function _escrowWith(OpenToken token, uint256 amount) private returns (EnergyEscrow escrow) {
        escrow = new EnergyEscrow(token, "c", address(this), WINDOW, DELAY, 1);
        _give(token, escrow, amount);
    }

    function _give(OpenToken token, EnergyEscrow escrow, uint256 amount) private {
        token.mint(_home, amount);
        // A low-level call, for the token that returns nothing.
        vm.prank(_home);
        (bool approved,) = address(token).call(abi.encodeCall(IERC20.approve, (address(escrow), amount)));
        vm.assertTrue(approved, "approved");
    }

    function _withdrawAll(EnergyEscrow escrow, uint256 amount) private {
        vm.prank(_home);
        escrow.requestWithdrawal(amount, _home);
        vm.warp(block.timestamp + DELAY);
        vm.assertEq(escrow.withdraw(_home, _noHeader, _noProof), amount);
    }
}
