// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BalanceTree} from "../../libraries/BalanceTree.sol";
import {BatchHeaders} from "../../libraries/BatchHeaders.sol";
import {Leaves} from "../../libraries/Leaves.sol";
import {MarketRules} from "../../libraries/MarketRules.sol";
import {MerkleTree} from "../../libraries/MerkleTree.sol";
import {MeterReadings} from "../../libraries/MeterReadings.sol";
import {OrderDomain, OrderSignatures} from "../../libraries/OrderSignatures.sol";
import {Preimages} from "../../libraries/Preimages.sol";
import {BalanceProof, BatchHeader, Rules} from "../../types/Batch.sol";
import {FillProof, OrderLeaf, OrderProof, PositionProof, ReadingProof} from "../../types/Leaves.sol";
import {OrderEnd, OrderSignature} from "../../types/Signatures.sol";
import {MeterReading} from "../../types/Site.sol";

/// @notice Shows from outside what the libraries make of many values at once, to hold another implementation against.
contract EncodingProbe {
    /// @dev What an account signed: the order's id, who signed it and who ended it.
    struct Signed {
        bytes32 digest;
        address signer;
        address ender;
        bytes32 signedHash;
        bytes32 endedHash;
    }

    function headers(BatchHeader[] calldata values) external pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](values.length);
        for (uint256 i = 0; i < values.length; ++i) {
            hashes[i] = BatchHeaders.hash(values[i]);
        }
    }

    function rules(Rules[] calldata values) external pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](values.length);
        for (uint256 i = 0; i < values.length; ++i) {
            hashes[i] = MarketRules.hash(values[i]);
        }
    }

    function readingDigests(MeterReading[] calldata values) external pure returns (bytes32[] memory digests) {
        digests = new bytes32[](values.length);
        for (uint256 i = 0; i < values.length; ++i) {
            digests[i] = MeterReadings.digest(values[i]);
        }
    }

    function signed(
        bytes32 community,
        address court,
        OrderLeaf[] calldata orders,
        OrderSignature[] calldata signatures,
        OrderEnd[] calldata ends
    ) external view returns (Signed[] memory found) {
        OrderDomain memory domain = OrderSignatures.domainOf(community, court);
        found = new Signed[](orders.length);
        for (uint256 i = 0; i < orders.length; ++i) {
            found[i].digest = OrderSignatures.orderDigest(domain, orders[i]);
            found[i].signer = OrderSignatures.signerOf(domain, orders[i], signatures[i]);
            found[i].ender = OrderSignatures.enderOf(domain, orders[i], signatures[i], ends[i]);
            found[i].signedHash = Preimages.hash(signatures[i]);
            found[i].endedHash = Preimages.hash(ends[i]);
        }
    }

    /// @dev How many proofs lead to the root.
    function ordersProved(bytes32 root, uint32 count, OrderProof[] calldata proofs)
        external
        pure
        returns (uint256 proved)
    {
        for (uint256 i = 0; i < proofs.length; ++i) {
            if (MerkleTree.has(root, count, proofs[i].index, Leaves.hash(proofs[i].leaf), proofs[i].siblings)) {
                ++proved;
            }
        }
    }

    function readingsProved(bytes32 root, uint32 count, ReadingProof[] calldata proofs)
        external
        pure
        returns (uint256 proved)
    {
        for (uint256 i = 0; i < proofs.length; ++i) {
            if (MerkleTree.has(root, count, proofs[i].index, Leaves.hash(proofs[i].leaf), proofs[i].siblings)) {
                ++proved;
            }
        }
    }

    function fillsProved(bytes32 root, uint32 count, FillProof[] calldata proofs)
        external
        pure
        returns (uint256 proved)
    {
        for (uint256 i = 0; i < proofs.length; ++i) {
            if (MerkleTree.has(root, count, proofs[i].index, Leaves.hash(proofs[i].leaf), proofs[i].siblings)) ++proved;
        }
    }

    function positionsProved(bytes32 root, uint32 count, PositionProof[] calldata proofs)
        external
        pure
        returns (uint256 proved)
    {
        for (uint256 i = 0; i < proofs.length; ++i) {
            if (MerkleTree.has(root, count, proofs[i].index, Leaves.hash(proofs[i].leaf), proofs[i].siblings)) {
                ++proved;
            }
        }
    }

    function balancesProved(BatchHeader calldata header, BalanceProof[] calldata proofs)
        external
        pure
        returns (uint256 proved)
    {
        for (uint256 i = 0; i < proofs.length; ++i) {
            if (BalanceTree.verify(header, proofs[i])) ++proved;
        }
    }
}
