import { CommonwattError } from "@commonwatt/vpp-core";
import { InvalidArgumentError } from "commander";

/** Reads an option that may be given several times; what `parse` refuses is wrong usage. */
export function repeated<Value>(
  parse: (text: string) => Value,
): (text: string, before: readonly Value[] | undefined) => readonly Value[] {
  return (text, before = []) => {
    try {
      return [...before, parse(text)];
    } catch (error) {
      if (error instanceof CommonwattError) throw new InvalidArgumentError(error.message);
      throw error;
    }
  };
}
