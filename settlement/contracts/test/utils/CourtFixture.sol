// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {BatchHeaders} from "../../libraries/BatchHeaders.sol";
import {Leaves} from "../../libraries/Leaves.sol";
import {BalanceLeaf, BalanceNode, BalanceProof, BatchHeader, CommittedBatch} from "../../types/Batch.sol";
import {PositionLeaf, PositionProof} from "../../types/Leaves.sol";
import {CourtDeployment} from "./CourtDeployment.sol";
import {MerkleBuilder} from "./MerkleBuilder.sol";
import {TreeBuilder} from "./TreeBuilder.sol";
import {vm} from "./Vm.sol";

/// @notice A court and an escrow, and the operator's books: what `_commit` puts into a batch.
abstract contract CourtFixture is CourtDeployment {
    using TreeBuilder for BalanceLeaf[];

    uint64 internal constant FIRST_INTERVAL = 2_000_000;

    /// @dev Cumulative nano.
    uint128[] internal credits;
    uint128[] internal debits;
    /// @dev By index, as far as the books go.
    address[] private _accounts;
    /// @dev What the batches said, by number; a batch taken back is overwritten.
    mapping(uint64 number => BatchHeader) internal headers;
    mapping(uint64 number => uint64) internal committedAt;
    mapping(uint64 number => BalanceLeaf[]) internal leavesOf;
    mapping(uint64 number => PositionLeaf[]) internal positionsOf;
    CommittedBatch internal noBatch;
    BalanceProof internal noProof;

    /// @dev External, so that the libraries see calldata.
    function hashHeader(BatchHeader calldata header) external pure returns (bytes32) {
        return BatchHeaders.hash(header);
    }

    function hashPosition(PositionLeaf calldata leaf) external pure returns (bytes32) {
        return Leaves.hash(leaf);
    }

    function _deposit(uint256 i, uint256 amount) internal {
        _fund(_home(i), amount);
        vm.prank(_home(i));
        escrow.deposit(_home(i), amount);
        _growBooks();
    }

    function _growBooks() internal {
        while (credits.length < escrow.accountCount()) {
            _accounts.push(_accountAt(credits.length));
            credits.push(0);
            debits.push(0);
        }
    }

    /// @dev The account with this index: one of the homes or, where a test needs another, of the first keys.
    function _accountAt(uint256 index) internal view returns (address account) {
        if (index < _accounts.length) return _accounts[index];
        for (uint256 i = 0; i < 32; ++i) {
            account = i < 16 ? _home(i) : vm.addr(i - 15);
            if (escrow.isAt(account, index)) return account;
        }
        revert("no such account");
    }

    /// @dev Buyer pays `amount` and `fee` units of the token; the seller gets `amount`.
    function _trade(uint256 buyer, uint256 seller, uint128 amount, uint128 fee) internal {
        _tradeNano(buyer, seller, amount * NANO, fee * NANO);
    }

    function _tradeNano(uint256 buyer, uint256 seller, uint128 amount, uint128 fee) internal {
        debits[buyer] += amount + fee;
        credits[seller] += amount;
    }

    /// @dev The batch that follows the head and says what the books say; remembered under its number.
    function _next() internal returns (BatchHeader memory header, BalanceLeaf[] memory leaves) {
        uint64 number = court.head() + 1;
        leaves = new BalanceLeaf[](credits.length);
        for (uint32 i = 0; i < leaves.length; ++i) {
            bytes32 salt = keccak256(abi.encode(number, i));
            leaves[i] = BalanceLeaf(i, _accountAt(i), credits[i], debits[i], salt);
        }
        header = _describe(number, leaves);
        _remember(header, leaves);
    }

    function _describe(uint64 number, BalanceLeaf[] memory leaves) internal returns (BatchHeader memory header) {
        BalanceNode memory root = leaves.root();
        header.community = COMMUNITY;
        header.number = number;
        if (number > 1) header.previousHash = this.hashHeader(headers[number - 1]);
        header.intervalIndex = FIRST_INTERVAL + number;
        header.intervalStart = header.intervalIndex * 900;
        header.intervalEnd = header.intervalStart + 900;
        header.rulesHash = this.hashRules(rules);
        header.balancesRoot = root.hash;
        header.accountCount = uint32(leaves.length);
        header.positionsRoot = _describePositions(number, leaves);
        header.creditTotal = root.credit;
        header.debitTotal = root.debit;
        header.feeTotal = root.debit - root.credit;
        header.archiveHash = keccak256(abi.encode("archive", number));
    }

    /// @dev Positions are what a balance rose by since the batch before; 0 where a test lets it fall.
    function _describePositions(uint64 number, BalanceLeaf[] memory leaves) private returns (bytes32) {
        BalanceLeaf[] storage before = leavesOf[number - 1];
        delete positionsOf[number];
        for (uint256 i = 0; i < leaves.length; ++i) {
            (uint128 credit, uint128 debit) = i < before.length ? (before[i].credit, before[i].debit) : (0, 0);
            PositionLeaf storage position = positionsOf[number].push();
            position.account = leaves[i].account;
            position.creditNano = leaves[i].credit > credit ? leaves[i].credit - credit : 0;
            position.debitNano = leaves[i].debit > debit ? leaves[i].debit - debit : 0;
            position.salt = keccak256(abi.encode("position", leaves[i].salt));
        }
        return MerkleBuilder.root(_hashedPositions(number));
    }

    function _hashedPositions(uint64 number) internal view returns (bytes32[] memory hashes) {
        hashes = new bytes32[](positionsOf[number].length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = this.hashPosition(positionsOf[number][i]);
        }
    }

    function _remember(BatchHeader memory header, BalanceLeaf[] memory leaves) internal {
        headers[header.number] = header;
        delete leavesOf[header.number];
        for (uint256 i = 0; i < leaves.length; ++i) {
            leavesOf[header.number].push(leaves[i]);
        }
    }

    /// @dev Commits what the books say.
    function _commit() internal returns (uint64 number) {
        (BatchHeader memory header,) = _next();
        _commitAs(header);
        return header.number;
    }

    function _commitAs(BatchHeader memory header) internal {
        headers[header.number] = header;
        committedAt[header.number] = uint64(block.timestamp);
        vm.prank(operator);
        court.commit(header, committedAt[header.number - 1]);
    }

    /// @dev Commits leaves that are not what the books say.
    function _commitLeaves(uint64 number, BalanceLeaf[] memory leaves) internal {
        BatchHeader memory header = _describe(number, leaves);
        _remember(header, leaves);
        _commitAs(header);
    }

    function _batch(uint64 number) internal view returns (CommittedBatch memory) {
        return CommittedBatch(headers[number], committedAt[number]);
    }

    function _finalize() internal {
        vm.warp(block.timestamp + WINDOW);
        court.finalize(_batch(court.finalNumber() + 1));
    }

    /// @dev Commits what the books say and waits until it is final.
    function _settleBatch() internal returns (uint64 number) {
        number = _commit();
        _finalize();
    }

    function _settleAll(uint64 number) internal {
        escrow.settleAccounts(_batch(number), _allProofs(number));
    }

    function _proof(uint64 number, uint256 index) internal view returns (BalanceProof memory) {
        return leavesOf[number].prove(index);
    }

    function _allProofs(uint64 number) internal view returns (BalanceProof[] memory proofs) {
        proofs = new BalanceProof[](leavesOf[number].length);
        for (uint256 i = 0; i < proofs.length; ++i) {
            proofs[i] = _proof(number, i);
        }
    }

    function _position(uint64 number, uint256 index) internal view returns (PositionProof memory) {
        bytes32[] memory siblings = MerkleBuilder.siblingsOf(_hashedPositions(number), index);
        return PositionProof(uint32(index), positionsOf[number][index], siblings);
    }

    function _request(uint256 i, uint256 amount) internal {
        vm.prank(_home(i));
        escrow.requestWithdrawal(amount, _home(i));
    }

    function _permit(uint256 i, uint256 amount, uint256 deadline)
        internal
        view
        returns (uint8 v, bytes32 r, bytes32 s)
    {
        bytes32 typehash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 permit =
            keccak256(abi.encode(typehash, _home(i), address(escrow), amount, token.nonces(_home(i)), deadline));
        return vm.sign(_key(i), keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), permit)));
    }

    /// @dev Token balances = the contracts' counters; the auditor's own sum over all accounts, once all leaves are
    /// recorded, is less by rounding alone: under one unit an account, and one for the fees.
    function _checkConserved() internal view {
        uint256 sum = escrow.feesOwed();
        for (uint256 i = 0; i < escrow.accountCount(); ++i) {
            sum += escrow.balanceOf(_accountAt(i));
        }
        uint256 held = IERC20(escrow.token()).balanceOf(address(escrow));
        vm.assertEq(escrow.totalOwed(), held, "the escrow's counter = its tokens");
        vm.assertTrue(sum <= held && held - sum <= escrow.accountCount(), "accounts + fees + dust = tokens");
        vm.assertEq(court.totalHeld(), token.balanceOf(address(court)), "the court's counter = its tokens");
    }
}
