import type { AcceleratedTime, DeviceProtocol, EpochMs, SiteId } from "@commonwatt/vpp-core";
import type { EmulatedStreet } from "./street.ts";

/** What a process of emulated hardware is told when it starts. Plain data. */
export interface EmulatorInit {
  readonly protocol: DeviceProtocol;
  readonly street: EmulatedStreet;
  readonly startMs: EpochMs;
  /** Where the plants' state is kept. */
  readonly directory: string;
  /** Where the certificates of the OPC UA server, and of its clients in this community, are kept. */
  readonly pkiDirectory: string;
  readonly host: string;
  /** The ports of its servers, one after the other; any free one where there is none. */
  readonly ports: readonly number[];
}

/** How a home's hardware is reached over Modbus TCP. */
export interface ModbusHardware {
  readonly protocol: "modbus";
  readonly homeId: SiteId;
  readonly host: string;
  readonly port: number;
  /** `null` for a home that has a meter only. */
  readonly inverterUnit: number | null;
  readonly meterUnit: number;
}

/** How a home's hardware is reached over OPC UA. */
export interface OpcuaHardware {
  readonly protocol: "opcua";
  readonly homeId: SiteId;
  readonly endpointUrl: string;
  /** The home's name in the server's address space. */
  readonly name: string;
  /** Certificate and key that the server trusts; clients of this community share them. */
  readonly clientPkiDirectory: string;
  /** The server's own certificate, for clients to pin. */
  readonly serverCertificateFile: string;
}

/** How the hardware of one home is reached. */
export type HardwareAddress = ModbusHardware | OpcuaHardware;

/** Lets the clock of the emulated hardware run. */
export interface GoMessage {
  readonly kind: "go";
  readonly time: AcceleratedTime;
}
