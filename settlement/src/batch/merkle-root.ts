import type { Hex, SignedMeterReading, TradeSettlement } from "@commonwatt/vpp-core";
import { concatBytes, keccak256, keccakText, words } from "../chain/keccak.ts";
import { ZERO_HASH } from "./batch-header.ts";

const TRADE_TYPEHASH = keccakText(
  "TradeSettlement(string id,uint64 interval,string seller,string buyer,bytes32 offer,bytes32 bid," +
    "uint64 energyWh,int64 price,uint64 settledWh,uint128 paidNano,uint128 sellerMakeWholeNano," +
    "uint128 buyerMakeWholeNano)",
);
const READING_TYPEHASH = keccakText(
  "MeterReading(string site,uint64 sequence,uint64 takenAtMs,uint64 importWh,uint64 exportWh," +
    "bytes meterKey,bytes signature)",
);

/**
 * The root of an ordinary Merkle tree over leaves that are hashed twice. Siblings are hashed in rising order,
 * as OpenZeppelin's `MerkleProof` expects them, and an odd one moves up as it is. No leaves: zero.
 */
export function merkleRoot(leaves: readonly Hex[]): Hex {
  if (leaves.length === 0) return ZERO_HASH;
  let level = leaves.map((leaf) => keccak256(keccak256(leaf)));
  while (level.length > 1) {
    const below = level;
    level = Array.from({ length: Math.ceil(below.length / 2) }, (_, position) =>
      pair(below[2 * position], below[2 * position + 1]),
    );
  }
  return level[0] ?? ZERO_HASH;
}

/** What stands in a batch for one settled trade. */
export function tradeLeaf(settlement: TradeSettlement): Hex {
  const { trade } = settlement;
  return words(
    TRADE_TYPEHASH,
    keccakText(trade.id),
    trade.intervalIndex,
    keccakText(trade.sellerId),
    keccakText(trade.buyerId),
    trade.offerId,
    trade.bidId,
    trade.energyWh,
    BigInt.asUintN(256, BigInt(trade.price)),
    settlement.settledWh,
    settlement.paidNano,
    settlement.sellerMakeWholeNano,
    settlement.buyerMakeWholeNano,
  );
}

/** What stands in a batch for one signed reading. */
export function readingLeaf(reading: SignedMeterReading): Hex {
  return words(
    READING_TYPEHASH,
    keccakText(reading.siteId),
    reading.sequence,
    reading.takenAtMs,
    reading.importWh,
    reading.exportWh,
    keccak256(reading.meterKey),
    keccak256(reading.signature),
  );
}

function pair(left: Hex | undefined, right: Hex | undefined): Hex {
  if (left === undefined || right === undefined) return left ?? ZERO_HASH;
  return keccak256(left < right ? concatBytes(left, right) : concatBytes(right, left));
}
