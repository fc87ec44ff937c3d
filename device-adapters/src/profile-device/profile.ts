import type { Capability, PointName } from "@commonwatt/vpp-core";

/** How a value stands in its registers. */
export type RegisterType =
  | "uint16"
  | "int16"
  | "uint32"
  | "int32"
  | "uint64"
  | "int64"
  | "float32"
  | "string";

/** The unit of a value once it is scaled; `none` for codes, texts and bits. */
export type RegisterUnit = "W" | "kW" | "Wh" | "kWh" | "percent" | "s" | "min" | "none";

/** One value of a device and where it stands. */
export interface RegisterProfile {
  /** Input registers are read by function 4, holding registers by function 3. */
  readonly table: "holding" | "input";
  /** The unit it stands in, by a name of `wire.units`; the device's own unit unless given. */
  readonly unitName?: string;
  /** As on the wire, counted from 0. */
  readonly address: number;
  readonly type: RegisterType;
  /** Length of a string in registers. */
  readonly length?: number;
  /** What one step of the raw value is worth in `unit`; 1 unless given. */
  readonly scale?: number;
  /** The register that holds the power of ten to scale by; it is read in the same request. */
  readonly scaleRegister?: string;
  readonly unit: RegisterUnit;
  /** -1 where the device counts the other way; grid + is import, battery + is discharge, PV + is production. */
  readonly sign?: -1;
  /**
   * Where a value may come without its sign: it is negative while `negativeMask` is set in `register`, or
   * while `orNegative` is below zero. A value that is negative by itself stays so.
   */
  readonly direction?: {
    readonly register: string;
    readonly negativeMask: number;
    readonly orNegative?: string;
  };
  /** The order of 16-bit words where this register differs from the profile. */
  readonly wordOrder?: "big" | "little";
  /** Raw values that mean "not there", in hexadecimal with all digits, most significant word first. */
  readonly sentinels?: readonly string[];
  /** How it is written; left out where it is only read. */
  readonly write?: RegisterWrite;
  /** Why nobody can tell what it says; never in a profile, see {@link FirmwareQuirk}. */
  readonly unknownBecause?: string;
}

/** How a register is written. */
export interface RegisterWrite {
  readonly function: 6 | 16;
  /** `eeprom` wears out: such a register is written only when its value changes, and seldom. */
  readonly storage: "ram" | "eeprom";
  /** `countdown` may read less than was written; `none` cannot be read back. `equal` unless given. */
  readonly readBack?: "equal" | "countdown" | "none";
}

/** Where a point comes from. All parts have the same kind of unit. */
export interface PointProfile {
  readonly add?: readonly string[];
  readonly subtract?: readonly string[];
  /** Parts that smaller models lack: they are left out of the sum while the device does not have them. */
  readonly optional?: readonly string[];
  /** Or a percentage of another point. */
  readonly percent?: { readonly register: string; readonly of: PointName };
  /** Or what the configuration says, as far as it does. */
  readonly configured?: ConfiguredValue;
}

/** What a configuration may say about a battery that its registers do not. */
export type ConfiguredValue = "batteryCapacityWh" | "chargePowerMaxW" | "dischargePowerMaxW";

/** A value to write; exactly one key. */
export interface WriteExpression {
  readonly constant?: number;
  /** The power of the lease in watts: + is discharge (`signed`), + is charge (`negated`), or without sign. */
  readonly powerW?: "signed" | "negated" | "magnitude";
  /** The same as a percentage of the limit in its direction. */
  readonly powerPercent?: "signed" | "negated" | "magnitude";
  /** The limit of a direction in watts. */
  readonly limitW?: "charge" | "discharge";
  /** The time until the lease ends, rounded up. */
  readonly until?: "s" | "min";
}

/** One write of a recipe. */
export interface RecipeWrite {
  readonly register: string;
  readonly value: WriteExpression;
}

/** What ends a command when we are gone. */
export interface NativeTimer {
  /**
   * `register`: the device counts down what we write. `refresh`: it falls back when we do not repeat the
   * command. `none`: it keeps the command for ever, so that the host has to end it.
   */
  readonly kind: "register" | "refresh" | "none";
  /** The register of `register`. */
  readonly register?: string;
  /** The longest time it can say, in its own unit. */
  readonly max?: number;
  /** How long `refresh` waits, as far as it is known. */
  readonly fallbackS?: number;
  /** Whether measurements have shown it to release. */
  readonly reliable: boolean;
}

/** How a battery is seen to obey; what is left out is as with most batteries. */
export interface ResponseProfile {
  /** From a command until the battery holds it and its registers say so. */
  readonly settleS?: number;
  /** How far the measured power may be off: the larger of this and of a share of the power commanded. */
  readonly toleranceW?: number;
  readonly tolerancePercent?: number;
}

/** How a battery is commanded. */
export interface BatteryProfile {
  readonly nativeTimer: NativeTimer;
  /** The points that limit the power; the configuration may lower them. */
  readonly limits: { readonly charge: PointName; readonly discharge: PointName };
  /** A power is rounded towards zero to a multiple of this, where the device is picky. */
  readonly stepW?: number;
  readonly charge: readonly RecipeWrite[];
  readonly discharge: readonly RecipeWrite[];
  /** The writes that return the battery to its own mode. */
  readonly neutral: readonly RecipeWrite[];
  /** How many writes of `eeprom` registers a day allows; needed where there are any. */
  readonly eepromWritesPerDayMax?: number;
  readonly response?: ResponseProfile;
  /** Writes only where the device lets us: registers that must read a value first. */
  readonly requires?: readonly { readonly register: string; readonly equals: number; readonly why: string }[];
}

/**
 * A firmware for which some registers are otherwise. While nobody has said which firmware a device has,
 * these registers have no value: a value that may be ten times too large is worse than none.
 */
export interface FirmwareQuirk {
  /** From this version on, it included. */
  readonly from?: string;
  /** Before this version. */
  readonly before?: string;
  readonly why: string;
  /** What is otherwise. */
  readonly registers: Readonly<Record<string, Partial<RegisterProfile>>>;
}

/** What a register reads where such a device stands; exactly one condition beside the register. */
export interface ProbeRule {
  readonly register: string;
  /** A text that begins so. */
  readonly startsWith?: string;
  /** A raw number from the first to the second, both included. */
  readonly between?: readonly [number, number];
  /** Any value but a sentinel. */
  readonly present?: true;
}

/** How a device likes to be spoken to. */
export interface WireProfile {
  readonly port: number;
  readonly unit: number;
  /** Further unit ids by the name of what stands there; a configuration may set them. */
  readonly units?: Readonly<Record<string, number>>;
  /** The order of 16-bit words in longer values. */
  readonly wordOrder: "big" | "little";
  /** Whether the order is a setting of the device, so that a configuration may name the other one. */
  readonly wordOrderIsSetting?: boolean;
  /** The most registers one read may ask for. */
  readonly blockRegistersMax: number;
  /** Registers that may be read over to join two values in one request. */
  readonly gapRegistersMax: number;
  /** The device keeps its registers in windows of so many from address 0; a read stays within one. */
  readonly windowRegisters?: number;
  /** The least time between an answer and the next request. */
  readonly gapMs: number;
  /** The least time between the answer to a write and the next request, where that is longer. */
  readonly writeGapMs?: number;
  /** How long a new connection is left alone. */
  readonly settleMs: number;
  /** How many clients it serves; `null` where it is not known. */
  readonly clientsMax: number | null;
  /** How long one reading or one command may take. */
  readonly timeoutMs: number;
  readonly hangUpAfterRequest?: boolean;
  /** Whether a write may be answered by a frame that is no echo of it: only reading back tells then. */
  readonly ignoresWriteEcho?: boolean;
}

interface ProfileHead {
  /** `<vendor>-<model>`, as a configuration names it. */
  readonly name: string;
  readonly vendor: string;
  readonly model: string;
  readonly capabilities: readonly Capability[];
  readonly wire: WireProfile;
  /** Where the facts come from. */
  readonly sources: readonly string[];
  /** What a person should know. */
  readonly notes?: readonly string[];
}

/** Points that wear a device out: they are written only when they change, and seldom. */
export interface SunSpecWear {
  readonly points: readonly string[];
  readonly writesPerDayMax: number;
}

/** A device that describes itself: SunSpec's tables and recipes hold, with the vendor's wire habits. */
export interface SunSpecProfile extends ProfileHead {
  readonly kind: "sunspec";
  /** Points that the device keeps in memory that wears out, where that is known. */
  readonly wear?: SunSpecWear;
}

/** A device with registers of its own. */
export interface RegisterMapProfile extends ProfileHead {
  readonly kind: "registers";
  readonly registers: Readonly<Record<string, RegisterProfile>>;
  /** The registers that say what the device is. */
  readonly identity: { readonly serialNumber?: string; readonly model?: string; readonly firmware?: string };
  /** What tells the device apart from any other; left out where nothing does. */
  readonly probe?: readonly ProbeRule[];
  readonly points: { readonly [Name in PointName]?: PointProfile };
  readonly battery: BatteryProfile | null;
  readonly firmwareQuirks?: readonly FirmwareQuirk[];
}

/** A device as data. */
export type DeviceProfile = SunSpecProfile | RegisterMapProfile;
