import { messageOf } from "@commonwatt/vpp-core";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { checkNetwork, type RadialNetwork } from "../network/radial-network.ts";
import { badFile, readText } from "./order-file.ts";

const whole = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** What a network file holds, and the units. */
const NetworkFile = Type.Object(
  {
    zones: Type.Array(Type.String()),
    lines: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          from: Type.String(),
          to: Type.String(),
          capacityWh: whole,
          feePrice: whole,
          lossPpm: whole,
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

/**
 * Reads a network from a JSON file: `{"zones": […], "lines": [{id, from, to, capacityWh, feePrice, lossPpm}]}`.
 * @throws CommonwattError `USAGE_FILE_UNREADABLE`, or `USAGE_BAD_NETWORK` with the path of what is wrong.
 */
export async function readNetworkFile(file: string): Promise<RadialNetwork> {
  const text = await readText(file);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw badFile("USAGE_BAD_NETWORK", file, [messageOf(error)]);
  }
  const problems = [...Value.Errors(NetworkFile, content)].map(
    ({ instancePath, message }) => `${instancePath || "/"}: ${message}`,
  );
  if (problems.length > 0) throw badFile("USAGE_BAD_NETWORK", file, problems);
  const network = content as RadialNetwork;
  try {
    checkNetwork(network);
  } catch (error) {
    throw badFile("USAGE_BAD_NETWORK", file, [messageOf(error)]);
  }
  return network;
}
