import { type DeviceConnector, deviceId } from "@commonwatt/vpp-core";
import { opcua } from "../opcua/opcua-connector.ts";
import { modbusProfile } from "../profile-device/profile-connector.ts";
import { modbus } from "../sunspec/sunspec-connector.ts";
import { DEVICE_KINDS, type DeviceKind, HOME, METER_UNIT, UNIT } from "./device-kinds.ts";
import { profileOf } from "./fault-profiles.ts";

const HOST = "127.0.0.1";
const PUBLISHING_INTERVAL_MS = 50;
const OPCUA_CONNECT_TIMEOUT_MS = 3_000;

/** How a client and an OPC UA server trust each other. */
export interface ClientTrust {
  readonly clientPkiDirectory: string;
  readonly serverCertificateFile: string;
}

/** The clients of a device that listens on a port; an OPC UA device needs `trust`. */
export function connectorsOf(
  name: string,
  kind: DeviceKind,
  port: number,
  trust: ClientTrust | null,
): readonly DeviceConnector[] {
  const { requestTimeoutMs, backOffBaseMs } = DEVICE_KINDS[kind].pace;
  const id = deviceId(name);
  if (kind === "opcua") {
    return [
      opcua({
        id,
        endpointUrl: `opc.tcp://${HOST}:${port}`,
        home: HOME,
        pkiDirectory: trust?.clientPkiDirectory ?? "",
        serverCertificateFile: trust?.serverCertificateFile ?? "",
        requestTimeoutMs,
        connectTimeoutMs: OPCUA_CONNECT_TIMEOUT_MS,
        publishingIntervalMs: PUBLISHING_INTERVAL_MS,
      }),
    ];
  }
  if (kind === "sunspec") {
    return [UNIT, METER_UNIT].map((unit) =>
      modbus({ id: deviceId(`${name}/${unit}`), host: HOST, port, unit, requestTimeoutMs, backOffBaseMs }),
    );
  }
  const profile = profileOf(kind);
  const transport = { kind: kind === "rtu-over-tcp" ? "rtu-tcp" : "tcp", host: HOST, port } as const;
  return [modbusProfile({ id, profile, transport, requestTimeoutMs, backOffBaseMs })];
}
