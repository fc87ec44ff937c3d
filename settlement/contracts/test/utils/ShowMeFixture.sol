// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICourtErrors} from "../../interfaces/ICourtErrors.sol";
import {Leaves} from "../../libraries/Leaves.sol";
import {BatchHeader, CommittedBatch} from "../../types/Batch.sol";
import {OrderLeaf} from "../../types/Leaves.sol";
import {CourtFixture} from "./CourtFixture.sol";
import {vm} from "./Vm.sol";

/// @notice A court with a trade between two accounts, and a watcher that asks for leaves of its batches.
abstract contract ShowMeFixture is CourtFixture {
    uint8 internal constant ORDERS = 1;
    uint8 internal constant READINGS = 2;
    uint8 internal constant FILLS = 3;
    uint8 internal constant POSITIONS = 4;
    uint8 internal constant BALANCES = 5;
    bytes32[] internal alone;
    bytes[] internal nothing;

    function setUp() public {
        _setUpCourt();
        _deposit(0, 100e6);
        _deposit(1, 100e6);
        _fund(watcher, 100 * DEMAND_BOND);
        _trade(0, 1, 10e6, 1e6);
    }

    function _withOrder(OrderLeaf memory order) internal returns (CommittedBatch memory) {
        BatchHeader memory header = _honest();
        header.orderCount = 1;
        header.ordersRoot = Leaves.hashOf(Leaves.encode(order));
        return _committed(header);
    }

    function _honest() internal returns (BatchHeader memory header) {
        (header,) = _next();
    }

    function _committed(BatchHeader memory header) internal returns (CommittedBatch memory) {
        _commitAs(header);
        return _batch(header.number);
    }

    function _demand(CommittedBatch memory batch, uint8 tree, uint32 index) internal {
        vm.prank(watcher);
        court.demand(batch, tree, index);
    }

    function _expectWrong(CommittedBatch memory batch, uint8 tree, bytes memory leaf, bytes[] memory evidence)
        internal
    {
        vm.expectRevert(abi.encodeWithSelector(ICourtErrors.CourtWrongAnswer.selector, tree, 0));
        court.answer(batch, tree, 0, leaf, alone, evidence);
    }
}
