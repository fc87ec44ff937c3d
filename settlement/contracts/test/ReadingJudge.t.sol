// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IJudge} from "../interfaces/IJudge.sol";
import {MeterReadings} from "../libraries/MeterReadings.sol";
import {ReadingLeaf} from "../types/Leaves.sol";
import {METER_P256, METER_SECP256K1, MeterReading} from "../types/Site.sol";
import {MeterSigner} from "./utils/MeterSigner.sol";
import {OrderSigner} from "./utils/OrderSigner.sol";
import {PlainStreet} from "./utils/PlainStreet.sol";
import {Street, Streets} from "./utils/Street.sol";
import {vm} from "./utils/Vm.sol";

contract ReadingJudgeTest is PlainStreet {
    using Streets for Street;

    uint256 private constant P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551;

    function _accuseForged(Street memory street, uint256 i) private {
        readingJudge.readingForged(
            court, street.batch, street.reading(i), street.meterKeys[i], street.meterSignatures[i]
        );
    }

    function _accuseUnregistered(Street memory street, uint256 i) private {
        readingJudge.readingUnregistered(
            court, street.batch, street.reading(i), street.position(street.readings[i].accountIndex)
        );
    }

    function test_forged_eachFieldOfBothKinds() public {
        for (uint256 i = 0; i < 10; ++i) {
            setUp();
            Street memory street = _plain();
            ReadingLeaf memory reading = street.readings[i < 5 ? 0 : 4];
            if (i % 5 == 0) reading.siteHash ^= bytes32(uint256(1));
            else if (i % 5 == 1) ++reading.sequence;
            else if (i % 5 == 2) ++reading.takenAtMs;
            else if (i % 5 == 3) ++reading.importWh;
            else ++reading.exportWh;
            _commitChanged(street);
            _accuseForged(street, i < 5 ? 0 : 4);
            _assertTakenBack("forged");
        }
    }

    function test_forged_keysAndSignaturesOfNoForm() public {
        for (uint256 form = 0; form < 7; ++form) {
            setUp();
            Street memory street = _plain();
            uint256 i = form == 6 ? 4 : 0;
            if (form == 0) street.meterKeys[i] = "";
            else if (form == 1) street.meterKeys[i] = new bytes(65);
            else if (form == 2) street.meterKeys[i][0] = 0x02;
            else if (form == 3) street.meterSignatures[i] = "";
            else if (form == 4) street.meterSignatures[i] = new bytes(64);
            else if (form == 5) street.meterSignatures[i] = _withHighS(street.meterSignatures[i]);
            else street.meterKeys[i] = new bytes(20);
            street.readings[i].meterKeyHash = keccak256(street.meterKeys[i]);
            street.readings[i].signatureHash = keccak256(street.meterSignatures[i]);
            _commitChanged(street);
            _accuseForged(street, i);
            _assertTakenBack("no form");
        }
    }

    function test_forged_signedForAnother() public {
        for (uint256 i = 0; i < 10; ++i) {
            setUp();
            Street memory street = _plain();
            (uint256 index, uint8 kind) = i < 5 ? (uint256(0), METER_P256) : (uint256(4), METER_SECP256K1);
            bytes32 domain = OrderSigner.separator(_misdirected(i % 5));
            ReadingLeaf memory leaf = street.readings[index];
            (, street.meterSignatures[index]) = MeterSigner.signLeaf(domain, leaf, _meterKey(leaf.accountIndex), kind);
            _commitChanged(street);
            _accuseForged(street, index);
            _assertTakenBack("signed for another");
        }
    }

    function test_forged_onAForkOfTheChain() public {
        Street memory street = _plain();
        _commit(street);
        vm.chainId(block.chainid + 1);
        _accuseForged(street, 0);
        _assertTakenBack("signed before the fork");
    }

    /// @dev The other form of the same signature.
    function _withHighS(bytes memory signature) private pure returns (bytes memory) {
        (bytes32 r, uint256 s) = abi.decode(signature, (bytes32, uint256));
        return abi.encode(r, P256_ORDER - s);
    }

    function test_forged_honest() public {
        Street memory street = _plain();
        _commit(street);
        for (uint256 i = 0; i < 12; ++i) {
            _nothingWrong();
            _accuseForged(street, i);
        }
        bytes memory other = street.meterKeys[4];
        vm.expectPartialRevert(IJudge.JudgeWrongPreimage.selector);
        readingJudge.readingForged(court, street.batch, street.reading(0), other, street.meterSignatures[0]);
        vm.expectPartialRevert(IJudge.JudgeWrongPreimage.selector);
        readingJudge.readingForged(court, street.batch, street.reading(0), street.meterKeys[0], other);
    }

    function test_unregistered() public {
        for (uint256 field = 0; field < 3; ++field) {
            setUp();
            Street memory street = _plain();
            if (field == 0) street.readings[0].accountIndex = 4;
            else if (field == 1) street.positions[0].siteId = 0;
            else _signReading(street, 0, _meterKey(0) + 1, METER_P256);
            _commitChanged(street);
            if (field > 0) {
                vm.expectPartialRevert(IJudge.JudgeUnrelated.selector);
                readingJudge.readingUnregistered(court, street.batch, street.reading(0), street.position(1));
            }
            _accuseUnregistered(street, 0);
            _assertTakenBack("unregistered");
        }
    }

    function test_unregistered_siteThatNeverWas() public {
        Street memory street = _plain();
        street.readings[0].siteId = keccak256("nowhere");
        street.positions[0].siteId = keccak256("nowhere");
        _commitChanged(street);
        _accuseUnregistered(street, 0);
        _assertTakenBack("nowhere");
    }

    function _revokeMeterOf0(uint256 time) private {
        vm.warp(time);
        MeterReading memory first = MeterReading(bytes32(0), bytes32(0), 1, 2, 3, 4);
        MeterReading memory second = MeterReading(bytes32(0), bytes32(0), 1, 2, 3, 5);
        registry.revokeMeter(
            MeterSigner.keyOf(_meterKey(0), METER_P256), first, _signed(first), second, _signed(second)
        );
    }

    function _signed(MeterReading memory reading) private pure returns (bytes memory) {
        return MeterSigner.sign(_meterKey(0), METER_P256, MeterReadings.digest(reading));
    }

    function test_unregistered_revokedFiveMinutesBeforeTheCommit() public {
        Street memory street = _plain();
        uint256 takenAt = street.readings[0].takenAtMs / 1000;
        _revokeMeterOf0(takenAt - 1);
        vm.warp(takenAt - 1 + 5 minutes);
        _commit(street);
        _accuseUnregistered(street, 0);
        _assertTakenBack("revoked");
    }

    function test_unregistered_revokedJustBeforeTheCommit() public {
        Street memory street = _plain();
        uint256 takenAt = street.readings[0].takenAtMs / 1000;
        _revokeMeterOf0(takenAt - 1);
        vm.warp(takenAt - 2 + 5 minutes);
        _commit(street);
        _nothingWrong();
        _accuseUnregistered(street, 0);
    }

    function test_unregistered_revokedAfterTheReading() public {
        Street memory street = _plain();
        _revokeMeterOf0(street.readings[0].takenAtMs / 1000);
        vm.warp(START + INTERVAL_S + 1 hours);
        _commit(street);
        _nothingWrong();
        _accuseUnregistered(street, 0);
    }

    function test_misnamed() public {
        Street memory street = _plain();
        street.readings[0].siteHash = sha256("home-1");
        _commitChanged(street);
        vm.expectPartialRevert(IJudge.JudgeWrongPreimage.selector);
        readingJudge.readingMisnamed(court, street.batch, street.reading(0), "home-1");
        readingJudge.readingMisnamed(court, street.batch, street.reading(0), "home-0");
        _assertTakenBack("two names");
    }

    function test_unsorted() public {
        for (uint256 field = 0; field < 5; ++field) {
            setUp();
            Street memory street = _plain();
            uint256 first = field == 0 ? 3 : 0;
            ReadingLeaf memory a = street.readings[first];
            ReadingLeaf memory b = street.readings[first + 1];
            if (field == 0) a.accountIndex = 2;
            else if (field == 1) b.takenAtMs = a.takenAtMs - 1;
            else if (field == 2) (b.takenAtMs, b.sequence) = (a.takenAtMs, a.sequence);
            else if (field == 3) b.takenAtMs = a.takenAtMs;
            else b.sequence = a.sequence;
            _commitChanged(street);
            vm.expectPartialRevert(IJudge.JudgeUnrelated.selector);
            readingJudge.readingUnsorted(court, street.batch, street.reading(first), street.reading(first + 2));
            readingJudge.readingUnsorted(court, street.batch, street.reading(first), street.reading(first + 1));
            _assertTakenBack("unsorted");
        }
    }

    function test_unsorted_twoMetersMayShareATime() public {
        Street memory street = _plain();
        street.readings[1].takenAtMs = street.readings[0].takenAtMs;
        _signReading(street, 1, _meterKey(0) + 1, METER_P256);
        _commitChanged(street);
        _nothingWrong();
        readingJudge.readingUnsorted(court, street.batch, street.reading(0), street.reading(1));
    }

    function test_decrease() public {
        for (uint256 field = 0; field < 2; ++field) {
            setUp();
            Street memory street = _plain();
            if (field == 0) street.readings[0].importWh = street.readings[1].importWh + 1;
            else street.readings[0].exportWh = street.readings[1].exportWh + 1;
            _commitChanged(street);
            readingJudge.registerDecrease(court, street.batch, street.reading(0), street.reading(1));
            _assertTakenBack("decrease");
        }
    }

    function test_decrease_betweenMetersOrHomes() public {
        Street memory street = _plain();
        street.readings[0].importWh = type(uint64).max;
        street.readings[3].importWh = type(uint64).max;
        _signReading(street, 1, _meterKey(0) + 1, METER_P256);
        _commitChanged(street);
        _nothingWrong();
        readingJudge.registerDecrease(court, street.batch, street.reading(0), street.reading(1));
        _nothingWrong();
        readingJudge.registerDecrease(court, street.batch, street.reading(3), street.reading(4));
    }

    function _accuseNameplate(Street memory street) private {
        readingJudge.aboveNameplate(court, street.batch, street.reading(0), street.reading(1));
    }

    /// @dev 20 kW for as long as lies between the readings, and one Wh.
    function _mostWh(Street memory street) private pure returns (uint64) {
        return 1 + (street.readings[1].takenAtMs - street.readings[0].takenAtMs) * POWER_MAX_W / 3_600_000;
    }

    function test_nameplate_eachRegister() public {
        for (uint256 field = 0; field < 2; ++field) {
            setUp();
            Street memory street = _plain();
            (ReadingLeaf memory a, ReadingLeaf memory b) = (street.readings[0], street.readings[1]);
            if (field == 0) b.importWh = a.importWh + _mostWh(street) + 1;
            else b.exportWh = a.exportWh + _mostWh(street) + 1;
            _commitChanged(street);
            _accuseNameplate(street);
            _assertTakenBack("above");
        }
    }

    function test_nameplate_exactly() public {
        Street memory street = _plain();
        (ReadingLeaf memory a, ReadingLeaf memory b) = (street.readings[0], street.readings[1]);
        (b.importWh, b.exportWh) = (a.importWh + _mostWh(street), a.exportWh + _mostWh(street));
        _commitChanged(street);
        _nothingWrong();
        _accuseNameplate(street);
    }

    function test_nameplate_inNoTime() public {
        Street memory street = _plain();
        (ReadingLeaf memory a, ReadingLeaf memory b) = (street.readings[0], street.readings[1]);
        (a.takenAtMs, b.importWh) = (b.takenAtMs, a.importWh + 2);
        _commitChanged(street);
        _accuseNameplate(street);
        _assertTakenBack("no time");
    }

    function test_nameplate_ofAnotherMeter() public {
        Street memory street = _plain();
        street.readings[1].importWh = type(uint64).max;
        _signReading(street, 1, _meterKey(0) + 1, METER_P256);
        _commitChanged(street);
        _nothingWrong();
        _accuseNameplate(street);
    }

    function test_nameplate_whichChanged() public {
        Street memory street = _plainOrders();
        _register(street, 0, _meterKey(0), METER_P256, START);
        street.readings[1].importWh = type(uint64).max;
        _signReading(street, 1, _meterKey(0), METER_P256);
        vm.warp(START + INTERVAL_S + 60);
        _commitChanged(street);
        _nothingWrong();
        _accuseNameplate(street);
    }
}
