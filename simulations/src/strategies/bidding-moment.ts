/** What homes know when they bid for an interval. Columns are by home; read them, never write. */
export interface BiddingMoment {
  /** Which interval of the neighbourhood is bid for. */
  readonly interval: number;
  /** Of that interval, in micro per kWh. */
  readonly retailPrice: number;
  readonly feedInPrice: number;
  /** Mean price of the last interval that had trades, or the middle of the tariff while there is none. */
  readonly referencePrice: number;
  /** What is expected of the interval, in Wh. */
  readonly expectedLoadWh: Int32Array;
  readonly expectedPvWh: Int32Array;
  /** What the battery holds when the interval begins, and the most that it can move in it, either way; in Wh. */
  readonly storedWh: Int32Array;
  readonly chargeMaxWh: Int32Array;
  readonly dischargeMaxWh: Int32Array;
}
