// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Leaves} from "../libraries/Leaves.sol";
import {Preimages} from "../libraries/Preimages.sol";
import {BalanceProof, BatchHeader} from "../types/Batch.sol";
import {OrderLeaf, PositionProof} from "../types/Leaves.sol";
import {END_REPLACEMENT, OrderEnd, OrderSignature, SIGNED_IN_BULK} from "../types/Signatures.sol";
import {CrowdFixture} from "./utils/CrowdFixture.sol";
import {MerkleBuilder} from "./utils/MerkleBuilder.sol";
import {vm} from "./utils/Vm.sol";

/// @dev What the court and the escrow cost those who use them.
/// forge-config: default.isolate = true
contract CourtGasTest is CrowdFixture {
    uint256 private constant COMMIT_CEILING = 45_000;
    uint256 private constant PERMIT_CEILING = 120_000;
    uint8 private constant ORDERS = 1;
    uint8 private constant BALANCES = 5;
    PositionProof private _mine = _positionAmong(_positionLeaf(20e9, 60e9));

    function test_gas_commit() public {
        _commitBalance(_leaf());
        BatchHeader memory header = _header(_among(_leaf()), _mine);
        bytes memory data = abi.encodeCall(court.commit, (header, committedAt[1]));
        vm.assertTrue(_send("court", "commit", operator, address(court), data) <= COMMIT_CEILING, "commit");
        vm.assertEq(court.head(), 2);
    }

    function test_gas_finalize() public {
        _commitBalance(_leaf());
        vm.warp(block.timestamp + WINDOW);
        _send("court", "finalize", watcher, address(court), abi.encodeCall(court.finalize, (_batch(1))));
    }

    function test_gas_depositWithPermit() public {
        uint256 gas = _depositWithPermit("deposit-with-permit", 0);
        vm.assertTrue(gas <= PERMIT_CEILING, "deposit by permit");
    }

    function test_gas_firstDepositWithPermit() public {
        uint256 gas = _depositWithPermit("deposit-with-permit (new account)", 7);
        vm.assertTrue(gas <= PERMIT_CEILING, "first deposit by permit");
        vm.assertEq(escrow.accountCount(), 4);
    }

    function test_gas_demand() public {
        _commitBalance(_leaf());
        _demand(BALANCES, 1, "demand");
    }

    /// @dev The longest answer: an order that was signed with 255 others and ended by another in its place.
    function test_gas_answer() public {
        OrderSignature memory signature = OrderSignature(
            SIGNED_IN_BULK, 0, 3, 1_700_000_000, 200, new bytes32[](8), abi.encodePacked(keccak256("r"), "s", uint8(27))
        );
        OrderEnd memory ended = OrderEnd(END_REPLACEMENT, 3, 1_700_000_001, keccak256("other"), signature.signature);
        for (uint256 level = 0; level < 8; ++level) {
            signature.proof[level] = keccak256(abi.encode(level));
        }
        bytes[] memory evidence = new bytes[](2);
        (evidence[0], evidence[1]) = (Preimages.encode(signature), Preimages.encode(ended));
        OrderLeaf memory order;
        (order.digest, order.account, order.orderSalt) = (keccak256("digest"), _home(1), keccak256("order salt"));
        (order.signedHash, order.endedHash) = (keccak256(evidence[0]), keccak256(evidence[1]));
        (order.limitPrice, order.energyWh, order.salt) = (245_000, 1234, keccak256("salt"));
        bytes memory leaf = Leaves.encode(order);
        BatchHeader memory header = _header(_among(_leaf()), _mine);
        header.ordersRoot = MerkleBuilder.rootOf(Leaves.hashOf(leaf), 77, _strangers());
        _commitAs(header);
        _demand(ORDERS, 77, "demand (order)");
        _answer("answer", abi.encodeCall(court.answer, (_batch(1), ORDERS, 77, leaf, _strangers(), evidence)));
    }

    function test_gas_answerBalance() public {
        BalanceProof memory proof = _commitBalance(_leaf());
        _demand(BALANCES, 1, "demand");
        _answer("answer (balance)", abi.encodeCall(court.answerBalance, (_batch(1), proof)));
    }

    function test_gas_claimUnanswered() public {
        _commitBalance(_leaf());
        _demand(BALANCES, 1, "demand");
        vm.warp(block.timestamp + RESPONSE + 1);
        bytes memory data = abi.encodeCall(court.claimUnanswered, (_batch(1), BALANCES, 1));
        vm.assertTrue(_send("judges", "withheld", watcher, address(court), data) <= PROOF_CEILING, "withheld");
        vm.assertEq(court.head(), 0);
    }

    function _demand(uint8 tree, uint32 index, string memory name) private {
        _fund(watcher, 2 * DEMAND_BOND);
        bytes memory data = abi.encodeCall(court.demand, (_batch(1), tree, index));
        vm.assertTrue(_send("court", name, watcher, address(court), data) <= PROOF_CEILING, name);
    }

    function _answer(string memory name, bytes memory data) private {
        vm.assertTrue(_send("court", name, operator, address(court), data) <= PROOF_CEILING, name);
        vm.assertEq(court.rewardOf(operator), DEMAND_BOND / 2);
    }

    function _depositWithPermit(string memory name, uint256 i) private returns (uint256 gas) {
        token.mint(_home(i), 20e6);
        vm.prank(_home(i));
        token.approve(address(escrow), 0);
        (uint8 v, bytes32 r, bytes32 s) = _permit(i, 10e6, block.timestamp);
        bytes memory data = abi.encodeCall(escrow.depositWithPermit, (_home(i), 10e6, block.timestamp, v, r, s));
        gas = _send("court", name, _home(i), address(escrow), data);
    }
}
