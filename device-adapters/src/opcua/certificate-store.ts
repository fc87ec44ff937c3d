import { X509Certificate } from "node:crypto";
import { systemClock } from "@commonwatt/vpp-core";
import type { OPCUACertificateManager, StatusCode, StatusCodeCallback } from "node-opcua";
import type { OpcuaLibrary } from "./opcua-library.ts";

type Chain = Buffer | readonly Buffer[];

/**
 * Decides whom to trust: exactly the certificates that `trusted` lists when asked, while they are valid,
 * and nobody else. It never learns a certificate by itself, as node-opcua's own stores do by default.
 */
export function certificateStore(
  { StatusCodes }: OpcuaLibrary,
  trusted: () => Promise<readonly Buffer[]>,
): OPCUACertificateManager {
  const check = async (chain: Chain): Promise<StatusCode> => {
    const certificate = Buffer.isBuffer(chain) ? chain : chain[0];
    const known = await trusted();
    if (certificate === undefined || !known.some((one) => one.equals(certificate))) {
      return StatusCodes.BadCertificateUntrusted;
    }
    const { validFromDate, validToDate } = new X509Certificate(certificate);
    const now = systemClock.now();
    const valid = validFromDate.getTime() <= now && now <= validToDate.getTime();
    return valid ? StatusCodes.Good : StatusCodes.BadCertificateTimeInvalid;
  };
  const checkCertificate = (chain: Chain, callback?: StatusCodeCallback): Promise<StatusCode> | undefined => {
    if (callback === undefined) return check(chain);
    check(chain).then(
      (status) => callback(null, status),
      (error: Error) => callback(error),
    );
    return undefined;
  };
  const nothing = async (): Promise<void> => undefined;
  const store = {
    referenceCounter: 0,
    initialize: nothing,
    dispose: nothing,
    checkCertificate,
    getTrustStatus: checkCertificate,
    verifyCertificate: async (chain: Chain) => (await check(chain)).name,
    trustCertificate: nothing,
    rejectCertificate: nothing,
    addIssuer: nothing,
    addRevocationList: nothing,
  };
  // The library asks for its class, and uses what its own interface ICertificateStore has.
  return store as unknown as OPCUACertificateManager;
}
