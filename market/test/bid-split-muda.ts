import { siteId } from "@commonwatt/vpp-core";
import type { BookOrder, Mechanism } from "../src/mechanisms/mechanism.ts";
import { mudaLottery } from "../src/mechanisms/muda.ts";

/** MUDA as it must not be: it splits orders, so that a trader stands in both halves and moves its own price. */
export const bidSplitMuda: Mechanism = {
  ...mudaLottery(),
  clear: (orders, context) =>
    mudaLottery().clear(
      orders.map((order): BookOrder => ({ ...order, trader: siteId(order.id) })),
      context,
    ),
};
