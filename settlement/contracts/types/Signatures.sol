// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice How an order was signed. What its kind does not use is zero or empty.
/// @param kind One of `OrderSignatures`: alone, with others, in place of another.
/// @param replaces Digest of the order whose place it takes.
/// @param group The account's group, 0 to 255, of orders signed at once.
/// @param counter The order holds until its group is cancelled with a higher counter.
/// @param index Place of the order among those signed at once.
/// @param proof Nodes beside its way to their root, lowest first; 1 to 8.
/// @param signature r, s and v: 65 bytes.
struct OrderSignature {
    uint8 kind;
    bytes32 replaces;
    uint64 group;
    uint64 counter;
    uint32 index;
    bytes32[] proof;
    bytes signature;
}

/// @notice How an account ended its order. What its scope does not use is zero.
/// @param scope One of `OrderEnds`: this order, its orders of the interval, a group, or by a replacement.
/// @param group The group that was cancelled.
/// @param counter Counter of the cancel of an interval or a group.
/// @param replacement EIP-712 struct hash of the order that took its place.
/// @param signature r, s and v: 65 bytes.
struct OrderEnd {
    uint8 scope;
    uint64 group;
    uint64 counter;
    bytes32 replacement;
    bytes signature;
}

/// @notice An order as its account puts it into the court's inbox; its bytes there are abi.encode of this.
/// @param account The account that signed it, and that submits it.
/// @param isBid True for a bid, false for an offer.
/// @param limitPrice Micro per kWh.
/// @param energyWh Not zero.
/// @param intervalIndex The interval that it is for.
/// @param orderSalt Makes two otherwise equal orders different.
/// @param signature Alone or with others; not in place of another.
struct InboxOrder {
    address account;
    bool isBid;
    int64 limitPrice;
    uint64 energyWh;
    uint64 intervalIndex;
    bytes32 orderSalt;
    OrderSignature signature;
}
