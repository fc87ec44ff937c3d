export * from "./emulator/plant.ts";
