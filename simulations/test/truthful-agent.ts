/**
 * An agent that knows nothing of this project but its messages: it bids the marginal value of its energy, as the strategy
 * `truthful` does, by the rule that the dispatch of vpp-core documents. Run with the port to connect to.
 */
import { connect } from "node:net";
import { createInterface } from "node:readline";

interface Home {
  readonly home: string;
  readonly capacityWh: number;
  readonly reserveWh: number;
}

interface Seen {
  readonly home: string;
  readonly expectedLoadWh: number;
  readonly expectedPvWh: number;
  readonly storedWh: number;
  readonly chargeMaxWh: number;
  readonly dischargeMaxWh: number;
}

interface Message {
  readonly type: string;
  readonly interval: number;
  readonly retailPrice: number;
  readonly feedInPrice: number;
  readonly referencePrice: number;
  readonly homes: readonly (Home & Seen)[];
}

type Step = readonly [energyWh: number, limitPrice: number];

const socket = connect(Number(process.argv[2]), "127.0.0.1");
const say = (message: object): boolean => socket.write(`${JSON.stringify(message)}\n`);
const about = new Map<string, Home>();

for await (const line of createInterface({ input: socket })) {
  const message = JSON.parse(line) as Message;
  if (message.type === "hello") {
    for (const home of message.homes) about.set(home.home, home);
    say({ type: "reset", version: 1 });
  } else if (message.type === "observe") {
    const homes = message.homes.map((seen) => ({ home: seen.home, orders: ordersOf(message, seen) }));
    say({ type: "act", interval: message.interval, homes });
  } else socket.end();
}

/** What a home would trade, on the side on which it would gain most at the last price. */
function ordersOf({ retailPrice, feedInPrice, referencePrice }: Message, seen: Seen): readonly object[] {
  const { capacityWh = 0, reserveWh = 0 } = about.get(seen.home) ?? {};
  const { storedWh, chargeMaxWh, dischargeMaxWh } = seen;
  const lackWh = seen.expectedLoadWh - seen.expectedPvWh;
  const roomWh = Math.max(0, capacityWh - storedWh);
  const worth =
    capacityWh === 0
      ? feedInPrice
      : feedInPrice + Math.floor(((retailPrice - feedInPrice) * roomWh) / capacityWh);
  const within = (price: number): number => Math.min(retailPrice, Math.max(feedInPrice, price));
  const hasBattery = capacityWh > 0;
  const inPrice = hasBattery ? within(Math.floor((worth * 950) / 1000)) : feedInPrice;
  const outPrice = hasBattery ? within(Math.floor((worth * 1000) / 950)) : retailPrice;
  const fullWh = hasBattery ? lackWh + Math.min(chargeMaxWh, roomWh) : lackWh;
  const emptyWh = hasBattery ? lackWh - Math.max(0, Math.min(dischargeMaxWh, storedWh - reserveWh)) : lackWh;
  const [low, middle, high] = [emptyWh, lackWh, fullWh].map((energyWh) => Math.max(0, energyWh)) as [
    number,
    number,
    number,
  ];
  const [least, medium, most] = [fullWh, lackWh, emptyWh].map((energyWh) => Math.max(0, -energyWh)) as [
    number,
    number,
    number,
  ];
  const bids: readonly Step[] = [
    [low, retailPrice],
    [middle - low, outPrice],
    [high - middle, inPrice],
  ];
  const offers: readonly Step[] = [
    [least, feedInPrice],
    [medium - least, inPrice],
    [most - medium, outPrice],
  ];
  const gain = (steps: readonly Step[], sign: number): number =>
    steps.reduce(
      (sum, [energyWh, price]) => sum + energyWh * Math.max(0, sign * (price - referencePrice)),
      0,
    );
  const [bidGain, offerGain] = [gain(bids, 1), gain(offers, -1)];
  const isBid = bidGain === offerGain ? lackWh > 0 : bidGain > offerGain;
  return (isBid ? bids : offers)
    .filter(([energyWh]) => energyWh > 0)
    .map(([energyWh, limitPrice]) => ({ side: isBid ? "bid" : "offer", energyWh, limitPrice }));
}
