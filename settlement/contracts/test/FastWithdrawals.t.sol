// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EnergyEscrow} from "../EnergyEscrow.sol";
import {SettlementCourt} from "../SettlementCourt.sol";
import {IEscrowErrors} from "../interfaces/IEscrowErrors.sol";
import {IEscrowEvents} from "../interfaces/IEscrowEvents.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {IVaultErrors} from "../interfaces/IVaultErrors.sol";
import {BalanceProof, CommittedBatch} from "../types/Batch.sol";
import {OpenToken} from "./mocks/StrangeTokens.sol";
import {CourtFixture} from "./utils/CourtFixture.sol";
import {bound, vm} from "./utils/Vm.sol";

/// @notice Withdrawals that the operator agrees to, the operator's fees, and the one rounding.
contract FastWithdrawalsTest is CourtFixture {
    function setUp() public {
        _setUpCourt();
        _deposit(0, 100e6);
        _deposit(1, 100e6);
    }

    function test_fast_paysAtOnce() public {
        bytes memory agreed = _agree(0, 40e6, watcher, block.timestamp);
        vm.expectEmit(address(escrow));
        emit IEscrowEvents.Withdrawn(_home(0), watcher, 40e6);
        vm.prank(_home(0));
        escrow.withdrawFast(40e6, watcher, block.timestamp, noBatch, noProof, agreed);
        vm.assertEq(token.balanceOf(watcher), 40e6);
        vm.assertEq(escrow.nonces(_home(0)), 1);
        // Agreed once, paid once.
        vm.prank(_home(0));
        vm.expectRevert(IEscrowErrors.EscrowNotAgreed.selector);
        escrow.withdrawFast(40e6, watcher, block.timestamp, noBatch, noProof, agreed);
        _checkConserved();
    }

    function test_fast_paysByTheLatestFinalBatch() public {
        _trade(0, 1, 30e6, 0);
        _settleBatch();
        bytes memory agreed = _agree(1, 130e6, _home(1), block.timestamp);
        CommittedBatch memory latest = _batch(1);
        BalanceProof memory proof = _proof(1, 1);
        vm.prank(_home(1));
        escrow.withdrawFast(130e6, _home(1), block.timestamp, latest, proof, agreed);
        vm.assertEq(token.balanceOf(_home(1)), 130e6);
        agreed = _agree(0, 71e6, _home(0), block.timestamp);
        vm.startPrank(_home(0));
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowWrongAccount.selector, _home(1), _home(0)));
        escrow.withdrawFast(71e6, _home(0), block.timestamp, latest, proof, agreed);
        proof = _proof(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowNotLatestFinal.selector, 0));
        escrow.withdrawFast(71e6, _home(0), block.timestamp, noBatch, proof, agreed);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowBalanceTooLow.selector, 70e6, 71e6));
        escrow.withdrawFast(71e6, _home(0), block.timestamp, latest, proof, agreed);
        vm.stopPrank();
        _settleAll(1);
        _checkConserved();
    }

    function test_fast_refusesWhatWasNotAgreed() public {
        bytes memory agreed = _agree(0, 40e6, _home(0), block.timestamp);
        vm.startPrank(_home(0));
        vm.expectRevert(IVaultErrors.VaultZeroAmount.selector);
        escrow.withdrawFast(0, _home(0), block.timestamp, noBatch, noProof, agreed);
        vm.expectRevert(abi.encodeWithSelector(IVaultErrors.VaultInvalidAddress.selector, address(escrow)));
        escrow.withdrawFast(1, address(escrow), block.timestamp, noBatch, noProof, agreed);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowExpired.selector, block.timestamp - 1));
        escrow.withdrawFast(40e6, _home(0), block.timestamp - 1, noBatch, noProof, agreed);
        vm.expectRevert(IEscrowErrors.EscrowNotAgreed.selector);
        escrow.withdrawFast(41e6, _home(0), block.timestamp, noBatch, noProof, agreed);
        vm.expectRevert(IEscrowErrors.EscrowNotAgreed.selector);
        escrow.withdrawFast(40e6, watcher, block.timestamp, noBatch, noProof, agreed);
        vm.expectRevert(IEscrowErrors.EscrowNotAgreed.selector);
        escrow.withdrawFast(40e6, _home(0), block.timestamp + 1, noBatch, noProof, agreed);
        vm.expectRevert(IEscrowErrors.EscrowNotAgreed.selector);
        escrow.withdrawFast(40e6, _home(0), block.timestamp, noBatch, noProof, "short");
        vm.stopPrank();
        vm.prank(_home(1));
        vm.expectRevert(IEscrowErrors.EscrowNotAgreed.selector);
        escrow.withdrawFast(40e6, _home(0), block.timestamp, noBatch, noProof, agreed);
        // Nor does it count on the other side of a fork.
        vm.chainId(4242);
        vm.prank(_home(0));
        vm.expectRevert(IEscrowErrors.EscrowNotAgreed.selector);
        escrow.withdrawFast(40e6, _home(0), block.timestamp, noBatch, noProof, agreed);
    }

    /// @dev What the operator agrees to holds for one contract of one name and version on one chain.
    function test_fast_refusesOtherDomains() public {
        for (uint256 field = 0; field < 5; ++field) {
            bytes32 domain = _domain(
                field == 1 ? "Commonwatt" : "Commonwatt EnergyEscrow",
                field == 2 ? "2" : "1",
                field == 3 ? block.chainid + 1 : block.chainid,
                field == 4 ? address(court) : address(escrow)
            );
            bytes memory agreed = _agreeIn(domain, 0, 1e6, _home(0), block.timestamp);
            if (field > 0) vm.expectRevert(IEscrowErrors.EscrowNotAgreed.selector);
            vm.prank(_home(0));
            escrow.withdrawFast(1e6, _home(0), block.timestamp, noBatch, noProof, agreed);
        }
    }

    function test_fees_followFinalBatches() public {
        _trade(0, 1, 10e6, 1e6);
        _commit();
        vm.prank(operator);
        vm.expectRevert(IVaultErrors.VaultZeroAmount.selector);
        escrow.claimFees(operator);
        _finalize();
        vm.prank(watcher);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowUnauthorized.selector, watcher));
        escrow.claimFees(watcher);
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(IVaultErrors.VaultInvalidAddress.selector, address(0)));
        escrow.claimFees(address(0));
        vm.expectEmit(address(escrow));
        emit IEscrowEvents.FeesClaimed(watcher, 1e6);
        vm.assertEq(escrow.claimFees(watcher), 1e6);
        vm.expectRevert(IVaultErrors.VaultZeroAmount.selector);
        escrow.claimFees(watcher);
        vm.stopPrank();
        _trade(1, 0, 1e6, 2e6);
        _settleBatch();
        vm.assertEq(escrow.feesOwed(), 2e6);
        _settleAll(2);
        _checkConserved();
    }

    /// @dev What an account has is rounded down once, whatever its nano; the dust stays and is never paid twice.
    function testFuzz_rounding_isDownAndOnce(uint256[3] memory amounts, uint256[3] memory fees) public {
        for (uint256 i = 0; i < amounts.length; ++i) {
            _tradeNano(i % 2, (i + 1) % 2, uint128(bound(amounts[i], 1, 9e9)), uint128(bound(fees[i], 0, 9e9)));
        }
        _settleBatch();
        _settleAll(1);
        _checkConserved();
        for (uint256 i = 0; i < 2; ++i) {
            uint256 nano = 100e9 + uint256(credits[i]) - debits[i];
            vm.assertEq(escrow.balanceOf(_home(i)), nano / NANO);
            _request(i, nano / NANO);
        }
        uint256 paid = escrow.feesOwed();
        if (paid > 0) {
            vm.prank(operator);
            escrow.claimFees(operator);
        }
        vm.warp(block.timestamp + DELAY);
        for (uint256 i = 0; i < 2; ++i) {
            paid += escrow.withdraw(_home(i), _batch(1), _proof(1, i), noBatch);
        }
        vm.assertTrue(paid <= 200e6 && 200e6 - paid <= 2, "all but dust");
        _checkConserved();
    }

    function test_decimals_aboveNineDoNotFitNano() public {
        ISettlementCourt.Terms memory terms = _terms();
        terms.token = new OpenToken();
        terms.escrow = escrow;
        SettlementCourt other = new SettlementCourt(terms);
        vm.expectRevert(abi.encodeWithSelector(IEscrowErrors.EscrowTooManyDecimals.selector, 18));
        new EnergyEscrow(other);
    }

    function _agree(uint256 i, uint256 amount, address recipient, uint256 deadline)
        private
        view
        returns (bytes memory)
    {
        bytes32 domain = _domain("Commonwatt EnergyEscrow", "1", block.chainid, address(escrow));
        return _agreeIn(domain, i, amount, recipient, deadline);
    }

    function _domain(string memory name, string memory version, uint256 chainId, address verifier)
        private
        pure
        returns (bytes32)
    {
        bytes32 typehash =
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        return keccak256(abi.encode(typehash, keccak256(bytes(name)), keccak256(bytes(version)), chainId, verifier));
    }

    function _agreeIn(bytes32 domain, uint256 i, uint256 amount, address recipient, uint256 deadline)
        private
        view
        returns (bytes memory)
    {
        bytes32 typehash = keccak256(
            "FastWithdrawal(address account,address recipient,uint256 amount,uint256 nonce,uint256 deadline)"
        );
        uint256 nonce = escrow.nonces(_home(i));
        bytes32 message = keccak256(abi.encode(typehash, _home(i), recipient, amount, nonce, deadline));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xA11CE, keccak256(abi.encodePacked("\x19\x01", domain, message)));
        return abi.encodePacked(r, s, v);
    }
}
