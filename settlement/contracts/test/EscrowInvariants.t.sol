// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IEnergyEscrow} from "../interfaces/IEnergyEscrow.sol";
import {StreetHandler} from "./utils/StreetHandler.sol";
import {vm} from "./utils/Vm.sol";

/// @notice What must hold whatever the street does.
contract EscrowInvariantsTest {
    StreetHandler private _street;
    IEnergyEscrow private _escrow;

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function setUp() public {
        _street = new StreetHandler();
        _escrow = _street.theEscrow();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_street);
    }

    /// @dev `everyoneLeaves` is the end of a run, not a step of it. Trades, batches and time come more often than the
    /// rest, so that runs get far.
    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        bytes4[17] memory steps = [
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
            StreetHandler.donate.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_street), new bytes4[](steps.length));
        for (uint256 i = 0; i < steps.length; ++i) {
            targets[0].selectors[i] = steps[i];
        }
    }

    /// @dev Token balance = what the final books say it must be = the escrow's own counter, donations aside.
    function invariant_moneyIsConserved() public view {
        uint256 held = _escrow.token().balanceOf(address(_escrow)) - _street.donated();
        vm.assertEq(_street.auditedSum(), held, "final books = token balance");
        vm.assertEq(_escrow.totalOwed(), held, "counter = token balance");
    }

    function invariant_honestOperatorIsNeverSlashed() public view {
        vm.assertEq(_street.honestSlashed(), 0, "slashed");
        vm.assertEq(_escrow.bond(), _escrow.minimumBond(), "bond");
    }

    function invariant_batchesAreSequential() public view {
        vm.assertTrue(_escrow.finalNumber() <= _escrow.head(), "final batches come before pending ones");
    }

    /// @dev At the end of every run all homes leave with all they have, with no help from the operator.
    function afterInvariant() public {
        _street.everyoneLeaves();
        uint256 rest = _escrow.bond() + _escrow.feesOwed() + _street.donated();
        vm.assertEq(_escrow.token().balanceOf(address(_escrow)), rest, "only bond, fees and gifts stay");
    }
}
