// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CommittedBatch, Rules} from "../types/Batch.sol";
import {FillProof, OrderProof, PositionProof} from "../types/Leaves.sol";
import {OrderEnd, OrderSignature} from "../types/Signatures.sol";
import {IJudge} from "./IJudge.sol";
import {ISettlementCourt} from "./ISettlementCourt.sol";

/// @title Judge of orders
/// @notice Takes back a batch with an order that its account did not sign, that makes no sense, or that was ended falsely.
interface IOrderJudge is IJudge {
    /// @notice `order-forged`: the signature is not the account's over what the leaf says.
    /// @param signature The preimage of the leaf's `signedHash`.
    function orderForged(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        OrderProof calldata order,
        OrderSignature calldata signature
    ) external;

    /// @notice `order-malformed`: the digest is not that of the fields, the energy is zero, the limit negative, the interval
    /// another, the account index beyond the accounts, the end unknown, or void although the call auction cleared.
    function orderMalformed(ISettlementCourt court, CommittedBatch calldata batch, OrderProof calldata order) external;

    /// @notice `order-malformed`: the position at the order's account index is another account's.
    function orderMisplaced(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        OrderProof calldata order,
        PositionProof calldata position
    ) external;

    /// @notice `order-unsorted`: two neighbours whose digests do not rise; so no order stands twice.
    function orderUnsorted(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        OrderProof calldata first,
        OrderProof calldata second
    ) external;

    /// @notice `cancel-forged`: the leaf says that the account ended the order, but the account did not sign that.
    /// @param signature The preimage of the leaf's `signedHash`: its group decides whether a group's cancel meant it.
    /// @param end The preimage of the leaf's `endedHash`; ignored when that is zero, which is wrong by itself.
    function cancelForged(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        OrderProof calldata order,
        OrderSignature calldata signature,
        OrderEnd calldata end
    ) external;

    /// @notice `cancel-forged`: the leaf says that the group was cancelled on chain, but it was not, not even five
    /// minutes after gate closure.
    /// @param signature The preimage of the leaf's `signedHash`.
    function groupCancelForged(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        Rules calldata rules,
        OrderProof calldata order,
        OrderSignature calldata signature
    ) external;

    /// @notice `cancel-forged`: the call auction is said to be void for one order and not for another.
    function voidForged(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        OrderProof calldata lapsed,
        OrderProof calldata live
    ) external;

    /// @notice `cancel-forged`: the leaf says that the market's rules turned an inbox order down, but the account did not
    /// put it into the inbox.
    /// @param signature The preimage of the leaf's `signedHash`.
    function refusalForged(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        OrderProof calldata order,
        OrderSignature calldata signature
    ) external;

    /// @notice `order-cancelled`: filled in the call auction although its group had been cancelled on chain five minutes
    /// before gate closure.
    /// @param signature The preimage of the leaf's `signedHash`.
    /// @param fill A fill of the order in the call auction.
    function orderCancelled(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        Rules calldata rules,
        OrderProof calldata order,
        OrderSignature calldata signature,
        FillProof calldata fill
    ) external;
}
