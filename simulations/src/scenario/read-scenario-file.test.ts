import { describe, expect, test } from "vitest";
import { folderWith } from "../../test/data-files.ts";
import { nearestName } from "./nearest-name.ts";
import { parseScenario, readScenarioFile } from "./read-scenario-file.ts";

/** What is told of a scenario, a line for each fault. */
function told(text: string): readonly string[] {
  try {
    parseScenario("s.yaml", text);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: "SCENARIO_INVALID", details: { file: "s.yaml" } });
    return (error as Error).message.split("\n");
  }
}

const HOME = "sites:\n  - id: a\n";

describe("a scenario file", () => {
  test("needs nothing but homes", () => {
    expect(parseScenario("s.yaml", HOME)).toEqual({ sites: [{ id: "a" }] });
    expect(parseScenario("s.json", '{"sites": [{"id": "a"}], "days": 2}')).toMatchObject({ days: 2 });
  });

  test("tells every fault at once: file, line, field, what was found, what is allowed", () => {
    const text = `comunity: lane
days: -1
resolutionMinutes: 10
season: sumer
sites:
  - id: a
    pv:
      peakW: five
      tilt: 30
  - id: b
    count: 1.5
    battery: { share: 2 }
`;
    expect(told(text)).toEqual([
      's.yaml:1: comunity: there is no field "comunity"; did you mean "community"?',
      "s.yaml:2: days: found -1, allowed is a number above 0, at most 36525",
      "s.yaml:3: resolutionMinutes: found 10, allowed is one of 1, 5, 15, 30, 60",
      's.yaml:4: season: found "sumer", allowed is one of "winter", "spring", "summer", "autumn"; did you mean "summer"?',
      expect.stringMatching(
        /^s\.yaml:8: sites\[0\]\.pv\.peakW: found "five", allowed is a number above 0, at most 1000000, or an object with uniform/,
      ),
      's.yaml:9: sites[0].pv.tilt: there is no field "tilt"; did you mean "tiltDeg"?',
      "s.yaml:11: sites[1].count: found 1.5, allowed is a whole number from 1 to 100000",
      "s.yaml:12: sites[1].battery: there is no capacityWh; it must be a number above 0, at most 1000000, or an object with uniform, or an object with normal, or an object with choice",
      "s.yaml:12: sites[1].battery.share: found 2, allowed is a number from 0 to 1",
    ]);
  });

  test.each([
    ["nothing", "", ["s.yaml:1: found nothing, allowed is an object with sites"]],
    ["no homes", "sites: []", ["s.yaml:1: sites: found an empty list, allowed is one with an entry"]],
    ["a list", "- a", ["s.yaml:1: found a list of 1, allowed is an object with sites"]],
    [
      "a field far from any",
      `colour: red\n${HOME}`,
      [expect.stringMatching(/there is no field "colour"; there are \$schema, community/)],
    ],
    [
      "a distribution of two kinds",
      `${HOME}    pv: { peakW: { normal: { mean: 1, deviation: 1 }, uniform: { min: 1, max: 2 } } }`,
      [expect.stringMatching(/there is no field/)],
    ],
    [
      "a distribution that is turned",
      `${HOME}    pv:\n      peakW: { uniform: { min: 9, max: 2 } }`,
      ["s.yaml:4: sites[0].pv.peakW.uniform: min is 9, above max, which is 2"],
    ],
    [
      "a mean that is lost",
      `${HOME}    pv: { peakW: { normal: { deviation: 1 } } }`,
      ["s.yaml:3: sites[0].pv.peakW.normal: there is no mean; it must be a number above 0, at most 1000000"],
    ],
    ["a name twice", `${HOME}  - id: a\n`, ["s.yaml:3: sites[1].id: a home is called a already"]],
    [
      "a numbered name twice",
      "sites:\n  - id: a-2\n  - { id: a, count: 3 }\n",
      ["s.yaml:3: sites[1].id: a home is called a-2 already"],
    ],
    [
      "neither id nor from",
      "sites:\n  - count: 2\n",
      ["s.yaml:2: sites[0]: it needs either an id or the name of a data source in from"],
    ],
    [
      "an unknown data source",
      `data:\n  measured: { path: x }\n${HOME}    load: { data: meassured }`,
      ['s.yaml:5: sites[0].load.data: there is no data source "meassured"; did you mean "measured"?'],
    ],
    [
      "from with a load",
      "data: { m: { path: x } }\nsites:\n  - from: m\n    load: { occupants: 2 }",
      ["s.yaml:4: sites[0].load: with from, load is what the data has"],
    ],
    [
      "columns of no table",
      "data:\n  m:\n    path: x\n    columns: { time: { column: t }, values: [{ column: a, quantity: load }] }\nsites: [{ from: m }]",
      ["s.yaml:4: data.m.columns: only the formats csv and parquet have columns"],
    ],
    [
      "a table without columns",
      "data:\n  m: { path: x, format: csv }\nsites: [{ from: m }]",
      ["s.yaml:2: data.m: the format csv needs columns"],
    ],
    [
      "a mechanism that is none",
      `mechanism: lottery\n${HOME}`,
      [expect.stringMatching(/^s\.yaml:1: mechanism: "lottery" is no mechanism; there are uniform/)],
    ],
    [
      "a strategy that is none",
      `strategies: { truthfull: 1 }\n${HOME}`,
      ['s.yaml:1: strategies.truthfull: there is no field "truthfull"; did you mean "truthful"?'],
    ],
    [
      "strategies of nobody",
      `strategies: { truthful: 0 }\n${HOME}`,
      ["s.yaml:1: strategies: the shares must come to more than 0"],
    ],
    [
      "a zone that is none",
      `timeZone: Europe/Atlantis\n${HOME}`,
      [expect.stringMatching(/^s\.yaml:1: timeZone: "Europe\/Atlantis" is no time zone/)],
    ],
    [
      "a day that is none",
      `start: 2026-02-30\n${HOME}`,
      [expect.stringMatching(/^s\.yaml:1: start: found "2026-02-30", allowed is a time/)],
    ],
    [
      "a start and a season",
      `start: 2026-02-03\nseason: winter\n${HOME}`,
      ["s.yaml:2: season: start says when it begins; leave one of them out"],
    ],
    [
      "a price too fine",
      `tariff:\n  retailPricePerKwh: 0.1234567\n${HOME}`,
      ["s.yaml:2: tariff.retailPricePerKwh: found 0.1234567, allowed are at most six decimals"],
    ],
    [
      "an hour that is none",
      `tariff:\n  feedInPricePerKwh:\n    timeOfUse:\n      otherwisePerKwh: 0\n      periods: [{ from: "25:00", to: "26:00", pricePerKwh: 1 }]\n${HOME}`,
      [
        expect.stringMatching(/^s\.yaml:5: .*periods\[0\]\.from: found "25:00"/),
        expect.stringMatching(/^s\.yaml:5: .*\.to: found "26:00"/),
      ],
    ],
    [
      "an empty period",
      `tariff:\n  feedInPricePerKwh:\n    timeOfUse:\n      otherwisePerKwh: 0\n      periods: [{ from: "05:00", to: "05:00", pricePerKwh: 1 }]\n${HOME}`,
      [expect.stringMatching(/periods\[0\]: it is empty: it goes from 05:00 to 05:00/)],
    ],
    ["what is no YAML", "sites: [", [expect.stringMatching(/^s\.yaml:1: /)]],
    ["a field twice", `days: 1\ndays: 2\n${HOME}`, [expect.stringMatching(/^s\.yaml:2: .*unique/)]],
  ])("with %s is refused by line", (_what, text, lines) => {
    expect(told(text)).toEqual(lines);
  });

  test("finds the line behind an anchor", () => {
    const text = "sites:\n  - id: a\n    pv: &roof\n      peakW: -5\n  - id: b\n    pv: *roof\n";
    expect(told(text)).toEqual([
      expect.stringMatching(/^s\.yaml:4: sites\[0\]/),
      expect.stringMatching(/^s\.yaml:4: sites\[1\]/),
    ]);
  });

  test("with many faults tells forty", () => {
    const lines = told(`sites:\n${"  - { id: 5 }\n".repeat(50)}`);
    expect([lines.length, lines.at(-1)]).toEqual([41, "and 10 more"]);
  });

  test("that is not there is refused", async () => {
    const folder = await folderWith({});
    await expect(readScenarioFile(`${folder}/s.yaml`)).rejects.toMatchObject({
      code: "SCENARIO_FILE_UNREADABLE",
    });
  });
});

test.each([
  ["mechansim", "mechanism"],
  ["PEAKW", "peakW"],
  ["peakKw", "peakW"],
  ["xyz", null],
])("%s was meant as %s", (given, meant) => {
  expect(nearestName(given, ["mechanism", "peakW", "tiltDeg"])).toBe(meant);
});
