// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Rules} from "../types/Batch.sol";
import {FillLeaf, PositionLeaf} from "../types/Leaves.sol";

/// @title Energy accounting, trade by trade
/// @notice Energy in Wh, prices in micro per kWh; their product is nano money, so nothing but the parts of a trade and the
/// fee is ever rounded, both down. With a site's net position n = sold − bought, its sales count with
/// f = min(1, metered export / n) when n > 0 and its purchases with g = min(1, metered import / |n|) when n < 0, else in
/// whole. A trade of q Wh has a = ⌊q·f⌋ deliverable and c = ⌊q·g⌋ takeable; min(a, c) settles at the trade's price, and who
/// fell short makes the other whole at the grid's prices, never below zero.
library Accounting {
    uint256 private constant PPM = 1e6;

    /// @notice The energy of a sale that the seller can deliver.
    function deliverable(uint64 energyWh, PositionLeaf memory seller) internal pure returns (uint256) {
        uint256 exportWh = Math.saturatingSub(seller.endExportWh, seller.startExportWh);
        return _part(energyWh, exportWh, Math.saturatingSub(seller.soldWh, seller.boughtWh));
    }

    /// @notice The energy of a purchase that the buyer can take.
    function takeable(uint64 energyWh, PositionLeaf memory buyer) internal pure returns (uint256) {
        uint256 importWh = Math.saturatingSub(buyer.endImportWh, buyer.startImportWh);
        return _part(energyWh, importWh, Math.saturatingSub(buyer.boughtWh, buyer.soldWh));
    }

    /// @notice Whether a trade, of which so much is deliverable and takeable, settles as the fill says. A negative price is
    /// never right.
    function settles(FillLeaf memory fill, Rules memory rules, uint256 deliverableWh, uint256 takeableWh)
        internal
        pure
        returns (bool)
    {
        if (fill.price < 0) return false;
        uint256 settledWh = Math.min(deliverableWh, takeableWh);
        uint256 paidNano = settledWh * uint64(fill.price);
        uint256 sellerNano =
            _makeWhole(Math.saturatingSub(takeableWh, deliverableWh), int256(rules.retailPrice) - fill.price);
        uint256 buyerNano =
            _makeWhole(Math.saturatingSub(deliverableWh, takeableWh), int256(fill.price) - rules.feedInPrice);
        return fill.settledWh == settledWh && fill.paidNano == paidNano && fill.sellerMakeWholeNano == sellerNano
            && fill.buyerMakeWholeNano == buyerNano && fill.feeNano == paidNano * rules.feePpm / PPM;
    }

    /// @dev The part of an energy of which `meteredWh` of `netWh` was measured; all of it when nothing had to be.
    function _part(uint64 energyWh, uint256 meteredWh, uint256 netWh) private pure returns (uint256) {
        return meteredWh >= netWh ? energyWh : energyWh * meteredWh / netWh;
    }

    function _makeWhole(uint256 shortWh, int256 lossPerKwh) private pure returns (uint256) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return lossPerKwh > 0 ? shortWh * uint256(lossPerKwh) : 0;
    }
}
