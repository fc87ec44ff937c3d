/** The nearest price, in micro per kWh, that is a multiple of the tick and no worse for who bids or offers. */
export function priceOnTick(isBid: boolean, price: number, tick: number): number {
  return (isBid ? Math.floor(price / tick) : Math.ceil(price / tick)) * tick;
}
