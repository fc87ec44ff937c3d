import { CommonwattError } from "@commonwatt/vpp-core";
import type { TSchema } from "typebox";
import { Settings } from "typebox/system";
import { Value } from "typebox/value";
import { acControlsModel } from "../sunspec/models/ac-controls-model.ts";
import { immediateControlsModel } from "../sunspec/models/immediate-controls-model.ts";
import { storageModel } from "../sunspec/models/storage-model.ts";
import type { DeviceProfile, RegisterMapProfile, SunSpecProfile } from "./profile.ts";
import { brokenRules, type Violation } from "./profile-rules.ts";
import { batterySchema, registerMapProfileSchema, sunSpecProfileSchema } from "./profile-schema.ts";

/** The SunSpec models that commands write. */
const WRITTEN_MODELS = [storageModel, immediateControlsModel, acControlsModel];
/** As many as a person corrects before trying again. */
const SHOWN_MAX = 10;

/**
 * Checks that `value` is a profile: its shape by the schema, then what a schema cannot say.
 * @throws CommonwattError `PROFILE_INVALID`; the message has one line for each fault, with the profile, the
 *   path within it and the rule.
 */
export function checkProfile(value: unknown): DeviceProfile {
  const violations = profileFaults(value);
  if (violations.length === 0) return value as DeviceProfile;
  const name = nameOf(value);
  const lines = violations.slice(0, SHOWN_MAX).map(({ path, rule }) => `${name}: ${path}: ${rule}`);
  if (violations.length > SHOWN_MAX) lines.push(`${name}: and ${violations.length - SHOWN_MAX} more`);
  throw new CommonwattError("PROFILE_INVALID", lines.join("\n"), {
    details: { profile: name, path: violations[0]?.path ?? "", rule: violations[0]?.rule ?? "" },
  });
}

/** Every fault of what should be a profile; none when it is one. */
export function profileFaults(value: unknown): readonly Violation[] {
  if (typeof value !== "object" || value === null) return [{ path: "/", rule: "must be an object" }];
  const { kind } = value as { kind?: unknown };
  if (kind === "sunspec") {
    const faults = shapeOf(sunSpecProfileSchema, value, "");
    return faults.length > 0 ? faults : wearFaults(value as SunSpecProfile);
  }
  if (kind !== "registers") return [{ path: "/kind", rule: 'must be "registers" or "sunspec"' }];
  const { battery = null } = value as { battery?: unknown };
  const shape = [
    ...shapeOf(registerMapProfileSchema, value, ""),
    ...(battery === null ? [] : shapeOf(batterySchema, battery, "/battery")),
  ];
  return shape.length > 0 ? shape : brokenRules(value as RegisterMapProfile);
}

function wearFaults({ wear }: SunSpecProfile): readonly Violation[] {
  const known = new Set(WRITTEN_MODELS.flatMap(({ points }) => points.map(({ name }) => name)));
  return (wear?.points ?? []).flatMap((name, index) =>
    known.has(name)
      ? []
      : [{ path: `/wear/points/${index}`, rule: `no model that is written has "${name}"` }],
  );
}

function shapeOf(schema: TSchema, value: unknown, prefix: string): readonly Violation[] {
  return allErrors(schema, value).flatMap(({ keyword, instancePath, message, params }) => {
    const path = `${prefix}${instancePath}`;
    // Said once more by the object around it, with the name.
    if (keyword === "boolean") return [];
    const details = Object.values(params as Record<string, unknown>)
      .flat()
      .map(String);
    if (keyword === "additionalProperties") {
      return details.map((name) => ({ path: `${path}/${name}`, rule: "there is no such field" }));
    }
    const more = details.filter((detail) => !message.includes(detail)).join(", ");
    return { path: path || "/", rule: more === "" ? message : `${message} (${more})` };
  });
}

/** The library stops at a number of errors that all who use it share: raised for this one look. */
function allErrors(schema: TSchema, value: unknown): ReturnType<typeof Value.Errors> {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: Number.MAX_SAFE_INTEGER });
  try {
    return Value.Errors(schema, value);
  } finally {
    Settings.Set({ maxErrors });
  }
}

function nameOf(value: unknown): string {
  const name = (value as { name?: unknown } | null)?.name;
  return typeof name === "string" && name !== "" ? name : "a profile without a name";
}
