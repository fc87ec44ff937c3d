// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CommunityToken} from "../../CommunityToken.sol";
import {SettlementCourt} from "../../SettlementCourt.sol";
import {SiteRegistry} from "../../SiteRegistry.sol";
import {IEnergyEscrow} from "../../interfaces/IEnergyEscrow.sol";
import {IJudge} from "../../interfaces/IJudge.sol";
import {ISettlementCourt} from "../../interfaces/ISettlementCourt.sol";
import {FillJudge} from "../../judges/FillJudge.sol";
import {InclusionJudge} from "../../judges/InclusionJudge.sol";
import {OrderJudge} from "../../judges/OrderJudge.sol";
import {PositionJudge} from "../../judges/PositionJudge.sol";
import {PriceJudge} from "../../judges/PriceJudge.sol";
import {ReadingJudge} from "../../judges/ReadingJudge.sol";
import {SignedFor} from "./OrderSigner.sol";
import {Street, Streets} from "./Street.sol";
import {StreetBuilder} from "./StreetBuilder.sol";
import {vm} from "./Vm.sol";

/// @notice A court with its judges and an operator that commits whatever street it is given.
abstract contract JudgeFixture is StreetBuilder {
    using Streets for Street;

    uint128 internal constant BOND = 1000e6;

    OrderJudge internal orderJudge;
    FillJudge internal fillJudge;
    PositionJudge internal positionJudge;
    ReadingJudge internal readingJudge;
    PriceJudge internal priceJudge;
    InclusionJudge internal inclusionJudge;
    address internal operator = vm.addr(0xA11CE);

    function setUp() public virtual {
        vm.warp(START - 3 days);
        registry = new SiteRegistry(address(0), 1 days);
        orderJudge = new OrderJudge();
        fillJudge = new FillJudge();
        positionJudge = new PositionJudge();
        readingJudge = new ReadingJudge();
        priceJudge = new PriceJudge();
        inclusionJudge = new InclusionJudge();
        CommunityToken token = new CommunityToken("Community", "CMT");
        court = new SettlementCourt(_terms(token));
        token.mint(operator, BOND);
        vm.startPrank(operator);
        token.approve(address(court), BOND);
        court.depositBond(BOND);
        vm.stopPrank();
    }

    function _terms(CommunityToken token) private view returns (ISettlementCourt.Terms memory terms) {
        terms.community = COMMUNITY;
        terms.token = token;
        terms.escrow = IEnergyEscrow(address(0xE5C));
        terms.registry = registry;
        terms.rulesHash = bytes32(uint256(1));
        terms.operator = operator;
        terms.challengeWindow = 1 hours;
        terms.responseTime = 10 minutes;
        terms.withdrawalDelay = 3 hours;
        terms.silenceLimit = 1 days;
        terms.minimumBond = BOND;
        terms.demandBond = 1e6;
        terms.demandLimit = 8;
        terms.ringSize = 8;
        terms.judges = new address[](6);
        terms.judges[0] = address(orderJudge);
        terms.judges[1] = address(fillJudge);
        terms.judges[2] = address(positionJudge);
        terms.judges[3] = address(readingJudge);
        terms.judges[4] = address(priceJudge);
        terms.judges[5] = address(inclusionJudge);
    }

    /// @dev What is signed for another community, chain, court or version of ours, or for another program.
    function _misdirected(uint256 field) internal view returns (SignedFor memory domain) {
        domain = _signedFor();
        if (field == 0) domain.name = "Uncommonwatt";
        else if (field == 1) domain.version = "2";
        else if (field == 2) ++domain.chainId;
        else if (field == 3) domain.court = address(orderJudge);
        else domain.community = keccak256("another street");
    }

    function _commit(Street memory street) internal {
        street.batch.committedAt = uint64(block.timestamp);
        vm.prank(operator);
        court.commit(street.batch.header, 0);
    }

    /// @dev Seals what was changed and commits it.
    function _commitChanged(Street memory street) internal {
        street.seal();
        _commit(street);
    }

    function _nothingWrong() internal {
        vm.expectRevert(IJudge.JudgeNothingWrong.selector);
    }

    function _assertTakenBack(string memory reason) internal view {
        vm.assertEq(court.head(), 0, reason);
    }

    function _assertStands(string memory reason) internal view {
        vm.assertEq(court.head(), 1, reason);
    }
}
