// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICourtErrors} from "../interfaces/ICourtErrors.sol";
import {ICourtEvents} from "../interfaces/ICourtEvents.sol";
import {IVaultErrors} from "../interfaces/IVaultErrors.sol";
import {CommittedBatch} from "../types/Batch.sol";
import {CourtFixture} from "./utils/CourtFixture.sol";
import {bound, vm} from "./utils/Vm.sol";

contract CourtBondTest is CourtFixture {
    function setUp() public {
        _setUpCourt();
        _deposit(0, 100e6);
        _deposit(1, 100e6);
    }

    function test_staysWhileBatchesArePending() public {
        vm.expectEmit(address(court));
        emit ICourtEvents.BondDeposited(operator, 5, BOND + 5);
        vm.prank(operator);
        court.depositBond(5);
        _commit();
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtBondTooLow.selector, BOND + 5, BOND + 6));
        court.withdrawBond(6, operator);
        vm.expectEmit(address(court));
        emit ICourtEvents.BondWithdrawn(watcher, 5, BOND);
        court.withdrawBond(5, watcher);
        vm.stopPrank();
        _finalize();
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtBondTooLow.selector, BOND, BOND + 1));
        court.withdrawBond(BOND + 1, operator);
        court.withdrawBond(BOND, operator);
        vm.stopPrank();
        vm.assertEq(court.bond(), 0);
        _checkConserved();
    }

    function test_refuses() public {
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtUnauthorized.selector, watcher));
        vm.prank(watcher);
        court.withdrawBond(1, watcher);
        vm.startPrank(operator);
        vm.expectRevert(IVaultErrors.VaultZeroAmount.selector);
        court.withdrawBond(0, operator);
        vm.expectRevert(IVaultErrors.VaultZeroAmount.selector);
        court.depositBond(0);
        vm.expectRevert(abi.encodeWithSelector(IVaultErrors.VaultInvalidAddress.selector, address(court)));
        court.withdrawBond(1, address(court));
        uint256 all = type(uint256).max;
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtBondTooLow.selector, BOND, all));
        court.withdrawBond(all, operator);
        vm.stopPrank();
    }

    /// @dev A challenger gets half, rounded down, and never all: an operator that challenges itself loses.
    function testFuzz_slash_halfToTheChallenger(uint256 more) public {
        more = bound(more, 1, 9 * BOND);
        vm.prank(operator);
        court.depositBond(more);
        _commit();
        CommittedBatch memory batch = _batch(1);
        vm.prank(address(headerJudge));
        court.takeBack(batch, watcher, "sequence");
        uint256 slashed = BOND + more;
        vm.assertEq(court.rewardOf(watcher), slashed / 2);
        vm.assertEq(court.burnedTotal(), slashed - slashed / 2);
        vm.assertEq(court.bond(), 0);
        _checkConserved();
        vm.expectEmit(address(court));
        emit ICourtEvents.RewardClaimed(watcher, operator, slashed / 2);
        vm.startPrank(watcher);
        vm.assertEq(court.claimReward(operator), slashed / 2);
        vm.expectRevert(IVaultErrors.VaultZeroAmount.selector);
        court.claimReward(operator);
        vm.stopPrank();
        vm.assertEq(token.balanceOf(address(court)), court.burnedTotal());
        _checkConserved();
    }

    function test_claimReward_refusesTheCourtItself() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultErrors.VaultInvalidAddress.selector, address(court)));
        court.claimReward(address(court));
    }
}
