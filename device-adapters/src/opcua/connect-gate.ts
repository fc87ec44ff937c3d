/** How many connections to one server are set up at a time. */
const AT_A_TIME = 2;

interface Gate {
  busy: number;
  readonly waiting: (() => void)[];
}

const gates = new Map<string, Gate>();

/**
 * Lets `connect` run when its turn comes. The handshake is the costly part of OPC UA: when a server that
 * holds many homes comes back, their connections one after another are up sooner than all at once, which
 * would all miss their deadlines. Deadlines count from one's turn; who no longer wants it when it comes
 * should throw at once.
 */
export async function throughGate<Result>(
  endpointUrl: string,
  connect: () => Promise<Result>,
): Promise<Result> {
  const gate = gates.get(endpointUrl) ?? { busy: 0, waiting: [] };
  gates.set(endpointUrl, gate);
  if (gate.busy >= AT_A_TIME) await new Promise<void>((resolve) => gate.waiting.push(resolve));
  else gate.busy += 1;
  try {
    return await connect();
  } finally {
    const next = gate.waiting.shift();
    if (next !== undefined) next();
    else {
      gate.busy -= 1;
      if (gate.busy === 0) gates.delete(endpointUrl);
    }
  }
}
