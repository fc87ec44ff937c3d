// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {CommunityToken} from "../../CommunityToken.sol";
import {EnergyEscrow} from "../../EnergyEscrow.sol";
import {BalanceLeaf, BalanceNode, BalanceProof, BatchHeader} from "../../types/Batch.sol";
import {TreeBuilder} from "./TreeBuilder.sol";
import {vm} from "./Vm.sol";

/// @notice An escrow with a token and an operator, and the operator's books: what `_commit` puts into a batch.
abstract contract EscrowFixture {
    using TreeBuilder for BalanceLeaf[];

    bytes32 internal constant COMMUNITY = keccak256("street");
    uint64 internal constant WINDOW = 1 hours;
    uint64 internal constant DELAY = 3 hours;
    uint256 internal constant BOND = 1000e6;

    CommunityToken internal token;
    EnergyEscrow internal escrow;
    address internal operator = vm.addr(0xA11CE);
    address internal watcher = vm.addr(0xBEEF);

    uint128[] internal credits;
    uint128[] internal debits;
    uint128 internal fees;
    /// @dev What the batches said, by number; a reverted number is overwritten.
    mapping(uint64 number => BatchHeader) internal headers;
    mapping(uint64 number => BalanceLeaf[]) internal leavesOf;

    function _setUpEscrow() internal {
        vm.warp(1_800_000_000);
        token = new CommunityToken("Community", "CMT");
        escrow = new EnergyEscrow(token, COMMUNITY, operator, WINDOW, DELAY, BOND);
        _fund(operator, 10 * BOND);
        vm.prank(operator);
        escrow.depositBond(BOND);
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
        vm.prank(account);
        token.approve(address(escrow), type(uint256).max);
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

    /// @dev Buyer pays `amount` and `fee`; the seller gets `amount`.
    function _trade(uint256 buyer, uint256 seller, uint128 amount, uint128 fee) internal {
        debits[buyer] += amount + fee;
        credits[seller] += amount;
        fees += fee;
    }

    /// @dev The batch that follows the head and says what the books say; remembered under its number.
    function _next() internal returns (BatchHeader memory header, BalanceLeaf[] memory leaves) {
        uint64 number = escrow.head() + 1;
        leaves = new BalanceLeaf[](credits.length);
        for (uint32 i = 0; i < leaves.length; ++i) {
            bytes32 salt = keccak256(abi.encode(number, i));
            leaves[i] = BalanceLeaf(i, escrow.accountAt(i), credits[i], debits[i], salt);
        }
        header = _describe(number, leaves);
        _remember(header, leaves);
    }

    function _describe(uint64 number, BalanceLeaf[] memory leaves) internal view returns (BatchHeader memory header) {
        BalanceNode memory root = leaves.root();
        (header.previousHash,,) = escrow.batch(number - 1);
        header.community = COMMUNITY;
        header.number = number;
        header.intervalIndex = 1000 + number;
        header.tradesRoot = keccak256(abi.encode("trades", number));
        header.readingsRoot = keccak256(abi.encode("readings", number));
        header.balancesRoot = root.hash;
        header.accountCount = uint32(leaves.length);
        header.creditTotal = root.credit;
        header.debitTotal = root.debit;
        header.feeTotal = root.debit - root.credit;
        header.archiveHash = keccak256(abi.encode("archive", number));
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
        BatchHeader memory previous = headers[header.number - 1];
        vm.prank(operator);
        escrow.commitBatch(previous, header);
    }

    function _finalize() internal {
        vm.warp(block.timestamp + WINDOW);
        escrow.finalizeBatch(headers[escrow.finalNumber() + 1]);
    }

    /// @dev Commits what the books say and waits until it is final.
    function _settleBatch() internal returns (uint64 number) {
        number = _commit();
        _finalize();
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

    /// @dev Token balance = the escrow's counter = the auditor's own sum, once all leaves are recorded.
    function _checkConserved() internal view {
        uint256 sum = escrow.bond() + escrow.feesOwed();
        for (uint256 i = 0; i < escrow.accountCount(); ++i) {
            sum += escrow.balanceOf(escrow.accountAt(i));
        }
        vm.assertEq(sum, IERC20(escrow.token()).balanceOf(address(escrow)), "accounts + bond + fees = token balance");
        vm.assertEq(escrow.totalOwed(), sum, "the counter agrees");
    }
}
