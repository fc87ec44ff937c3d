import { CommonwattError, type DeviceConnector, deviceId } from "@commonwatt/vpp-core";
import { opcua } from "../opcua/opcua-connector.ts";
import { modbusProfile } from "../profile-device/profile-connector.ts";
import { modbus } from "../sunspec/sunspec-connector.ts";

const MODBUS = /^(\[[\da-fA-F:.%]+\]|[^\s:/?[\]]+):(\d{1,5})\/(\d{1,3})(?:\?(.*))?$/;
const PROFILE_NUMBERS = ["batteryCapacityWh", "chargePowerMaxW", "dischargePowerMaxW"] as const;
const FORMS =
  "host:port/unit, with ?profile=NAME where it is not SunSpec, or opc.tcp://host:port?home=NAME&pki=FOLDER&certificate=FILE";

/** Whether a text is an address, not the id of a device in a configuration. */
export function isAddress(text: string): boolean {
  return text.startsWith("opc.tcp://") || MODBUS.test(text);
}

/**
 * A device by its address alone, `host:port/unit[?profile=…]` or `opc.tcp://…?home=…`; `id` names it in
 * messages.
 * @throws CommonwattError `USAGE_BAD_DEVICE`, or `PROFILE_UNKNOWN`.
 */
export function deviceAt(text: string, id: string): DeviceConnector {
  return text.startsWith("opc.tcp://") ? opcuaDevice(text, id) : modbusDevice(text, id);
}

function modbusDevice(text: string, name: string): DeviceConnector {
  const [, host = "", port = "", unit = "", query = ""] = MODBUS.exec(text) ?? [];
  if (host === "") throw badDevice(text, `write ${FORMS}`);
  const id = deviceId(name);
  const place = { host: host.replaceAll(/[[\]]/g, ""), port: Number(port), unit: Number(unit) };
  const parameters = new Parameters(text, query, ["profile", "device", "meterSign", ...PROFILE_NUMBERS]);
  const profile = parameters.text("profile");
  if (profile === null) {
    parameters.refuse(PROFILE_NUMBERS, "only beside profile");
    const device = parameters.number("device");
    return modbus({
      id,
      ...place,
      ...(device === null ? {} : { device }),
      ...(parameters.number("meterSign") === -1 ? { meterSign: -1 } : {}),
    });
  }
  parameters.refuse(["device", "meterSign"], "only without profile");
  const numbers = PROFILE_NUMBERS.flatMap((key) => {
    const value = parameters.number(key);
    return value === null ? [] : [[key, value] as const];
  });
  return modbusProfile({ id, profile, ...place, ...Object.fromEntries(numbers) });
}

function opcuaDevice(text: string, id: string): DeviceConnector {
  const [endpointUrl = "", query = ""] = text.split("?", 2);
  const parameters = new Parameters(text, query, ["home", "pki", "certificate"]);
  const [home, pki, certificate] = ["home", "pki", "certificate"].map((key) => parameters.text(key));
  if (home == null || certificate == null)
    throw badDevice(text, "an OPC UA device needs home and certificate");
  return opcua({
    id,
    endpointUrl,
    home,
    pkiDirectory: pki ?? "opcua-pki",
    serverCertificateFile: certificate,
  });
}

/** What stands behind the question mark of an address. */
class Parameters {
  readonly #address: string;
  readonly #values: URLSearchParams;

  constructor(address: string, query: string, allowed: readonly string[]) {
    this.#address = address;
    this.#values = new URLSearchParams(query);
    const unknown = [...this.#values.keys()].find((key) => !allowed.includes(key));
    if (unknown !== undefined) throw badDevice(address, `"${unknown}" is none of ${allowed.join(", ")}`);
  }

  text(key: string): string | null {
    return this.#values.get(key) || null;
  }

  number(key: string): number | null {
    const text = this.text(key);
    if (text === null) return null;
    if (!/^-?\d{1,9}$/.test(text)) throw badDevice(this.#address, `${key} is a whole number`);
    return Number(text);
  }

  refuse(keys: readonly string[], why: string): void {
    const found = keys.find((key) => this.#values.has(key));
    if (found !== undefined) throw badDevice(this.#address, `${found} stands ${why}`);
  }
}

function badDevice(text: string, why: string): CommonwattError {
  return new CommonwattError("USAGE_BAD_DEVICE", `"${text}": ${why}`, { details: { device: text } });
}
