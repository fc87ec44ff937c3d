// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IFillJudge} from "../interfaces/IFillJudge.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {Accounting} from "../libraries/Accounting.sol";
import {BatchHeader, CommittedBatch, Rules} from "../types/Batch.sol";
import {FillLeaf, FillProof, ORDER_LIVE, OrderLeaf, OrderProof, PHASE_CALL, PositionProof} from "../types/Leaves.sol";
import {Judge} from "./Judge.sol";

/// @title Judge of fills
/// @dev See `IFillJudge` for what each function shows. Sums are compared in 256 bits, so that no wrong one hides behind an
/// overflow.
contract FillJudge is Judge, IFillJudge {
    bytes32 private constant TWIN = "twin";
    bytes32 private constant FILL_ORDER = "fill-order";
    bytes32 private constant OVERFILL = "overfill";
    bytes32 private constant RUNNING_SUM = "running-sum";
    bytes32 private constant SETTLEMENT = "settlement";

    /// @inheritdoc IFillJudge
    function twin(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        FillProof calldata fill,
        FillProof calldata other
    ) external override {
        _prove(batch.header, fill);
        bool isWrong = fill.leaf.twin >= batch.header.fillCount || fill.leaf.twin == fill.index;
        if (!isWrong) {
            _requireAt(other.index, fill.leaf.twin);
            _prove(batch.header, other);
            isWrong = other.leaf.twin != fill.index || _areUnlike(fill.leaf, other.leaf);
        }
        _takeBack(court, batch, isWrong, TWIN);
    }

    /// @inheritdoc IFillJudge
    function fillOrder(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        FillProof calldata fill,
        OrderProof calldata order
    ) external override {
        _prove(batch.header, fill);
        bool isWrong = fill.leaf.orderIndex >= batch.header.orderCount;
        if (!isWrong) {
            _proveOrderOf(batch.header, fill, order);
            isWrong = _isNotOf(fill.leaf, order.leaf);
        }
        _takeBack(court, batch, isWrong, FILL_ORDER);
    }

    /// @inheritdoc IFillJudge
    function overfill(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        FillProof calldata fill,
        OrderProof calldata order
    ) external override {
        _prove(batch.header, fill);
        _proveOrderOf(batch.header, fill, order);
        _takeBack(court, batch, fill.leaf.orderFilledWh > order.leaf.energyWh, OVERFILL);
    }

    /// @inheritdoc IFillJudge
    function runningSum(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        FillProof calldata previous,
        FillProof calldata fill
    ) external override {
        _prove(batch.header, fill);
        FillLeaf memory before;
        bool isWrong;
        if (fill.index > 0) {
            _requireAt(previous.index, fill.index - 1);
            _prove(batch.header, previous);
            isWrong = !_isSorted(previous.leaf, fill.leaf);
            before = _carriedOver(previous.leaf, fill.leaf);
        }
        _takeBack(court, batch, isWrong || !_addsUp(before, fill.leaf), RUNNING_SUM);
    }

    /// @inheritdoc IFillJudge
    function settlement(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        Rules calldata rules,
        FillProof calldata fill,
        FillProof calldata other,
        PositionProof calldata seller,
        PositionProof calldata buyer
    ) external override {
        _requireRules(batch.header, rules);
        _prove(batch.header, fill);
        _requireAt(other.index, fill.leaf.twin);
        _prove(batch.header, other);
        _provePosition(batch.header, fill.leaf.isSeller ? fill.leaf : other.leaf, seller);
        _provePosition(batch.header, fill.leaf.isSeller ? other.leaf : fill.leaf, buyer);
        _takeBack(court, batch, !_settles(fill.leaf, rules, seller, buyer), SETTLEMENT);
    }

    function _proveOrderOf(BatchHeader calldata header, FillProof calldata fill, OrderProof calldata order)
        private
        pure
    {
        _requireAt(order.index, fill.leaf.orderIndex);
        _prove(header, order);
    }

    function _provePosition(BatchHeader calldata header, FillLeaf calldata fill, PositionProof calldata position)
        private
        pure
    {
        _requireAt(position.index, fill.accountIndex);
        _prove(header, position);
    }

    function _areUnlike(FillLeaf calldata a, FillLeaf calldata b) private pure returns (bool) {
        return a.isSeller == b.isSeller || a.accountIndex == b.accountIndex || a.phase != b.phase
            || a.energyWh != b.energyWh || a.price != b.price || a.settledWh != b.settledWh || a.paidNano != b.paidNano
            || a.sellerMakeWholeNano != b.sellerMakeWholeNano || a.buyerMakeWholeNano != b.buyerMakeWholeNano
            || a.feeNano != b.feeNano;
    }

    function _isNotOf(FillLeaf calldata fill, OrderLeaf calldata order) private pure returns (bool) {
        bool isBeyondLimit = order.isBid ? fill.price > order.limitPrice : fill.price < order.limitPrice;
        bool isTooLate = fill.phase == PHASE_CALL && order.ended != ORDER_LIVE;
        return fill.accountIndex != order.accountIndex || fill.isSeller == order.isBid || isBeyondLimit || isTooLate
            || fill.phase > PHASE_CALL || fill.energyWh == 0;
    }

    function _isSorted(FillLeaf calldata previous, FillLeaf calldata fill) private pure returns (bool) {
        if (previous.accountIndex != fill.accountIndex) return previous.accountIndex < fill.accountIndex;
        if (previous.orderIndex != fill.orderIndex) return previous.orderIndex < fill.orderIndex;
        return previous.twin < fill.twin;
    }

    /// @dev The sums of the leaf before, those of another account or order set to zero.
    function _carriedOver(FillLeaf calldata previous, FillLeaf calldata fill)
        private
        pure
        returns (FillLeaf memory before)
    {
        if (previous.accountIndex != fill.accountIndex) return before;
        before.soldWh = previous.soldWh;
        before.boughtWh = previous.boughtWh;
        before.creditNano = previous.creditNano;
        before.debitNano = previous.debitNano;
        if (previous.orderIndex == fill.orderIndex) before.orderFilledWh = previous.orderFilledWh;
    }

    function _addsUp(FillLeaf memory before, FillLeaf calldata fill) private pure returns (bool) {
        uint256 filledWh = uint256(before.orderFilledWh) + fill.energyWh;
        uint256 soldWh = uint256(before.soldWh) + (fill.isSeller ? fill.energyWh : 0);
        uint256 boughtWh = uint256(before.boughtWh) + (fill.isSeller ? 0 : fill.energyWh);
        return fill.orderFilledWh == filledWh && fill.soldWh == soldWh && fill.boughtWh == boughtWh
            && _moneyAddsUp(before, fill);
    }

    function _moneyAddsUp(FillLeaf memory before, FillLeaf calldata fill) private pure returns (bool) {
        uint256 paidNano = uint256(fill.paidNano) + fill.buyerMakeWholeNano;
        uint256 creditNano = uint256(before.creditNano) + (fill.isSeller ? paidNano : fill.sellerMakeWholeNano);
        uint256 debitNano = uint256(before.debitNano) + (fill.isSeller ? fill.sellerMakeWholeNano : paidNano);
        uint256 feeNano = fill.isSeller ? fill.feeNano : 0;
        return uint256(fill.creditNano) + feeNano == creditNano && fill.debitNano == debitNano;
    }

    function _settles(
        FillLeaf calldata fill,
        Rules calldata rules,
        PositionProof calldata seller,
        PositionProof calldata buyer
    ) private pure returns (bool) {
        uint256 deliverableWh = Accounting.deliverable(fill.energyWh, seller.leaf);
        uint256 takeableWh = Accounting.takeable(fill.energyWh, buyer.leaf);
        return Accounting.settles(fill, rules, deliverableWh, takeableWh);
    }
}
