// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Leaves} from "../libraries/Leaves.sol";
import {MerkleTree} from "../libraries/MerkleTree.sol";
import {OrderDomain, OrderSignatures} from "../libraries/OrderSignatures.sol";
import {Preimages} from "../libraries/Preimages.sol";
import {FillLeaf, ORDER_ENDED, OrderLeaf, PositionLeaf, ReadingLeaf} from "../types/Leaves.sol";
import {OrderEnd, OrderSignature} from "../types/Signatures.sol";
import {MerkleBuilder} from "./utils/MerkleBuilder.sol";
import {bound, vm} from "./utils/Vm.sol";

/// @dev What TypeScript encodes and signs is what the contracts hash and recover.
contract EncodingsTest {
    using MerkleBuilder for bytes32[];

    string private constant VECTORS = "settlement/contracts/test/vectors/";

    string private _json;

    function setUp() public {
        _json = vm.readFile(string.concat(VECTORS, "encodings.json"));
    }

    function _checkHash(string memory name, bytes32 hash) private view {
        vm.assertEq(hash, vm.parseJsonBytes32(_json, string.concat(".", name, ".hash")), name);
    }

    /// @dev A leaf, or what it has a hash of, as `abi.encode` lays it out.
    function _read(string memory name) private view returns (bytes memory) {
        return vm.parseJsonBytes(_json, string.concat(".", name, ".words"));
    }

    function _checkLeaf(string memory name, bytes memory encoded, uint256 length, bytes32 hash) private view {
        vm.assertEq(encoded, vm.parseJsonBytes(_json, string.concat(".", name, ".encoded")));
        vm.assertEq(encoded.length, length, name);
        _checkHash(name, hash);
    }

    function test_vectors_leaves() public view {
        OrderLeaf memory order = abi.decode(_read("order"), (OrderLeaf));
        _checkLeaf("order", Leaves.encode(order), Leaves.ORDER_BYTES, Leaves.hash(order));
        ReadingLeaf memory reading = abi.decode(_read("reading"), (ReadingLeaf));
        _checkLeaf("reading", Leaves.encode(reading), Leaves.READING_BYTES, Leaves.hash(reading));
        FillLeaf memory fill = abi.decode(_read("fill"), (FillLeaf));
        _checkLeaf("fill", Leaves.encode(fill), Leaves.FILL_BYTES, Leaves.hash(fill));
        PositionLeaf memory position = abi.decode(_read("position"), (PositionLeaf));
        _checkLeaf("position", Leaves.encode(position), Leaves.POSITION_BYTES, Leaves.hash(position));
    }

    function test_vectors_preimages() public view {
        OrderSignature memory signature = abi.decode(_read("signature"), (OrderSignature));
        vm.assertEq(Preimages.encode(signature), vm.parseJsonBytes(_json, ".signature.encoded"));
        _checkHash("signature", Preimages.hash(signature));
        OrderEnd memory end = abi.decode(_read("end"), (OrderEnd));
        vm.assertEq(Preimages.encode(end), vm.parseJsonBytes(_json, ".end.encoded"));
        _checkHash("end", Preimages.hash(end));
    }

    function test_vectors_signatures() public {
        _json = vm.readFile(string.concat(VECTORS, "order-signatures.json"));
        vm.chainId(vm.parseJsonUint(_json, ".chainId"));
        OrderDomain memory domain =
            OrderSignatures.domainOf(vm.parseJsonBytes32(_json, ".community"), vm.parseJsonAddress(_json, ".court"));
        uint256 ended = 0;
        for (uint256 i = 0; i < 9; ++i) {
            string memory path = string.concat(".orders[", vm.toString(i), "]");
            OrderLeaf memory order = _readOrder(path);
            vm.assertEq(OrderSignatures.orderDigest(domain, order), order.digest, path);
            bytes memory signed = vm.parseJsonBytes(_json, string.concat(path, ".signature"));
            OrderSignature memory signature = abi.decode(signed, (OrderSignature));
            vm.assertEq(Preimages.hash(signature), order.signedHash, path);
            vm.assertEq(OrderSignatures.signerOf(domain, order, signature), order.account);
            if (order.ended != ORDER_ENDED) continue;
            ++ended;
            OrderEnd memory end = abi.decode(vm.parseJsonBytes(_json, string.concat(path, ".end")), (OrderEnd));
            vm.assertEq(Preimages.hash(end), order.endedHash, path);
            vm.assertEq(OrderSignatures.enderOf(domain, order, signature, end), order.account);
        }
        vm.assertEq(ended, 4);
    }

    function _readOrder(string memory path) private view returns (OrderLeaf memory order) {
        order.digest = vm.parseJsonBytes32(_json, string.concat(path, ".digest"));
        order.account = vm.parseJsonAddress(_json, string.concat(path, ".account"));
        order.isBid = vm.parseJsonBool(_json, string.concat(path, ".isBid"));
        order.limitPrice = int64(uint64(vm.parseJsonUint(_json, string.concat(path, ".limitPrice"))));
        order.energyWh = uint64(vm.parseJsonUint(_json, string.concat(path, ".energyWh")));
        order.intervalIndex = uint64(vm.parseJsonUint(_json, string.concat(path, ".intervalIndex")));
        order.orderSalt = vm.parseJsonBytes32(_json, string.concat(path, ".orderSalt"));
        order.signedHash = vm.parseJsonBytes32(_json, string.concat(path, ".signedHash"));
        order.ended = uint8(vm.parseJsonUint(_json, string.concat(path, ".ended")));
        order.endedHash = vm.parseJsonBytes32(_json, string.concat(path, ".endedHash"));
    }

    /// @dev An external call, so that the library sees calldata.
    function has(bytes32 root, uint256 count, uint256 index, bytes32 leaf, bytes32[] calldata siblings)
        external
        pure
        returns (bool)
    {
        return MerkleTree.has(root, count, index, leaf, siblings);
    }

    function testFuzz_treeHasEachLeafAtItsPlaceOnly(uint256 seed, uint256 count, uint256 index) public view {
        bytes32[] memory leaves = new bytes32[](bound(count, 1, 33));
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = keccak256(abi.encode(seed, i));
        }
        index %= leaves.length;
        bytes32[] memory siblings = leaves.siblingsOf(index);
        for (uint256 place = 0; place < leaves.length + 2; ++place) {
            bool stands = this.has(leaves.root(), leaves.length, place, leaves[index], siblings);
            vm.assertTrue(stands == (place == index), "place");
        }
    }

    function testFuzz_treeHasNoOtherProof(uint256 seed, uint256 count, uint256 index, uint256 change) public view {
        bytes32[] memory leaves = new bytes32[](bound(count, 2, 33));
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = keccak256(abi.encode(seed, i));
        }
        index %= leaves.length;
        bytes32[] memory siblings = leaves.siblingsOf(index);
        bytes32 leaf = leaves[index];
        uint256 claimed = leaves.length;
        if (change % 4 == 0) leaf = ~leaf;
        else if (change % 4 == 1) siblings[(change >> 8) % siblings.length] ^= bytes32(uint256(1));
        else if (change % 4 == 2) siblings = new bytes32[](siblings.length + 1);
        else claimed *= 2;
        vm.assertFalse(this.has(leaves.root(), claimed, index, leaf, siblings), "proof");
    }

    function test_treeOfNothingHasNothing() public view {
        vm.assertFalse(this.has(bytes32(0), 0, 0, bytes32(0), new bytes32[](0)), "nothing");
    }
}
