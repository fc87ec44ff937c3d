// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BatchHeader} from "../types/Batch.sol";
import {CourtFixture} from "./utils/CourtFixture.sol";
import {vm} from "./utils/Vm.sol";

/// @notice What whole transactions cost: their 21,000, their calldata (or what a transaction pays at least for it,
/// EIP-7623), and the call with nothing warm.
contract CourtGasTest is CourtFixture {
    uint256 private constant COMMIT_CEILING = 45_000;
    uint256 private constant PERMIT_CEILING = 120_000;
    /// @dev What a cold account costs more than a warm one (EIP-2929).
    uint256 private constant COLD_ACCOUNT = 2_500;

    function setUp() public {
        _setUpCourt();
        for (uint256 i = 0; i < 3; ++i) {
            _deposit(i, 100e6);
        }
        _trade(0, 1, 10e6, 1e6);
        _commit();
    }

    function test_gas_commit() public {
        _trade(1, 2, 10e6, 1e6);
        (BatchHeader memory header,) = _next();
        // As full as a header can be: no root is zero, and counts are those of 5,000 trades of 1,000 sites.
        header.ordersRoot = keccak256("orders");
        header.readingsRoot = keccak256("readings");
        header.fillsRoot = keccak256("fills");
        (header.orderCount, header.readingCount, header.fillCount) = (10_000, 4_000, 10_000);
        header.clearingPrice = 245_000;
        uint256 gas = _measure(operator, address(court), abi.encodeCall(court.commit, (header, committedAt[1])));
        vm.assertEq(court.head(), 2);
        vm.snapshotValue("court", "commit", gas);
        vm.assertTrue(gas <= COMMIT_CEILING, "commit");
    }

    function test_gas_depositWithPermit_ofAKnownAccount() public {
        vm.assertTrue(_depositWithPermit(0, "deposit-with-permit") <= PERMIT_CEILING, "deposit by permit");
    }

    function test_gas_finalize() public {
        vm.warp(block.timestamp + WINDOW);
        vm.snapshotValue(
            "court", "finalize", _measure(watcher, address(court), abi.encodeCall(court.finalize, (_batch(1))))
        );
    }

    function test_gas_demand() public {
        _fund(watcher, DEMAND_BOND);
        vm.snapshotValue(
            "court", "demand", _measure(watcher, address(court), abi.encodeCall(court.demand, (_batch(1), 5, 0)))
        );
    }

    function _depositWithPermit(uint256 i, string memory name) private returns (uint256 gas) {
        token.mint(_home(i), 10e6);
        vm.prank(_home(i));
        token.approve(address(escrow), 0);
        (uint8 v, bytes32 r, bytes32 s) = _permit(i, 10e6, block.timestamp);
        bytes memory data = abi.encodeCall(escrow.depositWithPermit, (_home(i), 10e6, block.timestamp, v, r, s));
        gas = _measure(_home(i), address(escrow), data);
        vm.snapshotValue("court", name, gas);
    }

    function _measure(address sender, address target, bytes memory data) private returns (uint256) {
        uint256 zeros = 0;
        for (uint256 i = 0; i < data.length; ++i) {
            if (data[i] == 0) ++zeros;
        }
        vm.cool(address(court));
        vm.cool(address(escrow));
        vm.cool(address(token));
        vm.prank(sender);
        uint256 before = gasleft();
        (bool succeeded,) = target.call(data);
        uint256 used = before - gasleft();
        vm.assertTrue(succeeded, "the call succeeds");
        uint256 nonzeros = data.length - zeros;
        // A transaction finds the contract that it is sent to warm, other than this call.
        uint256 paid = 21_000 + 4 * zeros + 16 * nonzeros + used - COLD_ACCOUNT;
        uint256 floor = 21_000 + 10 * zeros + 40 * nonzeros;
        return paid > floor ? paid : floor;
    }
}
