import { CommonwattError } from "@commonwatt/vpp-core";

/** Where an agent is: at the other end of standard input and output, or of a socket that it connects to. */
export type AgentAddress =
  | { readonly kind: "stdio" }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** Hosts that nobody else reaches: whoever connects first decides for homes. */
const OWN_HOSTS = ["127.0.0.1", "localhost", "[::1]"];
const PORT_MAX = 65_535;

/**
 * The address that a text names.
 * @throws CommonwattError `USAGE_BAD_AGENTS`
 */
export function agentAddress(text: string): AgentAddress {
  if (text === "stdio") return { kind: "stdio" };
  const [, path] = /^unix:(?:\/\/)?(.+)$/.exec(text) ?? [];
  if (path !== undefined) return { kind: "unix", path };
  const [, host = "", digits = ""] = /^tcp:\/\/(\[[^\]]*\]|[^:/]+):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (OWN_HOSTS.includes(host) && port <= PORT_MAX) {
    return { kind: "tcp", host: host.replace(/^\[|\]$/g, ""), port };
  }
  throw new CommonwattError(
    "USAGE_BAD_AGENTS",
    `--agents: found "${text}", allowed is stdio, tcp://127.0.0.1:PORT (port 0 takes a free one) or unix:/path/of/socket; ` +
      "a host that others reach is refused, for whoever connects first decides for homes",
    { details: { found: text } },
  );
}
