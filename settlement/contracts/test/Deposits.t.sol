// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IEnergyEscrow} from "../interfaces/IEnergyEscrow.sol";
import {IEscrowErrors} from "../interfaces/IEscrowErrors.sol";
import {IEscrowEvents} from "../interfaces/IEscrowEvents.sol";
import {IVaultErrors} from "../interfaces/IVaultErrors.sol";
import {CourtFixture} from "./utils/CourtFixture.sol";
import {bound, vm} from "./utils/Vm.sol";

contract DepositsTest is CourtFixture {
    function setUp() public {
        _setUpCourt();
    }

    function test_deposit_opensAccountsInOrder() public {
        _fund(_home(0), 30);
        vm.expectEmit(address(escrow));
        emit IEscrowEvents.AccountOpened(_home(0), 0);
        vm.expectEmit(address(escrow));
        emit IEscrowEvents.Deposited(_home(0), _home(0), 10);
        vm.prank(_home(0));
        vm.assertEq(escrow.deposit(_home(0), 10), 10);
        // Someone else may pay for an account.
        vm.prank(_home(0));
        escrow.deposit(_home(1), 5);
        vm.prank(_home(0));
        escrow.deposit(_home(0), 15);

        vm.assertEq(escrow.accountCount(), 2);
        vm.assertTrue(escrow.isAt(_home(1), 1) && !escrow.isAt(_home(1), 0), "place");
        vm.assertEq(escrow.accountIndex(_home(0)), 0);
        vm.assertEq(escrow.accountIndex(_home(1)), 1);
        vm.assertEq(escrow.balanceOf(_home(0)), 25);
        vm.assertEq(escrow.balanceOf(_home(1)), 5);
        _checkConserved();
        IEnergyEscrow.Account memory account = escrow.accountOf(_home(0));
        vm.assertEq(account.deposited, 25);
        vm.assertTrue(account.exists, "exists");
        vm.assertFalse(escrow.accountOf(_home(2)).exists, "never deposited");
    }

    function test_deposit_refuses() public {
        _fund(_home(0), 10);
        vm.startPrank(_home(0));
        vm.expectRevert(IVaultErrors.VaultZeroAmount.selector);
        escrow.deposit(_home(0), 0);
        vm.expectRevert(abi.encodeWithSelector(IVaultErrors.VaultInvalidAddress.selector, address(0)));
        escrow.deposit(address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultErrors.VaultInvalidAddress.selector, address(escrow)));
        escrow.deposit(address(escrow), 1);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, _home(0), uint256(10), uint256(11))
        );
        escrow.deposit(_home(0), 11);
        vm.stopPrank();
        vm.assertEq(escrow.accountCount(), 0);
    }

    function test_views_refuseUnknownAccounts() public {
        vm.assertFalse(escrow.isAt(_home(0), 0), "place");
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowUnknownAccount.selector, _home(0)));
        escrow.accountIndex(_home(0));
        vm.assertEq(escrow.balanceOf(_home(0)), 0);
    }

    function testFuzz_deposits(uint256[8] memory homes, uint128[8] memory amounts) public {
        uint256[3] memory expected;
        for (uint256 i = 0; i < homes.length; ++i) {
            uint256 home = homes[i] % 3;
            uint256 amount = bound(amounts[i], 1, type(uint96).max / homes.length);
            _deposit(home, amount);
            expected[home] += amount;
        }
        for (uint256 home = 0; home < 3; ++home) {
            vm.assertEq(escrow.balanceOf(_home(home)), expected[home]);
        }
        _checkConserved();
    }

    function test_deposit_refusesWhatTheLedgerCannotHold() public {
        uint256 tooMuch = uint256(type(uint96).max) + 1;
        _fund(_home(0), tooMuch);
        vm.prank(_home(0));
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 96, tooMuch));
        escrow.deposit(_home(0), tooMuch);
    }

    function testFuzz_permit(uint256 amount, uint256 patience) public {
        amount = bound(amount, 1, type(uint96).max);
        uint256 deadline = block.timestamp + patience % 1 days;
        token.mint(_home(0), amount);
        (uint8 v, bytes32 r, bytes32 s) = _permit(0, amount, deadline);
        vm.prank(_home(0));
        vm.assertEq(escrow.depositWithPermit(_home(0), amount, deadline, v, r, s), amount);
        vm.assertEq(escrow.balanceOf(_home(0)), amount);
        vm.assertEq(token.allowance(_home(0), address(escrow)), 0);
        _checkConserved();
    }

    function test_permit_survivesBeingSubmittedBefore() public {
        token.mint(_home(0), 10);
        (uint8 v, bytes32 r, bytes32 s) = _permit(0, 10, block.timestamp);
        vm.prank(watcher);
        token.permit(_home(0), address(escrow), 10, block.timestamp, v, r, s);
        vm.prank(_home(0));
        escrow.depositWithPermit(_home(0), 10, block.timestamp, v, r, s);
        vm.assertEq(escrow.balanceOf(_home(0)), 10);
    }

    function test_permit_isSpentOnce() public {
        token.mint(_home(0), 20);
        (uint8 v, bytes32 r, bytes32 s) = _permit(0, 10, block.timestamp);
        vm.startPrank(_home(0));
        escrow.depositWithPermit(_home(0), 10, block.timestamp, v, r, s);
        _expectNoAllowance();
        escrow.depositWithPermit(_home(0), 10, block.timestamp, v, r, s);
        vm.stopPrank();
    }

    function test_permit_refusesExpiredForeignAndChanged() public {
        token.mint(_home(0), 20);
        token.mint(_home(1), 20);
        (uint8 v, bytes32 r, bytes32 s) = _permit(0, 10, block.timestamp - 1);
        vm.prank(_home(0));
        _expectNoAllowance();
        escrow.depositWithPermit(_home(0), 10, block.timestamp - 1, v, r, s);

        // The permit of one home moves nothing of another, nor another amount, nor on another chain.
        (v, r, s) = _permit(0, 10, block.timestamp);
        vm.prank(_home(1));
        _expectNoAllowance();
        escrow.depositWithPermit(_home(1), 10, block.timestamp, v, r, s);
        vm.prank(_home(0));
        _expectNoAllowance();
        escrow.depositWithPermit(_home(0), 11, block.timestamp, v, r, s);
        vm.chainId(4242);
        vm.prank(_home(0));
        _expectNoAllowance();
        escrow.depositWithPermit(_home(0), 10, block.timestamp, v, r, s);
    }

    function _expectNoAllowance() private {
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
    }
}
