// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {OrderLeaf} from "../../types/Leaves.sol";
import {
    END_GROUP,
    END_INTERVAL,
    END_ORDER,
    OrderEnd,
    OrderSignature,
    SIGNED_ALONE,
    SIGNED_AS_REPLACEMENT,
    SIGNED_IN_BULK
} from "../../types/Signatures.sol";
import {vm} from "./Vm.sol";

/// @notice Whom a wallet signs for.
struct SignedFor {
    string name;
    string version;
    uint256 chainId;
    address court;
    bytes32 community;
}

/// @notice Signs as a wallet does. Written apart from the contracts' library, so that a slip in one shows.
library OrderSigner {
    string private constant ORDER =
        "Order(string community,address account,string side,uint64 intervalIndex,uint64 limitPrice,uint64 energyWh,bytes32 salt)";

    function orderStruct(bytes32 community, OrderLeaf memory order) internal pure returns (bytes32) {
        bytes memory head = abi.encode(
            keccak256(bytes(ORDER)), community, order.account, keccak256(order.isBid ? bytes("bid") : bytes("offer"))
        );
        bytes memory tail = abi.encode(order.intervalIndex, uint64(order.limitPrice), order.energyWh, order.orderSalt);
        return keccak256(bytes.concat(head, tail));
    }

    function separator(SignedFor memory domain) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)"
                ),
                keccak256(bytes(domain.name)),
                keccak256(bytes(domain.version)),
                domain.chainId,
                domain.court,
                domain.community
            )
        );
    }

    function digest(SignedFor memory domain, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", separator(domain), structHash));
    }

    /// @notice The id of an order.
    function orderDigest(SignedFor memory domain, OrderLeaf memory order) internal pure returns (bytes32) {
        return digest(domain, orderStruct(domain.community, order));
    }

    /// @notice A signature of the given kind; a bulk one is over two orders, of which this one stands at `random`'s side.
    function sign(SignedFor memory domain, OrderLeaf memory order, uint256 key, uint8 kind, uint256 random)
        internal
        pure
        returns (OrderSignature memory signature)
    {
        bytes32 structHash = orderStruct(domain.community, order);
        signature.kind = kind;
        if (kind == SIGNED_AS_REPLACEMENT) {
            signature.replaces = keccak256(abi.encode("replaced", random));
            structHash = replacementStruct(signature.replaces, structHash);
        } else if (kind == SIGNED_IN_BULK) {
            signature.group = uint64(random % 4);
            signature.counter = uint64(random >> 8) % 4;
            signature.index = uint32(random & 1);
            signature.proof = new bytes32[](1);
            signature.proof[0] = keccak256(abi.encode("beside", random));
            structHash = _bulkOfTwo(structHash, signature);
        } else {
            require(kind == SIGNED_ALONE, "unknown kind");
        }
        signature.signature = raw(key, digest(domain, structHash));
    }

    /// @notice Signs a bulk order anew, after its group or counter changed.
    function resignBulk(SignedFor memory domain, OrderLeaf memory order, OrderSignature memory signature, uint256 key)
        internal
        pure
    {
        bytes32 structHash = _bulkOfTwo(orderStruct(domain.community, order), signature);
        signature.signature = raw(key, digest(domain, structHash));
    }

    /// @notice What ends an order, by scope.
    function end(
        SignedFor memory domain,
        OrderLeaf memory order,
        OrderSignature memory signature,
        uint256 key,
        uint8 scope
    ) internal pure returns (OrderEnd memory ended) {
        ended.scope = scope;
        if (scope == END_INTERVAL) ended.counter = 7;
        if (scope == END_GROUP) (ended.group, ended.counter) = (signature.group, signature.counter + 1);
        if (scope > END_GROUP) ended.replacement = keccak256("a better order");
        ended.signature = raw(key, digest(domain, _endStruct(domain.community, order, ended)));
    }

    function replacementStruct(bytes32 replaces, bytes32 structHash) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(bytes.concat("Replacement(bytes32 replaces,Order order)", bytes(ORDER)));
        return keccak256(abi.encode(typehash, replaces, structHash));
    }

    function raw(uint256 key, bytes32 hash) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, hash);
        return abi.encodePacked(r, s, v);
    }

    function _endStruct(bytes32 community, OrderLeaf memory order, OrderEnd memory ended)
        private
        pure
        returns (bytes32)
    {
        address account = order.account;
        if (ended.scope == END_ORDER) {
            bytes32 typehash = keccak256("CancelOrder(string community,address account,bytes32 orderId)");
            return keccak256(abi.encode(typehash, community, account, order.digest));
        }
        if (ended.scope == END_INTERVAL) {
            bytes32 typehash =
                keccak256("CancelInterval(string community,address account,uint64 intervalIndex,uint64 counter)");
            return keccak256(abi.encode(typehash, community, account, order.intervalIndex, ended.counter));
        }
        if (ended.scope == END_GROUP) {
            bytes32 typehash = keccak256("CancelGroup(string community,address account,uint64 group,uint64 counter)");
            return keccak256(abi.encode(typehash, community, account, ended.group, ended.counter));
        }
        return replacementStruct(order.digest, ended.replacement);
    }

    function _bulkOfTwo(bytes32 structHash, OrderSignature memory signature) private pure returns (bytes32) {
        bytes32 sibling = signature.proof[0];
        bytes32 root = signature.index == 0
            ? keccak256(abi.encode(structHash, sibling))
            : keccak256(abi.encode(sibling, structHash));
        bytes32 typehash = keccak256(bytes.concat("BulkOrder(uint64 group,uint64 counter,Order[2] tree)", bytes(ORDER)));
        return keccak256(abi.encode(typehash, signature.group, signature.counter, root));
    }
}
