import { InvalidArgumentError } from "commander";

/** Reads a whole number within bounds from the command line; anything else is wrong usage. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** Reads a number above zero and at most `max` from the command line. */
export function positiveNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value > 0 && value <= max)) {
      throw new InvalidArgumentError(`It must be a number above 0 and at most ${max}.`);
    }
    return value;
  };
}
