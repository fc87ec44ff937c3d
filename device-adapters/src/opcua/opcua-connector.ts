import assert from "node:assert/strict";
import { type DeviceConnector, deviceId } from "@commonwatt/vpp-core";
import { type DerNodes, derNodes } from "./der-model.ts";
import { openSession } from "./device-session.ts";
import { OpcuaDevice } from "./opcua-device.ts";
import type { OpcuaCertificateUser, OpcuaUser } from "./opcua-link.ts";

const REQUEST_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;
/**
 * Control cycles come about twice a second of real time and domain time may run 90 times as fast, so values
 * are pushed more often than they are looked at; ten values five times a second are no load on a server.
 */
const PUBLISHING_INTERVAL_MS = 200;

/** A tenth of the shortest settlement interval: more would put energy into the wrong one. */
const CLOCK_SKEW_MAX_MS = 30_000;

/** Options of {@link opcua}. */
export interface OpcuaOptions {
  /** Names the device within the community, e.g. `home-9/energy`. */
  readonly id: string;
  /** For example `opc.tcp://127.0.0.1:4840`. */
  readonly endpointUrl: string;
  /**
   * Folder with our own certificate, made on first use as `own/certs/certificate.pem`; the server must be
   * told to trust that file.
   */
  readonly pkiDirectory: string;
  /** The server's certificate, PEM or DER. No other server is talked to. */
  readonly serverCertificateFile: string;
  /** The home on a server with Commonwatt's own information model. */
  readonly home?: string;
  /** The nodes of a server with another model; instead of `home`. */
  readonly nodes?: DerNodes;
  /** A name with a password, or a certificate; anonymous when left out. */
  readonly user?: OpcuaUser | OpcuaCertificateUser;
  /** How long one request may take; 2000. */
  readonly requestTimeoutMs?: number;
  /** How long connecting may take in all; 5000. */
  readonly connectTimeoutMs?: number;
  /** How often the server reports; 200. */
  readonly publishingIntervalMs?: number;
  /**
   * How far a power may move before the server reports it, in watts; 0. With 0 every new source time comes,
   * so that the age of a value is known. A slow server or a thin line may be spared with 20 or so: values are
   * then as old as the server's last word, and right to so many watts. Energy is never held back.
   */
  readonly powerDeadbandW?: number;
  /** How far the server's clock may be from ours before its values are suspect; 30 000. */
  readonly clockSkewMaxMs?: number;
}

/**
 * A device behind an OPC UA server: always SignAndEncrypt, with Aes256_Sha256_RsaPss where the server has it
 * and Basic256Sha256 else; trust by certificate files alone. `connect` throws CommonwattError with an `OpcuaErrorCode`.
 */
export function opcua(options: OpcuaOptions): DeviceConnector {
  const { endpointUrl, pkiDirectory, serverCertificateFile, user = null } = options;
  const nodes = options.nodes ?? (options.home === undefined ? undefined : derNodes(options.home));
  assert(nodes !== undefined, `device ${options.id}: name a home or give its nodes`);
  const id = deviceId(options.id);
  return {
    id,
    protocol: "opcua",
    address: options.home === undefined ? endpointUrl : `${endpointUrl} ${options.home}`,
    async connect(context) {
      const settings = {
        endpointUrl,
        pkiDirectory,
        serverCertificateFile,
        user,
        known: { policy: null },
        nodes,
        requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
        connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
        publishingIntervalMs: options.publishingIntervalMs ?? PUBLISHING_INTERVAL_MS,
        powerDeadbandW: options.powerDeadbandW ?? 0,
        clockSkewMaxMs: options.clockSkewMaxMs ?? CLOCK_SKEW_MAX_MS,
        wallClock: context.wallClock,
      };
      return new OpcuaDevice(id, await openSession(settings, context), settings, context);
    },
  };
}
