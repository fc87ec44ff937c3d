import {
  type BatteryControl,
  type Capability,
  type Device,
  type DeviceContext,
  type DeviceId,
  type DeviceIdentity,
  type DeviceReading,
  durationMs,
  goodValue,
  messageOf,
  type PointReadings,
  seededRandom,
  sleep,
} from "@commonwatt/vpp-core";
import { limitsByCharge } from "../lease/limits-by-charge.ts";
import { batteryControl, type OpcuaBatteryLink } from "./battery-control.ts";
import { type DeviceSession, openSession, type SessionSettings } from "./device-session.ts";
import { opcuaError } from "./opcua-errors.ts";
import type { OpcuaLink } from "./opcua-link.ts";
import { type FoundSetpoint, SetpointControl } from "./setpoint-control.ts";

/** After how many publishing intervals of silence values are stale; the server speaks every three at least. */
const SILENT_INTERVALS = 10;
/** After how many publishing intervals of silence the connection counts as half-open and is replaced. */
const HALF_OPEN_INTERVALS = 30;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * A device behind an OPC UA server. Reads give what the subscription reported last, so they cost no round
 * trip and wait for nobody. A lost link is replaced by a new one in the background, with growing pauses.
 */
export class OpcuaDevice implements Device {
  readonly id: DeviceId;
  readonly identity: DeviceIdentity;
  readonly capabilities: ReadonlySet<Capability>;
  readonly battery: BatteryControl | null;
  readonly pvLimit: null = null;
  readonly #setpoint: SetpointControl | null;
  readonly #settings: SessionSettings;
  readonly #context: DeviceContext;
  readonly #aborter = new AbortController();
  readonly #keeping: Promise<void>;
  #session: DeviceSession | null;
  #problem = "not connected";
  #closing: Promise<void> | null = null;

  constructor(id: DeviceId, session: DeviceSession, settings: SessionSettings, context: DeviceContext) {
    this.id = id;
    this.identity = session.identity;
    this.capabilities = capabilitiesOf(session);
    this.#settings = settings;
    this.#context = context;
    this.#session = session;
    this.#setpoint =
      session.battery !== null && "watchdog" in session.battery ? this.#setpointControl() : null;
    this.battery = session.battery === null ? null : (this.#setpoint ?? this.#methodControl());
    this.#keeping = this.#keepConnected(session);
  }

  async read(): Promise<DeviceReading> {
    const points = this.#points(this.#connected());
    return { deviceId: this.id, readAtMs: this.#context.clock.now(), points };
  }

  #points({ image, heardAtMs }: DeviceSession): PointReadings {
    const silentMs = this.#context.wallClock.now() - heardAtMs();
    const silent = silentMs > SILENT_INTERVALS * this.#settings.publishingIntervalMs;
    const silence = silent ? `nothing heard from the server for ${silentMs} ms` : null;
    return limitsByCharge(image.points(silence));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Logs out first and aborts then, so that the server need not keep the session until it times out. */
  async #close(): Promise<void> {
    const session = this.#session;
    this.#setpoint?.stop();
    this.#session = null;
    this.#problem = "closed by us";
    await session?.link.close();
    this.#aborter.abort();
    await this.#keeping;
  }

  #connected(): DeviceSession {
    const lost = this.#session?.link.lostBecause ?? null;
    if (this.#session !== null && lost === null) return this.#session;
    const code = this.#closing === null ? "OPCUA_CONNECTION_LOST" : "OPCUA_CLOSED";
    throw opcuaError(code, lost ?? this.#problem, this.#settings.endpointUrl);
  }

  #methodControl(): BatteryControl {
    const { endpointUrl } = this.#settings;
    const current = (): OpcuaBatteryLink => {
      const session = this.#connected();
      const { link, battery } = session;
      if (battery !== null && "object" in battery) {
        return { link, nodes: battery, points: this.#points(session) };
      }
      throw opcuaError("OPCUA_UNEXPECTED_SERVER", "its battery is gone", endpointUrl);
    };
    return batteryControl({ endpointUrl, clock: this.#context.clock, current });
  }

  #setpointControl(): SetpointControl {
    const { endpointUrl } = this.#settings;
    const { clock, wallClock, logger } = this.#context;
    const current = (): { readonly link: OpcuaLink; readonly nodes: FoundSetpoint } => {
      const { link, battery } = this.#connected();
      if (battery !== null && "watchdog" in battery) return { link, nodes: battery };
      throw opcuaError("OPCUA_UNEXPECTED_SERVER", "its setpoint is gone", endpointUrl);
    };
    const limits = (): { readonly chargeMaxW: number | null; readonly dischargeMaxW: number | null } => {
      const { chargePowerMaxW, dischargePowerMaxW } = this.#points(this.#connected());
      return { chargeMaxW: goodValue(chargePowerMaxW), dischargeMaxW: goodValue(dischargePowerMaxW) };
    };
    return new SetpointControl({ endpointUrl, clock, wallClock, logger, current, limits });
  }

  async #keepConnected(first: DeviceSession): Promise<void> {
    const { logger } = this.#context;
    let session = first;
    for (;;) {
      const watching = new AbortController();
      void this.#watchSilence(session, watching.signal);
      const why = await session.link.lost;
      watching.abort();
      if (this.#closing !== null) return;
      this.#session = null;
      this.#problem = why;
      logger.warn({ device: this.id, problem: this.#problem }, "connection lost");
      const next = await this.#reconnect();
      if (next === null) return;
      session = next;
      this.#session = next;
      this.#setpoint?.reconnected();
      logger.info({ device: this.id }, "connected again");
    }
  }

  /** Drops a link whose server has gone silent without closing it. */
  async #watchSilence({ link, heardAtMs }: DeviceSession, signal: AbortSignal): Promise<void> {
    const { wallClock } = this.#context;
    const limitMs = HALF_OPEN_INTERVALS * this.#settings.publishingIntervalMs;
    for (;;) {
      const quietMs = wallClock.now() - heardAtMs();
      if (quietMs >= limitMs) {
        link.drop(`nothing heard for ${quietMs} ms`);
        return;
      }
      try {
        await sleep(wallClock, durationMs(limitMs - quietMs), signal);
      } catch {
        return;
      }
    }
  }

  async #reconnect(): Promise<DeviceSession | null> {
    const { signal } = this.#aborter;
    const random = seededRandom(this.id);
    let pauseMs = FIRST_PAUSE_MS;
    while (this.#closing === null) {
      await sleep(this.#context.wallClock, durationMs(random.between(pauseMs / 2, pauseMs)), signal).catch(
        () => undefined,
      );
      if (this.#closing !== null) return null;
      pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
      try {
        const session = await openSession(this.#settings, this.#context, signal);
        this.#requireSameDevice(session);
        if (this.#closing === null) return session;
        await session.link.close();
      } catch (error) {
        this.#problem = messageOf(error).replace(`${this.#settings.endpointUrl}: `, "");
      }
    }
    return null;
  }

  #requireSameDevice({ link, identity }: DeviceSession): void {
    if (identity.serialNumber === this.identity.serialNumber) return;
    link.drop("it is another device");
    throw opcuaError(
      "OPCUA_UNEXPECTED_SERVER",
      `serial number ${identity.serialNumber} answers instead of ${this.identity.serialNumber}`,
      this.#settings.endpointUrl,
    );
  }
}

function capabilitiesOf({ image, battery }: DeviceSession): ReadonlySet<Capability> {
  const capabilities = new Set<Capability>();
  if (image.has("gridPowerW")) capabilities.add("meter");
  if (image.has("pvPowerW")) capabilities.add("pv");
  if (battery !== null || image.has("storedEnergyWh")) capabilities.add("battery");
  return capabilities;
}
