/** How a home bids; each is one file and one line in `STRATEGIES`. */
export type StrategyName = "none" | "self-consumption" | "truthful";
