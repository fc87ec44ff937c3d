// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IJudge} from "../interfaces/IJudge.sol";
import {NO_CLEARING_PRICE} from "../types/Batch.sol";
import {ORDER_ENDED, PHASE_CONTINUOUS} from "../types/Leaves.sol";
import {PlainStreet} from "./utils/PlainStreet.sol";
import {Street, Streets} from "./utils/Street.sol";
import {vm} from "./utils/Vm.sol";

contract PriceJudgeTest is PlainStreet {
    using Streets for Street;

    function _accuseBetter(Street memory street, uint256 i) private {
        priceJudge.betterUnfilled(court, street.batch, street.order(i), street.fillsOf(i));
    }

    function _accuseCrossing(Street memory street, uint256 bid, uint256 offer) private {
        priceJudge.crossing(
            court, street.batch, street.order(bid), street.fillsOf(bid), street.order(offer), street.fillsOf(offer)
        );
    }

    function test_callPrice() public {
        Street memory street = _plain();
        --street.fills[0].price;
        _commitChanged(street);
        _nothingWrong();
        priceJudge.callPrice(court, street.batch, street.fill(1));
        priceJudge.callPrice(court, street.batch, street.fill(0));
        _assertTakenBack("price");
    }

    function test_callPrice_withoutOne() public {
        Street memory street = _plain();
        street.batch.header.clearingPrice = NO_CLEARING_PRICE;
        street.fills[0].price = NO_CLEARING_PRICE;
        street.fills[1].phase = PHASE_CONTINUOUS;
        _commitChanged(street);
        _nothingWrong();
        priceJudge.callPrice(court, street.batch, street.fill(1));
        priceJudge.callPrice(court, street.batch, street.fill(0));
        _assertTakenBack("no price");
    }

    function test_better_bid() public {
        Street memory street = _plain();
        street.batch.header.clearingPrice = 119_999;
        _commitChanged(street);
        _accuseBetter(street, _orderOf(street, 3));
        _assertTakenBack("a better bid got nothing");
    }

    function test_better_partlyFilled() public {
        Street memory street = _plain();
        street.batch.header.clearingPrice = 159_999;
        _commitChanged(street);
        _accuseBetter(street, _orderOf(street, 2));
        _assertTakenBack("a better bid is not full");
    }

    function test_better_offer() public {
        Street memory street = _plain();
        uint256 offer = _orderOf(street, 0);
        street.orders[offer].energyWh = 301;
        _commitChanged(street);
        _accuseBetter(street, offer);
        _assertTakenBack("a better offer is not full");
    }

    function test_better_equalWorseFullOrEnded() public {
        Street memory street = _plain();
        uint256 best = _orderOf(street, 1);
        street.orders[best].energyWh = 201;
        street.orders[best].ended = ORDER_ENDED;
        _commitChanged(street);
        for (uint256 i = 0; i < 4; ++i) {
            _nothingWrong();
            _accuseBetter(street, i);
        }
    }

    function test_better_withoutAPrice() public {
        Street memory street = _plain();
        street.batch.header.clearingPrice = NO_CLEARING_PRICE;
        _commitChanged(street);
        for (uint256 i = 0; i < 4; ++i) {
            _nothingWrong();
            _accuseBetter(street, i);
        }
    }

    function test_better_atAnotherPlace() public {
        Street memory street = _plain();
        street.batch.header.clearingPrice = 159_999;
        _commitChanged(street);
        uint256 index = _orderOf(street, 2);
        uint256 right = street.fillsOf(index).index;
        for (uint256 place = 0; place <= 5; ++place) {
            if (place == right) continue;
            vm.expectRevert(abi.encodeWithSelector(IJudge.JudgeWrongPlace.selector, place));
            priceJudge.betterUnfilled(court, street.batch, street.order(index), street.fillCut(place));
        }
    }

    function test_crossing() public {
        Street memory street = _plain();
        (uint256 offer, uint256 bid) = (_orderOf(street, 0), _orderOf(street, 3));
        street.orders[offer].energyWh = 301;
        street.batch.header.clearingPrice = 100_000;
        _commitChanged(street);
        _nothingWrong();
        _accuseCrossing(street, offer, bid);
        _nothingWrong();
        _accuseCrossing(street, bid, bid);
        _nothingWrong();
        _accuseCrossing(street, _orderOf(street, 1), offer);
        _accuseCrossing(street, bid, offer);
        _assertTakenBack("crossing");
    }

    function test_crossing_whereNobodyTraded() public {
        Street memory street = _plain();
        delete street.fills;
        street.batch.header.clearingPrice = NO_CLEARING_PRICE;
        _commitChanged(street);
        _accuseCrossing(street, _orderOf(street, 1), _orderOf(street, 0));
        _assertTakenBack("crossing");
    }

    function test_crossing_notWithOneselfNorWhenApart() public {
        Street memory street = _plain();
        (uint256 offer, uint256 bid) = (_orderOf(street, 0), _orderOf(street, 3));
        street.orders[offer].energyWh = 301;
        street.orders[offer].limitPrice = 120_001;
        uint256 own = _orderOf(street, 2);
        street.orders[own].accountIndex = 0;
        _commitChanged(street);
        _nothingWrong();
        _accuseCrossing(street, bid, offer);
        _nothingWrong();
        _accuseCrossing(street, own, offer);
    }
}
