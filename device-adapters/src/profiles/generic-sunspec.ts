import type { DeviceProfile } from "../profile-device/profile.ts";

/** Any device with a SunSpec map. */
export const genericSunSpec: DeviceProfile = {
  kind: "sunspec",
  name: "generic-sunspec",
  vendor: "SunSpec",
  model: "any",
  capabilities: ["meter", "pv", "battery"],
  wire: {
    port: 502,
    unit: 1,
    wordOrder: "big",
    blockRegistersMax: 125,
    gapRegistersMax: 0,
    gapMs: 0,
    settleMs: 0,
    clientsMax: null,
    timeoutMs: 3_000,
  },
  sources: ["SunSpec Device Information Model Specification", "sunspec/models"],
  notes: ["SMA answers as unit 126. What the device can do is found when it is connected."],
};
