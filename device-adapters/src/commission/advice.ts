import type { QuantityVerdict } from "./judge-step.ts";

/** What a person should do about the verdicts. */
export function adviceOn(verdicts: readonly QuantityVerdict[]): readonly string[] {
  const measured = verdicts.filter(({ verdict }) => verdict !== "not measured" && verdict !== "unclear");
  const all = (wanted: string): boolean =>
    measured.length > 1 && measured.every(({ verdict }) => verdict === wanted);
  if (all("reversed")) {
    return [
      "Everything moved the other way: charge and discharge are swapped in the command, not in readings.",
    ];
  }
  if (all("not moving")) {
    return ["Nothing moved: the device takes commands and does not follow. Is remote control allowed in it?"];
  }
  if (
    all("scaled by 10") &&
    new Set(measured.map(({ ratio }) => Math.round(Math.log10(ratio ?? 1)))).size === 1
  ) {
    return ["Everything moved by the same factor: the command is scaled, not the readings."];
  }
  return verdicts.flatMap((verdict) => adviceOnOne(verdict));
}

const NAMES = { battery: "battery power", inverter: "inverter power", meter: "grid power" } as const;

function adviceOnOne({ quantity, verdict, ratio }: QuantityVerdict): readonly string[] {
  const name = NAMES[quantity];
  if (verdict === "reversed" && quantity === "meter") {
    return [
      "The grid power is reversed: meterSign: -1 turns a SunSpec meter, sign: -1 a profile's register.",
    ];
  }
  if (verdict === "reversed")
    return [`The ${name} is reversed: sign: -1 in the profile's register turns it.`];
  if (verdict === "scaled by 10") {
    const factor = Math.abs(ratio ?? 1) > 1 ? "ten times too large" : "ten times too small";
    const sign = (ratio ?? 1) < 0 ? ", and reversed" : "";
    return [`The ${name} is ${factor}${sign}: look at the scale of its register.`];
  }
  if (verdict === "not moving") {
    return [`The ${name} did not move: is it the value of this device, and does it have a meter there?`];
  }
  return [];
}
