import type { Socket } from "node:net";
import { type PointName, seededRandom } from "@commonwatt/vpp-core";
import type { ModbusProfileOptions } from "../src/profile-device/profile-connector.ts";
import { frame, type PeerRequest, type ScriptedPeer, scriptedPeer } from "./scripted-peer.ts";

type Table = Readonly<Record<string, readonly string[]>>;

/** The recorded registers of a device, what they say, and what commands must write. */
export interface RegisterFixture {
  readonly profile: string;
  readonly source: string;
  readonly options?: Pick<
    ModbusProfileOptions,
    "batteryCapacityWh" | "chargePowerMaxW" | "dischargePowerMaxW" | "firmware"
  >;
  /** Raw words by unit, table and first address. */
  readonly units: Readonly<Record<string, { readonly holding?: Table; readonly input?: Table }>>;
  readonly identity?: Readonly<Record<string, string>>;
  readonly expected: Readonly<Partial<Record<PointName, number | null>>>;
  /** Frames are unit, function and body, in hexadecimal. */
  readonly commands?: readonly {
    readonly powerW: number;
    readonly durationS: number;
    readonly appliedPowerW: number;
    readonly frames: readonly string[];
  }[];
  readonly release?: readonly string[];
}

/** A TCP register server with a fixture's registers. */
export interface FixtureDevice extends ScriptedPeer {
  /** The write frames since the last call. */
  takeWrites(): readonly string[];
  /** Registers by `unit/table/address`; a test may change them. */
  readonly words: Map<string, number>;
  /** Reads of more registers than this are refused. */
  readonly limits: { readsMax: number };
  /** What the device does instead of answering from its registers, when it says that it has done so. */
  readonly oddity: { takes: (request: PeerRequest, socket: Socket, answer: Buffer) => boolean };
}

const READS: Readonly<Record<number, "holding" | "input">> = { 3: "holding", 4: "input" };

/** Serves a fixture on a free port of 127.0.0.1; what is not in it is answered with exception 2. */
export async function fixtureDevice(fixture: RegisterFixture): Promise<FixtureDevice> {
  const words = wordsOf(fixture);
  const writes: string[] = [];
  const limits = { readsMax: 125 };
  const oddity: FixtureDevice["oddity"] = { takes: () => false };
  const peer = await scriptedPeer((request, socket) => {
    const { transaction, unit, pdu } = request;
    const kind = pdu.readUInt8(0);
    const body = kind in READS ? answerRead(request, words, limits.readsMax) : answerWrite(request, words);
    if (!(kind in READS)) writes.push(`${Buffer.from([unit]).toString("hex")}${pdu.toString("hex")}`);
    const pduOut = typeof body === "number" ? Buffer.from([kind | 0x80, body]) : body;
    const answer = frame(transaction, unit, pduOut);
    if (!oddity.takes(request, socket, answer)) socket.write(answer);
  });
  return Object.assign(peer, { limits, oddity, words, takeWrites: () => writes.splice(0) });
}

function wordsOf(fixture: RegisterFixture): Map<string, number> {
  const words = new Map<string, number>();
  for (const [unit, tables] of Object.entries(fixture.units)) {
    for (const [table, blocks] of Object.entries(tables)) {
      for (const [start, values] of Object.entries(blocks)) {
        for (const [index, value] of values.entries()) {
          words.set(`${unit}/${table}/${Number(start) + index}`, Number(value));
        }
      }
    }
  }
  return words;
}

function answerRead(
  { unit, pdu }: PeerRequest,
  words: Map<string, number>,
  readsMax: number,
): Buffer | number {
  const address = pdu.readUInt16BE(1);
  const count = pdu.readUInt16BE(3);
  if (count > readsMax) return 3;
  const reply = Buffer.alloc(2 + 2 * count);
  reply.writeUInt8(pdu.readUInt8(0), 0);
  reply.writeUInt8(2 * count, 1);
  for (let index = 0; index < count; index++) {
    const word = wordAt(words, unit, READS[pdu.readUInt8(0)] ?? "holding", address + index);
    if (word === null) return 2;
    reply.writeUInt16BE(word, 2 + 2 * index);
  }
  return reply;
}

/** Between the recorded registers of a table stand others that nobody recorded: they answer, with noise. */
function wordAt(words: Map<string, number>, unit: number, table: string, address: number): number | null {
  const word = words.get(`${unit}/${table}/${address}`);
  if (word !== undefined) return word;
  const isNear = [...Array(60).keys()].some((gap) => words.has(`${unit}/${table}/${address + gap}`));
  return isNear ? Math.floor(seededRandom(address).between(1, 65_535)) : null;
}

function answerWrite({ unit, pdu }: PeerRequest, words: Map<string, number>): Buffer | number {
  const address = pdu.readUInt16BE(1);
  const values =
    pdu.readUInt8(0) === 6
      ? [pdu.readUInt16BE(3)]
      : Array.from({ length: pdu.readUInt16BE(3) }, (_, index) => pdu.readUInt16BE(6 + 2 * index));
  for (const [index, value] of values.entries()) words.set(`${unit}/holding/${address + index}`, value);
  return pdu.subarray(0, 5);
}
