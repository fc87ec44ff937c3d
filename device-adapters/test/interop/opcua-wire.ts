import { expect } from "vitest";
import { complaints, type Frame } from "./capture.ts";

/** What is asked of every OPC UA frame. */
export const OPCUA_FIELDS = [
  "opcua.transport.type",
  "opcua.transport.chunk",
  "opcua.transport.scid",
  "opcua.transport.endpoint",
  "opcua.security.spu",
] as const;

/** A security policy, as the wire names it. */
type Policy = "Aes256_Sha256_RsaPss" | "Basic256Sha256";

/** Expects one conversation on one secure channel, from the greeting to its proper end. */
export function expectSecureConversation(frames: readonly Frame[], port: number, policy: Policy): void {
  const from = (side: "client" | "server", field: string): readonly string[] =>
    frames
      .filter((frame) => frame[side === "client" ? "tcp.dstport" : "tcp.srcport"]?.[0] === `${port}`)
      .flatMap((frame) => frame[field] ?? []);
  expect(complaints(frames)).toEqual([]);
  expect(from("client", "opcua.transport.endpoint")).toEqual([`opc.tcp://127.0.0.1:${port}`]);
  const said = from("client", "opcua.transport.type");
  expect(said.slice(0, 2)).toEqual(["HEL", "OPN"]);
  expect(said.at(-1)).toBe("CLO");
  expect(new Set(said.slice(2, -1))).toEqual(new Set(["MSG"]));
  const answered = from("server", "opcua.transport.type");
  expect(answered.slice(0, 2)).toEqual(["ACK", "OPN"]);
  expect(new Set(answered.slice(2))).toEqual(new Set(["MSG"]));
  for (const side of ["client", "server"] as const) {
    expect(from(side, "opcua.security.spu")).toEqual([
      `http://opcfoundation.org/UA/SecurityPolicy#${policy}`,
    ]);
    // The server gives the channel its number when it opens it; everything after belongs to that one.
    const channels = from(side, "opcua.transport.scid").filter((channel) => channel !== "0");
    expect(new Set(channels).size).toBe(1);
  }
}
