import assert from "node:assert/strict";
import {
  type BookOrder,
  DEFAULT_MARKET_RULES,
  drawSeed,
  type Mechanism,
  OrderBooks,
  pairFills,
} from "@commonwatt/market";
import {
  type Hex,
  type IntervalIndex,
  type PriceMicroPerKwh,
  priceMicroPerKwh,
  type SiteId,
  type Trade,
  wattHours,
} from "@commonwatt/vpp-core";

const { priceTick, limitPriceMax } = DEFAULT_MARKET_RULES;

/** Clears books as a live market does: the matching core at a uniform price, else the mechanism. */
export class ObjectAuction {
  readonly #books: OrderBooks;
  readonly #siteIds: readonly SiteId[];
  readonly #mechanism: Mechanism;

  constructor(mechanism: Mechanism, siteIds: readonly SiteId[]) {
    this.#mechanism = mechanism;
    this.#siteIds = siteIds;
    const ordersMax = siteIds.length * DEFAULT_MARKET_RULES.siteOrdersMax;
    const ticksMax = limitPriceMax / priceTick + 1;
    this.#books = new OrderBooks(
      { booksMax: 1, ordersMax, positionsMax: siteIds.length, ticksMax, laddersMax: 2 },
      1,
    );
  }

  clear(orders: readonly BookOrder[], intervalIndex: IntervalIndex, seed: string): readonly Trade[] {
    const pairs = this.#pairs(orders, seed);
    const byId = new Map(orders.map((order) => [order.id, order]));
    return pairs.map(({ bidId, offerId, energyWh, price }, at) => {
      const [bid, offer] = [byId.get(bidId), byId.get(offerId)];
      assert(bid !== undefined && offer !== undefined, "only orders of the book trade");
      const { trader: buyerId } = bid;
      const { trader: sellerId } = offer;
      const id = `${intervalIndex}-${at + 1}`;
      return { id, intervalIndex, sellerId, buyerId, offerId, bidId, energyWh, price, phase: "call" };
    });
  }

  #pairs(
    orders: readonly BookOrder[],
    seed: string,
  ): readonly Pick<Trade, "bidId" | "offerId" | "energyWh" | "price">[] {
    const { name, kPerMille } = this.#mechanism;
    if (name === "uniform-price") return this.#uniformPairs(orders, kPerMille ?? 500, drawSeed(seed));
    return this.#mechanism
      .clear(orders, { seed })
      .trades.map(({ bidId, offerId, energyWh, buyerPrice, sellerPrice }) => {
        assert(buyerPrice === sellerPrice, "a trade of the market has one price");
        return { bidId, offerId, energyWh, price: buyerPrice };
      });
  }

  #uniformPairs(
    orders: readonly BookOrder[],
    kPerMille: number,
    seed: number,
  ): readonly (ReturnType<typeof pairFills>[number] & { readonly price: PriceMicroPerKwh })[] {
    const books = this.#books;
    const book = "interval";
    const rules = { id: book, priceMin: 0, priceMax: limitPriceMax, tickSize: priceTick, call: true };
    assert(books.openBook(rules) === null, "a book can be opened");
    // Sites are numbered as they come: by their ids, as in the register of a live market.
    for (const site of this.#siteIds)
      books.limitPosition(book, site, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    for (const { id, trader, side, energyWh, limitPrice } of orders) {
      const answer = books.place({ id, book, site: trader, side, price: limitPrice, quantityWh: energyWh });
      assert(answer.status === "accepted", `the book takes the order ${id}`);
    }
    const cleared = books.clear(book, kPerMille, seed);
    assert(cleared.status === "cleared", "a book in its call phase can be cleared");
    books.close(book);
    const { price, fills } = cleared;
    if (price === null) return [];
    const byId = new Map<string, BookOrder>(orders.map((order) => [order.id, order]));
    const filled = fills.map(({ id, quantityWh }) => {
      const order = byId.get(id);
      assert(order !== undefined, "only orders of the book are filled");
      const { trader: siteId, side, limitPrice } = order;
      return { orderId: id as Hex, siteId, side, limitPrice, energyWh: wattHours(quantityWh) };
    });
    return pairFills(filled).map((pair) => ({ ...pair, price: priceMicroPerKwh(price) }));
  }
}
