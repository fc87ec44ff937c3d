// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ledger} from "../contracts/libraries/Ledger.sol";

/// @title Proof that the escrow's ledger conserves
/// @notice Never deployed: solc's model checker proves the assertions, `npm run prove`. One account and all the others
/// taken together hold any amounts between which the invariant holds; each step that the escrow can take keeps it, so
/// it holds for ever. What the invariant takes for granted is what court and judges see to:
///
/// - credits and fees are debits, which a commit must show;
/// - no account is below zero, or the batch is taken back.
///
/// Then what all may take out is what the escrow holds, but for less than a unit of rounding for each of the three.
contract LedgerProof {
    /// @dev Nano in one unit of a token with six decimals.
    uint256 private constant NANO = 1000;

    uint256 private _deposited;
    uint256 private _withdrawn;
    uint256 private _credit;
    uint256 private _debit;
    uint256 private _restDeposited;
    uint256 private _restWithdrawn;
    uint256 private _restCredit;
    uint256 private _restDebit;
    uint256 private _feeTotal;
    uint256 private _feesClaimed;

    /// @dev Whatever was true before, what all may take out is covered after.
    modifier keepsTheBooks() {
        require(_isConserved() && _areBounded());
        _;
        assert(_isConserved());
        uint256 deposited = _deposited + _restDeposited;
        uint256 paid = _withdrawn + _restWithdrawn + _feesClaimed;
        uint256 owed = _balance() + _restBalance() + Ledger.fees(_feeTotal, _feesClaimed, NANO);
        assert(deposited >= paid);
        assert(owed <= deposited - paid);
        assert(deposited - paid - owed <= 2);
    }

    function deposit(uint128 amount) external keepsTheBooks {
        _deposited += amount;
    }

    function withdraw(uint128 amount) external keepsTheBooks {
        require(amount <= _balance());
        _withdrawn += amount;
    }

    function claimFees() external keepsTheBooks {
        _feesClaimed += Ledger.fees(_feeTotal, _feesClaimed, NANO);
    }

    /// @dev A final batch, all of whose leaves are recorded.
    function finalize(uint128 credit, uint128 debit, uint128 restCredit, uint128 restDebit, uint128 feeTotal)
        external
        keepsTheBooks
    {
        _credit = credit;
        _debit = debit;
        _restCredit = restCredit;
        _restDebit = restDebit;
        _feeTotal = feeTotal;
        require(_isConserved() && _areBounded());
    }

    function _areBounded() private view returns (bool) {
        uint256 most = type(uint128).max;
        return _deposited <= most && _withdrawn <= most && _credit <= most && _debit <= most && _restDeposited <= most
            && _restWithdrawn <= most && _restCredit <= most && _restDebit <= most && _feeTotal <= most
            && _feesClaimed <= most;
    }

    function _isConserved() private view returns (bool) {
        return _credit + _restCredit + _feeTotal == _debit + _restDebit
            && _withdrawn * NANO + _debit <= _deposited * NANO + _credit
            && _restWithdrawn * NANO + _restDebit <= _restDeposited * NANO + _restCredit
            && _feesClaimed * NANO <= _feeTotal;
    }

    function _balance() private view returns (uint256) {
        return Ledger.balance(_deposited, _withdrawn, _credit, _debit, NANO);
    }

    function _restBalance() private view returns (uint256) {
        return Ledger.balance(_restDeposited, _restWithdrawn, _restCredit, _restDebit, NANO);
    }
}
