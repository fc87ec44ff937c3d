import { describe, expect, test } from "vitest";
import { localClock, utcOffset } from "./local-time.ts";
import { parseTime, type TimeFormat } from "./parse-time.ts";

const HOUR_MS = 3_600_000;

/** UTC times and kinds of local times of a zone, given as `YYYY-MM-DD HH:MM`. */
function read(zone: string, ...local: readonly string[]): readonly string[] {
  const clock = localClock(utcOffset(zone));
  return local.map((text) => {
    const { utcMs, kind } = clock.toUtc(Date.parse(`${text.replace(" ", "T")}Z`));
    return kind === "skipped" ? kind : `${kind} ${new Date(utcMs).toISOString().slice(8, 16)}`;
  });
}

describe("local time", () => {
  test("has a day of 23 hours in spring", () => {
    const times = ["2026-03-29 01:30", "2026-03-29 02:00", "2026-03-29 02:30", "2026-03-29 03:00"];
    expect(read("Europe/Zurich", ...times)).toEqual(["once 29T00:30", "skipped", "skipped", "once 29T01:00"]);
  });

  test("has a day of 25 hours in autumn, whose second hour comes after the first", () => {
    const hour = ["2026-10-25 02:00", "2026-10-25 02:30"];
    expect(read("Europe/Zurich", "2026-10-25 01:30", ...hour, ...hour, "2026-10-25 03:00")).toEqual([
      "once 24T23:30",
      "once 25T00:00",
      "once 25T00:30",
      "second 25T01:00",
      "second 25T01:30",
      "once 25T02:00",
    ]);
  });

  test("moves by half an hour on Lord Howe Island, and never in Brisbane", () => {
    expect(read("Australia/Lord_Howe", "2026-10-04 01:59", "2026-10-04 02:15", "2026-10-04 02:30")).toEqual([
      "once 03T15:29",
      "skipped",
      "once 03T15:30",
    ]);
    expect(read("Australia/Brisbane", "2026-10-04 02:15")).toEqual(["once 03T16:15"]);
    expect(utcOffset("Etc/GMT-10")(0)).toBe(10 * HOUR_MS);
    expect(utcOffset("America/New_York")(Date.UTC(2026, 0, 1))).toBe(-5 * HOUR_MS);
  });

  test("needs a zone that there is", () => {
    expect(() => utcOffset("Europe/Atlantis")).toThrow(expect.objectContaining({ code: "IMPORT_TIME_ZONE" }));
  });
});

describe("a written time", () => {
  test.each([
    ["2026-03-29T02:30:00Z", "iso", Date.UTC(2026, 2, 29, 2, 30), false],
    ["2014-12-11T19:00:00+0100", "iso", Date.UTC(2014, 11, 11, 18), false],
    ["2026-03-29 02:30", "iso", Date.UTC(2026, 2, 29, 2, 30), true],
    ["2026-03-29", "iso", Date.UTC(2026, 2, 29), true],
    ["1/07/2012", "d/m/y", Date.UTC(2012, 6, 1), true],
    ["7/1/2012 5:30", "m/d/y", Date.UTC(2012, 6, 1, 5, 30), true],
    ["28.12.25 09:00", "d.m.y", Date.UTC(2025, 11, 28, 9), true],
    ["1700000000", "epoch-s", 1_700_000_000_000, false],
    ["1700000000000", "epoch-ms", 1_700_000_000_000, false],
  ] as const)("%s as %s", (text, format, ms, isLocal) => {
    expect(parseTime(text, format)).toEqual({ ms, isLocal });
  });

  test.each([
    ["2026-02-30", "iso"],
    ["2026-01-01 25:00", "iso"],
    ["yesterday", "iso"],
    ["31/31/2026", "d/m/y"],
    ["", "epoch-s"],
  ] as const)("%s is none as %s", (text, format) => {
    expect(parseTime(text, format as TimeFormat)).toBeNull();
  });
});
