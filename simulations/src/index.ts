export { plugin } from "./cli/plugin.ts";
export { createHomePlant, type HomeModel, type HomePlant, type PlantSnapshot } from "./models/home-plant.ts";
export { buildStreet, type StreetOptions } from "./street/build-street.ts";
export type { HardwareAddress, ModbusHardware, OpcuaHardware } from "./street/emulator-messages.ts";
export { clearSkyPvW, forecastPvW, measuredSkyIndex, typicalLoadW } from "./street/forecast.ts";
export { keepStreet } from "./street/keep-street.ts";
export { type HomeKind, STREET_HOMES_MAX, type Street, type StreetHome } from "./street/street.ts";
export { streetForecaster } from "./street/street-forecaster.ts";
export {
  type StreetHardware,
  type StreetHardwareOptions,
  startStreetHardware,
} from "./street/street-hardware.ts";
export { streetHash } from "./street/street-hash.ts";
