// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IJudge} from "../interfaces/IJudge.sol";
import {PositionLeaf, ReadingLeaf} from "../types/Leaves.sol";
import {METER_P256} from "../types/Site.sol";
import {PlainStreet} from "./utils/PlainStreet.sol";
import {Street, Streets} from "./utils/Street.sol";
import {vm} from "./utils/Vm.sol";

contract PositionJudgeTest is PlainStreet {
    using Streets for Street;

    function _accuseSum(Street memory street, uint256 i) private {
        positionJudge.positionSum(court, street.batch, street.position(i), street.fillsOfAccount(i));
    }

    function _accuseShape(Street memory street, uint256 i) private {
        positionJudge.positionShape(court, street.batch, street.position(i));
    }

    function _accuseBoundary(Street memory street, uint256 i, bool isEnd) private {
        uint256 index = isEnd ? street.positions[i].endReading : street.positions[i].startReading;
        positionJudge.positionBoundary(
            court, street.batch, street.position(i), isEnd, street.reading(index), street.reading(index + 1)
        );
    }

    function _accuseUnmetered(Street memory street, uint256 i, uint256 start, uint256 end) private {
        positionJudge.positionUnmetered(
            court,
            street.batch,
            street.position(i),
            street.reading(start),
            street.reading(start + 1),
            street.reading(end),
            street.reading(end + 1)
        );
    }

    function test_sum_eachOfEachHome() public {
        for (uint256 i = 0; i < 16; ++i) {
            setUp();
            Street memory street = _plain();
            PositionLeaf memory position = street.positions[i / 4];
            if (i % 4 == 0) ++position.soldWh;
            else if (i % 4 == 1) ++position.boughtWh;
            else if (i % 4 == 2) ++position.creditNano;
            else ++position.debitNano;
            _commitChanged(street);
            _accuseSum(street, i / 4);
            _assertTakenBack("sum");
        }
    }

    function test_sum_atAnotherPlace() public {
        Street memory street = _plain();
        _commit(street);
        for (uint256 place = 0; place <= 5; ++place) {
            // Home 1 has fill 2 only, so its place is 3.
            if (place == 3) continue;
            vm.expectRevert(abi.encodeWithSelector(IJudge.JudgeWrongPlace.selector, place));
            positionJudge.positionSum(court, street.batch, street.position(1), street.fillCut(place));
        }
        _nothingWrong();
        positionJudge.positionSum(court, street.batch, street.position(1), street.fillCut(3));
    }

    function test_shape() public {
        for (uint256 field = 0; field < 9; ++field) {
            setUp();
            Street memory street = _plain();
            PositionLeaf memory position = street.positions[field < 3 ? 0 : 3];
            if (field == 0) position.siteId = 0;
            else if (field == 1) position.startReading = 12;
            else if (field == 2) position.endReading = 12;
            else if (field == 3) position.startReading = 1;
            else if (field == 4) position.endReading = 1;
            else if (field == 5) position.startImportWh = 1;
            else if (field == 6) position.startExportWh = 1;
            else if (field == 7) position.endImportWh = 1;
            else position.endExportWh = 1;
            _commitChanged(street);
            _accuseShape(street, field < 3 ? 0 : 3);
            _assertTakenBack("shape");
        }
    }

    function test_boundary_eachRegister() public {
        for (uint256 field = 0; field < 4; ++field) {
            setUp();
            Street memory street = _plain();
            PositionLeaf memory position = street.positions[2];
            if (field == 0) ++position.startImportWh;
            else if (field == 1) --position.startExportWh;
            else if (field == 2) ++position.endImportWh;
            else --position.endExportWh;
            _commitChanged(street);
            _nothingWrong();
            _accuseBoundary(street, 2, field < 2);
            _accuseBoundary(street, 2, field >= 2);
            _assertTakenBack("register");
        }
    }

    /// @dev A reading that was taken at the boundary says what stood there, whatever comes next.
    function test_boundary_takenExactlyThen() public {
        for (uint256 spoiled = 0; spoiled < 2; ++spoiled) {
            setUp();
            Street memory street = _plain();
            street.readings[8].takenAtMs = START * 1000;
            PositionLeaf memory position = street.positions[2];
            position.startImportWh = street.readings[8].importWh + uint64(spoiled);
            position.startExportWh = street.readings[8].exportWh;
            _commitChanged(street);
            if (spoiled == 0) _nothingWrong();
            _accuseBoundary(street, 2, false);
        }
        _assertTakenBack("register");
    }

    function test_boundary_byAnotherReading() public {
        for (uint256 start = 0; start < 12; ++start) {
            if (start == 4) continue;
            setUp();
            Street memory street = _plain();
            street.positions[1].startReading = uint32(start);
            _commitChanged(street);
            _accuseBoundary(street, 1, false);
            _assertTakenBack("reading");
        }
    }

    function test_boundary_ofAnotherSite() public {
        Street memory street = _plain();
        street.positions[1].siteId = bytes32(uint256(1));
        _commitChanged(street);
        _accuseBoundary(street, 1, false);
        _assertTakenBack("site");
    }

    function test_boundary_whereTheMeterChanges() public {
        Street memory street = _plain();
        _signReading(street, 1, _meterKey(0) + 1, METER_P256);
        _commitChanged(street);
        _accuseBoundary(street, 0, false);
        _assertTakenBack("meter");
    }

    function test_boundary_unproved() public {
        Street memory street = _plain();
        _commit(street);
        vm.expectRevert(abi.encodeWithSelector(IJudge.JudgeUnrelated.selector, 1, 0));
        positionJudge.positionBoundary(
            court, street.batch, street.position(0), false, street.reading(1), street.reading(2)
        );
        vm.expectRevert(abi.encodeWithSelector(IJudge.JudgeUnrelated.selector, 2, 1));
        positionJudge.positionBoundary(
            court, street.batch, street.position(0), false, street.reading(0), street.reading(2)
        );
        _nothingWrong();
        _accuseBoundary(street, 3, false);
    }

    function test_meters() public {
        Street memory street = _plain();
        for (uint256 n = 2; n < 4; ++n) {
            _signReading(street, n, _meterKey(0) + 1, METER_P256);
        }
        _commitChanged(street);
        for (uint256 end = 0; end < 2; ++end) {
            _nothingWrong();
            _accuseBoundary(street, 0, end == 1);
        }
        positionJudge.positionMeters(court, street.batch, street.position(0), street.reading(0), street.reading(2));
        _assertTakenBack("two meters");
    }

    function test_meters_unmetered() public {
        Street memory street = _plain();
        _commit(street);
        _nothingWrong();
        positionJudge.positionMeters(court, street.batch, street.position(3), street.reading(0), street.reading(2));
    }

    function _makeUnmetered(PositionLeaf memory position) private pure {
        position.isMetered = false;
        (position.startReading, position.endReading) = (0, 0);
        (position.startImportWh, position.startExportWh) = (0, 0);
        (position.endImportWh, position.endExportWh) = (0, 0);
    }

    function test_unmetered() public {
        Street memory street = _plain();
        _makeUnmetered(street.positions[2]);
        _commitChanged(street);
        for (uint256 start = 0; start < 12; ++start) {
            if (start == 8) continue;
            _nothingWrong();
            _accuseUnmetered(street, 2, start, 10);
            _nothingWrong();
            _accuseUnmetered(street, 2, 8, start == 10 ? 11 : start);
        }
        _accuseUnmetered(street, 2, 8, 10);
        _assertTakenBack("metered");
    }

    function test_unmetered_exactlyAtBothEnds() public {
        Street memory street = _plain();
        _makeUnmetered(street.positions[2]);
        // The last reading of all was taken at the very end.
        street.readings[8].takenAtMs = START * 1000;
        street.readings[11].takenAtMs = (START + INTERVAL_S) * 1000;
        _commitChanged(street);
        _accuseUnmetered(street, 2, 8, 11);
        _assertTakenBack("metered");
    }

    function test_unmetered_twoReadingsAtOneTime() public {
        Street memory street = _plain();
        _makeUnmetered(street.positions[0]);
        for (uint256 n = 0; n < 2; ++n) {
            street.readings[n].takenAtMs = START * 1000;
        }
        _signReading(street, 1, _meterKey(0) + 1, METER_P256);
        _commitChanged(street);
        // The last of the two counts, and it is another meter's.
        _nothingWrong();
        _accuseUnmetered(street, 0, 0, 2);
        _nothingWrong();
        _accuseUnmetered(street, 0, 1, 2);
    }

    function test_unmetered_withoutASite() public {
        Street memory street = _plain();
        _makeUnmetered(street.positions[2]);
        street.positions[2].siteId = 0;
        _commitChanged(street);
        _nothingWrong();
        _accuseUnmetered(street, 2, 8, 10);
    }

    function test_owner() public {
        Street memory street = _plain();
        street.positions[0].account = vm.addr(_key(1));
        street.positions[3].siteId = keccak256("never registered");
        _commitChanged(street);
        _nothingWrong();
        positionJudge.positionOwner(court, street.batch, street.position(1));
        positionJudge.positionOwner(court, street.batch, street.position(0));
        _assertTakenBack("another's site");
    }

    function test_owner_ofNoSite() public {
        Street memory street = _plain();
        street.positions[3].siteId = keccak256("never registered");
        _commitChanged(street);
        positionJudge.positionOwner(court, street.batch, street.position(3));
        _assertTakenBack("no site");
    }
}
