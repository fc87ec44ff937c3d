import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { numberOfOrder, readOrderFile } from "./order-file.ts";

async function fileOf(name: string, text: string): Promise<string> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, text);
  return file;
}

const HEAD = "trader,side,energyWh,limitPrice\n";

describe("a file of orders", () => {
  it("is CSV under a line that names its columns, in any order, with or without zones", async () => {
    const text =
      "\uFEFF# a note, with, commas\r\nside, limitPrice ,trader,energyWh,zone\r\n\r\nbid,17,anna,1,west\r\noffer,3,finn,2,\r\n";
    const orders = await readOrderFile(await fileOf("orders.csv", text));
    expect(orders).toEqual([
      { id: "0x1", trader: "anna", side: "bid", energyWh: 1, limitPrice: 17, zone: "west" },
      { id: "0x2", trader: "finn", side: "offer", energyWh: 2, limitPrice: 3 },
    ]);
    expect(orders.map(({ id }) => numberOfOrder(id))).toEqual([1, 2]);
  });

  it("or a JSON list", async () => {
    const rows = [
      { trader: "anna", side: "bid", energyWh: 1, limitPrice: 17, zone: "west" },
      { trader: "finn", side: "offer", energyWh: 2, limitPrice: 3 },
    ];
    const file = await fileOf("orders.json", JSON.stringify(rows));
    expect(await readOrderFile(file)).toEqual(rows.map((row, i) => ({ id: `0x${i + 1}`, ...row })));
  });

  it.each([
    ["nothing", "csv", "", ['line 1: there is no column "trader"', "side", "energyWh", "limitPrice"]],
    [
      "an unknown column",
      "csv",
      "trader,side,energyWh,limitPrice,price\n",
      ['line 1: there is no column "price"; there are'],
    ],
    ["a column twice", "csv", "trader,trader,side,energyWh,limitPrice\n", ["line 1: trader stands twice"]],
    ["a missing value", "csv", `${HEAD}anna,bid,1\n`, ["line 2: 3 values where 4 columns are"]],
    ["no side", "csv", `${HEAD}anna,buy,1,2\n`, ['line 2: side: it must be bid or offer, not "buy"']],
    ["no name", "csv", `${HEAD},bid,1,2\n`, ['line 2: trader: it must be a name, not ""']],
    [
      "half a Wh",
      "csv",
      `${HEAD}# note\nanna,bid,0.5,2\n`,
      ['line 3: energyWh: it must be a whole number of Wh above 0, not "0.5"'],
    ],
    [
      "nothing to trade",
      "csv",
      `${HEAD}anna,bid,0,2\n`,
      ["line 2: energyWh: it must be a whole number of Wh above 0, not 0"],
    ],
    [
      "a price below zero",
      "csv",
      `${HEAD}anna,bid,1,-2\n`,
      ["line 2: limitPrice: it must be a whole number of micro per kWh of at least 0, not -2"],
    ],
    ["a price beyond exactness", "csv", `${HEAD}anna,bid,1,9007199254740993\n`, ["line 2: limitPrice"]],
    ["a price in quotes", "csv", `${HEAD}anna,bid,1,"2"\n`, ["line 2: limitPrice"]],
    [
      "both sides",
      "csv",
      `${HEAD}anna,bid,1,2\nben,bid,1,2\nanna,offer,1,2\n`,
      ["line 4: side: anna is on the other side in line 2"],
    ],
    [
      "too much energy",
      "csv",
      `${HEAD}anna,bid,9007199254740991,2\nben,bid,1,2\n`,
      ["line 3: energyWh: all orders together are too much"],
    ],
    [
      "two faults",
      "csv",
      `${HEAD}anna,buy,1,2\nben,bid,1,x\n`,
      [
        "line 2: side",
        'line 3: limitPrice: it must be a whole number of micro per kWh of at least 0, not "x"',
      ],
    ],
    ["what is no JSON", "json", "[{]", ["JSON"]],
    ["no list", "json", "{}", ["it must be a list of orders"]],
    ["no object", "json", "[1]", ["order 1: it must be an object"]],
    [
      "an unknown field",
      "json",
      '[{"trader":"a","side":"bid","energyWh":1,"limitPrice":2,"price":3}]',
      ['order 1: there is no field "price"'],
    ],
    [
      "a missing field",
      "json",
      '[{"trader":"a","side":"bid","energyWh":1}]',
      ["order 1: limitPrice: it must be a whole number of micro per kWh of at least 0, not missing"],
    ],
    [
      "a number as text",
      "json",
      '[{"trader":"a","side":"bid","energyWh":"1","limitPrice":2}]',
      ["order 1: energyWh"],
    ],
  ])("with %s is refused by place and field", async (_, ending, text, told) => {
    const file = await fileOf(`orders.${ending}`, text);
    const error = await readOrderFile(file).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "USAGE_BAD_ORDERS", details: { file } });
    const { message } = error as Error;
    expect(message.split("\n").every((line) => line.startsWith(`${file}: `))).toBe(true);
    for (const part of told) expect(message).toContain(part);
  });

  it("with many faults tells ten of them", async () => {
    const file = await fileOf("orders.csv", HEAD + "anna,buy,1,2\n".repeat(13));
    const error = (await readOrderFile(file).catch((thrown: unknown) => thrown)) as Error;
    expect(error.message.split("\n")).toHaveLength(11);
    expect(error.message).toMatch(/\nand 3 more$/);
  });

  it("that is not there is refused", async () => {
    await expect(readOrderFile("no/such/orders.csv")).rejects.toMatchObject({
      code: "USAGE_FILE_UNREADABLE",
    });
  });
});
