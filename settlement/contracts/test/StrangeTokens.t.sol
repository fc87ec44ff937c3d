// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {IVaultErrors} from "../interfaces/IVaultErrors.sol";
import {BalanceProof, BatchHeader} from "../types/Batch.sol";
import {
    CallingToken,
    ChargingToken,
    LyingToken,
    OpenToken,
    RefusingToken,
    SilentToken,
    SixDecimalsToken
} from "./mocks/StrangeTokens.sol";
import {CourtFixture} from "./utils/CourtFixture.sol";
import {bound, vm} from "./utils/Vm.sol";

contract StrangeTokensTest is CourtFixture {
    address private _account = vm.addr(1);

    function setUp() public {
        _setUpCourt();
    }

    function testFuzz_chargingToken_creditsWhatArrived(uint256 amount) public {
        amount = bound(amount, 1, type(uint96).max);
        _deployWith(new ChargingToken(), amount);
        vm.prank(_account);
        uint256 received = escrow.deposit(_account, amount);
        vm.assertEq(received, amount - amount / 100);
        vm.assertEq(escrow.balanceOf(_account), received);
        vm.assertEq(escrow.totalOwed(), escrow.token().balanceOf(address(escrow)));
        _withdrawAll(received);
        vm.assertEq(escrow.token().balanceOf(address(escrow)), 0);
    }

    function test_chargingToken_bondCountsWhatArrived() public {
        _deployWith(new ChargingToken(), 1000);
        vm.prank(_account);
        vm.assertEq(court.depositBond(1000), 990);
        vm.assertEq(court.bond(), 990);
    }

    function test_lyingToken_creditsNothing() public {
        _deployWith(new LyingToken(), 1000);
        vm.startPrank(_account);
        vm.expectRevert(IVaultErrors.VaultNothingReceived.selector);
        escrow.deposit(_account, 1000);
        vm.expectRevert(IVaultErrors.VaultNothingReceived.selector);
        court.depositBond(1000);
        vm.stopPrank();
        vm.assertEq(escrow.accountCount(), 0);
    }

    function test_refusingToken_revertsAndKeepsTheRequest() public {
        RefusingToken strange = new RefusingToken();
        _deployWith(strange, 1000);
        bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(strange));
        strange.setRefuses(true);
        vm.prank(_account);
        vm.expectRevert(failed);
        escrow.deposit(_account, 1000);
        strange.setRefuses(false);
        vm.startPrank(_account);
        escrow.deposit(_account, 1000);
        escrow.requestWithdrawal(1000, _account);
        vm.stopPrank();
        vm.warp(block.timestamp + DELAY);
        strange.setRefuses(true);
        vm.expectRevert(failed);
        escrow.withdraw(_account, noBatch, noProof, noBatch);
        strange.setRefuses(false);
        vm.assertEq(escrow.withdraw(_account, noBatch, noProof, noBatch), 1000);
    }

    function test_refusingToken_keepsBondAndReward() public {
        RefusingToken strange = new RefusingToken();
        _deployWith(strange, 10 * BOND);
        bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(strange));
        vm.startPrank(_account);
        court.depositBond(2 * BOND);
        strange.setRefuses(true);
        vm.expectRevert(failed);
        court.depositBond(1);
        vm.stopPrank();
        vm.expectRevert(failed);
        vm.prank(operator);
        court.withdrawBond(BOND, operator);
        vm.assertEq(court.bond(), 2 * BOND);
        // A token that refuses every transfer stops no proof, and the reward stays for better times.
        _commitEmpty();
        vm.prank(address(headerJudge));
        court.takeBack(_batch(1), watcher, "sequence");
        vm.expectRevert(failed);
        vm.prank(watcher);
        court.claimReward(watcher);
        strange.setRefuses(false);
        vm.prank(watcher);
        vm.assertEq(court.claimReward(watcher), BOND);
    }

    function test_silentToken_worksForBonds() public {
        SilentToken strange = new SilentToken();
        _deployWith(OpenToken(address(strange)), 1000);
        vm.prank(_account);
        vm.assertEq(court.depositBond(1000), 1000);
        vm.prank(operator);
        court.withdrawBond(1000, watcher);
        vm.assertEq(strange.balanceOf(watcher), 1000);
    }

    function test_silentToken_works() public {
        SilentToken strange = new SilentToken();
        _deployWith(OpenToken(address(strange)), 1000);
        vm.prank(_account);
        vm.assertEq(escrow.deposit(_account, 1000), 1000);
        _withdrawAll(1000);
        vm.assertEq(strange.balanceOf(_account), 1000);
    }

    function test_permitOnATokenWithoutPermits_usesTheAllowance() public {
        _deployWith(new SixDecimalsToken(), 1000);
        vm.prank(_account);
        vm.assertEq(escrow.depositWithPermit(_account, 1000, block.timestamp, 27, 0, 0), 1000);
    }

    function test_callingToken_cannotReenterTheEscrow() public {
        CallingToken strange = new CallingToken();
        _deployWith(strange, 1000);
        _expectBlocked(strange, address(escrow), abi.encodeCall(escrow.deposit, (_account, 1)));
        _expectBlocked(strange, address(escrow), abi.encodeCall(escrow.depositWithPermit, (_account, 1, 0, 0, 0, 0)));
        _expectBlocked(strange, address(escrow), abi.encodeCall(escrow.requestWithdrawal, (1, _account)));
        _expectBlocked(strange, address(escrow), abi.encodeCall(escrow.cancelWithdrawal, ()));
        _expectBlocked(strange, address(escrow), abi.encodeCall(escrow.withdraw, (_account, noBatch, noProof, noBatch)));
        _expectBlocked(strange, address(escrow), abi.encodeCall(escrow.withdrawRecorded, (_account, noBatch)));
        _expectBlocked(
            strange,
            address(escrow),
            abi.encodeCall(escrow.withdrawFast, (1, _account, block.timestamp, noBatch, noProof, ""))
        );
        _expectBlocked(
            strange, address(escrow), abi.encodeCall(escrow.settleAccounts, (noBatch, new BalanceProof[](0)))
        );
        _expectBlocked(strange, address(escrow), abi.encodeCall(escrow.claimFees, (_account)));
    }

    function test_callingToken_cannotReenterTheCourt() public {
        CallingToken strange = new CallingToken();
        operator = address(strange);
        _deployWith(strange, 1000);
        _expectBlockedInBond(strange, abi.encodeCall(court.depositBond, (1)));
        _expectBlockedInBond(strange, abi.encodeCall(court.withdrawBond, (1, _account)));
        _expectBlockedInBond(strange, abi.encodeCall(court.claimReward, (_account)));
        _expectBlockedInBond(strange, abi.encodeCall(court.takeBack, (noBatch, _account, "")));
        _expectBlockedInBond(strange, abi.encodeCall(court.demand, (noBatch, 4, 0)));
        _expectBlockedInBond(
            strange, abi.encodeCall(court.answer, (noBatch, 4, 0, "", new bytes32[](0), new bytes[](0)))
        );
        _expectBlockedInBond(strange, abi.encodeCall(court.answerBalance, (noBatch, noProof)));
        _expectBlockedInBond(strange, abi.encodeCall(court.claimUnanswered, (noBatch, 4, 0)));
        _expectBlockedInBond(strange, abi.encodeCall(court.releaseDemand, (noBatch, 4, 0)));
    }

    /// @dev A question that is asked while its bond arrives is not answered before it has arrived.
    function test_chargingToken_demandBondCountsWhatArrived() public {
        _deployWith(new ChargingToken(), 10 * BOND);
        vm.startPrank(_account);
        escrow.deposit(_account, 100);
        court.depositBond(2 * BOND);
        vm.stopPrank();
        _growBooks();
        _commit();
        vm.prank(_account);
        court.demand(_batch(1), 5, 0);
        uint256 arrived = DEMAND_BOND - DEMAND_BOND / 100;
        vm.assertEq(court.totalHeld(), court.bond() + arrived);
        court.answerBalance(_batch(1), _proof(1, 0));
        vm.assertEq(court.rewardOf(operator), arrived / 2);
        vm.assertEq(court.totalHeld(), court.token().balanceOf(address(court)));
    }

    function test_callingToken_cannotBePaidTwice() public {
        CallingToken strange = new CallingToken();
        _deployWith(strange, 1000);
        vm.startPrank(_account);
        escrow.deposit(vm.addr(2), 500);
        escrow.deposit(_account, 500);
        escrow.requestWithdrawal(500, _account);
        vm.stopPrank();
        vm.warp(block.timestamp + DELAY);
        strange.arm(address(escrow), abi.encodeCall(escrow.withdraw, (_account, noBatch, noProof, noBatch)));
        escrow.withdraw(_account, noBatch, noProof, noBatch);
        vm.assertFalse(strange.succeeded(), "second withdrawal inside the first");
        vm.assertEq(strange.balanceOf(_account), 500);
    }

    /// @dev A batch of no accounts.
    function _commitEmpty() private {
        (BatchHeader memory header,) = _next();
        _commitAs(header);
    }

    function _expectBlocked(CallingToken strange, address target, bytes memory call) private {
        strange.arm(target, call);
        vm.prank(_account);
        escrow.deposit(_account, 1);
        _expectRefused(strange);
    }

    function _expectBlockedInBond(CallingToken strange, bytes memory call) private {
        strange.arm(address(court), call);
        vm.prank(_account);
        court.depositBond(1);
        _expectRefused(strange);
    }

    function _expectRefused(CallingToken strange) private {
        vm.assertFalse(strange.succeeded(), "re-entered");
        bytes4 reason = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
        vm.assertEq(keccak256(strange.answer()), keccak256(abi.encodePacked(reason)));
        strange.arm(address(0), "");
    }

    /// @dev Another court and escrow, with this token.
    function _deployWith(OpenToken strange, uint256 amount) private {
        ISettlementCourt.Terms memory terms = _terms();
        terms.token = strange;
        (court, escrow) = _deploy(terms);
        strange.mint(_account, amount);
        // Low-level calls, for the token that returns nothing.
        vm.startPrank(_account);
        (bool approved,) = address(strange).call(abi.encodeCall(IERC20.approve, (address(escrow), amount)));
        vm.assertTrue(approved, "approved");
        (approved,) = address(strange).call(abi.encodeCall(IERC20.approve, (address(court), amount)));
        vm.assertTrue(approved, "approved");
        vm.stopPrank();
    }

    function _withdrawAll(uint256 amount) private {
        vm.prank(_account);
        escrow.requestWithdrawal(amount, _account);
        vm.warp(block.timestamp + DELAY);
        vm.assertEq(escrow.withdraw(_account, noBatch, noProof, noBatch), amount);
    }
}
