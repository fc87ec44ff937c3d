// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IOrderJudge} from "../interfaces/IOrderJudge.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {OrderSignatures} from "../libraries/OrderSignatures.sol";
import {Preimages} from "../libraries/Preimages.sol";
import {BatchHeader, CommittedBatch, NO_CLEARING_PRICE, Rules} from "../types/Batch.sol";
import {
    FillProof,
    ORDER_ENDED,
    ORDER_GROUP_CANCELLED,
    ORDER_LIVE,
    ORDER_REFUSED,
    ORDER_VOID,
    OrderLeaf,
    OrderProof,
    PHASE_CALL,
    PositionProof
} from "../types/Leaves.sol";
import {InboxOrder, OrderEnd, OrderSignature, SIGNED_IN_BULK} from "../types/Signatures.sol";
import {Judge} from "./Judge.sol";

/// @title Judge of orders
/// @dev See `IOrderJudge` for what each function shows.
contract OrderJudge is Judge, IOrderJudge {
    bytes32 private constant FORGED = "order-forged";
    bytes32 private constant MALFORMED = "order-malformed";
    bytes32 private constant UNSORTED = "order-unsorted";
    bytes32 private constant CANCEL_FORGED = "cancel-forged";
    bytes32 private constant CANCELLED = "order-cancelled";

    /// @inheritdoc IOrderJudge
    function orderForged(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        OrderProof calldata order,
        OrderSignature calldata signature
    ) external override {
        _proveSigned(batch.header, order, signature);
        address signer = OrderSignatures.signerOf(_domain(court, batch.header), order.leaf, signature);
        // An order of the zero address is nobody's, so it is forged whatever recovers.
        _takeBack(court, batch, signer == address(0) || signer != order.leaf.account, FORGED);
    }

    /// @inheritdoc IOrderJudge
    function orderMalformed(ISettlementCourt court, CommittedBatch calldata batch, OrderProof calldata order)
        external
        override
    {
        _prove(batch.header, order);
        bool isWrong = _isMalformed(court, batch.header, order.leaf) || _hasWrongEnd(batch.header, order.leaf);
        _takeBack(court, batch, isWrong, MALFORMED);
    }

    /// @inheritdoc IOrderJudge
    function orderMisplaced(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        OrderProof calldata order,
        PositionProof calldata position
    ) external override {
        _prove(batch.header, order);
        _requireAt(position.index, order.leaf.accountIndex);
        _prove(batch.header, position);
        _takeBack(court, batch, position.leaf.account != order.leaf.account, MALFORMED);
    }

    /// @inheritdoc IOrderJudge
    function orderUnsorted(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        OrderProof calldata first,
        OrderProof calldata second
    ) external override {
        _prove(batch.header, first);
        _requireAt(second.index, uint256(first.index) + 1);
        _prove(batch.header, second);
        _takeBack(court, batch, first.leaf.digest >= second.leaf.digest, UNSORTED);
    }

    /// @inheritdoc IOrderJudge
    function cancelForged(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        OrderProof calldata order,
        OrderSignature calldata signature,
        OrderEnd calldata end
    ) external override {
        _proveSigned(batch.header, order, signature);
        bool isWrong = order.leaf.ended == ORDER_ENDED;
        if (isWrong && order.leaf.endedHash != 0) {
            _requirePreimage(Preimages.hash(end), order.leaf.endedHash);
            address ender = OrderSignatures.enderOf(_domain(court, batch.header), order.leaf, signature, end);
            isWrong = ender == address(0) || ender != order.leaf.account;
        }
        _takeBack(court, batch, isWrong, CANCEL_FORGED);
    }

    /// @inheritdoc IOrderJudge
    function groupCancelForged(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        Rules calldata rules,
        OrderProof calldata order,
        OrderSignature calldata signature
    ) external override {
        _requireRules(batch.header, rules);
        _proveSigned(batch.header, order, signature);
        uint256 latest = _gateClosure(batch.header, rules) + NOTICE;
        bool isWrong = order.leaf.ended == ORDER_GROUP_CANCELLED
            && !_isGroupCancelled(court, order.leaf.account, signature, latest);
        _takeBack(court, batch, isWrong, CANCEL_FORGED);
    }

    /// @inheritdoc IOrderJudge
    function voidForged(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        OrderProof calldata lapsed,
        OrderProof calldata live
    ) external override {
        _prove(batch.header, lapsed);
        _prove(batch.header, live);
        _takeBack(court, batch, lapsed.leaf.ended == ORDER_VOID && live.leaf.ended == ORDER_LIVE, CANCEL_FORGED);
    }

    /// @inheritdoc IOrderJudge
    function refusalForged(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        OrderProof calldata order,
        OrderSignature calldata signature
    ) external override {
        _proveSigned(batch.header, order, signature);
        bytes32 inboxHash = _inboxHash(order.leaf, signature);
        bool wasSubmitted = court.orderSubmittedAt(order.leaf.account, inboxHash) != 0;
        _takeBack(court, batch, order.leaf.ended == ORDER_REFUSED && !wasSubmitted, CANCEL_FORGED);
    }

    /// @inheritdoc IOrderJudge
    function orderCancelled(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        Rules calldata rules,
        OrderProof calldata order,
        OrderSignature calldata signature,
        FillProof calldata fill
    ) external override {
        _requireRules(batch.header, rules);
        _proveSigned(batch.header, order, signature);
        _prove(batch.header, fill);
        _requireAt(fill.leaf.orderIndex, order.index);
        uint256 closure = _gateClosure(batch.header, rules);
        bool isWrong = fill.leaf.phase == PHASE_CALL && closure >= NOTICE
            && _isGroupCancelled(court, order.leaf.account, signature, closure - NOTICE);
        _takeBack(court, batch, isWrong, CANCELLED);
    }

    function _proveSigned(BatchHeader calldata header, OrderProof calldata order, OrderSignature calldata signature)
        private
        pure
    {
        _prove(header, order);
        _requirePreimage(Preimages.hash(signature), order.leaf.signedHash);
    }

    function _isMalformed(ISettlementCourt court, BatchHeader calldata header, OrderLeaf calldata leaf)
        private
        view
        returns (bool)
    {
        return leaf.energyWh == 0 || leaf.limitPrice < 0 || leaf.intervalIndex != header.intervalIndex
            || leaf.accountIndex >= header.accountCount
            || leaf.digest != OrderSignatures.orderDigest(_domain(court, header), leaf);
    }

    function _hasWrongEnd(BatchHeader calldata header, OrderLeaf calldata leaf) private pure returns (bool) {
        if (leaf.ended > ORDER_REFUSED) return true;
        if (leaf.ended == ORDER_VOID && header.clearingPrice != NO_CLEARING_PRICE) return true;
        return leaf.ended != ORDER_ENDED && leaf.endedHash != 0;
    }

    /// @dev Whether the order's group was cancelled on chain by `time`, with a counter above the order's.
    function _isGroupCancelled(ISettlementCourt court, address account, OrderSignature calldata signature, uint256 time)
        private
        view
        returns (bool)
    {
        if (signature.kind != SIGNED_IN_BULK || signature.group > type(uint8).max) return false;
        // Neither is cut: a group has 8 bits here, and a time in seconds fits 64.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint64 counter = court.registry().groupCounterAt(account, uint8(signature.group), uint64(time));
        return counter > signature.counter;
    }

    function _inboxHash(OrderLeaf calldata leaf, OrderSignature calldata signature) private pure returns (bytes32) {
        InboxOrder memory order;
        order.account = leaf.account;
        order.isBid = leaf.isBid;
        order.limitPrice = leaf.limitPrice;
        order.energyWh = leaf.energyWh;
        order.intervalIndex = leaf.intervalIndex;
        order.orderSalt = leaf.orderSalt;
        order.signature = signature;
        return keccak256(abi.encode(order));
    }
}
