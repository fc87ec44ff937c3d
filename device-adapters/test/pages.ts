import type { DeviceProfile, RegisterMapProfile } from "../src/profile-device/profile.ts";
import type { ModelDefinition, PointDefinition } from "../src/sunspec/model-definition.ts";

const HEADER = "<!-- Made from the data by test/pages.test.ts, which with --update writes it anew. -->";

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): readonly string[] {
  return [row(head), `|${"---|".repeat(head.length)}`, ...rows.map(row)];
}

/** Numbers with runs as `101–103`. */
function runs(ids: readonly number[]): string {
  const parts: [first: number, last: number][] = [];
  for (const id of ids) {
    const last = parts.at(-1);
    if (last !== undefined && last[1] === id - 1) last[1] = id;
    else parts.push([id, id]);
  }
  return parts.map(([first, last]) => (first === last ? first : `${first}–${last}`)).join(", ");
}

function pointRows(points: readonly PointDefinition[]): readonly (readonly (string | number)[])[] {
  return points.map((point) => [
    point.offset,
    `\`${point.name}\``,
    point.type,
    point.registers,
    point.scale ?? "",
    point.unit ?? "",
    point.mandatory === true ? "yes" : "",
    point.writable === true ? "yes" : "",
    point.sync ?? "",
  ]);
}

const POINT_HEAD = [
  "offset",
  "point",
  "type",
  "registers",
  "scale",
  "unit",
  "mandatory",
  "writable",
  "together",
];

function modelSection({ ids, name, points, registers, group }: ModelDefinition): readonly string[] {
  const lines = [
    `## ${ids.length === 1 ? "Model" : "Models"} ${runs(ids)}: ${name}`,
    "",
    `${registers} registers with ID and L${group === null ? "" : ", before its groups"}.`,
    "",
    ...table(POINT_HEAD, pointRows(points)),
    "",
  ];
  if (group === null) return lines;
  const count = group.count === null ? "as often as L has room for" : `as often as \`${group.count}\` says`;
  return [
    ...lines,
    `A group of ${group.registers} registers, ${count}:`,
    "",
    ...table(POINT_HEAD, pointRows(group.points)),
    "",
  ];
}

/** The page of the SunSpec tables. */
export function modelsPage(models: readonly ModelDefinition[]): string {
  const sorted = models.toSorted((a, b) => (a.ids[0] ?? 0) - (b.ids[0] ?? 0));
  return `${[
    "# SunSpec models",
    "",
    HEADER,
    "",
    "The tables that the SunSpec driver reads and writes by:",
    `models ${runs(sorted.flatMap(({ ids }) => ids).toSorted((a, b) => a - b))}.`,
    "",
    "Offsets count from the model's ID register, those of a group from its start. Points that stand together are read and",
    "written in one request. Names are the standard's, misprints and all.",
    "",
    ...sorted.flatMap(modelSection),
  ]
    .join("\n")
    .trimEnd()}\n`;
}

function ending(profile: RegisterMapProfile): string {
  if (profile.battery === null) return "no commands";
  const { kind, reliable } = profile.battery.nativeTimer;
  if (kind === "none") return "the host alone";
  const how = kind === "register" ? "its own timer" : "it falls back when not refreshed";
  return reliable ? `${how}, and the host` : `${how}, not relied on: the host`;
}

function wireRows({ wire, kind }: DeviceProfile): readonly (readonly (string | number)[])[] {
  const rows: [string, string | number][] = [
    ["port, unit", `${wire.port}, ${wire.unit}`],
    ["clients at once", wire.clientsMax ?? "not known"],
  ];
  if (kind === "sunspec") return rows;
  const order = wire.wordOrder === "big" ? "high word first" : "low word first";
  rows.push(
    ["32 bits", wire.wordOrderIsSetting === true ? `${order}, or as the device is set` : order],
    ["registers in one read", wire.blockRegistersMax],
    ["registers read over", wire.gapRegistersMax],
    ["pause after an answer", `${wire.gapMs} ms`],
  );
  if (wire.writeGapMs !== undefined) rows.push(["pause after a write", `${wire.writeGapMs} ms`]);
  if (wire.settleMs > 0) rows.push(["pause after connecting", `${wire.settleMs} ms`]);
  if (wire.windowRegisters !== undefined) rows.push(["windows of registers", wire.windowRegisters]);
  if (wire.hangUpAfterRequest === true) rows.push(["connection", "one for each request"]);
  return rows;
}

function deviceSection(profile: DeviceProfile): readonly string[] {
  const { name, vendor, model, capabilities, notes = [], sources } = profile;
  const end = profile.kind === "sunspec" ? "its own timer, read back" : ending(profile);
  const quirks = profile.kind === "sunspec" ? [] : (profile.firmwareQuirks ?? []);
  return [
    `## ${name}`,
    "",
    `${vendor} ${model}: ${capabilities.join(", ")}.`,
    "",
    ...table(["", ""], [...wireRows(profile), ["what ends a command", end]]),
    "",
    ...notes.map((note) => `- ${note}`),
    ...quirks.map(
      ({ why, from, before }) =>
        `- Firmware ${from ?? ""}${before === undefined ? "" : ` before ${before}`}: ${why}.`,
    ),
    ...(notes.length + quirks.length > 0 ? [""] : []),
    `From: ${sources.join("; ")}.`,
    "",
  ];
}

/** The page of the device profiles. */
export function devicesPage(profiles: readonly DeviceProfile[]): string {
  return `${[
    "# Devices",
    "",
    HEADER,
    "",
    "What is known of each device, as `npx commonwatt devices` lists them: how it is spoken to, what ends a command, and what",
    "an owner should know. The profiles are in [src/profiles](../src/profiles); [another one](adding-a-device.md) is data.",
    "",
    ...profiles.flatMap(deviceSection),
  ]
    .join("\n")
    .trimEnd()}\n`;
}
