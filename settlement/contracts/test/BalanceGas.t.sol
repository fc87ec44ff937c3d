// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BalanceLeaf, BalanceProof, BatchHeader} from "../types/Batch.sol";
import {PositionProof} from "../types/Leaves.sol";
import {CrowdFixture} from "./utils/CrowdFixture.sol";
import {vm} from "./utils/Vm.sol";

/// @dev What it costs to have a batch of 10,000 accounts taken back for its header or its balances.
/// forge-config: default.isolate = true
contract BalanceGasTest is CrowdFixture {
    PositionProof private _mine = _positionAmong(_positionLeaf(20e9, 60e9));

    function test_gas_overdraft() public {
        BalanceLeaf memory leaf = _leaf();
        leaf.debit = 121e9;
        BalanceProof memory proof = _commitBalance(leaf);
        _accuseBalance("overdraft", abi.encodeCall(balanceJudge.balanceOverdraft, (court, _batch(1), proof)));
    }

    function test_gas_lockedSpending() public {
        BalanceProof memory before = _commitBalance(_leaf());
        _request(1, 60e6);
        vm.warp(block.timestamp + DELAY - LIMIT);
        BalanceLeaf memory leaf = _leaf();
        leaf.debit = 61e9;
        BalanceProof memory proof = _commitBalance(leaf);
        _accuseBalance(
            "locked-spending",
            abi.encodeCall(balanceJudge.balanceLockedSpending, (court, headers[1], before, _batch(2), proof))
        );
    }

    function test_gas_regress() public {
        BalanceProof memory before = _commitBalance(_leaf());
        BalanceLeaf memory leaf = _leaf();
        leaf.debit -= 1;
        BalanceProof memory proof = _commitBalance(leaf);
        _accuseBalance(
            "regress", abi.encodeCall(balanceJudge.balanceRegress, (court, headers[1], before, _batch(2), proof))
        );
    }

    function test_gas_balanceDelta() public {
        BalanceProof memory before = _commitBalance(_leaf());
        BalanceProof memory proof = _commitBalance(_leaf());
        _accuseBalance(
            "balance-delta",
            abi.encodeCall(balanceJudge.balanceDelta, (court, headers[1], before, _batch(2), proof, _mine))
        );
    }

    function test_gas_misplacedBalance() public {
        BalanceLeaf memory leaf = _leaf();
        leaf.account = watcher;
        BalanceProof memory proof = _commitBalance(leaf);
        _accuseBalance(
            "misplaced-leaf (balance)", abi.encodeCall(balanceJudge.balanceMisplaced, (court, _batch(1), proof))
        );
    }

    function test_gas_misplacedPosition() public {
        _mine.leaf.account = watcher;
        _commitProof(_among(_leaf()), _mine);
        _accuseBalance(
            "misplaced-leaf (position)", abi.encodeCall(balanceJudge.positionMisplaced, (court, _batch(1), _mine))
        );
    }

    function test_gas_balancePadding() public {
        BalanceLeaf memory leaf = _leaf();
        leaf.index = CROWD - 1;
        BalanceProof memory last = BalanceProof(leaf, _padding());
        _commitProof(last, _mine);
        _accuseBalance("padding (balances)", abi.encodeCall(balanceJudge.balancePadding, (court, _batch(1), last)));
    }

    function test_gas_headerSequence() public {
        _commitBalance(_leaf());
        BatchHeader memory header = _header(_among(_leaf()), _mine);
        header.intervalIndex -= 1;
        _commitAs(header);
        _accuseHeader("sequence", abi.encodeCall(headerJudge.headerSequence, (court, headers[1], _batch(2))));
    }

    function test_gas_headerInterval() public {
        BatchHeader memory header = _header(_among(_leaf()), _mine);
        header.intervalEnd += 1;
        _commitAs(header);
        _accuseHeader("sequence (interval)", abi.encodeCall(headerJudge.headerInterval, (court, _batch(1), rules)));
    }

    function test_gas_headerRules() public {
        BatchHeader memory header = _header(_among(_leaf()), _mine);
        header.rulesHash = keccak256("rules");
        _commitAs(header);
        _accuseHeader("rules", abi.encodeCall(headerJudge.headerRules, (court, _batch(1))));
    }

    function test_gas_headerEmptyTree() public {
        BatchHeader memory header = _header(_among(_leaf()), _mine);
        header.accountCount = 0;
        _commitAs(header);
        _accuseHeader("empty-tree", abi.encodeCall(headerJudge.headerEmptyTree, (court, _batch(1))));
    }

    function test_gas_headerAccounts() public {
        _commitBalance(_leaf());
        _accuseHeader("unknown-accounts", abi.encodeCall(headerJudge.headerAccounts, (court, _batch(1))));
    }

    function test_gas_headerPadding() public {
        _mine = PositionProof(CROWD - 1, _mine.leaf, _plainPadding());
        _commitProof(_among(_leaf()), _mine);
        bytes32 last = this.hashPosition(_mine.leaf);
        _accuseHeader("padding", abi.encodeCall(headerJudge.headerPadding, (court, _batch(1), 4, last, _mine.siblings)));
    }

    function _accuseBalance(string memory kind, bytes memory data) private {
        _accuse(kind, address(balanceJudge), data);
    }

    function _accuseHeader(string memory kind, bytes memory data) private {
        _accuse(kind, address(headerJudge), data);
    }

    function _accuse(string memory kind, address judge, bytes memory data) private {
        uint64 head = court.head();
        vm.assertTrue(_send("judges", kind, watcher, judge, data) <= PROOF_CEILING, kind);
        vm.assertEq(court.head(), head - 1, kind);
    }
}
