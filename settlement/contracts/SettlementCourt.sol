// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {TokenVault} from "./TokenVault.sol";
import {HeaderRing} from "./court/HeaderRing.sol";
import {Office} from "./court/Office.sol";
import {OperatorBond} from "./court/OperatorBond.sol";
import {ShowMe} from "./court/ShowMe.sol";
import {IEnergyEscrow} from "./interfaces/IEnergyEscrow.sol";
import {ISettlementCourt} from "./interfaces/ISettlementCourt.sol";
import {ISiteRegistry} from "./interfaces/ISiteRegistry.sol";
import {CommittedBatch} from "./types/Batch.sol";

/// @title Settlement court
/// @notice Where batches, bond, questions and judges meet; and the inbox for orders that must not be overlooked.
/// @dev See `ISettlementCourt` for what each function promises.
contract SettlementCourt is Office {
    /// @inheritdoc ISettlementCourt
    IEnergyEscrow public immutable override escrow;
    /// @inheritdoc ISettlementCourt
    ISiteRegistry public immutable override registry;

    /// @inheritdoc ISettlementCourt
    mapping(address account => bool) public override isJudge;
    /// @inheritdoc ISettlementCourt
    mapping(address account => mapping(bytes32 orderHash => uint64)) public override orderSubmittedAt;

    constructor(Terms memory terms)
        HeaderRing(terms.community, terms.operator, terms.challengeWindow, terms.ringSize)
        TokenVault(terms.token)
        OperatorBond(terms.minimumBond)
        ShowMe(terms.responseTime, terms.demandBond, terms.demandLimit)
        Office(terms)
    {
        if (address(terms.escrow) == address(0) || address(terms.registry) == address(0)) revert CourtInvalidTerms();
        escrow = terms.escrow;
        registry = terms.registry;
        for (uint256 i = 0; i < terms.judges.length; ++i) {
            isJudge[terms.judges[i]] = true;
        }
    }

    /// @inheritdoc ISettlementCourt
    function takeBack(CommittedBatch calldata batch, address challenger, bytes32 kind) external override nonReentrant {
        if (!isJudge[msg.sender]) revert CourtUnauthorized(msg.sender);
        _requirePending(batch);
        _takeBack(batch.header.number, challenger, kind);
    }

    /// @inheritdoc ISettlementCourt
    function submitOrder(bytes calldata order) external override {
        bytes32 orderHash = keccak256(order);
        if (orderSubmittedAt[msg.sender][orderHash] != 0) revert CourtOrderKnown(orderHash);
        orderSubmittedAt[msg.sender][orderHash] = uint64(block.timestamp);
        emit OrderSubmitted(msg.sender, orderHash, order);
    }

    function _takeBack(uint64 number, address challenger, bytes32 kind) internal override {
        emit BatchTakenBack(number, _docket.head, challenger, kind);
        _strike(number);
        _silentSince = uint64(block.timestamp);
        _slash(challenger);
    }
}
