/** Values that belong together, one for each row; `null` where there is none. */
export interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Which colour of the page, 0 to 7; by its place among the series when not given. */
  readonly colour?: number;
  /** How far each value is uncertain, where that is known. */
  readonly spans?: readonly (Span | null)[];
}

/** From where to where a true value may lie. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

/** What a picture shows, and the table behind it says. */
export interface ChartData {
  /** What a row is, e.g. `day`. */
  readonly rowName: string;
  readonly rows: readonly string[];
  readonly unit: string;
  readonly series: readonly Series[];
}

/** The colour of a series. */
export function colourOf({ colour }: Series, at: number): number {
  return colour ?? at % 8;
}
