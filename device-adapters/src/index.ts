export { BenchPlant, type BenchPlantOptions } from "./emulator/bench-plant.ts";
export type { EmulatedIdentity } from "./emulator/emulated-identity.ts";
export { NO_REGISTER_FAULTS } from "./emulator/faults/register-faults.ts";
export {
  type OpcuaEmulator,
  type OpcuaEmulatorOptions,
  startOpcuaEmulator,
} from "./emulator/opcua-emulator.ts";
export * from "./emulator/plant.ts";
export {
  type ProfileEmulator,
  type ProfileEmulatorOptions,
  startProfileEmulator,
} from "./emulator/profile/profile-emulator.ts";
export {
  type SunSpecEmulator,
  type SunSpecEmulatorOptions,
  startSunSpecEmulator,
} from "./emulator/sunspec-emulator.ts";
export type { SunSpecEmulatorUnit } from "./emulator/sunspec-unit.ts";
export type { Transport } from "./modbus/transport.ts";
export { provisionTrust, type TrustSides } from "./opcua/application-certificate.ts";
export type { DerNodes } from "./opcua/der-model.ts";
export { type OpcuaOptions, opcua } from "./opcua/opcua-connector.ts";
export { plugin } from "./plugin.ts";
export type { DeviceProfile } from "./profile-device/profile.ts";
export { type ModbusProfileOptions, modbusProfile } from "./profile-device/profile-connector.ts";
export { profileByName } from "./profiles/profiles.ts";
export {
  type OpcuaSiteServerOptions,
  type OpcuaSiteUser,
  opcuaSiteServer,
} from "./sharing/opcua-site-server.ts";
export { type SunSpecFacadeOptions, sunspecFacade } from "./sharing/sunspec-facade.ts";
export { type ModbusDeviceOptions, modbus } from "./sunspec/sunspec-connector.ts";
