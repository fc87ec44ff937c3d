import { expect, test } from "vitest";
import { PROFILES } from "../src/profiles/profiles.ts";
import { MODELS } from "../src/sunspec/models/models.ts";
import { devicesPage, modelsPage } from "./pages.ts";

test("the page of the SunSpec models says what their tables say", async () => {
  await expect(modelsPage(MODELS)).toMatchFileSnapshot("../docs/sunspec-models.md");
});

test("the page of the devices says what their profiles say", async () => {
  await expect(devicesPage(PROFILES)).toMatchFileSnapshot("../docs/devices.md");
});
