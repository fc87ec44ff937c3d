import type { Find, OpcuaFind, SunSpecFind } from "../discover/find.ts";

/** What was found, in the words of a person: a headline, and a line for each thing to know. */
export function describeFind(find: Find): string {
  const details = [...detailsOf(find), ...find.notes].map((line) => `    ${line}`);
  return [headlineOf(find), ...details].join("\n");
}

function headlineOf(find: Find): string {
  if (find.kind === "opcua")
    return `${find.endpointUrl}: OPC UA server ${find.applicationName ?? "without a name"}`;
  const also = find.alsoUnits.length === 0 ? "" : ` (and ${find.alsoUnits.join(", ")})`;
  const wire = find.protocol === "rtu-tcp" ? " by RTU over TCP" : "";
  const place = `${find.host}:${find.port} unit ${find.unit}${also}${wire}`;
  if (find.kind === "unknown") return `${place}: ${unknownText(find.candidates)}`;
  const { manufacturer, model, serialNumber, firmware } = find;
  const name = [manufacturer, model].filter((part) => part !== null).join(" ") || "a device without a name";
  const serial = serialNumber === null ? "" : `, serial number ${serialNumber}`;
  return `${place}: ${name}${serial}${firmware === null ? "" : `, firmware ${firmware}`}`;
}

function unknownText(candidates: readonly string[]): string {
  if (candidates.length === 0) return "answers Modbus, unknown device; no profile fits";
  return `answers Modbus, unknown device; candidates: ${candidates.join(", ")}`;
}

function detailsOf(find: Find): readonly string[] {
  if (find.kind === "opcua") return endpointsOf(find);
  if (find.kind === "sunspec") return [modelsOf(find)];
  return find.kind === "profile" ? [`profile ${find.profile}: ${find.capabilities.join(", ")}`] : [];
}

function modelsOf({ device, models, capabilities }: SunSpecFind): string {
  const part = device === null ? "" : `device ${device} of the map, `;
  const what = capabilities.length === 0 ? "nothing known" : capabilities.join(", ");
  return `SunSpec, ${part}models ${models.join(" ")}: ${what}`;
}

function endpointsOf({ endpoints, certificateFingerprint, certificateFile }: OpcuaFind): readonly string[] {
  return [
    ...endpoints.map(
      ({ securityMode, securityPolicy, userTokens }) =>
        `${securityMode} ${securityPolicy}, users: ${userTokens.join(", ") || "none"}`,
    ),
    ...(certificateFingerprint === null ? [] : [`certificate SHA-256 ${certificateFingerprint}`]),
    ...(certificateFile === null ? [] : [`saved as ${certificateFile}`]),
  ];
}
