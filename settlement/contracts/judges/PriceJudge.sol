// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IPriceJudge} from "../interfaces/IPriceJudge.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {BatchHeader, CommittedBatch, NO_CLEARING_PRICE} from "../types/Batch.sol";
import {FillCut, FillProof, ORDER_LIVE, OrderLeaf, OrderProof, PHASE_CALL} from "../types/Leaves.sol";
import {FillCuts} from "./FillCuts.sol";

/// @title Judge of the clearing price
/// @dev See `IPriceJudge` for what each function shows. It knows one mechanism: the call auction at a uniform price that
/// trades the most, after which no bid above the price and no offer below it has anything left, and no bid crosses an offer.
contract PriceJudge is FillCuts, IPriceJudge {
    bytes32 private constant CALL_PRICE = "call-price";
    bytes32 private constant BETTER_UNFILLED = "better-unfilled";
    bytes32 private constant CROSSING = "crossing";

    /// @inheritdoc IPriceJudge
    function callPrice(ISettlementCourt court, CommittedBatch calldata batch, FillProof calldata fill)
        external
        override
    {
        _prove(batch.header, fill);
        int64 price = batch.header.clearingPrice;
        bool isOther = price == NO_CLEARING_PRICE || fill.leaf.price != price;
        _takeBack(court, batch, fill.leaf.phase == PHASE_CALL && isOther, CALL_PRICE);
    }

    /// @inheritdoc IPriceJudge
    function betterUnfilled(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        OrderProof calldata order,
        FillCut calldata fills
    ) external override {
        bool isOpen = _isLiveAndNotFull(batch.header, order, fills);
        _takeBack(court, batch, isOpen && _isBetter(order.leaf, batch.header.clearingPrice), BETTER_UNFILLED);
    }

    /// @inheritdoc IPriceJudge
    function crossing(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        OrderProof calldata bid,
        FillCut calldata bidFills,
        OrderProof calldata offer,
        FillCut calldata offerFills
    ) external override {
        bool areOpen = _isLiveAndNotFull(batch.header, bid, bidFills)
            && _isLiveAndNotFull(batch.header, offer, offerFills);
        _takeBack(court, batch, areOpen && _cross(bid.leaf, offer.leaf), CROSSING);
    }

    function _isLiveAndNotFull(BatchHeader calldata header, OrderProof calldata order, FillCut calldata fills)
        private
        pure
        returns (bool)
    {
        _prove(header, order);
        uint64 filledWh = _filledWh(header, fills, order.leaf.accountIndex, order.index);
        return order.leaf.ended == ORDER_LIVE && filledWh < order.leaf.energyWh;
    }

    function _isBetter(OrderLeaf calldata order, int64 clearingPrice) private pure returns (bool) {
        if (clearingPrice == NO_CLEARING_PRICE) return false;
        return order.isBid ? order.limitPrice > clearingPrice : order.limitPrice < clearingPrice;
    }

    function _cross(OrderLeaf calldata bid, OrderLeaf calldata offer) private pure returns (bool) {
        return bid.isBid && !offer.isBid && bid.accountIndex != offer.accountIndex && bid.limitPrice >= offer.limitPrice;
    }
}
