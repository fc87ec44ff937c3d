import { modbus, opcua } from "@commonwatt/device-adapters";
import { type DeviceConnector, deviceId } from "@commonwatt/vpp-core";
import type { HardwareAddress } from "./emulator-messages.ts";

/** How a home's emulated hardware is connected: on Modbus an inverter and its meter, on OPC UA one gateway. */
export function homeDevices(address: HardwareAddress): readonly DeviceConnector[] {
  const { homeId } = address;
  if (address.protocol === "opcua") {
    const { endpointUrl, name, clientPkiDirectory, serverCertificateFile } = address;
    const trust = { pkiDirectory: clientPkiDirectory, serverCertificateFile };
    return [opcua({ id: `${homeId}/gateway`, endpointUrl, home: name, ...trust })];
  }
  const { host, port, inverterUnit, meterUnit } = address;
  const meter = modbus({ id: deviceId(`${homeId}/meter`), host, port, unit: meterUnit });
  if (inverterUnit === null) return [meter];
  return [modbus({ id: deviceId(`${homeId}/inverter`), host, port, unit: inverterUnit }), meter];
}
