export { createHomePlant, type HomeModel, type HomePlant, type PlantSnapshot } from "./models/home-plant.ts";
export { buildStreet, type StreetOptions } from "./street/build-street.ts";
export { clearSkyPvW, forecastPvW, measuredSkyIndex, typicalLoadW } from "./street/forecast.ts";
export { type HomeKind, STREET_HOMES_MAX, type Street, type StreetHome } from "./street/street.ts";
export { streetHash } from "./street/street-hash.ts";
