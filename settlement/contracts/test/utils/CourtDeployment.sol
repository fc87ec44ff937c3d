// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CommunityToken} from "../../CommunityToken.sol";
import {EnergyEscrow} from "../../EnergyEscrow.sol";
import {SettlementCourt} from "../../SettlementCourt.sol";
import {SiteRegistry} from "../../SiteRegistry.sol";
import {IEnergyEscrow} from "../../interfaces/IEnergyEscrow.sol";
import {ISettlementCourt} from "../../interfaces/ISettlementCourt.sol";
import {BalanceJudge} from "../../judges/BalanceJudge.sol";
import {HeaderJudge} from "../../judges/HeaderJudge.sol";
import {MarketRules} from "../../libraries/MarketRules.sol";
import {Rules} from "../../types/Batch.sol";
import {vm} from "./Vm.sol";

/// @notice A court and an escrow with a token and an operator, and accounts with money.
abstract contract CourtDeployment {
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

    /// @dev External, so that the library sees calldata.
    function hashRules(Rules calldata value) external pure returns (bytes32) {
        return MarketRules.hash(value);
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
}
