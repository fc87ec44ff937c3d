import type { SignedCancel, SignedOrder } from "@commonwatt/vpp-core";
import type { FastifyInstance, FastifyReply } from "fastify";
import { CANCEL_REJECTION_CODES, REJECTION_CODES } from "../order/rejection.ts";
import type { OpenMarket } from "../venue/open-market.ts";
import { BODY_MAX_BYTES } from "./api-limits.ts";
import { BODY_FAILURES, rejectionOf } from "./market-schemas.ts";
import { CANCELLED, ORDER_ACCEPTED, SIGNED_CANCEL, SIGNED_ORDER } from "./order-schemas.ts";
import type { SiteBudget } from "./site-budget.ts";

const TAGS = ["market"];

/** Rejections that come before the signature was found right: they may be anybody's. */
const UNSIGNED: ReadonlySet<string> = new Set([
  ...REJECTION_CODES.slice(0, REJECTION_CODES.indexOf("bad-signature") + 1),
  ...CANCEL_REJECTION_CODES.slice(0, CANCEL_REJECTION_CODES.indexOf("bad-signature") + 1),
]);

/**
 * The market judges what is sent by its own ordered checks, which see what was sent, not what a schema
 * validator would have made of it.
 */
const asSent =
  () =>
  (body: unknown): { value: unknown } => ({ value: body });

/** Adds the routes that take signed messages. */
export function addOrderRoutes(app: FastifyInstance, market: () => OpenMarket, budget: SiteBudget): void {
  app.post(
    "/v1/market/orders",
    {
      bodyLimit: BODY_MAX_BYTES,
      schema: {
        tags: TAGS,
        summary: "Place a signed order, or put one in the place of another",
        description: "Answers when the order is on the disk. Sending the same order again is harmless.",
        body: SIGNED_ORDER,
        response: { 200: ORDER_ACCEPTED, 422: rejectionOf(REJECTION_CODES), ...BODY_FAILURES },
      },
      validatorCompiler: asSent,
    },
    async (request, reply) =>
      answer(reply, budget, request.body, (body) => market().submit(body as SignedOrder)),
  );
  app.post(
    "/v1/market/cancels",
    {
      bodyLimit: BODY_MAX_BYTES,
      schema: {
        tags: TAGS,
        summary: "Take orders back",
        description: "Answers when the cancel is on the disk. Sending the same cancel again is harmless.",
        body: SIGNED_CANCEL,
        response: { 200: CANCELLED, 422: rejectionOf(CANCEL_REJECTION_CODES), ...BODY_FAILURES },
      },
      validatorCompiler: asSent,
    },
    async (request, reply) =>
      answer(reply, budget, request.body, (body) => market().cancel(body as SignedCancel)),
  );
}

type Answer =
  | { readonly status: "accepted" | "cancelled" }
  | { readonly status: "rejected"; readonly code: string; readonly message: string };

async function answer(
  reply: FastifyReply,
  budget: SiteBudget,
  body: unknown,
  ask: (body: unknown) => Promise<Answer>,
): Promise<FastifyReply> {
  const site = siteOf(body);
  const waitS = site === null ? 0 : budget.waitS(site);
  if (waitS > 0) {
    const message = `too many requests of this site; try again in ${waitS} s`;
    return reply.code(429).header("retry-after", waitS).send({ code: "site-rate-limited", message });
  }
  const given = await ask(body);
  const isRejected = given.status === "rejected";
  if (site !== null && !(isRejected && UNSIGNED.has(given.code))) budget.spend(site);
  return isRejected ? reply.code(422).send({ code: given.code, message: given.message }) : reply.send(given);
}

function siteOf(body: unknown): string | null {
  const site = typeof body === "object" && body !== null && "siteId" in body ? body.siteId : null;
  return typeof site === "string" ? site : null;
}
