// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IInclusionJudge} from "../interfaces/IInclusionJudge.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {OrderDomain, OrderSignatures} from "../libraries/OrderSignatures.sol";
import {BatchHeader, CommittedBatch, Rules} from "../types/Batch.sol";
import {OrderCut, OrderLeaf, PositionProof} from "../types/Leaves.sol";
import {InboxOrder, SIGNED_AS_REPLACEMENT} from "../types/Signatures.sol";
import {Judge} from "./Judge.sol";

/// @title Judge of forced inclusion
/// @dev See `IInclusionJudge` for what it shows.
contract InclusionJudge is Judge, IInclusionJudge {
    bytes32 private constant IGNORED = "ignored-order";

    /// @dev Markets count in JavaScript's safe integers: nobody can be made to take in more.
    uint64 private constant SAFE_MAX = 2 ** 53 - 1;
    int64 private constant LIMIT_PRICE_MAX = 2 ** 53 - 1;

    /// @inheritdoc IInclusionJudge
    function ignoredOrder(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        Rules calldata rules,
        InboxOrder calldata order,
        PositionProof calldata position,
        OrderCut calldata place
    ) external override {
        _requireRules(batch.header, rules);
        _requireAt(order.intervalIndex, batch.header.intervalIndex);
        _requireSubmitted(court, order, _gateClosure(batch.header, rules));
        _prove(batch.header, position);
        bytes32 digest = _soundDigest(_domain(court, batch.header), order);
        bool isAbsent = _isAbsent(batch.header, place, digest);
        _takeBack(court, batch, isAbsent && position.leaf.account == order.account, IGNORED);
    }

    function _requireSubmitted(ISettlementCourt court, InboxOrder calldata order, uint256 gateClosure) private view {
        uint256 submittedAt = court.orderSubmittedAt(order.account, keccak256(abi.encode(order)));
        if (submittedAt == 0 || submittedAt + NOTICE > gateClosure) {
            revert JudgeSubmittedLate(submittedAt, gateClosure > NOTICE ? gateClosure - NOTICE : 0);
        }
    }

    /// @dev The digest of an order that a batch must have; reverts for any other.
    function _soundDigest(OrderDomain memory domain, InboxOrder calldata order) private pure returns (bytes32 digest) {
        OrderLeaf memory leaf = _leafOf(order);
        digest = OrderSignatures.orderDigest(domain, leaf);
        bool isInRange = order.energyWh > 0 && order.energyWh <= SAFE_MAX && order.limitPrice >= 0
            && order.limitPrice <= LIMIT_PRICE_MAX && order.signature.counter <= SAFE_MAX
            && order.signature.group <= SAFE_MAX;
        bool isSound = isInRange && order.signature.kind != SIGNED_AS_REPLACEMENT && order.account != address(0)
            && OrderSignatures.signerOf(domain, leaf, order.signature) == order.account;
        if (!isSound) revert JudgeUnsoundOrder(digest);
    }

    function _leafOf(InboxOrder calldata order) private pure returns (OrderLeaf memory leaf) {
        leaf.account = order.account;
        leaf.isBid = order.isBid;
        leaf.limitPrice = order.limitPrice;
        leaf.energyWh = order.energyWh;
        leaf.intervalIndex = order.intervalIndex;
        leaf.orderSalt = order.orderSalt;
    }

    /// @dev Whether the neighbours of the place leave no room for the digest; reverts when it would stand elsewhere.
    function _isAbsent(BatchHeader calldata header, OrderCut calldata place, bytes32 digest)
        private
        pure
        returns (bool)
    {
        if (place.index > header.orderCount) revert JudgeWrongPlace(place.index);
        bytes32 previous;
        if (place.index > 0) {
            _requireAt(place.previous.index, place.index - 1);
            _prove(header, place.previous);
            previous = place.previous.leaf.digest;
            if (previous > digest) revert JudgeWrongPlace(place.index);
        }
        if (place.index < header.orderCount) {
            _requireAt(place.next.index, place.index);
            _prove(header, place.next);
            if (place.next.leaf.digest <= digest) revert JudgeWrongPlace(place.index);
        }
        return place.index == 0 || previous != digest;
    }
}
