import { CommonwattError, messageOf } from "./commonwatt-error.ts";

/** What keeps a server of an area from listening. */
export type ListenFailureCode<Area extends string> = `${Area}_PORT_IN_USE` | `${Area}_LISTEN_FAILED`;

/**
 * The error for a server that cannot listen: `<AREA>_PORT_IN_USE` when somebody else has the port, else
 * `<AREA>_LISTEN_FAILED`. Either may pass.
 */
export function listenFailure<Area extends string>(
  area: Area,
  { host, port }: { readonly host: string; readonly port: number },
  cause: unknown,
): CommonwattError<ListenFailureCode<Area>> {
  const inUse = messageOf(cause).includes("EADDRINUSE");
  const why = inUse ? "the port is in use" : messageOf(cause);
  return new CommonwattError(
    inUse ? `${area}_PORT_IN_USE` : `${area}_LISTEN_FAILED`,
    `cannot listen on ${host}:${port}: ${why}`,
    { details: { host, port }, retryable: true, cause },
  );
}
