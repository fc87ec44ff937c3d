import type { DataSet } from "../data/data-set.ts";
import type { RunTime } from "../data/data-window.ts";
import type { WeatherCourse } from "../models/heating.ts";
import type { GeoLocation } from "../models/sun-position.ts";
import type { Weather } from "./weather.ts";

/** What homes are made of. */
export interface HomeSources {
  readonly seed: string;
  readonly time: RunTime;
  readonly data: ReadonlyMap<string, DataSet>;
  readonly location: GeoLocation;
  readonly utcOffsetMs: number;
  /** In micro per kWh, by interval. */
  readonly retailPrice: Int32Array;
  weather(): Weather;
  /** As means over intervals. */
  intervalWeather(): WeatherCourse;
}
