export { BenchPlant, type BenchPlantOptions } from "./emulator/bench-plant.ts";
export type { EmulatedIdentity } from "./emulator/emulated-identity.ts";
export * from "./emulator/plant.ts";
export {
  type SunSpecEmulator,
  type SunSpecEmulatorOptions,
  startSunSpecEmulator,
} from "./emulator/sunspec-emulator.ts";
export type { SunSpecEmulatorUnit } from "./emulator/sunspec-unit.ts";
export { plugin } from "./plugin.ts";
export { type ModbusDeviceOptions, modbus } from "./sunspec/sunspec-connector.ts";
