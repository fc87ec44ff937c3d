// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEnergyEscrow} from "../interfaces/IEnergyEscrow.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {StreetHandler} from "./utils/StreetHandler.sol";
import {vm} from "./utils/Vm.sol";

/// @notice What must hold whatever the street does.
contract SettlementInvariantsTest {
    StreetHandler private _street;
    IEnergyEscrow private _escrow;
    ISettlementCourt private _court;

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function setUp() public {
        _street = new StreetHandler();
        _street.open();
        _escrow = _street.theEscrow();
        _court = _street.theCourt();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_street);
    }

    /// @dev `everyoneLeaves` is the end of a run, not a step of it. Trades, batches and time come more often than the
    /// rest, so that runs get far.
    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        bytes4[19] memory steps = [
            StreetHandler.trade.selector,
            StreetHandler.trade.selector,
            StreetHandler.commit.selector,
            StreetHandler.commit.selector,
            StreetHandler.pass.selector,
            StreetHandler.pass.selector,
            StreetHandler.challenge.selector,
            StreetHandler.challenge.selector,
            StreetHandler.request.selector,
            StreetHandler.withdraw.selector,
            StreetHandler.withdrawRecorded.selector,
            StreetHandler.finalizeDue.selector,
            StreetHandler.settleOne.selector,
            StreetHandler.deposit.selector,
            StreetHandler.cancel.selector,
            StreetHandler.claimFees.selector,
            StreetHandler.donate.selector,
            StreetHandler.ask.selector,
            StreetHandler.answerAll.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_street), new bytes4[](steps.length));
        for (uint256 i = 0; i < steps.length; ++i) {
            targets[0].selectors[i] = steps[i];
        }
    }

    /// @dev One function, so that the calls of a run are checked by all three at once.
    function invariant_settlement() public view {
        _moneyIsConserved();
        _honestOperatorIsNeverSlashed();
        vm.assertTrue(_court.finalNumber() <= _court.head(), "final batches come before pending ones");
    }

    /// @dev Token balance = what the final books say it must be, to the nano = the escrow's own counter, donations aside.
    function _moneyIsConserved() private view {
        uint256 held = _escrow.token().balanceOf(address(_escrow)) - _street.donated();
        vm.assertEq(_street.auditedNano(), held * _escrow.nanoPerUnit(), "final books = token balance");
        vm.assertEq(_escrow.totalOwed(), held, "counter = token balance");
        vm.assertEq(_court.totalHeld(), _court.token().balanceOf(address(_court)), "bonds = token balance");
    }

    function _honestOperatorIsNeverSlashed() private view {
        vm.assertEq(_street.honestSlashed(), 0, "slashed");
        vm.assertEq(_court.bond(), _court.minimumBond(), "bond");
        vm.assertEq(_street.operatorsMoney(), _street.operatorsDue(), "what honesty costs");
    }

    /// @dev At the end of every run all homes leave with all they have, with no help from the operator.
    function afterInvariant() public {
        _street.everyoneLeaves();
        uint256 rest = _escrow.feesOwed() + _street.donated();
        uint256 held = _escrow.token().balanceOf(address(_escrow));
        vm.assertTrue(held >= rest && held - rest <= _escrow.accountCount(), "only fees, gifts and dust stay");
    }
}
