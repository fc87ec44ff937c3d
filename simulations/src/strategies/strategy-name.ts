/** How a home bids; each is one file and one line in `STRATEGIES`. */
export type StrategyName =
  | "none"
  | "self-consumption"
  | "time-of-use"
  | "zi-u"
  | "zi-c"
  | "zip"
  | "linear-ramp"
  | "truthful"
  | "optimiser"
  | "outside";
