// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @dev How an order was signed: alone, with others at once, in place of another.
uint8 constant SIGNED_ALONE = 0;
uint8 constant SIGNED_IN_BULK = 1;
uint8 constant SIGNED_AS_REPLACEMENT = 2;

/// @dev What an account signed to end its order: a cancel of the order, of its orders in the interval or of a group, or an
/// order in its place.
uint8 constant END_ORDER = 0;
uint8 constant END_INTERVAL = 1;
uint8 constant END_GROUP = 2;
uint8 constant END_REPLACEMENT = 3;

/// @notice How an order was signed. What its kind does not use is zero or empty.
/// @param kind `SIGNED_ALONE`, `SIGNED_IN_BULK` or `SIGNED_AS_REPLACEMENT`.
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
/// @param scope `END_ORDER`, `END_INTERVAL`, `END_GROUP` or `END_REPLACEMENT`.
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
