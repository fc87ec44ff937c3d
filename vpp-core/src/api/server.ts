import { CommonwattError, messageOf } from "../errors/commonwatt-error.ts";
import { type ApiOptions, buildApi } from "./app.ts";

/** The port that is tried first when none is asked for. */
const USUAL_PORT = 8460;

/** Where the API listens. */
export interface ServerOptions extends ApiOptions {
  readonly host: string;
  /** `null` takes the usual port 8460, or any free one when that is in use; 0 takes any free one. */
  readonly port: number | null;
}

/** The API, listening. */
export interface ApiServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the API.
 * @throws CommonwattError `API_PORT_IN_USE` when the port that was asked for is taken, `API_LISTEN_FAILED`.
 */
export async function startApi(options: ServerOptions): Promise<ApiServer> {
  const { host, port } = options;
  const wanted = port ?? USUAL_PORT;
  const app = await buildApi(options);
  try {
    return { url: await app.listen({ host, port: wanted }), close: () => app.close() };
  } catch (error) {
    await app.close();
    const isInUse = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
    if (isInUse && port === null) {
      options.logger.warn({ port: wanted }, `port ${wanted} is in use; the API takes another`);
      return startApi({ ...options, port: 0 });
    }
    const code = isInUse ? "API_PORT_IN_USE" : "API_LISTEN_FAILED";
    const message = isInUse
      ? `port ${wanted} on ${host} is in use; name another with --port, or 0 for any`
      : `the API can't listen on ${host}:${wanted}: ${messageOf(error)}`;
    throw new CommonwattError(code, message, { cause: error, details: { host, port: wanted } });
  }
}
