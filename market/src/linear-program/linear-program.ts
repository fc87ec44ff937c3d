/** A quantity that a program chooses, from 0 to `max`. */
export interface Column {
  /** What one of it adds to the objective. */
  readonly worth: number;
  readonly max: number;
  /** Its coefficients by row. */
  readonly entries: readonly (readonly [row: number, coefficient: number])[];
}

/** Maximises the worth of all columns while every row sums up to zero. */
export interface LinearProgram {
  readonly rowCount: number;
  readonly columns: readonly Column[];
}

/** A best choice. */
export interface LinearSolution {
  readonly objective: number;
  /** By column. */
  readonly values: readonly number[];
  /** By row: what one more on its right-hand side would add to the objective. */
  readonly rowDuals: readonly number[];
}

/** Solves linear programs; the same program has the same solution on every machine. */
export interface LinearSolver {
  /** @throws CommonwattError `SOLVER_FAILED` when no optimum was found. */
  solve(program: LinearProgram): LinearSolution;
}
