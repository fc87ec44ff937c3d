import type { Find, UnknownFind } from "./find.ts";

/** What stands at the head of a configuration that has these lines. */
export function importLines(lines: readonly string[]): readonly string[] {
  const used = ["modbus", "modbusProfile", "opcua"].filter((name) =>
    lines.some((line) => new RegExp(`\\b${name}\\(`).test(line)),
  );
  if (used.length === 0) return [];
  const needsId = lines.some((line) => line.includes("deviceId("));
  return [
    `import { ${used.join(", ")} } from "@commonwatt/device-adapters";`,
    ...(needsId ? ['import { deviceId } from "@commonwatt/vpp-core";'] : []),
  ];
}

/** The lines that put what was found under `devices` of a site; one per find, in order. */
export function configLines(finds: readonly Find[], siteId: string): readonly (readonly string[])[] {
  const taken = new Map<string, number>();
  return finds.map((find) => {
    const role = roleOf(find);
    const count = (taken.get(role) ?? 0) + 1;
    taken.set(role, count);
    const id = `${siteId}/${role}${count === 1 ? "" : `-${count}`}`;
    return find.kind === "unknown" ? candidateLines(find, id) : [lineFor(find, id)];
  });
}

function roleOf(find: Find): string {
  if (find.kind === "opcua") return "gateway";
  if (find.kind === "unknown") return "device";
  const has = (name: "meter" | "pv" | "battery"): boolean => find.capabilities.includes(name);
  if (has("pv")) return "inverter";
  return has("battery") ? "battery" : has("meter") ? "meter" : "device";
}

function lineFor(find: Exclude<Find, UnknownFind>, id: string): string {
  const text = JSON.stringify;
  if (find.kind === "opcua") {
    const certificate = find.certificateFile ?? "server-certificate.pem";
    const line = `opcua({ id: ${text(id)}, endpointUrl: ${text(find.endpointUrl)}, pkiDirectory: "opcua-pki", serverCertificateFile: ${text(certificate)}, home: "home-1" }),`;
    return find.isUsable ? line : `// ${line}`;
  }
  if (find.kind === "profile") return profileLine(find, id, find.profile);
  const { unit, device, capabilities, meterSign } = find;
  const sign = meterSign === -1 ? ", meterSign: -1" : "";
  const part = device === null ? "" : `, device: ${device}`;
  const line = `modbus({ id: deviceId(${text(id)}), ${placeOf(find)}, unit: ${unit}${part}${sign} }),`;
  return capabilities.length === 0 ? `// ${line}` : line;
}

type Placed = Pick<UnknownFind, "protocol" | "host" | "port" | "unit">;

function profileLine(find: Placed, id: string, profile: string): string {
  const names = `id: deviceId(${JSON.stringify(id)}), profile: ${JSON.stringify(profile)}`;
  return `modbusProfile({ ${names}, ${placeOf(find)}, unit: ${find.unit} }),`;
}

/** Nothing tells the candidates apart: a person has to choose. */
function candidateLines(find: UnknownFind, id: string): readonly string[] {
  return find.candidates.map((profile) => `// ${profileLine(find, id, profile)}`);
}

function placeOf({ protocol, host, port }: Placed): string {
  const place = `host: ${JSON.stringify(host)}, port: ${port}`;
  return protocol === "rtu-tcp" ? `transport: { kind: "rtu-tcp", ${place} }` : place;
}
