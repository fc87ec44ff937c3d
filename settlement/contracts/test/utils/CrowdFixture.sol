// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BalanceTree} from "../../libraries/BalanceTree.sol";
import {BalanceLeaf, BalanceNode, BalanceProof, BatchHeader} from "../../types/Batch.sol";
import {PositionLeaf, PositionProof} from "../../types/Leaves.sol";
import {CourtFixture} from "./CourtFixture.sol";
import {MerkleBuilder} from "./MerkleBuilder.sol";
import {TransactionGas} from "./TransactionGas.sol";
import {TreeBuilder} from "./TreeBuilder.sol";
import {vm} from "./Vm.sol";

/// @notice Batches of 10,000 leaves in each tree, of which one is known and the others hash to something; and what
/// transactions about them cost.
abstract contract CrowdFixture is CourtFixture {
    uint32 internal constant CROWD = 10_000;
    uint256 internal constant CROWD_DEPTH = 14;
    /// @dev What nobody's proof of a batch may cost more than.
    uint256 internal constant PROOF_CEILING = 300_000;
    /// @dev Nano money of a stranger: seven bytes, as the turnover of a street has.
    uint128 private constant STRANGERS_NANO = 0x11223344556677;

    function setUp() public {
        _setUpCourt();
        for (uint256 i = 0; i < 3; ++i) {
            _deposit(i, 100e6);
        }
    }

    /// @dev Home 1's leaf, with a debit of 60 and a credit of 20.
    function _leaf() internal pure returns (BalanceLeaf memory) {
        return BalanceLeaf(1, _home(1), 20e9, 60e9, keccak256("salt"));
    }

    /// @dev What home 1 did in an interval: all fields that are hashed.
    function _positionLeaf(uint128 creditNano, uint128 debitNano) internal pure returns (PositionLeaf memory leaf) {
        leaf.account = _home(1);
        leaf.siteId = keccak256("home-1");
        (leaf.soldWh, leaf.boughtWh) = (1234, 2345);
        (leaf.creditNano, leaf.debitNano) = (creditNano, debitNano);
        leaf.isMetered = true;
        (leaf.startReading, leaf.endReading) = (1111, 2222);
        (leaf.startImportWh, leaf.startExportWh, leaf.endImportWh, leaf.endExportWh) =
        (11_111_111, 22_222_222, 11_112_111, 22_223_222);
        leaf.salt = keccak256("position salt");
    }

    /// @dev The leaf among strangers.
    function _among(BalanceLeaf memory leaf) internal pure returns (BalanceProof memory proof) {
        proof.leaf = leaf;
        proof.siblings = new BalanceNode[](CROWD_DEPTH);
        for (uint256 level = 0; level < CROWD_DEPTH; ++level) {
            proof.siblings[level] = BalanceNode(_stranger(level), STRANGERS_NANO, STRANGERS_NANO);
        }
    }

    /// @dev A position among strangers.
    function _positionAmong(PositionLeaf memory leaf) internal pure returns (PositionProof memory) {
        return PositionProof(1, leaf, _strangers());
    }

    function _strangers() internal pure returns (bytes32[] memory siblings) {
        siblings = new bytes32[](CROWD_DEPTH);
        for (uint256 level = 0; level < CROWD_DEPTH; ++level) {
            siblings[level] = _stranger(level);
        }
    }

    function _stranger(uint256 level) private pure returns (bytes32) {
        return keccak256(abi.encode("stranger", level));
    }

    /// @dev The next header, in which all is right but what the tests put there.
    function _header(BalanceProof memory proof, PositionProof memory position)
        internal
        returns (BatchHeader memory header)
    {
        BalanceNode memory root = TreeBuilder.rootOf(proof);
        (header,) = _next();
        header.accountCount = CROWD;
        (header.balancesRoot, header.creditTotal, header.debitTotal) = (root.hash, root.credit, root.debit);
        header.feeTotal = root.debit - root.credit;
        header.positionsRoot = MerkleBuilder.rootOf(this.hashPosition(position.leaf), position.index, position.siblings);
        header.ordersRoot = keccak256("orders");
        header.readingsRoot = keccak256("readings");
        header.fillsRoot = keccak256("fills");
        (header.orderCount, header.readingCount, header.fillCount) = (CROWD, CROWD, CROWD);
        header.clearingPrice = 245_000;
    }

    /// @dev Commits a batch with the proof's leaf, and a position of it.
    function _commitProof(BalanceProof memory proof, PositionProof memory position) internal {
        _commitAs(_header(proof, position));
    }

    function _commitBalance(BalanceLeaf memory leaf) internal returns (BalanceProof memory proof) {
        proof = _among(leaf);
        _commitProof(proof, _positionAmong(_positionLeaf(20e9, 60e9)));
    }

    /// @dev The empty nodes beside the last leaf's way to the root, and something at the highest place of padding.
    function _padding() internal pure returns (BalanceNode[] memory siblings) {
        siblings = _among(_leaf()).siblings;
        BalanceNode memory empty;
        uint256 highest;
        for (uint256 level = 0; level < CROWD_DEPTH; ++level) {
            if (((CROWD - 1) >> level) & 1 == 0) (siblings[level], highest) = (empty, level);
            empty = BalanceTree.parent(empty, empty);
        }
        siblings[highest] = BalanceNode(keccak256("hidden"), 0, STRANGERS_NANO);
    }

    /// @dev As `_padding`, in the other trees.
    function _plainPadding() internal pure returns (bytes32[] memory siblings) {
        siblings = _strangers();
        bytes32 empty;
        uint256 highest;
        for (uint256 level = 0; level < CROWD_DEPTH; ++level) {
            if (((CROWD - 1) >> level) & 1 == 0) (siblings[level], highest) = (empty, level);
            empty = keccak256(abi.encode(empty, empty));
        }
        siblings[highest] = keccak256("hidden");
    }

    /// @dev Sends a transaction and notes what it costs.
    function _send(string memory group, string memory name, address sender, address target, bytes memory data)
        internal
        returns (uint256 gas)
    {
        gas = TransactionGas.send(sender, target, data);
        vm.snapshotValue(group, name, gas);
    }
}
