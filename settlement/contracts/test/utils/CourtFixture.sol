// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {CommunityToken} from "../../CommunityToken.sol";
import {EnergyEscrow} from "../../EnergyEscrow.sol";
import {SettlementCourt} from "../../SettlementCourt.sol";
import {SiteRegistry} from "../../SiteRegistry.sol";
import {IEnergyEscrow} from "../../interfaces/IEnergyEscrow.sol";
import {ISettlementCourt} from "../../interfaces/ISettlementCourt.sol";
import {BalanceJudge} from "../../judges/BalanceJudge.sol";
import {HeaderJudge} from "../../judges/HeaderJudge.sol";
import {BatchHeaders} from "../../libraries/BatchHeaders.sol";
import {Leaves} from "../../libraries/Leaves.sol";
import {MarketRules} from "../../libraries/MarketRules.sol";
import {BalanceLeaf, BalanceNode, BalanceProof, BatchHeader, CommittedBatch, Rules} from "../../types/Batch.sol";
import {PositionLeaf, PositionProof} from "../../types/Leaves.sol";
import {MerkleBuilder} from "./MerkleBuilder.sol";
import {TreeBuilder} from "./TreeBuilder.sol";
import {vm} from "./Vm.sol";

/// @notice A court and an escrow with a token and an operator, and the operator's books: what `_commit` puts into a
/// batch.
abstract contract CourtFixture {
    using TreeBuilder for BalanceLeaf[];

    bytes32 internal constant COMMUNITY = keccak256("street");
    uint64 internal constant WINDOW = 1 hours;
    uint64 internal constant RESPONSE = 30 minutes;
    /// @dev The longest that a batch takes to become final.
    uint64 internal constant LIMIT = WINDOW + 2 * RESPONSE;
    uint64 internal constant PAUSE = 1 hours;
    uint64 internal constant DELAY = 6 hours;
    uint64 internal constant SILENCE = 1 days;
    uint256 internal constant BOND = 1000e6;
    uint256 internal constant DEMAND_BOND = 10e6;
    uint32 internal constant DEMAND_LIMIT = 3;
    uint16 internal constant RING = 64;
    /// @dev Nano money in one unit of the token.
    uint128 internal constant NANO = 1000;
    uint64 internal constant FIRST_INTERVAL = 2_000_000;

    Rules internal rules = Rules(300_000, 80_000, 0, 900_000, 300_000);
    CommunityToken internal token;
    SiteRegistry internal registry;
    BalanceJudge internal balanceJudge;
    HeaderJudge internal headerJudge;
    SettlementCourt internal court;
    EnergyEscrow internal escrow;
    address internal operator = vm.addr(0xA11CE);
    address internal watcher = vm.addr(0xBEEF);
    address internal guardian = vm.addr(0x6A4D);
    address internal governance;

    /// @dev Cumulative nano.
    uint128[] internal credits;
    uint128[] internal debits;
    /// @dev What the batches said, by number; a batch taken back is overwritten.
    mapping(uint64 number => BatchHeader) internal headers;
    mapping(uint64 number => uint64) internal committedAt;
    mapping(uint64 number => BalanceLeaf[]) internal leavesOf;
    mapping(uint64 number => PositionLeaf[]) internal positionsOf;
    CommittedBatch internal noBatch;
    BalanceProof internal noProof;

    function _setUpCourt() internal {
        vm.warp(1_800_000_000);
        token = new CommunityToken("Community", "CMT");
        registry = new SiteRegistry(address(0), 1 hours);
        balanceJudge = new BalanceJudge();
        headerJudge = new HeaderJudge();
        (court, escrow) = _deploy(_terms());
        _fund(operator, 10 * BOND);
        vm.prank(operator);
        court.depositBond(BOND);
    }

    function _terms() internal returns (ISettlementCourt.Terms memory terms) {
        terms.community = COMMUNITY;
        terms.token = token;
        terms.registry = registry;
        terms.rulesHash = this.hashRules(rules);
        terms.operator = operator;
        terms.guardian = guardian;
        terms.governance = governance;
        terms.challengeWindow = WINDOW;
        terms.responseTime = RESPONSE;
        terms.withdrawalDelay = DELAY;
        terms.silenceLimit = SILENCE;
        terms.pauseLimit = PAUSE;
        terms.minimumBond = uint128(BOND);
        terms.demandBond = uint128(DEMAND_BOND);
        terms.demandLimit = DEMAND_LIMIT;
        terms.ringSize = RING;
        terms.judges = new address[](2);
        terms.judges[0] = address(balanceJudge);
        terms.judges[1] = address(headerJudge);
    }

    /// @dev The court must know the escrow's address before it is there.
    function _deploy(ISettlementCourt.Terms memory terms) internal returns (SettlementCourt, EnergyEscrow) {
        terms.escrow = IEnergyEscrow(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1));
        SettlementCourt newCourt = new SettlementCourt(terms);
        return (newCourt, new EnergyEscrow(newCourt));
    }

    /// @dev External, so that the libraries see calldata.
    function hashRules(Rules calldata value) external pure returns (bytes32) {
        return MarketRules.hash(value);
    }

    function hashHeader(BatchHeader calldata header) external pure returns (bytes32) {
        return BatchHeaders.hash(header);
    }

    function hashPosition(PositionLeaf calldata leaf) external pure returns (bytes32) {
        return Leaves.hash(leaf);
    }

    /// @dev The key of home `i`, and its address.
    function _key(uint256 i) internal pure returns (uint256) {
        return 0x10000 + i;
    }

    function _home(uint256 i) internal pure returns (address) {
        return vm.addr(_key(i));
    }

    function _fund(address account, uint256 amount) internal {
        token.mint(account, amount);
        vm.startPrank(account);
        token.approve(address(escrow), type(uint256).max);
        token.approve(address(court), type(uint256).max);
        vm.stopPrank();
    }

    function _deposit(uint256 i, uint256 amount) internal {
        _fund(_home(i), amount);
        vm.prank(_home(i));
        escrow.deposit(_home(i), amount);
        _growBooks();
    }

    function _growBooks() internal {
        while (credits.length < escrow.accountCount()) {
            credits.push(0);
            debits.push(0);
        }
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
            leaves[i] = BalanceLeaf(i, escrow.accountAt(i), credits[i], debits[i], salt);
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
            sum += escrow.balanceOf(escrow.accountAt(i));
        }
        uint256 held = IERC20(escrow.token()).balanceOf(address(escrow));
        vm.assertEq(escrow.totalOwed(), held, "the escrow's counter = its tokens");
        vm.assertTrue(sum <= held && held - sum <= escrow.accountCount(), "accounts + fees + dust = tokens");
        vm.assertEq(court.totalHeld(), token.balanceOf(address(court)), "the court's counter = its tokens");
    }
}
