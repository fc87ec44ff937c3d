import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { checkFixture } from "../../test/check-fixture.ts";
import type { RegisterFixture } from "../../test/fixture-device.ts";
import { checkProfile } from "../profile-device/check-profile.ts";
import { modbusProfile } from "../profile-device/profile-connector.ts";
import { PROFILES, profileByName } from "./profiles.ts";

const WITH_FIXTURE = PROFILES.filter(({ name }) => name !== "generic-sunspec");

test("there are twelve devices beside generic SunSpec, each with a name of its own", () => {
  expect(WITH_FIXTURE.length).toBeGreaterThanOrEqual(12);
  expect(new Set(PROFILES.map(({ name }) => name)).size).toBe(PROFILES.length);
});

test.for(PROFILES.map((profile) => [profile.name, profile] as const))("%s fits the schema", ([, profile]) => {
  expect(checkProfile(structuredClone(profile))).toEqual(profile);
});

test.for(WITH_FIXTURE.map(({ name }) => name))(
  "%s: values, and the frames of charge, discharge and release",
  async (name) => {
    const url = new URL(`../../test/fixtures/${name}.registers.json`, import.meta.url);
    const fixture = JSON.parse(await readFile(url, "utf8")) as RegisterFixture;
    expect(fixture.profile).toBe(name);
    await checkFixture(fixture, { modbusProfile, profileByName });
  },
);

test("a profile that is not there is an error that names those that are", () => {
  expect(() => profileByName("acme")).toThrow(/there is no profile "acme"; known are .*huawei-sun2000/);
});
