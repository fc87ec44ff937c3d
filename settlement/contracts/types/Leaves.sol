// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @dev How an order left its book: it took part in the call auction, its account ended it, its group was cancelled on chain,
/// the call auction was void because the gate closed too late, or it came by the inbox and the market's rules turned it down.
uint8 constant ORDER_LIVE = 0;
uint8 constant ORDER_ENDED = 1;
uint8 constant ORDER_GROUP_CANCELLED = 2;
uint8 constant ORDER_VOID = 3;
uint8 constant ORDER_REFUSED = 4;

/// @dev When a trade was made: while the gate was open, or in the call auction at its closure.
uint8 constant PHASE_CONTINUOUS = 0;
uint8 constant PHASE_CALL = 1;

/// @notice A signed order of the batch's interval. Leaves are sorted by digest, strictly rising.
/// @param digest The order's id: its EIP-712 digest when it is signed alone, whatever it was signed with.
/// @param accountIndex Index of the account that signed it.
/// @param account The account itself.
/// @param isBid True for a bid, false for an offer.
/// @param limitPrice The most a bid pays, the least an offer takes; micro per kWh, not negative.
/// @param energyWh Not zero.
/// @param intervalIndex The batch's interval.
/// @param orderSalt The salt that the account signed.
/// @param signedHash Hash of the `OrderSignature`.
/// @param ended `ORDER_LIVE`, `ORDER_ENDED`, `ORDER_GROUP_CANCELLED`, `ORDER_VOID` or `ORDER_REFUSED`.
/// @param endedHash Hash of the `OrderEnd` that the account signed for `ORDER_ENDED`; else zero.
/// @param salt Random, so that nothing can be guessed from the hashes in a neighbour's proof.
struct OrderLeaf {
    bytes32 digest;
    uint32 accountIndex;
    address account;
    bool isBid;
    int64 limitPrice;
    uint64 energyWh;
    uint64 intervalIndex;
    bytes32 orderSalt;
    bytes32 signedHash;
    uint8 ended;
    bytes32 endedHash;
    bytes32 salt;
}

/// @notice A signed meter reading. Leaves are sorted by account index, time and sequence.
/// @param accountIndex Index of the account whose site the meter is in.
/// @param siteId Keccak-256 of the site's name, its key in the registry.
/// @param siteHash SHA-256 of the site's name, as it stands in the signed bytes.
/// @param sequence Rises with each reading of a meter.
/// @param takenAtMs Milliseconds since 1970, by the meter.
/// @param importWh Register of energy taken from the grid.
/// @param exportWh Register of energy given to the grid.
/// @param meterKeyHash Keccak-256 of the meter's key.
/// @param signatureHash Keccak-256 of the signature's bytes.
/// @param salt Random.
struct ReadingLeaf {
    uint32 accountIndex;
    bytes32 siteId;
    bytes32 siteHash;
    uint64 sequence;
    uint64 takenAtMs;
    uint64 importWh;
    uint64 exportWh;
    bytes32 meterKeyHash;
    bytes32 signatureHash;
    bytes32 salt;
}

/// @notice One party's side of a trade: every trade stands twice. Leaves are sorted by account index, order index and
/// twin.
/// @param twin Index of the other party's leaf.
/// @param accountIndex Index of this party's account.
/// @param orderIndex Index of this party's order in the orders tree.
/// @param isSeller Whether this party sells.
/// @param phase `PHASE_CONTINUOUS` or `PHASE_CALL`.
/// @param energyWh What was traded; not zero.
/// @param price Micro per kWh.
/// @param settledWh What of it was delivered and taken.
/// @param paidNano Buyer to seller: settledWh × price.
/// @param sellerMakeWholeNano Seller to buyer, for what it did not deliver.
/// @param buyerMakeWholeNano Buyer to seller, for what it did not take.
/// @param feeNano Off the seller's credit: paidNano × feePpm / 10⁶, rounded down.
/// @param orderFilledWh What the order has been filled with, up to and with this leaf.
/// @param soldWh What the account sold, up to and with this leaf.
/// @param boughtWh What the account bought, up to and with this leaf.
/// @param creditNano What the account is credited, up to and with this leaf.
/// @param debitNano What the account is debited, up to and with this leaf.
/// @param salt Random.
struct FillLeaf {
    uint32 twin;
    uint32 accountIndex;
    uint32 orderIndex;
    bool isSeller;
    uint8 phase;
    uint64 energyWh;
    int64 price;
    uint64 settledWh;
    uint128 paidNano;
    uint128 sellerMakeWholeNano;
    uint128 buyerMakeWholeNano;
    uint128 feeNano;
    uint64 orderFilledWh;
    uint64 soldWh;
    uint64 boughtWh;
    uint128 creditNano;
    uint128 debitNano;
    bytes32 salt;
}

/// @notice What the interval came to for one account; the leaf stands at the account's index.
/// @param account The account.
/// @param siteId Its site; zero when it has none.
/// @param soldWh What it sold in all.
/// @param boughtWh What it bought in all.
/// @param creditNano What it is credited for the interval.
/// @param debitNano What it is debited for the interval.
/// @param isMetered Whether readings of one meter enclose both ends of the interval. If not, all that follows is zero.
/// @param startReading Index of the last reading of the account that is not after the start.
/// @param endReading Index of the last reading of the account that is not after the end.
/// @param startImportWh Import register at the start: between two readings in proportion to time, rounded down.
/// @param startExportWh Export register at the start.
/// @param endImportWh Import register at the end.
/// @param endExportWh Export register at the end.
/// @param salt Random.
struct PositionLeaf {
    address account;
    bytes32 siteId;
    uint64 soldWh;
    uint64 boughtWh;
    uint128 creditNano;
    uint128 debitNano;
    bool isMetered;
    uint32 startReading;
    uint32 endReading;
    uint64 startImportWh;
    uint64 startExportWh;
    uint64 endImportWh;
    uint64 endExportWh;
    bytes32 salt;
}

/// @notice An order's leaf with the nodes beside its way to the root, lowest first.
struct OrderProof {
    uint32 index;
    OrderLeaf leaf;
    bytes32[] siblings;
}

/// @notice A reading's leaf with the nodes beside its way to the root, lowest first.
struct ReadingProof {
    uint32 index;
    ReadingLeaf leaf;
    bytes32[] siblings;
}

/// @notice A fill's leaf with the nodes beside its way to the root, lowest first.
struct FillProof {
    uint32 index;
    FillLeaf leaf;
    bytes32[] siblings;
}

/// @notice A position's leaf with the nodes beside its way to the root, lowest first.
struct PositionProof {
    uint32 index;
    PositionLeaf leaf;
    bytes32[] siblings;
}

/// @notice A place between two neighbouring fills: shows which fill of an order or account is the last, or that there is
/// none.
/// @param index 0 to fillCount: how many leaves stand before the place.
/// @param previous The leaf at index − 1; all zero when `index` is 0.
/// @param next The leaf at `index`; all zero when `index` is fillCount.
struct FillCut {
    uint32 index;
    FillProof previous;
    FillProof next;
}

/// @notice A place between two neighbouring orders: shows that an order is not in the batch.
/// @param index 0 to orderCount: how many leaves stand before the place.
/// @param previous The leaf at index − 1; all zero when `index` is 0.
/// @param next The leaf at `index`; all zero when `index` is orderCount.
struct OrderCut {
    uint32 index;
    OrderProof previous;
    OrderProof next;
}
