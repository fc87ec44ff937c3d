import type { Capability } from "@commonwatt/vpp-core";
import type { ScanProtocol } from "./scan-places.ts";

interface FindHead {
  readonly host: string;
  readonly port: number;
  /** What a person should know before using it. */
  readonly notes: readonly string[];
}

interface ModbusFindHead extends FindHead {
  readonly protocol: Exclude<ScanProtocol, "opcua">;
  readonly unit: number;
  /** Further unit ids at which the same device answers. */
  readonly alsoUnits: readonly number[];
}

/** What a device says it is; `null` where it does not say. */
export interface FoundIdentity {
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly serialNumber: string | null;
  readonly firmware: string | null;
}

/** One logical device of a SunSpec map. */
export interface SunSpecFind extends ModbusFindHead, FoundIdentity {
  readonly kind: "sunspec";
  /** Which logical device of the unit, where its map holds several; else `null`. */
  readonly device: number | null;
  readonly models: readonly number[];
  readonly capabilities: readonly Capability[];
  /** −1 where meters of this maker count export as positive. */
  readonly meterSign: 1 | -1;
  /** Profiles of the maker's own registers beside SunSpec. */
  readonly alternatives: readonly string[];
}

/** A device whose own registers a profile knows. */
export interface ProfileFind extends ModbusFindHead, FoundIdentity {
  readonly kind: "profile";
  readonly profile: string;
  readonly capabilities: readonly Capability[];
}

/** Something that answers Modbus and does not say what it is. */
export interface UnknownFind extends ModbusFindHead {
  readonly kind: "unknown";
  /** Profiles whose registers it answers; nothing tells them apart. */
  readonly candidates: readonly string[];
}

/** One way into an OPC UA server. */
export interface FoundEndpoint {
  readonly securityMode: string;
  readonly securityPolicy: string;
  readonly userTokens: readonly string[];
}

/** An OPC UA server, as far as it tells without a session. */
export interface OpcuaFind extends FindHead {
  readonly kind: "opcua";
  readonly endpointUrl: string;
  readonly applicationName: string | null;
  readonly applicationUri: string | null;
  readonly productUri: string | null;
  readonly endpoints: readonly FoundEndpoint[];
  /** SHA-256 of the server's certificate, as its own display shows it. */
  readonly certificateFingerprint: string | null;
  /** Where the certificate was saved. */
  readonly certificateFile: string | null;
  /** Whether our client can speak to it: SignAndEncrypt with Aes256_Sha256_RsaPss or Basic256Sha256. */
  readonly isUsable: boolean;
}

/** A device or server that was found. */
export type Find = SunSpecFind | ProfileFind | UnknownFind | OpcuaFind;

/** A port that is open and at which nothing was found, or a host that could not be looked at. */
export interface ScanProblem {
  readonly host: string;
  readonly port: number | null;
  readonly code:
    | "DISCOVER_HOST_UNKNOWN"
    | "DISCOVER_HOST_UNREACHABLE"
    | "DISCOVER_PORT_HANGS_UP"
    | "DISCOVER_PORT_SILENT"
    | "DISCOVER_PORT_FAILED";
  readonly message: string;
}
