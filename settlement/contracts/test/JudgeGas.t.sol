// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Preimages} from "../libraries/Preimages.sol";
import {ORDER_GROUP_CANCELLED, ORDER_REFUSED, ORDER_VOID} from "../types/Leaves.sol";
import {OrderSignature} from "../types/Signatures.sol";
import {GasMeter} from "./utils/GasMeter.sol";
import {Street, Streets} from "./utils/Street.sol";
import {vm} from "./utils/Vm.sol";

/// @dev See `GasMeter` for what is measured.
/// forge-config: default.isolate = true
contract JudgeGasTest is GasMeter {
    using Streets for Street;

    function test_gas_orderForged() public {
        Street memory street = _crowded();
        uint256 index = _orderOf(street, 1);
        OrderSignature memory signature = street.signatures[index];
        signature.proof = new bytes32[](8);
        for (uint256 level = 0; level < 8; ++level) {
            signature.proof[level] = keccak256(abi.encode(level));
        }
        street.orders[index].signedHash = Preimages.hash(signature);
        _commitChanged(street);
        _measure(
            "order-forged (one of 256)",
            address(orderJudge),
            abi.encodeCall(orderJudge.orderForged, (court, street.batch, street.order(index), signature))
        );
    }

    function test_gas_orderMalformed() public {
        Street memory street = _crowded();
        ++street.orders[0].energyWh;
        _commitChanged(street);
        _measure(
            "order-malformed",
            address(orderJudge),
            abi.encodeCall(orderJudge.orderMalformed, (court, street.batch, street.order(0)))
        );
    }

    function test_gas_orderMisplaced() public {
        Street memory street = _crowded();
        street.orders[0].account = address(1);
        _commitChanged(street);
        uint256 account = street.orders[0].accountIndex;
        _measure(
            "order-malformed (account)",
            address(orderJudge),
            abi.encodeCall(orderJudge.orderMisplaced, (court, street.batch, street.order(0), street.position(account)))
        );
    }

    function test_gas_orderUnsorted() public {
        Street memory street = _crowded();
        street.orders[1] = street.orders[0];
        _commitChanged(street);
        _measure(
            "order-unsorted",
            address(orderJudge),
            abi.encodeCall(orderJudge.orderUnsorted, (court, street.batch, street.order(0), street.order(1)))
        );
    }

    function test_gas_cancelForged() public {
        Street memory street = _crowded();
        uint256 index = _orderOf(street, 1);
        _end(street, index, 2);
        ++street.ends[index].counter;
        street.orders[index].endedHash = Preimages.hash(street.ends[index]);
        _commitChanged(street);
        _measure(
            "cancel-forged",
            address(orderJudge),
            abi.encodeCall(
                orderJudge.cancelForged,
                (court, street.batch, street.order(index), street.signatures[index], street.ends[index])
            )
        );
    }

    function test_gas_groupCancelForged() public {
        Street memory street = _crowded();
        uint256 index = _orderOf(street, 1);
        street.orders[index].ended = ORDER_GROUP_CANCELLED;
        _commitChanged(street);
        _measure(
            "cancel-forged (group)",
            address(orderJudge),
            abi.encodeCall(
                orderJudge.groupCancelForged,
                (court, street.batch, street.rules, street.order(index), street.signatures[index])
            )
        );
    }

    function test_gas_voidForged() public {
        Street memory street = _crowded();
        street.orders[0].ended = ORDER_VOID;
        _commitChanged(street);
        _measure(
            "cancel-forged (void)",
            address(orderJudge),
            abi.encodeCall(orderJudge.voidForged, (court, street.batch, street.order(0), street.order(1)))
        );
    }

    function test_gas_refusalForged() public {
        Street memory street = _crowded();
        street.orders[0].ended = ORDER_REFUSED;
        _commitChanged(street);
        _measure(
            "cancel-forged (refusal)",
            address(orderJudge),
            abi.encodeCall(orderJudge.refusalForged, (court, street.batch, street.order(0), street.signatures[0]))
        );
    }

    function test_gas_orderCancelled() public {
        Street memory street = _crowded();
        uint256 index = _orderOf(street, 1);
        vm.warp(START - 1 days);
        vm.prank(street.orders[index].account);
        registry.cancelGroup(1, 4);
        vm.warp(START + 1 hours);
        _commitChanged(street);
        _measure(
            "order-cancelled",
            address(orderJudge),
            abi.encodeCall(
                orderJudge.orderCancelled,
                (
                    court,
                    street.batch,
                    street.rules,
                    street.order(index),
                    street.signatures[index],
                    street.fill(_fillOf(street, 1))
                )
            )
        );
    }

    function test_gas_twin() public {
        Street memory street = _crowded();
        ++street.fills[0].paidNano;
        _commitChanged(street);
        uint256 other = street.fills[0].twin;
        _measure(
            "twin",
            address(fillJudge),
            abi.encodeCall(fillJudge.twin, (court, street.batch, street.fill(0), street.fill(other)))
        );
    }

    function test_gas_fillOrder() public {
        Street memory street = _crowded();
        street.fills[0].price = 0;
        _commitChanged(street);
        uint256 order = street.fills[0].orderIndex;
        _measure(
            "fill-order",
            address(fillJudge),
            abi.encodeCall(fillJudge.fillOrder, (court, street.batch, street.fill(0), street.order(order)))
        );
    }

    function test_gas_overfill() public {
        Street memory street = _crowded();
        street.fills[0].orderFilledWh = 301;
        _commitChanged(street);
        uint256 order = street.fills[0].orderIndex;
        _measure(
            "overfill",
            address(fillJudge),
            abi.encodeCall(fillJudge.overfill, (court, street.batch, street.fill(0), street.order(order)))
        );
    }

    function test_gas_runningSum() public {
        Street memory street = _crowded();
        ++street.fills[1].creditNano;
        _commitChanged(street);
        _measure(
            "running-sum",
            address(fillJudge),
            abi.encodeCall(fillJudge.runningSum, (court, street.batch, street.fill(0), street.fill(1)))
        );
    }

    function test_gas_settlement() public {
        Street memory street = _crowded();
        ++street.fills[0].buyerMakeWholeNano;
        _commitChanged(street);
        _measure("settlement", address(fillJudge), _settlementCall(street, street.fills[0].twin));
    }

    function _settlementCall(Street memory street, uint256 other) private view returns (bytes memory) {
        return abi.encodeCall(
            fillJudge.settlement,
            (
                court,
                street.batch,
                street.rules,
                street.fill(0),
                street.fill(other),
                street.position(0),
                street.position(street.fills[other].accountIndex)
            )
        );
    }
}
