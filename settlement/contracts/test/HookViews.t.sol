// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {BalanceProof, CommittedBatch} from "../types/Batch.sol";
import {CallingToken} from "./mocks/StrangeTokens.sol";
import {CourtFixture} from "./utils/CourtFixture.sol";
import {vm} from "./utils/Vm.sol";

/// @dev Whoever looks at escrow and court from inside a transfer of their token never sees more promised than is there.
contract HookViewsTest is CourtFixture {
    CallingToken private _strange;
    uint256 private _looks;
    uint256 private _wrongLooks;

    function setUp() public {
        _setUpCourt();
        _strange = new CallingToken();
        ISettlementCourt.Terms memory terms = _terms();
        terms.token = _strange;
        (court, escrow) = _deploy(terms);
        for (uint256 i = 0; i < 2; ++i) {
            _endow(_home(i));
            vm.prank(_home(i));
            escrow.deposit(_home(i), 100e6);
        }
        _endow(operator);
        _endow(watcher);
        vm.prank(operator);
        court.depositBond(2 * BOND);
        _growBooks();
        _trade(0, 1, 30e6, 5e6);
        _settleBatch();
        _settleAll(1);
        _strange.arm(address(this), abi.encodeCall(this.look, ()));
    }

    /// @notice The token calls this before and after each transfer.
    function look() external {
        ++_looks;
        uint256 owed = escrow.feesOwed() + escrow.balanceOf(_home(0)) + escrow.balanceOf(_home(1));
        uint256 held = _strange.balanceOf(address(escrow));
        bool isRight = escrow.totalOwed() <= held && owed <= held
            && court.totalHeld() <= _strange.balanceOf(address(court)) && court.bond() <= court.totalHeld();
        if (!isRight) ++_wrongLooks;
    }

    function test_deposits() public {
        vm.prank(_home(0));
        escrow.deposit(_home(0), 10e6);
        _expectLooks(2);
    }

    function test_withdrawals() public {
        _request(1, 130e6);
        vm.warp(block.timestamp + DELAY);
        CommittedBatch memory latest = _batch(1);
        BalanceProof memory proof = _proof(1, 1);
        vm.prank(_home(1));
        escrow.withdraw(_home(1), latest, proof, noBatch);
        _expectLooks(2);
        vm.prank(operator);
        vm.assertEq(escrow.claimFees(operator), 5e6);
        _expectLooks(4);
    }

    function test_bonds() public {
        vm.startPrank(operator);
        court.depositBond(BOND);
        court.withdrawBond(BOND, operator);
        vm.stopPrank();
        _expectLooks(4);
    }

    function test_questionsAndRewards() public {
        _commit();
        vm.prank(watcher);
        court.demand(_batch(2), 5, 0);
        _expectLooks(2);
        court.answerBalance(_batch(2), _proof(2, 0));
        vm.prank(operator);
        court.claimReward(operator);
        _expectLooks(4);
        vm.prank(address(headerJudge));
        court.takeBack(_batch(2), watcher, "sequence");
        vm.prank(watcher);
        court.claimReward(watcher);
        _expectLooks(6);
    }

    function _endow(address account) private {
        _strange.mint(account, 10 * BOND);
        vm.startPrank(account);
        IERC20(_strange).approve(address(escrow), type(uint256).max);
        IERC20(_strange).approve(address(court), type(uint256).max);
        vm.stopPrank();
    }

    function _expectLooks(uint256 looks) private view {
        vm.assertEq(_looks, looks, "looks");
        vm.assertEq(_wrongLooks, 0, "more was promised than there was");
    }
}
