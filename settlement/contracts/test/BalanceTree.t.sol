// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BalanceTree} from "../libraries/BalanceTree.sol";
import {BalanceLeaf, BalanceNode, BalanceProof, BatchHeader} from "../types/Batch.sol";
import {TreeBuilder} from "./utils/TreeBuilder.sol";
import {bound, vm} from "./utils/Vm.sol";

contract BalanceTreeTest {
    using TreeBuilder for BalanceLeaf[];

    string private _json;

    function setUp() public {
        _json = vm.readFile("settlement/contracts/test/vectors/balance-tree.json");
    }

    /// @dev An external call, so that the libraries see calldata.
    function verify(BatchHeader calldata header, BalanceProof calldata proof) external pure returns (bool) {
        return BalanceTree.verify(header, proof);
    }

    function test_vectors_trees() public view {
        for (uint256 tree = 0; tree < 4; ++tree) {
            string memory path = string.concat(".trees[", vm.toString(tree), "]");
            BalanceLeaf[] memory leaves = _readLeaves(path);
            BalanceNode memory root = leaves.root();
            vm.assertEq(root.hash, vm.parseJsonBytes32(_json, string.concat(path, ".root.hash")), path);
            vm.assertEq(root.credit, vm.parseJsonUint(_json, string.concat(path, ".root.credit")), path);
            vm.assertEq(root.debit, vm.parseJsonUint(_json, string.concat(path, ".root.debit")), path);
            for (uint256 i = 0; i < leaves.length; ++i) {
                _checkSiblings(string.concat(path, ".siblings[", vm.toString(i), "]"), leaves.prove(i));
            }
        }
    }

    function test_depth() public pure {
        uint8[10] memory counts = [0, 1, 2, 3, 4, 5, 8, 9, 16, 17];
        uint8[10] memory depths = [0, 0, 1, 2, 2, 3, 3, 4, 4, 5];
        for (uint256 i = 0; i < counts.length; ++i) {
            vm.assertEq(BalanceTree.depth(counts[i]), depths[i]);
        }
        vm.assertEq(BalanceTree.depth(type(uint32).max), 32);
    }

    function testFuzz_everyLeafIsProved(uint256 seed, uint256 count) public view {
        (BatchHeader memory header, BalanceLeaf[] memory leaves) = _randomTree(seed, bound(count, 1, 20));
        for (uint256 i = 0; i < leaves.length; ++i) {
            vm.assertTrue(this.verify(header, leaves.prove(i)), "leaf");
        }
        vm.assertTrue(this.verify(header, leaves.prove(leaves.length)), "no leaf, nothing claimed");
    }

    function testFuzz_oneChangeBreaksTheProof(uint256 seed, uint256 count, uint256 index, uint256 change) public view {
        (BatchHeader memory header, BalanceLeaf[] memory leaves) = _randomTree(seed, bound(count, 2, 20));
        BalanceProof memory proof = leaves.prove(index % leaves.length);
        uint256 level = (change >> 8) % proof.siblings.length;
        uint256 kind = change % 13;
        if (kind == 0) proof.leaf.account = address(uint160(proof.leaf.account) + 1);
        else if (kind == 1) proof.leaf.credit += 1;
        else if (kind == 2) proof.leaf.debit += 1;
        else if (kind == 3) proof.leaf.salt = ~proof.leaf.salt;
        else if (kind == 4) proof.leaf.index = uint32((proof.leaf.index + 1) % leaves.length);
        else if (kind == 5) proof.siblings[level].hash = ~proof.siblings[level].hash;
        else if (kind == 6) proof.siblings[level].credit += 1;
        else if (kind == 7) proof.siblings[level].debit += 1;
        else if (kind == 8) header.creditTotal += 1;
        else if (kind == 9) header.debitTotal += 1;
        else if (kind == 10) header.balancesRoot = ~header.balancesRoot;
        else if (kind == 11) proof.siblings = new BalanceNode[](proof.siblings.length + 1);
        else proof.leaf.index = header.accountCount;
        vm.assertFalse(this.verify(header, proof), "changed");
    }

    function test_sumsThatMoveBetweenSiblingsBreakTheProof() public view {
        (BatchHeader memory header, BalanceLeaf[] memory leaves) = _randomTree(7, 4);
        BalanceProof memory proof = leaves.prove(1);
        proof.siblings[0].credit += 1;
        proof.siblings[1].credit -= 1;
        vm.assertFalse(this.verify(header, proof), "same total, other parts");
    }

    function test_innerNodeIsNoLeaf() public view {
        // A shorter proof that starts at an inner node would need that node to hash like a leaf.
        (BatchHeader memory header, BalanceLeaf[] memory leaves) = _randomTree(3, 4);
        BalanceProof memory whole = leaves.prove(0);
        BalanceProof memory proof;
        proof.leaf = BalanceLeaf(0, address(0), header.creditTotal, header.debitTotal, bytes32(0));
        proof.siblings = new BalanceNode[](1);
        proof.siblings[0] = whole.siblings[1];
        vm.assertFalse(this.verify(header, proof), "wrong depth");
        header.accountCount = 2;
        vm.assertFalse(this.verify(header, proof), "wrong hash");
    }

    function test_sumsBeyond128BitsRevert() public {
        BalanceLeaf[] memory leaves = new BalanceLeaf[](2);
        leaves[0] = BalanceLeaf(0, address(1), type(uint128).max, 0, bytes32(0));
        leaves[1] = BalanceLeaf(1, address(2), 0, 0, bytes32(0));
        BalanceProof memory proof = leaves.prove(0);
        proof.siblings[0].credit = 1;
        BatchHeader memory header;
        header.accountCount = 2;
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        this.verify(header, proof);
    }

    function _randomTree(uint256 seed, uint256 count)
        private
        pure
        returns (BatchHeader memory header, BalanceLeaf[] memory leaves)
    {
        leaves = new BalanceLeaf[](count);
        for (uint32 i = 0; i < count; ++i) {
            bytes32 random = keccak256(abi.encode(seed, i));
            uint128 credit = 1 + uint128(uint256(random)) / 64;
            uint128 debit = 1 + uint128(uint256(random) >> 128) / 64;
            leaves[i] = BalanceLeaf(i, address(uint160(0x1000 + i)), credit, debit, random);
        }
        BalanceNode memory root = leaves.root();
        header.balancesRoot = root.hash;
        header.creditTotal = root.credit;
        header.debitTotal = root.debit;
        header.accountCount = uint32(count);
    }

    function _readLeaves(string memory path) private view returns (BalanceLeaf[] memory leaves) {
        leaves = new BalanceLeaf[](vm.parseJsonUint(_json, string.concat(path, ".accountCount")));
        for (uint32 i = 0; i < leaves.length; ++i) {
            string memory leafAt = string.concat(path, ".leaves[", vm.toString(i), "]");
            leaves[i] = BalanceLeaf({
                index: i,
                account: vm.parseJsonAddress(_json, string.concat(leafAt, ".account")),
                credit: uint128(vm.parseJsonUint(_json, string.concat(leafAt, ".credit"))),
                debit: uint128(vm.parseJsonUint(_json, string.concat(leafAt, ".debit"))),
                salt: vm.parseJsonBytes32(_json, string.concat(leafAt, ".salt"))
            });
            bytes32 hash = vm.parseJsonBytes32(_json, string.concat(leafAt, ".hash"));
            vm.assertEq(BalanceTree.hashLeaf(leaves[i]), hash, leafAt);
        }
    }

    function _checkSiblings(string memory path, BalanceProof memory proof) private view {
        for (uint256 level = 0; level < proof.siblings.length; ++level) {
            string memory nodeAt = string.concat(path, "[", vm.toString(level), "]");
            BalanceNode memory node = proof.siblings[level];
            vm.assertEq(node.hash, vm.parseJsonBytes32(_json, string.concat(nodeAt, ".hash")), nodeAt);
            vm.assertEq(node.credit, vm.parseJsonUint(_json, string.concat(nodeAt, ".credit")), nodeAt);
            vm.assertEq(node.debit, vm.parseJsonUint(_json, string.concat(nodeAt, ".debit")), nodeAt);
        }
    }
}
