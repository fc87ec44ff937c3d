// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {PositionLeaf} from "../types/Leaves.sol";
import {METER_P256} from "../types/Site.sol";
import {GasMeter} from "./utils/GasMeter.sol";
import {Street, Streets} from "./utils/Street.sol";

/// @dev See `GasMeter` for what is measured.
/// forge-config: default.isolate = true
contract MeteringGasTest is GasMeter {
    using Streets for Street;

    function test_gas_positionSum() public {
        Street memory street = _crowded();
        ++street.positions[1].creditNano;
        _commitChanged(street);
        _measure(
            "position-sum",
            address(positionJudge),
            abi.encodeCall(
                positionJudge.positionSum, (court, street.batch, street.position(1), street.fillsOfAccount(1))
            )
        );
    }

    function test_gas_positionShape() public {
        Street memory street = _crowded();
        street.positions[3].endReading = 1;
        _commitChanged(street);
        _measure(
            "position-metering (shape)",
            address(positionJudge),
            abi.encodeCall(positionJudge.positionShape, (court, street.batch, street.position(3)))
        );
    }

    function test_gas_positionBoundary() public {
        Street memory street = _crowded();
        ++street.positions[0].endExportWh;
        _commitChanged(street);
        _measure(
            "position-metering",
            address(positionJudge),
            abi.encodeCall(
                positionJudge.positionBoundary,
                (court, street.batch, street.position(0), true, street.reading(2), street.reading(3))
            )
        );
    }

    function test_gas_positionMeters() public {
        Street memory street = _crowded();
        _signReading(street, 2, _meterKey(0) + 1, METER_P256);
        _commitChanged(street);
        _measure(
            "position-metering (meters)",
            address(positionJudge),
            abi.encodeCall(
                positionJudge.positionMeters,
                (court, street.batch, street.position(0), street.reading(0), street.reading(2))
            )
        );
    }

    function test_gas_positionUnmetered() public {
        Street memory street = _crowded();
        PositionLeaf memory position = street.positions[0];
        position.isMetered = false;
        _commitChanged(street);
        _measure(
            "position-metering (unmetered)",
            address(positionJudge),
            abi.encodeCall(
                positionJudge.positionUnmetered,
                (
                    court,
                    street.batch,
                    street.position(0),
                    street.reading(0),
                    street.reading(1),
                    street.reading(2),
                    street.reading(3)
                )
            )
        );
    }

    function test_gas_positionOwner() public {
        Street memory street = _crowded();
        street.positions[0].account = address(1);
        _commitChanged(street);
        _measure(
            "position-metering (owner)",
            address(positionJudge),
            abi.encodeCall(positionJudge.positionOwner, (court, street.batch, street.position(0)))
        );
    }

    function _forgedCall(Street memory street, uint256 i) private view returns (bytes memory) {
        return abi.encodeCall(
            readingJudge.readingForged,
            (court, street.batch, street.reading(i), street.meterKeys[i], street.meterSignatures[i])
        );
    }

    function test_gas_readingForged() public {
        Street memory street = _crowded();
        ++street.readings[0].exportWh;
        _commitChanged(street);
        _measure("reading-forged (P-256)", address(readingJudge), _forgedCall(street, 0));
    }

    function test_gas_readingForgedBySoftware() public {
        Street memory street = _crowded();
        ++street.readings[4].exportWh;
        _commitChanged(street);
        _measure("reading-forged (secp256k1)", address(readingJudge), _forgedCall(street, 4));
    }

    function test_gas_readingUnregistered() public {
        Street memory street = _crowded();
        _signReading(street, 0, _meterKey(0) + 1, METER_P256);
        _commitChanged(street);
        _measure(
            "reading-unregistered",
            address(readingJudge),
            abi.encodeCall(
                readingJudge.readingUnregistered, (court, street.batch, street.reading(0), street.position(0))
            )
        );
    }

    function test_gas_readingMisnamed() public {
        Street memory street = _crowded();
        street.readings[0].siteHash = 0;
        _commitChanged(street);
        _measure(
            "reading-unregistered (name)",
            address(readingJudge),
            abi.encodeCall(readingJudge.readingMisnamed, (court, street.batch, street.reading(0), "home-0"))
        );
    }

    function test_gas_readingUnsorted() public {
        Street memory street = _crowded();
        street.readings[1].sequence = street.readings[0].sequence;
        _commitChanged(street);
        _measure(
            "reading-unsorted",
            address(readingJudge),
            abi.encodeCall(readingJudge.readingUnsorted, (court, street.batch, street.reading(0), street.reading(1)))
        );
    }

    function test_gas_registerDecrease() public {
        Street memory street = _crowded();
        street.readings[1].importWh = 0;
        _commitChanged(street);
        _measure(
            "register-decrease",
            address(readingJudge),
            abi.encodeCall(readingJudge.registerDecrease, (court, street.batch, street.reading(0), street.reading(1)))
        );
    }

    function test_gas_aboveNameplate() public {
        Street memory street = _crowded();
        street.readings[1].exportWh = type(uint64).max;
        _commitChanged(street);
        _measure(
            "above-nameplate",
            address(readingJudge),
            abi.encodeCall(readingJudge.aboveNameplate, (court, street.batch, street.reading(0), street.reading(1)))
        );
    }
}
