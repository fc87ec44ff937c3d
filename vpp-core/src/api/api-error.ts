import type { FastifyInstance } from "fastify";
import { isCommonwattError } from "../errors/commonwatt-error.ts";
import type { Logger } from "../ports/logger.ts";

interface FastifyFailure {
  readonly statusCode?: number;
  readonly validation?: readonly {
    readonly instancePath: string;
    readonly message?: string;
    readonly params?: { readonly allowedValues?: readonly unknown[] };
  }[];
  readonly validationContext?: string;
  readonly message: string;
}

/** Makes every failure of an app one shape: `{code, message}` with a stable code. */
export function useStableErrors(app: FastifyInstance, logger: Logger): void {
  app.setNotFoundHandler((request, reply) => {
    void reply
      .code(404)
      .send({ code: "API_NOT_FOUND", message: `there is no ${request.method} ${request.url}` });
  });
  app.setErrorHandler((error: unknown, request, reply) => {
    if (isCommonwattError(error)) {
      void reply.code(error.retryable ? 503 : 500).send({ code: error.code, message: error.message });
      return;
    }
    const failure = error as FastifyFailure;
    const status = failure.statusCode ?? 500;
    if (status < 500) {
      void reply.code(status).send({ code: "API_BAD_REQUEST", message: badRequest(failure) });
      return;
    }
    logger.error({ url: request.url, error: failure.message }, "request failed");
    void reply.code(500).send({ code: "API_INTERNAL", message: "the request failed; see the log" });
  });
}

/** Names the field and what is allowed there. */
function badRequest(failure: FastifyFailure): string {
  const [first] = failure.validation ?? [];
  if (first === undefined) return failure.message;
  const field = first.instancePath.replaceAll("/", ".");
  const allowed = first.params?.allowedValues?.join(", ");
  const rule = allowed === undefined ? (first.message ?? "is not valid") : `must be one of ${allowed}`;
  return `${failure.validationContext ?? "request"}${field} ${rule}`;
}
