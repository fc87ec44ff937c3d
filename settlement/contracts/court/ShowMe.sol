// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {BalanceTree} from "../libraries/BalanceTree.sol";
import {LeafCodec} from "../libraries/LeafCodec.sol";
import {BalanceProof, BatchHeader, CommittedBatch} from "../types/Batch.sol";
import {OperatorBond} from "./OperatorBond.sol";

/// @title Show me
/// @notice Anyone may ask for a leaf of a pending batch, with a bond. The operator shows it in time, or loses the batch
/// and its own bond.
abstract contract ShowMe is OperatorBond {
    using BalanceTree for BatchHeader;

    struct Question {
        address demander;
        uint64 deadline;
        bool isAnswered;
        uint128 amount;
    }

    struct Questions {
        uint32 open;
        uint64 answeredAt;
    }

    bytes32 private constant WITHHELD = "withheld";

    /// @inheritdoc ISettlementCourt
    uint64 public immutable override responseTime;
    /// @inheritdoc ISettlementCourt
    uint256 public immutable override demandBond;
    /// @inheritdoc ISettlementCourt
    uint32 public immutable override demandLimit;

    /// @dev By the batch's word, so that a batch that is committed again starts anew.
    mapping(bytes32 word => Questions) private _questions;
    mapping(bytes32 key => Question) private _asked;

    constructor(uint64 responseTime_, uint128 demandBond_, uint32 demandLimit_) {
        if (responseTime_ == 0 || demandBond_ == 0 || demandLimit_ == 0) revert CourtInvalidTerms();
        responseTime = responseTime_;
        demandBond = demandBond_;
        demandLimit = demandLimit_;
    }

    /// @inheritdoc ISettlementCourt
    function demand(CommittedBatch calldata batch, uint8 tree, uint32 index) external override nonReentrant {
        bytes32 word = _requirePending(batch);
        uint256 endsAt = uint256(batch.committedAt) + challengeWindow;
        if (block.timestamp >= endsAt) revert CourtWindowOver(endsAt);
        if (index >= LeafCodec.countOf(batch.header, tree)) revert CourtNoSuchLeaf(tree, index);
        Question storage question = _question(word, tree, index);
        if (question.deadline != 0) revert CourtDemandKnown(tree, index);
        uint32 open = _questions[word].open;
        if (open >= demandLimit) revert CourtTooManyDemands(open);

        uint64 deadline = uint64(block.timestamp) + responseTime;
        question.demander = msg.sender;
        question.deadline = deadline;
        _questions[word].open = open + 1;
        question.amount = _takeDemandBond(demandBond);
        emit LeafDemanded(batch.header.number, tree, index, msg.sender, deadline);
    }

    /// @inheritdoc ISettlementCourt
    function answer(
        CommittedBatch calldata batch,
        uint8 tree,
        uint32 index,
        bytes calldata leaf,
        bytes32[] calldata siblings,
        bytes[] calldata evidence
    ) external override nonReentrant {
        if (!LeafCodec.isShown(batch.header, tree, index, leaf, siblings, evidence)) {
            revert CourtWrongAnswer(tree, index);
        }
        _noteAnswer(batch, tree, index);
        emit LeafShown(batch.header.number, tree, index, leaf, evidence);
    }

    /// @inheritdoc ISettlementCourt
    function answerBalance(CommittedBatch calldata batch, BalanceProof calldata proof) external override nonReentrant {
        uint32 index = proof.leaf.index;
        if (index >= batch.header.accountCount || !batch.header.verify(proof)) {
            revert CourtWrongAnswer(LeafCodec.BALANCES, index);
        }
        _noteAnswer(batch, LeafCodec.BALANCES, index);
        bytes memory leaf = BalanceTree.encode(proof.leaf);
        emit LeafShown(batch.header.number, LeafCodec.BALANCES, index, leaf, new bytes[](0));
    }

    /// @inheritdoc ISettlementCourt
    function claimUnanswered(CommittedBatch calldata batch, uint8 tree, uint32 index) external override nonReentrant {
        bytes32 word = _requirePending(batch);
        Question memory question = _requireOpen(word, tree, index);
        if (block.timestamp <= question.deadline) revert CourtAnswerAwaited(question.deadline);
        _void(word, tree, index, question);
        _takeBack(batch.header.number, question.demander, WITHHELD);
    }

    /// @inheritdoc ISettlementCourt
    function releaseDemand(CommittedBatch calldata batch, uint8 tree, uint32 index) external override nonReentrant {
        // A batch with an open question is never final, so one that is the court's is pending.
        if (_isKnown(batch)) revert CourtDemandStands(batch.header.number);
        bytes32 word = _wordOf(batch);
        _void(word, tree, index, _requireOpen(word, tree, index));
        emit DemandReleased(batch.header.number, tree, index);
    }

    /// @inheritdoc ISettlementCourt
    function finalityLimit() public view override returns (uint64) {
        return challengeWindow + 2 * responseTime;
    }

    /// @inheritdoc ISettlementCourt
    function demandOf(CommittedBatch calldata batch, uint8 tree, uint32 index)
        external
        view
        override
        returns (Demand memory)
    {
        Question storage question = _question(_wordOf(batch), tree, index);
        if (question.isAnswered) return Demand(address(0), 0);
        return Demand(question.demander, question.deadline);
    }

    /// @dev Takes back batch `number` and all later ones and slashes the bond.
    function _takeBack(uint64 number, address challenger, bytes32 kind) internal virtual;

    function _finalizableAt(CommittedBatch calldata batch, bytes32 word) internal view override returns (uint256) {
        Questions memory questions = _questions[word];
        if (questions.open > 0) return type(uint256).max;
        uint256 windowEndsAt = uint256(batch.committedAt) + challengeWindow;
        return Math.max(windowEndsAt, questions.answeredAt == 0 ? 0 : uint256(questions.answeredAt) + responseTime);
    }

    function _noteAnswer(CommittedBatch calldata batch, uint8 tree, uint32 index) private {
        bytes32 word = _requirePending(batch);
        Question memory question = _requireOpen(word, tree, index);
        if (block.timestamp > question.deadline) revert CourtAnswerTooLate(question.deadline);
        _question(word, tree, index).isAnswered = true;
        Questions storage questions = _questions[word];
        --questions.open;
        questions.answeredAt = uint64(block.timestamp);
        _splitDemandBond(question.amount);
    }

    function _void(bytes32 word, uint8 tree, uint32 index, Question memory question) private {
        delete _asked[_key(word, tree, index)];
        --_questions[word].open;
        _returnDemandBond(question.demander, question.amount);
    }

    function _requireOpen(bytes32 word, uint8 tree, uint32 index) private view returns (Question memory question) {
        question = _question(word, tree, index);
        if (question.deadline == 0 || question.isAnswered) revert CourtNoDemand(tree, index);
    }

    function _question(bytes32 word, uint8 tree, uint32 index) private view returns (Question storage) {
        return _asked[_key(word, tree, index)];
    }

    function _key(bytes32 word, uint8 tree, uint32 index) private pure returns (bytes32) {
        return keccak256(abi.encode(word, tree, index));
    }
}
