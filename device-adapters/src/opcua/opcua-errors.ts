import { CommonwattError, messageOf } from "@commonwatt/vpp-core";

/**
 * What can go wrong on an OPC UA connection. `OPCUA_UNTRUSTED`: one side does not know the other's
 * certificate. `OPCUA_ACCESS_DENIED`: the server does not take this user. `OPCUA_UNEXPECTED_SERVER`: what
 * answers is not the device that is configured. `OPCUA_BAD_STATUS`: the server refused a request, with its
 * status in `details.status`. The first two and a use after `close()` need a person, the rest may pass.
 */
export type OpcuaErrorCode =
  | "OPCUA_TIMEOUT"
  | "OPCUA_CONNECTION_LOST"
  | "OPCUA_CONNECT_FAILED"
  | "OPCUA_UNTRUSTED"
  | "OPCUA_ACCESS_DENIED"
  | "OPCUA_UNEXPECTED_SERVER"
  | "OPCUA_BAD_STATUS"
  | "OPCUA_RELEASE_NOT_CONFIRMED"
  | "OPCUA_CLOSED";

const PERMANENT: ReadonlySet<OpcuaErrorCode> = new Set([
  "OPCUA_UNTRUSTED",
  "OPCUA_ACCESS_DENIED",
  "OPCUA_CLOSED",
]);

/** Makes an error of this area, naming the endpoint in message and details. */
export function opcuaError(
  code: OpcuaErrorCode,
  message: string,
  endpointUrl: string,
  cause?: unknown,
): CommonwattError<OpcuaErrorCode> {
  return new CommonwattError(code, `${endpointUrl}: ${message}`, {
    details: { endpointUrl },
    retryable: !PERMANENT.has(code),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Makes the error for a status that is not good, e.g. `BadNodeIdUnknown`. */
export function badStatus(
  what: string,
  status: string,
  endpointUrl: string,
): CommonwattError<OpcuaErrorCode> {
  return new CommonwattError("OPCUA_BAD_STATUS", `${endpointUrl}: ${what}: ${status}`, {
    details: { endpointUrl, status },
    retryable: true,
  });
}

/** Turns what node-opcua reports while a connection is made into an error of this area. */
export function fromConnectFailure(error: unknown, endpointUrl: string): CommonwattError {
  if (error instanceof CommonwattError) return error;
  const message = messageOf(error);
  if (/BadIdentityToken|BadUserAccessDenied|user token policy/.test(message)) {
    return opcuaError("OPCUA_ACCESS_DENIED", "the server does not take this user", endpointUrl, error);
  }
  // Servers answer an unknown certificate with a general status, so as to tell a stranger nothing.
  if (/BadCertificate|BadSecurityChecksFailed|BadSecurityPolicyRejected/.test(message)) {
    const why = "the server does not trust our certificate; put it into the server's trusted ones first";
    return opcuaError("OPCUA_UNTRUSTED", why, endpointUrl, error);
  }
  return opcuaError("OPCUA_CONNECT_FAILED", `cannot connect: ${plainCause(message)}`, endpointUrl, error);
}

/** Turns what node-opcua reports for a request into an error of this area. */
export function fromRequestFailure(error: unknown, what: string, endpointUrl: string): CommonwattError {
  if (error instanceof CommonwattError) return error;
  const message = messageOf(error);
  const [status] = /\bBad[A-Z]\w+/.exec(message) ?? [];
  return status === undefined || /^Bad(Connection|SecureChannel|Session|Communication)/.test(status)
    ? opcuaError("OPCUA_CONNECTION_LOST", `${what}: ${plainCause(message)}`, endpointUrl, error)
    : badStatus(what, status, endpointUrl);
}

/** The library wraps the cause in advice of several lines, as `Err = (cause)`. */
function plainCause(message: string): string {
  const cause = /Err = \((.+)\)\s*$/s.exec(message)?.[1] ?? message;
  // A server that cannot decrypt what we sent with the pinned certificate hangs up without a word.
  const hungUp = cause.includes("disconnected by third party");
  return hungUp ? "the server hung up; is the pinned certificate the one it has now?" : cause.trim();
}
