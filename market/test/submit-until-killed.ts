import { doubleAuction } from "../src/double-auction.ts";
import { INTERVAL, orderOf, sampleContext } from "./sample-market.ts";

/** Submits orders without end and prints the id of each that was acknowledged. Takes the journal's folder. */
const venue = doubleAuction({ siteOrdersMax: 1_000_000 });
const [folder = "", firstSalt = "0"] = process.argv.slice(2);
await venue.start(sampleContext(folder));
await venue.openInterval(INTERVAL);
for (let salt = Number(firstSalt); ; salt += 4) {
  const orders = [1, 2, 3, 4].map((home) =>
    orderOf(home, home < 3 ? "bid" : "offer", 1, 200_000, INTERVAL, salt + home),
  );
  const replies = await Promise.all(orders.map((order) => venue.submit(order)));
  for (const reply of replies) {
    process.stdout.write(`${reply.status === "accepted" ? reply.orderId : reply.code}\n`);
  }
}
