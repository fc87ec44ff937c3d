import type { Account } from "@commonwatt/vpp-core";

/**
 * What of a leaf is not what the rest of its row and the archive say, such as a hash of something else, by the names of
 * its fields; `null` in every honest row, which so holds what was signed and nothing that can be worked out from it.
 */
export type Odd<Leaf> = Partial<Leaf> | null;

/** The account of a leaf whose account there is not. */
export const NOBODY = `0x${"00".repeat(20)}` as Account;
