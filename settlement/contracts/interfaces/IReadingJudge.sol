// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CommittedBatch} from "../types/Batch.sol";
import {PositionProof, ReadingProof} from "../types/Leaves.sol";
import {IJudge} from "./IJudge.sol";
import {ISettlementCourt} from "./ISettlementCourt.sol";

/// @title Judge of readings
/// @notice Takes back a batch with a reading that its meter did not sign, or that no sound meter could have signed.
interface IReadingJudge is IJudge {
    /// @notice `reading-forged`: the signature is not the key's over what the leaf says, signed for the batch's
    /// community, before this court, on this chain.
    /// @param meterKey The preimage of the leaf's `meterKeyHash`: 0x04 ‖ x ‖ y of P-256, or an address of secp256k1.
    /// @param signature The preimage of the leaf's `signatureHash`: r ‖ s of P-256, or r ‖ s ‖ v of secp256k1.
    function readingForged(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        ReadingProof calldata reading,
        bytes calldata meterKey,
        bytes calldata signature
    ) external;

    /// @notice `reading-unregistered`: when the reading was taken the site had another meter or one that was revoked, or the
    /// account's site is another one. A revocation counts for batches that are committed five minutes later.
    /// @param position The position of the reading's account; ignored when there can be none.
    function readingUnregistered(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        ReadingProof calldata reading,
        PositionProof calldata position
    ) external;

    /// @notice `reading-unregistered`: the two hashes of the site's name are not of one name.
    /// @param siteName The preimage of the leaf's `siteId`.
    function readingMisnamed(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        ReadingProof calldata reading,
        string calldata siteName
    ) external;

    /// @notice `reading-unsorted`: two neighbours that do not rise by account, time and sequence, or two of one meter in
    /// which time or sequence does not rise.
    function readingUnsorted(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        ReadingProof calldata first,
        ReadingProof calldata second
    ) external;

    /// @notice `register-decrease`: two neighbours of one meter between which a register falls.
    function registerDecrease(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        ReadingProof calldata first,
        ReadingProof calldata second
    ) external;

    /// @notice `above-nameplate`: two neighbours of one meter between which a register rises by more than the site's
    /// nameplate allows in the time, and one watt-hour for the registers' rounding.
    function aboveNameplate(
        ISettlementCourt court,
        CommittedBatch calldata batch,
        ReadingProof calldata first,
        ReadingProof calldata second
    ) external;
}
