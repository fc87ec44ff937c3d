import { isIPv4 } from "node:net";
import { CommonwattError } from "@commonwatt/vpp-core";

/** The smallest prefix that is scanned: 254 hosts. */
const PREFIX_MIN = 24;
const ADDRESS_BITS = 32;

/** The hosts to look at. */
export interface ScanTarget {
  readonly hosts: readonly string[];
  /** Whether a range was named, so that strangers' devices may be among them. */
  readonly isRange: boolean;
}

/**
 * Reads a host name, an address, or an IPv4 range such as `192.168.1.0/24`. The first and the last address of
 * a range are no hosts.
 * @throws CommonwattError `USAGE_BAD_TARGET`, or `USAGE_RANGE_TOO_LARGE` beyond a /24.
 */
export function parseTarget(text: string): ScanTarget {
  const [base = "", prefixText] = text.split("/", 2);
  if (prefixText === undefined) {
    if (/^[\w.:%-]+$/.test(text) && !looksLikeBrokenAddress(text)) return { hosts: [text], isRange: false };
    throw badTarget(text);
  }
  const prefix = /^\d{1,2}$/.test(prefixText) ? Number(prefixText) : Number.NaN;
  if (!isIPv4(base) || !(prefix >= 0 && prefix <= ADDRESS_BITS)) throw badTarget(text);
  if (prefix < PREFIX_MIN) {
    throw new CommonwattError(
      "USAGE_RANGE_TOO_LARGE",
      `${text} has more than the 254 hosts of a /${PREFIX_MIN}; name a smaller range, or a host`,
      { details: { target: text } },
    );
  }
  const size = 2 ** (ADDRESS_BITS - prefix);
  const first = Math.floor(numberOf(base) / size) * size;
  const all = Array.from({ length: size }, (_, index) => addressOf(first + index));
  const hosts = size > 2 ? all.slice(1, -1) : all;
  return { hosts, isRange: hosts.length > 1 };
}

/** Digits and dots that are no address would be looked up as a name, and not found there. */
function looksLikeBrokenAddress(text: string): boolean {
  return /^[\d.]+$/.test(text) && !isIPv4(text);
}

function badTarget(text: string): CommonwattError {
  return new CommonwattError(
    "USAGE_BAD_TARGET",
    `"${text}" is no host, no address and no IPv4 range such as 192.168.1.0/24`,
    { details: { target: text } },
  );
}

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => 256 * sum + Number(part), 0);
}

function addressOf(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
