// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {OrderLeaf} from "../types/Leaves.sol";
import {
    END_GROUP,
    END_INTERVAL,
    END_ORDER,
    END_REPLACEMENT,
    OrderEnd,
    OrderSignature,
    SIGNED_ALONE,
    SIGNED_AS_REPLACEMENT,
    SIGNED_IN_BULK
} from "../types/Signatures.sol";

/// @notice Whom an account signs for.
/// @param community Keccak-256 hash of the community's name.
/// @param separator The EIP-712 domain separator.
struct OrderDomain {
    bytes32 community;
    bytes32 separator;
}

/// @title What an account signs
/// @notice EIP-712 in the domain of the court, on the chain that it is on; the salt is the Keccak-256 hash of the
/// community's name. What is signed for another court, on another chain, is nobody's signature here. An order can be signed alone, in a Merkle tree of up to 2^8 orders, or in place of another.
/// What names no account is answered by the zero address.
library OrderSignatures {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)");
    bytes32 private constant NAME_HASH = keccak256("Commonwatt");
    bytes32 private constant VERSION_HASH = keccak256("1");

    string private constant ORDER_TYPE = "Order(string community,address account,string side,uint64 intervalIndex,uint64 limitPrice,uint64 energyWh,"
        "bytes32 salt)";
    bytes32 private constant ORDER_TYPEHASH = keccak256(bytes(ORDER_TYPE));
    bytes32 private constant REPLACEMENT_TYPEHASH =
        keccak256(abi.encodePacked("Replacement(bytes32 replaces,Order order)", ORDER_TYPE));
    bytes32 private constant CANCEL_ORDER_TYPEHASH =
        keccak256("CancelOrder(string community,address account,bytes32 orderId)");
    bytes32 private constant CANCEL_INTERVAL_TYPEHASH =
        keccak256("CancelInterval(string community,address account,uint64 intervalIndex,uint64 counter)");
    bytes32 private constant CANCEL_GROUP_TYPEHASH =
        keccak256("CancelGroup(string community,address account,uint64 group,uint64 counter)");

    bytes32 private constant BID_HASH = keccak256("bid");
    bytes32 private constant OFFER_HASH = keccak256("offer");

    uint256 private constant BULK_HEIGHT_MAX = 8;
    uint256 private constant GROUP_MAX = 255;

    /// @notice The domain of a community's orders before a court, on this chain.
    function domainOf(bytes32 community, address court) internal view returns (OrderDomain memory) {
        bytes32 separator =
            keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, block.chainid, court, community));
        return OrderDomain(community, separator);
    }

    /// @notice The order's id: its digest when it is signed alone.
    function orderDigest(OrderDomain memory domain, OrderLeaf memory order) internal pure returns (bytes32) {
        return _digest(domain, _orderStruct(domain.community, order));
    }

    /// @notice Who signed the order.
    function signerOf(OrderDomain memory domain, OrderLeaf memory order, OrderSignature memory signature)
        internal
        pure
        returns (address)
    {
        bytes32 order_ = _orderStruct(domain.community, order);
        if (signature.kind == SIGNED_ALONE) return _recover(domain, order_, signature.signature);
        if (signature.kind == SIGNED_AS_REPLACEMENT) {
            bytes32 replacement = keccak256(abi.encode(REPLACEMENT_TYPEHASH, signature.replaces, order_));
            return _recover(domain, replacement, signature.signature);
        }
        if (signature.kind != SIGNED_IN_BULK || !_isBulk(signature)) return address(0);
        return _recover(domain, _bulkStruct(order_, signature), signature.signature);
    }

    /// @notice Who signed the end of the order; the zero address also when what was signed does not mean this order.
    /// @param signature How the order was signed: only orders signed at once end with their group.
    function enderOf(
        OrderDomain memory domain,
        OrderLeaf memory order,
        OrderSignature memory signature,
        OrderEnd memory end
    ) internal pure returns (address) {
        if (end.scope == END_GROUP) {
            bool isMeant = signature.kind == SIGNED_IN_BULK && signature.group == end.group
                && signature.counter < end.counter;
            if (!isMeant) return address(0);
        } else if (end.scope > END_REPLACEMENT) {
            return address(0);
        }
        return _recover(domain, _endStruct(domain.community, order, end), end.signature);
    }

    function _endStruct(bytes32 community, OrderLeaf memory order, OrderEnd memory end) private pure returns (bytes32) {
        address account = order.account;
        if (end.scope == END_ORDER) {
            return keccak256(abi.encode(CANCEL_ORDER_TYPEHASH, community, account, order.digest));
        }
        if (end.scope == END_INTERVAL) {
            return keccak256(abi.encode(CANCEL_INTERVAL_TYPEHASH, community, account, order.intervalIndex, end.counter));
        }
        if (end.scope == END_GROUP) {
            return keccak256(abi.encode(CANCEL_GROUP_TYPEHASH, community, account, end.group, end.counter));
        }
        return keccak256(abi.encode(REPLACEMENT_TYPEHASH, order.digest, end.replacement));
    }

    function _orderStruct(bytes32 community, OrderLeaf memory order) private pure returns (bytes32) {
        // A negative limit is no order's; it only must not fail here.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint64 limitPrice = uint64(order.limitPrice);
        return keccak256(
            abi.encode(
                ORDER_TYPEHASH,
                community,
                order.account,
                order.isBid ? BID_HASH : OFFER_HASH,
                order.intervalIndex,
                limitPrice,
                order.energyWh,
                order.orderSalt
            )
        );
    }

    function _isBulk(OrderSignature memory signature) private pure returns (bool) {
        uint256 height = signature.proof.length;
        return height > 0 && height <= BULK_HEIGHT_MAX && signature.index >> height == 0 && signature.group <= GROUP_MAX;
    }

    function _bulkStruct(bytes32 node, OrderSignature memory signature) private pure returns (bytes32) {
        bytes memory tree;
        for (uint256 level = 0; level < signature.proof.length; ++level) {
            bytes32 sibling = signature.proof[level];
            bool isRight = (signature.index >> level) & 1 == 1;
            node = isRight ? Hashes.efficientKeccak256(sibling, node) : Hashes.efficientKeccak256(node, sibling);
            tree = bytes.concat(tree, "[2]");
        }
        bytes32 typehash =
            keccak256(abi.encodePacked("BulkOrder(uint64 group,uint64 counter,Order", tree, " tree)", ORDER_TYPE));
        return keccak256(abi.encode(typehash, signature.group, signature.counter, node));
    }

    function _recover(OrderDomain memory domain, bytes32 structHash, bytes memory signature)
        private
        pure
        returns (address)
    {
        // Answers zero for a wrong length, a high s and what fits no key.
        (address signer,,) = ECDSA.tryRecover(_digest(domain, structHash), signature);
        return signer;
    }

    function _digest(OrderDomain memory domain, bytes32 structHash) private pure returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domain.separator, structHash);
    }
}
